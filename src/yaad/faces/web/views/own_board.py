"""The first deal of a company that has no export: typed, and brought in like a file."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yaad.errors import InputError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.files import files_page


@require_POST
def first_deal(request: HttpRequest) -> HttpResponse:
    """Keep it and begin to bring it in."""
    from yaad.server import own_board  # reads tables, which the server of one book does not have

    try:
        found = own_board.begun(request.POST.dict(), language(), dt.datetime.now(dt.UTC))
    except InputError as error:
        return files_page(request, error)
    return redirect("draft", draft=found.id)
