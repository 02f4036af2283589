"""An invitation's link: who has an account signs in and confirms, who has none chooses a name and a password."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from yaad.errors import InputError
from yaad.faces.web.failing import say
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.companies import begins_at
from yaad.server import invitations
from yaad.server.new_accounts import account_in, enter
from yaad.server.parts import ends_on
from yaad.text import Message


def join(request: HttpRequest, key: str) -> HttpResponse:
    """Show what the invitation is for; take it up."""
    try:
        return _join(request, key)
    except invitations.NoInvitation as error:
        return say(request, error, 404)
    except invitations.OtherAccount as error:
        return say(request, error, 403)


def _join(request: HttpRequest, key: str) -> HttpResponse:
    one = invitations.of_key(key)
    account = account_in(request)
    has_account = invitations.has_account(one)
    if account is None and has_account:
        return redirect_to_login(request.get_full_path())
    if account is not None and account.email != one.email:
        raise invitations.OtherAccount(Message("people.other_account", {"mail": account.email}))
    error = None
    if request.method == "POST":
        try:
            return _joined(request, key)
        except InputError as refused:
            error = refused.say(language())
    context = {
        "invitation": one,
        "role": Message(f"people.role_{one.role}"),
        "ends": ends_on(one),
        "is_new": account is None,
        "error": error,
        "typed": {"name": request.POST.get("name", "")},
    }
    return render(request, "web/join.html", context, status=400 if error else 200)


def _joined(request: HttpRequest, key: str) -> HttpResponse:
    account = account_in(request)
    if account is not None:
        part = invitations.join(key, account)
    else:
        name, password = request.POST.get("name", ""), request.POST.get("password", "")
        part = invitations.join_new(key, name, password, language())
        enter(request, part.account)
    return HttpResponseRedirect(begins_at(part.company_id, part.role))
