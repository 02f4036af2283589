"""Whole days as a file that calendars subscribe to (iCalendar, RFC 5545).

Lines end in CR LF and are folded at 75 octets, never within a letter. In a text nothing can begin a line of its own:
line breaks are written as letters, and signs that steer machines are left out.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OCTETS = 75
"""Of a line, its end left out."""
LONGEST = 2000
"""Letters of a text."""
PRODUCT = "-//Yaad//Next steps//EN"
ASKED_EVERY = "PT1H"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class DayEvent:
    """Something of a whole day.

    Attributes:
        uid: the same each time that it is told.
        day: when.
        summary: what, in a few words.
        description: more of it.
        url: where more of it stands.
        changed: when it was changed last.
        sequence: grows with each change.
    """

    uid: str
    day: dt.date
    summary: str
    description: str
    url: str
    changed: dt.datetime
    sequence: int


def calendar(name: str, events: Iterable[DayEvent]) -> str:
    """The file.

    Args:
        name: what the calendar is called.
        events: in any order.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", f"REFRESH-INTERVAL;VALUE=DURATION:{ASKED_EVERY}"]
    for one in sorted(events, key=lambda one: (one.day, one.uid)):
        lines += _event(one)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(one: DayEvent) -> Iterator[str]:
    changed = f"{one.changed.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{one.sequence}"
    yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.day + DAY:%Y%m%d}"
    yield f"SUMMARY:{escaped(one.summary)}"
    if one.description:
        yield f"DESCRIPTION:{escaped(one.description)}"
    if one.url:
        yield f"URL:{one.url}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    r"""A text as a value.

    >>> escaped("Call; ask, then\nBEGIN:VEVENT \\ \x07")
    'Call\\; ask\\, then\\nBEGIN:VEVENT \\\\ '
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST]
    plain = "".join(one for one in lines if one == "\n" or not _steers(one))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def _steers(sign: str) -> bool:
    """Whether a sign steers machines, ends lines, or is half of a letter."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets; those after the first begin with a space."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > OCTETS:
            yield part
            part, size = " ", 1
        part += letter
        size += octets
    yield part
