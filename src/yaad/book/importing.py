"""Bringing files into a book: understood, loaded, stored in one step or not at all; done again; taken back."""

import datetime as dt
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Plain
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from yaad.book.disk import told_when_full
from yaad.book.imports import (
    ImportRecord,
    discard,
    keep_original,
    lay_out,
    read_mapping,
    save_mapping,
    write_difference,
    write_reject_list,
    write_rejects,
)
from yaad.book.lists import store_batch
from yaad.book.own_questions import own_questions, taken_answers
from yaad.book.persons.columns import roles_of
from yaad.book.persons.door import without_erased
from yaad.book.persons.marks import Marks
from yaad.book.remembered import COLUMNS_GONE, GO_ON, gone_since, remembered
from yaad.book.reports import ImportReport
from yaad.book.sources import Returned, is_follow_up, read_back
from yaad.book.usual import taken_out, usual_of, with_said, with_usual
from yaad.errors import BookError, InputError, OpenQuestion, UnknownName
from yaad.facts import Facts, History, Lake, Stored, journal_of, store
from yaad.intake import Brought, FileReport, Kind, Mapping, Progress, Understanding, load, understand
from yaad.show.imports import HERE_ALREADY
from yaad.text import Message

SECOND = 2
"""The first import of a book differs from nothing."""

FOLLOW_UP = "follow_up"
"""The kind of an import that is a follow-up workbook brought back."""

LAST_DAY = dt.date(9999, 1, 1)
"""Seen from here nothing that the book holds is still to come."""

NOTE_SILENT = "intake.note_silent"
"""What is said of stages without a history: no longer true once lists have watched the deals."""


@dataclass(frozen=True)
class Given:
    """What is said beside files.

    Attributes:
        mapping: one, or the path of its YAML file; proposed from the data when absent.
        kind: what the rows are; decided from the data when absent.
        answers: question id → answer.
    """

    mapping: Mapping | Path | str | None = None
    kind: Kind | str | None = None
    answers: Plain[str, str] | None = None


class Imports:
    """The imports of the book in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def understand(
        self, paths: Sequence[Path | str], given: Given, on_progress: Progress | None = None
    ) -> Understanding:
        """What files say; see `Book.understand`. Who was erased is not in it."""
        before, understood = Marks(self._root), self._told_by(paths, given, on_progress)
        if Marks(self._root).stamp != before.stamp:  # somebody was erased while it was read
            return self.understand(paths, given, on_progress)
        if not before:
            return understood
        files = [Path(path) for path in paths]
        with without_erased(self._root, files, roles_of(understood.mapping), understood) as clean:
            return understood if clean == files else replace(self._told_by(clean, given, on_progress), study=None)

    def _told_by(self, paths: Sequence[Path | str], given: Given, on_progress: Progress | None = None) -> Understanding:
        files, mapping = [Path(path) for path in paths], given.mapping
        named = mapping if mapping is None or isinstance(mapping, Mapping) else read_mapping(Path(mapping))
        asked, said = Kind(given.kind) if given.kind else None, dict(given.answers or {})
        goes_on = said.pop(COLUMNS_GONE, "") == GO_ON
        instead = taken_out(said)
        own_said = taken_answers(said)
        records = self.history()
        understood = self._understood(
            files,
            named,
            asked,
            said,
            records,
            same=own_said.same,
            instead=instead,
            goes_on=goes_on,
            on_progress=on_progress,
        )
        if understood.questions or not Lake.exists(self._root):
            return understood
        own, told = own_questions(files, understood, Lake.open(self._root).pin(), _originals(records), own_said.done)
        return replace(understood, questions=own, notes=(*understood.notes, *told))

    def _understood(
        self,
        files: list[Path],
        named: Mapping | None,
        asked: Kind | None,
        said: dict[str, str],
        before: Sequence[ImportRecord],
        *,
        same: Plain[str, str],
        instead: Plain[str, str],
        goes_on: bool,
        on_progress: Progress | None,
    ) -> Understanding:
        """As files of their kind were read before, or by what they say themselves."""
        pin = Lake.open(self._root).pin() if before else None
        given = with_usual((named or Mapping()).with_same_stages(same), pin, usual_of(self._root), instead)
        understood = understand(files, mapping=given, kind=asked, answers=said, on_progress=on_progress)
        records = [one for one in before if one.kind != FOLLOW_UP] if named is None else []
        known = remembered(understood, files, records, asked)
        if known is not None and (known := with_said(known, instead).with_same_stages(same)) != understood.mapping:
            again = understand(files, mapping=known, kind=asked, answers=said, on_progress=on_progress)
            note = Message("book.read_as_before", {"name": known.name})
            return replace(again, notes=(*again.notes, note))
        gone = None if known else gone_since(understood, files, records)
        if gone and goes_on:
            told = Message("book.columns_gone_accepted", gone.text.values)
            return replace(understood, notes=(*understood.notes, told))
        return replace(understood, questions=(*understood.questions, gone)) if gone else understood

    def bring_in(
        self,
        paths: Sequence[Path | str],
        given: Given,
        *,
        as_of: dt.date | None,
        lang: str,
        on_progress: Progress | None,
    ) -> ImportReport:
        """All of the files, or nothing; see `Book.import_files`."""
        with told_when_full(self._root), self._without_erased(paths, given) as files:
            if any(map(is_follow_up, files)):
                return self._bring_back(files, as_of, lang)
            batch = self._loaded(files, given, on_progress)
            return self._keep(files, batch, as_of, lang, on_progress)

    @contextmanager
    def _without_erased(self, paths: Sequence[Path | str], given: Given) -> Iterator[list[Path]]:
        """The files without those who were erased from the book: an old export does not bring them back."""
        files, told, before = [Path(path) for path in paths], None, Marks(self._root)
        if before and not any(map(is_follow_up, files)):
            told = self._told_by(files, given)
        roles = roles_of(told.mapping) if told else {}
        try:
            with without_erased(self._root, files, roles, told) as clean:
                yield clean
        finally:
            if Marks(self._root).stamp != before.stamp:  # what was brought in meanwhile is to be looked at again
                Marks(self._root).reopen(before.stamp)

    def history(self) -> list[ImportRecord]:
        """The imports that happened, in their order."""
        names = Lake.open(self._root).pin().imports if Lake.exists(self._root) else ()
        return [ImportRecord.load(self._root / "imports", name) for name in names]

    def rebuild(self, *, without: str = "", on_progress: Progress | None = None) -> None:
        """Make the lake anew from originals and mappings; see `Book.rebuild`.

        Args:
            without: the name of an import to leave out.
            on_progress: called with rows done and rows in all.
        """
        with told_when_full(self._root):
            self._rebuild(without, on_progress)

    def undo(self, name: str, *, on_progress: Progress | None = None) -> None:
        """Take an import back; see `Book.undo_import`."""
        known = Lake.open(self._root).pin().imports
        if name not in known:
            raise UnknownName("import", name, known)
        self.rebuild(without=name, on_progress=on_progress)

    def _rebuild(self, without: str, on_progress: Progress | None) -> None:
        lake = Lake.open(self._root)
        began = lake.pin()
        with tempfile.TemporaryDirectory(prefix="yaad-rebuild-") as folder:
            fresh, earlier = Lake.create(Path(folder) / "book"), set[str]()
            for name in began.imports:
                if name == without:
                    continue
                record = ImportRecord.load(self._root / "imports", name)
                laid = lay_out(record.files, self._root / "originals", Path(folder) / name)
                mapping = Mapping() if record.kind == FOLLOW_UP else Mapping.from_yaml(record.mapping, name=name)
                with without_erased(self._root, laid, roles_of(mapping)) as paths:
                    if record.kind == FOLLOW_UP:
                        _store_returned(fresh, _compared(fresh.root, paths[0], record.as_of), name, record.as_of)
                        continue
                    batch = load(paths, mapping, on_progress=on_progress)
                    store_batch(fresh, batch, name, record.as_of, earlier, heard=record.heard, on_progress=on_progress)
                earlier |= _originals([record])
            lake.replace_with(fresh, began)

    def _loaded(self, files: list[Path], given: Given, on_progress: Progress | None) -> Brought:
        """The files understood and read; nothing is written yet."""
        understood = self.understand(files, given, on_progress)
        if understood.questions:
            raise OpenQuestion(understood.questions)
        batch = load(files, understood.mapping, understood=understood, on_progress=on_progress)
        told = tuple(note for note in understood.notes if note not in batch.notes)
        return replace(batch, notes=(*told, *batch.notes))

    def _keep(
        self,
        files: list[Path],
        batch: Brought,
        as_of: dt.date | None,
        lang: str,
        on_progress: Progress | None,
    ) -> ImportReport:
        """Store what was read; a book that this would have begun is not left behind empty."""
        begins = not Lake.exists(self._root)
        lake = Lake.create(self._root) if begins else Lake.open(self._root)
        try:
            return self._store(lake, files, batch, as_of=as_of, lang=lang, on_progress=on_progress)
        except BaseException:  # a cancelled import too
            if begins:
                self._discard_what_is_empty(lake)
            raise

    def _discard_what_is_empty(self, lake: Lake) -> None:
        """Nothing half-done: no empty book is left where there was none. What another import writes there stays."""
        try:
            with lake.writer("discard") as pin:
                if not pin.imports:
                    discard(self._root)
        except BookError:  # another import is writing to it: the book is that one's now
            return
        except OSError:  # not even a line fits in the lock on a full disk, so nobody else is writing either
            if not lake.pin().imports:
                discard(self._root)

    def _bring_back(self, files: list[Path], as_of: dt.date | None, lang: str) -> ImportReport:
        """A follow-up workbook: only what people changed in it is taken."""
        if len(files) != 1:
            raise InputError(Message("sources.one_at_a_time"))
        if not Lake.exists(self._root):
            raise BookError(Message("book.absent", {"path": str(self._root)}))
        lake = Lake.open(self._root)
        returned = _compared(self._root, files[0], as_of)
        name = _new_name(lake)
        kept = (keep_original(files[0], self._root / "originals"),)
        ImportRecord(name, kept, "", FOLLOW_UP, as_of).save(self._root / "imports")
        stored = _store_returned(lake, returned, name, as_of)
        report, written = returned.report, {}
        if report.rejected:
            written[report.name] = self._root / "rejects" / f"{name}-1.csv"
            write_reject_list(report, written[report.name], lang)
        told = (*_refused_because(report), *self._listed_difference(stored, name, lang))
        return ImportReport((report,), stored, lake.pin().seen_from, written, told, name)

    def _store(
        self,
        lake: Lake,
        files: list[Path],
        batch: Brought,
        *,
        as_of: dt.date | None,
        lang: str,
        on_progress: Progress | None,
    ) -> ImportReport:
        name = _new_name(lake)
        kept = tuple(keep_original(path, self._root / "originals") for path in files)
        heard = journal_of(self._root).last_seq
        record = ImportRecord(name, kept, batch.mapping.to_yaml(), batch.kind.value, as_of, heard)
        record.save(self._root / "imports")
        stored = store_batch(lake, batch, name, as_of, _originals(self.history()), heard=heard, on_progress=on_progress)
        save_mapping(batch.mapping, self._root / "mappings", files[0].stem)
        asks_before = batch.is_joined and stored.committed  # where nothing is new, neither file told it
        reports = batch.settled(stored.same, self._last_time(batch, name) if asks_before else None)
        pin = lake.pin()
        notes = [note for note in batch.notes if note.key != NOTE_SILENT or pin.pipeline.silent]
        if pin.pipeline.watched_since and len(notes) < len(batch.notes):
            notes.append(Message("book.watched_since", {"day": pin.pipeline.watched_since}))
        if batch.is_correction:  # the others are absent because they were never refused
            stored = _silent_of_others(stored)
        again = [] if stored.committed else self._here_already(record, pin.zone)
        told = (*again, *notes, *self._refusals(reports, name), *self._difference(stored, name, lang))
        return ImportReport(reports, stored, pin.seen_from, self._write_rejects(batch, name, lang), told, name)

    def _here_already(self, record: ImportRecord, zone: str) -> list[Message]:
        """Since when the very files of an import that changed nothing are in the book, and by which import."""
        told: list[Message] = []
        for file in record.files:
            for before in self.history():
                if any(other.sha256 == file.sha256 for other in before.files):
                    values = {"name": file.name, "day": before.day(zone), "import": before.name}
                    told.append(Message(HERE_ALREADY, values))
                    break
        return told

    def _last_time(self, batch: Brought, name: str) -> Brought | None:
        """Joined files as they came the last time, read again; None when they never did."""
        for record in reversed(self.history()):
            if (
                record.name == name
                or record.mapping != batch.mapping.to_yaml()
                or len(record.files) != len(batch.files)
            ):
                continue
            with tempfile.TemporaryDirectory(prefix="yaad-before-") as folder:
                paths = lay_out(record.files, self._root / "originals", Path(folder))
                return load(paths, Mapping.from_yaml(record.mapping, name=record.name))
        return None

    def _refusals(self, reports: Sequence[FileReport], name: str) -> list[Message]:
        """What the refused rows lack, most frequent first, and the workbook in which they can be mended."""
        told: list[Message] = []
        for number, report in enumerate(reports, 1):
            told += _refused_because(report)
            if report.rejected:
                path = self._root / "rejects" / f"{name}-{number}.xlsx"
                told.append(Message("book.return_written", {"path": str(path)}))
        return told

    def _difference(self, stored: Stored, name: str, lang: str) -> list[Message]:
        """What changed in a book that was not empty, in sentences; the list of it is written beside."""
        deals = stored.tables.get("deals")
        is_first = stored.committed and len(Lake.open(self._root).pin().imports) < SECOND
        if deals is None or is_first:
            return []
        values: dict[str, object] = {"new": deals.new, "changed": deals.changed, "unchanged": deals.unchanged}
        told = [Message("book.difference", values)]
        if deals.absent:
            told.append(Message("book.difference_stay", {"n": deals.absent}))
        if stored.dated:
            told.append(Message("book.dated_by_list", {"n": stored.dated}))
        if stored.kept:
            told.append(Message("book.difference_stand", {"n": len(stored.kept)}))
        return told + self._listed_difference(stored, name, lang)

    def _listed_difference(self, stored: Stored, name: str, lang: str) -> list[Message]:
        """Write what changed, row by row, and say where; nothing when nothing did."""
        path = self._root / "differences" / f"{name}.csv"
        if not write_difference(stored, path, lang):
            return []
        return [Message("book.difference_written", {"path": str(path)})]

    def _write_rejects(self, batch: Brought, name: str, lang: str) -> dict[str, Path]:
        written = {}
        for number, (report, refused) in enumerate(zip(batch.files, batch.refused(), strict=True), 1):
            if report.rejected:
                path = self._root / "rejects" / f"{name}-{number}.csv"
                write_rejects(report, refused, path, lang)
                written[report.name] = path
        return written


def _silent_of_others(stored: Stored) -> Stored:
    """What was stored, without the deals that the import did not speak of."""
    tables = {name: replace(counts, absent=0) for name, counts in stored.tables.items()}
    return replace(stored, tables=tables, difference=replace(stored.difference, absent=()))


def _new_name(lake: Lake) -> str:
    """The name of the next import: its own alone, so that a refused one can never overwrite the record of another."""
    return f"{len(lake.pin().imports) + 1:04d}-{uuid.uuid4().hex[:8]}"


def _originals(records: Sequence[ImportRecord]) -> frozenset[str]:
    """Hashes of the files of imports."""
    return frozenset(file.sha256 for record in records for file in record.files)


OF_A_CELL = frozenset(
    f"intake.rejected_{name}"
    for name in (
        "bad_number", "too_large", "bad_date", "impossible_date", "year", "date_order", "no_year", "percent", "yes_no",
    )
)  # fmt: skip
"""Reasons that lie in one cell, so that its column is told."""


def _refused_because(report: FileReport) -> list[Message]:
    """What the refused rows of a file lack, most frequent first; of what one cell says, its column too."""
    rejects = zip(report.rejects["reason"].to_pylist(), report.rejects["column"].to_pylist(), strict=True)
    reasons = Counter((reason, column if reason in OF_A_CELL else "") for reason, column in rejects).most_common()
    told: list[Message] = []
    for (reason, column), n in reasons:
        values: dict[str, object] = {"n": n, "reason": Message(reason)}
        key = "book.refused_in" if column else "book.refused_because"
        told.append(Message(key, values | ({"column": column} if column else {})))
    return told


def _compared(root: Path, path: Path, as_of: dt.date | None) -> Returned:
    """A follow-up workbook against what it was and what the book says now."""
    facts = Facts.open(root, as_of=LAST_DAY)
    try:
        return read_back(path, facts, as_of)
    finally:
        facts.close()


def _store_returned(lake: Lake, returned: Returned, name: str, as_of: dt.date | None) -> Stored:
    stored = store(
        lake,
        (returned.tables,),  # as a portion, whose columns all speak: a cell that was emptied has no value any more
        None,
        zone=returned.zone,
        last_event=None,
        last_day=returned.last_day,
        import_name=name,
        as_of=as_of,
        history=History.ADD,
    )
    # It speaks of the deals that were changed alone: that it is silent of the others says nothing.
    return replace(stored, difference=replace(stored.difference, absent=()))
