"""Columns of a company's own by which its deals fall into few kinds – a region, an industry, a class of customers.

They are compared like sources and products. A column that is written only as a deal ends, or says what it came to,
would accuse its own values: it is told by the open deals, which hold as much of each value as those that have ended.
"""

import ibis.expr.types as ir

from yaad.measures import Scope
from yaad.measures.columns import custom_names

MOST_VALUES = 12
"""A column with more values is no division into kinds."""
MOST_COLUMNS = 4
"""The best filled; each further one takes from what the others can show."""
KNOWN = 0.6
"""At least so many of the deals must say which kind they are of."""
FEWEST_OPEN = 20
"""With fewer open deals nobody can tell whether a column is written as deals end."""
EXPECTED = 6.0
"""A value of which so many open deals are to be expected …"""
ALIKE = 1 / 3
"""… must be held by at least this part of them."""


def segments(scope: Scope, apart: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Names of own columns by which deals may be compared, the best filled first.

    Args:
        scope: the deals.
        apart: names that stand for something else already.
    """
    names = [name for name in custom_names(scope) if name not in apart]
    if not names:
        return ()
    deals = scope.deals
    values = [deals.custom.get(name).nullif("") for name in names]
    each = {f"n_{at}": value.count() for at, value in enumerate(values)}
    each |= {f"kinds_{at}": value.nunique() for at, value in enumerate(values)}
    (seen,) = scope.run(deals.aggregate(deals=deals.count(), **each)).to_pylist()
    fit = [
        (seen[f"n_{at}"], name)
        for at, name in enumerate(names)
        if seen[f"n_{at}"] >= KNOWN * seen["deals"] and 1 < seen[f"kinds_{at}"] <= MOST_VALUES
    ]
    fit.sort(key=lambda one: (-one[0], one[1]))
    found = [name for _, name in fit if _is_known_before(scope, deals.custom.get(name).nullif(""))]
    return tuple(found[:MOST_COLUMNS])


def _is_known_before(scope: Scope, value: ir.StringValue) -> bool:
    """Whether open deals hold each value about as often as those that have ended."""
    rows = scope.deals.select(value=value, is_open=scope.deals.outcome == "open")
    told = scope.run(rows.group_by("value").aggregate(n=rows.count(), open=rows.is_open.sum())).to_pylist()
    opened = sum(row["open"] for row in told)
    ended = sum(row["n"] for row in told) - opened
    if opened < FEWEST_OPEN or not ended:
        return False
    for row in told:
        expected = (row["n"] - row["open"]) / ended * opened
        if row["value"] is not None and expected >= EXPECTED and row["open"] < ALIKE * expected:
            return False
    return True
