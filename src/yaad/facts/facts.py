"""The facts of a book as they are at one moment: the lake, what people wrote since, seen from one day."""

import datetime as dt
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from yaad.errors import UnknownName
from yaad.facts.engines.duck import DuckEngine
from yaad.facts.engines.port import Engine
from yaad.facts.lake import Lake
from yaad.facts.pin import end_of_day
from yaad.model import SCHEMAS, Pipeline


class Facts:
    """Tables of a book, ready for measures. May be used from several threads at once."""

    def __init__(self, lake: Lake, engine: Engine, as_of: dt.date | None) -> None:
        self._lake, self._engine = lake, engine
        self._pin = lake.pin()
        self.as_of = as_of or self._pin.as_of_day
        self._tables = {
            table: engine.read(table, lake.files(table, self._pin), schema) for table, schema in SCHEMAS.items()
        }

    @classmethod
    def open(cls, root: Path | str, *, engine: str = "duckdb", as_of: dt.date | None = None) -> "Facts":
        lake = Lake.open(Path(root))
        return cls(lake, DuckEngine([lake.folder("")]), as_of)

    @property
    def deals(self) -> ir.Table:
        return self._tables["deals"]

    @property
    def visits(self) -> ir.Table:
        return self._tables["stage_visits"]

    @property
    def moves(self) -> ir.Table:
        return self._tables["stage_moves"]

    @property
    def activities(self) -> ir.Table:
        return self._tables["activities"]

    def table(self, name: str) -> ir.Table:
        return self._tables[name]

    def run(self, expr: ir.Table) -> pa.Table:
        return self._engine.run(expr)

    def sql(self, expr: ir.Table) -> str:
        return self._engine.sql(expr)

    def close(self) -> None:
        self._engine.close()

    @property
    def pipeline(self) -> Pipeline:
        return self._pin.pipeline

    @property
    def as_of_at(self) -> dt.datetime:
        return end_of_day(self.as_of, self.zone)

    @property
    def zone(self) -> str:
        return self._pin.zone

    @property
    def data_version(self) -> str:
        return f"{self._pin.version}-{self.as_of}"

    def is_current(self) -> bool:
        return self._lake.pin().version == self._pin.version

    def deal(self, deal_id: str) -> dict[str, object]:
        rows = self.run(self.deals.filter(self.deals.deal_id == deal_id)).to_pylist()
        if not rows:
            raise UnknownName("deal", deal_id, [])
        return rows[0]
