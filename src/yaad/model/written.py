"""A query that is written already: what is left is to run it over the rows of whoever asks."""

from dataclasses import dataclass

import ibis.expr.schema as sch
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Written:
    """The text of a query in the engine's words, and what it takes to run it.

    The tables of a book stand in it under names that mean nobody's rows yet: whose they are, says who runs it.

    Attributes:
        text: the query.
        schema: of its rows.
        asks: the book's tables that it asks, by their names in the model's schemas.
        tables: small tables that stand in the query itself, by the names that they have there.
    """

    text: str
    schema: sch.Schema
    asks: tuple[str, ...] = ()
    tables: tuple[tuple[str, pa.Table], ...] = ()
