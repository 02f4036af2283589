"""Stage visits: one row a stay of a deal in a measured open stage; almost every measure reads them alone.

Two bases of time stand side by side. *Stay*: one unbroken time in the stage (`entered`, `left`, `days`). *First*, on
the first stay alone: from the first entry of the stage to the first entry of a later listed stage, or to the end of
the deal (`until`, `first_days`), whatever wandering lies between.
"""

import ibis
import ibis.expr.types as ir

from yaad.facts.lives import lives_of
from yaad.facts.steps import LOST, NO, OPEN, WON, build_steps, days_between, in_order
from yaad.model import Pipeline

FORWARD, BACK = "forward", "back"
ADVANCED, IMPOSSIBLE = "advanced", "impossible"


def build_visits(moves: ir.Table, pipeline: Pipeline, deals: ir.Table | None = None) -> ir.Table:
    """The stays of each deal, by the rules of STAGE_VISITS.

    - Equal neighbours are one stay; a silent stage belongs to the last measured stage before it; closings are no stays.
    - `ended`: what came next – forward, back, won, lost – or open. The closing of an earlier episode ends its stay.
    - `first_ended`: *impossible* when a later listed stage had been entered before this stage's first stay (the stage
      counts as passed, and no time is told); *advanced* when a later listed stage, or the final winning, came after
      entering; *lost* or *open* by the deal's latest outcome. Closings of earlier episodes are not looked at.
    - `until`: the first entry of a later listed stage, else the closing of the latest episode; its time may be unknown.
    - A skipped stage has no row: whoever passed it is counted from `furthest`.

    Args:
        moves: a table of the schema STAGE_MOVES; row order means nothing.
        pipeline: the company's stages.
        deals: a table with `deal`, `owner`, `source` and the columns of `build_lives`, where they are known already;
            without it owner and source are null and the lives are built from the moves.

    Returns:
        A table of the schema STAGE_VISITS, in no order.
    """
    steps = build_steps(moves, pipeline)
    if deals is None:
        deals = lives_of(steps, pipeline).mutate(owner=ibis.null("string"), source=ibis.null("string"))
    return visits_of(steps, pipeline, deals)


def visits_of(steps: ir.Table, pipeline: Pipeline, deals: ir.Table) -> ir.Table:
    """`build_visits` from steps."""
    life = deals.select(
        "deal",
        "owner",
        "source",
        "outcome",
        "furthest",
        "closed_at",
        "closed_day",
        cohort_day="created_day",
    )
    stays = _stays(steps)
    return _finished(stays.join(life, "deal"), pipeline)


def _stays(steps: ir.Table) -> ir.Table:
    """Steps into open stages, numbered per stage, each record (a stage further than all before) with the next one.

    A first stay that is no record had a later stage before it: impossible. The next record of a record is the first
    entry of a later listed stage.
    """
    stays = steps.filter(steps.is_open)
    stays = stays.mutate(
        visit=(ibis.row_number().over(ibis.window(group_by=["deal", "place"], order_by="step")) + 1).cast("int16"),
        top=stays.place.max().over(in_order("deal", "step")),
    )
    stays = stays.mutate(first=stays.visit == 1)
    stays = stays.mutate(is_record=stays.first & (stays.place == stays.top))
    records = ibis.window(group_by=["deal", "is_record"], order_by="step")
    return stays.mutate(
        later_step=stays.step.lead().over(records),
        later_at=stays.at.lead().over(records),
        later_day=stays.day.lead().over(records),
        later_whole=stays.whole_day.lead().over(records),
    )


def _finished(rows: ir.Table, pipeline: Pipeline) -> ir.Table:
    """Name the ends and measure the lengths."""
    last = len(pipeline.measured) - 1
    ended = ibis.cases(
        (rows.after.isnull(), OPEN),
        (rows.after < 0, LOST),
        (rows.after > last, WON),
        (rows.after > rows.place, FORWARD),
        else_=BACK,
    )
    has_later = rows.is_record & rows.later_step.notnull()
    first_ended = ibis.cases(
        (~rows.first, ibis.null("string")),
        (~rows.is_record, IMPOSSIBLE),
        (rows.later_step.notnull() | (rows.outcome == WON), ADVANCED),
        (rows.outcome == LOST, LOST),
        else_=OPEN,
    )
    rows = rows.mutate(
        until=_choose(rows, has_later, rows.later_at, rows.closed_at),
        until_day=_choose(rows, has_later, rows.later_day, rows.closed_day),
        until_whole=_choose(rows, has_later, rows.later_whole, rows.end_whole),
        ended=ended,
        first_ended=first_ended,
        stay_whole=rows.whole_day | rows.next_whole.fill_null(NO),
    )
    first_whole = rows.whole_day | rows.until_whole.fill_null(NO)
    names = [stage.name for stage in pipeline.measured]
    return rows.select(
        "deal",
        "owner",
        "source",
        "cohort_day",
        "outcome",
        "furthest",
        stage=rows.place.cases(*enumerate(names), else_=None) if names else ibis.null("string"),
        position=rows.place,
        visit=rows.visit,
        entered=rows.at,
        entered_day=rows.day,
        left=rows.next_at,
        left_day=rows.next_day,
        ended=rows.ended,
        whole_days=rows.stay_whole,
        days=days_between(rows.at, rows.day, rows.next_at, rows.next_day, rows.stay_whole),
        first=rows.first,
        until=rows.until,
        until_day=rows.until_day,
        first_days=days_between(rows.at, rows.day, rows.until, rows.until_day, first_whole),
        first_ended=rows.first_ended,
    )


def _choose(rows: ir.Table, has_later: ir.BooleanValue, later: ir.Value, closing: ir.Value) -> ir.Value:
    """The end by the basis *first*: the later stage's entry, else the closing; null where there is none to tell."""
    return ibis.cases((~rows.is_record, ibis.null(closing.type())), (has_later, later), else_=closing)
