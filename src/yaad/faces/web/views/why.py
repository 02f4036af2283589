"""Why this number: the rule in words, the rows behind it, the query."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from yaad.faces.web.filters import Filters
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.server.questions import reading


def why(request: HttpRequest, measure: str, ending: str | None = None) -> HttpResponse:
    """What stands behind one measure."""
    filters = Filters.of(request)
    result = reading.explanation(measure, filters.by, filters.period, 20)

    def context() -> Mapping[str, object]:
        return {
            "page": "measures",
            "measure": measure,
            "words": reading.words(measure),
            "filters": filters,
            "told": result.content,
            "figures": reading.figures([measure], filters.by, filters.period).content,
            "table": result.table(language()),
        }

    return answer(
        request,
        ending,
        "why",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )
