"""Inquiries that were handed on and wait: whom they wait for, and since when.

An open inquiry that one person wrote down for another, or that went from one to another, waits for that other person
until somebody does something with it: it is called, written to, met or quoted, moved, or it is said when it goes on. A
note is nothing done, nor is what the customer does. Who takes an inquiry over by themselves knows of it, and then it
does not wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from yaad.facts.said import standing
from yaad.model import ActEntry, ChangeEntry, CreateEntry, DealEntry, FileEntry, NoteEntry, QuoteOpenedEntry, UndoEntry

AGREED = frozenset({"next_step", "next_step_day"})
"""Columns that say how a deal goes on."""
LEAVES_WAITING = (NoteEntry, FileEntry, QuoteOpenedEntry, UndoEntry)
"""What leaves an inquiry waiting."""


@dataclass(frozen=True)
class HandedOn:
    """An inquiry that waits for whom it was handed to.

    Attributes:
        entry: by which it was written down for them, or handed on.
        to: the person, as the deals name them.
    """

    entry: CreateEntry | ChangeEntry
    to: str


def handed_on(entries: Iterable[DealEntry]) -> HandedOn | None:
    """Whom an inquiry waits for since it was handed on; None where it waits for nobody.

    Args:
        entries: all that was written of it.
    """
    owner, found = "", None
    for entry in standing(entries):
        said = entry.values if isinstance(entry, CreateEntry | ChangeEntry) else {}
        to = said.get("owner") or ""
        if isinstance(entry, CreateEntry | ChangeEntry) and "owner" in said and to != owner:
            waits = bool(to) and entry.by != to and not any(said.get(name) for name in AGREED)
            owner, found = to, HandedOn(entry, to) if waits else None
        elif not isinstance(entry, CreateEntry) and _is_done(entry):
            found = None
    return found


def _is_done(entry: object) -> bool:
    """Whether an entry is something done with the inquiry, or says how it goes on."""
    if isinstance(entry, ActEntry):
        return not entry.incoming
    if isinstance(entry, ChangeEntry):
        return any(entry.values.get(name) for name in AGREED)  # that it goes on no more is nothing done
    return isinstance(entry, DealEntry) and not isinstance(entry, LEAVES_WAITING)
