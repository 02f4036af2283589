"""A company of which every day is known: what it closes, what it loses and when follow from the day of an inquiry."""

import datetime as dt
from pathlib import Path

FIRST = dt.date(2025, 6, 10)
AS_OF = dt.date(2026, 9, 10)
WON_AFTER, LOST_AFTER = 20, 10
HEAD = "deal,rep,product,stage,value,entered,closed,close_date\n"
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, product: product, stage: stage, amount: value, entered: entered, closed: closed,
  expected_close: close_date}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
currency: ILS
tax: net
dates: iso
zone: UTC
"""
DAYS = range((AS_OF - FIRST).days + 1)


def came(day: int) -> dt.date:
    """The day on which the inquiry of a day came."""
    return FIRST + dt.timedelta(days=day)


def is_danas(day: int) -> bool:
    """Every second inquiry is Dana's, and is won; those of Avi are lost."""
    return day % 2 == 0


def ends(day: int) -> dt.date:
    """When it closes."""
    return came(day) + dt.timedelta(days=WON_AFTER if is_danas(day) else LOST_AFTER)


def due(day: int) -> dt.date:
    """When it is expected to close."""
    return came(day) + dt.timedelta(days=15)


def rows():
    """One inquiry a day."""
    for day in DAYS:
        is_over = ends(day) <= AS_OF
        stage = ("Won" if is_danas(day) else "Lost") if is_over else "Talk"
        who, closed = "Dana" if is_danas(day) else "Avi", ends(day) if is_over else ""
        yield f"D{day},{who},Pro,{stage},1000,{came(day)},{closed},{due(day)}\n"


def write(folder: Path) -> tuple[Path, Path]:
    """The file and its mapping."""
    (folder / "deals.csv").write_text(HEAD + "".join(rows()), "utf-8")
    (folder / "deals.yaml").write_text(MAP, "utf-8")
    return folder / "deals.csv", folder / "deals.yaml"
