"""Lists of deals with their days: which of them are new to the book, and how they are stored."""

import datetime as dt
from collections.abc import Collection, Sequence

from yaad.errors import OpenQuestion, Question
from yaad.facts import DatedList, History, Lake, Pin, Stored, store, store_lists
from yaad.intake import Batch, Listed, Shape, latest
from yaad.text import Message

OLDER = "list:older"
"""The question whether a list of an earlier day than the book's latest one is to be brought in."""


def hold_to_order(batch: Batch, pin: Pin, originals: Collection[str]) -> None:
    """Ask before a list is brought in that is older than the latest one of the book.

    Args:
        batch: what is to come in.
        pin: the book.
        originals: hashes of the files that the book was made of; a list that it had before is not asked about.

    Raises:
        OpenQuestion: there is such a list.
    """
    known = latest_list(pin)
    older = [one.day for one in batch.lists if known and one.day < known and not one.originals <= set(originals)]
    if older:
        values: dict[str, object] = {"day": older[0], "known": known}
        options = {"add": Message("book.older_list_add")}
        raise OpenQuestion([Question(OLDER, Message("book.older_list", values), options=options, map_line="")])


def latest_list(pin: Pin) -> dt.date | None:
    """The day of the book's latest list."""
    return max((pin.export_days[seq] for seq in pin.snapshots), default=None)


def store_batch(
    lake: Lake, batch: Batch, name: str, as_of: dt.date | None, originals: Collection[str] = frozenset()
) -> Stored:
    """Bring a batch into the book.

    Args:
        lake: the book.
        batch: what comes in.
        name: of the import.
        as_of: the day to see the book from; by the data when absent.
        originals: hashes of the files that the book was made of; of several lists, those are not told again.
    """
    if len(batch.lists) > 1:
        lists = _to_store(batch.lists, latest_list(lake.pin()), originals)
        return store_lists(lake, lists, batch.pipeline, zone=batch.zone, import_name=name, as_of=as_of)
    return store(
        lake,
        batch.tables,
        batch.pipeline,
        zone=batch.zone,
        last_event=batch.last_event,
        last_day=batch.last_day,
        import_name=name,
        as_of=as_of,
        list_day=batch.lists[0].day if batch.lists and not as_of else None,
        # Event rows tell what happened and are added; the other shapes tell a deal's whole history anew.
        history=History.ADD if batch.mapping.shape is Shape.EVENTS else History.REPLACE,
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
