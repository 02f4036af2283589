"""Deals that do not move: *stalled*, older than any deal that ever closed; *stuck*, longer in stage than 4 of 5 are.

The yardsticks are those of the whole book: the longest closed deal, and the Kaplan–Meier 80 % of each stage (basis
first, open stays counted). What is measured against them is what the question is about: its period (stalled: the day
the deal came; stuck: the day it entered the stage) and its breakdown. An age is over a yardstick when it is greater.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.definition import Unit
from yaad.measures.dimensions import asked, flags, floats, groups, integers, key_columns
from yaad.measures.dwells import whole_ways
from yaad.measures.finishing import counted_share
from yaad.measures.funnels import first_stays
from yaad.measures.lengths import counted
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Spells, kaplan_meier
from yaad.model.figures import Cell, Figure
from yaad.text import Message

STUCK_SHARE = 0.8
YARDSTICK, OPEN = "yardstick", "open"


def stuck_statistics(scope: Scope) -> ir.Table:
    """All first stays by stage and length (the yardstick), and the open ones asked about, exactly, by group.

    Columns: the breakdown's, ``part`` (yardstick, open), ``place``, ``running``, ``days``, ``n``.
    """
    return _side_by_side(scope, _first_stays_of_the_book(scope), open_stays(scope))


def stalled_statistics(scope: Scope) -> ir.Table:
    """The longest closed deal (the yardstick), and the open deals asked about by age, exactly, by group.

    Columns: as `stuck_statistics`; the place is 0.
    """
    return _side_by_side(scope, _longest_closed(scope), _open_deals(scope))


def stuck_limits(yardstick: pa.Table) -> dict[int, float]:
    """The days after which a deal is stuck, by place; a place whose curve does not come down so far is absent."""
    days, n, at = floats(yardstick, "days"), integers(yardstick, "n"), integers(yardstick, "place")
    running = flags(yardstick, "running")
    limits: dict[int, float] = {}
    for place in np.unique(at).tolist():
        here = (at == place) & (days >= 0)  # NaN is not
        spells = Spells.count(days[here], np.where(running[here], Ending.OPEN, Ending.ADVANCED), n[here])
        limit = kaplan_meier(spells).quantile(STUCK_SHARE)
        if limit is not None:
            limits[int(place)] = limit
    return limits


def stalled_limits(yardstick: pa.Table) -> dict[int, float]:
    """The length of the longest closed deal, at place 0; nothing when none has closed in a known time."""
    longest = floats(yardstick, "days")
    return {0: float(longest[0])} if len(longest) and not np.isnan(longest[0]) else {}


def finish_over(
    table: pa.Table, scope: Scope, *, measure: str, limits_of: Callable[[pa.Table], dict[int, float]]
) -> list[Figure]:
    """How many of the open ones in each group are over the limit of their place.

    Not told where deals are open and none of their places has a limit; those of some are counted in ``no_limit``.
    """
    limits = limits_of(table.filter(pc.equal(table["part"], YARDSTICK)))
    figures = []
    for by, rows in groups(scope, table.filter(pc.equal(table["part"], OPEN))):
        days, n, at = floats(rows, "days"), integers(rows, "n"), integers(rows, "place")
        limit = np.array([limits.get(int(place), np.inf) for place in at])
        value = int(n[days > limit].sum())
        beside: dict[str, Cell] = {"open": int(n.sum()), "unknown_age": int(n[np.isnan(days)].sum())}
        if len(limits) == 1:
            beside["limit_days"] = next(iter(limits.values()))
        without = int(n[np.isinf(limit) & ~np.isnan(days)].sum())
        told = without < int(n.sum()) - int(n[np.isnan(days)].sum()) or not without
        if without:
            beside["no_limit"] = without
        figures.append(
            Figure(
                measure,
                value if told else None,
                Unit.COUNT,
                n=value,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                beside=beside,
                why=None if told else Message(f"measures.no_limit_{measure}"),
            )
        )
    return figures


def finish_share(table: pa.Table, scope: Scope) -> list[Figure]:
    """What part of the open deals of each group is over the limit of its stage; of those whose time is known alone."""
    limits = stuck_limits(table.filter(pc.equal(table["part"], YARDSTICK)))
    figures = []
    for by, rows in groups(scope, table.filter(pc.equal(table["part"], OPEN))):
        days, n, at = floats(rows, "days"), integers(rows, "n"), integers(rows, "place")
        limit = np.array([limits.get(int(place), np.nan) for place in at], dtype=np.float64)
        measured = int(n[~np.isnan(days) & ~np.isnan(limit)].sum())
        over, running = int(n[days > limit].sum()), int(n.sum())
        figures.append(
            counted_share(
                scope,
                "stuck_share",
                over,
                measured,
                by,
                why=None if measured else Message("measures.no_limit_stuck" if running else "measures.none_open"),
                beside={"stuck": over, "open": running, "left_out": running - measured},
            )
        )
    return figures


def stuck_deals(scope: Scope) -> ir.Table:
    """The open stays counted as stuck, with ``days`` in stage and ``limit_days``, after which a deal is stuck there."""
    return _over(open_stays(scope), stuck_yardstick(scope))


def stuck_yardstick(scope: Scope) -> dict[int, float]:
    """The days after which a deal is stuck, by place of the stage, as of the data's day."""
    return stuck_limits(scope.rows(_first_stays_of_the_book))


def stalled_deals(scope: Scope) -> ir.Table:
    """The deals counted as stalled, with their age in ``days`` and ``limit_days``, that of the longest closed deal."""
    return _over(_open_deals(scope), stalled_limits(scope.rows(_longest_closed)))


def _first_stays_of_the_book(scope: Scope) -> ir.Table:
    whole = scope.asking(by=(), all_time=True)
    stays = first_stays(whole, whole.watched_visits)
    return counted(
        whole, stays.mutate(place=stays["position"], running=stays.first_ended == "open"), "place", "running"
    )


def _longest_closed(scope: Scope) -> ir.Table:
    closed = scope.deals.filter(scope.deals.outcome != "open")
    longest = closed.aggregate(days=closed.cycle_days.max(), n=closed.count(where=closed.cycle_days.notnull()))
    return longest.mutate(place=ibis.literal(0), running=ibis.literal(value=False))


def open_stays(scope: Scope) -> ir.Table:
    """The open deals asked about, each in its furthest stage (``place``), with the ``days`` since it came there.

    A deal that stands in a stage without a history came there nobody knows when: its days are null.
    """
    stays = first_stays(scope, asked(scope, scope.visits, "entered_day"))
    stays = stays.filter(stays.first_ended == "open").mutate(place=stays["position"])
    if not scope.pipeline.silent:
        return stays
    deals = scope.deals
    elsewhere = deals.filter(deals.stage.isin(sorted(scope.pipeline.silent))).select(elsewhere="deal")
    both = stays.left_join(elsewhere, stays.deal == elsewhere.elsewhere)
    days = ibis.ifelse(both.elsewhere.isnull(), both.days, ibis.null("float64"))
    return both.mutate(days=days).select(*stays.columns)


def _open_deals(scope: Scope) -> ir.Table:
    deals = whole_ways(scope, asked(scope, scope.deals, "created_day"))
    return deals.filter(deals.running).mutate(place=ibis.literal(0))


def _side_by_side(scope: Scope, yardstick: ir.Table, rows: ir.Table) -> ir.Table:
    keys = key_columns(scope)
    asked_about = counted(scope, rows, "place", exact=True)
    return yardstick.select(
        **{key: ibis.null(rows[key].type()) for key in keys},
        part=ibis.literal(YARDSTICK),
        place=yardstick.place.cast("int64"),
        running=yardstick.running,
        days=yardstick.days,
        n=yardstick.n.cast("int64"),
    ).union(
        asked_about.select(
            *keys,
            part=ibis.literal(OPEN),
            place=asked_about.place.cast("int64"),
            running=ibis.literal(value=True),
            days=asked_about.days,
            n=asked_about.n.cast("int64"),
        ),
        distinct=False,
    )


def _over(rows: ir.Table, limits: dict[int, float]) -> ir.Table:
    cases = [(rows.place == place, _double(limit)) for place, limit in sorted(limits.items())]
    limit_days = ibis.cases(*cases, else_=ibis.null("float64")) if cases else ibis.null("float64")
    return rows.mutate(limit_days=limit_days).filter(lambda row: row.days > row.limit_days)


def _double(value: float) -> ir.FloatingValue:
    """A number that stays a double as the result of a case: Spark reads one with a point as a decimal there."""
    return ibis.literal(repr(value)).cast("float64")
