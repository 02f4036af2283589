"""One person's day: who waits, whom to call, what is due and planned, the target, where they are strong or weak."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from yaad.insight import CallDeal
from yaad.insight.my_day import Due, Meets, Steps, Strength, Strengths
from yaad.plan.goals import Goal
from yaad.show.calls import Calls
from yaad.show.goals import GoalResult
from yaad.show.results import Json, plain
from yaad.text import Message, percent

HOUR = 60


@dataclass(frozen=True)
class Waits:
    """Somebody who turned to the company and has no answer yet.

    Attributes:
        came_day: when they came.
        minutes: how long they wait, in opening hours; None where the hour is not known.
        is_late: longer than the company wants.
        again: they were answered once, and turned to the company again since.
        handed: the inquiry was handed on, and nobody has done anything with it since.
        asked_not: what they asked before, in a word of `yaad.model.opt_outs.OPT_OUTS`.
    """

    deal_id: str
    name: str
    phone: str | None
    email: str | None
    came_day: dt.date
    minutes: int | None
    is_late: bool
    again: bool = False
    asked_not: str | None = None
    handed: bool = False


@dataclass(frozen=True)
class Inquiries:
    """Inquiries of one person that wait.

    Attributes:
        rows: the first of them, the longest wait first.
        n: how many wait.
        has_log: somebody writes down what is done; without it nobody knows who was answered.
        answer_minutes: of opening hours within which one is to be answered.
        day_minutes: of opening hours of a whole working day.
    """

    rows: Sequence[Waits] = ()
    n: int = 0
    has_log: bool = False
    answer_minutes: int = 0
    day_minutes: int = 0


@dataclass(frozen=True)
class MyDay:
    """One person's day.

    Attributes:
        person: as the deals name them.
        day: by the company's clock.
        as_of: the day of the data.
        inquiries: those that wait.
        calls: whom to call, the first one first.
        steps: next steps that are due.
        meets: what is planned for today.
        goal: how the month stands; None where that cannot be told.
        strengths: where they are strong and weak.
    """

    person: str
    day: dt.date
    as_of: dt.date
    inquiries: Inquiries
    calls: Sequence[CallDeal]
    steps: Steps
    meets: Sequence[Meets]
    goal: Goal | None
    strengths: Strengths

    def to_dict(self, lang: str = "en") -> Json:
        """The day as plain values."""
        return {
            "person": self.person,
            "day": self.day.isoformat(),
            "as_of": self.as_of.isoformat(),
            "says": plain(self.says, lang),
            "waiting": {
                "n": self.inquiries.n,
                "has_log": self.inquiries.has_log,
                "answer_minutes": self.inquiries.answer_minutes,
                "inquiries": [plain(vars(one)) for one in self.inquiries.rows],
            },
            "calls": Calls(list(self.calls)).to_dict(lang)["deals"],
            "steps": {
                "n": self.steps.n,
                "overdue": self.steps.overdue,
                "due": [plain(vars(one)) for one in self.steps.rows],
            },
            "planned": [plain(vars(one)) for one in self.meets],
            "goal": None if self.goal is None else GoalResult(self.goal).to_dict(lang),
            "strongest": _strength(self.strengths.best),
            "weakest": _strength(self.strengths.worst),
        }

    @property
    def says(self) -> Message:
        """The one thing that matters first."""
        if self.inquiries.n:
            return Message("inquiries.lead", {"n": self.inquiries.n})
        if self.steps.overdue:
            return Message("my_day.lead_overdue", {"n": self.steps.overdue})
        if not self.inquiries.has_log:
            return Message("my_day.lead_unlogged")
        if self.calls:
            return Message("my_day.lead_call", {"name": self.calls[0].name})
        if self.steps.n or self.meets:
            return Message("my_day.lead_planned", {"n": self.steps.n + len(self.meets)})
        return Message("my_day.lead_free")


def waited_said(minutes: int | None, came_day: dt.date, day_minutes: int) -> Message:
    """How long somebody has waited in opening hours; since which day where the hour is not known.

    Args:
        minutes: of opening hours; None where the hour is not known.
        came_day: since when.
        day_minutes: of opening hours of a whole working day; longer waits are told in such days.
    """
    if minutes is None:
        return Message("inquiries.since_day", {"day": came_day})
    if day_minutes and minutes >= day_minutes:
        return Message("morning.waits_days", {"n": minutes // day_minutes})
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return Message("inquiries.minutes", {"n": rest})
    return Message("inquiries.hours", {"time": f"{hours}:{rest:02}"})


def step_said(one: Due) -> Message:
    """What is due, and since when."""
    values: dict[str, object] = {"day": one.day, "step": one.step}
    when = "overdue" if one.is_overdue else "today"
    return Message(f"my_day.step_{when}" if one.step else f"my_day.day_{when}", values)


def meets_said(one: Meets) -> Message:
    """What is planned, and at which time."""
    what = Message(f"my_day.did_{one.did}")
    if one.at is None:
        return Message("my_day.planned", {"what": what})
    return Message("my_day.planned_at", {"what": what, "time": f"{one.at:%H:%M}"})


def strength_said(one: Strength, lang: str) -> tuple[Message, Message]:
    """How much goes on beside others like them, and how sure that is."""
    values: dict[str, object] = {
        "stage": one.stage,
        "next": one.next_stage,
        "rate": percent(one.rate, lang),
        "expected": percent(one.expected, lang),
    }
    sure = "sure" if one.is_sure else "unsure"
    return Message("my_day.strength", values), Message(f"my_day.{sure}", {"n": one.n})


def _strength(one: Strength | None) -> Json | None:
    return None if one is None else plain(vars(one)) | {"sure": one.is_sure}
