"""Steps: the moves of each deal in order, without repeats – the ground that stays and lives stand on.

Only functions that DuckDB and Spark Connect servers both have are used, and only where they agree:
`delta(unit="second")` counts crossed seconds on one and full seconds on the other, so both ends are cut to the second
first; `first(order_by=)` is missing on Sail, so windows and flags do its work.
"""

import ibis
import ibis.expr.types as ir

from yaad.model import Pipeline

WON, LOST, OPEN, NOT_INQUIRY = "won", "lost", "open", "not_inquiry"
NO = ibis.literal(False)  # noqa: FBT003 - a literal is a value by its position


def days_between(
    start: ir.TimestampValue,
    start_day: ir.DateValue,
    end: ir.TimestampValue,
    end_day: ir.DateValue,
    whole_days: ir.BooleanValue,
) -> ir.FloatingValue:
    """Length of a time in days, as a double.

    Whole days between the local days when one end is a date without a time; else exact to the millisecond. Null when
    an end is unknown, or when the end comes before the start.
    """
    # without their zone (the session's is UTC) the same arithmetic takes DuckDB a third of the time
    start, end = start.cast("timestamp"), end.cast("timestamp")
    seconds = end.truncate("s").delta(start.truncate("s"), unit="second").cast("float64")
    parts = (end.millisecond() - start.millisecond()).cast("float64") / ibis.literal(1000.0, type="float64")
    exact = (seconds + parts) / ibis.literal(86400.0, type="float64")
    whole = end_day.delta(start_day, unit="day").cast("float64")
    length = ibis.ifelse(whole_days, whole, exact)
    return ibis.ifelse(length >= ibis.literal(0.0, type="float64"), length, ibis.null("float64"))


def in_order(by: str | list[str], order: str | list[str]) -> ibis.expr.builders.LegacyWindowBuilder:
    """The window over the rows of each group up to the present one."""
    return ibis.cumulative_window(group_by=by, order_by=order)


def build_steps(moves: ir.Table, pipeline: Pipeline) -> ir.Table:
    """The moves of each deal in order (`sort_at`, `seq`), equal neighbours merged into the first of them.

    Two moves are equal when they lead to the same *place*: the position of a measured stage, won, or lost. A silent
    stage has the place of the last measured stage before it. Moves into stages that the pipeline does not know are
    left out. A move into an attempt, or on hold, leaves the deal where it was; one that begins with it is in the first.

    Args:
        moves: a table of the schema STAGE_MOVES; row order means nothing.
        pipeline: the company's stages.

    Returns:
        One row a step: deal, step (1…), at, day, whole_day, place (int16), is_open (bool), before and after (places of
        the neighbours, null at the ends), next_at, next_day, next_whole; the same on each row of a deal: now_stage
        (name of the stage of its last move) and end_whole (whole_day of its last step).
    """
    known = pipeline.positions.items()  # none in a book that has orders or contracts alone
    places = moves.to_stage.cases(*known, else_=None).cast("int16") if known else ibis.null("int16")
    whole_day = moves.whole_day.fill_null(NO)
    rows = moves.select("deal", "sort_at", "seq", "to_stage", "at", "day", whole_day=whole_day, place=places)
    rows = rows.filter(rows.place.notnull())
    order = ibis.window(group_by="deal", order_by=["sort_at", "seq"])
    whole = ibis.window(group_by="deal", order_by=["sort_at", "seq"], preceding=None, following=None)
    rows = rows.mutate(now_stage=rows.to_stage.last().over(whole))
    if pipeline.resting:
        rows = _moving(rows, pipeline, order)
    rows = rows.mutate(before=rows.place.lag().over(order))
    steps = rows.filter(rows.before.isnull() | (rows.before != rows.place))
    return steps.select(
        "deal",
        "at",
        "day",
        "whole_day",
        "place",
        "before",
        "now_stage",
        step=(ibis.row_number().over(order) + 1).cast("int64"),
        is_open=is_open(steps.place, pipeline),
        after=steps.place.lead().over(order),
        next_at=steps.at.lead().over(order),
        next_day=steps.day.lead().over(order),
        next_whole=steps.whole_day.lead().over(order),
        end_whole=steps.whole_day.last().over(whole),
    )


def _moving(rows: ir.Table, pipeline: Pipeline, order: ibis.expr.builders.LegacyWindowBuilder) -> ir.Table:
    """Without the moves that move nothing: attempts and rests, but for one that a deal begins with."""
    rows = rows.mutate(rests=rows.to_stage.isin(sorted(pipeline.resting)), begins=ibis.row_number().over(order) == 0)
    rows = rows.filter(~rows.rests | rows.begins)
    first = ibis.literal(0, type="int16")
    return rows.mutate(place=ibis.ifelse(rows.rests, first, rows.place)).drop("rests", "begins")


def is_open(place: ir.IntegerValue, pipeline: Pipeline) -> ir.BooleanValue:
    """Whether a place is a measured open stage (neither won nor lost)."""
    return place.between(0, len(pipeline.measured) - 1)
