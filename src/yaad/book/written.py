"""What people say of the deals and of the company, as entries of the journal."""

import datetime as dt
import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from yaad.book.disk import told_when_full
from yaad.book.opened import Opened
from yaad.book.usual import usual_of
from yaad.errors import BookError, Changed, InputError, NotAllowed, UnknownName
from yaad.facts import Journal, Lake, as_text, checked_values, is_same_text, journal_of, settle, undone
from yaad.insight.board import called
from yaad.intake import typed_amount
from yaad.intake.deciding.phones import may_be_dialled
from yaad.model import (
    ACTS,
    EVERYBODY,
    WENT,
    WRITTEN,
    ActEntry,
    ChangeEntry,
    CreateEntry,
    DealEntry,
    Entry,
    LeavingEntry,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    OptOutEntry,
    RetractEntry,
    SettingEntry,
    Settings,
    Stage,
    StageType,
    TargetEntry,
    Tax,
    UndoEntry,
    WinEntry,
    person_of_setting,
    read_amount,
    single_unit,
)
from yaad.model.entries import PLANNED
from yaad.model.leaving import asked_on, lines_of
from yaad.text import Message

log = logging.getLogger("yaad.book")

An = TypeVar("An", bound=Entry)
OWN_ID = "Y-"
"""So begin the ids of deals that people write down without one."""
ID_LETTERS = 12
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Between which something can be planned for."""


class Written(Opened):
    """A book that is written into."""

    def move(
        self,
        deal_id: str,
        to_stage: str,
        *,
        at: dt.datetime,
        by: str,
        key: str | None = None,
        seen: str | None = None,
        ticked: Collection[str] = (),
    ) -> DealEntry:
        """The deal goes to another stage; a won or lost stage closes it.

        Args:
            deal_id: of the deal.
            to_stage: where it goes.
            at: when.
            by: who moves it.
            key: idempotency key.
            seen: the stage in which whoever moves it saw it; None: wherever it stands.
            ticked: which of the lines that the stage asks are true; without the others it goes all the same.

        Raises:
            UnknownName: no such deal or stage.
            InputError: no stage asks what was ticked.
            Changed: it stands elsewhere by now.
        """
        stage = self.pipeline.stage(to_stage)
        self._stands_in(deal_id, seen, key)
        kinds = {StageType.WON: WinEntry, StageType.LOST: LoseEntry}
        ticks = {} if stage.type is StageType.LOST else self._ticks(deal_id, stage, ticked, key)
        make: partial[DealEntry] = partial(kinds.get(stage.type, MoveEntry), to_stage=stage.name, **ticks)
        return self._append(make, deal_id, at, by, key)

    def _ticks(self, deal_id: str, to: Stage, ticked: Collection[str], key: str | None) -> dict[str, Any]:
        """What was ticked as a deal goes on, and what its stage asked that was not."""
        told, kept = tuple(dict.fromkeys(ticked)), self._kept(key)
        if isinstance(kept, LeavingEntry):  # what was asked then, whatever is asked by now
            return {"ticked": told, "without": kept.without}
        exits = self.exits
        unknown = sorted(set(told) - lines_of(exits))
        if unknown:
            raise InputError(Message("exits.no_such", {"line": unknown[0]}))
        if not exits:
            return {}
        asked = asked_on(self.pipeline, exits, self.deal_now(deal_id)["stage"] or "", to.name)
        return {"ticked": told, "without": tuple(line for line in asked if line not in told)}

    def _kept(self, key: str | None) -> Entry | None:
        """What was written under a key already: the same form sent twice is one entry, whatever it changed itself."""
        return None if key is None else journal_of(self.root).kept(key)

    def _stands_in(self, deal_id: str, stage: str | None, key: str | None) -> None:
        """Hold that a deal stands where it was seen, unless nobody says where, or this was written already."""
        if stage is None or self._kept(key) is not None:
            return
        now = self.deal_now(deal_id)
        if (now["stage"] or "") != stage:
            values = {"deal": called(now, self.opt_outs), "stage": now["stage"] or "–"}
            raise Changed(Message("book.moved_meanwhile", values))

    def hold(self, deal_id: str, seen: Mapping[str, str | None], key: str) -> None:
        """Hold that a deal says what was seen there, before the first of several entries of one form is written.

        Args:
            deal_id: of the deal.
            seen: see `change`.
            key: of the change that follows; what was written already is held to nothing.

        Raises:
            UnknownName: no such deal.
            Changed: one of the columns says something else by now.
        """
        if self._kept(key) is None:
            self._says(deal_id, seen)

    def _says(self, deal_id: str, seen: Mapping[str, str | None]) -> None:
        """Hold that columns of a deal say what was seen there; a field of a page holds a text without line breaks."""
        now = self.deal_now(deal_id)
        for name, before in seen.items():
            says = as_text(now.get(name)) or ""
            if not is_same_text(says, before or ""):
                field = Message(f"deal.field_{name}") if name in WRITTEN else name
                raise Changed(
                    Message(
                        "deal.changed_meanwhile",
                        {"deal": called(now, self.opt_outs), "field": field, "now": says or "–"},
                    )
                )

    def win(
        self,
        deal_id: str,
        *,
        at: dt.datetime,
        by: str,
        amount: str | None = None,
        reason: str = "",
        done_well: str = "",
        to_stage: str | None = None,
        seen: str | None = None,
        ticked: Collection[str] = (),
        key: str | None = None,
    ) -> DealEntry:
        """The deal is won.

        Args:
            deal_id: of the deal.
            at: when.
            by: who won it.
            amount: decimal text; replaces the deal's.
            reason: why, in a few words that others may say too.
            done_well: what was done well on the way, a line each.
            to_stage: a won stage; the first one when absent.
            seen: see `move`.
            ticked: see `move`.
            key: idempotency key.

        Raises:
            UnknownName: no such deal or stage.
            InputError: the amount cannot be read, the stage is no won one, or no stage asks what was ticked.
            Changed: it stands elsewhere by now.
        """
        stage = self._closing(StageType.WON, to_stage)
        self._stands_in(deal_id, seen, key)
        now, kept = self.deal_now(deal_id), self._kept(key)
        told = {} if amount is None else self.told({"amount": amount or " "}, now)
        unit = self._with_unit({"amount": None, **told}, now)
        if isinstance(kept, WinEntry):  # said again it has the unit that it was given then
            unit |= {"currency": kept.currency, "tax": kept.tax}
        ticks = self._ticks(deal_id, stage, ticked, key)
        said = partial(WinEntry, amount=unit["amount"], currency=unit.get("currency"), tax=unit.get("tax"))
        make = partial(said, to_stage=stage.name, reason=reason, done_well=done_well, **ticks)
        return self._append(make, deal_id, at, by, key)

    def lose(
        self,
        deal_id: str,
        *,
        at: dt.datetime,
        by: str,
        reason: str = "",
        text: str = "",
        to_stage: str | None = None,
        seen: str | None = None,
        key: str | None = None,
    ) -> DealEntry:
        """The deal is lost.

        Args:
            deal_id: of the deal.
            at: when.
            by: who says it.
            reason: why, in a few words that others may say too.
            text: free words.
            to_stage: a lost stage; the first one when absent.
            seen: see `move`.
            key: idempotency key.

        Raises:
            UnknownName: no such deal or stage.
            InputError: the stage is no lost one.
            Changed: it stands elsewhere by now.
        """
        stage = self._closing(StageType.LOST, to_stage)
        self._stands_in(deal_id, seen, key)
        make = partial(LoseEntry, to_stage=stage.name, reason=reason, text=text)
        return self._append(make, deal_id, at, by, key)

    def write_down(
        self,
        to_stage: str,
        values: Mapping[str, str],
        *,
        at: dt.datetime,
        by: str,
        key: str | None = None,
        deal_id: str | None = None,
    ) -> CreateEntry:
        """Write a deal down that no file has: an inquiry that came in, or a deal that begins.

        Args:
            to_stage: where it stands first, an open stage.
            values: column of `yaad.model.WRITTEN` → its value as text.
            at: when it came in.
            by: who writes it down.
            key: idempotency key.
            deal_id: its id; made of the key when absent, so that the same key twice is one deal.

        Raises:
            UnknownName: no such stage, or no such column.
            InputError: a value cannot be read, the stage ends a deal, or another deal has this id.
            NotAllowed: the viewer may not write deals down for this person.
        """
        self.need_persons()
        stage = self.pipeline.stage(to_stage)
        if stage.type is not StageType.OPEN:
            raise InputError(Message("book.not_a_beginning", {"stage": stage.name}))
        key = key or uuid.uuid4().hex
        given = self.told({name: value for name, value in values.items() if value}, {})
        known = {name: value for name, value in self._with_unit(given, {}).items() if value}
        made = deal_id or f"{OWN_ID}{hashlib.sha256(key.encode()).hexdigest()[:ID_LETTERS]}"
        entry = CreateEntry(deal_id=made, at=at, by=by, key=key, to_stage=stage.name, values=known)
        if deal_id and self._is_another(entry):
            raise InputError(Message("book.deal_there", {"deal": deal_id}))
        return self.write(entry)

    def _is_another(self, entry: CreateEntry) -> bool:
        """Whether the book has a deal of this id that did not begin with this very entry."""
        entries = journal_of(self.root).of([entry.deal_id])
        if any(one.key == entry.key for one in entries):
            return False
        # what was written of a deal that is no more is told to whoever writes one down under its id
        return self.facts.has_deal(entry.deal_id) or bool(entries and not self.viewer.sees_all)

    def change(
        self,
        deal_id: str,
        values: Mapping[str, str | None],
        *,
        at: dt.datetime,
        by: str,
        key: str | None = None,
        seen: Mapping[str, str | None] | None = None,
    ) -> DealEntry:
        """Say what fields of a deal are; None: it has none.

        Args:
            deal_id: of the deal.
            values: column of `yaad.model.WRITTEN` → its value as text.
            at: when it is so.
            by: who says it.
            key: idempotency key.
            seen: column → what whoever changes it saw there, as `yaad.facts.as_text` writes it.

        Raises:
            UnknownName: no such deal or column.
            InputError: a value cannot be read, or nothing is said.
            Changed: one of the columns says something else by now.
        """
        if not values:
            raise InputError(Message("book.nothing_said"))
        now, kept = self.deal_now(deal_id), self._kept(key)
        told = self.told(values, now)
        if isinstance(kept, ChangeEntry) and (kept.deal_id, kept.by) == (deal_id, by):
            if told.items() <= kept.values.items():  # with the unit that an amount was given then
                return kept
        elif seen:
            self._says(deal_id, seen)
        said = self._with_unit(told, now)
        return self._append(partial(ChangeEntry, values=said), deal_id, at, by, key)

    def told(self, values: Mapping[str, str | None], present: Mapping[str, object]) -> dict[str, str | None]:
        """What a person says of columns, each as it is kept, whatever is written with it.

        Args:
            values: column of `yaad.model.WRITTEN` → its value as it was typed.
            present: the deal as it stands; nothing of one that is not there yet.

        Raises:
            UnknownName: no such column, or nobody can write it.
            InputError: a value cannot be read, a telephone number can be none, or the amount is in another currency or
                VAT than the deal's.
        """
        phone = values.get("phone")
        if phone and phone.strip() and not may_be_dialled(phone):
            raise InputError(Message("book.no_phone", {"text": phone.strip()}))
        return checked_values(self._typed(values, present))

    def _typed(self, values: Mapping[str, str | None], present: Mapping[str, object]) -> dict[str, str | None]:
        """Values whose amount is bare: what was typed beside it says its currency and its VAT.

        Args:
            values: what is said.
            present: the deal as it stands.

        Raises:
            InputError: it is no amount, or in another currency or VAT than the deal's and the book's.
        """
        text = values.get("amount")
        if not text:
            return dict(values)
        typed = typed_amount(text)
        beside = {"currency": typed.currency, "tax": typed.tax}
        if not any(beside.values()):  # a bare number is exact: what is finer than money is refused
            return {**values, "amount": str(read_amount(text))}
        usual = self._usual_unit()
        for name, told in beside.items():
            known = values.get(name) or present.get(name) or usual[name]
            if told and known not in (None, Tax.UNKNOWN):
                single_unit({told, str(known)})
        return {**{name: told for name, told in beside.items() if told}, **values, "amount": f"{typed.value:f}"}

    def _usual_unit(self) -> dict[str, str | None]:
        """The currency and the VAT of the book's deals; where those differ or have none, those of the company."""
        found, company = self.facts.unit_of_amounts(), usual_of(self.root).currency
        return {"currency": found["currency"] or company, "tax": found["tax"] or (company and Tax.NET.value)}

    def _with_unit(self, values: dict[str, str | None], present: Mapping[str, object]) -> dict[str, str | None]:
        """Values with the currency and the VAT of an amount that is said without them: those that are usual.

        Args:
            values: what is said.
            present: the deal as it stands.
        """
        if not values.get("amount"):
            return values
        if present.get("amount") is None and present.get("tax") == Tax.UNKNOWN:
            present = {**present, "tax": None}  # of no amount
        if all(present.get(name) or values.get(name) for name in ("currency", "tax")):
            return values
        usual = self._usual_unit()
        told = {name: usual[name] for name in ("currency", "tax") if usual[name] and not present.get(name)}
        return {**told, **values}

    def act(
        self,
        deal_id: str,
        did: str,
        *,
        at: dt.datetime,
        by: str,
        went: str = "",
        text: str = "",
        incoming: bool = False,
        due: dt.datetime | None = None,
        settles: int | None = None,
        key: str | None = None,
    ) -> DealEntry:
        """Write down what was done with the customer, or is planned.

        Args:
            deal_id: of the deal.
            did: a word of `yaad.model.ACTS`.
            at: when it was, or when it was planned.
            by: who did it.
            went: a word of `yaad.model.WENT`; empty: it took place.
            text: free words.
            incoming: the customer began it.
            due: when it is to be; of what is planned, and of nothing else.
            settles: number of the entry that planned it.
            key: idempotency key.

        Raises:
            UnknownName: no such deal, act or outcome.
            InputError: what is planned has no day, or something else has one; the deal has no such plan.
        """
        if did not in ACTS:
            raise UnknownName("act", did, ACTS)
        if went and went not in WENT:
            raise UnknownName("outcome", went, WENT)
        if (went == PLANNED) != (due is not None):
            raise InputError(Message("book.planned_when"))
        if due is not None and not FIRST_YEAR <= due.year <= LAST_YEAR:
            raise InputError(Message("book.planned_too_far", {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}))
        self.deal_now(deal_id)
        if settles is not None:
            self._planned(deal_id, settles, key)
        when = due if due is None or due.tzinfo else due.replace(tzinfo=ZoneInfo(self.zone))
        told = when.astimezone(dt.UTC).isoformat() if when else None
        made = partial(ActEntry, did=did, went=went, text=text, incoming=incoming, due=told, settles=settles)
        return self._append(made, deal_id, at, by, key)

    def _planned(self, deal_id: str, seq: int, key: str | None) -> None:
        """Hold that an entry planned something that nobody has settled yet, unless this very entry did."""
        entries = journal_of(self.root).of([deal_id])
        gone = undone(entries)
        acts = [one for one in entries if isinstance(one, ActEntry) and one.seq not in gone]
        is_plan = any(one.seq == seq and one.went == PLANNED for one in acts)
        if not is_plan or any(one.settles == seq and one.key != key for one in acts):
            raise InputError(Message("book.no_plan", {"number": seq, "deal": deal_id}))

    def note(self, deal_id: str, text: str, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """A note on the deal."""
        return self._append(partial(NoteEntry, text=text), deal_id, at, by, key)

    def undo(self, deal_id: str, seq: int, *, at: dt.datetime, by: str, key: str | None = None) -> DealEntry:
        """An earlier entry of the deal counts no more.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no such entry, or it counts no more already.
        """
        entries = journal_of(self.root).of([deal_id])
        if not (entries and self.viewer == EVERYBODY):  # of a deal that was taken back the entries are left
            self.deal_now(deal_id)
        if not any(entry.seq == seq for entry in entries):
            raise InputError(Message("book.no_such_entry", {"number": seq, "deal": deal_id}))
        if seq in undone(entries) and self._kept(key) is None:
            raise InputError(Message("book.undone_already", {"number": seq, "deal": deal_id}))
        return self.write(UndoEntry(deal_id=deal_id, at=at, by=by, key=key or uuid.uuid4().hex, undoes=seq))

    def _closing(self, kind: StageType, name: str | None) -> Stage:
        """The stage of this name, else the first one of its kind."""
        stages = self.pipeline.won if kind is StageType.WON else self.pipeline.lost
        if not stages:
            raise InputError(Message("book.no_closing_stage"))
        if name is None:
            return stages[0]
        stage = self.pipeline.stage(name)
        if stage not in stages:
            raise InputError(Message("deal.another_kind", {"stage": stage.name}))
        return stage

    def _append(
        self, make: Callable[..., DealEntry], deal_id: str, at: dt.datetime, by: str, key: str | None
    ) -> DealEntry:
        self.deal_now(deal_id)
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

    def unsay(self, seq: int, *, at: dt.datetime, by: str, key: str | None = None) -> RetractEntry:
        """What the company said of one thing, or who asked not to be contacted, counts no more: as it was before.

        Args:
            seq: number of the entry that said it.
            at: when it is taken back.
            by: who takes it back.
            key: idempotency key.

        Raises:
            InputError: there is no such entry, or it counts no more already.
        """
        said = journal_of(self.root).of_company()
        if not any(isinstance(one, SettingEntry | OptOutEntry) and one.seq == seq for one in said):
            raise InputError(Message("goals.no_such_entry", {"number": seq}))
        if seq in undone(said) and self._kept(key) is None:
            raise InputError(Message("goals.undone_already", {"number": seq}))
        return self.write(RetractEntry(at=at, by=by, key=key or uuid.uuid4().hex, undoes=seq))

    def _may_say(self, entry: Entry, journal: Journal) -> bool:
        """Whether the viewer may write this; of deals only those that they see are ever found."""
        if isinstance(entry, CreateEntry):
            return self.viewer.speaks_for(entry.values.get("owner"))
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
