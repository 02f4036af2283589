"""Sail: a Spark Connect server in Rust, local or on many machines; any other Spark Connect server by its address."""

import atexit
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.operations import InMemoryTable, Relation

from yaad.facts.engines.port import named
from yaad.model.written import Written

if TYPE_CHECKING:
    from pysail.spark import SparkConnectServer
    from pyspark.sql import DataFrame


class _LocalServer:
    """The one Sail server of this process, started when first asked for and stopped after its last session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: SparkConnectServer | None = None
        self._sessions: set[str] = set()

    def address(self, session: str) -> str:
        """The server's address; it runs at least as long as the session is known."""
        os.environ.setdefault("RUST_LOG", "off")  # its log goes to the standard error of this process
        from pysail.spark import SparkConnectServer

        with self._lock:
            server = self._server
            if server is None:
                server = self._server = SparkConnectServer()
                server.start()
            self._sessions.add(session)
            _host, port = server.listening_address
            return f"sc://localhost:{port}"

    def leave(self, session: str) -> None:
        """The session has ended; the last one stops the server."""
        with self._lock:
            self._sessions.discard(session)
            if not self._sessions and self._server is not None:
                self._server.stop()
                self._server = None


LOCAL = _LocalServer()


@contextmanager
def _main_module_named() -> Iterator[None]:
    """Within it a nameless main module (a worker that another process fed) has the name of a file.

    The client asks for one when it is imported, and without it believes that it is being tested and ends the process.
    Afterwards the name is gone: whoever begins a process from this one would look for that file.
    """
    main = sys.modules["__main__"]
    is_nameless = getattr(main, "__spec__", None) is None and not hasattr(main, "__file__")
    if is_nameless:
        main.__file__ = "yaad"
    try:
        yield
    finally:
        if is_nameless:
            del main.__file__


class SailEngine:
    """A Spark Connect session.

    It reads the very files that the pin names, so that it sees the same version as every other engine. Small tables
    travel by `createDataFrame`: a memtable with moments in UTC fails there in a union.

    Args:
        address: ``sc://host:port``; a local Sail server when absent.
    """

    name = "sail"

    def __init__(self, address: str | None = None) -> None:
        with _main_module_named():
            import pyspark.sql.connect  # noqa: F401 – it asks for the main module's name once, here
        from pyspark.sql import SparkSession

        self._id = uuid.uuid4().hex
        self._is_local = address is None
        self._spark = SparkSession.builder.remote(address or LOCAL.address(self._id)).create()
        self._spark.conf.set("spark.sql.session.timeZone", "UTC")
        self._lock = threading.Lock()
        self._is_closed = False
        atexit.register(self.close)

    def read(self, name: str, files: Sequence[str], schema: pa.Schema) -> ir.Table:
        """See `Engine.read`."""
        if not files:
            return self.memtable(name, schema.empty_table())
        alike: dict[frozenset[str], list[str]] = {}
        for file in files:  # it would take the columns of one of them for those of all
            alike.setdefault(frozenset(pq.read_schema(file).names), []).append(file)
        frames = [self._with_all(self._spark.read.parquet(*some), schema) for some in alike.values()]
        reduce(lambda one, other: one.unionByName(other), frames).createOrReplaceTempView(name)
        return named(name, schema)

    def _with_all(self, found: "DataFrame", schema: pa.Schema) -> "DataFrame":
        """The rows with every column of the schema: one that came after they were stored is empty."""
        from pyspark.sql import functions

        if later := [field for field in schema if field.name not in found.columns]:
            for field in self._no_rows(pa.schema(later)).schema:
                found = found.withColumn(field.name, functions.lit(None).cast(field.dataType))
        return found.select(*schema.names)

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """See `Engine.memtable`."""
        frame = self._spark.createDataFrame(table) if table.num_rows else self._no_rows(table.schema)
        frame.createOrReplaceTempView(name)
        return named(name, table.schema)

    def _no_rows(self, schema: pa.Schema) -> "DataFrame":
        """An empty frame. Spark infers nothing from no rows: one row of nulls carries the types."""
        blank = pa.table([pa.nulls(1, field.type) for field in schema], names=schema.names)
        return self._spark.createDataFrame(blank).where("false")

    def keep(self, name: str, expr: ir.Table) -> ir.Table:
        """See `Engine.keep`; the server computes it again where it is read."""
        return self.view(name, expr)

    def view(self, name: str, expr: ir.Table, text: str | None = None) -> ir.Table:
        """See `Engine.view`."""
        self._spark.sql(text or self.text(expr.op())).createOrReplaceTempView(name)
        return named(name, expr.schema().to_pyarrow())

    @staticmethod
    def text(query: Relation) -> str:
        """See `Engine.text`."""
        # asking for the dialect's name registers the options that its compiler reads
        return str(ibis.to_sql(query.to_expr(), dialect=ibis.pyspark.name))

    def answer(self, text: str, query: Written) -> pa.Table:
        """See `Engine.answer`; one query at a time."""
        with self._lock:
            for name, table in query.tables:
                self.memtable(name, table)
            found = self._spark.sql(text).toArrow()
        return _in_types(found.rename_columns(list(query.schema.names)), query.schema.to_pyarrow())

    def run(self, expr: ir.Table) -> pa.Table:
        """See `Engine.run`; one query at a time."""
        with self._lock:
            for node in expr.op().find(InMemoryTable):
                self.memtable(node.name, node.data.to_pyarrow(node.schema))
            found = self._spark.sql(self.sql(expr)).toArrow()
        return _in_types(found, expr.schema().to_pyarrow())

    def sql(self, expr: ir.Table) -> str:
        """See `Engine.sql`."""
        return self.text(expr.op())

    def close(self) -> None:
        """End the session, then the server: the other way round the session waits for ever."""
        if self._is_closed:
            return
        self._is_closed = True
        atexit.unregister(self.close)
        self._spark.stop()
        if self._is_local:
            LOCAL.leave(self._id)


def _in_types(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Spark gives moments without a zone; they are UTC."""
    columns = []
    for field in schema:
        column = table[field.name]
        if pa.types.is_timestamp(field.type) and column.type.tz is None:
            column = column.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
        columns.append(column.cast(field.type))
    return pa.Table.from_arrays(columns, names=schema.names)
