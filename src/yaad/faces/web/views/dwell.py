"""How long deals stay in each stage, and which are stuck."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from yaad.faces.web import reading
from yaad.faces.web.filters import Choice, Filters, dimension
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.text import Message

BASES = ("first", "visit")
SHOWN = 20  # stuck deals on the page; the file has them all
ALL = 1_000_000


def dwell(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Time in stage by dimension and period."""
    if reading.is_empty():
        return redirect("files")
    filters = Filters.of(request, "basis")
    basis = request.GET.get("basis") if request.GET.get("basis") in BASES else BASES[0]
    result = reading.dwells(str(basis), filters.by, filters.period)

    def context() -> Mapping[str, object]:
        whole = reading.dwell(str(basis), filters.period)
        return {
            "page": "dwell",
            "filters": filters,
            "dimensions": filters.dimensions(reading.columns()),
            "periods": filters.periods(reading.as_of()),
            "bases": [Choice(Message(f"web.basis_{name}"), filters.href(basis=name), name == basis) for name in BASES],
            "dwell": whole,
            "by": dimension(filters.by) if filters.by else None,
            "groups": result.content if filters.by else [],
            "table": result.table(language()),
            "stuck": reading.figure("stuck"),
            "stuck_rows": reading.explanation("stuck", "", "", SHOWN).content.rows,
        }

    return answer(
        request,
        ending,
        "dwell",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def stuck(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """All stuck deals as a file."""
    result = reading.explanation("stuck", "", "", ALL)
    return answer(
        request,
        ending or "csv",
        "stuck",
        context=dict,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )
