"""The forecast as it is told: by month and quarter, deals and money, in all and by part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil

import numpy as np

from yaad.measures.outlook import MONTHS_A_YEAR, month_number
from yaad.model import Period
from yaad.model.figures import Cell
from yaad.plan.forecasting.arrivals import Z80
from yaad.plan.forecasting.backtest import Backtest, scaled
from yaad.plan.forecasting.draws import SIMULATIONS, Draws, draw
from yaad.plan.forecasting.looking import Looking, SoFar, month_period
from yaad.plan.forecasting.seen import Seen
from yaad.plan.forecasting.yardsticks import PIPELINE, Predicted, yardsticks
from yaad.plan.ways import Floats
from yaad.text import Message

WON, MONEY = "won", "money"
"""What is forecast: deals, and their money."""
SEED = 20_118
LEAST_DRAWS, MOST_CELLS = 1_000, 2_000_000
"""Of many parts: so many draws at least, and so many draws × parts at most."""
POINTS = 1001
"""Points of the curve of an outcome: a chance is told to a thousandth."""
QUARTER = 3
LEAST_WIDTH = 1e-9


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a period may bring in the end.

    Attributes:
        period: a month or a quarter.
        so_far: already won in it by the data's day; all the others hold it too.
        mean: what is to be expected.
        low, high: in 8 of 10 cases it lies between them.
        from_open, from_new: what open deals, and inquiries to come, add on average by the drawn pipeline.
        curve: equally likely values, rising.
        target: what is wanted of the period; None where nobody said.
    """

    period: Period
    so_far: float
    mean: float
    low: float
    high: float
    from_open: float
    from_new: float
    curve: tuple[float, ...]
    target: float | None = None

    @property
    def target_chance(self) -> float | None:
        """The chance of the target."""
        return None if self.target is None else self.chance(self.target)

    def chance(self, target: float) -> float:
        """The chance that the target is reached or passed."""
        return 1 - float(np.searchsorted(np.array(self.curve), target, side="left")) / len(self.curve)


def outcome_of(outcomes: Sequence[Outcome], period: Period) -> Outcome | None:
    """That of a period, whatever name it was asked by; None where there is none."""
    days = (period.start, period.end)
    return next((one for one in outcomes if (one.period.start, one.period.end) == days), None)


@dataclass(frozen=True, eq=False)
class Part:
    """The forecast of one person, product… The means of all parts sum to that of the whole.

    Attributes:
        name: None for those without one.
        won, money: one outcome a period.
    """

    name: Cell
    won: tuple[Outcome, ...]
    money: tuple[Outcome, ...]


Wanted = Callable[[str, Period, Part | None], float | None]


@dataclass(frozen=True)
class PastMonth:
    """What was won in a whole month."""

    period: Period
    won: float
    money: float


@dataclass(frozen=True, eq=False)
class Forecast:
    """The months to come.

    Attributes:
        as_of: the data's day.
        won: deals, one outcome a month ahead, then the quarter of the first one where it ends among them.
        money: the same in money; empty where it cannot be told.
        methods: what each of them is told by, `WON` and `MONEY`: the drawn pipeline, or what was right more often.
        tested: how right it has been.
        unit: currency of the money.
        by: the breakdown of the parts.
        parts: by value of the breakdown; empty without one.
        past: the last whole months, at most a year of them.
        n_open, n_won: open deals and won deals behind it.
        notes: what to know about it.
        no_target: why a target of the first period is not held against it; None where it is, or nobody set one.
    """

    as_of: date
    won: tuple[Outcome, ...]
    money: tuple[Outcome, ...]
    methods: dict[str, str]
    tested: Backtest | None
    unit: str | None
    by: str | None = None
    parts: tuple[Part, ...] = ()
    past: tuple[PastMonth, ...] = ()
    n_open: int = 0
    n_won: int = 0
    notes: tuple[Message, ...] = field(default=())
    no_target: Message | None = None

    @property
    def quantity(self) -> str:
        """What people are told first: money where it is known, deals else."""
        return MONEY if self.money else WON

    def of(self, quantity: str) -> tuple[Outcome, ...]:
        """The outcomes of `WON` or `MONEY`."""
        return self.won if quantity == WON else self.money

    def with_targets(self, wanted: Wanted, no_target: Message | None = None) -> "Forecast":
        """The same beside what is wanted of each period.

        Args:
            wanted: tells it of a quantity, a period and a part (None: the whole); None where nobody said.
            no_target: why one of the first period is left out.
        """

        def held(outcomes: tuple[Outcome, ...], quantity: str, part: Part | None) -> tuple[Outcome, ...]:
            return tuple(replace(each, target=wanted(quantity, each.period, part)) for each in outcomes)

        parts = tuple(Part(one.name, held(one.won, WON, one), held(one.money, MONEY, one)) for one in self.parts)
        won, money = held(self.won, WON, None), held(self.money, MONEY, None)
        return replace(self, won=won, money=money, parts=parts, no_target=no_target)


@dataclass(frozen=True, eq=False)
class _Told:
    """Draws of one quantity as they are told: (draws, periods) for the whole, (draws, periods, parts) for the parts."""

    whole: Floats
    parts: Floats


def make_forecast(
    looking: Looking,
    tested: Backtest | None = None,
    *,
    divided: Looking | None = None,
    by: str | None = None,
    simulations: int = SIMULATIONS,
) -> Forecast:
    """The forecast of a book.

    Args:
        looking: the book, without a breakdown.
        tested: how right forecasts of it have been; None: not tested, ranges stand as drawn.
        divided: the same book with a breakdown, for the parts.
        by: name of the breakdown.
        simulations: how many draws.
    """
    # of many parts fewer draws are kept, so that memory stays that of a few; the whole is the same ones
    if divided:
        simulations = min(simulations, max(LEAST_DRAWS, MOST_CELLS // divided.seen.parts))
    drawn = draw(looking.seen, simulations=simulations, seed=SEED)
    in_parts = draw(divided.seen, simulations=simulations, seed=SEED) if divided else None
    periods = _periods(looking)
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    of_parts: dict[str, list[tuple[Outcome, ...]]] = {}
    methods: dict[str, str] = {}
    told = [WON] if looking.shown.no_money else [WON, MONEY]
    for quantity in told:
        methods[quantity] = tested.best(quantity) if tested else PIPELINE
        own = Predicted.of_draws(_of(drawn, quantity).sum(axis=2))
        said = _said(looking.seen, own, quantity, methods[quantity], tested)
        parts_drawn = _of(in_parts, quantity) if in_parts else None
        draws = _as_told(_of(drawn, quantity).sum(axis=2), parts_drawn, (own, said), periods)
        expected = (_open(drawn, quantity), _new(drawn, quantity))
        outcomes[quantity] = _outcomes(periods, draws.whole[..., None], expected, _so_far(looking, quantity))[0]
        if divided and in_parts:
            shares = (_open(in_parts, quantity), _new(in_parts, quantity))
            of_parts[quantity] = _outcomes(periods, draws.parts, shares, _so_far(divided, quantity))
    names = divided.shown.names if divided else ()
    money = of_parts.get(MONEY, [()] * len(names))
    parts = zip(names, of_parts.get(WON, []), money, strict=True) if divided else ()
    return Forecast(
        as_of=looking.shown.as_of,
        won=outcomes[WON],
        money=outcomes.get(MONEY, ()),
        methods=methods,
        tested=tested,
        unit=looking.shown.unit,
        by=by,
        parts=tuple(Part(*part) for part in parts),
        past=_past(looking),
        n_open=len(looking.seen.open),
        n_won=len(looking.shown.won_month),
        notes=_notes(looking),
    )


def _past(looking: Looking) -> tuple[PastMonth, ...]:
    first = month_number(looking.ahead[0].start)
    months = range(first - len(looking.seen.won), first)
    rows = zip(months, looking.seen.won.tolist(), looking.seen.money.tolist(), strict=True)
    return tuple(PastMonth(month_period(month), won, money) for month, won, money in rows)[-MONTHS_A_YEAR:]


def _notes(looking: Looking) -> tuple[Message, ...]:
    shown = looking.shown
    notes = [Message("forecast.undated", {"n": shown.undated})] if shown.undated else []
    return (*notes, shown.no_money) if shown.no_money else tuple(notes)


@dataclass(frozen=True)
class _Span:
    """A period of the forecast: the months ahead that it is made of."""

    period: Period
    months: slice
    is_quarter: bool


def _periods(looking: Looking) -> list[_Span]:
    spans = [_Span(each, slice(at, at + 1), is_quarter=False) for at, each in enumerate(looking.ahead)]
    first = looking.ahead[0].start
    left = QUARTER - (first.month - 1) % QUARTER
    if left <= len(looking.ahead):
        name = f"{first.year:04}-Q{ceil(first.month / QUARTER)}"
        spans.append(_Span(Period.parse(name), slice(0, left), is_quarter=True))
    return spans


def _of(drawn: Draws, quantity: str) -> Floats:
    return drawn.won if quantity == WON else drawn.money


def _open(drawn: Draws, quantity: str) -> Floats:
    return np.asarray((drawn.won_open if quantity == WON else drawn.money_open).mean(axis=0))


def _new(drawn: Draws, quantity: str) -> Floats:
    return np.asarray((drawn.won_new if quantity == WON else drawn.money_new).mean(axis=0))


def _so_far(looking: Looking, quantity: str) -> SoFar:
    return looking.won_so_far if quantity == WON else looking.money_so_far


def worth_of(seen: Seen, quantity: str) -> tuple[Floats, Floats]:
    """The past months of a quantity, and what each open deal counts in it: its amount, else the mean of the won."""
    if quantity == WON:
        return seen.won, np.ones(len(seen.open))
    usual = float(np.average(seen.sizes, weights=seen.size_weights)) if len(seen.sizes) else 0.0
    return seen.money, np.where(np.isnan(seen.open.size), usual, seen.open.size)


def _said(seen: Seen, own: Predicted, quantity: str, method: str, tested: Backtest | None) -> Predicted:
    """What the method says, its ranges scaled by past errors."""
    said = own if method == PIPELINE else yardsticks(seen, *worth_of(seen, quantity))[method]
    if tested is None or not tested.origins[quantity]:  # a book too young for any past month teaches nothing
        return said
    *each, whole = tested.scales(quantity, method).tolist()
    months = len(said.mean) - 1
    every = [*each, *[each[-1]] * months][:months]  # further ahead than was tested: as the last month that was
    return scaled(said, np.array([*every, whole]))


def _as_told(
    months: Floats, parts: Floats | None, ranges: tuple[Predicted, Predicted], periods: Sequence[_Span]
) -> _Told:
    """Draws laid out so that they say what is said.

    Args:
        months: draws of the whole, shape (draws, months).
        parts: draws of the parts, shape (draws, months, parts).
        ranges: what the draws say by themselves, and what is said.
        periods: the periods to be told.
    """
    own, said = ranges
    whole, of_parts = [], []
    for span in periods:
        sums = months[:, span.months].sum(axis=1)
        laid = _laid(sums, _said_of(said, own, sums, span))
        whole.append(laid)
        if parts is not None:
            of_parts.append(shared_out(laid, parts[:, span.months].sum(axis=1)))
    return _Told(np.stack(whole, axis=1), np.stack(of_parts, axis=1) if of_parts else np.empty(0))


def _said_of(said: Predicted, own: Predicted, sums: Floats, span: _Span) -> tuple[float, float, float]:
    """What is said of a period: mean, low, high. Of some months of the whole, the range of their sum by the draws'."""
    months = range(*span.months.indices(len(said.mean) - 1))
    if len(months) == 1:
        return float(said.mean[months[0]]), float(said.low[months[0]]), float(said.high[months[0]])
    if len(months) == len(said.mean) - 1:
        return float(said.mean[-1]), float(said.low[-1]), float(said.high[-1])
    low, high = np.quantile(sums, [0.1, 0.9])
    wider = (said.high[-1] - said.low[-1]) / max(own.high[-1] - own.low[-1], 1e-9)
    mean = float(said.mean[list(months)].sum())
    return mean, max(mean - wider * float(sums.mean() - low), 0.0), mean + wider * float(high - sums.mean())


def _laid(sums: Floats, said: tuple[float, float, float]) -> Floats:
    """Draws moved and stretched so that their mean and the ends of 8 of 10 are those said; not below 0."""
    mean, low, high = said
    centre = float(sums.mean())
    below, above = np.quantile(sums, [0.1, 0.9])
    if above - below > LEAST_WIDTH:
        over = sums > centre
        stretch = np.where(
            over, (high - mean) / max(above - centre, LEAST_WIDTH), (mean - low) / max(centre - below, LEAST_WIDTH)
        )
        laid = mean + (sums - centre) * stretch
    elif high - low > LEAST_WIDTH:  # hardly any draw differs, but what is said has a range: a normal one of its width
        level = norm_quantiles(len(sums))[np.argsort(np.argsort(sums, kind="stable"), kind="stable")]
        laid = mean + level * np.where(level > 0, high - mean, mean - low) / Z80
    else:
        laid = sums if centre > 0 else np.full(len(sums), mean)
    laid = np.maximum(laid, 0.0)
    average = float(laid.mean())
    return np.asarray(laid * (mean / average) if average > 0 else laid)


def norm_quantiles(n: int) -> Floats:
    """Equally likely values of a standard normal, rising."""
    from scipy.special import ndtri  # takes a moment to load

    return np.asarray(ndtri((np.arange(n) + 0.5) / n), dtype=np.float64)


def shared_out(whole: Floats, parts: Floats) -> Floats:
    """Draws of parts that sum to the whole in every draw, shape (draws, parts).

    Draws of equal rank belong together; what is missing between a draw's sum and its whole is shared in proportion.

    Args:
        whole: draws of the whole, shape (draws,).
        parts: draws of the parts, shape (draws, parts).
    """
    sums = parts.sum(axis=1)
    matched = np.empty_like(parts)
    matched[np.argsort(whole, kind="stable")] = parts[np.argsort(sums, kind="stable")]
    total = matched.sum(axis=1)
    usual = parts.mean(axis=0)
    share = usual / usual.sum() if usual.sum() > 0 else np.full(parts.shape[1], 1 / parts.shape[1])
    return np.where(
        (total > 0)[:, None], matched * (whole / np.where(total > 0, total, 1.0))[:, None], whole[:, None] * share
    )


def _outcomes(
    periods: Sequence[_Span], draws: Floats, expected: tuple[Floats, Floats], so_far: SoFar
) -> list[tuple[Outcome, ...]]:
    """One outcome a period for each part, from draws (draws, periods, parts)."""
    found = []
    for part in range(draws.shape[2]):
        row = []
        for at, span in enumerate(periods):
            done = so_far.quarter if span.is_quarter else so_far.month
            begun = float(done[part]) if span.months.start == 0 else 0.0
            values = draws[:, at, part] + begun
            low, high = np.quantile(values, [0.1, 0.9])
            opened, new = (float(one[span.months, part].sum()) for one in expected)
            curve = np.quantile(values, np.linspace(0, 1, POINTS), method="nearest")
            ends = (float(values.mean()), float(low), float(high))
            row.append(Outcome(span.period, begun, *ends, opened, new, tuple(curve.tolist())))
        found.append(tuple(row))
    return found
