"""What the pages of the scorecard ask the book, through the shelf that keeps the answers until the data change."""

from collections.abc import Mapping

from yaad.faces.web import reading
from yaad.measures import Measure
from yaad.measures.scorecards import Kpi
from yaad.server.state import opened
from yaad.show import Figures, Kpis, RowsBehind, say_plain

ROWS = 50
"""Rows on one page."""
ALL = 1_000_000
"""Rows of a file."""


def month() -> str:
    """The month of the data's day, as it is typed."""
    return opened().shelf.ask("kpi_month", lambda b: f"{b.as_of:%Y-%m}")


def kpis(period: str, by: str = "", *, whole: bool = False, look_back: bool = False) -> Kpis:
    """The scorecard of a period."""
    return opened().shelf.ask(
        "kpis",
        lambda b: b.kpis(period, by or None, whole=whole, look_back=look_back or None),
        period,
        by,
        whole,
        look_back,
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
        lambda b: b.kpis(period, by or None, [name], look_back=look_back or None),
        name,
        period,
        by,
        look_back,
    )


def figures(name: str, by: str, period: str) -> Figures:
    """The figures of one measure, also of all time."""
    found = opened().shelf.ask(
        "kpi_figures", lambda b: b.measure(name, by=by or None, period=period or None), name, by, period
    )
    return found if isinstance(found, Figures) else Figures(found.content)


def behind(name: str, group: Mapping[str, str], period: str, page: int) -> RowsBehind:
    """One page of the rows behind a figure; all of them as page 0, for a file."""
    measure(name)
    limit, offset = (ROWS, (page - 1) * ROWS) if page else (ALL, 0)
    return opened().shelf.once(lambda b: b.behind(name, dict(group), period or None, limit=limit, offset=offset))


def found(kpis_: Kpis, words: str, lang: str) -> list[Kpi]:
    """The rows whose name, id or meaning holds the words that somebody looks for."""
    wanted = words.casefold().split()
    rows = []
    for row in kpis_.content.kpis:
        text = " ".join((row.measure.id, say_plain(row.measure.name, lang), say_plain(row.measure.words, lang)))
        if all(word in text.casefold() for word in wanted):
            rows.append(row)
    return rows
