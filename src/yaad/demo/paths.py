"""The whole way of every deal, future included, drawn from a world."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from yaad.demo.world import Group, Rep, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Detours:
    """Moves beside the straight way: a step back and its return, a closing that did not last and its reopening.

    Attributes:
        deal: index of the deal.
        at: days since the company's start.
        stage: index of the stage entered; see `Paths.entered`.
        step: index of the step whose stay they interrupt.
        second: whether it is the return.
    """

    deal: Ints
    at: Floats
    stage: Ints
    step: Ints
    second: Bools


@dataclass(frozen=True, eq=False)
class Paths:
    """All deals of a world; times are days since its start, infinite when something never happens.

    Attributes:
        entered: shape (deals, steps + 1): when each stage was entered; the last column is the sale. A skipped stage
            carries the time of the one before it.
        lost: when the deal was lost.
        lost_step: index of the step in which it was lost, −1 for the others.
        chances: shape (deals, steps): the true chance to move on from each step.
        skipped: shape (deals, steps).
        source, rep, product, campaign, lost_reason: index into the world's groups, −1 when it has none.
        amount: money of the deal, NaN when it has none.
        hidden: what makes the deal likelier than another and that no column tells (standard normal).
    """

    entered: Floats
    lost: Floats
    lost_step: Ints
    chances: Floats
    skipped: Bools
    source: Ints
    rep: Ints
    product: Ints
    campaign: Ints
    lost_reason: Ints
    amount: Floats
    hidden: Floats
    detours: Detours

    @property
    def born(self) -> Floats:
        """When each inquiry came."""
        return self.entered[:, 0]

    @property
    def ended(self) -> Floats:
        """When each deal is won or lost."""
        return np.minimum(self.entered[:, -1], self.lost)


@dataclass(frozen=True, eq=False)
class Walk:
    """The straight way of every deal; see `Paths`."""

    entered: Floats
    lost: Floats
    lost_step: Ints
    skipped: Bools

    def fitted(self, world: World) -> "Walk":
        """The same way in the office's working time."""
        if world.hours is None:
            return self
        entered, lost = world.hours.fit(self.entered, world.start), world.hours.fit(self.lost, world.start)
        return Walk(entered, lost, self.lost_step, self.skipped)


def draw_paths(world: World, seed: int) -> Paths:
    """Draw every deal of a world until its end.

    Each part of the draw has its own stream, so that a group added to a world does not change the days of its deals.
    """
    streams = np.random.default_rng(seed).spawn(6)
    born = _arrivals(world, streams[0])
    deals = len(born)
    source = _choose(world.sources, deals, streams[1])
    rep = _choose_rep(world.reps, born, streams[1])
    product = _choose(world.products, deals, streams[1])
    campaign = _choose(world.campaigns, deals, streams[1])
    hidden = streams[2].normal(size=deals)
    odds = _log_odds(world, born, hidden)
    for groups, chosen in (
        (world.sources, source),
        (world.reps, rep),
        (world.products, product),
        (world.campaigns, campaign),
    ):
        odds += _effect(groups, len(world.steps))[chosen]
    chances = 1 / (1 + np.exp(-odds))
    walk = _walk(world, born, chances, streams[3])
    detours = _detours(world, walk, streams[4])
    walk = walk.fitted(world)
    amount = np.maximum(np.exp(streams[5].normal(np.log(world.amount), world.amount_spread, deals)).round(-1), 10.0)
    amount[streams[5].random(deals) < world.amount_missing] = np.nan
    return Paths(
        entered=walk.entered,
        lost=walk.lost,
        lost_step=walk.lost_step,
        chances=chances,
        skipped=walk.skipped,
        source=source,
        rep=rep,
        product=product,
        campaign=campaign,
        lost_reason=np.where(walk.lost_step >= 0, _choose(world.lost_reasons, deals, streams[5]), -1),
        amount=amount,
        hidden=hidden,
        detours=detours,
    )


def daily_rates(world: World) -> Floats:
    """Mean inquiries of each day, shape (days,)."""
    offsets = np.arange(world.days)
    dates = np.datetime64(world.start) + offsets
    month = (dates.astype("datetime64[M]").astype(np.int64)) % 12
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    growth = world.growth ** (offsets / world.days)
    rates: Floats = world.inquiries_a_day * growth * np.array(world.months)[month] * np.array(world.weekdays)[weekday]
    return rates


def _arrivals(world: World, rng: Generator) -> Floats:
    """Times of the inquiries, ascending."""
    counts = rng.poisson(daily_rates(world))
    return np.sort(np.repeat(np.arange(world.days), counts) + rng.random(counts.sum()))


def _choose(groups: Sequence[Group], deals: int, rng: Generator) -> Ints:
    if not groups:
        return np.full(deals, -1)
    shares = np.array([group.share for group in groups])
    return rng.choice(len(groups), deals, p=shares / shares.sum())


def _choose_rep(reps: Sequence[Rep], born: Floats, rng: Generator) -> Ints:
    """A person for each inquiry, among those who had joined."""
    chosen = np.full(len(born), -1)
    joins = sorted({rep.joined for rep in reps})
    for joined, until in pairwise([*joins, np.inf]):
        here = (born >= joined) & (born < until)
        present = [place for place, rep in enumerate(reps) if rep.joined <= joined]
        chosen[here] = np.array(present)[_choose([reps[place] for place in present], int(here.sum()), rng)]
    return chosen


def _effect(groups: Sequence[Group], steps: int) -> Floats:
    """Log-odds that each group adds to each step; the last row (index −1) is for deals without a group."""
    effects: Floats = np.zeros((len(groups) + 1, steps))
    for row, group in zip(effects, groups, strict=False):
        row[:] = group.odds or (0.0,)
    return effects


def _log_odds(world: World, born: Floats, hidden: Floats) -> Floats:
    base = np.array([step.advance for step in world.steps])
    each = world.drift * born / YEAR + world.frailty * hidden
    odds: Floats = np.log(base / (1 - base)) + each[:, None]
    return odds


def _walk(world: World, born: Floats, chances: Floats, rng: Generator) -> Walk:
    """Stage by stage until each deal is won or lost."""
    deals, steps = len(born), len(world.steps)
    entered = np.full((deals, steps + 1), np.inf)
    entered[:, 0] = born
    lost, lost_step = np.full(deals, np.inf), np.full(deals, -1)
    skipped = np.zeros((deals, steps), dtype=np.bool_)
    alive = np.arange(deals)
    for place, step in enumerate(world.steps):
        luck, pace, leap = rng.random(deals)[alive], rng.normal(size=deals)[alive], rng.random(deals)[alive]
        advances = luck < chances[alive, place]
        medians = np.where(advances, step.advance_days, step.loss_days) * world.speed
        stay = medians * np.exp(step.spread * pace)
        if place:
            skips = advances & (leap < world.skip)
            stay[skips] = 0.0
            skipped[alive[skips], place] = True
        leaves = entered[alive, place] + stay
        lost[alive[~advances]] = leaves[~advances]
        lost_step[alive[~advances]] = place
        alive = alive[advances]
        entered[alive, place + 1] = leaves[advances]
    return Walk(entered, lost, lost_step, skipped)


def _detours(world: World, walk: Walk, rng: Generator) -> Detours:
    """Interruptions of stays; they change neither the outcome nor the time from one stage to the next."""
    parts: list[tuple[Ints, Floats, Ints, Ints, Bools]] = []
    steps = len(world.steps)
    for place in range(steps):
        begins = walk.entered[:, place]
        ends = np.where(walk.lost_step == place, walk.lost, walk.entered[:, place + 1])
        draw, first, second = rng.random((3, len(begins)))
        stayed = np.isfinite(begins) & ~walk.skipped[:, place]
        back = stayed & (draw < world.back) & (place > 0) & ~walk.skipped[:, max(place - 1, 0)]
        reopened = stayed & (draw >= world.back) & (draw < world.back + world.reopened)
        for chosen, stage in ((back, place - 1), (reopened, steps + 1)):
            deal = np.flatnonzero(chosen)
            length = ends[deal] - begins[deal]
            away = begins[deal] + length * (0.2 + 0.3 * first[deal])
            home = begins[deal] + length * (0.6 + 0.3 * second[deal])
            for at, entering, returns in ((away, stage, False), (home, place, True)):
                same = np.full_like(deal, place)
                parts.append((deal, at, np.full_like(deal, entering), same, np.full(len(deal), returns)))
    times = np.concatenate([part[1] for part in parts])
    return Detours(
        deal=np.concatenate([part[0] for part in parts]),
        at=world.hours.fit(times, world.start) if world.hours else times,
        stage=np.concatenate([part[2] for part in parts]),
        step=np.concatenate([part[3] for part in parts]),
        second=np.concatenate([part[4] for part in parts]),
    )
