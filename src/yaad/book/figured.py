"""The figures of a book: measures, scorecards, funnels, times, customers, chances, findings."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress

from yaad import insight, measures
from yaad.book.chances import keep_chances, kept_chances, likely
from yaad.book.customers import cohorts_of, customer_of, customers_of
from yaad.book.daily import Daily
from yaad.book.deals import story_of, words_of
from yaad.book.opened import By, PeriodLike
from yaad.book.scorecards import FILE as OWN_MEASURES
from yaad.book.scorecards import Scorecards, add, check, own_measures, remove
from yaad.errors import BookError
from yaad.insight import SHOWN, Board, Wanted, winning
from yaad.insight.closing_words import ClosingWords
from yaad.intake import Progress
from yaad.measures.namesakes import Namesake, in_doubt, namesakes
from yaad.measures.own_measures import OwnMeasures
from yaad.measures.withheld import without_small_dwells, without_small_funnels, without_small_ways
from yaad.model import Finding
from yaad.show import Calls, Chances, Conversions, DwellTimes, Figures, Findings, Funnels, Result, Snapshots
from yaad.show.customers import CohortsResult, CustomersResult, OneCustomerResult
from yaad.show.deal import DealResult
from yaad.show.kpis import Kpis, RowsBehind


class Figured(Daily):
    """A book that is asked for figures."""

    def measure(self, *ids: str, by: By = None, period: PeriodLike = None) -> Result:
        """Figures of the catalogue, in all or by a dimension.

        Raises:
            UnknownName: no such measure or column.
        """
        return Figures(measures.measure(ids, self._scope(by, period)))

    @property
    def catalogue(self) -> dict[str, measures.Measure]:
        """Every measure that this book knows, by its id: those of the catalogue, then the company's own."""
        return measures.every_measure(own_measures(self.root).made())

    @property
    def leading(self) -> tuple[str, ...]:
        """The measures that stand first on the scorecard, with the company's own after them."""
        return self._scorecards().ids(whole=False)

    def kpis(
        self,
        period: PeriodLike = None,
        by: By = None,
        measures: Sequence[str] | None = None,
        *,
        whole: bool = False,
        look_back: bool | None = None,
    ) -> Kpis:
        """The scorecard of a period: each measure beside the period before, the same one last year, and its target.

        Args:
            period: the month of the data's day when absent.
            by: a dimension.
            measures: ids; those that stand first on the company's scorecard when absent.
            whole: all other measures of the catalogue after them.
            look_back: whether things as they stand, and what began in the period, are compared too, by the facts as
                they were then; unless said, in books that are not large, since it takes long there.

        Raises:
            UnknownName: no such measure, or none that knows the dimension.
        """
        found = self._scorecards(by).of(self._period(period), measures, whole=whole, look_back=look_back)
        return Kpis(found)

    def behind(
        self,
        measure_id: str,
        group: dict[str, str] | None = None,
        period: PeriodLike = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> RowsBehind:
        """The rows behind a figure, the latest first, page by page.

        Args:
            measure_id: whose.
            group: dimension → its value; all rows when absent.
            period: see `measure`.
            limit: at most so many rows.
            offset: rows to pass over.

        Raises:
            UnknownName: no such measure or column.
        """
        self.need_persons()
        return RowsBehind(measures.behind(measure_id, self._scope(period=period), group or {}, limit, offset))

    @property
    def own_measures(self) -> OwnMeasures:
        """What the company defined: measures of its own, and what stands first on its scorecard.

        Raises:
            InputError: the file of definitions says what cannot be; names the line.
        """
        return own_measures(self.root)

    def check_measures(self, own: OwnMeasures, *, name: str = OWN_MEASURES) -> None:
        """Whether definitions can be measured in this book.

        Args:
            own: the definitions.
            name: of their file, for what is said of it.

        Raises:
            InputError: one asks for what the data do not have; names the line.
        """
        check(self._scope(), own, name)

    def add_measures(self, own: OwnMeasures, *, name: str = OWN_MEASURES) -> OwnMeasures:
        """Put definitions into the book, after `check_measures`; one of a known id takes its place. Gives all of them.

        Raises:
            InputError: see `check_measures`.
        """
        self.check_measures(own, name=name)
        return add(self.root, own)

    def remove_measure(self, measure_id: str) -> OwnMeasures:
        """Take a definition out of the book. Gives those that are left.

        Raises:
            UnknownName: the company defined no such measure.
        """
        return remove(self.root, measure_id)

    def _scorecards(self, by: By = None) -> Scorecards:
        scope = self._scope(by)
        past = self._past if self.viewer.persons else None  # what has changed since may be few
        return Scorecards(scope, own_measures(self.root), self.facts.targets, past, is_large=self.is_large)

    def funnel(self, by: By = None, period: PeriodLike = None) -> Result:
        """Of the deals that entered: how many moved on from each stage, were lost there, are still open there."""
        scope = self._scope(by, period)
        found = measures.funnel(scope)
        return Funnels(without_small_funnels(found, scope, measures.funnel) if scope.least else found)

    def conversion(
        self,
        start: str | None = None,
        end: str | None = None,
        by: By = None,
        period: PeriodLike = None,
        window_days: float | None = None,
    ) -> Result:
        """From one stage to any later one, by the day of entry; the first stage and won when not named."""
        scope = self._scope(by, period)
        rows = measures.conversion(scope, start, end, window_days)
        notes = measures.conversion_notes(scope, rows)
        if scope.least:
            rows, less = without_small_ways(
                rows, scope, lambda asked: measures.conversion(asked, start, end, window_days)
            )
            notes = (*notes, *less)
        return Conversions(rows, as_of=scope.as_of, period=scope.period, notes=notes)

    def dwell(self, basis: str = "first", by: By = None, period: PeriodLike = None) -> Result:
        """Time in each stage and the total until closing, open deals counted.

        Args:
            basis: ``first`` (first entry → first entry of a later stage, or the end) or ``visit`` (one stay).
            by: a dimension.
            period: by the day of entry.
        """
        scope = self._scope(by, period)
        found = measures.dwell(scope, basis)
        if scope.least:
            found = without_small_dwells(found, scope, lambda asked: measures.dwell(asked, basis))
        return DwellTimes(found)

    def snapshots(self, months: int = 12) -> Snapshots:
        """The open deals by stage at the end of each of the last months."""
        return Snapshots(measures.month_ends(self._scope(), months))

    def explain(self, measure_id: str, by: By = None, period: PeriodLike = None, limit: int = 20) -> Result:
        """Why this number: the rule in words, the query behind it, some rows behind it."""
        return Result(measures.explain(measure_id, self._scope(by, period), limit))

    def deals_to_call(self, limit: int = 10) -> Calls:
        """The open deals to call today, and why; never a closed one.

        Ranked by `win_chances` once they were computed for these data, by stage and age else.
        """
        self.need_persons()
        return Calls(insight.deals_to_call(self._scope(), limit, likely(self.kept_win_chances())))

    def board(self, today: dt.date, wanted: Wanted | None = None, *, shown: int = SHOWN) -> Board:
        """The open deals by the stage they stand in, each with what is next, and what a stage holds.

        Args:
            today: by which a next step is overdue.
            wanted: which deals; all when absent.
            shown: cards of a column; the others are counted.
        """
        self.need_persons()
        return insight.board(self._scope(), wanted or Wanted(), today, shown)

    def deal(self, deal_id: str, *, today: dt.date | None = None) -> DealResult:
        """One deal: where it stands, how sure it is, what is next, and all that happened to it.

        Args:
            deal_id: the source's id.
            today: by which a next step is overdue; the data's day when absent.

        Raises:
            UnknownName: no such deal.
        """
        self.need_persons()
        return DealResult(story_of(self, deal_id, self._scope(), self.kept_win_chances(), today))

    def closing_words(self) -> ClosingWords:
        """What people said when deals were closed: why they were won, what was done well, why they were lost."""
        self.need_persons()
        return words_of(self, self._scope())

    def win_chances(self, on_progress: Progress | None = None) -> Chances:
        """The chance of each open deal with its reasons, or why none is told; computed once for the same data.

        Args:
            on_progress: called with parts of the work done and parts in all.
        """
        known = self.kept_win_chances()
        if known is None:
            known = winning.win_chances(self._scope(), on_progress)
            with suppress(BookError, OSError):  # what cannot be kept is computed anew
                keep_chances(self.root, self.facts.deals_version, known)
        return Chances(known)

    def kept_win_chances(self) -> winning.WinChances | None:
        """The chances of these data where they were computed already."""
        self.need_persons()
        return kept_chances(self.root, self.facts.deals_version)

    def customers(
        self,
        period: PeriodLike = None,
        *,
        states: Sequence[str] | None = None,
        owner: str | None = None,
        every: str | None = None,
        limit: int | None = None,
    ) -> CustomersResult:
        """The customers: who came, who stays, who has stopped or is due, what they are worth, who is still there.

        Args:
            period: of who came and of churn; the last year when absent.
            states: those on the list: ``stopped``, ``due``, ``stays``, ``once``; the first two when absent.
            owner: only whose last sale was this person's.
            every: see `cohorts`.
            limit: at most so many on the list.

        Raises:
            UnknownName: no such state, or no such length of time.
        """
        self.need_persons()
        return customers_of(
            self._scope(period=period), self.facts, states=states, owner=owner, every=every, limit=limit
        )

    def namesakes(self) -> list[Namesake]:
        """Names under which deals come with several telephone numbers or mails: of one customer, or of several?"""
        self.need_persons()
        return namesakes(self._scope())

    def customer(self, name: str) -> OneCustomerResult:
        """One customer: how the customer stands, what is at stake, and everything bought.

        Raises:
            InputError: nobody is called so.
        """
        self.need_persons()
        return customer_of(self._scope(), self.facts, name)

    def cohorts(self, every: str | None = None) -> CohortsResult:
        """Of the customers who came together: how many are still there after each month, quarter or year.

        Args:
            every: ``month``, ``quarter`` or ``year``; the shortest with at most twelve rows when absent.

        Raises:
            UnknownName: no such length of time.
        """
        self.need_persons()
        return cohorts_of(self._scope(), every)

    def where_most_is_lost(self, period: PeriodLike = None) -> insight.Leak | None:
        """The step with most lost deals, and what they were worth; None when none was lost, or too few to be told."""
        scope = self._scope(period=period)
        found = insight.where_most_is_lost(scope)
        return None if found is None or found.lost < scope.least else found

    def doctor(self) -> Findings:
        """How good the data are: what is missing, impossible or silent, and what they cannot tell."""
        scope = self._scope()
        found = [*self.found_wrong(), *in_doubt(scope)]
        return Findings(found, gaps=self.cannot_tell(), measures=measures.tellable(scope))

    def found_wrong(self) -> list[Finding]:
        """What is missing, impossible or silent alone; `doctor` tries every measure as well."""
        self.need_persons()
        scope, facts = self._scope(), self.facts
        beside = {"activities": facts.activities, "orders": facts.table("orders"), "calls": facts.table("calls")}
        return measures.quality(scope, beside, facts.table("contracts"))

    def cannot_tell(self) -> list[insight.Gap]:
        """Questions that the data leave without an answer, and the column that would unlock each; part of `doctor`."""
        return insight.gaps(self.columns, self.pipeline)
