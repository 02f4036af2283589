"""The scorecard, one measure of it by any dimension, and the rows behind a figure, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Choice, Filters, dimension, page_of
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.measures import Family
from yaad.measures.scorecards import Kpi
from yaad.model import Figure
from yaad.server.questions import kpi_reading, reading
from yaad.show import of_ten, sum_line
from yaad.show.kpis import card_lead, notes, series_table
from yaad.text import Message


def kpis(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The scorecard of a period."""
    if reading.is_empty():
        return begin(request)
    filters = _filters(request, "q", "all", "back")
    whole, back = bool(request.GET.get("all")), bool(request.GET.get("back"))
    result = kpi_reading.kpis(filters.period, filters.by, whole=whole, look_back=back)

    def context() -> Mapping[str, object]:
        looked = request.GET.get("q", "").strip()
        rows = kpi_reading.found(result, looked, language()) if looked else list(result.content.kpis)
        return {
            "page": "kpis",
            "filters": filters,
            "looked": looked,
            "periods": _periods(filters),
            "dimensions": filters.dimensions(reading.columns()),
            "card": result.content,
            "lead": card_lead(result.content),
            "ten": of_ten(reading.funnel()),
            "sums": sum_line(reading.funnel()),
            "by": dimension(filters.by) if filters.by else None,
            "families": _families(rows),
            "measures": _by_measure(rows) if filters.by else [],
            "notes": notes(result.content, language()),
            "which": [
                Choice(Message("kpis.leading"), filters.href(all=""), not whole),
                Choice(Message("kpis.every"), filters.href(all="1"), whole),
            ],
            "back": None if back or not _not_looked_back(rows) else filters.href(back="1"),
        }

    return answer(
        request,
        ending,
        "kpis",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def kpi(request: HttpRequest, measure: str, ending: str | None = None) -> HttpResponse:
    """One measure: how it changed, its last periods, and who or what it comes from."""
    if reading.is_empty():
        return begin(request)
    filters = _filters(request)
    found = kpi_reading.measure(measure)
    result = kpi_reading.one(measure, filters.period, filters.by)

    def context() -> Mapping[str, object]:
        whole = kpi_reading.one(measure, filters.period) if filters.by else result
        rows = whole.content.kpis
        return {
            "page": "kpis",
            "filters": filters,
            "periods": _periods(filters),
            "dimensions": filters.dimensions(reading.columns()),
            "measure": found,
            "kpi": rows[0] if rows else None,
            "series": series_table(rows[0], language()) if rows and rows[0].series else None,
            "by": dimension(filters.by) if filters.by else None,
            "rows": result.content.kpis if filters.by else [],
            "notes": notes(whole.content, language()),
        }

    return answer(
        request,
        ending,
        "kpi",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def deals(request: HttpRequest, measure: str, ending: str | None = None) -> HttpResponse:
    """The rows behind a figure, of all or of one group."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request, "is")
    found = kpi_reading.measure(measure)
    group = {filters.by: request.GET.get("is", "")} if filters.by else {}
    number = page_of(request)
    limit, offset = (reading.ALL, 0) if ending else (kpi_reading.ROWS, (number - 1) * kpi_reading.ROWS)
    result = kpi_reading.behind(measure, group, filters.period, limit=limit, offset=offset)

    def context() -> Mapping[str, object]:
        told = result.content
        figure = _figure_of(measure, filters, group)
        pages = max(-(-told.total // kpi_reading.ROWS), 1)
        return {
            "page": "kpis",
            "filters": filters,
            "measure": found,
            "group": [(dimension(name), value) for name, value in group.items()],
            "told": told,
            "figure": figure,
            "table": result.table(language()),
            "number": number,
            "of_pages": pages,
            "before": _of_page(filters, number - 1) if number > 1 else None,
            "after": _of_page(filters, number + 1) if number < pages else None,
            "up": f"{reverse('kpi', kwargs={'measure': measure})}?{_query(filters)}",
        }

    return answer(
        request,
        ending,
        "kpi_deals",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def _filters(request: HttpRequest, *kept: str) -> Filters:
    """What was asked for; the month of the data's day when no period was."""
    filters = Filters.of(request, *kept)
    return filters if filters.period else replace(filters, period=kpi_reading.month())


def _periods(filters: Filters) -> list[Choice]:
    """Links for periods; a scorecard is of one, never of all time."""
    _, *periods = filters.periods(reading.months())
    return periods


def _families(rows: Sequence[Kpi]) -> list[tuple[Family, list[Kpi]]]:
    found = [(family, [row for row in rows if row.measure.family is family]) for family in Family]
    return [(family, rows) for family, rows in found if rows]


def _by_measure(rows: Sequence[Kpi]) -> list[tuple[Kpi, list[Kpi]]]:
    """The groups of each measure, under the first of them."""
    found: dict[str, list[Kpi]] = {}
    for row in rows:
        found.setdefault(row.measure.id, []).append(row)
    return [(rows[0], rows) for rows in found.values()]


def _not_looked_back(rows: Sequence[Kpi]) -> bool:
    """Whether something is not compared because the book is large."""
    whys = [one.why.key for row in rows for one in row.comparisons if one.why is not None]
    return "kpis.not_looked_back" in whys


def _figure_of(measure: str, filters: Filters, group: Mapping[str, str]) -> Figure | None:
    """The figure that the rows stand behind; None where the group has none."""
    for row in reading.figures([measure], filters.by, filters.period).content:
        if {name: "" if value is None else str(value) for name, value in row.by.items()} == dict(group):
            return row
    return None


def _of_page(filters: Filters, number: int) -> str:
    return filters.href(page=str(number))


def _query(filters: Filters) -> str:
    return urlencode({name: value for name, value in (("by", filters.by), ("period", filters.period)) if value})
