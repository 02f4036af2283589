"""The targets of the demo company for the year: what each person sold a month last year, and half as much again."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from yaad.demo.company import Company

MORE = 1.5
STEP, LEAST = 500, 2000
"""Targets are whole multiples of a step, and nobody's is below the least."""
MONTHS = 12


def targets_of(company: Company) -> Iterator[tuple[str, date, int]]:
    """Person, first day of a month of the last day's year, money before VAT."""
    history = company.history
    paths, year = history.paths, history.as_of.year
    won = paths.entered[:, -1]
    before = won < min((date(year, 1, 1) - history.world.start).days, history.cut())
    months = max((date(year, 1, 1) - history.world.start).days / 30.4375, 1.0)
    for place, rep in enumerate(history.world.reps):
        sold = float(np.nansum(paths.amount[before & (paths.rep == place)]))
        each = max(round(sold / months * MORE / STEP) * STEP, LEAST)
        for month in range(1, MONTHS + 1):
            yield rep.name, date(year, month, 1), each
