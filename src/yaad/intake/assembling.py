"""Decided rows → the tables of a batch, with every row accounted for."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints
from yaad.intake.batch import Batch, Listed, latest
from yaad.intake.decided import Study
from yaad.intake.decisions import Decisions
from yaad.intake.kinds import HISTORY, Kind, Shape
from yaad.intake.lengths import counted_until
from yaad.intake.reading import Grid
from yaad.intake.report import FileReport
from yaad.intake.shapes.deals import deals_batch
from yaad.intake.shapes.events import events_batch
from yaad.intake.shapes.flat import flat_batch
from yaad.intake.shapes.targets import targets_batch
from yaad.intake.shaping import silent_stages
from yaad.intake.sieve import Sieve
from yaad.intake.snapshots import are_lists, day_in, day_of
from yaad.intake.values import Values
from yaad.model import Pipeline
from yaad.text import Message


def batch_of(known: Study, found: Decisions) -> Batch:
    """The rows of one kind, as they were decided on."""
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
    last_event, last_day = latest(tables)
    last_day = counted_until(found.mapping, last_day)
    reports = sieve.reports()
    lists = _lists(found, tables, shaped.origins, last_day)
    return Batch(
        kind=found.kind,
        tables=tables,
        pipeline=pipeline_of(found),
        files=reports,
        mapping=found.mapping,
        zone=found.zone,
        last_event=last_event,
        last_day=last_day,
        notes=notes_of(found, lists, reports),
        origins=shaped.origins,
        sieve=sieve,
        lists=lists,
    )


def _lists(
    found: Decisions, tables: dict[str, pa.Table], origins: dict[str, Ints], last_day: dt.date | None
) -> tuple[Listed, ...]:
    """The lists of deals by the days in the names of their files, in the order of these."""
    grids, mapping = found.table.grids, found.mapping
    if found.kind is not Kind.DEALS or mapping.shape is Shape.EVENTS:
        return ()
    if not are_lists(grids, mapping):
        return one_list(found, tables, last_day)
    lists = []
    for number, grid in enumerate(grids):
        rows = {name: np.flatnonzero(found.table.origin[origin] == number) for name, origin in origins.items()}
        own = {name: table.take(pa.array(rows[name])) for name, table in tables.items()}
        day = day_in(grid.source.name)
        assert day is not None
        lists.append(Listed(day, _originals([grid]), own, rows))
    return tuple(lists)


def one_list(found: Decisions, tables: dict[str, pa.Table], last_day: dt.date | None) -> tuple[Listed, ...]:
    """The rows as one list of deals, with the day in the files' names.

    It has its day only where the deals themselves do not go on after it: the day in a name may be another.
    """
    grids = found.table.grids
    day = day_of(grids)
    is_list = found.kind is Kind.DEALS and found.mapping.shape is not Shape.EVENTS
    if not is_list or day is None or (last_day is not None and day < last_day):
        return ()
    every = {name: np.arange(table.num_rows) for name, table in tables.items()}
    return (Listed(day, _originals(grids), tables, every),)


def _originals(grids: Sequence[Grid]) -> frozenset[str]:
    return frozenset(grid.source.sha256 for grid in grids)


def pipeline_of(found: Decisions) -> Pipeline | None:
    """The stages; None for kinds without."""
    return found.mapping.pipeline(silent_stages(found)) if found.mapping.stages else None


def notes_of(found: Decisions, lists: Sequence[Listed], reports: Sequence[FileReport]) -> tuple[Message, ...]:
    """What was decided, what the data cannot tell, the day of a single list, and what is odd about the rows."""
    notes = list(found.notes)
    if found.kind is Kind.EVENTS and "by" in found.fields and "owner" not in found.fields:
        notes.append(Message("intake.note_mover_is_owner"))
    silent = silent_stages(found) if found.mapping.stages else ()
    notes += [Message("intake.note_silent", {"stages": ", ".join(silent)})] if silent else []
    notes += [Message("intake.how_list_day", {"day": lists[0].day})] if len(lists) == 1 else []
    odd = [(report.name, *flag) for report in reports for flag in report.flags.items()]
    return (*notes, *(Message(f"intake.flag_{flag}", {"n": count, "name": name}) for name, flag, count in odd))
