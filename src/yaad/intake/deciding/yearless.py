"""Dates that name no year, in a sheet that runs over a new year: each takes the year of the dates around it."""

import datetime as dt
from dataclasses import replace

import numpy as np

from yaad.intake.deciding.days import EPOCH, Look, Order, look, read_day
from yaad.intake.deciding.moments import Moments

NEAR = "near"
"""The answer that gives each date the year that brings it nearest to the last date before it (else the first after)."""


def near_years(parts: Moments, order: Order | None, pivot: int, serial: int | None) -> Moments:
    """The column with a year behind each date that names none; without any other date nothing changes."""
    bare = [look(day) is Look.YEARLESS for day in parts.days]
    known = [read_day(day, order, pivot, serial) for day in parts.days]
    days, day_of = list(parts.days), parts.day_of.copy()
    places: dict[str, int] = {}
    anchor = next((one for row in parts.day_of if row >= 0 and isinstance(one := known[row], int)), None)
    if anchor is None:
        return parts
    for row, place in enumerate(parts.day_of.tolist()):
        if place < 0:
            continue
        found = known[place]
        if bare[place]:
            text, found = _nearest(parts.days[place], anchor, order)
            if text not in places:
                places[text] = len(days)
                days.append(text)
            day_of[row] = places[text]
        if isinstance(found, int):
            anchor = found
    return replace(parts, days=days, day_of=np.asarray(day_of, np.int32))


def _nearest(text: str, anchor: int, order: Order | None) -> tuple[str, int | str]:
    """The date with the year that brings it nearest to a day; 29 February takes the leap year nearest to it."""
    year = dt.date.fromordinal(anchor + EPOCH).year
    dated = [(f"{text} {near}", read_day(f"{text} {near}", order)) for near in range(year - 4, year + 5)]
    possible = [(abs(day - anchor), full, day) for full, day in dated if isinstance(day, int)]
    return min(possible)[1:] if possible else (text, dated[0][1])
