"""Months as headers and cells name them: ``01/2026``, ``2026-01``, ``ינואר 26``, ``Jan``."""

import re

from yaad.intake.deciding.days import MONTH_OF
from yaad.intake.deciding.folding import fold

NUMBERS = re.compile(
    r"(?:(?P<y>20\d\d)[-/. ](?P<m>0?[1-9]|1[0-2])(?:[-/. ]0?1)?|(?P<m2>0?[1-9]|1[0-2])[-/. ](?P<y2>20\d\d))"
    r"(?: 00:00(?::00)?)?"
)
NAME = re.compile(r"^(?P<name>[^\W\d]+)[.'׳]?(?:[-/' ]+(?P<y>20\d\d|\d\d))?$")
CENTURY = 100


def month_in(text: str) -> tuple[int | None, int] | None:
    """Year (None where it is not named) and month; None for another text.

    >>> month_in("01/2026"), month_in("2026-03-01"), month_in("ינואר 26"), month_in("Sep"), month_in("סה״כ")
    ((2026, 1), (2026, 3), (2026, 1), (None, 9), None)
    """
    stripped = text.strip()
    if found := NUMBERS.fullmatch(stripped):
        return int(found["y"] or found["y2"]), int(found["m"] or found["m2"])
    found = NAME.match(stripped)
    number = MONTH_OF.get(fold(found["name"])) if found else None
    if found is None or number is None:
        return None
    year = int(found["y"]) if found["y"] else None
    return (year + 2000 if year is not None and year < CENTURY else year), number
