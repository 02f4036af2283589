"""The months to come: a pipeline drawn many times, yardsticks beside it, how right each of them was, and what moved."""

from yaad.plan.forecasting.backtest import Backtest, Origin, Score
from yaad.plan.forecasting.draws import Draws, draw
from yaad.plan.forecasting.forecast import MONEY, WON, Forecast, Outcome, Part, Wanted, make_forecast
from yaad.plan.forecasting.looking import Looking, look
from yaad.plan.forecasting.moved import Change, Heading, Level, Line, Moved, what_moved
from yaad.plan.forecasting.yardsticks import PIPELINE

__all__ = [
    "MONEY",
    "PIPELINE",
    "WON",
    "Backtest",
    "Change",
    "Draws",
    "Forecast",
    "Heading",
    "Level",
    "Line",
    "Looking",
    "Moved",
    "Origin",
    "Outcome",
    "Part",
    "Score",
    "Wanted",
    "draw",
    "look",
    "make_forecast",
    "what_moved",
]
