"""What falls to each person: inquiries taken, and open deals carried."""

from functools import partial

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import deal_rows, deals_with
from yaad.measures.definition import AsOf, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import grouped, groups, integers
from yaad.measures.finishing import estimated
from yaad.measures.scope import Scope
from yaad.measures.statistics import Sample
from yaad.model.figures import Figure
from yaad.text import Message


def _statistics(scope: Scope, *, outcomes: tuple[str, ...]) -> ir.Table:
    """Deals of each person of a group: ``person``, ``n``."""
    deals = deals_with(scope, "created_day", outcomes)
    deals = deals.mutate(person=deals.owner)
    return grouped(scope, deals, "person", n=deals.count())


def _finish(table: pa.Table, scope: Scope, *, measure: str) -> list[Figure]:
    """Deals ÷ people who have any; deals of nobody are told beside it."""
    figures = []
    for by, rows in groups(scope, table):
        named = rows.filter(rows["person"].is_valid())
        deals, every = int(integers(named, "n").sum()), int(integers(rows, "n").sum())
        mean = Sample.count(integers(named, "n")).mean()
        figures.append(
            estimated(
                scope,
                measure,
                mean,
                Unit.NUMBER,
                n=deals,
                by=by,
                why=None
                if mean.value is not None
                else Message("measures.no_owners" if every else "measures.none_entered"),
                beside={"people": named.num_rows, "left_out": every - deals},
            )
        )
    return figures


def _measure(measure: str, outcomes: tuple[str, ...], source: str) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.RATIO,
        unit=Unit.NUMBER,
        family=Family.PEOPLE,
        date_column="created_day",
        as_of=AsOf.STATE if outcomes else AsOf.EVENTS,
        good=Good.NEITHER,
        source=source,
        statistics=partial(_statistics, outcomes=outcomes),
        finish=partial(_finish, measure=measure),
        rows=partial(deal_rows, day="created_day", outcomes=outcomes),
    )


PEOPLE = (
    _measure("inquiries_per_person", (), "inquiries ÷ people who took any; interval over people: Student 1908"),
    _measure("open_per_person", ("open",), "open deals ÷ people who have any; interval over people: Student 1908"),
)
