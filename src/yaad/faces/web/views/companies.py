"""The companies of who signed in: one leads straight to its pages, several are chosen from; a further one is begun."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yaad.errors import InputError, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.server import choices as offered
from yaad.server import companies as ours
from yaad.server.companies_door import prefix_of
from yaad.server.kinds import STARTS
from yaad.server.models import Account
from yaad.server.new_accounts import account_in
from yaad.server.parts import ends_on
from yaad.server.roles import Kind, Role
from yaad.server.scoping import Forbidden, on_behalf_of, scope
from yaad.server.sign_in import second_step
from yaad.server.state import opened
from yaad.text import Message

BACKEND = "yaad.server.sign_in.backend.ByMail"
USUAL = {"kind": "", "country": "IL", "zone": "Asia/Jerusalem", "currency": "ILS", "vat": "18"}


@dataclass(frozen=True)
class Choice:
    """A company to choose.

    Attributes:
        name: of it.
        role: the part that one has in it.
        href: of its pages.
        as_of: the day of its data; None while there are none.
        ends: the last day of one's part in it; None where it does not end.
    """

    name: str
    role: Message
    href: str
    as_of: dt.date | None
    ends: dt.date | None


def begins_at(company: str, role: str) -> str:
    """The address with which somebody begins in a company: who sells with their day, the others with the whole."""
    return prefix_of(company) + ("my-day/" if role == Role.REP else "")


def companies(request: HttpRequest) -> HttpResponse:
    """Choose a company."""
    account = _account(request)
    parts = list(ours.of_account(account))
    past = list(ours.retired(account))
    if len(parts) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(begins_at(parts[0].company_id, parts[0].role))
    rows = [
        Choice(
            one.company.name,
            Message(f"people.role_{one.role}"),
            begins_at(one.company_id, one.role),
            _as_of(one.account_id, one.company_id),
            ends_on(one),
        )
        for one in parts
    ]
    context = {"rows": rows, "past": past, "may_begin": ours.may_begin(account)}
    return render(request, "web/companies.html", context)


def _as_of(account: int, company: str) -> dt.date | None:
    """The day of one company's data, asked on behalf of who chooses."""
    with on_behalf_of(scope(account, company)):
        shelf = opened().shelf
        try:
            return None if shelf.book.is_empty else shelf.ask("as_of", lambda b: b.facts.pin.seen_from and b.as_of)
        except YaadError:
            return None  # the company's own page says what is wrong with its book


def new_company(request: HttpRequest) -> HttpResponse:
    """Begin a further company.

    Raises:
        Forbidden: they may not.
    """
    account = _account(request)
    if not ours.may_begin(account):
        raise Forbidden(Message("people.may_not_begin"))
    second_step.hold_account(account.pk)
    error = None
    if request.method == "POST":
        try:
            asked = ours.Asked.read(request.POST.dict())
            made = ours.begin_asked(account, asked)
            return HttpResponseRedirect(prefix_of(made.id) + "files/")
        except InputError as refused:
            error = refused.say(language())
    context = choices() | {"error": error, "typed": typed_of(request)}
    return render(request, "web/company_new.html", context, status=400 if error else 200)


@require_POST
def restore(request: HttpRequest, company: str) -> HttpResponse:
    """Open a retired company again."""
    account = _account(request)
    second_step.hold_account(account.pk)
    ours.restore(account, company)
    return redirect(prefix_of(company))


def _account(request: HttpRequest) -> Account:
    """Who has signed in; these addresses open for nobody else."""
    found = account_in(request)
    if found is None:
        raise PermissionDenied
    return found


def typed_of(request: HttpRequest) -> dict[str, str]:
    """What stands in the form: what was typed, else what is usual. A password is never written back."""
    typed = USUAL | {name: str(value) for name, value in request.POST.items()}
    return {name: value for name, value in typed.items() if name != "password"}


def choices() -> dict[str, object]:
    """What a company's form offers."""
    kinds = [
        (kind.value, Message(f"people.kind_{kind.value}"), ", ".join(STARTS[kind].stage_names(language())))
        for kind in Kind
    ]
    return {
        "kinds": kinds,
        "countries": offered.countries(language()),
        "zones": offered.zones(language()),
        "currencies": offered.currencies(language()),
    }
