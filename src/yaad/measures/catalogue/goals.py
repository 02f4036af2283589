"""Against the target: how much of it is reached, whether it goes as fast as usual, and whether enough stands open.

All are about a month, a quarter or a year (the month of the data's day when no period is asked for) and about
money; what counts as achieved is the company's setting. Where amounts differ in currency or VAT, those of one money
are summed and the others said to be left out (`yaad.measures.one_money`). They ask the engine once.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.errors import InputError
from yaad.measures.achieved import DAY, sales, sales_by_day
from yaad.measures.catalogue.deals import CLOSED, shown
from yaad.measures.columns import ALIASES
from yaad.measures.definition import AsOf, Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import floats, grouped, groups, integers, key_columns, keyed
from yaad.measures.one_money import OneMoney, one_money
from yaad.measures.pace import Curve, curve_of, periods_before, rest_of
from yaad.measures.quotas import Quotas, Wanted, held_against, same_tax
from yaad.measures.scope import Scope
from yaad.measures.statistics.spells import Floats
from yaad.measures.teams import members_of
from yaad.model import Grain, Period, Target, Whose, months_of, single_unit, target_period
from yaad.model.figures import Cell, Figure
from yaad.model.targets import WON_VALUE, measure_named, named
from yaad.text import Message

SALE, OPEN, DECIDED, WANTED = "sale", "open", "decided", "wanted"
"""What a row of the statistics tells of."""
LONG = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
PARTS = Whose.PARTS
ROUNDING = 1e-9
COLUMNS = {
    "part": "string",
    "outcome": "string",
    "day": "date",
    "currency": "string",
    "tax": "string",
    "n": "int64",
    "total": "float64",
    "without": "int64",
    "measure": "string",
    "months": "int64",
    **dict.fromkeys(PARTS, "string"),
}


def asked_period(scope: Scope) -> Period:
    """The period that a figure against a target is about: the month of the data's day when none is asked for.

    Raises:
        InputError: it is no month, quarter or year.
    """
    if scope.period is None:
        return named(scope.as_of.year, scope.as_of.month, 1)
    return target_period(scope.period.name) if months_of(scope.period) else scope.period


def _statistics(scope: Scope) -> ir.Table:
    """Sales by day; open deals by the day they are due; what was decided, by outcome; and all targets."""
    keys = {key: scope.deals.name.type() for key in key_columns(scope)}
    sold = sales_by_day(scope)
    keys |= {key: sold[key].type() for key in keys}
    due = keyed(scope, scope.deals.filter(scope.deals.outcome == "open"), "expected_close_day")
    ended = keyed(scope, scope.deals.filter(scope.deals.outcome.isin(CLOSED)), "closed_day")
    targets = scope.table("targets")
    wanted = targets.select(
        day="month",
        currency="currency",
        tax="tax",
        total=targets.amount.cast("float64"),
        measure="measure",
        months=targets.months.cast("int64").fill_null(1),
        **{name: targets[name] for name in PARTS},
    )
    parts = (
        _columns(keys, sold.rename(day=DAY), SALE),
        _columns(keys, _summed(scope, due, "expected_close_day"), OPEN),
        _columns(keys, _summed(scope, ended, None), DECIDED),
        _columns(keys, wanted, WANTED),
    )
    return ibis.union(*parts, distinct=False)


def _summed(scope: Scope, rows: ir.Table, day: str | None) -> ir.Table:
    """Deals and their money by outcome, currency and tax, and by a day."""
    by = [day] if day else []
    summed = grouped(
        scope,
        rows,
        "outcome",
        "currency",
        "tax",
        *by,
        n=rows.count().cast("int64"),
        total=rows.amount.sum().cast("float64").fill_null(0.0),
        without=(rows.amount.isnull() | (rows.amount == 0)).cast("int64").sum(),
    )
    return summed.rename(day=day) if day else summed


def _columns(keys: dict[str, object], rows: ir.Table, part: str) -> ir.Table:
    """Rows under all columns of the statistics."""
    values: dict[str, ir.Value] = {
        key: rows[key].cast(kind) if key in rows.columns else ibis.null(kind) for key, kind in keys.items()
    }
    rows = rows.mutate(part=ibis.literal(part))
    for name, kind in COLUMNS.items():
        values[name] = rows[name].cast(kind) if name in rows.columns else ibis.null(kind)
    return rows.select(**values)


@dataclass(frozen=True)
class _Group:
    """What is known of one group.

    Attributes:
        by: its values.
        period: the period that it is about.
        whose: whose target.
        wanted: the target; None where nobody set one.
        rows: its rows of the statistics.
        money: what its sums are in.
        why: why there can be no target of it.
    """

    by: dict[str, Cell]
    period: Period
    whose: Whose
    wanted: Wanted | None
    rows: pa.Table
    money: OneMoney
    why: Message | None = None

    def of(self, part: str) -> pa.Table:
        """Its rows of one part."""
        return self.rows.filter(pc.equal(self.rows["part"], part))

    def within(self, part: str) -> pa.Table:
        """Its rows of one part with a day in the period."""
        rows = self.of(part)
        start, end = (pa.scalar(day, pa.date32()) for day in (self.period.start, self.period.end))
        return rows.filter(pc.and_(pc.greater_equal(rows["day"], start), pc.less(rows["day"], end)))

    @property
    def n(self) -> int:
        """How many sales stand behind it: those that are summed, not those that are left out."""
        return int(integers(self.money.kept(self.within(SALE)), "n").sum())

    def sum(self, part: str) -> float:
        """The money of one part in the period, held against the target.

        Raises:
            InputError: the target is of another money than any amount.
        """
        return money_of(self.within(part), self.wanted, self.money)[0]

    def left_out(self, least: int, *parts: str) -> Message | None:
        """What is left out of the sums of parts; None where nothing is.

        Where orders count, open deals are no part of them: what is left out of those is said before what is of orders.
        """
        due = self.money.left_out(self.within(OPEN)) if self.money.are_orders and OPEN in parts else ()
        if due:
            return replace(self.money, are_orders=False).in_short(due, least)
        return self.money.in_short((one for part in parts for one in self.money.left_out(self.within(part))), least)


def quotas_of(table: pa.Table, scope: Scope) -> Quotas:
    """The targets among the rows of the statistics."""
    rows = table.filter(pc.equal(table["part"], WANTED)).to_pylist()
    targets = [
        Target(
            measure=measure_named(row["measure"]),
            period=named(row["day"].year, row["day"].month, row["months"]),
            value=Decimal(repr(row["total"])),
            whose=Whose(*(row[name] for name in PARTS)),
            currency=row["currency"],
            tax=row["tax"],
        )
        for row in rows
    ]
    return Quotas(targets, scope.settings, scope.calendar)


def _groups(table: pa.Table, scope: Scope) -> Iterator[_Group]:
    """Each group with its target; one that has neither a target nor anything of the period is left out.

    A target that is the sum of parts is held against what is of those parts: for that the engine is asked once more.
    """
    quotas, rest = quotas_of(table, scope), table.filter(pc.not_equal(table["part"], WANTED))
    asked = next(iter(scope.by), "")
    name = ALIASES.get(asked, asked)
    if len(scope.by) > 1 or (name and name not in PARTS and name not in LONG):
        why = Message("goals.no_targets_by", {"column": ", ".join(scope.by)})
        for by, rows in groups(scope, rest):
            yield _Group(by, asked_period(scope), Whose(), None, rows, one_money(scope), why)
        return
    known: list[Cell] = []
    for by, rows in groups(scope, rest):
        value = next(iter(by.values()), None)
        known.append(value)
        if name in LONG and value is None:  # open deals without a day are of no period
            continue
        found = _held(_of_parts(_group(scope, quotas, by, rows, name), scope))
        if not by or found.wanted is not None or found.within(SALE).num_rows:
            yield found
    if name in PARTS:
        for missing in quotas.names(WON_VALUE, name):
            if missing not in known:
                yield _group(scope, quotas, {asked: missing}, rest.slice(0, 0), name)


def _held(group: _Group) -> _Group:
    """The group; without its target where that is of another money than what is summed, and others stand beside it.

    Raises:
        InputError: it is, and nothing stands beside it.
    """
    try:
        for part in (SALE, OPEN):
            group.sum(part)
    except InputError as error:
        if not group.by:
            raise
        return replace(group, wanted=None, why=error.message)
    return group


def _of_parts(group: _Group, scope: Scope) -> _Group:
    """The group with the rows of those alone whose targets its target sums; as it is where it is no such sum."""
    wanted = group.wanted
    if wanted is None or wanted.parts is None:
        return group
    of, names = wanted.parts, wanted.names
    if of == "team":
        teams = members_of(scope.asking(by=()))["team"]
        of, names = "owner", tuple({person for name in names for person in teams.get(name, ())})
    asked = scope.asking(by=(*scope.by, of))
    rows = asked.rows(_statistics)
    is_theirs = pc.is_in(rows[key_columns(asked)[-1]], pa.array(names, pa.string()))
    rows = rows.filter(pc.and_(pc.not_equal(rows["part"], WANTED), is_theirs))
    return replace(group, rows=next((part for by, part in groups(scope, rows) if by == group.by), rows.slice(0, 0)))


def _group(scope: Scope, quotas: Quotas, by: dict[str, Cell], rows: pa.Table, name: str) -> _Group:
    value = next(iter(by.values()), None)
    period = target_period(str(value)) if name in LONG and value else asked_period(scope)
    whose = Whose(**{name: str(value)}) if name in PARTS and value is not None else Whose()
    if name in PARTS and value is None:
        return _Group(by, period, whose, None, rows, one_money(scope))
    try:
        wanted = quotas.wanted(WON_VALUE, period, whose)
    except InputError:
        if not by:
            raise
        # one of several: the others are told
        return _Group(by, period, whose, None, rows, one_money(scope), Message("goals.targets_differ"))
    return _Group(by, period, whose, wanted, rows, one_money(scope, wanted))


def money_of(rows: pa.Table, wanted: Wanted | None, ours: OneMoney) -> tuple[float, str | None]:
    """The money of those rows that are summed and its currency, held against that of the target.

    Raises:
        InputError: the target is of another currency or tax.
    """
    priced = ours.kept(rows.filter(pc.not_equal(rows["total"], 0.0)))
    unit, tax = single_unit(priced["currency"].to_pylist()), same_tax(priced["tax"].to_pylist())
    if wanted is not None:
        held_against(wanted, unit, tax)
    return float(np.sum(floats(priced, "total"))), unit or (wanted.currency if wanted else None)


def _why(group: _Group) -> Message | None:
    if group.why is not None:
        return group.why
    if group.wanted is None:
        return Message("goals.no_target", {"period": group.period.name})
    return Message("goals.target_of_nothing") if not group.wanted.value else None


def _figure(scope: Scope, measure: str, group: _Group, value: float | None, unit: Unit, **more: object) -> Figure:
    why = more.pop("why", None) or group.left_out(scope.least, SALE)
    beside: dict[str, Cell] = {"target": float(group.wanted.value)} if group.wanted else {}
    return Figure(
        measure,
        value,
        unit,
        n=group.n,
        as_of=scope.as_of,
        period=group.period,
        by=group.by,
        why=why if isinstance(why, Message) else None,
        beside=beside | more,  # type: ignore[arg-type] # callers give cells
    )


def _finish_attainment(table: pa.Table, scope: Scope) -> list[Figure]:
    """Achieved ÷ target of each group.

    Raises:
        InputError: the target is of another money than any amount, or the period is no month, quarter or year.
    """
    figures = []
    for group in _groups(table, scope):
        achieved = group.sum(SALE)
        why = _why(group)
        value = None if why or group.wanted is None else achieved / float(group.wanted.value)
        figures.append(_figure(scope, "quota_attainment", group, value, Unit.RATE, achieved=achieved, why=why))
    return figures


def daily_of(rows: pa.Table, column: str = "total") -> dict[dt.date, float]:
    """Day → what was achieved on it."""
    found: dict[dt.date, float] = {}
    for day, value in zip(rows["day"].to_pylist(), floats(rows, column).tolist(), strict=True):
        if day is not None:
            found[day] = found.get(day, 0.0) + value
    return found


def curve_in(scope: Scope, daily: dict[dt.date, float], period: Period) -> Curve:
    """The company's curve within a period, of the twelve such periods before it that began after the first sale."""
    first = min(daily, default=scope.as_of)
    past = [one for one in periods_before(period) if one.start > first or one.start == first.replace(day=1)]
    return curve_of(daily, period, past, scope.as_of, scope.calendar)


def rest_in(scope: Scope, daily: dict[dt.date, float], period: Period) -> Floats:
    """What came in the rest of each of the twelve such periods before it that began after somebody's first sale."""
    first = min(daily, default=scope.as_of)
    past = [one for one in periods_before(period) if one.start > first or one.start == first.replace(day=1)]
    return rest_of(daily, period, past, scope.as_of, scope.calendar)


def _finish_pace(table: pa.Table, scope: Scope) -> list[Figure]:
    """Achieved ÷ what should be achieved by the end of the as-of day, of each group.

    Raises:
        InputError: see `_finish_attainment`.
    """
    figures = []
    whole = table.filter(pc.equal(table["part"], SALE))
    for group in _groups(table, scope):
        achieved = group.sum(SALE)
        curve = curve_in(scope, daily_of(group.money.kept(whole)), group.period)
        wanted = float(group.wanted.value) if group.wanted else 0.0
        due = wanted * curve.share
        why = _why(group) or (None if due else Message("goals.not_begun"))
        figures.append(
            _figure(
                scope,
                "pace",
                group,
                None if why else achieved / due,
                Unit.RATE,
                achieved=achieved,
                plan_today=due,
                state=None if why else curve.state(achieved, wanted).value,
                own_periods=len(curve.shares),
                why=why,
            )
        )
    return figures


def _finish_coverage(table: pa.Table, scope: Scope) -> list[Figure]:
    """Open money due in the period ÷ what the target still needs, of each group.

    Raises:
        InputError: see `_finish_attainment`.
    """
    figures = []
    for group in _groups(table, scope):
        achieved = group.sum(SALE)
        due = group.sum(OPEN)
        wanted = float(group.wanted.value) if group.wanted else 0.0
        missing = max(wanted - achieved, 0.0)
        why = _why(group) or (None if missing else Message("goals.reached"))
        if why is None and not _are_dated(group.of(OPEN)):
            why = Message("goals.no_expected_close")
        figures.append(
            _figure(
                scope,
                "pipeline_coverage",
                group,
                None if why else due / missing,
                Unit.NUMBER,
                open_due=due,
                missing=missing,
                needed=_needed(group.money.kept(group.of(DECIDED))),
                of_whole_target=due / wanted if wanted else None,
                why=why or group.left_out(scope.least, SALE, OPEN),
            )
        )
    return figures


def _finish_closings(table: pa.Table, scope: Scope) -> list[Figure]:
    """What the target still needs ÷ the mean won deal of the book, rounded up, of each group; 0 once it is reached.

    Raises:
        InputError: see `_finish_attainment`.
    """
    figures = []
    for group in _groups(table, scope):
        average = _mean_won(table, group.money)
        achieved = group.sum(SALE)
        missing = max((float(group.wanted.value) if group.wanted else 0.0) - achieved, 0.0)
        why = _why(group) or (None if average else Message("book.no_average"))
        value = None if why or average is None else ceil(missing / average - ROUNDING)
        figures.append(
            _figure(scope, "closings_needed", group, value, Unit.COUNT, achieved=achieved, missing=missing,
                average=average, why=why)
        )  # fmt: skip
    return figures


def _mean_won(table: pa.Table, ours: OneMoney) -> float | None:
    """The mean of the won deals that have an amount of the money that is summed; None where there are none."""
    won = ours.kept(table.filter(pc.and_(pc.equal(table["part"], DECIDED), pc.equal(table["outcome"], "won"))))
    priced = int(integers(won, "n").sum() - integers(won, "without").sum())
    return money_of(won, None, ours)[0] / priced if priced else None


def _are_dated(rows: pa.Table) -> bool:
    """Whether open deals say when they are due; where none stands open there is nothing to say."""
    return rows.num_rows == 0 or bool(rows["day"].null_count < rows.num_rows)


def _needed(rows: pa.Table) -> float | None:
    """How many times what is missing has to stand open: 1 ÷ the part of decided money that is won."""
    won = float(np.sum(floats(rows.filter(pc.equal(rows["outcome"], "won")), "total")))
    return float(np.sum(floats(rows, "total"))) / won if won else None


def _sale_rows(scope: Scope) -> ir.Table:
    """The sales of the period as rows to show."""
    period = asked_period(scope)
    rows = sales(scope)
    inside = rows.filter((rows[DAY] >= ibis.literal(period.start)) & (rows[DAY] < ibis.literal(period.end)))
    if "deal" not in inside.columns:
        return inside.order_by(DAY, "order_id").select(DAY, "order_id", "account", "owner", "amount", "currency")
    return shown(scope, inside)


def _due_rows(scope: Scope) -> ir.Table:
    """The open deals that are due in the period as rows to show."""
    period = asked_period(scope)
    rows = keyed(scope, scope.deals.filter(scope.deals.outcome == "open"), "expected_close_day")
    day = rows.expected_close_day
    return shown(
        scope, rows.filter((day >= ibis.literal(period.start)) & (day < ibis.literal(period.end))), "expected_close_day"
    )


def _goal(
    measure: str,
    finish: Callable[[pa.Table, Scope], list[Figure]],
    rows: Callable[[Scope], ir.Table],
    unit: Unit,
    source: str,
    *,
    day: str = "closed_day",
    state: bool = False,
    good: Good = Good.UP,
    kind: Kind = Kind.RATIO,
) -> Measure:
    return Measure(
        id=measure,
        kind=kind,
        unit=unit,
        family=Family.VALUE,
        date_column=day,
        as_of=AsOf.STATE if state else AsOf.EVENTS,
        censoring=Censoring.NONE,
        good=good,
        source=source,
        statistics=_statistics,
        finish=finish,
        rows=rows,
        has_rival=True,
    )


GOALS = (
    _goal(
        "quota_attainment",
        _finish_attainment,
        _sale_rows,
        Unit.RATE,
        "Salesforce, Forecasts: quota attainment = closed amount ÷ quota",
    ),
    _goal(
        "pace",
        _finish_pace,
        _sale_rows,
        Unit.RATE,
        "Yaad: attained ÷ planned by today, on the company's own curve of working days",
    ),
    _goal(
        "closings_needed",
        _finish_closings,
        _sale_rows,
        Unit.COUNT,
        "Zoltners, Sinha & Lorimer 2009, Building a Winning Sales Force: quota in deals = quota still open ÷ mean deal",
        good=Good.DOWN,
        kind=Kind.DERIVED,
    ),
    _goal(
        "pipeline_coverage",
        _finish_coverage,
        _due_rows,
        Unit.NUMBER,
        "Salesforce and HubSpot, pipeline coverage: open amount due in the period ÷ quota still open",
        day="expected_close_day",
        state=True,
    ),
)
