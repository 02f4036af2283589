"""A large file, understood by a sample → its rows as portions: each bin is read by the same decisions as the sample."""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.errors import OpenQuestion, Question
from yaad.intake.arrow import pc, whole
from yaad.intake.assembling import batch_of, notes_of, one_list, pipeline_of
from yaad.intake.batch import Batch
from yaad.intake.decided import Study, study_rows
from yaad.intake.deciding.folding import fold
from yaad.intake.decisions import Decisions
from yaad.intake.files import size_unpacked
from yaad.intake.kinds import HISTORY
from yaad.intake.large.bins import Binned, Key, Spellings, bins_for, into_bins
from yaad.intake.large.portions import Account, LargeBatch, Spool
from yaad.intake.mapping import Mapping
from yaad.intake.reading import Progress, opened, reader_of
from yaad.intake.remarks import once
from yaad.intake.study import FileProgress, Readings, hints_of
from yaad.intake.table import stack
from yaad.intake.values import NAMES, Values

SORTING = 0.3
"""The part of the work that is sorting the rows into bins; the rest is reading the bins."""


def load_large(paths: Sequence[Path], known: Study, on_progress: Progress | None) -> LargeBatch:
    """Read large files bin by bin.

    Args:
        paths: the files.
        known: what was understood by the sample; it leaves nothing open.
        on_progress: called with bytes done and bytes in all.

    Raises:
        OpenQuestion: some row is not written as those of the sample are.
        InputError: a file is broken, or too many of its rows are refused.
    """
    found = known.decisions
    assert found is not None
    read = _Read(found)
    try:
        _read(paths, found, read, on_progress)
    except BaseException:  # a cancelled import too
        read.spool.close()
        raise
    reports = read.account.reports()
    last_event, last_day = max(read.events, default=None), max(read.days, default=None)
    lists = one_list(found, {}, last_day)
    return LargeBatch(
        kind=found.kind,
        pipeline=pipeline_of(found),
        files=reports,
        mapping=found.mapping,
        zone=found.zone,
        last_event=last_event,
        last_day=last_day,
        notes=once(notes_of(found, lists, reports)),
        portions=read.spool,
        cells=read.account.refused(),
        lists=lists,
    )


def _read(paths: Sequence[Path], found: Decisions, read: "_Read", on_progress: Progress | None) -> None:
    with tempfile.TemporaryDirectory(prefix="bins-", dir=read.spool.room.path) as folder:
        binned, spellings = _binned(paths, found, Path(folder), _share(on_progress, 0, SORTING))
        for readings in _bins(binned, replace(found.mapping, kind=found.kind), _share(on_progress, SORTING, 1)):
            read.take(study_rows(readings, found.kind, {}), spellings)
    if read.questions:
        raise OpenQuestion(list(read.questions.values()))


class _Read:
    """What the bins came to so far; once a question is open, the other bins are only asked for theirs."""

    def __init__(self, found: Decisions) -> None:
        self.spool, self.account = Spool(), Account()
        self.questions: dict[str, Question] = {}
        self.events: list[dt.datetime] = []
        self.days: list[dt.date] = []
        self._fields = found.fields

    def take(self, study: Study, spellings: dict[str, tuple[pa.Array, pa.Array]]) -> None:
        """One bin, as it was studied."""
        for question in study.questions:
            self.questions.setdefault(question.id, question)
        found = study.decisions
        if self.questions or found is None:
            return
        found.spellings = {name: spellings[header] for name, header in self._fields.items() if header in spellings}
        batch = batch_of(study, found)
        self.account.take(batch)
        self.spool.add(batch, found.table.origin.astype(np.int64), _varying(found, batch))
        self.events += [batch.last_event] if batch.last_event is not None else []
        self.days += [batch.last_day] if batch.last_day is not None else []


def _binned(
    paths: Sequence[Path], found: Decisions, folder: Path, on_progress: Progress | None
) -> tuple[list[Binned], dict[str, tuple[pa.Array, pa.Array]]]:
    """The files in bins; and of the columns of names, the spelling that stands for each."""
    names = {found.fields[name]: Spellings() for name in NAMES if name in found.fields}
    binned = []
    with opened(paths, lambda _name: None) as sources:
        told = FileProgress(sources, on_progress)
        bins = bins_for([size_unpacked(source) for source in sources])
        for number, source in enumerate(sources):
            reader = reader_of(source, hints_of(source, found.mapping))
            own = {fold(header): header for header in reader.headers}
            key = Key(own[fold(found.fields["id"])], found.null_words("id"))
            spelled = {own[fold(header)]: one for header, one in names.items()}
            binned.append(
                into_bins(reader, key, bins, folder / str(number), names=spelled, on_progress=told.of(source))
            )
    return binned, {header: chosen for header, one in names.items() if (chosen := one.chosen()) is not None}


def _bins(binned: Sequence[Binned], mapping: Mapping, on_progress: Progress | None) -> Iterator[Readings]:
    """The bins one after the other, each as files by themselves; empty ones are left out, but for one of an empty file.

    The account of the reading goes with the first.
    """
    size, told = sum(one.source.size for one in binned), False
    numbers = range(binned[0].bins)
    for number in numbers:
        if on_progress is not None:
            on_progress(size * number // len(numbers), size)
        if any(one.has_rows(number) for one in binned) or (number == numbers[-1] and not told):
            grids = tuple(one.grid(number, first=not told) for one in binned)
            told = True
            yield Readings(grids, stack(grids), mapping)


def _share(on_progress: Progress | None, begin: float, end: float) -> Progress | None:
    """The progress of a part of the work."""
    if on_progress is None:
        return None

    def told(done: int, total: int | None) -> None:
        if total:
            on_progress(int(total * begin + done * (end - begin)), total)

    return told


def _varying(found: Decisions, batch: Batch) -> set[str]:
    """Columns that no field uses and that change within a deal of these: its history tells them, not the deal."""
    deals = batch.tables.get("deals")
    if found.kind not in HISTORY or deals is None:
        return set()
    own = set(pc.unique(whole(deals["custom"]).keys).to_pylist()) if "custom" in deals.column_names else set[str]()
    alive = pa.array(batch.sieve.alive)
    filled = {
        header
        for header in Values(found, batch.sieve).unused()
        if (cells := whole(found.table.columns[header]).filter(alive)).null_count < len(cells)
    }
    return filled - own
