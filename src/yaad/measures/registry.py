"""The catalogue of measures, and the one way to ask for figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from yaad.errors import InputError, UnknownName
from yaad.measures.catalogue import (
    ANSWERS,
    BASKETS,
    CALLS,
    CLOSINGS,
    COUNTS,
    CUSTOMERS,
    CYCLES,
    DOING,
    FLOW,
    GOALS,
    IDLE,
    MEETINGS,
    ORDERS,
    PEOPLE,
    RATES,
    REACHING,
    REASONS,
    SIMPLE,
    SLIPS,
    STAYING,
    TIMES,
    VALUES,
    VELOCITY,
    WALK_INS,
    WINNING,
)
from yaad.measures.definition import AsOf, Kind, Measure, Unit
from yaad.measures.dimensions import plain
from yaad.measures.queries import query_text
from yaad.measures.scope import Scope
from yaad.measures.withheld import withheld
from yaad.model.figures import Explanation, Figure
from yaad.model.written import Written
from yaad.text import Message

REGISTRY: dict[str, Measure] = {
    each.id: each
    for each in (
        *COUNTS,
        *FLOW,
        *TIMES,
        *CYCLES,
        *RATES,
        *VALUES,
        *WINNING,
        *GOALS,
        *IDLE,
        *SLIPS,
        *CLOSINGS,
        *REASONS,
        *WALK_INS,
        *VELOCITY,
        *ANSWERS,
        *REACHING,
        *DOING,
        *CALLS,
        *MEETINGS,
        *PEOPLE,
        *BASKETS,
        *ORDERS,
        *CUSTOMERS,
        *STAYING,
        *SIMPLE,
    )
}
"""Every measure by its id, in the order in which people read them."""
END_OF_QUERY = ";\n\n"
"""Between the queries of a measure that is made of several."""


def every_measure(own: Mapping[str, Measure] | None = None) -> dict[str, Measure]:
    """Every measure of a book by its id: those of the catalogue, then those that the company defined."""
    return REGISTRY | dict(own or {})


def find(measure: str, own: Mapping[str, Measure] | None = None) -> Measure:
    """The measure of this id, of the catalogue or of the company's own.

    Raises:
        UnknownName: there is none; says which there are.
    """
    known = every_measure(own)
    if measure not in known:
        raise UnknownName("measure", measure, known)
    return known[measure]


def adds_up(measure: str, own: Mapping[str, Measure] | None = None) -> bool:
    """Whether figures of a measure sum over people and over periods: counts and money of what came.

    Rates, stocks and counts of customers that may come again do not.

    Args:
        measure: its id; of one that is not known nobody knows better.
        own: see `find`.
    """
    found = every_measure(own).get(measure)
    if found is None:
        return True
    is_sum = found.kind is Kind.SIMPLE and found.unit in (Unit.COUNT, Unit.MONEY) and found.as_of is AsOf.EVENTS
    return is_sum and not found.counts_once


def holds_in_parts(measure: str, own: Mapping[str, Measure] | None = None) -> bool:
    """Whether what is wanted of a period is wanted of each part of it: rates, times and stocks.

    Of what neither sums nor holds – in how many customers buy, who comes twice counts once – a target tells of the
    period alone for which it was set.
    """
    found = every_measure(own).get(measure)
    return found is not None and not found.counts_once and not adds_up(measure, own)


def measure(ids: Sequence[str], scope: Scope, *, raises: bool = True) -> list[Figure]:
    """The figures of these measures, one a group each, in the order asked for.

    Measures that are made of the same statistics ask the engine once. A measure that refuses to add up mixed amounts
    is null with its reason when others are asked for beside it.

    Args:
        ids: of the measures.
        scope: the question.
        raises: false: one that is asked for alone is null with its reason, too, as on a page of many figures.

    Raises:
        UnknownName: no such measure or column; nothing was asked yet.
        InputError: amounts of mixed currency or tax, when only this measure is asked for.
    """
    ask = partial(_figures, raises=raises)
    figures = ask(ids, scope)
    return withheld(figures, scope, ask) if scope.least else figures


def _figures(ids: Sequence[str], scope: Scope, *, raises: bool = True) -> list[Figure]:
    """The figures, with nothing kept back."""
    found = [find(name, scope.own) for name in ids]
    asked = _Asked(scope, found)
    figures: list[Figure] = []
    for each in found:
        try:
            figures += asked.figures(each)
        except InputError as error:
            if raises and len(found) == 1:
                raise
            refused = Figure(
                each.id, None, None, n=0, as_of=scope.as_of, period=scope.period, why=error.message, name=each.called
            )
            figures.append(refused)
    return figures


class _Asked:
    """Measures with their queries; each query is answered once."""

    def __init__(self, scope: Scope, found: Iterable[Measure]) -> None:
        self._scope = scope
        leaves = [leaf for each in found for leaf in (each.parts or (each,))]
        self._queries = {leaf.id: scope.query(leaf.statistics) for leaf in leaves}
        self._rows: dict[object, pa.Table] = {}

    def figures(self, each: Measure) -> list[Figure]:
        """The figures of one measure.

        Raises:
            InputError: amounts of mixed currency or tax.
        """
        if each.combine is not None:
            combined = each.combine([self.figures(part) for part in each.parts], self._scope)
            return [as_told(each, figure) for figure in combined]
        query = self._queries[each.id]
        asked = query.text if isinstance(query, Written) else query.op()
        if asked not in self._rows:
            self._rows[asked] = self._scope.run(query)
        return [as_told(each, figure) for figure in each.finish(self._rows[asked], self._scope)]


def as_told(found: Measure, figure: Figure) -> Figure:
    """The figure as it may be told: with fewer behind it than the measure asks for, a hint, or nothing at all."""
    if figure.value is None or figure.n >= found.minimum:
        return figure
    few = Message("measures.too_few", {"minimum": found.minimum})
    if found.misleads:
        return replace(figure, value=None, low=None, high=None, level=None, why=few)
    return replace(figure, why=figure.why or few)


def explain(measure_id: str, scope: Scope, limit: int = 20) -> Explanation:
    """Why this number: the rule, the query of its statistics, and the first `limit` rows behind it.

    Where single rows are not told (`Scope.least`), there are none; of a period, and where they are few, they
    are not counted either.

    Raises:
        UnknownName: no such measure or column.
    """
    found = find(measure_id, scope.own)
    rows = found.rows(scope)
    total = int(scope.run(rows.aggregate(n=rows.count()))["n"][0].as_py())
    total = 0 if total < scope.least or (scope.least and scope.period) else total
    shown = [] if scope.least else scope.opt_outs.hide(scope.run(rows.limit(limit))).to_pylist()
    told = tuple({name: plain(value) for name, value in row.items()} for row in shown)
    sql = END_OF_QUERY.join(query_text(scope, each.statistics(scope)) for each in found.parts or (found,))
    return Explanation(found.id, found.rule, sql, told, total, name=found.called)
