"""How long deals stay in each stage, and which are stuck."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse

from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Choice, Filters, dimension
from yaad.faces.web.formats import answer, as_file, gives_file
from yaad.faces.web.templatetags.say import language
from yaad.model import Cell
from yaad.server.questions import reading
from yaad.text import Message

BASES = ("first", "visit")
SHOWN, READ = 20, 1000  # stuck deals on the page, the longest of so many; the file has them all


def dwell(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Time in stage by dimension and period."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request, "basis")
    basis = request.GET.get("basis") if request.GET.get("basis") in BASES else BASES[0]
    result = reading.dwells(str(basis), filters.by, filters.period)

    def context() -> Mapping[str, object]:
        whole = reading.dwell(str(basis), filters.period)
        return {
            "page": "dwell",
            "filters": filters,
            "dimensions": filters.dimensions(reading.columns()),
            "periods": filters.periods(reading.months()),
            "bases": [Choice(Message(f"web.basis_{name}"), filters.href(basis=name), name == basis) for name in BASES],
            "dwell": whole,
            "by": dimension(filters.by) if filters.by else None,
            "groups": result.content if filters.by else [],
            "table": result.table(language()),
            "stuck": reading.figure("stuck"),
            "stuck_rows": _longest_first(reading.explanation("stuck", "", "", READ).content.rows)[:SHOWN],
        }

    return answer(
        request,
        ending,
        "dwell",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def _longest_first(rows: Sequence[Mapping[str, Cell]]) -> list[Mapping[str, Cell]]:
    """Stuck deals by how long they are in their stage."""
    return sorted(rows, key=lambda row: -float(row["days"] or 0))


@gives_file
def stuck(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """All stuck deals as a file."""
    result = reading.stuck()
    return as_file(request, ending or "csv", "stuck", result)
