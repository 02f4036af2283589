"""What the page of the forecast asks the book, through the shelf that keeps the answers until the data change."""

import datetime as dt
from collections.abc import Sequence

from yaad.faces.web import reading
from yaad.server.state import opened
from yaad.show.forecasts import BacktestResult, ForecastResult, MovedResult
from yaad.show.judged import JudgedResult

OFFERED = ("owner", "product", "source", "branch")
"""Dimensions that are offered where the data have them; teams stand behind persons."""
TEAM = "team"


def forecast(by: str, target: float | None) -> ForecastResult:
    """The months to come; told anew once the past was made again, and when a target is set.

    Raises:
        CannotTell: too few deals were won yet.
        UnknownName: no such column.
    """
    return opened().shelf.ask("forecast", lambda b: b.forecast(by=by or None, target=target), by, target, is_tested())


def backtest() -> BacktestResult | None:
    """How right forecasts have been; None while that was not computed for these data, which takes a while."""
    return opened().shelf.once(lambda b: b.kept_backtest())


def is_tested() -> bool:
    """Whether the past was made again: answers that lean on it are asked anew then."""
    return opened().shelf.once(lambda b: b.is_backtested)


def moved(since: dt.date, until: dt.date) -> MovedResult:
    """What moved between two days.

    Raises:
        InputError: the days are not in order.
    """
    return opened().shelf.ask("moved", lambda b: b.moved(since, until), since, until)


def judgements() -> JudgedResult:
    """What people say of this month.

    Raises:
        CannotTell: too few deals were won yet.
    """
    beside = forecast(OFFERED[0], None)
    return opened().shelf.ask("judgements", lambda b: b.judgements(beside=beside), is_tested())


def people() -> Sequence[str]:
    """Who sells."""
    return opened().shelf.ask("names", lambda b: b.goals.names("owner"), "owner")


def dimensions() -> Sequence[str]:
    """By what it can be broken down."""
    known = [name for name in OFFERED if name in reading.columns()]
    teams = opened().shelf.ask("teams", lambda b: bool(b.goals.members()[TEAM]))
    return [*known[:1], TEAM, *known[1:]] if teams and known else known
