"""Conversion from one stage to any later one, and the ratios that a plan is made of.

Deals are followed by the day they came; where only lists tell the stages, those that came since the first list. Without
a window the counts are those of the funnel and the expected share is the product of its steps. With a window of days
the question is another one – how many come there within so many days – and the expected share is the cumulative
incidence at that day, from the times of single deals.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.errors import CannotTell, InputError
from yaad.measures.dimensions import asked, floats, groups, integers, without_stage
from yaad.measures.funnels import Followed, between_lists, follow, funnel_statistics, watched_since
from yaad.measures.lengths import counted
from yaad.measures.milestones import furthest_within, milestones
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Sample, Spells, aalen_johansen
from yaad.model import FEW, ConversionRow
from yaad.model.figures import Cell
from yaad.text import Message

WINDOW_SHARE = 0.9
"""The window of a plan: the time in which so many of the won deals were won."""


@dataclass(frozen=True)
class StageRatio:
    """Of `of` inquiries, `reached` came to the stage."""

    stage: str
    reached: int
    of: int


@dataclass(frozen=True)
class StageRatios:
    """The company's own ratios, for each stage after the first and for won.

    Attributes:
        rows: one a stage, in order, the last one won.
        window_days: deals watched at least so long, and what they reached within it; None: all deals, to this day.
        young: deals left out because they were not watched so long; undated ones among them.
        notes: which deals they are of, where only lists tell the stages.
    """

    rows: tuple[StageRatio, ...]
    window_days: float | None
    young: int
    notes: tuple[Message, ...] = ()


def conversion(
    scope: Scope, start: str | None = None, end: str | None = None, window_days: float | None = None
) -> list[ConversionRow]:
    """From stage `start` to stage `end`, one row a group: reached + lost + undecided = entered.

    Args:
        scope: the question.
        start: an open stage; the first when left out.
        end: a later open stage, or a won one; won when left out.
        window_days: count as reached only what came within so many days; what came later or was lost is then in
            `lost`, and deals of unknown times are left out.

    Raises:
        UnknownName: no such stage or column.
        InputError: `end` does not come after `start`, or the window is not positive.
    """
    whole = without_stage(scope).of_watched()
    ends = _ends(whole, start, end)
    if window_days is None:
        return [_counted(whole, each, *ends) for each in follow(whole, whole.rows(funnel_statistics))]
    if window_days <= 0:
        raise InputError(Message("measures.bad_window", {"days": window_days}))
    table = whole.rows(_timed, *ends)
    return [_within(whole, by, rows, ends, window_days) for by, rows in groups(whole, table)]


def conversion_notes(scope: Scope, rows: Sequence[ConversionRow]) -> tuple[Message, ...]:
    """What to know about rows of `conversion`, where lists tell the stages: which deals they are of, what is unseen."""
    return (*watched_since(scope, sum(row.entered for row in rows)), *between_lists(scope))


def default_window(scope: Scope) -> float:
    """The days within which 9 of 10 won deals were won.

    Raises:
        CannotTell: no deal was won in a known time.
    """
    rows = scope.asking(by=()).rows(_won_ways)
    window = Sample.count(floats(rows, "days"), integers(rows, "n")).quantile(WINDOW_SHARE)
    if window is None:
        raise CannotTell(Message("measures.no_window"))
    return window


def _won_ways(scope: Scope) -> ir.Table:
    won = scope.deals.filter((scope.deals.outcome == "won") & (scope.deals.cycle_days >= 0))
    return counted(scope, won.mutate(days=won.cycle_days))


def stage_ratios(scope: Scope, window_days: float | None) -> StageRatios:
    """Of the inquiries, how many came to each stage after the first, and were won; without a breakdown.

    Where only lists tell the stages they are of the deals that came since the first list; while fewer than ten of
    these can be counted, or none is won, the ratio of the won stands alone, of all deals.

    Args:
        scope: the question; its period is by the day the deals came.
        window_days: only deals watched at least so long, and what they reached within it. None: all deals, undated
            ones too, and what they reached to this day.

    Raises:
        InputError: the window is negative.
    """
    whole, since = scope.asking(by=()), scope.pipeline.watched_since
    found = _ratios(whole.of_watched(), window_days)
    if since is None:
        return found
    if _enough(found):
        return replace(found, notes=watched_since(whole, found.rows[-1].of + found.young))
    every = _ratios(replace(whole, pipeline=replace(whole.pipeline, watched_since=None)), window_days)
    return replace(every, rows=every.rows[-1:], notes=(Message("measures.won_alone", {"day": since}),))


def _ratios(whole: Scope, window_days: float | None) -> StageRatios:
    """The ratios of all deals of a question without a breakdown."""
    names = (*whole.stages[1:], whole.won_name)
    places = range(1, len(names) + 1)
    if window_days is None:
        deals = follow(whole, whole.rows(funnel_statistics))[0]
        rows = tuple(
            StageRatio(name, deals.entered(place), deals.entered(0)) for name, place in zip(names, places, strict=True)
        )
        return StageRatios(rows, None, young=0)
    if window_days < 0:
        raise InputError(Message("measures.bad_window", {"days": window_days}))
    every = whole.rows(_how_many)["n"][0].as_py()
    came = whole.rows(_came_within, window_days)
    place, n = integers(came, "place"), integers(came, "n")
    of = int(n.sum())
    rows = tuple(StageRatio(name, int(n[place >= at].sum()), of) for name, at in zip(names, places, strict=True))
    return StageRatios(rows, window_days, young=int(every) - of)


def _how_many(whole: Scope) -> ir.Table:
    deals = asked(whole, whole.deals, "created_day")
    return deals.aggregate(n=deals.count())


def _came_within(whole: Scope, window_days: float) -> ir.Table:
    return furthest_within(whole, asked(whole, whole.deals, "created_day"), window_days)


def _enough(found: StageRatios) -> bool:
    """Whether a plan can be made of these: ten deals or more, one of them won."""
    return found.rows[-1].of >= FEW and found.rows[-1].reached > 0


def way_lengths(scope: Scope, start: str) -> Spells:
    """Days from a deal's first coming to stage `start` to its winning, losses and open deals beside, in all.

    Deals of unknown or impossible times are left out.

    Raises:
        UnknownName: no such stage.
    """
    whole = scope.asking(by=())
    whole = whole if whole.pipeline.position(start) == 0 else whole.of_watched()  # how deals end is known of all
    rows = whole.rows(_timed, *_ends(whole, start, None))
    days, n, ended = floats(rows, "days"), integers(rows, "n"), integers(rows, "ended")
    known = days >= 0  # NaN is not
    return Spells.count(days[known], ended[known], n[known])


def _ends(scope: Scope, start: str | None, end: str | None) -> tuple[int, int]:
    pipeline = scope.pipeline
    first = pipeline.position(start) if start is not None else 0
    closing = end is None or (end.casefold() == "won" and end not in {stage.name for stage in pipeline.stages})
    last = len(scope.stages) if closing or end is None else pipeline.position(end)
    if not 0 <= first < last:
        raise InputError(
            Message("measures.not_later", {"start": start or _name(scope, 0), "end": end or scope.won_name})
        )
    return first, last


def _name(scope: Scope, place: int) -> str:
    return scope.won_name if place == len(scope.stages) else scope.stages[place]


def _counted(scope: Scope, deals: Followed, start: int, end: int) -> ConversionRow:
    entered, reached, share = deals.entered(start), deals.entered(end), deals.expected(start, end)
    return ConversionRow(
        start=_name(scope, start),
        end=_name(scope, end),
        entered=entered,
        reached=reached,
        lost=deals.lost_between(start, end),
        undecided=deals.open_between(start, end),
        rate=reached / entered if entered else None,
        rate_expected=share.rate,
        low=share.low,
        high=share.high,
        by=deals.by,
        immature=share.immature,
        few=entered > 0 and share.decided < FEW,
    )


def _timed(scope: Scope, start: int, end: int) -> ir.Table:
    """Deals by how the way from `start` to `end` went (`Ending`) and how long it took so far."""
    timed = milestones(scope, asked(scope, scope.deals, "created_day"), start, end)
    there = timed[f"days_{end}"]
    ended = ibis.cases(
        (there.notnull(), int(Ending.ADVANCED)), (timed.outcome == "lost", int(Ending.LOST)), else_=int(Ending.OPEN)
    )
    days = ibis.cases((there.notnull(), there), (timed.outcome == "lost", timed.days_lost), else_=timed.days_seen)
    return counted(scope, timed.mutate(ended=ended, days=days), "ended")


def _within(scope: Scope, by: dict[str, Cell], rows: pa.Table, ends: tuple[int, int], window: float) -> ConversionRow:
    days, n, ended = floats(rows, "days"), integers(rows, "n"), integers(rows, "ended")
    known = ~np.isnan(days)
    days, n, ended = np.maximum(days[known], 0), n[known], ended[known]  # who came before the clock started is there
    entered = int(n.sum())
    reached = int(n[(ended == Ending.ADVANCED) & (days <= window)].sum())
    undecided = int(n[(ended == Ending.OPEN) & (days < window)].sum())
    expected = aalen_johansen(Spells.count(days, ended, n)).within(window)
    return ConversionRow(
        start=_name(scope, ends[0]),
        end=_name(scope, ends[1]),
        entered=entered,
        reached=reached,
        lost=entered - reached - undecided,
        undecided=undecided,
        rate=reached / entered if entered else None,
        rate_expected=expected.value,
        low=expected.low,
        high=expected.high,
        by=by,
        few=entered > 0 and entered - undecided < FEW,
    )
