"""What is asked of the scorecard, and of the rows behind a figure of it."""

import datetime as dt
from collections.abc import Mapping

from yaad.measures import Measure
from yaad.measures.scorecards import Kpi
from yaad.server.questions import reading
from yaad.server.state import opened
from yaad.show import Kpis, RowsBehind, say_plain

ROWS = 50
"""Rows on one page."""


def month() -> str:
    """The month of the data's day, as it is typed."""
    return opened().shelf.ask("kpi_month", lambda b: f"{b.as_of:%Y-%m}")


def kpis(
    period: str, by: str = "", *, whole: bool = False, look_back: bool = False, as_of: dt.date | None = None
) -> Kpis:
    """The scorecard of a period; of the month of the data's day where none is said."""
    return reading.ask(
        Kpis,
        "kpis",
        lambda b: b.kpis(period or None, by or None, whole=whole, look_back=look_back or None),
        period,
        by,
        whole,
        look_back,
        as_of=as_of,
    )


def measure(name: str) -> Measure:
    """A measure of the catalogue, or of the company's own.

    Raises:
        UnknownName: there is no such measure.
    """
    reading.words(name)
    return reading.catalogue()[name]


def one(name: str, period: str, by: str = "", *, look_back: bool = False) -> Kpis:
    """The scorecard of one measure, by a dimension where one is said.

    Raises:
        UnknownName: there is no such measure.
    """
    measure(name)
    return opened().shelf.ask(
        "kpi",
        lambda b: b.kpis(period or None, by or None, [name], look_back=look_back or None),
        name,
        period,
        by,
        look_back,
    )


def behind(name: str, group: Mapping[str, str], period: str, *, limit: int = ROWS, offset: int = 0) -> RowsBehind:
    """Rows behind a figure.

    Args:
        name: of the measure.
        group: dimension → value; empty: of all.
        period: of the figure; empty: of all time.
        limit: how many.
        offset: passing over so many.

    Raises:
        UnknownName: there is no such measure.
    """
    measure(name)
    about = (name, tuple(group.items()), period, limit, offset)
    return opened().shelf.in_request(
        "behind", lambda b: b.behind(name, dict(group), period or None, limit=limit, offset=offset), *about
    )


def found(kpis_: Kpis, words: str, lang: str) -> list[Kpi]:
    """The rows whose name, id or meaning holds the words that somebody looks for."""
    wanted = words.casefold().split()
    rows = []
    for row in kpis_.content.kpis:
        text = " ".join((row.measure.id, say_plain(row.measure.name, lang), say_plain(row.measure.words, lang)))
        if all(word in text.casefold() for word in wanted):
            rows.append(row)
    return rows
