"""What has to be true before a deal goes on: which lines are kept, which moves ask for them, and what is missing."""

import datetime as dt
import json

import pytest

from yaad.errors import InputError
from yaad.model import LoseEntry, MoveEntry, Pipeline, Settings, Stage, StageType, WinEntry
from yaad.model.entries import entry_from_json
from yaad.model.leaving import LONGEST_LINE, MOST_LINES, asked_on, lacking, read_exit

PIPELINE = Pipeline(
    (
        Stage("New"),
        Stage("Waits", StageType.ON_HOLD),
        Stage("Quote"),
        Stage("Talks"),
        Stage("Won", StageType.WON),
        Stage("Lost", StageType.LOST),
        Stage("Wrong", StageType.NOT_INQUIRY),
    )
)
EXITS = {"New": ("Budget",), "Quote": ("Sent", "Read"), "Waits": ("Odd",)}
AT = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("stage", "to", "asked"),
    [
        ("New", "Quote", ("Budget",)),
        ("New", "Talks", ("Budget",)),
        ("New", "Won", ("Budget",)),
        ("Quote", "Talks", ("Sent", "Read")),
        ("Quote", "New", ()),
        ("Quote", "Quote", ()),
        ("Quote", "Waits", ()),
        ("Quote", "Lost", ()),
        ("Quote", "Wrong", ()),
        ("Waits", "Talks", ()),
        ("Talks", "Won", ()),
        ("Won", "New", ()),
        ("Lost", "Quote", ()),
        ("", "Quote", ()),
        ("New", "Nowhere", ()),
    ],
)
def test_only_a_move_onward_asks(stage, to, asked):
    assert asked_on(PIPELINE, EXITS, stage, to) == asked


@pytest.mark.parametrize(
    "plain",
    ["Budget", 3, {"a": 1}, [], ["", "  "], ["a", 1]],
)
def test_what_is_no_lines_is_refused(plain):
    with pytest.raises(InputError, match="exit:New"):
        Settings().with_entry("exit:New", json.dumps(plain))


@pytest.mark.parametrize("line", ["a\x00b", "a\x07b", "\ud800"])
def test_what_cannot_be_shown_is_refused_in_words(line):
    with pytest.raises(InputError, match="cannot be shown"):
        read_exit([line])


def test_lines_are_few_and_short():
    assert read_exit([str(n) for n in range(MOST_LINES)] + ["0", " 1\n"]) == tuple(map(str, range(MOST_LINES)))
    assert read_exit(["x" * LONGEST_LINE]) == ("x" * LONGEST_LINE,)
    with pytest.raises(InputError, match=str(MOST_LINES)):
        read_exit([str(n) for n in range(MOST_LINES + 1)])
    with pytest.raises(InputError, match=str(LONGEST_LINE)):
        read_exit(["x" * (LONGEST_LINE + 1)])


def moved(seq, *, ticked=(), without=(), cls=MoveEntry, day=1):
    at = AT + dt.timedelta(days=day)
    return cls(deal_id="D", at=at, by="n", key=str(seq), seq=seq, to_stage="Quote", ticked=ticked, without=without)


def test_what_is_missing_is_what_was_not_ticked_and_not_since():
    known = {"Budget", "Sent", "Read"}
    first, later = moved(1, without=("Budget",)), moved(2, ticked=("Budget",), without=("Sent", "Read"), cls=WinEntry)
    lost = LoseEntry(deal_id="D", at=AT, by="n", key="l", seq=3, to_stage="Lost")
    assert lacking([first, lost], (), known) == ("Budget",)
    assert lacking([first, later, lost], (), known) == ("Sent", "Read")
    assert lacking([first, later], {2}, known) == ("Budget",)
    assert lacking([first, later], (), {"Read"}) == ("Read",)
    assert lacking([moved(1, ticked=("Budget",), day=1), moved(2, without=("Budget",), day=0)], (), known) == ()


def test_ticks_come_back_from_the_journal_and_entries_of_before_have_none():
    entry = moved(7, ticked=("a", "ב"), without=("c",))
    assert entry_from_json(entry.to_json(), 7) == entry
    assert entry_from_json(entry.to_json(), 9).says_the_same(entry)
    old = json.loads(entry.to_json())
    del old["ticked"], old["without"]
    assert entry_from_json(json.dumps(old), 7) == moved(7)
