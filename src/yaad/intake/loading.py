"""Files and a mapping → the tables of a batch, with every row accounted for."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.errors import OpenQuestion
from yaad.intake.arrow import Ints
from yaad.intake.batch import Batch, Listed, latest
from yaad.intake.decisions import Decisions
from yaad.intake.kinds import HISTORY, Kind, Shape
from yaad.intake.mapping import Mapping
from yaad.intake.merging import merged
from yaad.intake.reading import Grid, Progress
from yaad.intake.report import FileReport
from yaad.intake.shapes.deals import deals_batch
from yaad.intake.shapes.events import events_batch
from yaad.intake.shapes.flat import flat_batch
from yaad.intake.shapes.targets import targets_batch
from yaad.intake.shaping import silent_stages
from yaad.intake.sieve import Sieve, aside
from yaad.intake.snapshots import are_lists, day_in, day_of
from yaad.intake.understanding import Several, Study, Understanding, study
from yaad.intake.values import Values
from yaad.text import Message


def load(
    paths: str | Path | Iterable[str | Path],
    mapping: Mapping,
    *,
    on_progress: Progress | None = None,
    understood: Understanding | None = None,
) -> Batch:
    """Read files by a mapping into canonical tables.

    What the mapping leaves out is decided from the data, as `understand` would.

    Args:
        paths: one or several files.
        mapping: how they are understood.
        on_progress: called with bytes done and bytes in all.
        understood: what `understand` gave for the same paths a moment ago: they are not read again then.

    Raises:
        OpenQuestion: the data do not decide something that the mapping leaves out.
        InputError: a file or the mapping cannot be used.
    """
    known = understood.study if understood is not None and understood.mapping == mapping else None
    if known is None:
        known = study(paths, mapping, None, None, on_progress)
    if known.several is not None and not known.questions:
        return _several(known, known.several)
    if known.questions or known.decisions is None:
        raise OpenQuestion(known.questions)
    return _batch(known, known.decisions)


def _several(known: Study, several: Several) -> Batch:
    """The parts as one batch; the rows of lists that only give names are counted apart."""
    batches = [_batch(one, one.decisions) for one in several.studies.values() if one.decisions is not None]
    left = [
        aside(grid, "left_aside" if part.is_unknown else "names")
        for part in several.parts
        if part.kind is None
        for grid in part.grids
    ]
    return merged(batches, known.mapping, left, several.notes)


def _batch(known: Study, found: Decisions) -> Batch:
    sieve = Sieve(found.table)
    for reason, rows in found.outside.items():
        sieve.skip(rows, reason)
    values = Values(found, sieve)
    if found.kind is Kind.DEALS:
        shaped = deals_batch(values, known.duplicates)
    elif found.kind in HISTORY:
        shaped = events_batch(values)
    elif found.kind is Kind.TARGETS:
        shaped = targets_batch(values)
    else:
        shaped = flat_batch(values, known.duplicates)
    tables = shaped.tables
    silent = silent_stages(found) if found.mapping.stages else ()
    pipeline = found.mapping.pipeline(silent) if found.mapping.stages else None
    last_event, last_day = latest(tables)
    reports = sieve.reports()
    lists = _lists(found, tables, shaped.origins, last_day)
    seen_from = [Message("intake.how_list_day", {"day": lists[0].day})] if len(lists) == 1 else []
    return Batch(
        kind=found.kind,
        tables=tables,
        pipeline=pipeline,
        files=reports,
        mapping=found.mapping,
        zone=found.zone,
        last_event=last_event,
        last_day=last_day,
        notes=(*found.notes, *seen_from, *_movers(found, tables), *_notes(silent, reports)),
        origins=shaped.origins,
        sieve=sieve,
        lists=lists,
    )


def _lists(
    found: Decisions, tables: dict[str, pa.Table], origins: dict[str, Ints], last_day: dt.date | None
) -> tuple[Listed, ...]:
    """The lists of deals by the days in the names of their files, in the order of these.

    A single list has its day only where the deals themselves do not go on after it: the day in a name may be another.
    """
    grids, mapping = found.table.grids, found.mapping
    if found.kind is not Kind.DEALS or mapping.shape is Shape.EVENTS:
        return ()
    if not are_lists(grids, mapping):
        day = day_of(grids)
        if day is None or (last_day is not None and day < last_day):
            return ()
        every = {name: np.arange(table.num_rows) for name, table in tables.items()}
        return (Listed(day, _originals(grids), tables, every),)
    lists = []
    for number, grid in enumerate(grids):
        rows = {name: np.flatnonzero(found.table.origin[origin] == number) for name, origin in origins.items()}
        own = {name: table.take(pa.array(rows[name])) for name, table in tables.items()}
        day = day_in(grid.source.name)
        assert day is not None
        lists.append(Listed(day, _originals([grid]), own, rows))
    return tuple(lists)


def _originals(grids: Sequence[Grid]) -> frozenset[str]:
    return frozenset(grid.source.sha256 for grid in grids)


def _movers(found: Decisions, tables: dict[str, pa.Table]) -> list[Message]:
    """Whether the persons of deals are only those who moved them last."""
    is_mover = found.kind is Kind.EVENTS and "owner" in tables["deals"].column_names and "owner" not in found.fields
    return [Message("intake.note_mover_is_owner")] if is_mover else []


def _notes(silent: tuple[str, ...], reports: tuple[FileReport, ...]) -> list[Message]:
    """What the data cannot tell, and what is odd about them."""
    notes: list[Message] = []
    if silent:
        notes.append(Message("intake.note_silent", {"stages": ", ".join(silent)}))
    for report in reports:
        notes += [
            Message(f"intake.flag_{name}", {"n": count, "name": report.name}) for name, count in report.flags.items()
        ]
    return notes
