"""Deals that people write down, change and work on: seen at once, folded unchanged, taken back without a trace."""

import datetime as dt
from contextlib import closing
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.facts import Facts, Lake, SqliteJournal, settle
from yaad.facts.journal import NAME
from yaad.model import (
    ActEntry,
    ChangeEntry,
    CreateEntry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    QuoteEntry,
    UndoEntry,
    WinEntry,
)

BOOK = {"a": [("Lead", 1), ("Quote", 3), ("Won", 9)], "b": [("Lead", 2)]}
TOLD = {"owner": ["Noa", "Noa"], "amount": [100, 30], "source": ["Web", "Web"]}
TABLES = ("deals", "stage_visits", "stage_moves", "activities")
ASKED = {"account": "Levi Ltd", "owner": "Dana", "source": "Phone", "phone": "+972501234567", "amount": "1,200.50"}


def seen(rows_of, lake, **options):
    """Every table as it is seen, without when it was learnt."""
    return {
        table: [{k: v for k, v in row.items() if k != "recorded_seq"} for row in rows_of(lake, table, **options)]
        for table in TABLES
    }


def test_a_deal_that_somebody_writes_down_is_one_like_others(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    write(CreateEntry, "new", 10, to_stage="Lead", values=ASKED)
    write(MoveEntry, "new", 12, to_stage="Quote")
    row = rows_of(lake)[-1]
    told = {
        name: row[name] for name in ("deal", "deal_id", "owner", "amount", "stage", "outcome", "created_day", "file")
    }
    assert told == {
        "deal": 3,
        "deal_id": "new",
        "owner": "Dana",
        "amount": Decimal("1200.5"),
        "stage": "Quote",
        "outcome": "open",
        "created_day": dt.date(2024, 1, 10),
        "file": None,
    }
    [first, second] = [one for one in rows_of(lake, "stage_visits") if one["deal"] == 3]
    assert (first["owner"], first["source"], first["stage"], first["days"]) == ("Dana", "Phone", "Lead", 2.0)
    assert (second["stage"], second["ended"]) == ("Quote", "open")
    with closing(Facts.open(lake.root)) as facts:
        assert facts.as_of == dt.date(2024, 1, 12)


def test_what_cannot_be_read_in_an_entry_is_not_known(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    said = {"amount": "a lot", "next_step_day": "soon", "deal": "7", "outcome": "won", "name": "Kitchen"}
    write(CreateEntry, "new", 10, to_stage="Lead", values=said)
    row = rows_of(lake)[-1]
    assert (row["deal"], row["amount"], row["next_step_day"], row["outcome"], row["name"]) == (
        3,
        None,
        None,
        "open",
        "Kitchen",
    )


@pytest.mark.parametrize("settled", [False, True])
def test_a_field_is_as_the_last_person_said_until_it_is_taken_back(lake, put, rows_of, write, journal, settled):
    put(lake, BOOK, **TOLD)
    said = write(ChangeEntry, "b", 12, values={"owner": "Dana", "next_step_day": "2024-02-01", "source": None})
    if settled:
        settle(lake, journal, every=1)
    row = rows_of(lake)[1]
    assert (row["owner"], row["next_step_day"], row["source"]) == ("Dana", dt.date(2024, 2, 1), None)
    assert rows_of(lake, "stage_visits")[-1]["owner"] == "Dana"
    write(UndoEntry, "b", 13, undoes=said.seq)
    row = rows_of(lake)[1]
    assert (row["owner"], row["next_step_day"], row["source"]) == ("Noa", None, "Web")


@pytest.mark.parametrize("settled", [False, True])
def test_a_later_source_speaks_over_a_field_and_an_earlier_one_does_not(lake, put, rows_of, write, journal, settled):
    put(lake, BOOK, as_of=dt.date(2024, 1, 9), **TOLD)
    write(ChangeEntry, "b", 12, values={"owner": "Dana"})
    if settled:
        settle(lake, journal, every=1)
    again = {**TOLD, "owner": ["Noa", "Gil"]}
    put(lake, BOOK, name="early", as_of=dt.date(2024, 1, 11), **again)
    assert rows_of(lake)[1]["owner"] == "Dana"
    put(lake, BOOK, name="late", as_of=dt.date(2024, 1, 20), **{**TOLD, "owner": ["Noa", "Tal"]})
    assert rows_of(lake)[1]["owner"] == "Tal"


@pytest.mark.parametrize("settled", [False, True])
def test_a_deal_that_is_taken_back_leaves_nothing(lake, put, rows_of, write, journal, settled):
    put(lake, BOOK, **TOLD)
    before = seen(rows_of, lake)
    begun = write(CreateEntry, "new", 10, to_stage="Lead", values=ASKED)
    write(NoteEntry, "new", 11, text="חזר אליי")
    write(ChangeEntry, "new", 11, values={"owner": "Gil"})
    if settled:
        settle(lake, journal, every=1)
    assert [row["deal_id"] for row in rows_of(lake)] == ["a", "b", "new"]
    gone = write(UndoEntry, "new", 12, undoes=begun.seq)
    assert seen(rows_of, lake) == before
    settle(lake, journal, every=1)
    assert seen(rows_of, lake) == before
    assert lake.pin().waiting == ("new",)  # of a deal that a file may still bring
    write(UndoEntry, "new", 12, undoes=gone.seq)
    assert [(row["deal_id"], row["owner"]) for row in rows_of(lake)][2:] == [("new", "Gil")]


def test_a_deal_that_a_file_knows_as_well_stays_when_people_take_theirs_back(lake, put, rows_of, write, journal):
    put(lake, BOOK, **TOLD)
    begun = write(CreateEntry, "c", 4, to_stage="Lead", values={"owner": "Dana"})
    settle(lake, journal, every=1)
    put(lake, {"c": [("Quote", 8)]}, name="more", owner=["Noa"])
    write(UndoEntry, "c", 12, undoes=begun.seq)
    assert [(row["deal_id"], row["stage"]) for row in rows_of(lake)][2:] == [("c", "Quote")]


def test_what_is_done_and_planned_is_an_activity(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    write(ActEntry, "b", 3, did="call", went="no_show")
    plan = write(
        ActEntry, "b", 3, did="meeting", went="planned", due="2024-01-20T10:00:00+00:00", text="at their place"
    )
    write(ActEntry, "b", 4, did="message", incoming=True, text="?")
    rows = rows_of(lake, "activities")
    assert [(row["kind"], dict(row["custom"])["status"], row["day"].day) for row in rows] == [
        ("call", "no_show", 3),
        ("meeting", "planned", 20),
        ("incoming message", "held", 4),
    ]
    write(ActEntry, "b", 20, did="meeting", went="held", text="they want two", settles=plan.seq)
    row = rows_of(lake, "activities")[1]
    assert (row["activity_id"], row["text"], dict(row["custom"])["status"], row["day"].day) == (
        f"journal-{plan.seq}",
        "they want two",
        "held",
        20,
    )


def test_an_earlier_day_knows_the_fields_of_then(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    write(ChangeEntry, "b", 12, values={"owner": "Dana", "amount": "55"})
    write(CreateEntry, "new", 14, to_stage="Lead", values=ASKED)
    then = seen(rows_of, lake, as_of=dt.date(2024, 1, 10))
    assert [(row["deal_id"], row["owner"], row["amount"]) for row in then["deals"]] == [
        ("a", "Noa", 100),
        ("b", "Noa", 30),
    ]
    assert {row["owner"] for row in then["stage_visits"]} == {"Noa"}
    write(ChangeEntry, "b", 16, values={"owner": "Gil", "amount": None})
    assert [(row["owner"], row["amount"]) for row in rows_of(lake)][:2] == [("Noa", 100), ("Gil", None)]
    later = seen(rows_of, lake, as_of=dt.date(2024, 1, 13))
    assert [(row["owner"], row["amount"]) for row in later["deals"]] == [("Noa", 100), ("Dana", 55)]


IDS, STAGES = ("a", "b", "n1", "n2"), ("Lead", "Quote", "Talks")
STEP = st.one_of(
    st.tuples(st.just(CreateEntry), st.sampled_from(("n1", "n2")), st.sampled_from(STAGES)),
    st.tuples(st.just(MoveEntry), st.sampled_from(IDS), st.sampled_from(STAGES)),
    st.tuples(st.just(WinEntry), st.sampled_from(IDS), st.sampled_from((None, "12.5"))),
    st.tuples(st.just(LoseEntry), st.sampled_from(IDS), st.sampled_from(("", "price"))),
    st.tuples(st.just(ChangeEntry), st.sampled_from(IDS), st.sampled_from(("owner", "amount", "lost_reason"))),
    st.tuples(st.just(ActEntry), st.sampled_from(IDS), st.sampled_from(("call", "visit"))),
    st.tuples(st.just(QuoteEntry), st.sampled_from(IDS), st.just("an offer")),
    st.tuples(st.just(UndoEntry), st.just(""), st.integers(0, 20)),
    st.tuples(st.just("settle"), st.just(""), st.just(0)),
)


def entry(number: int, made: tuple, written: list):
    """The entry of one step, or None where there is nothing to take back."""
    cls, deal_id, said = made
    common = {"at": dt.datetime(2024, 1, 10 + number, 9, tzinfo=dt.UTC), "by": "דנה", "key": f"k{number}"}
    if cls is UndoEntry:
        if not written:
            return None
        undone = written[said % len(written)]
        return UndoEntry(deal_id=undone.deal_id, undoes=undone.seq, **common)
    values = {
        CreateEntry: lambda: {"to_stage": said, "values": {"owner": f"w{number}", "amount": "7"}},
        MoveEntry: lambda: {"to_stage": said},
        WinEntry: lambda: {"to_stage": "Won", "amount": said},
        LoseEntry: lambda: {"to_stage": "Lost", "reason": said},
        ChangeEntry: lambda: {"values": {said: None if number % 3 == 0 else str(number)}},
        ActEntry: lambda: {"did": said},
        QuoteEntry: lambda: {"title": said, "amount": "5"},
    }
    return cls(deal_id=deal_id, **values[cls](), **common)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=9))
def test_when_it_is_folded_changes_nothing(tmp_path_factory, put, rows_of, steps):
    """Folded whenever, or never: the same rows; deals are numbered in the order in which they were first folded."""
    often, never = (Lake.create(tmp_path_factory.mktemp("law") / name) for name in ("often", "never"))
    for lake in (often, never):
        put(lake, BOOK, **TOLD)
        journal, written = SqliteJournal(lake.root / NAME), []
        for number, made in enumerate(steps):
            if made[0] == "settle":
                if lake is often:
                    settle(lake, journal, every=1)
            elif (one := entry(number, made, written)) is not None:
                written.append(journal.append(one))

    def by_id(lake):
        found, names = seen(rows_of, lake), {row["deal"]: row["deal_id"] for row in rows_of(lake)}
        return {
            table: sorted(repr(sorted({**row, "deal": names.get(row["deal"])}.items(), key=str)) for row in rows)
            for table, rows in found.items()
        }

    assert by_id(often) == by_id(never)


def test_what_a_file_and_people_say_of_a_deal_stands_by_when_it_was_said(lake, put, rows_of, write, journal):
    put(lake, BOOK, **TOLD)
    write(CreateEntry, "c", 20, to_stage="Lead", values={"owner": "Dana", "amount": "1200", "phone": "+972501234567"})
    settle(lake, journal, every=1)
    put(lake, {"c": [("Lead", 14)]}, name="earlier", as_of=dt.date(2024, 1, 14), owner=["Noa"], amount=[5])
    row = rows_of(lake, as_of=dt.date(2024, 1, 31))[2]
    assert (row["owner"], row["amount"], row["phone"]) == ("Dana", 1200, "+972501234567")
    put(lake, {"c": [("Lead", 14)]}, name="later", as_of=dt.date(2024, 1, 25), owner=["Gil"])
    row = rows_of(lake, as_of=dt.date(2024, 1, 31))[2]
    assert (row["owner"], row["amount"], row["phone"]) == ("Gil", 1200, "+972501234567")


def test_how_a_deal_began_is_what_its_source_tells(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    write(CreateEntry, "c", 10, to_stage="Lead", values={})
    put(lake, {"c": [("Lead", 3), ("Quote", 7)]}, name="history")
    assert [(one["stage"], one["ended"]) for one in rows_of(lake, "stage_visits") if one["deal"] == 3] == [
        ("Lead", "forward"),
        ("Quote", "open"),
    ]


@pytest.mark.parametrize("settled", [False, True])
def test_a_deal_that_was_taken_back_moves_no_day(lake, put, write, journal, settled):
    put(lake, BOOK, **TOLD)
    begun = write(CreateEntry, "new", 10, to_stage="Lead", values=ASKED)
    write(MoveEntry, "new", 25, to_stage="Quote")
    write(UndoEntry, "new", 26, undoes=begun.seq)
    if settled:
        settle(lake, journal, every=1)
    with closing(Facts.open(lake.root)) as facts:
        assert facts.as_of == dt.date(2024, 1, 9)


@pytest.mark.parametrize("settled", [False, True])
def test_what_people_wrote_of_an_id_that_a_file_brings_later_counts_from_then_on(
    lake, put, rows_of, write, journal, settled
):
    put(lake, BOOK, **TOLD)
    begun = write(CreateEntry, "c", 10, to_stage="Lead", values={})
    write(ChangeEntry, "c", 20, values={"owner": "Zed"})
    write(UndoEntry, "c", 21, undoes=begun.seq)
    if settled:
        settle(lake, journal, every=1)
    put(lake, {"c": [("Lead", 9)]}, name="more", owner=["Noa"], as_of=dt.date(2024, 1, 12))
    assert rows_of(lake)[2]["owner"] == "Zed"
    write(NoteEntry, "c", 22, text="x")
    assert rows_of(lake)[2]["owner"] == "Zed"


def test_a_number_that_is_free_again_brings_nothing_of_the_deal_before(lake, put, rows_of, write, journal, batch):
    put(lake, BOOK, **TOLD)
    begun = write(CreateEntry, "c", 10, to_stage="Lead", values={})
    settle(lake, journal, every=1)
    rows = {"activity_id": ["x"], "deal_id": ["c"], "kind": ["call"], "day": [dt.date(2024, 1, 11)]}
    put(lake, name="acts", tables={"activities": pa.table(rows)}, as_of=dt.date(2024, 1, 11))
    assert [row["deal"] for row in rows_of(lake, "activities")] == [3]
    write(UndoEntry, "c", 12, undoes=begun.seq)
    assert [row["deal"] for row in rows_of(lake, "activities")] == [None]
    settle(lake, journal, every=1)
    write(CreateEntry, "other", 13, to_stage="Lead", values={})
    assert [(row["deal"], row["deal_id"]) for row in rows_of(lake)][2:] == [(3, "other")]
    assert [row["deal"] for row in rows_of(lake, "activities")] == [None]


def test_what_was_put_off_is_told_as_it_went_in_the_end(lake, put, rows_of, write):
    put(lake, BOOK, **TOLD)
    due = "2024-01-20T10:00:00+00:00"
    plan = write(ActEntry, "b", 3, did="meeting", went="planned", due=due)
    again = write(ActEntry, "b", 4, did="meeting", went="planned", due="2024-01-27T10:00:00+00:00", settles=plan.seq)
    assert [row["day"].day for row in rows_of(lake, "activities")] == [27]
    write(ActEntry, "b", 27, did="meeting", went="held", settles=again.seq)
    assert [dict(row["custom"])["status"] for row in rows_of(lake, "activities")] == ["held"]
    write(UndoEntry, "b", 28, undoes=plan.seq)
    assert [dict(row["custom"])["status"] for row in rows_of(lake, "activities")] == ["held"]


@pytest.mark.parametrize("due", ["9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+00:00", "soon"])
def test_a_plan_whose_time_cannot_be_read_stands_where_it_was_said(lake, put, rows_of, write, due):
    put(lake, BOOK, **TOLD)
    lake.publish(lake.pin().moved(zone="Asia/Jerusalem"))
    write(ActEntry, "b", 3, did="meeting", went="planned", due=due)
    assert len(rows_of(lake, "activities")) == 1
