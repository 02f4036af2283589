"""The catalogue of measures, and the one way to ask for figures."""

from collections.abc import Sequence

import pyarrow as pa

from yaad.errors import InputError, UnknownName
from yaad.measures.catalogue import COUNTS, CYCLES, FLOW, IDLE, RATES, TIMES, VALUES
from yaad.measures.definition import Measure
from yaad.measures.dimensions import plain
from yaad.measures.scope import Scope
from yaad.model.figures import Explanation, Figure

REGISTRY: dict[str, Measure] = {each.id: each for each in (*COUNTS, *FLOW, *TIMES, *CYCLES, *RATES, *VALUES, *IDLE)}
"""Every measure by its id, in the order in which people read them."""


def find(measure: str) -> Measure:
    """The measure of this id.

    Raises:
        UnknownName: there is none; says which there are.
    """
    if measure not in REGISTRY:
        raise UnknownName("measure", measure, REGISTRY)
    return REGISTRY[measure]


def measure(ids: Sequence[str], scope: Scope) -> list[Figure]:
    """The figures of these measures, one a group each, in the order asked for.

    Measures that are made of the same statistics ask the engine once. A measure that refuses to add up mixed amounts
    is null with its reason when others are asked for beside it.

    Raises:
        UnknownName: no such measure or column; nothing was asked yet.
        InputError: amounts of mixed currency or tax, when only this measure is asked for.
    """
    found = [find(name) for name in ids]
    queries = [each.statistics(scope) for each in found]
    tables: dict[object, pa.Table] = {}
    for query in queries:
        if query.op() not in tables:
            tables[query.op()] = scope.run(query)
    figures: list[Figure] = []
    for each, query in zip(found, queries, strict=True):
        try:
            figures += each.finish(tables[query.op()], scope)
        except InputError as error:
            if len(found) == 1:
                raise
            refused = Figure(each.id, None, None, n=0, as_of=scope.as_of, period=scope.period, why=error.message)
            figures.append(refused)
    return figures


def explain(measure_id: str, scope: Scope, limit: int = 20) -> Explanation:
    """Why this number: the rule, the query of its statistics, and the first `limit` rows behind it.

    Raises:
        UnknownName: no such measure or column.
    """
    found = find(measure_id)
    rows = found.rows(scope)
    total = scope.run(rows.aggregate(n=rows.count()))["n"][0].as_py()
    shown = scope.run(rows.limit(limit)).to_pylist()
    told = tuple({name: plain(value) for name, value in row.items()} for row in shown)
    return Explanation(found.id, found.rule, scope.sql(found.statistics(scope)), told, int(total))
