"""What a company says of itself: its name, its calendar and money, what people see of each other; retiring it."""

import csv
import io

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yaad.errors import InputError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server.roles import Kind, Transparency
from yaad.text import Message

SAVED = "company_saved"
"""In a session: the company that was just saved."""


def company(request: HttpRequest) -> HttpResponse:
    """Show it; change it."""
    from yaad.server.companies import Asked, change

    access, error = of_server(), None
    if request.method == "POST":
        try:
            change(access, Asked.read(_before(access.company) | request.POST.dict()))
        except InputError as refused:
            error = refused
        else:
            request.session[SAVED] = access.company
            return redirect("company")
    is_saved = request.session.pop(SAVED, "") == access.company
    return _page(request, access.company, error, is_saved=is_saved)


@require_POST
def retire(request: HttpRequest) -> HttpResponse:
    """Let nobody open it any more, once its name was typed."""
    from yaad.server.companies import retire as retire_company

    access = of_server()
    try:
        retire_company(access, request.POST.get("typed", ""))
    except InputError as error:
        return _page(request, access.company, error)
    return HttpResponseRedirect("/?all")


@require_GET
def start_table(request: HttpRequest) -> HttpResponse:
    """An empty table with the usual stages of the company's kind, to fill in and bring back."""
    from yaad.server.kinds import STARTS
    from yaad.server.models import Company

    del request
    kind = Kind(Company.objects.values_list("kind", flat=True).get(pk=of_server().company))
    heads = io.StringIO()
    csv.writer(heads).writerow(STARTS[kind].table(language()))
    answer = HttpResponse(heads.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="start.csv"'
    return answer


def _before(company: str) -> dict[str, str]:
    """The form as it stands now."""
    from yaad.server.companies import Asked
    from yaad.server.models import Company

    return Asked.of(Company.objects.get(pk=company)).typed


def _page(
    request: HttpRequest, company: str, error: InputError | None = None, *, is_saved: bool = False
) -> HttpResponse:
    from yaad.faces.web.views.companies import choices

    shown = [
        (one.value, Message(f"people.transparency_{one.value}"), Message(f"people.transparency_{one.value}_is"))
        for one in Transparency
    ]
    before = _before(company)
    context = choices() | {
        "page": "company",
        "typed": before | {name: str(value) for name, value in request.POST.items() if name in before},
        "shown": shown,
        "is_saved": is_saved,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/company.html", context, status=400 if error else 200)
