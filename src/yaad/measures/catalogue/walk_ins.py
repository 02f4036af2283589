"""Who walks in from the street: what part of them buys."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deals_with, shown
from yaad.measures.definition import Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.kinds import Did, known_words, meaning_of
from yaad.measures.pictures import once_a_picture
from yaad.measures.scope import Scope
from yaad.measures.statistics import IMMATURE
from yaad.model.figures import FEW, Figure
from yaad.text import Message


@dataclass(frozen=True)
class Sources:
    """The book's texts of ``source`` that mean people who walk in."""

    texts: tuple[str, ...]


@once_a_picture
def _sources(scope: Scope) -> Sources:
    texts = scope.rows(_told)["source"].to_pylist()
    words = known_words().kinds
    return Sources(tuple(sorted(text for text in texts if meaning_of(text, words) == Did.WALK_IN)))


def _told(scope: Scope) -> ir.Table:
    deals = scope.table("deals")
    return deals.filter(deals.source.notnull()).select("source").distinct()


def _walked_in(scope: Scope) -> ir.Table:
    deals = deals_with(scope, "created_day")
    texts = _sources(scope).texts
    return deals.filter(deals.source.isin(texts) if texts else ibis.literal(value=False))


def _statistics(scope: Scope) -> ir.Table:
    deals = _walked_in(scope)
    counts = grouped(
        scope,
        deals,
        n=deals.count(),
        won=deals.count(where=deals.outcome == "won"),
        open=deals.count(where=deals.outcome == "open"),
    )
    return counts.mutate(known=ibis.literal(bool(_sources(scope).texts)))


def _finish(table: pa.Table, scope: Scope) -> list[Figure]:
    """Bought by today ÷ walked in, by the day they came; those still open stand beside it."""
    figures = []
    for by, rows in groups(scope, table):
        n, won, running = (int(integers(rows, name).sum()) for name in ("n", "won", "open"))
        why = Message("measures.still_open", {"n": running}) if running > IMMATURE * n else None
        if not n:
            why = Message("measures.none_entered" if any(rows["known"].to_pylist()) else "measures.no_walk_ins")
        figures.append(
            counted_share(scope, "walk_in_rate", won, n, by, why=why, beside={"won": won, "undecided": running})
        )
    return figures


def _rows(scope: Scope) -> ir.Table:
    return shown(scope, _walked_in(scope))


WALK_INS = (
    Measure(
        id="walk_in_rate",
        kind=Kind.CONVERSION,
        unit=Unit.RATE,
        date_column="created_day",
        censoring=Censoring.OPEN_APART,
        good=Good.UP,
        source="retail, conversion rate: purchases ÷ visitors; interval: Wilson 1927",
        statistics=_statistics,
        finish=_finish,
        rows=_rows,
        minimum=FEW,
        has_rival=True,
    ),
)
