"""Names that stand for the tables of whoever asks, so that all who ask the same write the same query.

An expression over such a table says what is asked and not of whose rows. It is told when the query is run: a name that
was not told is the name of no table, and the query fails.
"""

import secrets

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import InMemoryTable, Relation, UnboundTable

from yaad.facts.engines.port import Engine
from yaad.model.written import Written

MARK = f"asked{secrets.token_hex(8)}_"
"""Begins the name of a table that stands for that of whoever asks. Nobody can guess it, so no text of a company holds
it."""


def stand_in(table: str, rows: ir.Table) -> ir.Table:
    """A table of the columns of `rows`, by a name that stands for the one of whoever asks."""
    return ibis.table(rows.schema(), name=MARK + table)


def asked_tables(query: Relation) -> dict[str, Relation]:
    """The stand-ins that a query asks, by the names of their tables."""
    found = {node.name.removeprefix(MARK): node for node in query.find(UnboundTable) if node.name.startswith(MARK)}
    return dict(sorted(found.items()))


def write(engine: Engine, query: Relation) -> Written:
    """The query in the engine's words; its stand-ins stand there under their own names."""
    small = tuple((node.name, node.data.to_pyarrow(node.schema)) for node in query.find(InMemoryTable))
    return Written(engine.text(query), query.schema, tuple(asked_tables(query)), small)


def told(text: str, whose: str) -> str:
    """The text of a written query with the names of somebody's tables.

    Args:
        text: of the query.
        whose: what the names of their tables begin with.
    """
    return text.replace(MARK, whose)
