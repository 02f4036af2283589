"""Answers about one person's day."""

from yaad.faces.api.shapes.ahead import Goal
from yaad.faces.api.shapes.common import Day, Moment, Told
from yaad.faces.api.shapes.figures import ToCall


class WaitsToday(Told):
    """Somebody who turned to the person and has no answer yet, or turned to them again since."""

    deal_id: str
    name: str
    phone: str | None
    email: str | None
    came_day: Day
    minutes: int | None
    is_late: bool
    again: bool
    asked_not: str | None


class WaitingToday(Told):
    """The inquiries of the person that wait, the longest wait first."""

    n: int
    has_log: bool
    answer_minutes: int
    inquiries: list[WaitsToday]


class StepDue(Told):
    """A next step whose day has come."""

    deal_id: str
    name: str
    stage: str
    phone: str | None
    step: str
    day: Day
    is_overdue: bool


class StepsDue(Told):
    """The next steps whose day has come, the longest overdue first."""

    n: int
    overdue: int
    due: list[StepDue]


class PlannedToday(Told):
    """What is planned with a customer for today."""

    deal_id: str
    name: str
    phone: str | None
    did: str
    at: Moment | None
    text: str


class OwnStep(Told):
    """How the person's deals go on from a stage beside others like them."""

    stage: str
    next_stage: str
    rate: float
    expected: float
    low: float
    high: float
    n: int
    sure: bool


class MyDay(Told):
    """One person's day."""

    person: str
    day: Day
    as_of: Day
    says: str
    waiting: WaitingToday
    calls: list[ToCall]
    steps: StepsDue
    planned: list[PlannedToday]
    goal: Goal | None
    strongest: OwnStep | None
    weakest: OwnStep | None
