"""DuckDB: embedded, the engine of one machine."""

import shutil
import tempfile
import threading
import uuid
import weakref
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.duckdb.converter import DuckDBPyArrowData
from ibis.expr.operations import InMemoryTable, Relation

from yaad.facts.engines.port import named
from yaad.facts.engines.standing_back import behind
from yaad.model.written import Written

CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
"""Only what comes with the wheel is used: nothing is fetched while a figure is computed."""

KEPT_TEXTS = 64
"""So many queries of an engine are kept with their text."""


class DuckEngine:
    """DuckDB in memory over Parquet files, reading and writing in the given folders alone.

    Args:
        folders: folders that it may reach.
        memory_limit: such as ``2GB``; DuckDB's own default (most of the machine) when absent. It spills to a temporary
            folder beyond.
        threads: how many; all cores when absent.
    """

    name = "duckdb"

    def __init__(
        self, folders: Sequence[Path] = (), *, memory_limit: str | None = None, threads: int | None = None
    ) -> None:
        self._spill = Path(tempfile.gettempdir()) / f"yaad-{uuid.uuid4().hex}"
        spill = str(self._spill)
        self._root = behind(lambda: duckdb.connect(":memory:", config={**CONFIG, "temp_directory": spill}))
        if memory_limit:
            self._root.execute("SET memory_limit = $limit", {"limit": memory_limit})
        if threads:
            self._root.execute("SET threads = $threads", {"threads": threads})
        self._root.execute("SET allowed_directories = $folders", {"folders": [str(folder) for folder in folders]})
        self._root.execute("SET enable_external_access = false")
        self._root.execute("SET TimeZone = 'UTC'")
        self._tidying = weakref.finalize(self, shutil.rmtree, self._spill, ignore_errors=True)
        # an import asks the same of every part; what stands in a query goes with the engine
        self._compiled = lru_cache(KEPT_TEXTS)(self.text)
        self._thread = threading.local()
        self._writing = threading.Lock()

    def read(self, name: str, files: Sequence[str], schema: pa.Schema) -> ir.Table:
        """See `Engine.read`."""
        if not files:
            return self.memtable(name, schema.empty_table())
        with self._writing:
            found = self._root.read_parquet(list(files), union_by_name=True)
            self._with_all(found, schema).create_view(name, replace=True)
        return named(name, schema)

    def _with_all(self, found: duckdb.DuckDBPyRelation, schema: pa.Schema) -> duckdb.DuckDBPyRelation:
        """The rows with every column of the schema, in its order: one that came after they were stored is empty."""
        later = [field for field in schema if field.name not in found.columns]
        kinds = self._root.from_arrow(pa.schema(later).empty_table()).types if later else []
        empty = {
            field.name: duckdb.ConstantExpression(None).cast(kind).alias(field.name)
            for field, kind in zip(later, kinds, strict=True)
        }
        return found.select(*(empty.get(name, duckdb.ColumnExpression(name)) for name in schema.names))

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """See `Engine.memtable`."""
        with self._writing:
            self._root.register("arriving", table)
            self._root.execute(f'DROP TABLE IF EXISTS "{name}"')
            self._root.table("arriving").create(name)
            self._root.unregister("arriving")
        return named(name, table.schema)

    def arrow(self, name: str, table: pa.Table) -> ir.Table:
        """A large table that stays in Arrow's memory, for expressions of this thread alone."""
        self.connection.register(name, table)
        return named(name, table.schema)

    def keep(self, name: str, expr: ir.Table) -> ir.Table:
        """See `Engine.keep`."""
        schema = expr.schema().to_pyarrow()
        relation = self._relation(expr)
        self.drop(name)
        relation.create(name)
        return named(name, schema)

    def view(self, name: str, expr: ir.Table, text: str | None = None) -> ir.Table:
        """See `Engine.view`."""
        with self._writing:
            self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {text or self.text(expr.op())}')
        return named(name, expr.schema().to_pyarrow())

    @staticmethod
    def text(query: Relation) -> str:
        """See `Engine.text`."""
        return str(ibis.to_sql(query.to_expr(), dialect="duckdb", pretty=False))

    def answer(self, text: str, query: Written) -> pa.Table:
        """See `Engine.answer`."""
        for name, table in query.tables:
            self.connection.register(name, table)
        try:
            found = self.connection.sql(text).to_arrow_table()
        finally:
            for name, _ in query.tables:
                self.connection.unregister(name)
        names = list(query.schema.names)
        is_named = sorted(found.column_names) == sorted(names)
        # one without a name of its own is called by its table
        found = found.select(names) if is_named else found.rename_columns(names)
        return DuckDBPyArrowData.convert_table(found, query.schema)

    def drop(self, name: str) -> None:
        """Forget a table of `keep` or `memtable`, where there is one."""
        self.connection.execute('DROP TABLE IF EXISTS "' + name + '"')

    def run(self, expr: ir.Table) -> pa.Table:
        """See `Engine.run`."""
        return self._backend.to_pyarrow(expr)

    def write(self, expr: ir.Table, path: Path, row_group: int = 122_880) -> None:
        """Write the result of an expression to a new Parquet file, in the expression's order."""
        self._relation(expr).write_parquet(str(path), compression="zstd", row_group_size=row_group)

    def sql(self, expr: ir.Table) -> str:
        """See `Engine.sql`."""
        return str(ibis.to_sql(expr, dialect="duckdb"))

    def close(self) -> None:
        """See `Engine.close`."""
        self._root.close()
        self._tidying()

    def _relation(self, expr: ir.Table) -> duckdb.DuckDBPyRelation:
        """The expression as DuckDB's own, with the small tables that stand inside it."""
        for node in expr.op().find(InMemoryTable):
            self.connection.register(node.name, node.data.to_pyarrow(node.schema))
        return self.connection.sql(self._compiled(expr.op()))

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """This thread's own connection to the one database: a connection shared by threads raises."""
        cursor = getattr(self._thread, "cursor", None)
        if cursor is None:
            cursor = self._root.cursor()
            cursor.execute("SET TimeZone = 'UTC'")
            self._thread.cursor = cursor
        return cursor

    @property
    def _backend(self) -> Backend:
        backend = getattr(self._thread, "backend", None)
        if backend is None:
            backend = self._thread.backend = ibis.duckdb.from_connection(self.connection)
        return backend
