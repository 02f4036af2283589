"""Measures that a company defines: a sum over deals, or one number divided by another.

A part counts deals or adds up a column of them, only of deals with certain values, by one of their dates. A ratio may
also be made of counts and sums of the catalogue. How sure a ratio is: of a share of deals Wilson's interval, else the
interval of a ratio of two sums (see `comparing.ratio_of_sums`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import shown
from yaad.measures.columns import place_of
from yaad.measures.comparing import ratio_of_sums, spread_of
from yaad.measures.definition import Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.registry import REGISTRY
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL, wilson
from yaad.model import Cell, Figure, Tax, single_unit
from yaad.text import Message

DEALS, AMOUNT, CYCLE = "deals", "amount", "cycle_days"
DATES = ("created_day", "closed_day", "expected_close_day")
UNITS = {DEALS: Unit.COUNT, AMOUNT: Unit.MONEY, CYCLE: Unit.DAYS}
"""What the sum of a column is counted in; of a column of the company's own, what the definition says."""
SOURCE = "the company's own definition"


@dataclass(frozen=True)
class Part:
    """A count of deals, or the sum of a column of theirs.

    Attributes:
        column: ``deals`` counts them; else a column of deals, or of the company's own, that holds numbers.
        where: column → the values that count; every one of these columns must hold one of its values.
        date: the day by which a deal is put into periods.
    """

    column: str = DEALS
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: str = DATES[0]


@dataclass(frozen=True)
class OwnMeasure:
    """A measure as it is defined.

    Attributes:
        id: its name in every face.
        names: language → what it is called.
        unit, good, family: see `Measure`.
        total: of a sum: what is added up.
        numerator, denominator: of a ratio: a part, or the id of a count or sum of the catalogue.
        minimum: with fewer deals behind it no value is given.
        line: of the file, from 1.
    """

    id: str
    names: Mapping[str, str]
    unit: Unit
    good: Good
    family: Family = Family.PIPELINE
    total: Part | None = None
    numerator: Part | str | None = None
    denominator: Part | str | None = None
    minimum: int = 0
    line: int = 0


@dataclass(frozen=True)
class OwnMeasures:
    """All definitions of a company.

    Attributes:
        measures: in their order.
        first: ids that stand first on the scorecard, in this order; empty: the usual ones.
    """

    measures: tuple[OwnMeasure, ...] = ()
    first: tuple[str, ...] = ()

    def made(self) -> dict[str, Measure]:
        """The measures by id, ready to be asked for; the very same each time."""
        return dict(self._made)

    @cached_property
    def _made(self) -> dict[str, Measure]:
        return {one.id: made(one) for one in self.measures}


def made(own: OwnMeasure) -> Measure:
    """A definition as a measure."""
    if own.total is not None:
        return _of_part(own, own.total, own.id, own.unit)
    parts = tuple(
        REGISTRY[part] if isinstance(part, str) else _of_part(own, part, f"{own.id}.{place}", None)
        for place, part in (("numerator", own.numerator or ""), ("denominator", own.denominator or ""))
    )
    numerator, denominator = parts
    return replace(
        denominator,
        id=own.id,
        kind=Kind.RATIO,
        unit=own.unit,
        family=own.family,
        good=own.good,
        source=SOURCE,
        minimum=own.minimum,
        misleads=True,
        parts=parts,
        combine=partial(_divided, own=own),
        called=_name(own),
        ruled=Message("kpis.rule_ratio", {"numerator": _part_said(numerator), "denominator": _part_said(denominator)}),
    )


def _name(own: OwnMeasure) -> Message:
    """Its name in both languages; one that was named in one of them is called so in the other too."""
    one = next(iter(own.names.values()))
    return Message("kpis.own_name", {lang: own.names.get(lang, one) for lang in ("he", "en")})


def _part_said(part: Measure) -> Message:
    return part.ruled or part.name


def _said(part: Part) -> Message:
    """What a part is, in words."""
    told = "; ".join(f"{column}: {', '.join(values)}" for column, values in part.where.items())
    where = Message("kpis.where", {"where": told}) if told else ""
    values: dict[str, object] = {"date": Message(f"kpis.date_{part.date}"), "where": where}
    if part.column == DEALS:
        return Message("kpis.part_deals", values)
    return Message("kpis.part_sum", values | {"column": part.column})


# ---- a part: a count or a sum -----------------------------------------------------------------------------------


def _of_part(own: OwnMeasure, part: Part, name: str, unit: Unit | None) -> Measure:
    is_whole = unit is not None
    own_unit = unit or UNITS.get(part.column, Unit.NUMBER)
    return Measure(
        id=name,
        kind=Kind.SIMPLE,
        unit=own_unit,
        family=own.family,
        date_column=part.date,
        censoring=Censoring.NONE,
        good=own.good,
        source=SOURCE,
        statistics=partial(_statistics, part=part),
        finish=partial(_finish, part=part, measure=name, unit=own_unit, called=_name(own) if is_whole else None),
        rows=partial(_rows, part=part),
        minimum=own.minimum if is_whole else 0,
        misleads=is_whole,
        called=_name(own) if is_whole else None,
        ruled=Message("kpis.rule_sum", {"part": _said(part)}) if is_whole else _said(part),
    )


def _deals(scope: Scope, part: Part) -> ir.Table:
    """The deals that a part is of, `keyed`, with their number in ``counts``; null where it is none."""
    deals = scope.deals
    for column, values in part.where.items():
        deals = deals.filter(place_of(scope, deals, column).values.cast("string").isin(values))
    deals = asked(scope, deals, part.date)
    if part.column == DEALS:
        return deals.mutate(counts=ibis.literal(1.0, type="float64"))
    numbers = place_of(scope, deals, part.column).values
    if numbers.type().is_string():
        numbers = numbers.try_cast("float64")
    if part.column == AMOUNT:  # exact decimals; an amount of 0 is no amount
        return deals.mutate(counts=ibis.ifelse(numbers == ibis.literal(0), ibis.null(numbers.type()), numbers))
    return deals.mutate(counts=numbers.cast("float64"))


def _statistics(scope: Scope, *, part: Part) -> ir.Table:
    """Deals, those with a number, its sum and sum of squares, per group, and per currency and tax of amounts."""
    deals = _deals(scope, part)
    more = ("currency", "tax") if part.column == AMOUNT else ()
    plain = deals.counts.cast("float64")
    sums = {
        "deals": deals.count(),
        "n": deals.counts.count(),
        "total": deals.counts.sum(),
        "squares": (plain * plain).sum(),
    }
    return grouped(scope, deals, *more, **sums)


def _rows(scope: Scope, *, part: Part) -> ir.Table:
    deals = _deals(scope, part)
    own = () if part.column in (DEALS, AMOUNT, CYCLE) or part.column in scope.by else (part.column,)
    return shown(scope, deals.mutate(**dict.fromkeys(own, deals.counts)), *own)


def _finish(
    table: pa.Table, scope: Scope, *, part: Part, measure: str, unit: Unit, called: Message | None
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        deals, n = (int(integers(rows, name).sum()) for name in ("deals", "n"))
        if scope.by and not deals:
            continue
        total, squares = (float(sum(value for value in rows[name].to_pylist() if value is not None)) for name in SUMS)
        why = Message("kpis.no_numbers", {"column": part.column}) if deals and not n else None
        missing = "without_amount" if part.column == AMOUNT else "left_out"
        beside: dict[str, Cell] = {} if part.column == DEALS else {missing: deals - n}
        figures.append(
            Figure(
                measure,
                None if why else int(total) if part.column == DEALS else total,
                _currency(rows) if part.column == AMOUNT else unit,
                n=n,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=why,
                beside=beside,
                name=called,
                variance=squares,
            )
        )
    return figures


SUMS = ("total", "squares")


def _currency(rows: pa.Table) -> str | None:
    """The one currency of amounts that are added up.

    Raises:
        InputError: more than one currency, or amounts with VAT beside amounts without.
    """
    known = rows.filter(pa.array([bool(n) for n in rows["n"].to_pylist()], pa.bool_()))
    single_unit(None if tax in (None, Tax.UNKNOWN.value) else tax for tax in known["tax"].to_pylist())
    return single_unit(known["currency"].to_pylist())


# ---- one divided by the other -----------------------------------------------------------------------------------


def _divided(parts: Sequence[Sequence[Figure]], scope: Scope, *, own: OwnMeasure) -> list[Figure]:
    """The ratio of each group that has a denominator."""
    above = {tuple(figure.by.values()): figure for figure in parts[0]}
    return [_ratio(above.get(tuple(below.by.values())), below, scope, own) for below in parts[1]]


def _ratio(above: Figure | None, below: Figure, scope: Scope, own: OwnMeasure) -> Figure:
    top = 0.0 if above is None else above.value
    why = (above.why if above is not None and above.value is None else None) or below.why
    value = None
    if not below.value:
        why = why or Message("kpis.nothing_to_divide_by")
    elif top is not None:
        value = top / below.value
    low, high = _ends(above, below, own.unit) if value is not None else (None, None)
    currency = above.unit if above is not None else None
    return Figure(
        own.id,
        value,
        currency if own.unit is Unit.MONEY else own.unit,
        n=below.n,
        as_of=scope.as_of,
        low=low,
        high=high,
        level=None if low is None else LEVEL,
        period=scope.period,
        by=below.by,
        why=why if value is None else None,
        beside={"numerator": top, "denominator": below.value},
        name=_name(own),
    )


def _ends(above: Figure | None, below: Figure, unit: Unit) -> tuple[float | None, float | None]:
    top, bottom = (0.0 if figure is None else float(figure.value or 0) for figure in (above, below))
    if unit is Unit.RATE and 0 <= top <= bottom and below.unit == "count":
        return wilson(top, bottom)
    _, low, high = ratio_of_sums((top, spread_of(above)), (bottom, spread_of(below)))
    return low, high
