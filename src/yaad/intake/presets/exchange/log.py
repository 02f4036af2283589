"""Call logs of telephone exchanges, read as calls: who was called or called us, in or out, answered or not, how long.

An exchange writes legs between channels. From them columns are made that a call has: the number of the other party in
one form, the extension that spoke, the direction, whether it was answered, and the seconds of talk. A log without a
header – Asterisk's Master.csv – is known by the shape of its columns.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyarrow as pa
import yaml

from yaad.intake.arrow import codes, whole
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.phones import fold_phone
from yaad.intake.presets.export import key_of
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.intake.reading.port import Grid

MASTER = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
"""The columns of Asterisk's Master.csv, in their order; the last two are written only where it is told to."""
FEWEST = 16
DISPOSITIONS = frozenset({"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"})
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
UNIQUE = re.compile(r"(?:\S+-)?\d{9,}\.\d+")
MOST = 0.9
"""Share of the looked-at rows that must have the shape."""
HALF = 0.5
"""Share of the numbers' cells that must hold numbers (a history's "from" and "to" are stages), and of calls that must
have ids of their own."""
UNIQUE_ID = "uniqueid"

LOOKED_AT = 1000
"""Rows by which a file is known."""

EXTENSION = re.compile(r"\d{2,5}")
CHANNEL = re.compile(r"(?:SIP|PJSIP|IAX2?|SCCP|DAHDI|Local)/(\d{2,5})(?=[-@/]|$)", re.IGNORECASE)
INSIDE = re.compile(r".*[<(]\s*([^<>()]*\d[^<>()]*)[>)]\s*")
LINE = re.compile(r"9(0\d{8,9})")
"""A number dialled after the digit for a line."""
CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:\.\d+)?")
PLAIN = re.compile(r"(\d+)(?:\.\d+)?")
NOT_ANSWERED = re.compile(
    r"\b(?:no answer|noanswer|unanswered|not answered|missed|busy|failed|congestion|cancel\w*|abandon\w*|reject\w*"
    r"|voicemail)\b|לא נענ|תפוס|נכשל|ננטש|^(?:לא|no|false|0)$"
)
ANSWERED = re.compile(r"answer|connected|completed|success|נענ|^(?:כן|yes|true|1|v)$")
OUT, IN, INTERNAL = (
    re.compile(r"out|יוצא"),
    re.compile(r"^in$|incoming|inbound|missed|נכנס"),
    re.compile(r"internal|פנימי"),
)
FROM_OUTSIDE = re.compile(r"trunk|pstn|inbound|incoming|from-did|from-outside")

NAMES = {
    False: ("call start", "call extension", "customer phone", "in or out", "was answered", "talk seconds"),
    True: ("תחילת השיחה", "שלוחת השיחה", "טלפון הלקוח", "נכנסת או יוצאת", "שיחה שנענתה", "שניות שיחה"),
}
"""The columns that are made: when, extension, the other party, direction, answered, seconds."""
YES_NO = {False: ("yes", "no"), True: ("כן", "לא")}


@dataclass(frozen=True)
class Party:
    """One end of a call.

    Attributes:
        extension: inside the company; "" for none.
        phone: outside of it, in one form; "" for none.
    """

    extension: str = ""
    phone: str = ""


def party(text: str | None) -> Party:
    """Who an end of a call is.

    >>> party("050-1234567").phone, party("Dana (204)").extension, party('"Gal" <9031234567>').phone, party("s")
    ('+972501234567', '204', '+97231234567', Party(extension='', phone=''))
    """
    told = (text or "").strip()
    inside = INSIDE.fullmatch(told)
    told = inside[1].strip() if inside else told
    if EXTENSION.fullmatch(told):
        return Party(extension=told)
    line = LINE.fullmatch(told)
    return Party(phone=fold_phone(line[1] if line else told) or "")


def headless_names(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names of the columns where rows without a header are those of Asterisk's Master.csv; None where not."""
    filled = [row for row in rows if any(row)]
    if not filled or not _is_master(filled[0]):
        return None
    alike = [row for row in filled if len(row) == len(filled[0]) and _is_master(row)]
    if len(alike) < MOST * len(filled):
        return None
    names: list[str] = list(MASTER[: len(filled[0])])
    if len(names) == len(MASTER) - 1 and not _are_ids(alike):
        names[-1] = MASTER[-1]  # of the last two columns either may be written without the other
    return names


def _is_master(row: Sequence[str]) -> bool:
    if not FEWEST <= len(row) <= len(MASTER):
        return False
    one = dict(zip(MASTER, row, strict=False))
    return (
        all(STAMP.fullmatch(one[name]) for name in ("start", "end"))
        and (not one["answer"] or bool(STAMP.fullmatch(one["answer"])))
        and one["duration"].isdecimal()
        and one["billsec"].isdecimal()
        and one["disposition"] in DISPOSITIONS
    )


def _are_ids(rows: Sequence[Sequence[str]]) -> bool:
    """The last column holds ids of calls: as Asterisk makes them, or such that most calls have their own."""
    last = [row[-1] for row in rows]
    return all(last) and (_are_usual(last) or len(set(last)) >= HALF * len(last))


def _are_usual(ids: Sequence[str]) -> bool:
    return sum(bool(UNIQUE.fullmatch(one)) for one in ids) >= MOST * len(ids)


def with_calls(grid: "Grid") -> "Grid":
    """A call log with the columns of its calls; any other file as it is."""
    roles = _roles(grid.headers)
    if not _is_log(grid, roles):
        return grid
    hebrew = any("\u05d0" <= letter <= "\u05ea" for header in grid.headers for letter in header)
    log = _Log(grid, roles)
    made = [column if column is None else pa.array(column, pa.string()) for column in log.columns(YES_NO[hebrew])]
    fresh = {
        name: pa.chunked_array([column])
        for name, column in zip(NAMES[hebrew], made, strict=True)
        if column is not None and name not in grid.columns
    }
    found = replace(grid.found, notes=[*grid.found.notes, log.said(), *_odd_ids(grid)])
    return replace(grid, headers=(*grid.headers, *fresh), columns={**grid.columns, **fresh}, found=found)


def _odd_ids(grid: "Grid") -> list[Message]:
    """Of a log without a header, what is said of ids that are not built as Asterisk's are."""
    ids = _some(grid, UNIQUE_ID) if grid.found.header_row == 0 and UNIQUE_ID in grid.columns else []
    odd = next((one for one in ids if not UNIQUE.fullmatch(one)), "")
    return [] if _are_usual(ids) else [Message("presets.exchange_odd_ids", {"column": UNIQUE_ID, "example": odd})]


@cache
def _role_names() -> dict[str, tuple[str, ...]]:
    text = files("yaad.intake.presets").joinpath("exchange", "preset.yaml").read_text(encoding="utf-8")
    return {role: tuple(map(key_of, names)) for role, names in yaml.safe_load(text)["roles"].items()}


def _roles(headers: Sequence[str]) -> dict[str, str]:
    """What is told → the column that tells it."""
    by_key = {key_of(header): header for header in reversed(headers)}
    found: dict[str, str] = {}
    for role, names in _role_names().items():
        header = next((by_key[name] for name in names if name in by_key and by_key[name] not in found.values()), None)
        if header is not None:
            found[role] = header
    return found


def _is_log(grid: "Grid", roles: dict[str, str]) -> bool:
    ends = {"src", "dst", "extension"} & roles.keys()
    if len(ends) < 2 or not {"start", "date"} & roles.keys():
        return False
    if not {"talk", "duration"} & roles.keys() and not _says_answered(grid, roles):
        return False
    cells = Counter[str]()
    for role in ("src", "dst"):
        if role in roles:
            cells.update(_some(grid, roles[role]))
    known = sum(n for text, n in cells.items() if party(text) != Party())
    return bool(cells) and known >= HALF * cells.total()


def _says_answered(grid: "Grid", roles: dict[str, str]) -> bool:
    """The status is that of a call: a list of inquiries by telephone has one of another kind."""
    told = [fold(text) for text in _some(grid, roles["status"])] if "status" in roles else []
    return bool(told) and sum(answer_told(text) is not None for text in told) >= HALF * len(told)


@cache
def answer_told(status: str) -> bool | None:
    """Whether a folded status says that the call was answered; None where it says nothing of that."""
    if NOT_ANSWERED.search(status):
        return False
    return True if ANSWERED.search(status) else None


def _texts(grid: "Grid", header: str) -> list[str | None]:
    return list(whole(grid.columns[header]).cast(pa.string()).to_pylist())


def _some(grid: "Grid", header: str) -> list[str]:
    """The filled cells among the first rows: enough to tell what a file is."""
    cells = whole(grid.columns[header].slice(0, LOOKED_AT)).cast(pa.string()).to_pylist()
    return [text for text in cells if text]


class _Log:
    """The rows of a call log, told as calls."""

    def __init__(self, grid: "Grid", roles: dict[str, str]) -> None:
        self._size = len(grid.rows)
        self._told = {role: _texts(grid, header) for role, header in roles.items()}
        self._src, self._dst = self._parties(grid, roles, "src"), self._parties(grid, roles, "dst")
        ends = (one.phone for side in (self._src, self._dst) for one in side if one.phone)
        self._often = Counter(ends)
        self._ways = [self._way(row) for row in range(self._size)]
        self._answered = [self._is_answered(row) for row in range(self._size)]

    def _parties(self, grid: "Grid", roles: dict[str, str], role: str) -> list[Party]:
        if role not in roles:
            return [Party()] * self._size
        number, distinct = codes(whole(grid.columns[roles[role]]).cast(pa.string()))
        known = [*(party(text) for text in distinct.to_pylist()), Party()]
        return [known[one] for one in number.tolist()]  # -1, an empty cell, is the last: nobody

    def _cell(self, role: str, row: int) -> str:
        told = self._told.get(role)
        return (told[row] or "").strip() if told is not None else ""

    def columns(self, yes_no: tuple[str, str]) -> list[list[str | None] | None]:
        """The columns in the order of `NAMES`; None for one that is not needed."""
        words = {True: yes_no[0], False: yes_no[1], None: None}
        rows = range(self._size)
        return [
            self._starts(),
            [self._extension(row) or None for row in rows],
            [self._phone(row) or None for row in rows],
            [way or None for way in self._ways],
            [words[one] for one in self._answered],
            [self._seconds(row) for row in rows],
        ]

    def said(self) -> Message:
        """How many calls there are, which way they went, how many were answered."""
        ways = Counter(self._ways)
        return Message(
            "presets.exchange_read",
            {
                "n": self._size,
                "answered": sum(one is True for one in self._answered),
                "incoming": ways["in"],
                "outgoing": ways["out"],
                "internal": ways["internal"],
            },
        )

    def _starts(self) -> list[str | None] | None:
        """Date and time in one, where the log has them in two columns."""
        if "start" in self._told or not {"date", "time"} <= self._told.keys():
            return None
        return [f"{self._cell('date', row)} {self._cell('time', row)}".strip() or None for row in range(self._size)]

    def _way(self, row: int) -> str:
        """``in``, ``out``, ``internal``; the log's own word where it says another; "" where nothing tells."""
        told = self._cell("direction", row)
        if not told:
            return self._way_of_ends(row, self._src[row], self._dst[row])
        plain = fold(told)
        known = (("internal", INTERNAL), ("out", OUT), ("in", IN))
        return next((way for way, words in known if words.search(plain)), told)

    def _way_of_ends(self, row: int, src: Party, dst: Party) -> str:
        if FROM_OUTSIDE.search(self._cell("context", row).lower()) and src.phone:
            return "in"
        if bool(src.phone) != bool(dst.phone):
            return "in" if src.phone else "out"
        if not src.phone:
            return "internal" if src.extension and dst.extension else ""
        ours, theirs = (bool(CHANNEL.match(self._cell(role, row))) for role in ("channel", "dstchannel"))
        # the end with an extension is ours; else the company's own line, which is in more of the calls
        mine, other = (ours, theirs) if ours != theirs else (self._often[src.phone], self._often[dst.phone])
        return "" if mine == other else "out" if mine > other else "in"

    def _phone(self, row: int) -> str:
        src, dst, way = self._src[row].phone, self._dst[row].phone, self._ways[row]
        if way == "internal":
            return ""
        return (dst or src) if way == "out" else (src or dst)

    def _extension(self, row: int) -> str:
        if own := self._cell("extension", row):
            return party(own).extension or own
        src, dst, out = self._src[row].extension, self._dst[row].extension, self._ways[row] != "in"
        if src or dst:
            return (src or dst) if out else (dst or src)
        channel = CHANNEL.match(self._cell("channel" if out else "dstchannel", row))
        return channel[1] if channel else ""

    def _is_answered(self, row: int) -> bool | None:
        """As the log says, else by whether anybody spoke; None where nothing tells."""
        if status := self._cell("status", row):
            return answer_told(fold(status))
        spoken = _length(self._cell("talk", row) or self._cell("duration", row))
        return None if spoken is None else spoken > 0

    def _seconds(self, row: int) -> str | None:
        """Seconds of talk: of a call that was not answered, the time that it rang is none."""
        told = self._cell("talk", row) if "talk" in self._told else self._cell("duration", row)
        spoken = _length(told)
        if "talk" not in self._told and self._answered[row] is False and spoken is not None:
            return "0"
        return str(spoken) if spoken is not None else told or None


def _length(text: str) -> int | None:
    """A length of time in seconds; None where it is none.

    >>> [_length(text) for text in ("192", "3:12", "0:03:12", "", "a while")]
    [192, 192, 192, None, None]
    """
    if plain := PLAIN.fullmatch(text):
        return int(plain[1])
    if clock := CLOCK.fullmatch(text):
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    return None
