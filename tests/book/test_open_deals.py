"""Open deals that are carried on entry by entry are those that the facts tell, whatever is written, by whomever."""

import datetime as dt
from contextlib import closing

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.book import Book
from yaad.facts import Facts, Lake, SqliteJournal, settle, store
from yaad.facts.journal import NAME
from yaad.insight import Wanted, board_of
from yaad.model import (
    SCHEMAS,
    WRITTEN,
    ActEntry,
    ChangeEntry,
    CreateEntry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    OptOutEntry,
    Pipeline,
    QuoteEntry,
    RetractEntry,
    SettingEntry,
    Stage,
    StageType,
    TargetEntry,
    UndoEntry,
    Viewer,
    WinEntry,
)

STAGES = ("Lead", "Quote", "Talks")
PIPELINE = Pipeline((*map(Stage, STAGES), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)))
VIEWERS = (Viewer(), Viewer(frozenset({"Noa"})), Viewer(frozenset()))
BOOK = {
    "a": [("Lead", 1), ("Quote", 3), ("Won", 9)],
    "b": [("Lead", 2)],
    "c": [("Lead", 2), ("Quote", 5)],
    "d": [("Lead", 1), ("Lost", 4)],
}
TOLD = {"owner": ["Noa", "Noa", "Gil", None], "amount": [100, 30, 70, 5], "next_step": ["", "call", None, None]}
IDS = ("a", "b", "c", "d", "n1", "n2")
TYPED = {
    "owner": ("Noa", "Gil", None),
    "amount": ("12", None, "0.5"),
    "currency": ("ILS", None, "EUR"),
    "next_step": ("call", "write  it\r\ndown", None),
    "next_step_day": ("2024-01-20", None, "2024-02-20"),
    "expected_close_day": ("2024-03-01", "2024-01-01", None),
    "phone": ("050-123 4567", None, "+1 212 555 0199"),
    "account": ("Oak", "<b>Elm</b>", None),
}
"""What people type into fields."""
OF_THE_COMPANY = (TargetEntry, OptOutEntry, SettingEntry, RetractEntry)
TODAY = dt.date(2024, 2, 1)
WANTED = (Wanted(), Wanted({"owner": "Gil"}), Wanted(only="no_step"), Wanted(only="stuck"), Wanted(text="call"))


def brought(lake, book=BOOK, name="file", as_of=None, **columns):
    """Bring deals in: deal → its stages and the days of January on which it came there."""
    rows = []
    for deal, way in book.items():
        for seq, (stage, day) in enumerate(way):
            at = dt.datetime(2024, 1, day, tzinfo=dt.UTC)
            rows.append({"deal_id": deal, "sort_at": at, "at": at, "day": at.date(), "to_stage": stage, "seq": seq,
                         "whole_day": True})  # fmt: skip
    kinds = [pa.field("deal_id", pa.string()), *(one for one in SCHEMAS["stage_moves"]
             if one.name not in ("deal", "recorded_seq"))]  # fmt: skip
    deals = {"deal_id": pa.array(list(book))}
    deals |= {name: pa.array(values, SCHEMAS["deals"].field(name).type) for name, values in columns.items()}
    tables = {"deals": pa.table(deals), "moves": pa.Table.from_pylist(rows, schema=pa.schema(kinds))}
    last = max(row["day"] for row in rows)
    store(lake, tables, PIPELINE, zone="UTC", last_event=None, last_day=last, import_name=name, as_of=as_of)


@pytest.fixture
def lake(tmp_path):
    made = Lake.create(tmp_path / "book")
    brought(made, **TOLD)
    return made


@pytest.fixture
def book(lake):
    with closing(Book.open(lake.root).shared()) as opened:
        yield opened


def agrees(book):
    """What is carried on is what the facts say, for everybody who looks and whatever they want."""
    for viewer in VIEWERS:
        mine = book if viewer.sees_all else book.seen_by(viewer)
        with closing(Facts.open(book.root)) as facts:
            as_of = facts.as_of
        standing = book.open_deals.standing(viewer)
        assert standing.as_of == as_of
        yard = mine.yardsticks()
        for wanted in WANTED if viewer.sees_all else WANTED[:1]:
            assert board_of(standing, yard, wanted, TODAY, shown=2) == mine.board(TODAY, wanted, shown=2)
        for deal_id in IDS:
            row = book.open_deals.deal(deal_id, viewer)
            rows = mine.facts.run(mine.facts.deals.filter(mine.facts.deals.deal_id == deal_id)).to_pylist()
            names = {*WRITTEN, "stage", "outcome"}
            assert [{name: one[name] for name in names} for one in ([row] if row else [])] == [
                {name: one[name] for name in names} for one in rows
            ]


STEP = st.one_of(
    st.tuples(st.just(CreateEntry), st.sampled_from(("n1", "n2")), st.sampled_from(STAGES)),
    st.tuples(st.just(MoveEntry), st.sampled_from(IDS), st.sampled_from(STAGES)),
    st.tuples(st.just(WinEntry), st.sampled_from(IDS), st.sampled_from((None, "12.5"))),
    st.tuples(st.just(LoseEntry), st.sampled_from(IDS), st.just("price")),
    st.tuples(st.just(ChangeEntry), st.sampled_from(IDS), st.sampled_from(tuple(TYPED))),
    st.tuples(st.just(NoteEntry), st.sampled_from(IDS), st.just("said yes")),
    st.tuples(st.just(OptOutEntry), st.just(""), st.just("calls")),
    st.tuples(st.just(SettingEntry), st.just(""), st.sampled_from(("Noa", "Gil"))),
    st.tuples(st.just(RetractEntry), st.just(""), st.integers(1, 20)),
    st.tuples(st.just(ActEntry), st.sampled_from(IDS), st.just("call")),
    st.tuples(st.just(QuoteEntry), st.sampled_from(IDS), st.just("an offer")),
    st.tuples(st.just(TargetEntry), st.just(""), st.just("")),
    st.tuples(st.just(UndoEntry), st.just(""), st.integers(0, 20)),
    st.tuples(st.just("settle"), st.just(""), st.just(0)),
    st.tuples(st.just("import"), st.sampled_from(("b", "n1")), st.integers(1, 28)),
    st.tuples(st.just("look"), st.just(""), st.just(0)),
)


def entry(number, made, written):
    """The entry of one step, or None where there is nothing to take back."""
    cls, deal_id, said = made
    day = 10 + (number * 5) % 12  # what is written later may have happened before
    common = {"at": dt.datetime(2024, 1, day, 9, number, tzinfo=dt.UTC), "by": "דנה", "key": f"k{number}"}
    if cls is TargetEntry:
        return TargetEntry(measure="won", period="2024-01", value="3", **common)
    if cls is UndoEntry:
        of_deals = [one for one in written if not isinstance(one, OF_THE_COMPANY)]
        if not of_deals:
            return None
        undone = of_deals[said % len(of_deals)]
        return UndoEntry(deal_id=undone.deal_id, undoes=undone.seq, **common)
    if cls is OptOutEntry:
        return OptOutEntry(what=said, handles=("+972501234567",), is_out=bool(number % 2), **common)
    if cls is SettingEntry:
        return SettingEntry(name=f"person:{said}", value=None if number % 2 else '{"share": 0.5}', **common)
    if cls is RetractEntry:
        return RetractEntry(undoes=said, **common)
    values = {
        CreateEntry: lambda: {"to_stage": said, "values": {"owner": "Noa", "amount": "7"}},
        MoveEntry: lambda: {"to_stage": said},
        WinEntry: lambda: {"to_stage": "Won", "amount": said},
        LoseEntry: lambda: {"to_stage": "Lost", "reason": said},
        ChangeEntry: lambda: {"values": {said: TYPED[said][number % 3]}},
        NoteEntry: lambda: {"text": said},
        ActEntry: lambda: {"did": said},
        QuoteEntry: lambda: {"title": said, "amount": "5"},
    }
    return cls(deal_id=deal_id, **values[cls](), **common)


@settings(max_examples=8, deadline=None)
@given(steps=st.lists(STEP, min_size=3, max_size=12))
def test_whatever_is_written_they_are_those_that_the_facts_tell(tmp_path_factory, steps):
    lake = Lake.create(tmp_path_factory.mktemp("law") / "book")
    brought(lake, **TOLD)
    journal, written = SqliteJournal(lake.root / NAME), []
    with closing(Book.open(lake.root).shared()) as book:
        book.open_deals.standing(Viewer())
        for number, made in enumerate(steps):
            if made[0] == "settle":
                settle(lake, journal, every=1)
            elif made[0] == "import":
                brought(lake, {made[1]: [("Lead", made[2])]}, f"more{number}", owner=["Gil"])
            elif made[0] == "look":
                agrees(book)
            elif (one := entry(number, made, written)) is not None:
                written.append(journal.append(one))
        agrees(book)


def wrote(lake, cls, deal_id, day=12, **values):
    journal = SqliteJournal(lake.root / NAME)
    at = dt.datetime(2024, 1, day, 9, tzinfo=dt.UTC)
    return journal.append(cls(deal_id=deal_id, at=at, by="דנה", key=f"k{journal.last_seq}", **values))


def stages(book, viewer=VIEWERS[0]):
    rows = book.open_deals.standing(viewer).rows.select(["deal_id", "stage"]).to_pylist()
    return {row["deal_id"]: row["stage"] for row in rows}


def test_an_entry_is_there_without_the_facts_being_read_again(book, lake, monkeypatch):
    assert stages(book) == {"b": "Lead", "c": "Quote"}
    monkeypatch.setattr(Facts, "open", lambda *_args, **_more: pytest.fail("the facts were read again"))
    moved = wrote(lake, MoveEntry, "b", to_stage="Talks")
    wrote(lake, WinEntry, "c", to_stage="Won")
    assert stages(book) == {"b": "Talks"}
    wrote(lake, UndoEntry, "b", undoes=moved.seq)
    wrote(lake, MoveEntry, "d", to_stage="Lead")
    assert stages(book) == {"b": "Lead", "d": "Lead"}
    settle(lake, SqliteJournal(lake.root / NAME), every=1)
    assert book.open_deals.is_begun
    wrote(lake, MoveEntry, "b", 14, to_stage="Quote")
    assert stages(book) == {"b": "Quote", "d": "Lead"}


def test_an_import_begins_them_anew(book, lake):
    assert stages(book) == {"b": "Lead", "c": "Quote"}
    assert book.open_deals.is_begun
    brought(lake, {"e": [("Talks", 12)]}, "more", owner=["Noa"])
    assert not book.open_deals.is_begun
    assert stages(book) == {"b": "Lead", "c": "Quote", "e": "Talks"}


def test_files_that_are_gone_begin_them_anew(book, lake):
    assert stages(book) == {"b": "Lead", "c": "Quote"}
    wrote(lake, MoveEntry, "b", to_stage="Talks")
    assert stages(book)["b"] == "Talks"
    settle(lake, SqliteJournal(lake.root / NAME), every=1)
    lake.vacuum(lake.pin(), keep_hours=0)
    wrote(lake, MoveEntry, "c", to_stage="Talks")
    assert stages(book) == {"b": "Talks", "c": "Talks"}


def test_the_version_of_a_viewer_changes_with_what_they_see_and_with_nothing_else(book, lake):
    noa, gil, everybody = VIEWERS[1], Viewer(frozenset({"Gil"})), VIEWERS[0]
    deals = book.open_deals
    first = [deals.version(one) for one in (noa, gil, everybody)]
    wrote(lake, MoveEntry, "c", to_stage="Talks")  # Gil's
    second = [deals.version(one) for one in (noa, gil, everybody)]
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, False]
    brought(lake, {"e": [("Talks", 12)]}, "more", owner=["Gil"])
    third = [deals.version(one) for one in (noa, gil, everybody)]
    assert [one == other for one, other in zip(second, third, strict=True)] == [True, False, False]
    wrote(lake, ChangeEntry, "c", 13, values={"owner": "Noa"})
    fourth = [deals.version(one) for one in (noa, gil, everybody)]
    assert [one == other for one, other in zip(third, fourth, strict=True)] == [False, False, False]


def test_seen_from_an_earlier_day_they_are_not_carried_on(lake):
    brought(lake, {"e": [("Lead", 20)]}, "early", as_of=dt.date(2024, 1, 12), owner=["Noa"])
    with closing(Book.open(lake.root).shared()) as book:
        assert book.as_of == dt.date(2024, 1, 12)
        assert book.open_deals.standing(VIEWERS[0]) is None
        assert set(book.standing().rows["deal_id"].to_pylist()) == {"b", "c"}
