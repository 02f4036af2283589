"""Events: each thing that happened told once, in order, to who sees it, and nothing of what they do not see."""

import datetime as dt
from contextlib import closing
from dataclasses import replace

import pytest
from tests.people import EVENTS, rows

from yaad.book import Book
from yaad.book.events import IMPORTED, KINDS, OF_ENTRIES, Place, events_of, place_now
from yaad.book.quotes import Offer
from yaad.errors import Withheld
from yaad.model import Viewer

AT = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
BEN, ANN = Viewer(frozenset({"Ben"})), Viewer(frozenset({"Ann"}))


@pytest.fixture
def root(tmp_path):
    (tmp_path / "events.csv").write_text("\n".join(rows("here")), "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    return tmp_path / "book"


@pytest.fixture
def book(root):
    opened = []

    def under(viewer=None):
        opened.append(Book.open(root, viewer=viewer or Viewer()))
        return opened[-1]

    yield under
    for one in opened:
        one.close()


BEGINNING = Place()


def all_of(book, limit=50, kinds=KINDS, after=BEGINNING):
    """All events, asked for so many at a time."""
    found = []
    while True:
        page = events_of(book, after, kinds, limit)
        assert len(page.events) <= limit
        found += page.events
        after = page.place
        if not page.has_more:
            return found, after


def write_everything(book):
    """One entry of each kind, in this order; gives those that others name."""
    common = {"by": "Ben"}
    made = book.write_down("Meeting", {"name": "New", "owner": "Ben"}, at=AT, key="k1", deal_id="N-1", **common)
    book.change("here-Ben-4", {"next_step": "Call"}, at=AT, **common)
    book.move("here-Ben-4", "Meeting", at=AT, **common)
    plan = book.act("here-Ben-4", "meeting", went="planned", due=AT + dt.timedelta(days=1), at=AT, **common)
    book.act("here-Ben-4", "meeting", settles=plan.seq, at=AT, **common)
    book.note("here-Ben-4", "note", at=AT, **common)
    book.win("here-Ben-4", reason="price", amount="12.50", at=AT, **common)
    book.lose("here-Ben-5", reason="late", at=AT, **common)
    book.attach("here-Ben-4", "drawing.pdf", [b"x"], at=AT, **common)
    quote = book.quote("here-Ben-4", Offer(title="Kitchen", amount="42000"), at=AT, **common)
    book.quote_opened("here-Ben-4", quote.seq, at=AT, by="Ben")
    book.withdraw_quote("here-Ben-4", quote.seq, at=AT, **common)
    book.undo("N-1", made.seq, at=AT, **common)
    return made, plan


def test_each_kind_is_told_once_in_the_order_of_the_journal(book):
    whole = book()
    made, _ = write_everything(whole)
    found, _ = all_of(whole)
    told = [one for one in found if one.kind != IMPORTED]
    assert [one.kind for one in told] == [
        "deal.created", "deal.changed", "deal.moved", "deal.act", "deal.act", "deal.note", "deal.won", "deal.lost",
        "deal.file", "deal.quote", "deal.quote_opened", "deal.quote_withdrawn", "deal.undone",
    ]  # fmt: skip
    assert {one.kind for one in told} == set(OF_ENTRIES.values())
    assert len({one.id for one in found}) == len(found)
    assert told[0].told() == {
        "id": told[0].id, "kind": "deal.created", "at": "2026-10-20T09:00:00+00:00", "by": "Ben", "deal_id": "N-1",
        "what": {"to_stage": "Meeting", "values": {"name": "New", "owner": "Ben"}},
    }  # fmt: skip
    assert told[4].what["settles"] == told[3].id
    assert (told[6].what["amount"], told[6].what["reason"]) == ("12.5", "price")
    assert [one.what["quote"] for one in told[10:12]] == [told[9].id] * 2
    assert told[12].what == {"undoes": told[0].id}
    assert not [one for one in found if str(made.key) in str(one.told())], "keys are their writers' own"
    assert [one.kind for one in all_of(whole, kinds=["deal.won"])[0]] == ["deal.won"]


def test_pages_of_any_length_join_without_gap_or_double(book):
    whole = book()
    write_everything(whole)
    found, place = all_of(whole)
    for limit in (1, 2, 3, 10):
        assert [one.id for one in all_of(whole, limit)[0]] == [one.id for one in found]
    for number, one in enumerate(found):
        assert [after.id for after in all_of(whole, after=one.place)[0]] == [after.id for after in found[number + 1 :]]
    assert all_of(whole, after=place)[0] == []
    whole.note("here-Cyd-4", "later", at=AT, by="Cyd")
    assert [one.what for one in all_of(whole, after=place)[0]] == [{"text": "later"}]


def test_who_sees_some_deals_is_told_of_them_alone(book):
    whole = book()
    whole.note("here-Ann-4", "of Ann", at=AT, by="Ann")
    made, _ = write_everything(whole)
    whole.note("here-Cyd-4", "of Cyd", at=AT, by="Cyd")
    mine, _ = all_of(book(BEN), limit=1)
    of_all = [one for one in all_of(whole)[0] if one.kind != IMPORTED and one.by == "Ben"]
    assert [replace(one, place=Place()) for one in mine] == [replace(one, place=Place()) for one in of_all]
    assert [one.what for one in all_of(book(ANN))[0]] == [{"text": "of Ann"}]
    assert made.deal_id not in {one.deal_id for one in all_of(book(ANN))[0]}, "also when it was taken back"
    page = events_of(book(ANN), Place(), KINDS, 1)
    assert not page.has_more, "what others wrote is no page"


def test_a_deal_that_changes_hands_is_told_to_who_has_it(book):
    whole = book()
    whole.note("here-Ann-4", "before", at=AT, by="Ann")
    whole.change("here-Ann-4", {"owner": "Ben"}, at=AT, by="owner")
    assert [one.kind for one in all_of(book(BEN))[0]] == ["deal.note", "deal.changed"]
    assert all_of(book(ANN))[0] == []


def test_imports_are_told_to_who_sees_everything_when_they_landed(book, root, tmp_path):
    whole = book()
    first = all_of(whole)[0]
    assert [(one.kind, one.by, one.deal_id) for one in first] == [(IMPORTED, "", "")]
    assert first[0].what["files"] == ["events.csv"]
    assert all_of(book(BEN))[0] == []
    whole.note("here-Ann-4", "x", at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), by="Ann")
    before = place_now(whole)
    assert all_of(whole, after=before)[0] == []
    other = tmp_path / "more.csv"
    other.write_text("deal,stage,at,who,title,source,amount,phone\nM-1,Meeting,2026-10-09,Ann,More,web,5,1\n", "utf-8")
    whole.import_files([other], mapping=tmp_path / "events.yaml")
    assert [one.what["files"] for one in all_of(whole, after=before)[0]] == [["more.csv"]]
    whole.undo_import(whole.imports()[-1].name)
    assert all_of(whole, after=before)[0] == []


def test_who_is_told_no_persons_is_told_no_event(book):
    with pytest.raises(Withheld):
        events_of(book(Viewer(persons=False)), Place())


def test_what_the_company_says_of_itself_is_no_event(book):
    whole = book()
    before = place_now(whole)
    whole.set_setting("team:x", {"under": None}, at=AT, by="o")
    assert all_of(whole, after=before)[0] == []
