"""A company without data: whoever works in it writes the first deal, or brings files in; the others are told so."""

import datetime as dt
import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yaad.errors import YaadError
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.server.roles import Capability
from yaad.server.scoping import current


def begin(request: HttpRequest) -> HttpResponse:
    """The answer of a page that has nothing to show yet."""
    if not current().may(Capability.IMPORT):
        return render(request, "web/nothing_yet.html", {"page": ""})
    return redirect("files")


def begin_here(request: HttpRequest, error: YaadError | None = None) -> HttpResponse:
    """The same of a page on which people work: the first deal can be written there, where the company has stages.

    Who brings no files in writes it for themselves, or for somebody of their team.

    Args:
        request: of the page, or the form that was sent.
        error: why what was sent could not be written.
    """
    stages, access = stages_to_begin_with(), current()
    mine = [] if access.may(Capability.IMPORT) else sorted(access.viewer.owners or ())
    if not stages or not (access.may(Capability.IMPORT) or (access.may(Capability.WRITE) and mine)):
        return begin(request)
    context = {
        "page": "",
        "stages": stages,
        "typed": request.POST.dict() if error else {"deal": None},
        "begins": True,
        "who_begins": who_begins(),
        "persons": mine,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/begin.html", context, status=400 if error else 200)


def write_first(request: HttpRequest) -> HttpResponse:
    """Write the first deal of a company that has no data yet, by who works in it."""
    from yaad.server.own_board import written  # reads tables, which the server of one book does not have

    if not stages_to_begin_with():
        return begin(request)
    try:
        entry = written(request.POST.dict() | {"key": form_key(request.POST)}, language(), dt.datetime.now(dt.UTC))
    except YaadError as error:
        return begin_here(request, error)
    return redirect(f"{reverse('pipeline')}?{urlencode({'deal': entry.deal_id, 'done': entry.seq})}")


def stages_to_begin_with() -> list[str]:
    """The usual stages of a company of a server that has no data yet."""
    if not current().company:
        return []
    from yaad.server.own_board import offered  # reads tables, which the server of one book does not have

    return offered(language())


def who_begins() -> str:
    """The name of who asks, where accounts have one."""
    if (account := current().account) is None:
        return ""
    from yaad.server.models import Account

    return Account.objects.values_list("name", flat=True).filter(pk=account).first() or ""
