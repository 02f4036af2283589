"""How good the data are: what was found in them, what they cannot tell, and which column would unlock it."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.server.questions import reading


def doctor(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The doctor's list of the book."""
    if reading.is_empty():
        return begin(request)
    result = reading.doctor()

    def context() -> Mapping[str, object]:
        found = result.table(language())
        return {
            "page": "doctor",
            "findings": found if found.rows else None,
            "cannot": result.gaps,
            "told": result.not_told(),
        }

    return answer(
        request,
        ending,
        "doctor",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )
