"""A book as it lies in its folder: opening, importing, what it is, and its facts as of a day."""

import datetime as dt
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from yaad import measures
from yaad.book.computed import FOLDER as COMPUTED
from yaad.book.importing import Given, Imports
from yaad.book.imports import ImportRecord
from yaad.book.open_deals import OpenDeals, Row
from yaad.book.persons.marks import FILE as ERASED
from yaad.book.persons.marks import KEY as ERASED_KEY
from yaad.book.persons.marks import Known, Marks, last_erasing
from yaad.book.reports import ImportReport
from yaad.book.scorecards import FILE as OWN_MEASURES
from yaad.book.scorecards import own_measures, version
from yaad.book.sources import SECRETS, is_follow_up, write_follow_up
from yaad.book.usual import USUAL, calendar_of, usual_of
from yaad.errors import BookError, Withheld
from yaad.facts import JOURNAL_FILES, Facts, Lake, Pin, journal_of, read_pin, said_of
from yaad.insight.board import Standing, Yardsticks, standing_of, yardsticks
from yaad.intake import Kind, Mapping, Progress, Understanding, keep_pasted
from yaad.measures.opted_out import OptOuts
from yaad.measures.shapes import Shapes
from yaad.measures.small_groups import COLUMNS as COARSE
from yaad.measures.small_groups import GRAINS, is_whole
from yaad.measures.withheld import LEAST
from yaad.model import EVERYBODY, Grain, Period, Pipeline, Settings, Viewer
from yaad.model.inquiries import Handing
from yaad.model.leaving import Exits
from yaad.model.personal import may_point
from yaad.text import Message

By = str | Sequence[str] | None
PeriodLike = Period | str | None
PathLike = Path | str
COMPANY = "company.txt"
DAYS_KEPT = 8
"""Earlier days that a shared book holds open."""
LATE = dt.timedelta(days=32)
"""What has moved is asked of so many days."""


class Opened:
    """A book as it lies in its folder, bound to the day it is seen from.

    Attributes:
        root: the folder of the book.
        engine: ``duckdb``, ``sail`` or ``sc://host:port``.
        asked_as_of: the day asked for; None means the latest actual event in the book.
        viewer: who looks: every figure is of the rows that they may see.
    """

    def __init__(
        self,
        root: PathLike,
        *,
        engine: str = "duckdb",
        as_of: dt.date | None = None,
        viewer: Viewer = EVERYBODY,
    ) -> None:
        self.root = Path(root)
        self.viewer = viewer
        self.engine = engine
        self.asked_as_of = as_of
        self._facts: Facts | None = None
        self._seen: dict[dt.date, Opened] = {}
        self._whole: Opened | None = None  # the book that this one is a view of
        self._views: weakref.WeakSet[Opened] = weakref.WeakSet()  # those of this one
        self._shapes = Shapes()
        self._open_deals = OpenDeals(self._picture)
        self._opt_outs = OptOuts()
        self._stays = ("", 0)  # version of the lake, and how many it holds
        self._is_shared = False
        self._moment = threading.local()
        self._lock = threading.RLock()
        self._imports = Imports(self.root)

    def __repr__(self) -> str:
        if self.is_empty:
            return f"Book({str(self.root)!r}, empty)"
        return f"Book({str(self.root)!r}, as of {self.as_of.isoformat()})"

    # ---- opening ----------------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        root: PathLike,
        *,
        engine: str = "duckdb",
        as_of: dt.date | None = None,
        viewer: Viewer = EVERYBODY,
    ) -> Self:
        """Open the book in a folder.

        Raises:
            BookError: the folder holds no book.
            Withheld: the viewer sees figures of many together, and asks for those of another day.
        """
        if as_of is not None and not viewer.persons:  # what came since may be few
            raise Withheld(Message("viewer.no_other_day"))
        book = cls(root, engine=engine, as_of=as_of, viewer=viewer)
        if not Lake.exists(book.root):
            raise BookError(Message("book.absent", {"path": str(root)}))
        return book

    @classmethod
    def create(
        cls,
        root: PathLike,
        *,
        engine: str = "duckdb",
        as_of: dt.date | None = None,
        viewer: Viewer = EVERYBODY,
    ) -> Self:
        """Open the book in a folder, or begin one there: its files appear with the first import.

        Raises:
            BookError: the place is a file, or a folder that holds something else.
        """
        book = cls(root, engine=engine, as_of=as_of, viewer=viewer)
        if not Lake.exists(book.root) and (book.root.is_file() or _holds_something_else(book.root)):
            raise BookError(Message("book.place_taken", {"path": str(root)}))
        return book

    @classmethod
    def temporary(cls, *, as_of: dt.date | None = None) -> Self:
        """A book in a temporary folder that goes with the object."""
        folder = tempfile.mkdtemp(prefix="yaad-")
        book = cls.create(Path(folder) / "book", as_of=as_of)
        weakref.finalize(book, shutil.rmtree, folder, ignore_errors=True)
        return book

    def shared(self) -> Self:
        """This book, asked by several threads at once: an engine goes with the last question that it answers."""
        self._is_shared = True
        return self

    def seen_by(self, viewer: Viewer) -> Self:
        """This book as somebody else sees it; it is shared, and what is built for one of the two serves the other."""
        other = type(self)(self.root, engine=self.engine, as_of=self.asked_as_of, viewer=viewer)
        other._whole = self.shared()  # noqa: SLF001 – a book like this one
        other._shapes = self._shapes  # noqa: SLF001 – a book like this one
        with self._lock:
            self._views.add(other)
        return other.shared()

    @contextmanager
    def at_one_moment(self) -> Iterator[Self]:
        """All that this thread asks inside is asked of the facts of one moment, whatever is written meanwhile."""
        before = getattr(self._moment, "facts", None)
        self._moment.facts = before or self.facts
        try:
            yield self
        finally:
            self._moment.facts = before

    @property
    def facts(self) -> Facts:
        """The facts as they are now: read again after the journal or the lake has changed."""
        held: Facts | None = getattr(self._moment, "facts", None)
        if held is not None:
            return held
        with self._lock:
            if self._whole is not None:
                whole, mine = self._whole.facts, self._facts  # the whole book may take mine away meanwhile
                if mine is None or not mine.is_of(whole):
                    self._seen.clear()
                    mine = self._facts = whole.seen_by(self.viewer)
                return mine
            if self._facts is not None and not self._facts.is_current():
                self.close()
                for view in self._views:  # an earlier picture of whoever asks for nothing now would live on
                    view._facts = None  # noqa: SLF001 – a book like this one
            if self._facts is None:
                stamp = last_erasing(self.root)
                self._shapes.hold(stamp)
                self._facts = Facts.open(self.root, engine=self.engine, as_of=self.asked_as_of, viewer=self.viewer)
                self._facts.stamp = stamp
            return self._facts

    def _picture(self) -> tuple[Facts, measures.Scope]:
        """The facts and what is asked of them, of one moment."""
        with self.at_one_moment():
            return self.facts, self._scope()

    @property
    def open_deals(self) -> OpenDeals:
        """The open deals as they stand, for all who look at the book."""
        return self._open_deals if self._whole is None else self._whole.open_deals

    def deal_now(self, deal_id: str) -> Row:
        """The row of one deal as it stands by now; at once where the open deals are carried on.

        Raises:
            UnknownName: no such deal; says the nearest ids.
            Withheld: single deals are not told to the viewer.
        """
        if self.viewer.persons and self.asked_as_of is None and self.open_deals.is_begun:
            row = self.open_deals.deal(deal_id, self.viewer)
            if row is not None:
                return row
        return self.facts.deal(deal_id)

    def standing(self) -> Standing:
        """The open deals as the facts tell them."""
        self.need_persons()
        return standing_of(self._scope())

    def yardsticks(self) -> Yardsticks:
        """What open deals are held against: chances by stage and age, and how long is long in each stage."""
        self.need_persons()
        return yardsticks(self._scope())

    def close(self) -> None:
        """Let go of the engine."""
        with self._lock:
            for past in self._seen.values():
                past.close()
            self._seen.clear()
            if self._facts is not None and not self._is_shared:
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
        return self._imports.understand(paths, Given(mapping, kind, answers), on_progress)

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
        given = Given(mapping, kind, answers)
        report = self._imports.bring_in(paths, given, as_of=as_of, lang=lang, on_progress=on_progress)
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
        self.need_persons()
        return write_follow_up(self.facts, Path(path), lang, opt_outs=self.opt_outs, owner=owner)

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
        self.need_persons()
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
        return self._pin.zone

    @property
    def dials_in(self) -> str:
        """The country to which telephone numbers without a code belong (ISO code)."""
        return calendar_of(self.root, self.zone).dials_in

    @property
    def pipeline(self) -> Pipeline:
        """The stages of the company."""
        return self._pin.pipeline

    @property
    def _pin(self) -> Pin:
        """What the book is now; of a moment that is held, what it was then."""
        held: Facts | None = getattr(self._moment, "facts", None)
        return held.pin if held is not None else read_pin(self.root)

    @property
    def exits(self) -> Exits:
        """What each stage asks before a deal goes on from it, as the company has said by now."""
        return said_of(self.root, journal_of(self.root), mark=last_erasing(self.root)).settings.exits

    @property
    def settings(self) -> Settings:
        """What the company said of itself: what counts as achieved, costs, capacity, who works when."""
        said = self.facts.settings
        return said if self.viewer.persons else replace(said, people={}, judgements={}, handing=Handing())

    @property
    def opt_outs(self) -> OptOuts:
        """Those who ask not to be contacted, by now or by the moment that is held: see `yaad.measures.opted_out`."""
        held: Facts | None = getattr(self._moment, "facts", None)
        country, upto = self.dials_in, None if held is None else held.last_entry
        said = said_of(self.root, journal_of(self.root), upto, last_erasing(self.root)).opt_outs
        known = self._opt_outs
        if known.said is not said or known.country != country:
            known = self._opt_outs = OptOuts(said, country, partial(_erased, self.root))
        return known

    @property
    def data_version(self) -> str:
        """Changes whenever a figure may change."""
        usual = usual_of(self.root)
        return "-".join(filter(None, (self.facts.data_version, version(self.root), usual.country, usual.currency)))

    @property
    def columns(self) -> list[str]:
        """Columns of deals that hold anything, custom fields after the known ones; of those, what may be told."""
        return [name for name in measures.filled_columns(self._scope()) if self._may_ask_by(name)]

    def need_persons(self) -> None:
        """Go on only where single deals, customers and persons may be told.

        Raises:
            Withheld: the viewer sees figures of many together, and nothing else.
        """
        if not self.viewer.persons:
            raise Withheld(Message("viewer.no_persons"))

    # ---- the facts, bound to what is asked ----------------------------------------------------------------------

    def _scope(self, by: By = None, period: PeriodLike = None) -> measures.Scope:
        facts, usual = self.facts, usual_of(self.root)
        return measures.Scope(
            deals=facts.deals,
            visits=facts.visits,
            moves=facts.moves,
            run=facts.run,
            sql=facts.sql,
            pipeline=facts.pipeline,
            as_of=facts.as_of,
            as_of_at=facts.as_of_at,
            period=self._period(period),
            by=self._dimensions((by,) if isinstance(by, str) else tuple(by or ())),
            least=0 if self.viewer.persons else LEAST,
            list_days=tuple(day for day in facts.pin.list_days if day <= facts.as_of),
            table=facts.table,
            whole=facts.whole,
            calendar=calendar_of(self.root, facts.zone, usual),
            zone=facts.zone,
            currency=usual.currency,
            own=own_measures(self.root).made(),
            settings=facts.settings,
            write=facts.write,
            shapes=self._shapes,
            stamp=facts.stamp,
            opt_outs=self.opt_outs,
        ).of_inquiries()

    def _period(self, period: PeriodLike) -> Period | None:
        """A period as it was asked for.

        Raises:
            Withheld: it could tell what came on a few days, to a viewer who is told of no single deals.
        """
        found = period_of(period)
        if not self.viewer.persons and found is not None and not is_whole(found):
            raise Withheld(Message("viewer.whole_periods"))
        return found

    @property
    def is_large(self) -> bool:
        """Whether the book has more stays than are looked at unasked, whoever looks."""
        return measures.are_many(self.stays)

    @property
    def stays(self) -> int:
        """How many stays in stages the lake holds, whoever looks: as its log says, no file is opened for it."""
        if self._whole is not None:
            return self._whole.stays
        pin = read_pin(self.root)
        if self._stays[0] != pin.version:
            self._stays = (pin.version, Lake(self.root).rows_of("stage_visits", pin))
        return self._stays[1]

    def _dimensions(self, names: Sequence[str]) -> tuple[str, ...]:
        """Dimensions as the measures call them.

        Raises:
            Withheld: one could point at single persons, or two together could, who are not told to the viewer.
        """
        found = tuple(self._dimension(name) for name in names)
        if not self.viewer.persons and (
            len([one for one in found if one in COARSE]) > 1 or len([one for one in found if one in GRAINS]) > 1
        ):
            raise Withheld(Message("viewer.one_breakdown"))
        return found

    def _dimension(self, name: str) -> str:
        """A dimension as the measures call it: a column may also be asked for by its heading in the file.

        Raises:
            Withheld: it could point at single persons, who are not told to the viewer.
        """
        found = name if name in measures.DIMENSIONS else self._by_heading(name)
        if not self._may_ask_by(found):
            known = [one for one in (*measures.filled_columns(self._scope()), *Grain) if self._may_ask_by(one)]
            raise Withheld(Message("viewer.no_such_breakdown", {"name": name, "known": ", ".join(known)}))
        return found

    def _may_ask_by(self, dimension: str) -> bool:
        is_coarse = dimension in GRAINS or (dimension in COARSE and not may_point(dimension))
        return self.viewer.persons or is_coarse

    def _by_heading(self, name: str) -> str:
        for record in reversed(self._imports.history()):
            field = Mapping.from_yaml(record.mapping, name=record.name).field_of(name)
            if field is not None and field in measures.DIMENSIONS:
                return field
        return name

    def _past(self, day: dt.date) -> measures.Scope:
        """The facts as they were on a day; they stay open until the facts change."""
        return self._on(day)._scope()  # noqa: SLF001 – a book like this one, seen from another day

    def _on(self, day: dt.date) -> "Opened":
        """This book as it was on a day."""
        with self._lock:
            if day not in self._seen:
                if self._whole is not None:
                    self._seen[day] = self._whole._on(day).seen_by(self.viewer)  # noqa: SLF001 – a book like this one
                else:
                    past = self._from(day)
                    self._seen[day] = past.shared() if self._is_shared else past
                if self._is_shared and len(self._seen) > DAYS_KEPT:  # who asks of it still holds it
                    self._seen.pop(next(iter(self._seen))).close()
            return self._seen[day]

    @contextmanager
    def _seen_on(self, day: dt.date, by: str | None) -> Iterator[measures.Scope]:
        """The facts as they were on a day; let go of afterwards, so that years of days are not held open at once.

        A day of late stays open in a shared book: all who look ask what has moved since.
        """
        if day == self.as_of:
            yield self._scope(by)
            return
        if self._is_shared and self.as_of - LATE < day < self.as_of:
            yield self._on(day)._scope(by)  # noqa: SLF001 – a book like this one, seen from another day
            return
        with closing(self._from(day)) as past:
            yield past._scope(by)  # noqa: SLF001 – a book like this one, seen from another day

    def _from(self, day: dt.date) -> Self:
        """A book like this one, seen from another day; what was written for the one serves the other."""
        past = type(self)(self.root, engine=self.engine, as_of=day, viewer=self.viewer)
        past._shapes = self._shapes  # noqa: SLF001 – a book like this one
        return past


def _erased(root: Path, handle: str) -> str | None:
    """What stands instead of a number or an address of who was erased."""
    return Marks(root).of(Known.MAIL if "@" in handle else Known.PHONE, handle)


def period_of(period: PeriodLike) -> Period | None:
    """A period as it was asked for: by its name, or itself."""
    return Period.parse(period) if isinstance(period, str) else period


def _holds_something_else(root: Path) -> bool:
    """Whether a folder holds files that are no leftovers of a book's own."""
    own = {"originals", "imports", "mappings", "rejects", "differences", "lake", "server", "sources", "doors"}
    own |= {*JOURNAL_FILES, COMPANY, SECRETS, COMPUTED, OWN_MEASURES, ERASED, ERASED_KEY, USUAL}
    return root.is_dir() and any(path.name not in own and not path.name.startswith(".") for path in root.iterdir())
