"""One company's book of business: the only door to its facts, figures and plans. Works without a server."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from yaad.book.filing import Filing
from yaad.book.opened import PathLike, PeriodLike
from yaad.book.opt_outs import OptingOut
from yaad.book.planned import Planned
from yaad.book.quotes import Quoting
from yaad.intake import Kind, Mapping, Progress
from yaad.model import SettingEntry
from yaad.show.forecasts import BacktestResult, ForecastResult, MovedResult
from yaad.show.judged import JudgedResult

if TYPE_CHECKING:
    from yaad.book.forecasting import Forecasts
    from yaad.book.goals import Goals
    from yaad.book.judging import Judging


class Book(Planned, OptingOut, Quoting, Filing):
    """A company's facts bound to its stages, its zone and the day they are seen from.

    Attributes:
        root: the folder of the book.
        engine: ``duckdb``, ``sail`` or ``sc://host:port``.
        asked_as_of: the day asked for; None means the latest actual event in the book.
    """

    @property
    def goals(self) -> "Goals":
        """The targets: set, divided, listed, and how they stand."""
        from yaad.book.goals import Goals

        self.need_persons()
        return Goals(self, self._scope)

    def forecast(self, months: int = 3, by: str | None = None, *, target: float | None = None) -> ForecastResult:
        """What the months to come bring, in deals and money, by month and quarter; this month first.

        What has been right more often in this book is told, once `backtest` was made for these data.

        Args:
            months: how many, 1 to 12.
            by: a dimension of deals, or ``team``; its parts sum to the whole.
            target: of this month, in money where it is told, else in deals; the company's own when absent.

        Raises:
            InputError: so many months cannot be told.
            CannotTell: too few deals were won yet.
            UnknownName: no such column.
        """
        return ForecastResult(self._forecasts.forecast(months, by, target))

    def backtest(self, on_progress: Progress | None = None) -> BacktestResult:
        """How right forecasts of this book have been at the end of each past month; made once for the same data.

        Args:
            on_progress: called with months done and months in all.
        """
        return BacktestResult(self._forecasts.backtest(on_progress))

    def kept_backtest(self) -> BacktestResult | None:
        """The backtest of these data where it was made already."""
        known = self._forecasts.known()
        return None if known is None else BacktestResult(known)

    @property
    def is_backtested(self) -> bool:
        """Whether the backtest of these data was made already; quicker than reading it."""
        return self._forecasts.is_known

    def moved(self, since: dt.date | None = None, until: dt.date | None = None) -> MovedResult:
        """What moved between the ends of two days: new, won, lost, slipped, grown – it adds up exactly.

        Args:
            since: the earlier day; a week before the later one when absent.
            until: the later one; the data's day when absent.

        Raises:
            InputError: the days are not in order.
        """
        return MovedResult(self._forecasts.moved(since, until))

    def judge(
        self,
        *,
        commit: str | Decimal | None = None,
        best: str | Decimal | None = None,
        period: PeriodLike = None,
        person: str | None = None,
        at: dt.datetime,
        by: str,
    ) -> SettingEntry:
        """Say what a period will bring in the end; an amount that is not said stands, neither takes the word back.

        Args:
            commit: what comes for sure, in what the forecast is told in.
            best: what may come at best.
            period: a month, a quarter or a year that is not over; the month of the next day when absent.
            person: whose sales; the whole company's when absent.
            at: when it is said.
            by: who says it.

        Raises:
            UnknownName: the book knows no such person.
            InputError: an amount cannot be read, the best is below the commit, or the period is over.
        """
        return self._judging().say(commit, best, period, person, at=at, by=by)

    def judgements(self, period: PeriodLike = None, *, beside: ForecastResult | None = None) -> JudgedResult:
        """What people say that a period will bring, beside the forecast, and how right they were before.

        Where the deals have a column in which people say how sure they are, such as “forecast category”, it speaks for
        those who wrote nothing.

        Args:
            period: see `judge`.
            beside: the forecast by person where it was made already.

        Raises:
            CannotTell: too few deals were won yet.
        """
        return JudgedResult(self._judging(beside).of(period))

    def _judging(self, beside: ForecastResult | None = None) -> "Judging":
        from yaad.book.judging import Judging

        self.need_persons()
        return Judging(self, self._scope, lambda: (beside or self.forecast(by="owner")).content)

    @property
    def _forecasts(self) -> "Forecasts":
        from yaad.book.forecasting import Forecasts

        self.need_persons()
        return Forecasts(self, self._seen_on)


def read(
    path: PathLike,
    *more: PathLike,
    map: Mapping | PathLike | None = None,  # noqa: A002 - the word of the command line
    kind: Kind | str | None = None,
    as_of: dt.date | None = None,
    answers: dict[str, str] | None = None,
) -> Book:
    """Read files into a book that lives as long as the object.

    Raises:
        OpenQuestion: the data leave something open; it carries each question and the map line that answers it.
        InputError: a file cannot be read.
    """
    book = Book.temporary()
    book.import_files([path, *more], mapping=map, kind=kind, answers=answers, as_of=as_of)
    return book


def open_book(root: PathLike, *, engine: str = "duckdb", as_of: dt.date | None = None) -> Book:
    """Open the book in a folder.

    Raises:
        BookError: the folder holds no book.
    """
    return Book.open(root, engine=engine, as_of=as_of)
