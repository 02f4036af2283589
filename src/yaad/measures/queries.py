"""The query of a measure as text that can be run as it stands.

A measure may write a small table itself, such as the opening hours of each day (see `opening`). Its rows stand in the
text, under a name that says what they are.
"""

import datetime as dt

import ibis.expr.types as ir
from ibis.expr.operations import InMemoryTable

from yaad.measures.opening import NEXT, SCHEMA
from yaad.measures.scope import Scope

WRITTEN = {tuple(SCHEMA.names): "opening_days", tuple(NEXT.names): "next_working_days"}
"""Columns of the tables that measures write → what they are called in the text."""
WITH = "WITH "


def query_text(scope: Scope, query: ir.Table) -> str:
    """The query as the engine would run it, with the rows of the tables that the measure writes itself."""
    text, written = scope.sql(query), list[str]()
    for node in query.op().find(InMemoryTable):
        columns = tuple(node.schema.names)
        if columns in WRITTEN:
            name = f"{WRITTEN[columns]}_{len(written) + 1}" if written else WRITTEN[columns]
            text = text.replace(node.name, name)
            rows = node.data.to_pyarrow(node.schema).to_pylist()
            values = ",\n  ".join(f"({', '.join(_written(value) for value in row.values())})" for row in rows)
            written.append(f"{name}({', '.join(columns)}) AS (VALUES\n  {values}\n)")
    if not written:
        return text
    both = ", " if text.startswith(WITH) else "\n"
    return WITH + ", ".join(written) + both + text.removeprefix(WITH)


def _written(value: object) -> str:
    """A day or a number as a literal that every engine reads alike; with an exponent it is a double, no decimal."""
    return f"DATE '{value}'" if isinstance(value, dt.date) else f"{value}e0"
