"""Store several lists of the same deals, each after the one before it, in one step or not at all."""

import datetime as dt
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from yaad.facts.arrivals import Mask
from yaad.facts.differences import CHANGES, LISTED, Difference
from yaad.facts.histories import History
from yaad.facts.journal import journal_of
from yaad.facts.lake import Lake
from yaad.facts.store import Stored, store
from yaad.facts.upserts import Counts
from yaad.model import Pipeline


@dataclass(frozen=True)
class DatedList:
    """A list of deals as they stood on a day.

    Attributes:
        day: the day that it speaks of.
        tables: its `deals` and `moves`.
        rows: table → for each of its rows, its place among those of all lists.
        last_event: the latest actual event in it, when it has a time of day.
        last_day: its local day.
        is_known: the book had it before and has later ones: it tells nothing new.
    """

    day: dt.date
    tables: Mapping[str, pa.Table]
    rows: Mapping[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"]
    last_event: dt.datetime | None
    last_day: dt.date | None
    is_known: bool = False


def store_lists(
    lake: Lake,
    lists: Sequence[DatedList],
    pipeline: Pipeline | None,
    *,
    zone: str,
    import_name: str,
    as_of: dt.date | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Stored:
    """Bring lists in, the earliest first, into a copy of the book that takes its place at the end.

    Args:
        lake: the book.
        lists: in the order of their days.
        pipeline: the stages as the lists know them.
        zone: of the company.
        import_name: as the book calls the import.
        as_of: the day to see the book from; that of the last list when absent.
        on_progress: called with deals done and deals in all of one list after the other.

    Returns:
        What all of them changed: of counts and differences, what each one changed against the one before it.

    Raises:
        BookError: somebody else is writing, or something was imported meanwhile.
    """
    began, fresh = lake.pin(), [one for one in lists if not one.is_known]
    with tempfile.TemporaryDirectory(prefix="yaad-lists-") as folder:
        copy = lake.copied(Path(folder) / "book", began)
        bring = partial(
            store,
            copy,
            pipeline=pipeline,
            zone=zone,
            import_name=import_name,
            history=History.REPLACE,
            journal=journal_of(lake.root),
            on_progress=on_progress,
        )
        each = [
            bring(
                tables=one.tables,
                last_event=one.last_event,
                last_day=one.last_day,
                list_day=one.day,
                as_of=as_of if one is fresh[-1] else None,
            )
            for one in fresh
        ]
        stored = _together(lists, fresh, each, known=bool(began.imports))
        if not stored.committed:
            return replace(stored, version=began.version)
        lake.replace_with(copy, began)
    return replace(stored, version=lake.pin().version)


def _together(lists: Sequence[DatedList], fresh: Sequence[DatedList], each: Sequence[Stored], *, known: bool) -> Stored:
    counts = [stored.main for stored in each]
    gone = [frozenset(stored.difference.absent) for stored in each]
    absent = frozenset.intersection(*gone) if known and gone else frozenset[str]()
    told = [stored.difference.changes for stored in each] if known else []
    changes = pa.concat_tables([CHANGES.empty_table(), *told]).slice(0, LISTED)
    total = Counts(
        new=sum(one.new for one in counts),
        changed=sum(one.changed for one in counts),
        unchanged=sum(one.unchanged for one in counts),
        absent=len(absent),
        repeated=sum(one.repeated for one in counts),
    )
    return Stored(
        {"deals": total},
        committed=any(stored.committed for stored in each),
        kept=tuple(kept for stored in each for kept in stored.kept),
        same={name: _scattered(name, lists, fresh, each) for name in lists[0].rows},
        difference=Difference(changes, tuple(sorted(absent))),
        dated=sum(stored.dated for stored in each),
    )


def _scattered(name: str, lists: Sequence[DatedList], fresh: Sequence[DatedList], each: Sequence[Stored]) -> Mask:
    """For each row of all lists, whether the book had it just so before its list came."""
    same = np.ones(sum(len(one.rows[name]) for one in lists), np.bool_)
    for one, stored in zip(fresh, each, strict=True):
        same[one.rows[name]] = stored.same[name]
    return same
