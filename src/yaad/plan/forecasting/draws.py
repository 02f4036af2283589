"""The months ahead drawn many times: which open deals are won when, and what inquiries that are still to come bring.

Like deals are drawn together: those of one stage, of like age and like size are won in the same month with the same
chance, so that how many of them are is one multinomial draw, and what they bring is a sum of sizes (normal, with the
correction for drawing without replacement). The largest deals are drawn one by one. Inquiries to come are a Poisson
stream, and so are their wins in each month (thinning); each brings the size of a deal that was won. What could as well
be true of the past – ratios, times, sizes – is drawn anew for every few hundred draws (Bayesian bootstrap).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yaad.plan.forecasting.arrivals import Ahead, counts_ahead
from yaad.plan.forecasting.seen import OpenDeals, Seen, shares
from yaad.plan.ways import Floats, Generator, Integers, Ways

SIMULATIONS = 10_000
SETS = 40
"""How often the past is drawn anew."""
SINGLE = 300
"""So many open deals, the largest ones, are drawn one by one; all of them where there are no more."""
AGE_BINS = 12
SIZE_BINS = 4
LARGE = 9.0
"""From this variance on a number of wins is drawn as a rounded normal."""
TINY = 1e-12
MANY = 50
"""From so many wins on their sizes are summed as a normal, below they are drawn one by one."""


@dataclass(frozen=True, eq=False)
class Draws:
    """What the months ahead bring, drawn many times; what was won before the data's day is not in it.

    Attributes:
        won_open, won_new: deals won of those that are open, and of inquiries to come, shape (draws, months, parts).
        money_open, money_new: the money of these, shape (draws, months, parts).
    """

    won_open: Floats
    won_new: Floats
    money_open: Floats
    money_new: Floats

    @property
    def won(self) -> Floats:
        """Deals won, shape (draws, months, parts)."""
        return self.won_open + self.won_new

    @property
    def money(self) -> Floats:
        """Money won, shape (draws, months, parts)."""
        return self.money_open + self.money_new


@dataclass(frozen=True, eq=False)
class Groups:
    """Open deals, like ones together; those that are drawn one by one come first.

    Attributes:
        singles: how many are drawn one by one.
        of: the group of each deal.
        n: deals of each group.
        part: whose they are.
        mean, spread, least, most: of the sizes of each group; NaN where they are unknown.
        ages: stage → the ages that its deals have (NaN: they enter now), then group, number of the age and number of
            deals for each age that a group has.
    """

    singles: int
    of: Integers
    n: Integers
    part: Integers
    mean: Floats
    spread: Floats
    least: Floats
    most: Floats
    ages: dict[int, tuple[Floats, Integers, Integers, Integers]]

    @classmethod
    def of_deals(cls, deals: OpenDeals) -> "Groups":
        """Put like deals together: the largest alone, the others by part, stage, age and size."""
        number = len(deals)
        size = np.nan_to_num(deals.size, nan=-1.0)
        alone = np.zeros(number, dtype=bool)
        alone[np.argsort(-size, kind="stable")[:SINGLE]] = True
        ages = _bins(np.nan_to_num(deals.age, nan=-1.0), deals.place, AGE_BINS)
        sizes = np.where(np.isnan(deals.size), SIZE_BINS, _bins(size, deals.place, SIZE_BINS))
        key = ((deals.part * (deals.place.max(initial=0) + 1) + deals.place) * AGE_BINS + ages) * (SIZE_BINS + 1)
        key = np.where(alone, -1 - np.arange(number), key + sizes)
        distinct, group = np.unique(key, return_inverse=True)
        count = len(distinct)
        n = np.bincount(group, minlength=count)
        order = np.argsort(group, kind="stable")
        starts = np.cumsum(n) - n
        ordered = deals.size[order]
        mean = np.bincount(group, deals.size, minlength=count) / np.maximum(n, 1)
        square = np.bincount(group, (deals.size - mean[group]) ** 2, minlength=count) / np.maximum(n, 1)
        return cls(
            int(alone.sum()),
            group,
            n,
            deals.part[order][starts] if count else np.empty(0, dtype=np.int64),
            mean,
            np.sqrt(square),
            np.minimum.reduceat(ordered, starts) if count else np.empty(0),
            np.maximum.reduceat(ordered, starts) if count else np.empty(0),
            {int(place): _ages(deals, group, deals.place == place) for place in np.unique(deals.place)},
        )

    def shares(self, parts: int, worth: Floats) -> Floats:
        """What each group counts for each part, shape (groups, parts): `worth` for its own one, unknown is nothing."""
        member = np.zeros((len(self.n), parts))
        member[np.arange(len(self.n)), self.part] = np.nan_to_num(worth)
        return member

    @property
    def sized(self) -> NDArray[np.bool_]:
        """Whether the sizes of a group are known."""
        return ~np.isnan(self.mean)


def _ages(deals: OpenDeals, group: Integers, here: NDArray[np.bool_]) -> tuple[Floats, Integers, Integers, Integers]:
    """The ages of the deals of a stage, and how many deals of each group have each of them."""
    ages, at = np.unique(np.floor(np.nan_to_num(deals.age[here], nan=-1.0)), return_inverse=True)
    pairs, n = np.unique(group[here] * len(ages) + at, return_counts=True)
    return np.where(ages < 0, np.nan, ages), pairs // len(ages), pairs % len(ages), n


def _bins(values: Floats, places: Integers, bins: int) -> Integers:
    """The bin of each value among those of its own place, as many in each as can be."""
    found = np.zeros(len(values), dtype=np.int64)
    for place in np.unique(places):
        here = places == place
        cuts = np.unique(np.quantile(values[here], np.arange(1, bins) / bins))
        found[here] = np.searchsorted(cuts, values[here], side="right")
    return found


def draw(seen: Seen, *, simulations: int = SIMULATIONS, seed: int = 1, sets: int = SETS) -> Draws:
    """The months ahead of `seen`, drawn `simulations` times.

    Args:
        seen: what the book shows on a day.
        simulations: how many draws.
        seed: of the draws.
        sets: how often the past is drawn anew among them.
    """
    rng = np.random.default_rng(seed)
    sets = max(min(sets, simulations), 1)
    ahead = counts_ahead(seen.arrivals, seen.work, seen.work_ahead, seen.calendar_month)
    groups = Groups.of_deals(seen.open)
    sizes = [len(part) for part in np.array_split(np.arange(simulations), sets)]
    return _together([_drawn(seen, groups, ahead, size, rng) for size in sizes])


def _together(parts: list[Draws]) -> Draws:
    names = ("won_open", "won_new", "money_open", "money_new")
    return Draws(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _drawn(seen: Seen, groups: Groups, ahead: Ahead, draws: int, rng: Generator) -> Draws:
    """So many draws of one past."""
    ways = seen.stays.ways(rng)
    sizes, weights = seen.sizes, shares(seen.size_weights * rng.standard_exponential(len(seen.sizes)))
    won = _open(seen, groups, group_chances(seen, groups, ways), draws, rng)
    unknown = won @ groups.shares(seen.parts, (~groups.sized).astype(np.float64))
    money = _money(won, groups, seen.parts, rng) + _sums(unknown, sizes, weights, rng)
    level = rng.standard_normal((draws, 1))
    stream = np.exp(ahead.mean + level * ahead.spread)
    brought = rng.poisson(stream @ arrival_to_win(ways, seen)).astype(np.float64)
    won_new = _divided(brought, seen, rng)
    won_open = won @ groups.shares(seen.parts, np.ones(len(groups.n)))
    return Draws(won_open, won_new, money, _sums(won_new, sizes, weights, rng))


def _open(seen: Seen, groups: Groups, chance: Floats, draws: int, rng: Generator) -> Floats:
    """Wins of each group of open deals by month, shape (draws, months, groups)."""
    won = np.zeros((draws, seen.months, len(groups.n)))
    alone = groups.singles
    level = rng.random((draws, alone))
    up_to = np.cumsum(chance[:alone], axis=1)
    before = np.zeros((draws, alone), dtype=bool)
    left = np.broadcast_to(groups.n[alone:], (draws, len(groups.n) - alone)).astype(np.float64)
    rest = np.ones(len(groups.n) - alone)
    for month in range(seen.months):
        by_now = level < up_to[:, month]
        won[:, month, :alone] = by_now & ~before
        next_one = np.clip(chance[alone:, month] / np.maximum(rest, TINY), 0.0, 1.0)
        won[:, month, alone:] = _binomial(left, next_one, rng)
        before, left, rest = by_now, left - won[:, month, alone:], rest - chance[alone:, month]
    return won


def _money(won: Floats, groups: Groups, parts: int, rng: Generator) -> Floats:
    """The money of the wins of known size, shape (draws, months, parts).

    What is won of a group is a sample of its deals: the sums of the groups of a part are drawn as one normal.
    """
    money = won @ groups.shares(parts, groups.mean)
    alone = groups.singles
    n = groups.n.astype(np.float64)
    each = np.where(n > 1, groups.spread**2 / np.maximum(n - 1, 1), 0.0)
    if not np.nansum(each):
        return np.asarray(money)
    several = won[..., alone:]
    variance = (several * (n[alone:] - several)) @ groups.shares(parts, each)[alone:]
    noise = np.sqrt(np.maximum(variance, 0.0)) * rng.standard_normal(variance.shape)
    low, high = (won @ groups.shares(parts, edge) for edge in (groups.least, groups.most))
    return np.asarray(np.clip(money + noise, low, high))


def _binomial(n: Floats, chance: Floats, rng: Generator) -> Floats:
    """How many of `n`, shape (draws, groups); as a rounded normal where the variance is large."""
    variance = n.max(axis=0, initial=0.0) * chance * (1 - chance)
    large = variance >= LARGE
    found = np.empty(n.shape)
    few, p = n[:, large], chance[large]
    drawn = few * p + np.sqrt(few * p * (1 - p)) * rng.standard_normal(few.shape)
    found[:, large] = np.clip(np.rint(drawn), 0.0, few)
    found[:, ~large] = rng.binomial(n[:, ~large].astype(np.int64), chance[~large])
    return found


def group_chances(seen: Seen, groups: Groups, ways: Ways) -> Floats:
    """The chance of a deal of each group to be won in each month ahead, shape (groups, months)."""
    chance = np.zeros((len(groups.n), seen.months))
    for place, (ages, of, at, n) in groups.ages.items():
        by = np.diff(ways.win_at(place, ages, seen.ends), axis=1, prepend=0.0)
        for month in range(seen.months):
            chance[:, month] += np.bincount(of, by[at, month] * n, minlength=len(chance))
    return np.asarray(chance / np.maximum(groups.n, 1)[:, None])


def arrival_to_win(ways: Ways, seen: Seen) -> Floats:
    """Of an inquiry that comes in month i ahead, the chance to be won in month j, shape (months, months)."""
    last = int(seen.ends[-1])
    within = ways.win_by(0, None, last)[0]
    chances = np.zeros((seen.months, seen.months))
    for month, (begin, end) in enumerate(zip(seen.begins.tolist(), seen.ends.tolist(), strict=True)):
        days = np.arange(max(begin, 0) + 1, end + 1)
        left = seen.ends[None, :] - days[:, None]
        by = np.where(left >= 0, within[np.maximum(left, 0)], 0.0).mean(axis=0)
        chances[month] = np.diff(by, prepend=0.0)
    return chances


def _divided(brought: Floats, seen: Seen, rng: Generator) -> Floats:
    """The wins of inquiries to come, divided among the parts as those of late were; shape (draws, months, parts)."""
    if seen.parts == 1:
        return brought[..., None]
    whose = rng.dirichlet(seen.part_wins + 1 / seen.parts, size=len(brought))
    return rng.multinomial(brought.astype(np.int64), whose[:, None, :]).astype(np.float64)


def _sums(counts: Floats, sizes: Floats, weights: Floats, rng: Generator) -> Floats:
    """The sum of so many sizes for each count; 0 where no size is known."""
    if not len(sizes):
        return np.zeros(counts.shape)
    mean = float(weights @ sizes)
    spread = float(np.sqrt(weights @ (sizes - mean) ** 2))
    total = np.maximum(counts * mean + np.sqrt(counts) * spread * rng.standard_normal(counts.shape), 0.0)
    few = counts < MANY
    number = counts[few].astype(np.int64)
    picked = sizes[np.minimum(np.searchsorted(np.cumsum(weights), rng.random(int(number.sum()))), len(sizes) - 1)]
    total[few] = np.bincount(np.repeat(np.arange(len(number)), number), picked, minlength=len(number))
    return np.asarray(total)
