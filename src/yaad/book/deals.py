"""Single deals: a list of them page by page, one with its way and what was written of it, and its version."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from yaad.book.opened import Opened
from yaad.facts import journal_of, undone
from yaad.insight.closing_words import ClosingWords, closing_words
from yaad.insight.deal import Beside, Deal, one_deal
from yaad.insight.winning import WinChances
from yaad.measures import Scope
from yaad.model import SCHEMAS, DealEntry, WinEntry
from yaad.model.leaving import lacking, lines_of
from yaad.show import plain

OWN = ("deal", "recorded_seq", "file", "row")
"""Columns that are the book's own business."""
TOLD = tuple(name for name in SCHEMAS["deals"].names if name not in OWN)
EQUAL = ("stage", "outcome", "owner", "source", "product", "branch", "campaign", "account")
"""Columns by which a list can be narrowed."""
MOST = 200
VERSION = 16

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


@dataclass(frozen=True)
class Wanted:
    """Which deals are listed; what is not said does not narrow.

    Attributes:
        equal: column of `EQUAL` → its value.
        created_from, created_to: the days between which they came, both included.
    """

    equal: Mapping[str, str]
    created_from: dt.date | None = None
    created_to: dt.date | None = None

    def of(self, deals: ir.Table) -> ir.Table:
        """The rows that are wanted."""
        for name, value in self.equal.items():
            deals = deals.filter(deals[name] == ibis.literal(value, "string"))
        if self.created_from is not None:
            deals = deals.filter(deals.created_day >= ibis.literal(self.created_from))
        if self.created_to is not None:
            deals = deals.filter(deals.created_day <= ibis.literal(self.created_to))
        return deals


def deals_of(book: Opened, wanted: Wanted, after: int, limit: int) -> tuple[list[Json], int | None]:
    """So many deals by the order in which they first came, and the number of the last one while there are more.

    Args:
        book: whose, as its viewer sees it.
        wanted: which.
        after: the number of the deal that was told last; 0 from the beginning.
        limit: at most so many.
    """
    deals = wanted.of(book.facts.deals)
    rows = book.facts.run(deals.filter(deals.deal > after).order_by("deal").limit(limit + 1)).to_pylist()
    shown = rows[:limit]
    return [_told(book.opt_outs.hidden(row)) for row in shown], shown[-1]["deal"] if len(rows) > limit else None


def deal_of(book: Opened, deal_id: str) -> Json:
    """One deal: its row, its way through the stages, what was written of it by hand, and its ``version``.

    Raises:
        UnknownName: there is none, or not for this viewer.
    """
    row = book.facts.deal(deal_id)
    moves = book.facts.moves
    way = book.facts.run(moves.filter(moves.deal == ibis.literal(row["deal"])).order_by("sort_at", "seq")).to_pylist()
    told = _told(row | {"asked_not": book.opt_outs.word(_text(row["phone"]), _text(row["email"]))})
    told["way"] = [plain({name: one[name] for name in ("to_stage", "at", "day", "whole_day", "by")}) for one in way]
    told["entries"] = entries_of(book, deal_id)
    return {**told, "version": _version(told)}


def entries_of(book: Opened, deal_id: str) -> list[Json]:
    """What was written of a deal by hand, in its order; ``counts`` is false once it was taken back.

    Raises:
        UnknownName: there is none, or not for this viewer.
    """
    book.deal_now(deal_id)
    entries = journal_of(book.root).of([deal_id])
    gone = undone(entries)
    return [_entry(json.loads(one.to_json()), one.seq, gone) for one in entries]


def own_columns_of(book: Opened) -> list[str]:
    """The columns that the company's files tell of deals beyond those that we know."""
    book.need_persons()
    deals = book.facts.deals
    return sorted(book.facts.run(deals.select(name=deals.custom.keys().unnest()).distinct())["name"].to_pylist())


def own_values_of(book: Opened, deal_ids: Collection[str], names: Collection[str]) -> dict[str, dict[str, str]]:
    """What some deals say in such columns; a number of who asks not to be called is left out.

    Args:
        book: whose, as its viewer sees it.
        deal_ids: which deals.
        names: which columns.
    """
    deals = book.facts.deals
    rows = book.facts.run(deals.filter(deals.deal_id.isin(sorted(deal_ids))).select("deal_id", "custom")).to_pylist()
    return {
        row["deal_id"]: {
            name: value
            for name, value in dict(row["custom"] or ()).items()
            if name in names and value and not book.opt_outs.hides_name(value)
        }
        for row in rows
    }


def lacking_of(book: Opened, deal_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What deals went on without of what their stages asked; a deal that lacks nothing is left out."""
    known = lines_of(book.exits)
    if not known:
        return {}
    of_each: dict[str, list[DealEntry]] = {}
    for entry in journal_of(book.root).of(deal_ids):
        of_each.setdefault(entry.deal_id, []).append(entry)
    found = {deal: lacking(entries, undone(entries), known) for deal, entries in of_each.items()}
    return {deal: lines for deal, lines in found.items() if lines}


def story_of(book: Opened, deal_id: str, scope: Scope, chances: WinChances | None, today: dt.date | None) -> Deal:
    """One deal as people work on it; see `yaad.insight.deal`.

    Args:
        book: whose, as its viewer sees it.
        deal_id: of the deal.
        scope: the facts.
        chances: where they were computed for these data.
        today: by which a next step is overdue; the data's day when absent.

    Raises:
        UnknownName: there is none, or not for this viewer.
    """
    row = book.facts.deal(deal_id)
    entries = journal_of(book.root).of([deal_id])
    if book.asked_as_of is not None:
        zone = ZoneInfo(book.zone)
        entries = [one for one in entries if one.at.astimezone(zone).date() <= book.as_of]
    told = book.facts.told_by_source(int(str(row["deal"])))
    return one_deal(scope, row, Beside(entries, told, chances), today or book.as_of)


def words_of(book: Opened, scope: Scope) -> ClosingWords:
    """What people said when deals were closed."""
    entries = [one for one in journal_of(book.root).since(0) if isinstance(one, DealEntry)]
    gone = undone(entries)
    return closing_words(scope, [one for one in entries if isinstance(one, WinEntry) and one.seq not in gone])


def _entry(told: Json, seq: int, gone: Sequence[int] | frozenset[int]) -> Json:
    del told["key"]
    return {**told, "seq": seq, "counts": seq not in gone}


def _told(row: Mapping[str, Any]) -> Json:
    told = {name: plain(row[name]) for name in TOLD if name != "custom"}
    return {**told, "custom": dict(row["custom"] or ()), "asked_not": row["asked_not"]}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _version(told: Json) -> str:
    """Changes with anything that is told of the deal."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:VERSION]
