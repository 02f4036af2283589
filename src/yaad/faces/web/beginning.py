"""A company without data: who may begin it writes the first deal or brings files in, the others are told so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yaad.faces.web.templatetags.say import language
from yaad.server.roles import Capability
from yaad.server.scoping import current


def begin(request: HttpRequest) -> HttpResponse:
    """The answer of a page that has nothing to show yet."""
    if not current().may(Capability.IMPORT):
        return render(request, "web/nothing_yet.html", {"page": ""})
    return redirect("files")


def begin_here(request: HttpRequest) -> HttpResponse:
    """The same of a page on which people work: the first deal can be written there, where the company has stages."""
    stages = stages_to_begin_with()
    if not stages or not current().may(Capability.IMPORT):
        return begin(request)
    context = {"page": "", "stages": stages, "typed": {"deal": None}, "begins": True, "who_begins": who_begins()}
    return render(request, "web/begin.html", context)


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
