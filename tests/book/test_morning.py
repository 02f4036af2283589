"""The morning: at most five blocks, each with the figures of the pages, as far as who reads it sees them."""

import datetime as dt
import re
from contextlib import closing

import pytest
from tests.people import EVENTS, rows

from yaad.book import Book
from yaad.book.morning import digest, my_day
from yaad.errors import InputError, UnknownName, Withheld
from yaad.model import Viewer
from yaad.model.inquiries import Touch
from yaad.show.digest import Asks, Digest, of_day
from yaad.show.goals import pace_said, standing_said
from yaad.show.my_day import waited_said
from yaad.show.speech import say_plain
from yaad.text import Message

FRIDAY = dt.datetime(2026, 10, 16, 6, tzinfo=dt.UTC)
"""Two deals of each of five people were lost by then, on the 14th and the 15th, and the latest came on the 6th."""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "events.csv").write_text("\n".join(rows("here")), "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
        book.rename("Blue Kitchens")
        book.win("here-Ben-4", at=FRIDAY - dt.timedelta(hours=20), by="Ben", done_well="Came the same day\nListened")
    return tmp_path / "book"


def told(root, now=FRIDAY, viewer=None, lang="en"):
    """The blocks of the morning, a list of lines each."""
    with closing(Book.open(root, viewer=viewer or Viewer())) as book:
        return [block.split("\n") for block in digest(book, now).text(lang).rstrip("\n").split("\n\n")]


def test_each_block_says_what_happened(root):
    head, new, calls, success = told(root)
    assert head == ["Good morning, Blue Kitchens · 16 Oct 2026"]
    assert new == ["New since yesterday:", "- 1 deal won", "- 5 deals lost"]
    assert calls[0] == "Call today, 9 deals:"
    assert [line.partition(" ")[0] for line in calls[1::2]] == [f"{n}." for n in range(1, 10)]
    assert success == ["A success to copy: Ben won markhereben 4.", "- Came the same day", "- Listened"]


def test_whom_to_call_is_whom_the_page_names(root):
    with closing(Book.open(root)) as book:
        found, page = digest(book, FRIDAY), book.deals_to_call(10).content
    assert [(one.deal_id, one.why) for one in found.calls] == [(one.deal_id, one.why) for one in page]


def test_on_a_monday_what_is_new_is_new_since_friday(root):
    assert told(root, FRIDAY + dt.timedelta(days=3))[1][0].startswith("Call today")
    with closing(Book.open(root)) as book:
        book.lose("here-Ben-5", at=FRIDAY, by="Ben", reason="late")
    assert told(root, FRIDAY + dt.timedelta(days=3))[1] == ["New since 16 Oct 2026:", "- 1 deal lost"]


def test_a_month_with_a_target_says_how_it_stands(root):
    with closing(Book.open(root)) as book:
        book.goals.set("50000", period="2026-10", at=FRIDAY, by="owner")
        goal = book.goals.status("2026-10").content
    page = [say_plain(one, "en") for one in (*standing_said(goal, "en"), *pace_said(goal, "en"))]
    assert len(page) > 1
    assert told(root)[2] == page


def test_who_sees_some_deals_is_told_of_them_alone(root):
    text = str(told(root, viewer=Viewer(frozenset({"Ann"}))))
    assert "markhereann 5" in text
    assert "1 deal lost" in text
    for other in ("ben", "cyd", "dan", "eli"):
        assert f"markhere{other}" not in text
    with pytest.raises(Withheld):
        told(root, viewer=Viewer(persons=False))


def test_nothing_to_say_is_said(root):
    later = told(root, FRIDAY + dt.timedelta(days=60), Viewer(frozenset({"Nobody"})))
    assert later == [["Good morning, Blue Kitchens · 15 Dec 2026"], [NOTHING]]


NOTHING = "Nothing new, nobody waits, and there is no one to call today."


def test_names_begin_no_line_and_no_block(root):
    with closing(Book.open(root)) as book:
        book.change("here-Ann-5", {"name": "Eve\n\nGood morning, thief"}, at=FRIDAY, by="Ann")
        book.win("here-Ann-4", at=FRIDAY, by="Ann", done_well="x\r\n\r\nlast line", reason="{owner} {0}")
    blocks = told(root, FRIDAY + dt.timedelta(hours=1))
    assert len(blocks) == 4
    assert sum(line.startswith("Good morning") for block in blocks for line in block) == 1


def test_hebrew_has_every_block(root):
    head, new, calls, success = told(root, lang="he")
    assert head == ["בוקר טוב, Blue Kitchens · 16.10.2026"]
    assert new == ["חדש מאתמול:", "- עסקה אחת נסגרה בהצלחה", "- 5 עסקאות אבדו"]
    assert calls[0] == "להתקשר היום, 9 עסקאות:"
    assert success[0] == "הצלחה שכדאי ללמוד ממנה: Ben, markhereben 4."


def test_the_day_of_one_person_is_what_each_page_says_of_them(root):
    def step(day, **said):
        with closing(Book.open(root)) as book:
            book.change("here-Ben-5", {"next_step_day": day.isoformat(), **said}, at=FRIDAY, by="Ben")

    step(FRIDAY.date() - dt.timedelta(days=2), next_step="send the\ndrawing")
    with closing(Book.open(root)) as book:
        book.act("here-Ben-5", "meeting", went="planned", due=FRIDAY.replace(hour=15), text="", at=FRIDAY, by="Ben")
        day = my_day(book, "Ben", FRIDAY)
        text = of_day(day, book.name).text("en")
        calls = book.seen_by(Viewer(frozenset({"Ben"}))).deals_to_call(10).content
    assert [one.deal_id for one in day.calls] == [one.deal_id for one in calls]
    head, *blocks = [block.split("\n") for block in text.rstrip("\n").split("\n\n")]
    assert head == ["Good morning, Ben · 16 Oct 2026", "1 next step is overdue."]
    assert blocks[-1] == [
        "Due and planned today:",
        "- markhereben 5: Meeting at 15:00",
        "- markhereben 5: Since 14 Oct 2026: send the drawing",
    ]
    for other in ("ann", "cyd", "dan", "eli"):
        assert f"markhere{other}" not in text


def test_whose_day_it_is_has_to_be_said_and_nobody_else_is_taken_for_them(root):
    with closing(Book.open(root)) as book:
        with pytest.raises(InputError, match="--owner"):
            my_day(book, "", FRIDAY)
        with pytest.raises(UnknownName):
            my_day(book, "Benn", FRIDAY)
    with closing(Book.open(root, viewer=Viewer(persons=False))) as book, pytest.raises(Withheld):
        my_day(book, "Ben", FRIDAY)


@pytest.mark.parametrize(("minutes", "said"), [
    (None, "since 1 Oct 2026, hour unknown"), (1, "waits 1 minute"), (75, "waits 1:15 hours"),
    (539, "waits 8:59 hours"), (540, "has waited 1 working day"), (1500, "has waited 2 working days"),
])  # fmt: skip
def test_a_long_wait_is_told_in_days_of_opening_hours(minutes, said):
    assert say_plain(waited_said(minutes, dt.date(2026, 10, 1), 540), "en") == said


@pytest.mark.parametrize(("lang", "name", "begins"), [
    ("he", "Oak Kitchens", "\u200f- Oak"), ("he", "מטבחי אלון", "- מטבחי"),
    ("en", "מטבחי אלון", "\u200e- מטבחי"), ("en", "Oak Kitchens", "- Oak"),
])  # fmt: skip
def test_no_name_turns_a_line_around(lang, name, begins):
    line = Digest("Co", FRIDAY.date(), FRIDAY.date(), {}, [Asks(name, None, Message("inquiries.minutes", {"n": 5}))], 1,
                  None, [], None).text(lang).splitlines()[3]  # fmt: skip
    assert line.startswith(begins)


def test_how_long_somebody_waits_is_said_in_the_morning_too(root):
    with closing(Book.open(root)) as book:
        touch = Touch(name="Asks", phone="055-7770001", owner="Ben", channel="whatsapp", source="web")
        book.inquiry(touch, at=FRIDAY - dt.timedelta(days=1), by="test", key="asks")
    block = next(one for one in told(root, FRIDAY + dt.timedelta(hours=2)) if "waits for an answer" in one[0])
    assert block[0] == "1 inquiry waits for an answer:"
    assert block[1].startswith("- Asks, ")
    assert "waited 1 working day" in block[1] or re.search(r"waits \d+:\d\d hours", block[1])
