"""When a source is due, in plain words: ``daily 06:00``, ``weekly sun 06:00``, ``every 2h``.

A time of day is that of the company's clock. On the day on which the clock jumps over it, it is as long after midnight
as on other days; on the day on which it comes twice, the first is meant: once a day, never twice, never missed.
``every`` counts time that has passed, on a grid of its own, so that a start some seconds late does not push the next.
"""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from yaad.errors import InputError
from yaad.text import Message

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
STEP = re.compile(r"([1-9]\d{0,4})\s*(m|h)")
SHORTEST = dt.timedelta(minutes=5)
LONGEST = dt.timedelta(days=7)
AGAIN = dt.timedelta(minutes=30)
"""After a run that failed the next is due so soon, or at its own time where that is sooner."""
START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Schedule:
    """When something is due.

    Attributes:
        at: the time of day; None where it goes by steps.
        day: 0 for Monday … 6; None for every day.
        step: what lies between two times; None where it goes by the time of day.
    """

    at: dt.time | None = None
    day: int | None = None
    step: dt.timedelta | None = None

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """A schedule from its words.

        Raises:
            InputError: they are no schedule.

        >>> str(Schedule.parse("Daily 6:00")), str(Schedule.parse("every 90m")), str(Schedule.parse("weekly sun 06:30"))
        ('daily 06:00', 'every 90m', 'weekly sun 06:30')
        """
        words = text.lower().split()
        match words:
            case ["daily", at] if TIME.fullmatch(at):
                return cls(at=_time(at))
            case ["weekly", day, at] if day[:3] in DAYS and len(day) >= len(DAYS[0]) and TIME.fullmatch(at):
                return cls(at=_time(at), day=DAYS.index(day[:3]))
            case ["every", *rest] if step := STEP.fullmatch("".join(rest)):
                minutes = int(step[1]) * (60 if step[2] == "h" else 1)
                if SHORTEST <= (every := dt.timedelta(minutes=minutes)) <= LONGEST:
                    return cls(step=every)
        raise InputError(Message("sources.bad_schedule", {"text": text}))

    def __str__(self) -> str:
        if self.step is not None:
            hours, rest = divmod(self.step, dt.timedelta(hours=1))
            return f"every {hours}h" if not rest else f"every {self.step // dt.timedelta(minutes=1)}m"
        when = f"{self.at:%H:%M}"
        return f"daily {when}" if self.day is None else f"weekly {DAYS[self.day]} {when}"

    @property
    def said(self) -> Message:
        """The same in a person's words.

        >>> from yaad.text import render
        >>> [render(Schedule.parse(one).said, "en") for one in ("every 1h", "weekly sun 6:00")]
        ['every hour', 'every Sunday at 06:00']
        """
        if self.step is not None:
            hours, rest = divmod(self.step, dt.timedelta(hours=1))
            if not rest:
                return Message("sources.each_hours", {"n": hours})
            return Message("sources.each_minutes", {"n": self.step // dt.timedelta(minutes=1)})
        at = f"{self.at:%H:%M}"
        if self.day is None:
            return Message("sources.each_day", {"at": at})
        return Message("sources.each_week", {"day": Message(f"sources.day_{DAYS[self.day]}"), "at": at})

    def next_after(self, moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """The first time that is due later than a moment, in UTC.

        >>> told = Schedule.parse("daily 06:00").next_after(
        ...     dt.datetime(2026, 3, 26, 12, tzinfo=dt.UTC), ZoneInfo("Asia/Jerusalem")
        ... )
        >>> told.isoformat()
        '2026-03-27T03:00:00+00:00'
        """
        if self.step is not None:
            return START + ((moment - START) // self.step + 1) * self.step
        day = moment.astimezone(zone).date() - dt.timedelta(days=1)
        while True:
            if (self.day is None or day.weekday() == self.day) and (due := self._on(day, zone)) > moment:
                return due
            day += dt.timedelta(days=1)

    def _on(self, day: dt.date, zone: ZoneInfo) -> dt.datetime:
        return dt.datetime.combine(day, self.at or dt.time(), zone).astimezone(dt.UTC)


def due_at(
    schedule: Schedule, last: dt.datetime | None, now: dt.datetime, zone: ZoneInfo, *, failed: bool
) -> dt.datetime:
    """When a source is due: at once where it never ran, sooner than its time where the last run failed."""
    if last is None:
        return now
    following = schedule.next_after(last, zone)
    return min(following, last + AGAIN) if failed else following


def _time(text: str) -> dt.time:
    hours, minutes = text.split(":")
    return dt.time(int(hours), int(minutes))
