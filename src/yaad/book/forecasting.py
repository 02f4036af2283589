"""Forecasts of a book, how right they have been, and what moved: put together from the book as it was on other days.

Going back through the past takes a while, so its result is kept beside the book (`yaad.book.computed`).
"""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from yaad.book.computed import is_kept, keep, kept
from yaad.errors import BookError, CannotTell, InputError
from yaad.facts import Facts
from yaad.measures import Scope
from yaad.measures.columns import ALIASES
from yaad.measures.movements import ended_since, open_deals, outcomes, unit_of
from yaad.measures.quotas import held_against
from yaad.measures.teams import team_of_each
from yaad.model import Achieved, Period, Whose
from yaad.model.figures import Cell
from yaad.model.targets import WON_VALUE
from yaad.plan.forecasting import (
    MONEY,
    WON,
    Backtest,
    Forecast,
    Looking,
    Moved,
    Part,
    look,
    make_forecast,
    what_moved,
)
from yaad.plan.forecasting.testing import Progress, origins_of, run_backtest
from yaad.plan.targets import FEW_WINS
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.book import Book

KIND = "backtest"
RULE = "3"
"""Of the way in which a backtest is made; another one makes kept results void."""
MONTHS = (1, 12)
USUAL = 3
"""So many months are told where nobody asks for others."""
WEEK = dt.timedelta(days=7)
MOST_PARTS = 500
"""Into more parts nothing is divided: of each of them there would be next to nothing to tell."""
TEAM, OWNER = "team", "owner"
Asked = tuple[int, str | None, bool]
_MADE: WeakKeyDictionary[Facts, dict[Asked, Forecast]] = WeakKeyDictionary()
"""Forecasts of a picture of the facts – months, breakdown, whether the past was made again – beside no target yet."""
SeenOn = Callable[[dt.date, str | None], AbstractContextManager[Scope]]


class _Targets:
    """What is wanted of the periods of a forecast and of its parts; the targets are looked up once for all of them.

    Args:
        book: whose targets they are.
        kind: of the parts; None: the whole alone.
    """

    def __init__(self, book: "Book", kind: str | None) -> None:
        self._goals, self._kind = book.goals, kind
        self._quotas, self._money = self._goals.quotas(), self._goals.money()
        self._is_of_closings = book.settings.achieved.by is Achieved.CLOSED

    def of(self, quantity: str, period: Period, part: Part | None) -> float | Message | None:
        """The target; None: nobody set one; why it cannot be held against the forecast else."""
        if part is None:
            whose = Whose()
        elif part.name is None or self._kind not in Whose.PARTS:
            return None
        else:
            whose = Whose(**{self._kind: str(part.name)})
            if not self._goals.is_told_apart(whose):
                return None
        try:
            found = self._quotas.wanted(WON_VALUE if quantity == MONEY else WON, period, whose)
            if found is None:
                return None
            if not self._is_of_closings:
                return Message("goals.no_chance")
            if quantity == MONEY:
                held_against(found, *self._money)
        except InputError as error:  # of another currency or tax
            return error.message
        stands = part is not None or self._goals.stands_for_all(found, self._quotas.members)
        return float(found.value) if stands else Message("forecast.target_of_some")


class Forecasts:
    """The forecasts of one book; `Book.forecast`, `Book.backtest` and `Book.moved` ask it."""

    def __init__(self, book: "Book", seen_on: SeenOn) -> None:
        """Args: the book; its facts as of a day, with a breakdown."""
        self._book, self._seen_on = book, seen_on

    def forecast(self, months: int, by: str | None = None, target: float | None = None) -> Forecast:
        """The months to come; see `Book.forecast`."""
        known, asked = _MADE.setdefault(self._book.facts, {}), (months, by, self.is_known)
        if asked not in known:
            known[asked] = self._make(months, by)
        return self._beside_targets(known[asked], target)

    def _make(self, months: int, by: str | None) -> Forecast:
        if not MONTHS[0] <= months <= MONTHS[1]:
            raise InputError(Message("forecast.bad_months", {"months": months, "most": MONTHS[1]}))
        looking = self._look(self._book.as_of, months)
        wins = len(looking.shown.won_month)
        if wins < FEW_WINS:
            raise CannotTell(Message("forecast.few_wins", {"n": wins, "least": FEW_WINS}))
        divided = self._divided(looking, by) if by else None
        if divided is not None and divided.seen.parts > MOST_PARTS:
            values: dict[str, object] = {"n": divided.seen.parts, "most": MOST_PARTS}
            raise InputError(Message("forecast.too_many_parts", values))
        return make_forecast(looking, self.known(), divided=divided, by=by)

    def _beside_targets(self, made: Forecast, asked: float | None) -> Forecast:
        """The same beside what is wanted: what was asked for the first period, else the company's targets."""
        first = made.of(made.quantity)[0].period
        targets = _Targets(self._book, ALIASES.get(made.by or "", made.by))

        def wanted(quantity: str, period: Period, part: Part | None) -> float | None:
            if asked is not None and part is None and (quantity, period) == (made.quantity, first):
                return asked
            found = targets.of(quantity, period, part)
            return None if isinstance(found, Message) else found

        untold = None if asked is not None else targets.of(made.quantity, first, None)
        return made.with_targets(wanted, untold if isinstance(untold, Message) else None)

    def _divided(self, whole: Looking, by: str) -> Looking:
        """The same by a breakdown; a person's team is what the company said of the person, else the branch."""
        into: dict[Cell, Cell] = {}
        if by == TEAM:
            with self._seen_on(self._book.as_of, None) as scope:
                into |= dict(team_of_each(scope).items())
        with self._seen_on(self._book.as_of, OWNER if into else by) as scope:
            return look(scope, len(whole.ahead), into or None, whole.seen.stays)

    def _look(self, day: dt.date, months: int) -> Looking:
        with self._seen_on(day, None) as scope:
            return look(scope, months)

    # ---- how right it has been --------------------------------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Whether the backtest of these data was made before; quicker than reading it."""
        return is_kept(self._book.root, KIND, self._kept_as)

    def known(self) -> Backtest | None:
        """The backtest of these data, where it was made before."""
        plain = kept(self._book.root, KIND, self._kept_as)
        with suppress(ValueError, KeyError, TypeError):  # damaged: made again
            return None if plain is None else Backtest.from_dict(plain)
        return None

    def backtest(self, on_progress: Progress | None = None) -> Backtest:
        """Make the forecast of each past month's end again, or take the kept result."""
        known = self.known()
        if known is not None:
            return known
        shown = self._look(self._book.as_of, 1).shown
        found = run_backtest(lambda day: self._look(day, USUAL), shown, origins_of(shown), on_progress)
        with suppress(BookError, OSError):  # one that cannot be kept is made again next time
            keep(self._book.root, KIND, self._kept_as, found.to_dict())
        return found

    @property
    def _kept_as(self) -> str:
        """The version of the data and of the way in which a backtest is made."""
        return f"{RULE} {self._book.facts.deals_version}"

    # ---- what moved -------------------------------------------------------------------------------------------

    def moved(self, since: dt.date | None = None, until: dt.date | None = None) -> Moved:
        """What moved between the ends of two days; see `Book.moved`."""
        last = until or self._book.as_of
        since = since or last - WEEK
        if since >= last:
            raise InputError(Message("forecast.bad_days", {"since": since, "until": last}))
        with self._seen_on(since, None) as then, self._seen_on(last, None) as now:
            before, after = open_deals(then), open_deals(now)
            unit, no_money = unit_of(then, now)
            still = {deal.deal for deal in after}
            became = outcomes(now, [deal.deal for deal in before if deal.deal not in still])
            ended = ended_since(now, since)
        return what_moved(before, after, became, (since, last), ended=ended, unit=unit, no_money=no_money)
