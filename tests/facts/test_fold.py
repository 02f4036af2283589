"""Entries → what they change, by rules worked out by hand."""

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.facts import fold
from yaad.facts.histories import JOURNAL_SEQ
from yaad.model import LoseEntry, MoveEntry, NoteEntry, UndoEntry, WinEntry


def at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2024, 3, day, hour, tzinfo=dt.UTC)


def common(seq: int, day: int, deal_id: str = "a", hour: int = 9) -> dict:
    return {"deal_id": deal_id, "at": at(day, hour), "by": "דנה", "key": f"k{seq}", "seq": seq}


def move(seq, day, stage="Quote", **more):
    return MoveEntry(to_stage=stage, **common(seq, day, **more))


def win(seq, day, amount=None, **more):
    return WinEntry(to_stage="Won", amount=amount, **common(seq, day, **more))


def lose(seq, day, reason="", **more):
    return LoseEntry(to_stage="Lost", reason=reason, **common(seq, day, **more))


def undo(seq, day, undoes, **more):
    return UndoEntry(undoes=undoes, **common(seq, day, **more))


def steps(tail) -> list[tuple]:
    return [
        (row["deal_id"], row["to_stage"], row["at"].day, row["seq"] - JOURNAL_SEQ) for row in tail.moves.to_pylist()
    ]


def test_moves_winnings_and_losings_are_moves_at_their_time(pipeline):
    tail = fold([move(1, 2), win(2, 5, "7.5"), lose(3, 4, "price", deal_id="b")], pipeline)
    assert steps(tail) == [("a", "Quote", 2, 1), ("a", "Won", 5, 2), ("b", "Lost", 4, 3)]
    assert [row["amount"] for row in tail.moves.to_pylist()] == [None, Decimal("7.5"), None]
    assert tail.deal_ids == {"a", "b"}
    assert (tail.last_event, tail.last_day) == (at(5), dt.date(2024, 3, 5))


def test_a_note_is_an_activity(pipeline):
    tail = fold([NoteEntry(text="חזר אליי", **common(4, 3))], pipeline)
    [row] = tail.notes.to_pylist()
    assert (row["activity_id"], row["kind"], row["text"], row["by"], row["day"]) == (
        "journal-4",
        "note",
        "חזר אליי",
        "דנה",
        dt.date(2024, 3, 3),
    )
    assert tail.moves.num_rows == 0
    assert tail.last_day is None


def test_an_undone_entry_counts_no_more(pipeline):
    tail = fold([move(1, 2), win(2, 5, "7"), undo(3, 6, 2)], pipeline)
    assert steps(tail) == [("a", "Quote", 2, 1)]
    assert tail.fields == {}
    assert tail.last_day == dt.date(2024, 3, 2)


def test_an_undone_undo_undoes_nothing(pipeline):
    entries = [win(1, 5, "7"), undo(2, 6, 1), undo(3, 7, 2)]
    assert steps(fold(entries, pipeline)) == [("a", "Won", 5, 1)]
    assert steps(fold([*entries, undo(4, 8, 3)], pipeline)) == []
    assert fold(entries, pipeline).deal_ids == {"a"}


def test_the_later_word_on_a_field_counts(pipeline):
    tail = fold([win(1, 9, "5"), win(2, 3, "6"), lose(3, 4, "price"), lose(4, 4, "timing"), lose(5, 5)], pipeline)
    assert {key: (change.value, change.seq) for key, change in tail.fields.items()} == {
        ("a", "amount"): ("5", 1),
        ("a", "lost_reason"): ("timing", 4),
    }


def test_the_day_is_the_local_one(pipeline):
    tail = fold([move(1, 2, hour=23)], pipeline, zone="Asia/Jerusalem")
    assert tail.moves["day"].to_pylist() == [dt.date(2024, 3, 3)]


def test_among_dates_a_moment_stands_within_its_local_day(pipeline):
    early = fold([move(1, 2, hour=23)], pipeline, zone="Asia/Jerusalem", whole_days=True).moves.to_pylist()[0]
    assert (early["sort_at"], early["at"]) == (at(3, 0), at(2, 23))
    late = fold([move(1, 2, hour=3)], pipeline, zone="America/New_York", whole_days=True).moves.to_pylist()[0]
    assert late["sort_at"] == dt.datetime(2024, 3, 1, 23, 59, 59, 999999, tzinfo=dt.UTC)


def test_a_stage_that_the_pipeline_does_not_know_moves_nothing(pipeline):
    assert steps(fold([move(1, 2, stage="?")], pipeline)) == []


ENTRIES = st.lists(
    st.tuples(st.sampled_from(["move", "win", "lose", "undo"]), st.integers(1, 28), st.sampled_from("ab")), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(plan=ENTRIES, shuffle=st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_handed_over_changes_nothing(pipeline, plan, shuffle):
    make = {"move": move, "win": lambda seq, day, **more: win(seq, day, str(seq), **more), "lose": lose}
    entries = []
    for seq, (kind, day, deal_id) in enumerate(plan, 1):
        if kind == "undo":
            entries.append(undo(seq, day, max(seq - 1, 1), deal_id=deal_id))
        else:
            entries.append(make[kind](seq, day, deal_id=deal_id))
    mixed = list(entries)
    shuffle.shuffle(mixed)
    one, other = fold(entries, pipeline), fold(mixed, pipeline)
    assert (one.moves.to_pylist(), one.fields, one.deal_ids) == (other.moves.to_pylist(), other.fields, other.deal_ids)


def test_an_amount_that_cannot_be_read_is_let_go(pipeline):
    """The journal is never changed: an old entry must not close the book."""
    tail = fold([win(1, 2, "seven")], pipeline)
    assert tail.moves["amount"].to_pylist() == [None]
    assert tail.fields == {}
