"""The forecast of a real book, how right it has been, and what moved: by hand, and the same on every face."""

import datetime as dt
import json
import shutil
from contextlib import closing

import pytest
from tests.book.steady_deals import AS_OF, DAYS, HEAD, came, due, ends, is_danas, write

from yaad.book import Book
from yaad.book.goals import Goals
from yaad.errors import CannotTell, InputError, UnknownName
from yaad.faces.cli import main
from yaad.model import Whose
from yaad.plan.forecasting import Heading
from yaad.text import LANGUAGES, Message

AT = {"at": dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), "by": "Noa"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    file, mapping = write(folder)
    with closing(Book.create(folder / "book")) as made:
        made.import_files([file], mapping=mapping)
    return folder / "book"


@pytest.fixture
def book(root):
    """The book that is only asked."""
    with closing(Book.open(root)) as opened:
        yield opened


@pytest.fixture
def own(root, tmp_path):
    """A copy to write into."""
    shutil.copytree(root, tmp_path / "own")
    with closing(Book.open(tmp_path / "own")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tested(root, tmp_path_factory):
    """A copy in which the past was made again; with what was told of the progress."""
    folder = tmp_path_factory.mktemp("tested") / "book"
    shutil.copytree(root, folder)
    seen = []
    with closing(Book.open(folder)) as opened:
        opened.backtest(lambda done, total: seen.append((done, total)))
    return folder, seen


def test_what_is_won_so_far_and_who_brings_what(book):
    told = book.forecast(by="rep").content
    september = told.money[0]
    assert september.period.name == "2026-09"
    won = [day for day in DAYS if is_danas(day) and dt.date(2026, 9, 1) <= ends(day) <= AS_OF]
    assert september.so_far == len(won) * 1000 == 5000
    assert september.low <= september.mean <= september.high
    # half of the inquiries are won: about 15 closings a month
    assert told.won[1].mean == pytest.approx(15, abs=4)
    for at, whole in enumerate(told.money):
        assert sum(part.money[at].mean for part in told.parts) == pytest.approx(whole.mean)
    quarter = told.money[-1]
    assert quarter.period.name == "2026-Q3"
    assert quarter.mean - quarter.so_far == pytest.approx(september.mean - september.so_far)


def test_people_stand_under_their_teams(own):
    own.set_setting("person:Dana", {"team": "North"}, **AT)
    told = own.forecast(by="team").content
    assert [part.name for part in told.parts] == ["North", None]
    assert told.parts[0].money[0].so_far == told.money[0].so_far
    assert sum(part.money[0].mean for part in told.parts) == pytest.approx(told.money[0].mean)


def test_the_target_of_the_book_has_its_chance(own):
    first = own.forecast().content.money[0]
    assert first.target is None
    own.goals.set(first.so_far + 1, "2026-09", **AT)
    aimed = own.forecast().content.money[0]
    assert aimed.target == first.so_far + 1
    assert aimed.target_chance == pytest.approx(aimed.chance(first.so_far + 1))
    asked = own.forecast(target=10**9)
    assert asked.content.money[0].target_chance == 0
    assert "1%" in asked.table("en").to_text()


def test_the_past_is_made_again_once_and_kept(book, tested, tmp_path):
    assert book.kept_backtest() is None
    assert "not checked yet" in book.forecast().table("en").to_text()
    shutil.copytree(tested[0], tmp_path / "own")
    with closing(Book.open(tmp_path / "own")) as own:
        found = own.backtest(lambda *_: pytest.fail("it was kept"))
        assert tested[1][-1] == (len(found.content.days), len(found.content.days))
        assert found.content.days[-1] == dt.date(2026, 7, 31)
        # what came is what the rows say
        july = found.content.origins["money"][-2].actual[0]
        in_july = [day for day in DAYS if is_danas(day) and str(ends(day)).startswith("2026-07")]
        assert july == len(in_july) * 1000
        assert own.forecast().content.methods["money"] == found.content.best("money")
        own.goals.set(5000, "2026-10", **AT)  # a target is no deal: what was tested stands
        assert own.kept_backtest().to_dict() == found.to_dict()
        own.lose(f"D{DAYS[-1]}", **AT)
        assert own.kept_backtest() is None


def test_what_moved_is_as_counted_by_hand(book):
    since = AS_OF - dt.timedelta(days=7)
    moved = book.moved(since)
    found = {change.heading.value: change.deals for change in moved.content.changes}
    week = [day for day in DAYS if came(day) > since]
    ended = [day for day in DAYS if since < ends(day) <= AS_OF and came(day) <= since]
    still = [day for day in DAYS if came(day) <= since and ends(day) > AS_OF]
    slipped = [day for day in still if since < due(day) <= AS_OF]
    assert found["new"] == len(week) == 7
    assert found["won"] == sum(is_danas(day) for day in ended)
    assert found["lost"] == sum(not is_danas(day) for day in ended)
    assert found["slipped"] == len(slipped) > 0
    assert found["same"] == len(still) - len(slipped)
    assert book.moved(since, AS_OF) == book.moved() == moved
    with pytest.raises(InputError):
        book.moved(AS_OF)


def test_what_came_and_ended_in_between_is_counted_apart(book):
    since = AS_OF - dt.timedelta(days=30)
    moved = book.moved(since).content
    passed = [day for day in DAYS if came(day) > since and ends(day) <= AS_OF]
    won = sum(is_danas(day) for day in passed)
    assert moved.passed == {Heading.WON: won, Heading.LOST: len(passed) - won}
    assert won > 0
    assert [(one.key, one.values["n"]) for one in moved.notes] == [
        ("forecast.passed_won", won), ("forecast.passed_lost", len(passed) - won),
    ]  # fmt: skip
    assert book.moved(AS_OF - dt.timedelta(days=7)).content.notes == ()


def test_the_command_line_says_what_python_says(tested, capsys):
    def run(lang, *words):
        code = main([*words, "--book", str(tested[0]), "--lang", lang])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return printed.out

    with closing(Book.open(tested[0])) as book:
        known, made, moved = book.backtest(), book.forecast(2, "rep"), book.moved(dt.date(2026, 9, 3))
    for lang in LANGUAGES:
        assert json.loads(run(lang, "forecast", "--months", "2", "--by", "rep", "--json")) == made.to_dict(lang)
        for day in ("2026-09-03", "3.9.2026"):
            assert json.loads(run(lang, "moved", "--since", day, "--json")) == moved.to_dict(lang)
        assert json.loads(run(lang, "backtest", "--json")) == known.to_dict(lang)


def test_what_cannot_be_told_is_said(book, tmp_path, root, monkeypatch):
    with pytest.raises(InputError):
        book.forecast(13)
    with pytest.raises(UnknownName):
        book.forecast(by="colour")
    monkeypatch.setattr("yaad.book.forecasting.MOST_PARTS", 1)
    with pytest.raises(InputError, match="2 parts"):
        book.forecast(by="rep")
    (tmp_path / "few.csv").write_text(
        HEAD + "A,Dana,Pro,Won,1,2026-01-01,2026-01-05,\nB,Dana,Pro,Talk,1,2026-01-02,,\n"
    )
    with closing(Book.create(tmp_path / "few")) as few:
        few.import_files([tmp_path / "few.csv"], mapping=root.parent / "deals.yaml")
        with pytest.raises(CannotTell):
            few.forecast()


# ---- what people say ------------------------------------------------------------------------------------------------


def test_what_people_say_stands_beside_the_forecast_and_is_held_against_what_came(own):
    own.judge(commit="9000", best="12000", person="Dana", **AT)
    own.judge(commit="1000", person="Avi", **AT)
    told = own.judgements().content
    assert told.period.name == "2026-09"
    assert [(row.person, row.commit, row.best, row.so_far) for row in told.rows] == [
        ("Avi", 1000, None, 0),
        ("Dana", 9000, 12000, 5000),
    ]
    assert (told.committed, told.at_best) == (10_000, 13_000)
    made = own.forecast(by="owner").content
    assert {row.person: row.forecast.mean for row in told.rows} == {
        part.name: part.money[0].mean for part in made.parts
    }
    own.judge(commit="9500", person="Dana", **AT)  # what is not said again stands, where there is room for it
    assert [(row.commit, row.best) for row in own.judgements().content.rows if row.person == "Dana"] == [(9500, 12000)]
    own.judge(commit="20000", person="Dana", **AT)
    assert [(row.commit, row.best) for row in own.judgements().content.rows if row.person == "Dana"] == [(20000, None)]
    own.judge(person="Avi", **AT)  # taken back
    assert [row.person for row in own.judgements().content.rows] == ["Dana"]
    # months that are over: the first word counts, and only what was said before their end
    early, late = (dt.datetime(2026, 7, day, 9, tzinfo=dt.UTC) for day in (3, 28))
    own.judge(commit="20000", period="2026-09", person="Dana", at=early, by="Dana")
    with closing(Book.open(own.root, as_of=dt.date(2026, 7, 2))) as july:
        july.judge(commit="20000", period="2026-07", person="Dana", at=early, by="Dana")
        july.judge(commit="14000", period="2026-07", person="Dana", at=late, by="Dana")
        july.judge(commit="5000", period="2026-08", person="Dana", at=AT["at"], by="Dana")
    told = own.judgements().content
    in_july = sum(is_danas(day) and str(ends(day)).startswith("2026-07") for day in DAYS) * 1000
    assert [(row.period.name, row.commit, row.came) for row in told.past] == [("2026-07", 20_000, in_july)]
    assert told.missed == pytest.approx(abs(20_000 - in_july) / in_july)
    assert told.kept == (0, 1)
    with pytest.raises(InputError):
        own.judge(commit="1", period="2026-07", **AT)
    with pytest.raises(InputError):
        own.judge(commit="2", best="1", **AT)
    with pytest.raises(UnknownName):
        own.judge(commit="1", person="Nobody", **AT)


def test_the_column_of_a_crm_speaks_for_those_who_wrote_nothing(tmp_path):
    file, mapping = write(tmp_path)
    words = {0: "Commit", 1: "Best Case", 2: "Pipeline"}
    head, *lines = file.read_text("utf-8").splitlines()
    lines = [f"{line},{words[number % 3] if ',Talk,' in line else ''}" for number, line in enumerate(lines)]
    file.write_text("\n".join([f"{head},Forecast Category", *lines]) + "\n", "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([file], mapping=mapping)
        told = book.judgements().content
    assert told.has_column
    due_now = [day for day in DAYS if ends(day) > AS_OF and due(day) < dt.date(2026, 10, 1)]
    for who, is_of in (("Dana", True), ("Avi", False)):
        mine = [day for day in due_now if is_danas(day) is is_of]
        sure = sum(1000 for day in mine if day % 3 == 0)
        best = sum(1000 for day in mine if day % 3 == 1)
        row = next(row for row in told.rows if row.person == who)
        assert (row.commit - row.so_far, row.best - row.so_far) == (sure, sure + best)
    assert told.rows[0].said is None


def test_a_word_is_written_and_shown_by_the_verb(own, capsys):
    root = str(own.root)
    assert main(["judge", "--commit", "7000", "--rep", "Dana", "--book", root, "--lang", "en"]) == 0
    assert main(["judge", "--book", root, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == own.judgements().to_dict("en") | {"notes": told["notes"]}
    assert told["rows"][0]["commit"] == 7000
    assert main(["judge", "--remove", "--rep", "Dana", "--book", root]) == 0
    assert own.judgements().content.rows == ()


def test_a_target_and_the_forecast_tell_one_chance_and_one_range(own):
    own.goals.set("9000", "2026-09", **AT)
    own.goals.set("9000", "2027-10", **AT)
    goal, outcome = own.goals.status("2026-09").content, own.forecast().content.money[0]
    assert (outcome.target, goal.ahead.chance) == (9000, outcome.target_chance)
    assert goal.ahead.end == pytest.approx((outcome.low, outcome.high), rel=0.02)
    assert [note.key for note in goal.ahead.notes][-1:] == ["goals.as_forecast"]
    proposals = own.goals.propose("2026-10").content
    october = own.forecast().content.money[1]
    assert [row.chance for row in proposals.rows] == [october.chance(float(row.value)) for row in proposals.rows]
    assert own.goals.status("2027-10").content.ahead is None or all(
        note.key != "goals.as_forecast" for note in own.goals.status("2027-10").content.ahead.notes
    )  # more than a year away nothing is forecast


def test_no_chance_of_invoices_is_told_by_a_forecast_of_closings(own):
    own.goals.set("9000", "2026-09", **AT)
    own.set_setting("achieved", {"by": "ordered"}, **AT)
    goal = own.goals.status("2026-09").content
    assert (goal.ahead.chance, goal.ahead.end) == (None, None)
    assert goal.ahead.notes[-1].key == "goals.no_chance"
    made = own.forecast()
    assert made.content.money[0].target is None
    assert made.content.no_target == Message("goals.no_chance")
    assert own.forecast(target=9000).content.money[0].target == 9000
    assert own.forecast(target=9000).content.no_target is None


def test_targets_are_looked_up_once_for_all_periods_and_parts(own, monkeypatch):
    own.goals.set("9000", "2026-09", **AT)
    own.forecast(by="rep")
    asked = []
    monkeypatch.setattr(Goals, "quotas", lambda goals, of=Goals.quotas: (asked.append(goals), of(goals))[1])
    assert own.forecast(by="rep").content.money[0].target == 9000
    assert len(asked) == 1


def test_a_target_that_the_forecast_is_not_held_against_is_not_said_to_be_missing(own):
    own.set_setting("achieved", {"by": "ordered"}, **AT)
    assert own.forecast().content.no_target is None, "nobody set one"
    own.set_setting("achieved", {"by": "closed"}, **AT)
    assert own.forecast().content.no_target is None, "nobody set one"
    own.goals.set("9000", "2026-09", whose=Whose(owner="Dana"), **AT)
    made = own.forecast()
    assert (made.content.money[0].target, made.content.no_target) == (None, Message("forecast.target_of_some"))
    assert "those of some people" in made.table("en").to_text()
    own.goals.set("4000", "2026-09", whose=Whose(owner="Avi"), **AT)  # nobody else sells
    made = own.forecast().content
    assert (made.money[0].target, made.no_target) == (13_000, None)


def test_deals_in_a_stage_without_a_history_that_outlived_all_others_bring_next_to_nothing(tmp_path):
    """A list of deals with two days each: 40 closed within 20 days, 100 stand in a later stage for half a year."""
    rows = ["id,stage,created,closed,amount"]
    rows += [f"W{n},Won,2026-08-{1 + n % 20:02},2026-08-{11 + n % 20:02},1000" for n in range(20)]
    rows += [f"L{n},Lost,2026-08-{1 + n % 20:02},2026-08-{11 + n % 20:02},1000" for n in range(20)]
    rows += [f"O{n},Quote,2026-03-{1 + n % 20:02},,1000" for n in range(100)]
    (tmp_path / "deals.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "map.yaml").write_text(
        "kind: deals\nshape: two_dates\n"
        "columns: {id: id, stage: stage, created: created, closed: closed, amount: amount}\n"
        "stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]\nzone: UTC\ndates: iso\n",
        "utf-8",
    )
    with closing(Book.create(tmp_path / "book", as_of=dt.date(2026, 8, 31))) as made:
        made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
        assert made.forecast().content.won[0].from_open < 1
