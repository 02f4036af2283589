"""Everything that is measured, with its value now: the glossary of the company's figures."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Filters
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.server.questions import reading


def measures(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """All measures of a period."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request)
    result = reading.all_figures(filters.period)

    def context() -> Mapping[str, object]:
        return {
            "page": "measures",
            "filters": filters,
            "periods": filters.periods(reading.months()),
            "groups": reading.by_unit(result.content),
        }

    return answer(
        request,
        ending,
        "measures",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )
