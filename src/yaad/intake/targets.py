"""Sheets of targets with a column a month: which columns are months, and of which year."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from yaad.errors import Question
from yaad.intake.deciding.months import month_in
from yaad.intake.decisions import Decisions
from yaad.intake.fields import MONTH
from yaad.intake.kinds import Kind
from yaad.text import Message

YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def months_among(headers: Sequence[str]) -> dict[str, tuple[int | None, int]]:
    """Header → year (None where it names none) and month, of those that name a month."""
    found = {header: month_in(header) for header in headers}
    return {header: month for header, month in found.items() if month is not None}


def take_months(found: Decisions) -> None:
    """Take the columns that name months as targets of these months; a year that nothing names is asked for."""
    if found.kind is not Kind.TARGETS:
        return
    months = months_among([header for header in found.table.columns if header not in found.fields.values()])
    if not months:
        return
    year = _first_year(found, months)
    if year is None:
        first = next(iter(months))
        text = Message("intake.ask_target_year", {"columns": ", ".join(months)})
        found.questions.append(Question(f"year:{first}", text, (), {}, f"year: {{{first}: 2026}}"))
        return
    for name in ("month", "amount"):
        found.fields.pop(name, None)
    for header, (own, month) in _with_years(months, year).items():
        found.fields[f"{MONTH}{own}-{month:02}"] = header


def _first_year(found: Decisions, months: dict[str, tuple[int | None, int]]) -> int | None:
    """The year of the first month: its own, the mapping's or an answer's, the only one in the files' names."""
    first = next(iter(months))
    if months[first][0] is not None:
        return months[first][0]
    told = found.mapping.setting(found.mapping.year, first) or found.answers.get(f"year:{first}", "")
    if YEAR.fullmatch(told):
        found.mapping = replace(found.mapping, year={**found.mapping.year, first: told})
        return int(told)
    sheets = [grid.found.sheet or "" for grid in found.table.grids]
    named = {
        year for text in (*sheets, *(grid.source.name for grid in found.table.grids)) for year in YEAR.findall(text)
    }
    if len(named) == 1:
        found.notes.append(Message("intake.how_target_year", {"year": min(named)}))
        return int(min(named))
    return None


def _with_years(months: dict[str, tuple[int | None, int]], first: int) -> dict[str, tuple[int, int]]:
    """Each month with its year: one that stands behind a later month is of the next year."""
    years = [first]
    for (_, before), (own, month) in pairwise(months.values()):
        years.append(own if own is not None else years[-1] + (month <= before))
    return {header: (year, month) for (header, (_, month)), year in zip(months.items(), years, strict=True)}
