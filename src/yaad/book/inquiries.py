"""The one door of inquiries: a touch comes in, by whatever channel, and is a new inquiry or belongs to one.

A person is known by telephone, as the whole world dials it, and by mail. While an inquiry of theirs is open, a touch
that comes within the company's days of one before belongs to it; else it begins a new one. A number of one repeated
digit is nobody's.
"""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from yaad.book.handed import HandedOn, handed_on
from yaad.book.written import Written
from yaad.errors import InputError, UnknownName
from yaad.facts import KeyTaken, checked_values, journal_of
from yaad.facts.fold import LONGEST
from yaad.facts.said import standing
from yaad.insight.board import name_of
from yaad.intake.deciding.phones import REPEATED, may_be_dialled, surely
from yaad.measures import Scope
from yaad.measures.answers import answer_hours, last_done, waiting_again, waiting_deals
from yaad.measures.contacts import logs
from yaad.measures.opening import day_minutes, open_seconds_between
from yaad.measures.opted_out import Handles
from yaad.model import ActEntry, ChangeEntry, CreateEntry, DealEntry, Entry, SettingEntry
from yaad.model.inquiries import CHANNELS, HANDED_BY, Touch
from yaad.model.settings import INQUIRY_RULES
from yaad.text import Message

INQUIRY_ID = "INQ-"
"""So begin the ids of deals that came in by this door."""
ID_LETTERS = 12
LOOKED_AT = 5_000
"""Entries of the journal among which it is looked who was handed new inquiries last."""
LONGEST_TEXT = 20_000
LONGEST_OWN_KEY = 160
"""Longer keys are kept as their digest, since what belongs to one touch adds a word to its key."""
MIDNIGHT = dt.time()
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
SHOWN = 200
"""Inquiries that wait are told one by one up to so many."""
OF_WAITING = (
    "deal", "deal_id", "name", "account", "contact", "phone", "email", "owner", "source", "campaign", "stage",
    "came_at", "came_day",
)  # fmt: skip
OF_COMING = ("came_at", "came_day")
OF_DONE = ("done_at", "done_day")
OF_DEALS = ("deal", "deal_id", "phone", "email", "contact", "account", "created_at", "created_day")


@dataclass(frozen=True)
class Received:
    """What became of a touch.

    Attributes:
        deal_id: of the inquiry.
        is_new: it began with this touch.
        owner: to whom a new one was handed; empty: nobody, or it was there already.
        entry: of the touch.
        begun: number of the entry that the inquiry began with; None where it was there already.
        filled: number of the entry by which the touch filled in what the inquiry did not have; None: nothing.
        no_phone: what was told as a telephone number and can be none: it stands in the text; empty: nothing.
    """

    deal_id: str
    is_new: bool
    owner: str
    entry: ActEntry
    begun: int | None = None
    filled: int | None = None
    no_phone: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the entries that take all of it back: what an inquiry began with takes the rest of it along."""
        if self.begun is not None:
            return (self.begun,)
        return tuple(one for one in (self.filled, self.entry.seq) if one is not None)


@dataclass(frozen=True)
class Waiting:
    """An open inquiry that nobody answered yet.

    Attributes:
        name: of who waits; the number, the address or the id where nobody told it.
        came: when it came, or when they turned to us again; None where only the day is known.
        minutes: of opening hours since; None where nobody knows the hour.
        is_late: more of them than the company wants.
        source: what brought the first touch; `last_source` the last one.
        touches: how often they turned to the company.
        said: what they said last.
        stage: where it stands.
        asked_not: what they asked before they turned to us, in a word of `yaad.model.opt_outs.OPT_OUTS`: their number
            is told on the page of the deal alone.
    """

    deal_id: str
    name: str
    phone: str | None
    email: str | None
    owner: str | None
    stage: str
    came_day: dt.date
    came: dt.datetime | None
    minutes: int | None
    is_late: bool
    source: str | None
    last_source: str | None
    campaign: str | None
    touches: int
    said: str
    asked_not: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """What brought the first touch and the last one, where they differ."""
        return tuple(dict.fromkeys(filter(None, (self.source, self.last_source))))


@dataclass(frozen=True)
class Unanswered:
    """The inquiries that wait.

    Attributes:
        inquiries: the first of them, who waits longest first.
        n: how many wait.
        older: how many more wait that came before.
        again: the first of those who were answered once and turned to us again since, alike.
        n_again: how many these are.
        handed: those that were handed on, and with which nobody has done anything since, alike; see `handed_on`.
        n_handed: how many these are.
        has_log: somebody writes down what is done; without it nobody knows who was answered.
        answer_minutes: of opening hours within which one is to be answered.
        day_minutes: of opening hours of a whole working day.
    """

    inquiries: tuple[Waiting, ...]
    n: int
    older: int
    has_log: bool
    answer_minutes: int
    again: tuple[Waiting, ...] = ()
    n_again: int = 0
    day_minutes: int = 0
    handed: tuple[Waiting, ...] = ()
    n_handed: int = 0


class Receiving(Written):
    """A book into which inquiries come."""

    def inquiry(
        self, touch: Touch, *, at: dt.datetime, by: str, key: str | None = None, by_stranger: bool = False
    ) -> Received:
        """Take in a touch: it belongs to an open inquiry of the same person, or begins a new one.

        Who sees only some deals is told of no others: among those they see the person is looked for.

        Args:
            touch: what came.
            at: when.
            by: who takes it in; empty: nobody, it came by itself.
            key: idempotency key: the same touch twice is one.
            by_stranger: nobody of the company has looked at it. Whoever knows a customer's number could say anything
                of them: what such a touch tells beyond the inquiry that it belongs to stands in its text alone.

        Raises:
            InputError: nothing says who it is or what they want, nothing but a number that can be none, a text is too
                long, or the book has no open stage yet.
            UnknownName: no such channel.
            NotAllowed: the viewer may not hand inquiries to this person.
            KeyTaken: the key was used for another touch.
        """
        self.need_persons()
        if self.is_empty:
            raise InputError(Message("inquiries.no_stage"))
        told = self._readable(touch, by_stranger=by_stranger)
        no_phone = "" if told.phone else _plain(touch.phone)
        key = _own(key or uuid.uuid4().hex)
        journal = journal_of(self.root)
        before, begun = journal.kept(key), journal.kept(f"{key}-deal")
        if before is not None and not isinstance(before, ActEntry):
            raise KeyTaken(Message("journal.key_taken", {"key": key, "number": before.seq}))
        deal_id = before.subject if before is not None else begun.subject if begun is not None else ""
        if not deal_id:
            known = self.inquiry_of(told, at)
            if known is None:
                begun = self._begin(told, at=at, by=by, key=key)
                deal_id = begun.subject
            else:
                deal_id = str(known["deal_id"])
                if by_stranger:
                    told = _with_handles(told, known)
                else:
                    self._tell_more(told, known, at=at, by=by, key=key)
        return replace(self._written(told, deal_id, at=at, by=by, key=key, begun=begun), no_phone=no_phone)

    def inquiry_of(self, touch: Touch, at: dt.datetime) -> Mapping[str, Any] | None:
        """The open inquiry that a touch belongs to, the one that was touched last where there are several; else None.

        Args:
            touch: what came.
            at: when.
        """
        self.need_persons()
        country = self.dials_in
        who = Handles.of(touch.phone, touch.email, country)
        if not who:
            return None
        rows = [row for row in self._candidates(who) if who.meet(Handles.of(row["phone"], row["email"], country))]
        if not rows:
            return None
        touched = self._touched(rows)
        within = dt.timedelta(days=self.facts.settings.inquiry_days)
        near = [row for row in rows if any(abs(at - one) <= within for one in touched[str(row["deal_id"])])]
        return max(near, key=lambda row: (max(touched[str(row["deal_id"])]), row["deal"]), default=None)

    def unanswered(
        self, now: dt.datetime, first: dt.date | None = None, last: dt.date | None = None, shown: int = SHOWN
    ) -> Unanswered:
        """The open inquiries that nobody answered yet, by the rule of the measure `unanswered`, the longest wait first.

        Args:
            now: until when they have waited.
            first: the day since which they came; when absent, so many days ago as touches are one inquiry.
            last: the day until which they came; all since when absent.
            shown: how many of them are told one by one.
        """
        self.need_persons()
        today = now.astimezone(ZoneInfo(self.zone)).date()
        scope = self._past(max(today, self.as_of))
        since = first or today - dt.timedelta(days=scope.settings.inquiry_days)
        minutes = round(answer_hours(scope) * 60)
        if logs(scope) is None:
            return Unanswered((), 0, 0, has_log=False, answer_minutes=minutes)

        def told(rows: ir.Table) -> tuple[list[dict[str, Any]], int]:
            """Those who came between the days, who waits longest first; and how many came before."""
            found = scope.run(rows.select(*OF_WAITING).order_by("deal")).to_pylist()
            between = [row for row in found if since <= row["came_day"] and (last is None or row["came_day"] <= last)]
            between.sort(key=lambda row: (row["came_day"], row["came_at"] or NEVER, row["deal"]))
            return between, sum(row["came_day"] < since for row in found)

        rows, again = waiting_deals(scope), waiting_again(scope)
        came = ibis.ifelse(rows.days.notnull(), rows.created_at, ibis.null(rows.created_at.type()))
        found, older = told(rows.mutate(came_at=came, came_day=rows.created_day))
        turned, _ = told(again.mutate(came_at=again.turned, came_day=again.turned_day))
        waits = {row["deal"] for row in (*found, *turned)}
        handed = [row for row in self._handed_on(scope, since, last) if row["deal"] not in waits]
        touches = self._touches(str(row["deal_id"]) for row in (*found[:shown], *turned[:shown], *handed[:shown]))
        first_of, again_of, handed_of = (
            tuple(_waiting(row, touches[str(row["deal_id"])], scope, now, minutes) for row in those[:shown])
            for those in (found, turned, handed)
        )
        return Unanswered(
            first_of,
            len(found),
            older,
            has_log=True,
            answer_minutes=minutes,
            again=again_of,
            n_again=len(turned),
            handed=handed_of,
            n_handed=len(handed),
            day_minutes=day_minutes(scope.calendar),
        )

    def _handed_on(self, scope: Scope, since: dt.date, last: dt.date | None) -> list[dict[str, Any]]:
        """The open inquiries that were handed on since a day and wait for whom they went to, who waits longest first.

        What a file tells was done since is done, too. Of what has a day alone nobody knows whether it was before the
        handing of that day: only that of a later day is.
        """
        of_deal: dict[str, list[DealEntry]] = {}
        for entry in journal_of(self.root).of(self._on(scope.as_of).facts.given_since(since)):
            of_deal.setdefault(entry.deal_id, []).append(entry)
        waits = {deal: found for deal, entries in of_deal.items() if (found := handed_on(entries)) is not None}
        if not waits:
            return []
        deals = scope.deals.filter(scope.deals.outcome == "open").filter(scope.deals.deal_id.isin(sorted(waits)))
        done = last_done(scope)
        columns = [name for name in OF_WAITING if name not in OF_COMING]
        rows = deals.left_join(done, deals.deal == done.of_deal).select(*columns, *OF_DONE).order_by("deal")
        told = [_since_handed(row, waits[row["deal_id"]], scope.zone) for row in scope.run(rows).to_pylist()]
        told = [row for row in told if row["owner"] == waits[row["deal_id"]].to and not _is_done_since(row)]
        return sorted(
            (row for row in told if since <= row["came_day"] and (last is None or row["came_day"] <= last)),
            key=lambda row: (row["came_at"], row["deal"]),
        )

    def _touches(self, deals: Iterable[str]) -> dict[str, list[ActEntry]]:
        """Id of a deal → the touches that came in by a channel, in order."""
        found: dict[str, list[ActEntry]] = {deal: [] for deal in deals}
        for entry in standing(journal_of(self.root).of(found)):
            if isinstance(entry, ActEntry) and entry.channel:
                found[entry.deal_id].append(entry)
        return found

    def is_known(self, phone: str, email: str = "") -> Mapping[str, Any] | None:
        """The latest deal of a person, open or not, as the viewer sees it; None of nobody who is known."""
        self.need_persons()
        who = Handles.of(phone, email, self.dials_in)
        if not who:
            return None
        rows = self._candidates(who, among=("open", "won", "lost"))
        found = [row for row in rows if who.meet(Handles.of(row["phone"], row["email"], self.dials_in))]
        return max(found, key=lambda row: (row["created_day"] or dt.date.min, row["deal"]), default=None)

    def no_phone_of(self, deal_id: str, seq: int) -> str:
        """What a touch told as a telephone number that can be none, as its text begins with it; empty: nothing.

        Args:
            deal_id: of the inquiry.
            seq: number of the entry of the touch.

        Raises:
            UnknownName: no such deal, or not for this viewer.
        """
        self.deal_now(deal_id)
        touch = next((one for one in standing(journal_of(self.root).of([deal_id])) if one.seq == seq), None)
        first = touch.text.partition("\n")[0] if isinstance(touch, ActEntry) and touch.channel else ""
        return "" if may_be_dialled(first) else first

    def usual_sources(self) -> list[str]:
        """What brings inquiries, as the viewer sees it: the most frequent first."""
        self.need_persons()
        rows = self.facts.run(_sources(self.facts.deals)).to_pylist()
        return [str(row["source"]) for row in rows]

    def _readable(self, touch: Touch, *, by_stranger: bool) -> Touch:
        """The touch as it is kept: texts without signs that are none, numbers as the whole world dials them.

        What can be no number stands in the text, where something else tells who it is; who types it is asked otherwise.

        Raises:
            InputError: it says nothing, or too much, or nothing but a number that can be none.
            UnknownName: no such channel.
        """
        if touch.channel not in CHANNELS:
            raise UnknownName("channel", touch.channel, CHANNELS)
        said = {name: _plain(value) for name, value in vars(touch).items()}
        if any(len(value) > (LONGEST_TEXT if name == "text" else LONGEST) for name, value in said.items()):
            raise InputError(Message("inquiries.too_long", {"n": LONGEST}))
        if not any(said[name] for name in ("name", "company", "phone", "email", "text")):
            raise InputError(Message("inquiries.says_nothing"))
        if said["phone"] and not may_be_dialled(said["phone"]):
            if not any(said[name] for name in ("name", "company", "email")) and not (by_stranger and said["text"]):
                raise InputError(Message("book.no_phone", {"text": said["phone"]}))
            said |= {"phone": "", "text": "\n".join(filter(None, (said["phone"], said["text"])))}
        said["phone"] = surely(said["phone"], self.dials_in) or said["phone"]
        said["email"] = said["email"].casefold()
        return Touch(**said)

    def _candidates(self, who: Handles, among: tuple[str, ...] = ("open",)) -> list[dict[str, Any]]:
        """Deals that may be of this person: the last digits of a number, or the mail, stand in them."""
        rows = self.facts.run(_of_handles(self.facts.deals, who, among))
        found: list[dict[str, Any]] = rows.to_pylist()
        return found

    def _touched(self, rows: Iterable[Mapping[str, object]]) -> dict[str, list[dt.datetime]]:
        """Id of a deal → when it was touched from outside: when it came, and each touch since."""
        found = {str(row["deal_id"]): list(self._came(row)) for row in rows}
        for entry in standing(journal_of(self.root).of(found)):
            if isinstance(entry, ActEntry) and entry.incoming:
                found[entry.deal_id].append(entry.at)
        return {deal: moments or [dt.datetime.min.replace(tzinfo=dt.UTC)] for deal, moments in found.items()}

    def _came(self, row: Mapping[str, object]) -> Iterator[dt.datetime]:
        """When a deal came; of one that has a day alone, its beginning."""
        at, day = row["created_at"], row["created_day"]
        if isinstance(at, dt.datetime):
            yield at if at.tzinfo else at.replace(tzinfo=dt.UTC)
        elif isinstance(day, dt.date):
            yield dt.datetime.combine(day, MIDNIGHT, dt.UTC)

    def _begin(self, touch: Touch, *, at: dt.datetime, by: str, key: str) -> CreateEntry:
        """Begin an inquiry in the first open stage, handed to who is next."""
        stages = self.pipeline.open
        if not stages:
            raise InputError(Message("inquiries.no_stage"))
        values = _values(touch) | {"owner": touch.owner or self._next(touch)}
        known = {name: value for name, value in checked_values(values).items() if value}
        deal_id = f"{INQUIRY_ID}{hashlib.sha256(key.encode()).hexdigest()[:ID_LETTERS]}"
        return self.write(
            CreateEntry(deal_id=deal_id, at=at, by=by, key=f"{key}-deal", to_stage=stages[0].name, values=known)
        )

    def _next(self, touch: Touch) -> str:
        """Who is handed a new inquiry: of those that the company names, who was handed fewest since it named them.

        Of many inquiries the latest `LOOKED_AT` entries count.

        Who sees only some people's deals hands to them alone; where the company names none of them, to all in turn.
        """
        people = self.facts.settings.handing.people({name: getattr(touch, name) for name in HANDED_BY})
        mine = self.viewer.owners
        if mine is not None:
            people = tuple(one for one in people if one in mine) or tuple(sorted(mine))
        if len(people) < 2:
            return next(iter(people), "")
        handed = self._handed(people)
        return min(people, key=lambda one: (handed[one], people.index(one)))

    def _handed(self, people: tuple[str, ...]) -> Counter[str]:
        """Person → inquiries that they were handed since the company last said who is, in the order of the journal."""
        journal = journal_of(self.root)
        said = [one for one in standing(journal.of_company()) if isinstance(one, SettingEntry)]
        first = max((one.seq for one in said if one.name == INQUIRY_RULES), default=0)
        latest = journal.since(max(first, journal.last_seq - LOOKED_AT))
        begun = (one for one in latest if isinstance(one, CreateEntry) and one.deal_id.startswith(INQUIRY_ID))
        return Counter(owner for one in begun if (owner := one.values.get("owner")) in people and owner)

    def _tell_more(self, touch: Touch, known: Mapping[str, object], *, at: dt.datetime, by: str, key: str) -> None:
        """Say of the deal what this touch tells and nobody told before."""
        if more := {
            name: value for name, value in _values(touch).items() if name in known and not known[name] and value
        }:
            self.write(
                ChangeEntry(deal_id=str(known["deal_id"]), at=at, by=by, key=f"{key}-more", values=checked_values(more))
            )

    def _written(
        self, touch: Touch, deal_id: str, *, at: dt.datetime, by: str, key: str, begun: Entry | None
    ) -> Received:
        """Keep the touch itself."""
        entry = self.write(
            ActEntry(
                deal_id=deal_id,
                at=at,
                by=by,
                key=key,
                did=CHANNELS[touch.channel],
                text=touch.text,
                incoming=True,
                channel=touch.channel,
                source=touch.source,
                campaign=touch.campaign,
                consent=touch.consent,
            )
        )
        if isinstance(begun, CreateEntry):
            return Received(
                deal_id, is_new=True, owner=str(begun.values.get("owner") or ""), entry=entry, begun=begun.seq
            )
        filled = journal_of(self.root).kept(f"{key}-more")
        return Received(deal_id, is_new=False, owner="", entry=entry, filled=None if filled is None else filled.seq)


def _with_handles(touch: Touch, known: Mapping[str, object]) -> Touch:
    """The touch, whose text begins with the names and handles that the inquiry does not have."""
    said = (touch.name, touch.company, touch.phone, touch.email)
    had = {str(known[name]) for name in ("contact", "account", "phone", "email") if known[name]}
    new = " · ".join(one for one in said if one and one not in had)
    return replace(touch, text="\n".join(filter(None, (new, touch.text)))) if new else touch


def _since_handed(row: dict[str, Any], handed: HandedOn, zone: str) -> dict[str, Any]:
    """A row that waits since the inquiry was handed on."""
    at = handed.entry.at
    return row | {"came_at": at, "came_day": at.astimezone(ZoneInfo(zone)).date()}


def _is_done_since(row: Mapping[str, Any]) -> bool:
    """Whether somebody was answered, or moved, after the inquiry was handed on, whoever tells of it."""
    at, day = row["done_at"], row["done_day"]
    if at is not None and (at if at.tzinfo else at.replace(tzinfo=dt.UTC)) > row["came_at"]:
        return True
    return day is not None and day > row["came_day"]


def _waiting(
    told: Mapping[str, Any], touches: Sequence[ActEntry], scope: Scope, now: dt.datetime, most: int
) -> Waiting:
    row = scope.opt_outs.hidden(told)
    came, waited = row["came_at"], None
    if came is not None:
        came = came if came.tzinfo else came.replace(tzinfo=dt.UTC)
        waited = int(open_seconds_between(scope.calendar, scope.zone, came, now) // 60)
    last = max(touches, key=lambda one: (one.at, one.seq), default=None)
    return Waiting(
        deal_id=row["deal_id"],
        name=name_of(row),
        phone=row["phone"],
        email=row["email"],
        owner=row["owner"],
        stage=row["stage"] or "",
        came_day=row["came_day"],
        came=came,
        minutes=waited,
        is_late=waited is not None and waited > most,
        source=row["source"],
        last_source=last.source if last else None,
        campaign=(last.campaign if last else "") or row["campaign"],
        touches=max(len(touches), 1),
        said=last.text if last else "",
        asked_not=row["asked_not"],
    )


def _values(touch: Touch) -> dict[str, str]:
    """What a touch says of columns of the deal."""
    said = {"contact": touch.name, "account": touch.company, "phone": touch.phone, "email": touch.email}
    return said | {name: getattr(touch, name) for name in HANDED_BY}


def _of_handles(deals: ir.Table, who: Handles, among: tuple[str, ...]) -> ir.Table:
    """Deals in which the last digits of a number stand, in whatever spelling, or the mail."""
    deals = deals.filter(deals.outcome.isin(list(among)))
    digits = deals.phone.re_replace("[^0-9]", "")
    found = [digits.contains(number[-REPEATED:]) for number in sorted(who.phones)]
    found += [deals.email.lower().contains(mail) for mail in sorted(who.mails)]
    return deals.filter(ibis.or_(*found)).select(*OF_DEALS).order_by("deal")


def _sources(deals: ir.Table) -> ir.Table:
    known = deals.filter(deals.source.notnull())
    rows = known.group_by("source").aggregate(n=known.count())
    return rows.order_by(rows.n.desc(), "source").select("source")


def _own(key: str) -> str:
    return key if len(key) <= LONGEST_OWN_KEY else hashlib.sha256(key.encode()).hexdigest()


def _plain(text: str) -> str:
    """A text without the signs that steer machines, and without spaces around it."""
    return "".join(one for one in text if one == "\n" or one.isprintable() or one.isspace()).strip()
