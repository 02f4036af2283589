"""The next steps of open deals that have a day, each with when it was said last."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from yaad.facts import journal_of, undone
from yaad.insight.board import name_of
from yaad.model import ChangeEntry, CreateEntry, DealEntry, UndoEntry

if TYPE_CHECKING:
    from yaad.book.opened import Opened

STEP = frozenset({"next_step", "next_step_day", "name", "account", "contact"})
"""Columns that an event tells."""
AGREED = frozenset({"next_step", "next_step_day"})
"""Columns that say what is agreed."""
PAST = dt.timedelta(days=90)
"""Steps that are overdue longer are told no more."""
MOST = 2000
OF_DEALS = ("deal_id", "name", "account", "contact", "phone", "email", "stage", "next_step", "next_step_day", "owner")


@dataclass(frozen=True)
class NextStep:
    """What is agreed with a customer, for a day.

    Attributes:
        name: of the deal.
        step: what is agreed; empty where only the day is.
        changed: when it was said last; None where files alone tell it.
        times: how often people said something of it.
    """

    deal_id: str
    name: str
    stage: str
    step: str
    day: dt.date
    changed: dt.datetime | None
    times: int


def next_steps(book: "Opened", today: dt.date) -> list[NextStep]:
    """The next steps of the open deals that the viewer sees, the earliest first; those of ended deals are none.

    Args:
        book: as its viewer sees it.
        today: the day by the company's clock.

    Raises:
        Withheld: single deals are not told to the viewer.
    """
    book.need_persons()
    deals = book.facts.deals
    due = deals.filter((deals.outcome == "open") & (deals.next_step_day >= ibis.literal(today - PAST)))
    rows = book.facts.run(due.select(*OF_DEALS).order_by("next_step_day", "deal_id").limit(MOST)).to_pylist()
    said = _said(journal_of(book.root).of([row["deal_id"] for row in rows])) if rows else {}
    found = []
    for row in map(book.opt_outs.hidden, rows):
        changed, times = said.get(row["deal_id"], (None, 0))
        step = row["next_step"] or ""
        found.append(
            NextStep(row["deal_id"], name_of(row), row["stage"] or "", step, row["next_step_day"], changed, times)
        )
    return found


def _said(entries: Iterable[DealEntry]) -> Mapping[str, tuple[dt.datetime, int]]:
    """Id of a deal → when something that an event tells was said or taken back last, and how often."""
    found: dict[str, tuple[dt.datetime, int]] = {}
    for entry in _telling(entries):
        last, times = found.get(entry.deal_id, (entry.at, 0))
        found[entry.deal_id] = max(last, entry.at), times + 1
    return found


def _telling(entries: Iterable[DealEntry]) -> Iterator[DealEntry]:
    for entry in entries:
        if isinstance(entry, UndoEntry) or (
            isinstance(entry, CreateEntry | ChangeEntry) and STEP & entry.values.keys()
        ):
            yield entry


def is_said_anew(book: "Opened", deal_id: str, at: dt.datetime, key: str) -> bool:
    """Whether the next step of a deal, or its day, was said after a moment, and stands.

    Args:
        book: the company's.
        deal_id: of the deal.
        at: the moment.
        key: under which a step of that moment is written; what is written already is not said anew.
    """
    journal = journal_of(book.root)
    if journal.kept(key) is not None:
        return False
    entries = journal.of([deal_id])
    gone = undone(entries)
    return any(
        isinstance(one, ChangeEntry) and one.at > at and one.seq not in gone and not AGREED.isdisjoint(one.values)
        for one in entries
    )
