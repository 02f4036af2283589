"""What an engine must do. The same expressions run on each, and give the same figures."""

from collections.abc import Sequence
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import Relation

from yaad.model.written import Written


class Engine(Protocol):
    """Runs expressions over files and small tables. May be used from several threads at once.

    Attributes:
        name: as the user asks for it.
    """

    name: str

    def read(self, name: str, files: Sequence[str], schema: pa.Schema) -> ir.Table:
        """The rows of some Parquet files as a table called `name`; of no file, an empty table of the schema.

        A column of the schema that came after the files were stored is empty.
        """
        ...

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """A small table that stands in memory, called `name`."""
        ...

    def keep(self, name: str, expr: ir.Table) -> ir.Table:
        """The result of an expression, computed once and kept under `name` for as long as the engine lives."""
        ...

    def view(self, name: str, expr: ir.Table, text: str | None = None) -> ir.Table:
        """An expression under the name `name`, computed whenever it is read.

        Args:
            name: by which it is asked.
            expr: what it says.
            text: the same in the engine's words, where it is written already.
        """
        ...

    @staticmethod
    def text(query: Relation) -> str:
        """A query in the words of engines of this kind, for `answer`."""
        ...

    def answer(self, text: str, query: Written) -> pa.Table:
        """Compute a query that is written, in the words `text`; the types are as those of `run`."""
        ...

    def run(self, expr: ir.Table) -> pa.Table:
        """Compute an expression; the types are those of its schema, moments in UTC."""
        ...

    def sql(self, expr: ir.Table) -> str:
        """The query that `run` would run, readable."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


def named(name: str, schema: pa.Schema) -> ir.Table:
    """A table by its name alone: expressions on it belong to no connection, so any thread's can run them."""
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
