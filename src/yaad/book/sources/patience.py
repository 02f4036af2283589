"""Trying again: as long as a server asks for, longer each time where it does not say, and not for ever."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

TRIES = 5
"""Requests before a system that asks for patience, or that fails, is given up."""
LONGEST_WAIT = 120.0
"""Seconds; a system that asks for more is asked again another time."""
LIMIT, SERVER = 429, 500

Wait = Callable[[float], None]


def is_worth_it(status: int) -> bool:
    """Whether an answer may be another one a little later."""
    return status == LIMIT or status >= SERVER


def waits(tried: int, retry_after: str | None, wait: Wait) -> bool:
    """Wait before the next try, as long as the server asks; whether there is one.

    >>> seconds = []
    >>> waits(0, "7", seconds.append), waits(2, None, seconds.append), waits(0, "3600", seconds.append), seconds
    (True, True, False, [7.0, 4.0])
    """
    asked = _seconds(retry_after)
    seconds = float(2**tried) if asked is None else asked
    if tried + 1 >= TRIES or seconds > LONGEST_WAIT:
        return False
    wait(seconds)
    return True


def _seconds(text: str | None) -> float | None:
    """What ``Retry-After`` asks for; None where it says nothing that can be counted."""
    try:
        return max(float(text), 0.0) if text else None
    except ValueError:
        pass
    try:
        parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return LONGEST_WAIT / 2  # a time of day: without a clock, a good while
