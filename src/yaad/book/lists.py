"""How what was read is stored: as one batch, or as several lists of deals, each after the one before it."""

import datetime as dt
from collections.abc import Collection, Sequence

from yaad.book.own_questions import latest_list
from yaad.facts import DatedList, History, Lake, Stored, store, store_lists
from yaad.intake import Brought, Listed, Progress, Shape, latest


def store_batch(
    lake: Lake,
    batch: Brought,
    name: str,
    as_of: dt.date | None,
    originals: Collection[str] = frozenset(),
    *,
    heard: int | None = None,
    on_progress: Progress | None = None,
) -> Stored:
    """Bring a batch into the book.

    Args:
        lake: the book.
        batch: what comes in.
        name: of the import.
        as_of: the day to see the book from; by the data when absent.
        originals: hashes of the files that the book was made of; of several lists, those are not told again.
        heard: the last entry that was written before; that of the journal when absent.
        on_progress: called with deals done and deals in all.
    """
    tell = on_progress or (lambda _done, _total: None)
    if len(batch.lists) > 1:
        lists = _to_store(batch.lists, latest_list(lake.pin()), originals)
        return store_lists(
            lake, lists, batch.pipeline, zone=batch.zone, import_name=name, as_of=as_of, on_progress=tell
        )
    return store(
        lake,
        batch.content,
        batch.pipeline,
        zone=batch.zone,
        last_event=batch.last_event,
        last_day=batch.last_day,
        import_name=name,
        as_of=as_of,
        list_day=batch.lists[0].day if batch.lists and not as_of else None,
        # Event rows tell what happened and are added; the other shapes tell a deal's whole history anew.
        history=History.ADD if batch.mapping.shape is Shape.EVENTS else History.REPLACE,
        told=batch.took,
        heard=heard,
        on_progress=tell,
    )


def _to_store(lists: Sequence[Listed], known: dt.date | None, originals: Collection[str]) -> list[DatedList]:
    return [
        DatedList(
            one.day,
            one.tables,
            one.rows,
            *latest(one.tables),
            is_known=known is not None and one.day < known and one.originals <= set(originals),
        )
        for one in lists
    ]
