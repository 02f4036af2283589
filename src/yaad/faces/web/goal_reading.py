"""What pages ask the book of its targets, through the shelf that keeps the answers until the data change."""

from yaad.errors import YaadError
from yaad.faces.web import forecast_reading, reading
from yaad.model import Period, Whose
from yaad.model.targets import WON_VALUE, named
from yaad.plan.goals import Goal
from yaad.server.state import opened
from yaad.show.goals import GoalResult


def status(period: Period, measure: str = WON_VALUE, whose: Whose | None = None) -> GoalResult:
    """How a target stands; its chance is told anew once the past was made again.

    Raises:
        InputError: amounts of mixed currency or tax.
        UnknownName: no such measure or person.
    """
    said = whose or Whose()
    about = (period.name, measure, forecast_reading.is_tested(), *said.said.items())
    return opened().shelf.ask("goal", lambda b: b.goals.status(period, measure=measure, whose=said), *about)


def this_month() -> Goal | None:
    """How the month of the data's day stands; None where that cannot be told, so that other pages stand without it."""
    today = reading.as_of()
    if today is None:
        return None
    try:
        return status(named(today.year, today.month, 1)).content
    except YaadError:
        return None
