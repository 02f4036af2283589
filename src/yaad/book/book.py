"""One company's book of business: the only door to its facts, figures and plans. Works without a server."""

import datetime as dt
import json
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from yaad import insight, measures
from yaad.book.chances import keep_chances, kept_chances, likely
from yaad.book.computed import FOLDER as COMPUTED
from yaad.book.customers import cohorts_of, customer_of, customers_of
from yaad.book.disk import told_when_full
from yaad.book.importing import Imports
from yaad.book.imports import ImportRecord
from yaad.book.planning import Planning, RatiosOf
from yaad.book.reports import ImportReport
from yaad.book.scorecards import FILE as OWN_MEASURES
from yaad.book.scorecards import Scorecards, add, check, own_measures, remove, version
from yaad.book.sources import SECRETS, is_follow_up, write_follow_up
from yaad.errors import BookError, InputError
from yaad.facts import JOURNAL_NAME, Facts, Lake, SqliteJournal, settle, undone
from yaad.insight import winning
from yaad.intake import Kind, Mapping, Progress, Understanding, keep_pasted
from yaad.measures.own_measures import OwnMeasures
from yaad.model import (
    Calendar,
    DealEntry,
    Entry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    Period,
    Pipeline,
    SettingEntry,
    Settings,
    Stage,
    StageType,
    UndoEntry,
    WinEntry,
    read_amount,
)
from yaad.plan.period import Outlook
from yaad.plan.scenario import Base
from yaad.show import (
    Calls,
    Chances,
    Conversions,
    DwellTimes,
    Figures,
    Findings,
    Funnels,
    LeaksResult,
    LeversResult,
    PlanResult,
    Result,
    Snapshots,
    WhatIfResult,
)
from yaad.show.customers import CohortsResult, CustomersResult, OneCustomerResult
from yaad.show.forecasts import BacktestResult, ForecastResult, MovedResult
from yaad.show.judged import JudgedResult
from yaad.show.kpis import Kpis, RowsBehind
from yaad.show.scenarios import ScenarioResult
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.forecasting import Forecasts
    from yaad.book.goals import Goals
    from yaad.book.judging import Judging

By = str | Sequence[str] | None
PeriodLike = Period | str | None
PathLike = Path | str
COMPANY = "company.txt"
Written = TypeVar("Written", bound=Entry)


class Book:
    """A company's facts bound to its stages, its zone and the day they are seen from.

    Attributes:
        root: the folder of the book.
        engine: ``duckdb``, ``sail`` or ``sc://host:port``.
        asked_as_of: the day asked for; None means the latest actual event in the book.
    """

    def __init__(self, root: PathLike, *, engine: str = "duckdb", as_of: dt.date | None = None) -> None:
        self.root = Path(root)
        self.engine = engine
        self.asked_as_of = as_of
        self._facts: Facts | None = None
        self._seen: dict[dt.date, Book] = {}
        self._imports = Imports(self.root)

    def __repr__(self) -> str:
        if self.is_empty:
            return f"Book({str(self.root)!r}, empty)"
        return f"Book({str(self.root)!r}, as of {self.as_of.isoformat()})"

    # ---- opening ----------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, root: PathLike, *, engine: str = "duckdb", as_of: dt.date | None = None) -> "Book":
        """Open the book in a folder.

        Raises:
            BookError: the folder holds no book.
        """
        book = cls(root, engine=engine, as_of=as_of)
        if not Lake.exists(book.root):
            raise BookError(Message("book.absent", {"path": str(root)}))
        return book

    @classmethod
    def create(cls, root: PathLike, *, engine: str = "duckdb", as_of: dt.date | None = None) -> "Book":
        """Open the book in a folder, or begin one there: its files appear with the first import.

        Raises:
            BookError: the place is a file, or a folder that holds something else.
        """
        book = cls(root, engine=engine, as_of=as_of)
        if not Lake.exists(book.root) and (book.root.is_file() or _holds_something_else(book.root)):
            raise BookError(Message("book.place_taken", {"path": str(root)}))
        return book

    @classmethod
    def temporary(cls, *, as_of: dt.date | None = None) -> "Book":
        """A book in a temporary folder that goes with the object."""
        folder = tempfile.mkdtemp(prefix="yaad-")
        book = cls.create(Path(folder) / "book", as_of=as_of)
        weakref.finalize(book, shutil.rmtree, folder, ignore_errors=True)
        return book

    @property
    def facts(self) -> Facts:
        """The facts as they are now: read again after the journal or the lake has changed."""
        if self._facts is not None and not self._facts.is_current():
            self.close()
        if self._facts is None:
            self._facts = Facts.open(self.root, engine=self.engine, as_of=self.asked_as_of)
        return self._facts

    def close(self) -> None:
        """Let go of the engine."""
        for past in self._seen.values():
            past.close()
        self._seen.clear()
        if self._facts is not None:
            self._facts.close()
            self._facts = None

    # ---- importing --------------------------------------------------------------------------------------------

    def understand(
        self,
        paths: Sequence[PathLike],
        *,
        mapping: Mapping | PathLike | None = None,
        kind: Kind | str | None = None,
        answers: dict[str, str] | None = None,
        on_progress: Progress | None = None,
    ) -> Understanding:
        """What files say, how we know, and what they leave open; nothing is written.

        Raises:
            InputError: a file cannot be read, or does not fit its mapping.
        """
        return self._imports.understand(paths, mapping=mapping, kind=kind, answers=answers, on_progress=on_progress)

    def import_files(
        self,
        paths: Sequence[PathLike],
        *,
        mapping: Mapping | PathLike | None = None,
        kind: Kind | str | None = None,
        answers: dict[str, str] | None = None,
        as_of: dt.date | None = None,
        lang: str = "en",
        on_progress: Progress | None = None,
    ) -> ImportReport:
        """Import files into the book; all of it or nothing.

        Args:
            paths: one or more files that belong together.
            mapping: a mapping, or the path of its YAML file; proposed from the data when absent.
            kind: what the rows are; decided from the data when absent.
            answers: question id → answer.
            as_of: the day the data are true for; the latest actual event when absent.
            lang: the language of the file of refused rows.
            on_progress: called with rows done and rows in all (None while unknown).

        Raises:
            OpenQuestion: the data leave something open.
            InputError: a file cannot be read, or does not fit its mapping.
            BookError: another import is under way.
        """
        report = self._imports.bring_in(
            paths, mapping=mapping, kind=kind, answers=answers, as_of=as_of, lang=lang, on_progress=on_progress
        )
        return report if report.as_of is None else replace(report, as_of=self.as_of)

    def import_text(
        self,
        text: str,
        *,
        mapping: Mapping | PathLike | None = None,
        answers: dict[str, str] | None = None,
        as_of: dt.date | None = None,
        lang: str = "en",
    ) -> ImportReport:
        """Import a table pasted from a spreadsheet, as `import_files` imports a file.

        Raises:
            InputError: nothing was pasted, or no table.
            OpenQuestion, BookError: see `import_files`.
        """
        with tempfile.TemporaryDirectory(prefix="yaad-pasted-") as folder:
            path = keep_pasted(text, Path(folder))
            return self.import_files([path], mapping=mapping, answers=answers, as_of=as_of, lang=lang)

    def follow_up(self, path: PathLike, *, owner: str | None = None, lang: str = "en") -> int:
        """Write the open deals as a workbook to fill in and bring back with `import_files`; gives how many there are.

        Args:
            path: the XLSX file.
            owner: only the deals of this person.
            lang: of its words; right to left in Hebrew.

        Raises:
            InputError: there are no open deals, or the file has another ending.
        """
        return write_follow_up(self.facts, Path(path), lang, owner=owner)

    @staticmethod
    def brings_back(paths: Sequence[PathLike]) -> bool:
        """Whether one of these files is a follow-up workbook: it is understood without questions."""
        return any(is_follow_up(Path(path)) for path in paths)

    def rebuild(self, on_progress: Progress | None = None) -> None:
        """Make the lake anew from what is true: originals, mappings and the journal.

        Raises:
            BookError: an original is missing, or another import is under way.
        """
        self._imports.rebuild(on_progress=on_progress)
        self.close()

    def imports(self) -> list[ImportRecord]:
        """The imports that the book is made of, in their order."""
        return self._imports.history()

    def undo_import(self, name: str, on_progress: Progress | None = None) -> None:
        """Take an import back: the book is made anew without it. Its original stays, and what people wrote.

        Raises:
            UnknownName: the book has no such import.
            BookError: an original is missing, or another import is under way.
        """
        self._imports.undo(name, on_progress=on_progress)
        self.close()

    # ---- what the book is -------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether nothing was imported yet."""
        return not Lake.exists(self.root) or not Lake.open(self.root).pin().imports

    @property
    def name(self) -> str:
        """The company's name; the folder's while nobody has said another."""
        said = self.root / COMPANY
        return said.read_text("utf-8").strip() if said.is_file() else self.root.resolve().name

    def rename(self, name: str) -> None:
        """Say the company's name; a book that is not begun yet takes it with it."""
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / COMPANY).write_text(name, "utf-8")

    @property
    def as_of(self) -> dt.date:
        """The day the figures are true for."""
        return self.facts.as_of

    @property
    def zone(self) -> str:
        """The company's time zone."""
        return self.facts.zone

    @property
    def pipeline(self) -> Pipeline:
        """The stages of the company."""
        return self.facts.pipeline

    @property
    def settings(self) -> Settings:
        """What the company said of itself: what counts as achieved, costs, capacity, who works when."""
        return self.facts.settings

    @property
    def data_version(self) -> str:
        """Changes whenever a figure may change."""
        return "-".join(filter(None, (self.facts.data_version, version(self.root))))

    @property
    def columns(self) -> list[str]:
        """Columns of deals that hold anything, custom fields after the known ones."""
        return measures.filled_columns(self._scope())

    # ---- figures ----------------------------------------------------------------------------------------------

    def _scope(self, by: By = None, period: PeriodLike = None) -> measures.Scope:
        facts = self.facts
        return measures.Scope(
            deals=facts.deals,
            visits=facts.visits,
            moves=facts.moves,
            run=facts.run,
            sql=facts.sql,
            pipeline=facts.pipeline,
            as_of=facts.as_of,
            as_of_at=facts.as_of_at,
            period=Period.parse(period) if isinstance(period, str) else period,
            by=tuple(self._dimension(name) for name in ((by,) if isinstance(by, str) else by or ())),
            list_days=tuple(day for day in facts.pin.list_days if day <= facts.as_of),
            table=facts.table,
            calendar=Calendar.of_zone(facts.zone),
            zone=facts.zone,
            own=own_measures(self.root).made(),
            settings=facts.settings,
        ).of_inquiries()

    def _dimension(self, name: str) -> str:
        """A dimension as the measures call it: a column may also be asked for by its heading in the file."""
        if name in measures.DIMENSIONS:
            return name
        for record in reversed(self.imports()):
            field = Mapping.from_yaml(record.mapping, name=record.name).field_of(name)
            if field is not None and field in measures.DIMENSIONS:
                return field
        return name

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
        found = self._scorecards(by).of(_asked_period(period), measures, whole=whole, look_back=look_back)
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
        return Scorecards(scope, own_measures(self.root), self.facts.targets, self._past)

    def _past(self, day: dt.date) -> measures.Scope:
        """The facts as they were on a day; they stay open until the facts change."""
        if day not in self._seen:
            self._seen[day] = Book(self.root, engine=self.engine, as_of=day)
        return self._seen[day]._scope()  # noqa: SLF001 – a book like this one, seen from another day

    def funnel(self, by: By = None, period: PeriodLike = None) -> Result:
        """Of the deals that entered: how many moved on from each stage, were lost there, are still open there."""
        return Funnels(measures.funnel(self._scope(by, period)))

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
        return Conversions(rows, as_of=scope.as_of, period=scope.period, notes=notes)

    def dwell(self, basis: str = "first", by: By = None, period: PeriodLike = None) -> Result:
        """Time in each stage and the total until closing, open deals counted.

        Args:
            basis: ``first`` (first entry → first entry of a later stage, or the end) or ``visit`` (one stay).
            by: a dimension.
            period: by the day of entry.
        """
        return DwellTimes(measures.dwell(self._scope(by, period), basis))

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
        return Calls(insight.deals_to_call(self._scope(), limit, likely(self.kept_win_chances())))

    def win_chances(self, on_progress: Progress | None = None) -> Chances:
        """The chance of each open deal with its reasons, or why none is told; computed once for the same data.

        Args:
            on_progress: called with parts of the work done and parts in all.
        """
        known = self.kept_win_chances()
        if known is None:
            known = winning.win_chances(self._scope(), on_progress)
            keep_chances(self.root, self.facts.deals_version, known)
        return Chances(known)

    def kept_win_chances(self) -> winning.WinChances | None:
        """The chances of these data where they were computed already."""
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
        return customers_of(
            self._scope(period=period), self.facts, states=states, owner=owner, every=every, limit=limit
        )

    def customer(self, name: str) -> OneCustomerResult:
        """One customer: how the customer stands, what is at stake, and everything bought.

        Raises:
            InputError: nobody is called so.
        """
        return customer_of(self._scope(), self.facts, name)

    def cohorts(self, every: str | None = None) -> CohortsResult:
        """Of the customers who came together: how many are still there after each month, quarter or year.

        Args:
            every: ``month``, ``quarter`` or ``year``; the shortest with at most twelve rows when absent.

        Raises:
            UnknownName: no such length of time.
        """
        return cohorts_of(self._scope(), every)

    def where_most_is_lost(self, period: PeriodLike = None) -> insight.Leak | None:
        """The step with most lost deals, and what they were worth; None when none was lost."""
        return insight.where_most_is_lost(self._scope(period=period))

    def doctor(self) -> Findings:
        """How good the data are: what is missing, impossible or silent, and what they cannot tell."""
        scope, facts = self._scope(), self.facts
        beside = {"activities": facts.activities, "orders": facts.table("orders"), "calls": facts.table("calls")}
        found = measures.quality(scope, beside, facts.table("contracts"))
        return Findings(found, gaps=self.cannot_tell(), measures=measures.tellable(scope))

    def cannot_tell(self) -> list[insight.Gap]:
        """Questions that the data leave without an answer, and the column that would unlock each; part of `doctor`."""
        return insight.gaps(self.columns, self.pipeline)

    # ---- planning ---------------------------------------------------------------------------------------------

    def ratios(self, ratios: RatiosOf = "mature", window_days: float | None = None) -> measures.StageRatios:
        """The company's own ratios of the inquiries.

        Args:
            ratios: ``mature``: of the deals watched for the whole window; ``all``: of all, as counted today.
                (`plan`, `whatif` and `levers` know ``expected`` beside: of all, the open ones as is to be expected.)
            window_days: the window of ``mature``; the days within which 9 of 10 won deals were won when absent.
        """
        return self._planning().stage_ratios(ratios, window_days)

    def plan(
        self,
        target: int | None = None,
        *,
        target_value: str | Decimal | None = None,
        average: str | Decimal | None = None,
        ratios: RatiosOf | None = None,
        window_days: float | None = None,
        deadline: dt.date | None = None,
        period: PeriodLike = None,
        capacity: dict[str, int] | None = None,
        costs: dict[str, str] | None = None,
        by: str | None = None,
    ) -> PlanResult:
        """How many inquiries a target needs, with their chance, and until when they still help.

        Args:
            target: customers; or
            target_value: money, which asks for closings by `average` (the mean won deal when absent).
            average: value of one closing.
            ratios: see `ratios`; when absent ``expected`` with a period, else ``mature``.
            window_days: see `ratios`.
            deadline: a last day; with it each milestone has its last useful date.
            period: the period of the target: what is won in it already and what the open deals bring in it count,
                and what is still missing is told with its last useful dates.
            capacity: stage → deals a month that can be taken into it; the company's settings hold for the others.
            costs: source → what an inquiry costs, or a month as ``3000/month``.
            by: ``rep``: the plans of the persons beside; ``source``: what each source brings.

        Raises:
            InputError: neither or both of target and target value, or the period is over.
            UnknownName: no such stage or source.
            CannotTell: the book has no won deals, or no values, to go by.
        """
        return self._planning().plan(
            target,
            target_value,
            average=average,
            mode=ratios,
            window_days=window_days,
            deadline=deadline,
            period=_period(period),
            capacity=capacity,
            costs=costs,
            by=by,
        )

    def whatif(
        self,
        inquiries: int,
        *,
        average: str | Decimal | None = None,
        ratios: RatiosOf = "mature",
        window_days: float | None = None,
        period: PeriodLike = None,
        capacity: dict[str, int] | None = None,
        speed: float = 1.0,
        instead: int | None = None,
    ) -> WhatIfResult:
        """What so many inquiries become by the company's own ratios, and in which months it lands.

        Args:
            inquiries: how many come.
            average: value of one closing; the mean won deal when absent.
            ratios: see `plan`.
            window_days: see `ratios`.
            period: when they come, evenly; the next month when absent.
            capacity: see `plan`.
            speed: the days of the way are so many times what they were; 0.8 is 20 % faster.
            instead: another number of inquiries to compare with.
        """
        found = self._planning().what_if(
            inquiries,
            average=average,
            mode=ratios,
            window_days=window_days,
            period=_period(period),
            capacity=capacity,
            speed=speed,
            instead=instead,
        )
        return WhatIfResult(found)

    def scenario(
        self,
        changes: dict[str, str] | None = None,
        period: PeriodLike = None,
        *,
        capacity: dict[str, int] | None = None,
        ratios: RatiosOf = "expected",
    ) -> ScenarioResult:
        """What changes bring by the end of a period, each alone and all together, beside what comes as things go.

        Args:
            changes: what changes from tomorrow on, such as ``{"inquiries": "+20%", "size": "+10%", "days": "-20%",
                "Quote": "60%"}``; see `yaad.plan.changes.read_changes`.
            period: the next month when absent.
            capacity: stage → deals a month that it can take from tomorrow on, instead of the settings.
            ratios: see `plan`.

        Raises:
            InputError: a change cannot be read, or the period is over.
            UnknownName: no such stage.
            CannotTell: nothing was won yet.
        """
        return ScenarioResult(self._planning().scenario(changes or {}, _period(period), capacity, ratios))

    def scenario_base(self, period: PeriodLike = None, ratios: RatiosOf = "expected") -> Base:
        """How things go, which changes are held against; see `scenario`."""
        return self._planning().base(_period(period), ratios)

    def levers(self, period: PeriodLike = None, *, capacity: dict[str, int] | None = None) -> LeversResult:
        """What each improvement is worth in a period, those first that bring most within it.

        Args:
            period: the next month when absent.
            capacity: see `plan`.

        Raises:
            CannotTell: nothing comes, or nothing was won yet.
        """
        return LeversResult(self._planning().levers(_period(period), capacity))

    def leaks(self) -> LeaksResult:
        """Where the money leaks: what advances less than before, or less than others like it, open deals counted."""
        return LeaksResult(insight.find_leaks(self._planning().scope))

    def outlook(self, period: PeriodLike) -> Outlook:
        """What a plan of a period is made of, whatever its target and its ratios.

        Raises:
            InputError: the period is over.
        """
        planning = self._planning()
        return planning.outlook(_period(period) or planning.next_month)

    def _planning(self) -> Planning:
        return Planning(self._scope(), self.settings)

    # ---- the months to come -----------------------------------------------------------------------------------

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

    def moved(self, since: dt.date, until: dt.date | None = None) -> MovedResult:
        """What moved between the ends of two days: new, won, lost, slipped, grown – it adds up exactly.

        Args:
            since: the earlier day.
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
        """Say what a period will bring in the end; neither amount takes an earlier word back.

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

        return Judging(self, self._scope, lambda: (beside or self.forecast(by="owner")).content)

    @property
    def _forecasts(self) -> "Forecasts":
        from yaad.book.forecasting import Forecasts

        return Forecasts(self, self._seen_on)

    @contextmanager
    def _seen_on(self, day: dt.date, by: str | None) -> Iterator[measures.Scope]:
        """The facts as they were on a day; let go of afterwards, so that years of days are not held open at once."""
        if day == self.as_of:
            yield self._scope(by)
            return
        with closing(Book(self.root, engine=self.engine, as_of=day)) as past:
            yield past._scope(by)  # noqa: SLF001 – a book like this one, seen from another day

    # ---- writing ----------------------------------------------------------------------------------------------

    def move(self, deal_id: str, to_stage: str, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """The deal goes to another stage; a won or lost stage closes it.

        Raises:
            UnknownName: no such deal or stage.
        """
        stage = self.pipeline.stage(to_stage)
        kinds = {StageType.WON: WinEntry, StageType.LOST: LoseEntry}
        make: partial[DealEntry] = partial(kinds.get(stage.type, MoveEntry), to_stage=stage.name)
        return self._append(make, deal_id, at, by, key)

    def win(
        self,
        deal_id: str,
        *,
        at: dt.datetime,
        by: str,
        amount: str | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> DealEntry:
        """The deal is won; an amount (decimal text) replaces the deal's.

        Raises:
            UnknownName: no such deal.
            InputError: the amount cannot be read.
        """
        stage = self._closing(StageType.WON)
        exact = None if amount is None else str(read_amount(amount))
        make = partial(WinEntry, to_stage=stage.name, amount=exact, reason=reason)
        return self._append(make, deal_id, at, by, key)

    def lose(self, deal_id: str, *, at: dt.datetime, by: str, reason: str = "", key: str | None = None) -> DealEntry:
        """The deal is lost."""
        stage = self._closing(StageType.LOST)
        make = partial(LoseEntry, to_stage=stage.name, reason=reason)
        return self._append(make, deal_id, at, by, key)

    def note(self, deal_id: str, text: str, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """A note on the deal."""
        return self._append(partial(NoteEntry, text=text), deal_id, at, by, key)

    def undo(self, deal_id: str, seq: int, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """An earlier entry of the deal counts no more.

        Raises:
            InputError: the deal has no such entry, or it counts no more already.
        """
        entries = SqliteJournal(self.root / JOURNAL_NAME).of([deal_id])
        if not any(entry.seq == seq for entry in entries):
            raise InputError(Message("book.no_such_entry", {"number": seq, "deal": deal_id}))
        if seq in undone(entries):
            raise InputError(Message("book.undone_already", {"number": seq, "deal": deal_id}))
        return self._append(partial(UndoEntry, undoes=seq), deal_id, at, by, key)

    def _closing(self, kind: StageType) -> Stage:
        stages = self.pipeline.won if kind is StageType.WON else self.pipeline.lost
        if not stages:
            raise InputError(Message("book.no_closing_stage"))
        return stages[0]

    def _append(
        self, make: Callable[..., DealEntry], deal_id: str, at: dt.datetime, by: str, key: str | None
    ) -> DealEntry:
        self.facts.deal(deal_id)
        return self.write(make(deal_id=deal_id, at=at, by=by, key=key or uuid.uuid4().hex))

    @property
    def goals(self) -> "Goals":
        """The targets: set, divided, listed, and how they stand."""
        from yaad.book.goals import Goals

        return Goals(self, self._scope)

    def set_setting(
        self, name: str, value: object, *, at: dt.datetime, by: str, key: str | None = None
    ) -> SettingEntry:
        """Say one thing of the company; what can be said stands in `yaad.model.settings`.

        Args:
            name: such as ``achieved``, ``capacity:Quote`` or ``person:Dana``.
            value: plain values as the setting holds them; None goes back to what is usual.
            at: when it is said.
            by: who says it.
            key: idempotency key.

        Raises:
            UnknownName: no such setting.
            InputError: the value is not what the setting holds.
        """
        text = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
        Settings().with_entry(name, text)
        return self.write(SettingEntry(at=at, by=by, key=key or uuid.uuid4().hex, name=name, value=text))

    def write(self, entry: Written) -> Written:
        """Append an entry to the journal; gives it back with its number. Of a known key, the one already kept."""
        journal = SqliteJournal(self.root / JOURNAL_NAME)
        with told_when_full(self.root):
            written = cast("Written", journal.append(entry))
        # it is written and counts; folding it into the lake is housekeeping, which a later entry does as well
        with suppress(BookError), told_when_full(self.root):
            settle(Lake.open(self.root), journal)
        return written


def _holds_something_else(root: Path) -> bool:
    """Whether a folder holds files that are no leftovers of a book's own."""
    own = {"originals", "imports", "mappings", "rejects", "differences", "lake", "server", "sources"}
    own |= {JOURNAL_NAME, COMPANY, SECRETS, COMPUTED, OWN_MEASURES}
    return root.is_dir() and any(path.name not in own and not path.name.startswith(".") for path in root.iterdir())


def _period(period: PeriodLike) -> Period | None:
    return Period.parse(period) if isinstance(period, str) else period


def _asked_period(period: PeriodLike) -> Period | None:
    return Period.parse(period) if isinstance(period, str) else period


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
