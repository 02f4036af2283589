"""Some deals by all that is written by now, made anew by the fold that makes all of them, whatever a picture shows."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.operations import Relation

from yaad.facts import tails
from yaad.facts.engines.port import Engine, named
from yaad.facts.histories import BIRTH_SEQ
from yaad.facts.journal import Journal
from yaad.facts.pin import Pin
from yaad.facts.standing_in import write
from yaad.facts.touched import made_anew
from yaad.model import SCHEMAS
from yaad.model.written import Written

KEPT = 32
"""So many queries are kept as they are written."""


@dataclass(frozen=True)
class Made:
    """Deals made anew.

    Attributes:
        deals: their rows, in the schema DEALS, whoever looks.
        days: deal_id → the last local day of a move that people wrote of it.
    """

    deals: pa.Table
    days: Mapping[str, dt.date]


class Anew:
    """Makes deals anew, one thread at a time; the queries are put together and written once.

    Args:
        engine: of the picture.
        lake: its tables at the pin.
        pin: the book's.
        journal: what people wrote.

    Attributes:
        deals, visits: the rows that were made last, as tables for expressions.
    """

    def __init__(self, engine: Engine, lake: Mapping[str, ir.Table], pin: Pin, journal: Journal) -> None:
        self._engine, self._lake, self._pin, self._journal = engine, lake, pin, journal
        self._write: Callable[[Relation], Written] = lru_cache(KEPT)(lambda query: write(engine, query))
        self._tables: dict[str, pa.Table] = {}
        self.deals = named("anew_deals", SCHEMAS["deals"])
        self.visits = tails.visits(pin.pipeline, tails.ANEW)

    def make(self, deal_ids: Collection[str], at: Mapping[str, int] | None = None) -> Made:
        """Make some deals anew; one that the book does not have, or that was taken back, has no row.

        Args:
            deal_ids: which.
            at: deal_id → number of the deal, where they are known of all of them; it is quicker then.
        """
        pin = self._pin
        made = made_anew(self, self._lake, pin, self._journal, spoken_of=deal_ids, last_seq=pin.journal_seq, at=at)
        self.memtable("anew_rows", made.deals)
        self.memtable("anew_stage_moves", made.moves)
        deals = self.run(tails.deals(pin.pipeline, tails.ANEW)).cast(SCHEMAS["deals"])
        self.memtable("anew_deals", deals)
        ids = dict(zip(deals["deal"].to_pylist(), deals["deal_id"].to_pylist(), strict=True))
        moved = made.moves.filter(pc.greater_equal(made.moves["seq"], BIRTH_SEQ))
        days: dict[str, dt.date] = {}
        for deal, day in zip(moved["deal"].to_pylist(), moved["day"].to_pylist(), strict=True):
            known = days.get(ids[deal])
            if day is not None and (known is None or day > known):
                days[ids[deal]] = day
        return Made(deals, days)

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """A small table that the next queries know by this name; it is put beside them, which is quicker than kept."""
        self._tables[name] = table
        return named(name, table.schema)

    def run(self, expr: ir.Table) -> pa.Table:
        """The rows of an expression, computed each time that it is asked; its query is written once."""
        query = self._write(expr.op())
        beside = tuple((name, table) for name, table in self._tables.items() if name in query.text)
        return self._engine.answer(query.text, replace(query, tables=(*query.tables, *beside)))
