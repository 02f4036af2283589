"""What is asked of the months to come, of what moved, and of how right that has been."""

import datetime as dt
from collections.abc import Sequence

from yaad.book.forecasting import WEEK
from yaad.errors import CannotTell, InputError
from yaad.model import read_amount
from yaad.plan.targets import FEW_WINS
from yaad.server.questions import reading
from yaad.server.state import opened
from yaad.server.writing import write_once
from yaad.show.forecasts import BacktestResult, ForecastResult, MovedResult
from yaad.show.judged import JudgedResult
from yaad.text import Message

OFFERED = ("owner", "product", "source", "branch")
"""Dimensions that are offered where the data have them; teams stand behind persons."""
TEAM = "team"
MONTHS = 3
"""So many months to come are told."""


def forecast(by: str, target: float | None, months: int = MONTHS) -> ForecastResult:
    """The months to come; told anew once the past was made again, and when a target is set.

    Raises:
        CannotTell: too few deals were won yet.
        UnknownName: no such column.
    """
    about = (by, target, months, is_tested())
    return opened().shelf.ask("forecast", lambda b: b.forecast(months, by or None, target=target), *about)


def amount(typed: str) -> float | None:
    """An amount as typed; None where none is.

    Raises:
        InputError: it cannot be read.
    """
    return float(read_amount(typed.strip())) if typed.strip() else None


def backtest() -> BacktestResult | None:
    """How right forecasts have been; None while that was not computed for these data, which takes a while."""
    return opened().shelf.once(lambda b: b.kept_backtest())


def is_tested() -> bool:
    """Whether the past was made again: answers that lean on it are asked anew then."""
    return opened().shelf.glance(lambda b: b.is_backtested)


def moved(since: dt.date, until: dt.date) -> MovedResult:
    """What moved between two days.

    Raises:
        InputError: the days are not in order.
    """
    return opened().shelf.ask("moved", lambda b: b.moved(since, until), since, until)


def between(since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
    """The two days of what moved: the last week of the data where none are said.

    Raises:
        InputError: there is no week before the last day.
        CannotTell: the data show no day.
    """
    seen = reading.as_of()
    if seen is None:
        raise CannotTell(Message("forecast.few_wins", {"n": 0, "least": FEW_WINS}))
    last = until or seen
    if last < dt.date.min + WEEK:
        raise InputError(Message("errors.bad_date", {"text": str(last)}))
    return since or last - WEEK, last


def judgements(period: str = "") -> JudgedResult:
    """What people say of a period; of this month where none is said.

    Raises:
        CannotTell: too few deals were won yet.
    """
    if period:
        return opened().shelf.ask("judgements", lambda b: b.judgements(period), period, is_tested())
    return opened().shelf.ask("judgements", lambda b: b.judgements(beside=forecast(OFFERED[0], None)), "", is_tested())


def judge(*, commit: str | None, best: str | None, period: str, person: str | None, at: dt.datetime, by: str) -> int:
    """Write what somebody says that a period will bring; gives the number of the entry.

    Raises:
        InputError: neither was said, or one is no amount.
    """
    if commit is None and best is None:
        raise InputError(Message("forecast.nothing_said"))
    said = write_once(lambda b: b.judge(commit=commit, best=best, period=period or None, person=person, at=at, by=by))
    return said.seq


def people() -> Sequence[str]:
    """Who sells."""
    return opened().shelf.ask("names", lambda b: b.goals.names("owner"), "owner")


def dimensions() -> Sequence[str]:
    """By what it can be broken down."""
    known = [name for name in OFFERED if name in reading.columns()]
    teams = opened().shelf.ask("teams", lambda b: bool(b.goals.quotas().members[TEAM]))
    return [*known[:1], TEAM, *known[1:]] if teams and known else known
