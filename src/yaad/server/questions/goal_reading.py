"""What is asked of the targets of a book: which period, which measure, whose."""

import datetime as dt
from collections.abc import Mapping

from yaad.book import Book
from yaad.errors import YaadError
from yaad.model import Period, Whose, target_period
from yaad.model.targets import WON_VALUE, named
from yaad.plan.goals import Goal
from yaad.server.beside import TooBusy
from yaad.server.questions import forecast_reading, reading
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show.goals import GoalResult, TargetsResult
from yaad.show.proposals import ProposalsResult


class Asked:
    """A period, a measure, and whose target it is."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Read what was typed: ``period`` (the month of the data's day when empty), ``measure``, and a name of whom.

        Raises:
            InputError: the period is no month, quarter or year.
        """
        today, typed = reading.as_of() or dt.date.min, given.get("period", "").strip()
        self.period = target_period(typed) if typed else named(today.year, today.month, 1)
        self.measure = given.get("measure", "").strip() or WON_VALUE
        self.whose = Whose(**{name: given.get(name, "").strip() or None for name in Whose.PARTS})


def targets(period: Period | None) -> TargetsResult:
    """All targets, or those of a period and of the months within it."""
    return opened().shelf.ask("targets", lambda b: b.goals.targets(period), period and period.name)


def proposals(period: str) -> ProposalsResult:
    """Targets that may be set for a period; for the next month where none is said.

    Raises:
        CannotTell: nothing can be foretold yet.
        InputError: the period is over.
    """
    about = (period, forecast_reading.is_tested())
    return opened().shelf.ask("proposals", lambda b: b.goals.propose(period or None), *about)


def status(period: Period, measure: str = WON_VALUE, whose: Whose | None = None, *, ahead: bool = True) -> GoalResult:
    """How a target stands, and what still comes; its chance is told anew once the past was made again.

    Raises:
        InputError: a period that is no target's.
        UnknownName: no such measure or person.
    """
    said = whose or Whose()
    about = (period.name, measure, forecast_reading.is_tested(), ahead, *said.said.items())

    def asked(book: Book) -> GoalResult:
        return book.goals.status(period, measure=measure, whose=said, ahead=ahead)

    return opened().shelf.ask("goal", asked, *about)


def this_month() -> Goal | None:
    """How the month of the data's day stands; None where that cannot be told, so that other pages stand without it."""
    today = reading.as_of()
    if today is None:
        return None
    try:
        return status(named(today.year, today.month, 1)).content
    except TooBusy:
        raise
    except YaadError:
        return None


def names(kind: str) -> list[str]:
    """Whom or what a target may be for: people, branches or products."""
    return opened().shelf.ask("names", lambda b: b.goals.names(kind), kind)


def people() -> list[str]:
    """Whom a deal can be handed to: whom the viewer leads, else all who ever had one."""
    return sorted(current().viewer.owners or ()) or names("owner")
