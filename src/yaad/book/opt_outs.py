"""Who asks not to be contacted: written down of one person or of a list, taken back, and told.

A person is their numbers and addresses of mail: those that are named, and those that stand with them in a deal or in
the list of customers. What is written down holds for all who are reached by one of them, whoever brings them again.

A number or an address by which several people are reached – of an office, of a family – says nothing of who else has
it: nobody is joined over it but deals that name the same contact, and what one of them takes back another has said.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from yaad.book.inquiries import Receiving
from yaad.errors import InputError, NotAllowed, UnknownName
from yaad.facts import Journal, journal_of
from yaad.facts.said import every_opt_out_of, opt_outs_of
from yaad.intake.deciding.phones import is_made_up, surely
from yaad.measures.asking import near
from yaad.measures.namesakes import with_customer
from yaad.measures.opted_out import MAIL, Handles, OptOuts
from yaad.model import Entry, OptOutEntry
from yaad.model.opt_outs import CALLS, MOST_HANDLES, OPT_OUTS, SAID_BY
from yaad.text import Message

ANY = ("open", "won", "lost", "not_inquiry")
FEW = 20
"""Up to so many numbers and addresses are looked for one by one."""
LONGEST_LINE = 200
"""Letters of a line that may be one number or one address."""
SHOWN = 1000
"""Refused lines that are told."""


@dataclass(frozen=True)
class OptedOut:
    """A number or an address of somebody who asks not to be contacted.

    Attributes:
        handle: the number or the address; what stands instead of it where they were erased.
        what: what they ask.
        at, by: when it was said, and who wrote it down.
        channel: by which way they said so.
        seq: number of the entry.
    """

    handle: str
    what: str
    at: dt.datetime
    by: str
    channel: str
    seq: int


@dataclass(frozen=True)
class Listed:
    """What became of a list: its rows are those taken, those known before and those refused.

    Attributes:
        rows: lines that say anything.
        taken: those that are new.
        known: those that were on the list before, or stand twice in this one.
        refused: number of a line → what it says, of those that hold no number and no address, or several.
        entry: what was written; None where nothing is new. It holds more than the lines that are new where others
            stand beside them in deals or in the list of customers.
    """

    rows: int
    taken: int
    known: int
    refused: dict[int, str]
    entry: OptOutEntry | None

    @property
    def beside(self) -> int:
        """Numbers and addresses that were written with those of the lines, because they are of the same people."""
        return 0 if self.entry is None else len(self.entry.handles) - self.taken


class OptingOut(Receiving):
    """A book that knows who asks not to be contacted."""

    def opt_out(
        self,
        handles: Handles,
        what: str,
        *,
        at: dt.datetime,
        by: str,
        channel: str = "other",
        is_out: bool = True,
        key: str | None = None,
    ) -> OptOutEntry:
        """Somebody asks not to be contacted, or may be again.

        Args:
            handles: by what they are known.
            what: a word of `yaad.model.opt_outs.OPT_OUTS`.
            at: when they said so.
            by: who writes it down.
            channel: by which way they said so, a word of `yaad.model.opt_outs.SAID_BY`.
            is_out: False: they take it back.
            key: idempotency key.

        Raises:
            UnknownName: no such word.
            InputError: no number and no address is said.
            NotAllowed: the viewer sees no deal of theirs.
        """
        self.need_persons()
        _known_words(what, channel)
        if not handles:
            raise InputError(Message("opt_outs.nobody"))
        persons = self._persons(handles)
        every = persons.together() if is_out else self._said_by(persons, what)
        return self._write_opt_out(every, what, at=at, by=by, channel=channel, is_out=is_out, key=key)

    def _write_opt_out(
        self,
        handles: Iterable[str],
        what: str,
        *,
        at: dt.datetime,
        by: str,
        channel: str,
        is_out: bool,
        key: str | None,
    ) -> OptOutEntry:
        said = tuple(sorted(handles))
        return self.write(
            OptOutEntry(
                at=at, by=by, key=key or uuid.uuid4().hex, what=what, handles=said, is_out=is_out, channel=channel
            )
        )

    def opt_out_of_deal(
        self,
        deal_id: str,
        what: str,
        *,
        at: dt.datetime,
        by: str,
        channel: str = "other",
        is_out: bool = True,
        key: str | None = None,
    ) -> OptOutEntry:
        """The customer of a deal asks not to be contacted, or may be again; see `opt_out`.

        Raises:
            UnknownName: no such deal.
            InputError: the deal has no number and no address.
        """
        row = self.deal_now(deal_id)
        self.need_persons()
        _known_words(what, channel)
        handles = Handles.of(row["phone"], row["email"], self.dials_in)
        if not handles:
            raise InputError(Message("opt_outs.nobody"))
        persons = self._persons(handles, _folded(row["contact"]))
        if is_out:
            every = persons.together()
            if what == CALLS and any("@" not in one for one in every):  # a mail of several people calls nobody
                every -= {one for one in handles.mails if persons.is_shared(one)}
        else:
            every = self._said_by(persons, what)
        return self._write_opt_out(every, what, at=at, by=by, channel=channel, is_out=is_out, key=key)

    def handles_of_customer(self, name: str) -> Handles:
        """By what a customer is reached: the numbers and addresses of their deals and of the list of customers."""
        self.need_persons()
        scope = self._scope()
        deals = with_customer(scope, scope.deals)
        mine = deals.filter((deals.customer == name) | (deals.account == name)).select("phone", "email")
        accounts = scope.table("accounts")
        rows = [
            *scope.run(mine.distinct()).to_pylist(),
            *scope.run(accounts.filter(accounts.name == name).select("phone", "email").distinct()).to_pylist(),
        ]
        found = [Handles.of(row["phone"], row["email"], self.dials_in) for row in rows]
        return Handles(_all(one.phones for one in found), _all(one.mails for one in found))

    def opt_out_list(
        self, text: str, what: str, *, at: dt.datetime, by: str, channel: str = "list", key: str | None = None
    ) -> Listed:
        """A list of those who ask not to be contacted: a number or an address a line, in whatever spelling.

        Rows in are those taken, those known and those refused.

        Args:
            text: the list, as it is pasted or stands in a file.
            what: a word of `yaad.model.opt_outs.OPT_OUTS`.
            at: when it was brought.
            by: who brings it.
            channel: by which way they said so.
            key: idempotency key.

        Raises:
            UnknownName: no such word.
            InputError: nothing is in it, or too much.
            NotAllowed: the viewer does not see all deals.
        """
        self._need_all()
        _known_words(what, channel)
        lines = {number: line.strip() for number, line in enumerate(text.splitlines(), 1)}
        lines = {number: line for number, line in lines.items() if line}
        if not lines or len(lines) > MOST_HANDLES:
            raise InputError(Message("opt_outs.no_list" if not lines else "opt_outs.long_list", {"n": MOST_HANDLES}))
        kept = self._kept(key)
        known = self._opt_outs_before(kept.seq) if isinstance(kept, OptOutEntry) else self.opt_outs.said
        before = {handle for handle, said in known.items() if what in said}
        new: dict[str, None] = {}
        country = self.dials_in  # asked once: it is read from the disk
        refused: dict[int, str] = {}
        for number, line in lines.items():
            handle = _handle(line, country)
            if handle is None:
                refused[number] = line[:LONGEST_LINE]
            elif handle not in before:
                new[handle] = None
        entry = None
        if isinstance(kept, OptOutEntry) and _says_it_again(kept, new, what, channel):
            entry = kept
        elif new:
            handles = Handles(
                frozenset(one for one in new if "@" not in one), frozenset(one for one in new if "@" in one)
            )
            entry = self.opt_out(handles, what, at=at, by=by, channel=channel, key=key)
        return Listed(len(lines), len(new), len(lines) - len(refused) - len(new), refused, entry)

    def opt_out_numbered(self, seq: int) -> OptOutEntry:
        """The entry of this number.

        Raises:
            InputError: there is none that says who asks not to be contacted.
        """
        self.need_persons()
        journal = journal_of(self.root)
        found = next((one for one in journal.of_company() if one.seq == seq), None)
        if not isinstance(found, OptOutEntry) or not self._may_say(found, journal):
            raise InputError(Message("goals.no_such_entry", {"number": seq}))
        return found

    def _opt_outs_before(self, seq: int) -> Mapping[str, Mapping[str, OptOutEntry]]:
        """Who asked not to be contacted before an entry: a list that is sent again is told as it was at first."""
        return opt_outs_of(one for one in journal_of(self.root).of_company() if one.seq < seq)

    def opted_out(self) -> list[OptedOut]:
        """Those who ask not to be contacted, the latest first.

        Raises:
            NotAllowed: the viewer does not see all deals.
        """
        self._need_all()
        said = self.facts.opt_outs
        found = [
            OptedOut(handle, what, one.at, one.by, one.channel, one.seq)
            for handle, asked in said.items()
            for what, one in asked.items()
        ]
        return sorted(found, key=lambda one: (-one.seq, one.handle, one.what))

    def _need_all(self) -> None:
        self.need_persons()
        if not self.viewer.sees_all:
            raise NotAllowed(Message("book.not_yours"))

    def _may_say(self, entry: Entry, journal: Journal) -> bool:
        if isinstance(entry, OptOutEntry) and not self.viewer.sees_all:
            return self._sees_each(entry.handles)
        return isinstance(entry, OptOutEntry) or super()._may_say(entry, journal)

    def _sees_each(self, handles: Sequence[str]) -> bool:
        """Whether all of these stand in deals and customers that the viewer sees."""
        seen = {one for found in self._reached(handles) for one in found.handles}
        return set(handles) <= seen

    def _persons(self, handles: Handles, contact: str = "") -> "Persons":
        """Who is reached by these."""
        return Persons(handles, contact, tuple(self._reached(sorted(handles))))

    def _said_by(self, persons: "Persons", what: str) -> set[str]:
        """What of a person's numbers and addresses is free again as they take it back: not what somebody else said."""
        said = every_opt_out_of(journal_of(self.root).of_company())

        def seqs(handle: str) -> set[int]:
            return {one.seq for one in said.get(handle, {}).get(what, ())}

        named = set(persons.named)
        own = {one for one in named if not persons.is_shared(one)} or named
        theirs = {seq for one in own for seq in seqs(one)}
        return own | {one for one in persons.together() if (found := seqs(one)) and found <= theirs}

    def _reached(self, handles: Sequence[str]) -> Iterator["Reached"]:
        """By what those of a deal or a customer are reached who have one of these."""
        wanted = Handles(
            frozenset(one for one in handles if "@" not in one), frozenset(one for one in handles if "@" in one)
        )
        country = self.dials_in
        probe = OptOuts({one: {} for one in handles}, country)
        for row in self._rows_with(wanted):
            if probe.may_be(row["phone"] or "", row["email"] or ""):
                one = Handles.of(row["phone"], row["email"], country)
                if one.meet(wanted):
                    yield Reached(one, _folded(row.get("contact")))

    def _rows_with(self, wanted: Handles) -> Iterator[dict[str, str | None]]:
        few = len(wanted.phones) + len(wanted.mails) <= FEW
        deals, accounts = self.facts.deals, self.facts.table("accounts")
        if few:
            yield from self._candidates(wanted, ANY)
        else:
            yield from self.facts.run(near(deals.select("phone", "email", "contact"), wanted)).to_pylist()
        known = accounts.filter(accounts.phone.notnull() & accounts.email.notnull()).select("phone", "email")
        yield from self.facts.run(known.distinct() if few else near(known, wanted)).to_pylist()


@dataclass(frozen=True)
class Reached:
    """By what somebody is reached, as a deal or the list of customers says it.

    Attributes:
        handles: numbers and addresses.
        contact: who answers them, in small letters; empty where it is not said.
    """

    handles: Handles
    contact: str


@dataclass(frozen=True)
class Persons:
    """A person who speaks, and all who are reached by one of the same numbers and addresses.

    Attributes:
        named: by what the person is known.
        contact: what a deal calls the person, in small letters; empty where it is not said.
        rows: all who are reached by one of these.
    """

    named: Handles
    contact: str
    rows: tuple[Reached, ...]

    def together(self) -> set[str]:
        """The numbers and addresses of the person, with those that stand beside them."""
        found = set(self.named)
        for row in self.rows:
            if (self.contact and row.contact == self.contact) or any(
                one in self._who and not self.is_shared(one) for one in row.handles
            ):
                found |= set(row.handles)
        return found

    def is_shared(self, handle: str) -> bool:
        """Whether several people are reached by it."""
        return len(self._who.get(handle, ())) > 1

    @cached_property
    def _who(self) -> dict[str, set[object]]:
        """Handle → what tells those apart who are reached by it."""
        rows: dict[str, list[Reached]] = {one: [] for one in self.named}
        for row in self.rows:
            for one in row.handles:
                if one in rows:
                    rows[one].append(row)
        return {one: _told_apart(one, those) for one, those in rows.items()}


def _told_apart(handle: str, rows: Sequence[Reached]) -> set[object]:
    """By contact; rows without one by their other numbers, else addresses, unless a contact has these as well."""
    found: set[object] = {row.contact for row in rows if row.contact}
    known = {one for row in rows if row.contact for one in row.handles}
    for row in rows:
        beside = row.handles.phones - {handle} or row.handles.mails - {handle}
        if not row.contact and not beside <= known:
            found.add(beside)
    return found


def _folded(name: object) -> str:
    return " ".join(str(name or "").casefold().split())


def _handle(line: str, country: str) -> str | None:
    """The number or the address of a line; None where it holds none, or more than one."""
    if len(line) > LONGEST_LINE:
        return None
    mails = MAIL.findall(line)
    if mails:
        return mails[0].casefold() if len(mails) == 1 and mails[0] == line else None
    number = surely(line, country)
    return None if number is None or is_made_up(number) else number


def _says_it_again(kept: OptOutEntry, new: Iterable[str], what: str, channel: str) -> bool:
    """Whether a list is the one that was written under its key."""
    is_same = (kept.what, kept.channel, kept.is_out) == (what, channel, True)
    return is_same and bool(found := set(new)) and found <= set(kept.handles)


def _known_words(what: str, channel: str) -> None:
    """Hold that both words are known.

    Raises:
        UnknownName: one is not.
    """
    for word, known in ((what, OPT_OUTS), (channel, SAID_BY)):
        if word not in known:
            raise UnknownName("option", word, known)


def _all(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*parts)
