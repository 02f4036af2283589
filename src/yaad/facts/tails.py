"""The queries by which deals that people wrote about stand beside those of the lake.

They ask named tables alone and hold no word of a row: the same for each picture of a book, and of every book with
these stages. To put them together and to write them in an engine's words takes longer than to run them; so both are
done once, for the whole process.
"""

from functools import lru_cache

import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import Relation

from yaad.facts.engines.port import Engine, named
from yaad.facts.lake import TABLES
from yaad.facts.lives import build_lives
from yaad.facts.parts import with_lives
from yaad.facts.touched import DEAL_COLUMNS
from yaad.facts.visits import build_visits
from yaad.model import SCHEMAS, Pipeline
from yaad.model.written import Written

TAIL, ANEW = "tail", "anew"
"""What the names of the small tables begin with: of a picture, and of single deals that are made anew beside it."""
KEPT = 32
"""So many pipelines, and tables, of which queries are kept."""
NUMBERS = pa.schema([("deal", pa.int64())])
ROWS = pa.schema([SCHEMAS["deals"].field(name) for name in DEAL_COLUMNS])
"""Deals without what their moves tell."""


def lake(table: str) -> ir.Table:
    """A table of the lake, under the name that it has in every engine."""
    return named(f"lake_{table}", TABLES[table])


def text_of(engine: Engine, query: Relation) -> str:
    """A query over named tables in the engine's words, written once for all engines of its kind."""
    return _text_of(type(engine), query)


@lru_cache(4 * KEPT)
def _text_of(kind: type[Engine], query: Relation) -> str:
    return kind.text(query)


class Asking:
    """An engine that is asked of named tables alone; see `touched.Asks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def memtable(self, name: str, table: pa.Table) -> ir.Table:
        """A small table that stands in memory."""
        return self._engine.memtable(name, table)

    def run(self, expr: ir.Table) -> pa.Table:
        """Compute an expression."""
        query = expr.op()
        text = text_of(self._engine, query)
        return self._engine.answer(text, Written(text, query.schema))


@lru_cache(KEPT)
def deals(pipeline: Pipeline, of: str = TAIL) -> ir.Table:
    """Deals whole: their rows with what their moves tell."""
    moves = named(f"{of}_stage_moves", SCHEMAS["stage_moves"])
    return with_lives(named(f"{of}_rows", ROWS), build_lives(moves, pipeline)).select(*SCHEMAS["deals"].names)


@lru_cache(KEPT)
def visits(pipeline: Pipeline, of: str = TAIL) -> ir.Table:
    """The stays of whole deals."""
    moves, whole = named(f"{of}_stage_moves", SCHEMAS["stage_moves"]), named(f"{of}_deals", SCHEMAS["deals"])
    return build_visits(moves, pipeline, whole).select(*SCHEMAS["stage_visits"].names)


@lru_cache(KEPT)
def present(table: str) -> ir.Table:
    """The lake's rows of the deals that the tail does not touch, and the tail's of those that it does."""
    names = SCHEMAS[table].names
    numbers, anew = named(f"{TAIL}_numbers", NUMBERS), named(f"{TAIL}_{table}", SCHEMAS[table])
    return lake(table).anti_join(numbers, "deal").select(*names).union(anew.select(*names), distinct=False)
