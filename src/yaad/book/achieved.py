"""What was achieved of a measure, by day and in a period, as targets are held against it: in one money, of whomever."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from yaad import measures
from yaad.errors import InputError
from yaad.measures import Scope
from yaad.measures.achieved import DAY, sales_by_day
from yaad.measures.catalogue.goals import daily_of, money_of
from yaad.measures.definition import Kind, Unit
from yaad.measures.dimensions import groups, integers
from yaad.measures.one_money import LeftOut, OneMoney, in_all
from yaad.measures.quotas import CENT, Members, Wanted, held_against, same_tax
from yaad.model import single_unit
from yaad.model.targets import WON_VALUE
from yaad.text import Message


class Sum(NamedTuple):
    """What was achieved: its value, the sales behind it, the unit and tax, and what stands not in it."""

    value: Decimal
    n: int
    unit: str | None
    tax: str | None = None
    left: tuple[LeftOut, ...] = ()


class Sums:
    """What was achieved of a measure: by day, and in a period by person, branch and product.

    Attributes:
        refused: why amounts of a measure other than sales are not summed: they differ in currency or VAT.
        daily: by day; None where nothing is known by day, or it is not summed.
    """

    def __init__(self, scope: Scope, measure: str, money: OneMoney, members: Members) -> None:
        """Args: the question; the measure; what sums are in; who is in which team: its sum is that of its people."""
        self.scope, self.measure, self.money, self._members = scope, measure, money, members
        self.refused: Message | None = None
        self._found: dict[str | None, dict[str | None, Sum]] = {}
        self.daily = self._daily()

    def names(self, kind: str) -> list[str | None]:
        """Who achieved anything in the period; teams are made of people, so they have no rows of their own."""
        return [] if kind == "team" else list(self._by(kind))

    def holds(self, wanted: Wanted) -> bool:
        """Whether a target is in the money that is summed."""
        if self.measure != WON_VALUE:
            return True
        try:
            held_against(wanted, self.money.currency, self.money.tax)
        except InputError:
            return False
        return True

    def of(self, kind: str | None, name: str | None, wanted: Wanted | None) -> Sum:
        """What one achieved in the period; of a target that is the sum of parts, what those parts did.

        Raises:
            InputError: they are of another currency or tax than the target's.
        """
        if wanted is not None and wanted.parts is not None:
            alone = replace(wanted, parts=None, names=())
            return _all_of(self.of(wanted.parts, one, alone) for one in wanted.names)
        if kind == "team":
            return _all_of(self.of("owner", person, wanted) for person in self._people(name))
        sums = self._by(kind)
        nothing = Sum(Decimal(0), 0, next((one.unit for one in sums.values()), wanted.currency if wanted else None))
        found = sums.get(name if kind else None, nothing)
        if wanted is not None and self.measure == WON_VALUE:
            held_against(wanted, found.unit, found.tax)
        return found

    def of_others(self, kind: str | None, name: str | None, wanted: Wanted | None) -> Decimal | None:
        """What others achieved beside those parts whose targets a target sums; None where it is no sum."""
        if wanted is None or wanted.parts is None:
            return None
        return self.of(kind, name, None).value - self.of(kind, name, wanted).value

    def _people(self, team: str | None) -> Sequence[str]:
        return self._members.get("team", {}).get(team or "", ())

    def daily_of(self, kind: str | None, name: str | None, wanted: Wanted | None) -> dict[dt.date, float]:
        """What one achieved on each day, as in `of`; nothing of a measure of which no sales are known by day."""
        if self.measure not in (WON_VALUE, "won"):
            return {}
        parts, some = (wanted.parts, wanted.names) if wanted and wanted.parts else (kind, (name or "",))
        column, names = deals_of(parts or "", some, self._members)
        scope = replace(self.scope, period=None, by=(column,))
        found: dict[dt.date, float] = {}
        for by, part in groups(scope, scope.rows(sales_by_day)):
            if name_of(by.get(column)) in names:
                days = daily_of(
                    self._summed(part).rename_columns({DAY: "day"}), "total" if self.measure == WON_VALUE else "n"
                )
                found = {day: found.get(day, 0.0) + days.get(day, 0.0) for day in {*found, *days}}
        return found

    def _by(self, kind: str | None) -> dict[str | None, Sum]:
        if kind not in self._found:
            self._found[kind] = dict(self._sums(kind))
        return self._found[kind]

    def _sums(self, kind: str | None) -> Iterator[tuple[str | None, Sum]]:
        scope = replace(self.scope, by=(kind,) if kind else ())
        if self.measure not in (WON_VALUE, "won"):
            try:
                figures = measures.measure([self.measure], scope)
            except InputError as error:
                self.refused = error.message
                return
            for figure in figures:
                value = Decimal(str(figure.value or 0))
                yield name_of(figure.by.get(kind or "")), Sum(value, figure.n, figure.unit)
            return
        rows = scope.rows(sales_by_day)
        if (period := scope.period) is not None:
            days = rows[DAY]
            rows = rows.filter(pc.and_(pc.greater_equal(days, period.start), pc.less(days, period.end)))
        for by, part in groups(scope, rows):
            name, summed = name_of(by.get(kind or "")), self._summed(part)
            n = int(integers(summed, "n").sum())
            if self.measure == "won":
                yield name, Sum(Decimal(n), n, Unit.COUNT.value)
            else:
                money, unit = money_of(summed, None, self.money)
                tax, left = same_tax(summed["tax"].to_pylist()), self.money.left_out(part)
                yield name, Sum(Decimal(repr(money)).quantize(CENT), n, unit, tax, left)

    def _summed(self, rows: pa.Table) -> pa.Table:
        """The sales that count: of money those of one currency and tax, of closings all."""
        return self.money.kept(rows) if self.measure == WON_VALUE else rows

    def _daily(self) -> dict[dt.date, float] | None:
        scope = replace(self.scope, period=None, by=())
        if self.measure in (WON_VALUE, "won"):
            rows = scope.rows(sales_by_day).rename_columns({DAY: "day"})
            return daily_of(self._summed(rows), "total" if self.measure == WON_VALUE else "n")
        if measures.find(self.measure).kind is not Kind.SIMPLE:
            return None
        try:
            figures = measures.measure([self.measure], replace(scope, by=("day",)))
        except InputError:
            return None
        if len({one.unit for one in figures if one.value}) > 1:  # days of two currencies make no curve
            return None
        return {dt.date.fromisoformat(str(one.by["day"])): float(one.value or 0) for one in figures}


def _all_of(sums: Iterable[Sum]) -> Sum:
    """Sums of several in one.

    Raises:
        InputError: they are of mixed currency or tax.
    """
    each = list(sums)
    return Sum(
        sum((one.value for one in each), Decimal(0)),
        sum(one.n for one in each),
        single_unit({one.unit for one in each if one.unit}),
        same_tax(one.tax for one in each),
        in_all(left for one in each for left in one.left),
    )


def deals_of(kind: str, names: Sequence[str], members: Members) -> tuple[str, frozenset[str]]:
    """The column of deals, and its names, of people, branches or products; a team is its people."""
    if kind != "team":
        return kind, frozenset(names)
    return "owner", frozenset(person for name in names for person in members.get(kind, {}).get(name, ()))


def name_of(value: object) -> str | None:
    """A value of a breakdown as a name; None where it is nobody's."""
    return None if value is None or value == "" else str(value)
