"""Calendar files: each line at most 75 octets, whole letters, and a text that stays a text."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from yaad.show.ics import OCTETS, DayEvent, calendar, escaped, folded

AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
HOSTILE = "x\r\nEND:VEVENT\nBEGIN:VALARM\r\x00\x07;,\\\u2028z"


def unfolded(text):
    """The lines of a file as a calendar reads them."""
    assert text.endswith("\r\n")
    lines = text[:-2].split("\r\n")
    found = []
    for line in lines:
        if line.startswith(" "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return found


def read(value):
    """A value as a calendar reads it."""
    out, at = "", 0
    while at < len(value):
        if value[at] == "\\":
            out += {"n": "\n", "N": "\n"}.get(value[at + 1], value[at + 1])
            at += 2
        else:
            out += value[at]
            at += 1
    return out


def event(**said):
    told = {"uid": "a@yaad", "day": dt.date(2026, 12, 31), "summary": "Call", "description": "", "url": ""}
    return DayEvent(**(told | {"changed": AT, "sequence": 3} | said))


def test_a_day_is_a_whole_day_until_the_next_and_the_moment_is_in_utc():
    lines = unfolded(calendar("Mine", [event(url="https://x/c/1/deal/?id=D%201")]))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    assert lines[lines.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT", "UID:a@yaad", "DTSTAMP:20260301T073000Z", "LAST-MODIFIED:20260301T073000Z", "SEQUENCE:3",
        "DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "SUMMARY:Call", "URL:https://x/c/1/deal/?id=D%201",
        "CLASS:PRIVATE", "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip


def test_events_stand_by_day():
    days = [dt.date(2026, 5, 2), dt.date(2026, 5, 1)]
    lines = unfolded(calendar("Mine", [event(uid=str(n), day=day) for n, day in enumerate(days)]))
    assert [line for line in lines if line.startswith("UID")] == ["UID:1", "UID:0"]


def test_a_hostile_text_begins_no_line_and_ends_none():
    text = calendar(HOSTILE, [event(summary=HOSTILE, description=HOSTILE)])
    lines = unfolded(text)
    assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    assert read(next(line for line in lines if line.startswith("SUMMARY:"))[8:]) == (
        "x\nEND:VEVENT\nBEGIN:VALARM\n;,\\z"
    )
    assert not any(sign in text for sign in ("\x00", "\x07", "\u2028"))


def test_hebrew_is_folded_between_letters():
    words = "לחזור ללקוח עם הצעת מחיר מעודכנת, כולל הנחה; ולשאול מתי נוח " * 3
    text = calendar("יומן", [event(summary=words)])
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= OCTETS
        line.decode()
    assert read(next(line for line in unfolded(text) if line.startswith("SUMMARY:"))[8:]) == words


@given(st.text(max_size=400))
def test_any_text_comes_back_in_lines_that_are_short_enough(text):
    line = f"SUMMARY:{escaped(text)}"
    parts = list(folded(line))
    assert all(len(part.encode()) <= OCTETS for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert not any(sign in line for sign in "\r\n")
