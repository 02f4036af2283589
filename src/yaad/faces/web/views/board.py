"""Who stands where this month, as far as the company lets its people see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaad.errors import InputError
from yaad.faces.web import beginning
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server.questions import reading


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The board of a month."""
    access = of_server()
    from yaad.server.leaderboard import board as board_of  # reads tables, which the server of one book does not have

    if reading.is_empty():
        return beginning.begin(request)
    try:
        found = board_of(access, request.GET.get("period", "").strip() or None)
    except InputError as error:
        context = {"page": "board", "error": error.say(language())}
        return render(request, "web/board.html", context, status=400)
    return render(request, "web/board.html", {"page": "board", "board": found})
