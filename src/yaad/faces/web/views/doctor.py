"""How good the data are: what was found in them, what they cannot tell, and which column would unlock it."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from yaad.book import Book
from yaad.errors import UnknownName
from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.model.settings import Same
from yaad.server.questions import reading
from yaad.server.writing import stamp, write_once

MOST = 12
"""Names that are asked about at once."""


def doctor(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The doctor's list of the book."""
    if reading.is_empty():
        return begin(request)
    result = reading.doctor()

    def context() -> Mapping[str, object]:
        found, names = result.table(language()), reading.namesakes()
        asked = [one for one in names if one.said is None]
        answered = [one for one in names if one.said is not None]  # all of them: each can be taken back
        return {
            "page": "doctor",
            "findings": found if found.rows else None,
            "cannot": result.gaps,
            "told": result.not_told(),
            "namesakes": asked[:MOST] + answered,
            "more_names": len(asked) - MOST,
        }

    return answer(
        request,
        ending,
        "doctor",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


@require_POST
def same(request: HttpRequest) -> HttpResponse:
    """Say whether what comes under one name is one customer; empty takes the answer back."""
    name, said = request.POST.get("name", ""), request.POST.get("said", "")

    def say(book: Book) -> None:
        if said not in ("", *Same) or name not in {one.name for one in book.namesakes()}:
            raise UnknownName("option", said or name, [*Same])
        book.set_setting(f"customer:{name}", said or None, **stamp())

    write_once(say)
    return redirect(reverse("doctor") + "#h-same")
