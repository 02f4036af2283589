"""What a forecast is made of, as a book shows it on its day: open deals, months past, what was won.

An amount that is empty or 0 is no amount. Deals of an unknown first day are no inquiry of any month; while they are
open they stand among no open deals here either, since they will be counted when they come.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.measures.dimensions import floats, groups, integers, keyed
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending
from yaad.measures.statistics.spells import Counts, Floats
from yaad.measures.winning import standing
from yaad.model import Tax, single_unit
from yaad.model.figures import Cell
from yaad.text import Message

FIELDS = ("source", "product")
"""What the score by frequencies looks at beside the stage."""
MOST = 0.5
"""Where more than this part of the won deals have no amount, no money is told."""
MONTHS_A_YEAR = 12


@dataclass(frozen=True, eq=False)
class Values:
    """How the closed deals ended by the values of a field, and which value each open deal has (−1: none)."""

    won: Floats
    lost: Floats
    of_open: Counts


@dataclass(frozen=True, eq=False)
class Outlook:
    """What a book shows on its day.

    Attributes:
        as_of: the day.
        names: the parts of the breakdown; one without a name when there is none.
        place, age, size, part: of each open deal its stage, days there (NaN: unknown), amount (NaN: none) and part.
        undated: open deals left out because nobody knows when they came.
        came: month (year × 12 + month − 1) → inquiries.
        won_month, won_age, won_size, won_part: of each won deal the month, days since then, amount and part.
        decided: deals by furthest stage and `Ending`, shape (stages + 1, 3).
        values: fields for the score by frequencies.
        unit: currency of the amounts; None when unknown.
        no_money: why no money is told; None when it is.
        first_day: of the first inquiry; None when there is none.
    """

    as_of: dt.date
    names: tuple[Cell, ...]
    place: Counts
    age: Floats
    size: Floats
    part: Counts
    undated: int
    came: dict[int, int]
    won_month: Counts
    won_age: Floats
    won_size: Floats
    won_part: Counts
    decided: Counts
    values: tuple[Values, ...]
    unit: str | None
    no_money: Message | None
    first_day: dt.date | None

    def gathered(self, into: Mapping[Cell, Cell]) -> "Outlook":
        """The same by what the parts belong to, such as persons to teams; parts that belong to nothing stand last.

        Args:
            into: part → what it belongs to.
        """
        of = [into.get(name) for name in self.names]
        names: list[Cell] = sorted({name for name in of if name is not None}, key=str)
        if None in of:
            names.append(None)
        places = np.array([names.index(name) for name in of], dtype=np.int64)
        return replace(self, names=tuple(names), part=places[self.part], won_part=places[self.won_part])


def month_number(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def outlook(scope: Scope) -> Outlook:
    """What the book of `scope` shows; its period is not looked at, its breakdown names the parts.

    Raises:
        UnknownName: no such column.
    """
    whole = scope.asking(all_time=True)
    deals = keyed(whole, whole.deals, "created_day")
    still, won = whole.rows(_open, deals), whole.rows(_won, deals)
    names, (part, won_part) = _parts(whole, still, won)
    counts = whole.rows(_counts, deals)
    months = whole.rows(_came)
    first = months["first"].to_pylist()
    unit, no_money = _unit(still, won)
    return Outlook(
        as_of=whole.as_of,
        names=names,
        place=integers(still, "place"),
        age=floats(still, "days"),
        size=np.where(floats(still, "amount") > 0, floats(still, "amount"), np.nan),
        part=part,
        undated=_undated(counts),
        came=dict(zip(months["month"].to_pylist(), months["n"].to_pylist(), strict=True)),
        won_month=integers(won, "month"),
        won_age=floats(won, "days"),
        won_size=np.where(floats(won, "amount") > 0, floats(won, "amount"), np.nan),
        won_part=won_part,
        decided=_decided(whole, counts),
        values=tuple(_values(whole, field, still) for field in FIELDS),
        unit=unit,
        no_money=no_money,
        first_day=min(first) if first else None,
    )


def _open(scope: Scope, deals: ir.Table) -> ir.Table:
    rows = standing(scope, deals.filter(deals.created_day.notnull()))
    keys = [name for name in rows.columns if name.startswith("by_")]
    amounts = {"amount": rows.amount.cast("float64"), "currency": rows.currency, "tax": rows.tax}
    return rows.select("deal", *keys, "place", "days", *FIELDS, **amounts).order_by("deal")


def _won(scope: Scope, deals: ir.Table) -> ir.Table:
    rows = deals.filter((deals.outcome == "won") & deals.closed_day.notnull())
    keys = [name for name in rows.columns if name.startswith("by_")]
    since = ibis.literal(scope.as_of).delta(rows.closed_day, unit="day").cast("float64")
    amounts = {"amount": rows.amount.cast("float64"), "currency": rows.currency, "tax": rows.tax}
    return rows.select("deal", *keys, month=_month(rows.closed_day), days=since, **amounts).order_by("deal")


def _month(day: ir.DateValue) -> ir.IntegerValue:
    return (day.year() * ibis.literal(MONTHS_A_YEAR) + day.month() - ibis.literal(1)).cast("int64")


def _counts(_scope: Scope, deals: ir.Table) -> ir.Table:
    """Deals by furthest stage and outcome; whether their first day is known."""
    dated = deals.created_day.notnull()
    return deals.group_by(furthest="furthest", outcome="outcome", dated=dated).aggregate(n=deals.count())


def _undated(counts: pa.Table) -> int:
    rows = zip(counts["outcome"].to_pylist(), counts["dated"].to_pylist(), integers(counts, "n"), strict=True)
    return int(sum(n for outcome, dated, n in rows if outcome == "open" and not dated))


def _decided(scope: Scope, counts: pa.Table) -> Counts:
    stages = len(scope.stages)
    found = np.zeros((stages + 1, len(Ending)), dtype=np.int64)
    ending = {"won": Ending.ADVANCED, "lost": Ending.LOST, "open": Ending.OPEN}
    for outcome, furthest, n in zip(
        counts["outcome"].to_pylist(), integers(counts, "furthest"), integers(counts, "n"), strict=True
    ):
        place = stages if outcome == "won" else int(np.clip(furthest, 0, max(stages - 1, 0)))
        if outcome in ending:
            found[place, ending[outcome]] += n
    return found


def _came(scope: Scope) -> ir.Table:
    deals = scope.deals.filter(scope.deals.created_day.notnull())
    rows = deals.group_by(month=_month(deals.created_day))
    return rows.aggregate(n=deals.count(), first=deals.created_day.min()).order_by("month")


def _parts(scope: Scope, *tables: pa.Table) -> tuple[tuple[Cell, ...], list[Counts]]:
    """The names of the parts, and the part of each row of the tables."""
    if not scope.by:
        return (None,), [np.zeros(table.num_rows, dtype=np.int64) for table in tables]
    keys = pa.concat_tables([table.select(["by_0"]) for table in tables])
    rows = keys.append_column("row", pa.array(np.arange(keys.num_rows)))
    names: list[Cell] = []
    part = np.zeros(keys.num_rows, dtype=np.int64)
    for group in groups(scope, rows):
        part[integers(group.rows, "row")] = len(names)
        names.append(group.by[scope.by[0]])
    ends = np.cumsum([table.num_rows for table in tables])
    return tuple(names) or (None,), [np.asarray(one) for one in np.split(part, ends[:-1])]


def _values(scope: Scope, field: str, still: pa.Table) -> Values:
    rows = scope.rows(_decided_by, field)
    code = {value: at for at, value in enumerate(rows["value"].to_pylist())}
    of_open = np.array([code.get(value, -1) for value in still[field].to_pylist()], dtype=np.int64)
    wins = floats(rows, "won")
    return Values(wins, floats(rows, "n") - wins, of_open)


def _decided_by(scope: Scope, field: str) -> ir.Table:
    deals = scope.deals.filter(scope.deals[field].notnull() & scope.deals.outcome.isin(["won", "lost"]))
    won = deals.count(where=deals.outcome == "won")
    return deals.group_by(value=field).aggregate(won=won, n=deals.count()).order_by("value")


def _unit(still: pa.Table, won: pa.Table) -> tuple[str | None, Message | None]:
    """The currency of the amounts, and why they cannot be added up where they cannot."""
    amounts = floats(won, "amount")
    without = int((~(amounts > 0)).sum())
    if len(amounts) and without / len(amounts) > MOST:
        return None, Message("measures.no_amounts_won", {"n": without, "of": len(amounts)})
    currencies: set[str | None] = set()
    taxes: set[str | None] = set()
    for table in (still, won):
        having = table.filter(pa.array(floats(table, "amount") > 0))
        currencies |= set(having["currency"].unique().to_pylist())
        taxes |= {None if tax == Tax.UNKNOWN.value else tax for tax in having["tax"].unique().to_pylist()}
    try:
        single_unit(taxes)
        return single_unit(currencies), None
    except InputError as error:
        return None, error.message
