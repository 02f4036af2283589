"""What people say of the deals and of the company, as entries of the journal."""

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from yaad.book.disk import told_when_full
from yaad.book.opened import Opened
from yaad.errors import BookError, InputError, NotAllowed
from yaad.facts import Journal, Lake, journal_of, settle, undone
from yaad.model import (
    EVERYBODY,
    DealEntry,
    Entry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    RetractEntry,
    SettingEntry,
    Settings,
    Stage,
    StageType,
    TargetEntry,
    UndoEntry,
    WinEntry,
    person_of_setting,
    read_amount,
)
from yaad.text import Message

log = logging.getLogger("yaad.book")

An = TypeVar("An", bound=Entry)


class Written(Opened):
    """A book that is written into."""

    def move(self, deal_id: str, to_stage: str, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """The deal goes to another stage; a won or lost stage closes it.

        Raises:
            UnknownName: no such deal or stage.
        """
        stage = self.pipeline.stage(to_stage)
        kinds = {StageType.WON: WinEntry, StageType.LOST: LoseEntry}
        make: partial[DealEntry] = partial(kinds.get(stage.type, MoveEntry), to_stage=stage.name)
        return self._append(make, deal_id, at, by, key)

    def win(
        self,
        deal_id: str,
        *,
        at: dt.datetime,
        by: str,
        amount: str | None = None,
        reason: str = "",
        key: str | None = None,
    ) -> DealEntry:
        """The deal is won; an amount (decimal text) replaces the deal's.

        Raises:
            UnknownName: no such deal.
            InputError: the amount cannot be read.
        """
        stage = self._closing(StageType.WON)
        exact = None if amount is None else str(read_amount(amount))
        make = partial(WinEntry, to_stage=stage.name, amount=exact, reason=reason)
        return self._append(make, deal_id, at, by, key)

    def lose(self, deal_id: str, *, at: dt.datetime, by: str, reason: str = "", key: str | None = None) -> DealEntry:
        """The deal is lost."""
        stage = self._closing(StageType.LOST)
        make = partial(LoseEntry, to_stage=stage.name, reason=reason)
        return self._append(make, deal_id, at, by, key)

    def note(self, deal_id: str, text: str, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """A note on the deal."""
        return self._append(partial(NoteEntry, text=text), deal_id, at, by, key)

    def undo(self, deal_id: str, seq: int, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """An earlier entry of the deal counts no more.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no such entry, or it counts no more already.
        """
        self.facts.deal(deal_id)
        entries = journal_of(self.root).of([deal_id])
        if not any(entry.seq == seq for entry in entries):
            raise InputError(Message("book.no_such_entry", {"number": seq, "deal": deal_id}))
        if seq in undone(entries):
            raise InputError(Message("book.undone_already", {"number": seq, "deal": deal_id}))
        return self._append(partial(UndoEntry, undoes=seq), deal_id, at, by, key)

    def _closing(self, kind: StageType) -> Stage:
        stages = self.pipeline.won if kind is StageType.WON else self.pipeline.lost
        if not stages:
            raise InputError(Message("book.no_closing_stage"))
        return stages[0]

    def _append(
        self, make: Callable[..., DealEntry], deal_id: str, at: dt.datetime, by: str, key: str | None
    ) -> DealEntry:
        self.facts.deal(deal_id)
        return self.write(make(deal_id=deal_id, at=at, by=by, key=key or uuid.uuid4().hex))

    def set_setting(
        self, name: str, value: object, *, at: dt.datetime, by: str, key: str | None = None
    ) -> SettingEntry:
        """Say one thing of the company; what can be said stands in `yaad.model.settings`.

        Args:
            name: such as ``achieved``, ``capacity:Quote`` or ``person:Dana``.
            value: plain values as the setting holds them; None goes back to what is usual.
            at: when it is said.
            by: who says it.
            key: idempotency key.

        Raises:
            UnknownName: no such setting.
            InputError: the value is not what the setting holds.
        """
        text = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
        Settings().with_entry(name, text)
        return self.write(SettingEntry(at=at, by=by, key=key or uuid.uuid4().hex, name=name, value=text))

    def _may_say(self, entry: Entry, journal: Journal) -> bool:
        """Whether the viewer may write this; of deals only those that they see are ever found."""
        if self.viewer == EVERYBODY or isinstance(entry, DealEntry):
            return True
        if isinstance(entry, RetractEntry):
            said = next((one for one in journal.of_company() if one.seq == entry.undoes), None)
            return said is not None and self._may_say(said, journal)
        if isinstance(entry, TargetEntry):
            return self.viewer.speaks_for(entry.owner, entry.team)
        if isinstance(entry, SettingEntry):
            return self.viewer.speaks_for(person_of_setting(entry.name))
        return False

    def write(self, entry: An) -> An:
        """Append an entry to the journal; gives it back with its number. Of a known key, the one already kept.

        Raises:
            NotAllowed: the viewer may not say this of the company, the person or the team.
        """
        journal = journal_of(self.root)
        if not self._may_say(entry, journal):
            raise NotAllowed(Message("book.not_yours"))
        with told_when_full(self.root):
            written = cast("An", journal.append(entry))
        journal.afterwards(partial(_fold_in, self.root, journal))
        return written


def _fold_in(root: Path, journal: Journal) -> None:
    """Fold what is written into the lake. It counts already: this is housekeeping, which a later entry does as well."""
    try:
        with told_when_full(root):
            settle(Lake.open(root), journal)
    except BookError as error:  # somebody else writes, or the disk is full
        log.info("the fold waits: %s", error)
    except Exception:
        log.exception("the fold failed in %s", root)
