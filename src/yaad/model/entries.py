"""What people can write: entries of the journal. An entry is never changed; an undo is an entry too."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import ClassVar


class EntryKind(StrEnum):
    """Kinds of entries."""

    MOVE = "move"
    WIN = "win"
    LOSE = "lose"
    NOTE = "note"
    CREATE = "create"
    CHANGE = "change"
    ACT = "act"
    FILE = "file"
    QUOTE = "quote"
    QUOTE_OPENED = "quote_opened"
    QUOTE_WITHDRAWN = "quote_withdrawn"
    UNDO = "undo"
    TARGET = "target"
    SETTING = "setting"
    OPT_OUT = "opt_out"
    RETRACT = "retract"


WRITTEN = (
    "name",
    "owner",
    "source",
    "product",
    "account",
    "contact",
    "phone",
    "email",
    "branch",
    "campaign",
    "lost_reason",
    "next_step",
    "next_step_day",
    "amount",
    "currency",
    "tax",
    "expected_close_day",
)
"""Columns of deals that people can write."""

ACTS = ("call", "meeting", "visit", "message", "email")
"""What can be done with a customer; each is a word of the kinds that the measures know."""
PLANNED, HELD = "planned", "held"
WENT = (PLANNED, HELD, "no_show", "cancelled")
"""How it can have gone; of a call, a no-show is one that nobody answered."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who wrote what, and when it was true: of a deal (`DealEntry`), or of the company.

    Attributes:
        at: when it was true, with its zone.
        by: who wrote it.
        key: idempotency key: the same key twice is one entry.
        seq: number given by the journal on append; 0 before.
    """

    kind: ClassVar[EntryKind]
    at: dt.datetime
    by: str
    key: str
    seq: int = 0

    @property
    def subject(self) -> str:
        """The source's id of the deal that it is about; empty: the company."""
        return ""

    def says_the_same(self, other: "Entry") -> bool:
        """Whether the other one is this entry sent again, by all that it says but `at`: a sender stamps it anew."""
        return replace(other, at=self.at, seq=self.seq) == self

    def to_json(self) -> str:
        """As stored in the journal, without `seq`."""
        values = asdict(self)
        del values["seq"]
        values["at"] = self.at.astimezone(dt.UTC).isoformat()
        return json.dumps({"kind": self.kind.value, **values}, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class DealEntry(Entry):
    """What is about one deal.

    Attributes:
        deal_id: the source's id of the deal.
    """

    deal_id: str

    @property
    def subject(self) -> str:
        """The deal's id."""
        return self.deal_id


@dataclass(frozen=True, kw_only=True)
class LeavingEntry(DealEntry):
    """What takes a deal on from its stage.

    Attributes:
        ticked: what was ticked of what the company asks before a deal goes on; see `yaad.model.leaving`.
        without: what was asked and not ticked.
    """

    ticked: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveEntry(LeavingEntry):
    """The deal goes to another stage (an open one)."""

    kind: ClassVar[EntryKind] = EntryKind.MOVE
    to_stage: str


@dataclass(frozen=True, kw_only=True)
class WinEntry(LeavingEntry):
    """The deal is won.

    Attributes:
        to_stage: a won stage.
        reason: why, in a few words that others may say too.
        amount: decimal text; replaces the deal's amount when given.
        currency, tax: of the amount; those that the deal has when absent.
        done_well: what was done well on the way, a line each.
    """

    kind: ClassVar[EntryKind] = EntryKind.WIN
    to_stage: str
    reason: str = ""
    amount: str | None = None
    currency: str | None = None
    tax: str | None = None
    done_well: str = ""


@dataclass(frozen=True, kw_only=True)
class LoseEntry(DealEntry):
    """The deal is lost.

    Attributes:
        to_stage: a lost stage.
        reason: why, in a few words that others may say too.
        text: free words.
    """

    kind: ClassVar[EntryKind] = EntryKind.LOSE
    to_stage: str
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class NoteEntry(DealEntry):
    """A note on a deal."""

    kind: ClassVar[EntryKind] = EntryKind.NOTE
    text: str


@dataclass(frozen=True, kw_only=True)
class CreateEntry(DealEntry):
    """A deal begins: an inquiry came in, or somebody wrote a deal down.

    Attributes:
        to_stage: where it stands first.
        values: column of `WRITTEN` → its value as text; what is not named is not known.
    """

    kind: ClassVar[EntryKind] = EntryKind.CREATE
    to_stage: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class ChangeEntry(DealEntry):
    """What a person says that fields of a deal are.

    Attributes:
        values: column of `WRITTEN` → its value as text; None: it has none.
    """

    kind: ClassVar[EntryKind] = EntryKind.CHANGE
    values: Mapping[str, str | None] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class ActEntry(DealEntry):
    """What was done with the customer, or is planned: a call, a meeting, a visit, a message.

    Attributes:
        did: what, in a word of `ACTS`.
        went: how it went, in a word of `WENT`; empty: it took place.
        text: free words.
        incoming: the customer began it.
        due: when it is planned for; None: it was at `at`.
        settles: number of the entry that planned this; that one is as this one says from now on.
        channel: of a touch of an inquiry, how it came, in a word of `yaad.model.inquiries.CHANNELS`; empty: it is none.
        source, campaign: what brought this touch; those of the first one stand on the deal.
        consent: the words that the customer agreed to with it.
    """

    kind: ClassVar[EntryKind] = EntryKind.ACT
    did: str
    went: str = ""
    text: str = ""
    incoming: bool = False
    due: str | None = None
    settles: int | None = None
    channel: str = ""
    source: str = ""
    campaign: str = ""
    consent: str = ""


@dataclass(frozen=True, kw_only=True)
class FileEntry(DealEntry):
    """A file is attached to a deal; its bytes lie beside the journal. No figure is made of it.

    Attributes:
        file_name: as people call it.
        paper: the id under which its bytes are kept.
        size: of them.
    """

    kind: ClassVar[EntryKind] = EntryKind.FILE
    file_name: str
    paper: str
    size: int


@dataclass(frozen=True, kw_only=True)
class QuoteEntry(DealEntry):
    """A quote for the customer. No figure is made of it: what the deal is worth, and where it stands, is said apart.

    Attributes:
        title: what is offered, in a few words.
        text: the lines of it.
        amount: decimal text; None: none is named.
        currency, tax: of the amount.
        vat: the part that VAT was in the company as it was given, such as 0.18; None: nobody said, or the amount is in
            another currency than the company's.
        until: the last day on which it holds, as 2026-10-20; None: it does not end by itself.
        url: an address elsewhere where more of it stands.
        lang: in which the customer reads it.
        link: the id of its public page; empty: it has none.
        file_name, paper: of the document that goes with it, as of a `FileEntry`; empty: there is none.
        phone, mail: of who gives it, as the customer reads them; empty: none is told.
    """

    kind: ClassVar[EntryKind] = EntryKind.QUOTE
    title: str
    text: str = ""
    amount: str | None = None
    currency: str | None = None
    tax: str | None = None
    vat: str | None = None
    until: str | None = None
    url: str = ""
    lang: str = "he"
    link: str = ""
    file_name: str = ""
    paper: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, kw_only=True)
class QuoteOpenedEntry(DealEntry):
    """The public page of a quote was opened for the first time; how often it was since is counted elsewhere."""

    kind: ClassVar[EntryKind] = EntryKind.QUOTE_OPENED
    quote: int


@dataclass(frozen=True, kw_only=True)
class QuoteWithdrawnEntry(DealEntry):
    """A quote does not hold any more; its public page says so."""

    kind: ClassVar[EntryKind] = EntryKind.QUOTE_WITHDRAWN
    quote: int


@dataclass(frozen=True, kw_only=True)
class UndoEntry(DealEntry):
    """An earlier entry of the deal counts no more."""

    kind: ClassVar[EntryKind] = EntryKind.UNDO
    undoes: int


@dataclass(frozen=True, kw_only=True)
class TargetEntry(Entry):
    """A target for a measure and a period; of the company where none of the four narrower fields is said.

    Attributes:
        measure: id of the measure in the catalogue.
        period: its name, as `Period.parse` reads it; a month by default.
        owner, team, branch, product: whose or of what it is; at most one of person and team.
        value: decimal text; None takes the target away.
        currency, tax: of a value in money.
    """

    kind: ClassVar[EntryKind] = EntryKind.TARGET
    measure: str
    period: str
    value: str | None
    owner: str | None = None
    team: str | None = None
    branch: str | None = None
    product: str | None = None
    currency: str | None = None
    tax: str | None = None


@dataclass(frozen=True, kw_only=True)
class SettingEntry(Entry):
    """The company's say on one thing; see `yaad.model.Settings` for names and values.

    Attributes:
        name: of the setting.
        value: JSON text; None goes back to what holds without a say.
    """

    kind: ClassVar[EntryKind] = EntryKind.SETTING
    name: str
    value: str | None


@dataclass(frozen=True, kw_only=True)
class OptOutEntry(Entry):
    """People ask not to be contacted, or may be again: of each of them the latest word counts.

    Attributes:
        what: a word of `yaad.model.opt_outs.OPT_OUTS`.
        handles: their numbers as the whole world dials them, and their addresses of mail.
        is_out: they ask it; False: they take it back.
        channel: by which way they said so, in a word of `yaad.model.opt_outs.SAID_BY`.
    """

    kind: ClassVar[EntryKind] = EntryKind.OPT_OUT
    what: str
    handles: tuple[str, ...]
    is_out: bool = True
    channel: str = "other"

    def __post_init__(self) -> None:
        """A list of JSON is what was written."""
        object.__setattr__(self, "handles", tuple(self.handles))


@dataclass(frozen=True, kw_only=True)
class RetractEntry(Entry):
    """An earlier entry of the company counts no more."""

    kind: ClassVar[EntryKind] = EntryKind.RETRACT
    undoes: int


LINES = ("ticked", "without")
"""Members that hold several lines."""
ENTRY_TYPES: dict[EntryKind, type[Entry]] = {
    cls.kind: cls
    for cls in (
        MoveEntry,
        WinEntry,
        LoseEntry,
        NoteEntry,
        CreateEntry,
        ChangeEntry,
        ActEntry,
        FileEntry,
        QuoteEntry,
        QuoteOpenedEntry,
        QuoteWithdrawnEntry,
        UndoEntry,
        TargetEntry,
        SettingEntry,
        OptOutEntry,
        RetractEntry,
    )
}


def entry_from_json(text: str, seq: int) -> Entry:
    """Back from `Entry.to_json`; keys that a newer version wrote are left out."""
    values = json.loads(text)
    cls = ENTRY_TYPES[EntryKind(values.pop("kind"))]
    names = {field.name for field in fields(cls)}
    known = {name: value for name, value in values.items() if name in names}
    known["at"] = dt.datetime.fromisoformat(known["at"])
    known |= {name: tuple(known[name]) for name in LINES if name in known}
    return cls(**known, seq=seq)
