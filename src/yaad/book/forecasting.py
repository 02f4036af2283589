"""Forecasts of a book, how right they have been, and what moved: put together from the book as it was on other days.

Going back through the past takes a while, so its result is kept beside the book (`yaad.book.computed`).
"""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from yaad.book.computed import keep, kept
from yaad.errors import BookError, CannotTell, InputError
from yaad.measures import Scope
from yaad.measures.movements import open_deals, outcomes, unit_of
from yaad.plan.forecasting import Backtest, Forecast, Looking, Moved, look, make_forecast, what_moved
from yaad.plan.forecasting.testing import Progress, origins_of, run_backtest
from yaad.text import Message

KIND = "backtest"
RULE = "1"
"""Of the way in which a backtest is made; another one makes kept results void."""
MONTHS = (1, 12)
FEW_WINS = 10
"""With fewer won deals nothing is forecast."""


SeenOn = Callable[[dt.date, str | None], AbstractContextManager[Scope]]


class Forecasts:
    """The forecasts of one book.

    Args:
        root: the folder of the book.
        as_of: the day it is seen from.
        version: of its data.
        seen_on: gives the book's facts as of a day, with a breakdown.
    """

    def __init__(self, root: Path, as_of: dt.date, version: str, seen_on: SeenOn) -> None:
        self._root = root
        self._as_of = as_of
        self._version = version
        self._seen_on = seen_on

    def forecast(self, months: int, by: str | None, tested: Backtest | None) -> Forecast:
        """The months to come; see `Book.forecast`."""
        if not MONTHS[0] <= months <= MONTHS[1]:
            raise InputError(Message("forecast.bad_months", {"months": months, "most": MONTHS[1]}))
        looking = self._look(self._as_of, months)
        wins = len(looking.shown.won_month)
        if wins < FEW_WINS:
            raise CannotTell(Message("forecast.few_wins", {"n": wins, "least": FEW_WINS}))
        divided = self._look(self._as_of, months, by) if by else None
        return make_forecast(looking, tested, divided=divided, by=by)

    def _look(self, day: dt.date, months: int, by: str | None = None) -> Looking:
        with self._seen_on(day, by) as scope:
            return look(scope, months)

    # ---- how right it has been --------------------------------------------------------------------------------

    def known(self) -> Backtest | None:
        """The backtest of these data, where it was made before."""
        plain = kept(self._root, KIND, self._kept_as)
        with suppress(ValueError, KeyError, TypeError):  # damaged: made again
            return None if plain is None else Backtest.from_dict(plain)
        return None

    def backtest(self, on_progress: Progress | None = None) -> Backtest:
        """Make the forecast of each past month's end again, or take the kept result."""
        known = self.known()
        if known is not None:
            return known
        shown = self._look(self._as_of, 1).shown
        found = run_backtest(lambda day: self._look(day, 3), shown, origins_of(shown), on_progress)
        with suppress(BookError, OSError):  # one that cannot be kept is made again next time
            keep(self._root, KIND, self._kept_as, found.to_dict())
        return found

    @property
    def _kept_as(self) -> str:
        """The version of the data and of the way in which a backtest is made."""
        return f"{RULE} {self._version}"

    # ---- what moved -------------------------------------------------------------------------------------------

    def moved(self, since: dt.date, until: dt.date) -> Moved:
        """What moved between the ends of two days; see `Book.moved`."""
        if since >= until:
            raise InputError(Message("forecast.bad_days", {"since": since, "until": until}))
        with self._seen_on(since, None) as then, self._seen_on(until, None) as now:
            before, after = open_deals(then), open_deals(now)
            unit, no_money = unit_of(then, now)
            still = {deal.deal for deal in after}
            became = outcomes(now, [deal.deal for deal in before if deal.deal not in still])
        return what_moved(before, after, became, (since, until), unit=unit, no_money=no_money)
