"""Going back: what would have been forecast at the end of each past month, with what the book showed then."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from yaad.measures.outlook import Outlook, month_number
from yaad.plan.forecasting.backtest import Backtest, Origin
from yaad.plan.forecasting.draws import draw
from yaad.plan.forecasting.forecast import MONEY, SEED, WON, worth_of
from yaad.plan.forecasting.looking import Looking, month_period
from yaad.plan.forecasting.yardsticks import PIPELINE, Predicted, yardsticks
from yaad.plan.ways import Floats

AHEAD = 3
MOST = 24
"""So many past months' ends at most."""
YOUNG = 6
"""A book must have shown so many whole months, and `WINS` won deals, before a forecast of it is tested."""
WINS = 10
SIMULATIONS = 1_000

Progress = Callable[[int, int | None], None]


def origins_of(shown: Outlook, most: int = MOST) -> tuple[date, ...]:
    """The past months' ends at which a forecast can be made of a book, and tested; rising."""
    if shown.first_day is None:
        return ()
    last = month_number(shown.as_of + timedelta(days=1)) - 1  # the last whole month
    ends = [number for number in range(month_number(shown.first_day) + YOUNG, last) if _wins(shown, number) >= WINS]
    return tuple(month_period(number).end - timedelta(days=1) for number in ends[-most:])


def _wins(shown: Outlook, month: int) -> int:
    return int((shown.won_month <= month).sum())


def run_backtest(
    look: Callable[[date], Looking], shown: Outlook, days: Sequence[date], on_progress: Progress | None = None
) -> Backtest:
    """Forecast at each of `days` and compare with what came.

    Args:
        look: the book seen on a day, with three months ahead.
        shown: the book as it is now, which tells what came.
        days: past months' ends, rising, one after another.
        on_progress: told how many are done, of how many.
    """
    quantities = [WON] if shown.no_money else [WON, MONEY]
    origins: dict[str, list[Origin]] = {quantity: [] for quantity in quantities}
    for done, day in enumerate(days):
        if on_progress:
            on_progress(done, len(days))
        looking = look(day)
        drawn = draw(looking.seen, simulations=SIMULATIONS, seed=SEED)
        for quantity in quantities:
            months = (drawn.won if quantity == WON else drawn.money).sum(axis=2)
            said = yardsticks(looking.seen, *worth_of(looking.seen, quantity))
            came = _came(shown, month_number(day) + 1, quantity)
            origins[quantity].append(Origin({PIPELINE: Predicted.of_draws(months)} | said, came))
    if on_progress:
        on_progress(len(days), len(days))
    return Backtest(tuple(days), {quantity: tuple(rows) for quantity, rows in origins.items()}, shown.unit)


def _came(shown: Outlook, first: int, quantity: str) -> Floats:
    """What came in the months from `first` on, and in all of them; NaN where the month is not over."""
    over = month_number(shown.as_of + timedelta(days=1))
    worth = np.ones(len(shown.won_month)) if quantity == WON else np.nan_to_num(shown.won_size)
    months = [
        float(worth[shown.won_month == month].sum()) if month < over else np.nan
        for month in range(first, first + AHEAD)
    ]
    return np.array([*months, sum(months)])
