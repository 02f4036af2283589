"""What happened in a company, one event after the other: what people wrote of its deals, and imports that landed.

There is one definition of an event. Programs read events in pages, webhooks send them out one by one; both are told
those of the deals that they see, and nothing of others: neither that there is one nor how many.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from yaad.book.imports import ImportRecord
from yaad.book.opened import Opened
from yaad.facts import Lake, journal_of
from yaad.model import CreateEntry, DealEntry, Entry
from yaad.model.entries import EntryKind

IMPORTED = "import.landed"
OF_ENTRIES: Mapping[EntryKind, str] = {
    EntryKind.CREATE: "deal.created",
    EntryKind.CHANGE: "deal.changed",
    EntryKind.MOVE: "deal.moved",
    EntryKind.WIN: "deal.won",
    EntryKind.LOSE: "deal.lost",
    EntryKind.ACT: "deal.act",
    EntryKind.NOTE: "deal.note",
    EntryKind.FILE: "deal.file",
    EntryKind.QUOTE: "deal.quote",
    EntryKind.QUOTE_OPENED: "deal.quote_opened",
    EntryKind.QUOTE_WITHDRAWN: "deal.quote_withdrawn",
    EntryKind.UNDO: "deal.undone",
}
"""Kind of an entry → kind of the event that it is; what is not named is no event."""
KINDS = (*OF_ENTRIES.values(), IMPORTED)
ENVELOPE = ("kind", "at", "by", "key", "deal_id")
"""Members of an entry that an event tells beside what happened, or not at all."""
POINTING = ("undoes", "settles", "quote")
"""Members that name another entry by its number; an event names the other event by its id."""
PART = 1000
"""Entries that are looked at together."""
ID_LETTERS = 32

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


@dataclass(frozen=True, order=True)
class Place:
    """Between which events one stands. It counts what others wrote, so it is told to nobody as it is.

    Attributes:
        seq: number of the last entry that lies behind.
        landed: when the last import landed that lies behind, and its name.
    """

    seq: int = 0
    landed: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """A place as `str` writes it.

        >>> Place.parse(str(Place(12, "2026-10-20T08:00:00+00:00 0001-ab")))
        Place(seq=12, landed='2026-10-20T08:00:00+00:00 0001-ab')
        """
        seq, _, landed = text.partition(" ")
        return cls(int(seq), landed)

    def __str__(self) -> str:
        return f"{self.seq} {self.landed}"


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        id: the same each time that it is told.
        kind: a word of `KINDS`.
        at: when it was true.
        by: who wrote it; empty: an import.
        deal_id: the source's id of the deal; empty: it is of none.
        what: the members that its kind has.
        place: right behind it.
    """

    id: str
    kind: str
    at: dt.datetime
    by: str
    deal_id: str
    what: Json
    place: Place

    def told(self) -> Json:
        """As programs and webhooks are told it."""
        at = self.at.astimezone(dt.UTC).isoformat()
        return {
            "id": self.id,
            "kind": self.kind,
            "at": at,
            "by": self.by,
            "deal_id": self.deal_id or None,
            "what": self.what,
        }


@dataclass(frozen=True)
class Page:
    """Some events in their order.

    Attributes:
        place: behind all that was looked at, be it told or not.
        has_more: there are more behind it.
    """

    events: tuple[Event, ...]
    place: Place
    has_more: bool


def place_now(book: Opened) -> Place:
    """Behind all that has happened until now."""
    landed = [one.place.landed for one in _imports(book, Place())]
    return Place(journal_of(book.root).last_seq, max(landed, default=""))


def events_of(book: Opened, after: Place, kinds: Collection[str] = KINDS, limit: int = 50) -> Page:
    """The first events behind a place, as the viewer of the book sees them.

    Entries stand in the order of their numbers, imports among them by when they landed. What the viewer sees is held to
    how things stand by now: who got a deal sees all that is told from then on, who gave it away nothing more.

    Args:
        book: whose.
        after: the place.
        kinds: words of `KINDS`; others are passed over.
        limit: at most so many.

    Raises:
        Withheld: single deals are not told to the viewer.
    """
    book.need_persons()
    found: list[Event] = []
    place, has_more = after, False
    for one in _in_order(_written(book, after), _imports(book, after)):
        is_told = bool(one.id) and one.kind in kinds
        if is_told and len(found) == limit:
            has_more = True
            break
        is_import = not one.deal_id
        place = replace(place, landed=one.place.landed) if is_import else replace(place, seq=one.place.seq)
        if is_told:
            found.append(replace(one, place=place))
    return Page(tuple(found), place, has_more)


def _in_order(written: Iterator[Event], landed: Sequence[Event]) -> Iterator[Event]:
    """Entries by number, and each import before the first entry that is later than it."""
    waiting = list(landed)
    for one in written:
        while waiting and waiting[0].at <= one.at:
            yield waiting.pop(0)
        yield one
    yield from waiting


def _written(book: Opened, after: Place) -> Iterator[Event]:
    """Events of entries; one that the viewer is not told has no id."""
    journal, until, seq = journal_of(book.root), book.facts.last_entry, after.seq
    while entries := [one for one in journal.since(seq, PART) if one.seq <= until]:
        of_deals = [one for one in entries if isinstance(one, DealEntry) and one.kind in OF_ENTRIES]
        seen = _seen(book, {one.deal_id for one in of_deals})
        keys = _keys(book, [one for one in of_deals if one.deal_id in seen])
        for one in of_deals:
            if one.deal_id in seen:
                yield _event(one, keys)
            else:
                yield _untold(one)
        seq = entries[-1].seq


def _untold(entry: DealEntry) -> Event:
    return Event("", "", entry.at, "", entry.deal_id, {}, Place(entry.seq))


def _event(entry: DealEntry, keys: Mapping[int, str]) -> Event:
    said = json.loads(entry.to_json())
    what = {name: value for name, value in said.items() if name not in (*ENVELOPE, *POINTING)}
    for name in POINTING:
        number = said.get(name)
        if number is not None:
            what[name] = _id(keys[number]) if number in keys else None
    place = Place(entry.seq)
    return Event(_id(entry.key), OF_ENTRIES[entry.kind], entry.at, entry.by, entry.deal_id, what, place)


def _keys(book: Opened, entries: Iterable[Entry]) -> dict[int, str]:
    """Number of an entry that another one names → its key."""
    asked = {one.subject for one in entries if any(getattr(one, name, None) is not None for name in POINTING)}
    return {one.seq: one.key for one in journal_of(book.root).of(asked)} if asked else {}


def _seen(book: Opened, deal_ids: set[str]) -> set[str]:
    """Those of some deals that the viewer sees; one that was taken back is its first owner's."""
    if book.viewer.sees_all or not deal_ids:
        return deal_ids
    facts = book.facts
    seen = set(facts.run(_among(facts.deals, deal_ids))["deal_id"].to_pylist())
    unseen = deal_ids - seen
    if not unseen:
        return seen
    known = set(facts.run(_among(facts.whole("deals"), unseen))["deal_id"].to_pylist())
    begun = [one for one in journal_of(book.root).of(unseen - known) if isinstance(one, CreateEntry)]
    return seen | {one.deal_id for one in begun if book.viewer.sees(one.values.get("owner"))}


def _among(deals: Any, deal_ids: set[str]) -> Any:  # noqa: ANN401 – a table, whose columns are known when it is asked
    return deals.filter(deals.deal_id.isin(sorted(deal_ids))).select("deal_id")


def _imports(book: Opened, after: Place) -> list[Event]:
    """Imports that landed, for who sees everything."""
    if not book.viewer.sees_all or not Lake.exists(book.root):
        return []
    folder = book.root / "imports"
    found = [_landed(folder / f"{name}.yaml", name) for name in Lake.open(book.root).pin().imports]
    return sorted((one for one in found if one.place.landed > after.landed), key=lambda one: one.place.landed)


def _landed(path: Path, name: str) -> Event:
    return _read(path, name, path.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _read(path: Path, name: str, _written_at: int) -> Event:
    """An import as an event; its record is large, and seldom another one."""
    record = ImportRecord.load(path.parent, name)
    at = dt.datetime.fromisoformat(record.brought)
    what = {"name": name, "kind": record.kind, "files": [one.name for one in record.files]}
    place = Place(0, f"{at.astimezone(dt.UTC).isoformat()} {name}")
    return Event(_id(f"import {name} {record.brought}"), IMPORTED, at, "", "", what, place)


def _id(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:ID_LETTERS]
