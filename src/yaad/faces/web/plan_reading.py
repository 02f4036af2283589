"""What the pages of plans and levers ask the book, through the shelf that keeps the answers until the data change."""

from yaad.faces.web import reading
from yaad.plan.period import coming
from yaad.server.state import opened
from yaad.show import LeaksResult, LeversResult


def periods() -> list[str]:
    """Periods that are offered; none while there are no data."""
    seen = reading.as_of()
    return [] if seen is None else coming(seen)


def levers(period: str) -> LeversResult:
    """What each improvement is worth in a period; in the next month when none is said.

    Raises:
        CannotTell: nothing comes, or nothing was won yet.
    """
    return opened().shelf.ask("levers", lambda b: b.levers(period or None), period)


def leaks() -> LeaksResult:
    """Where the money leaks."""
    return opened().shelf.ask("leaks", lambda b: b.leaks())
