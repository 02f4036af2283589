"""The first run: the first owner and the first company, by the address that the server printed."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from yaad.errors import InputError, YaadError
from yaad.faces.web.failing import say
from yaad.faces.web.formats import Format, wanted
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.companies import choices, typed_of
from yaad.server import setup as first_run
from yaad.server.companies import Asked
from yaad.server.companies_door import prefix_of
from yaad.server.new_accounts import NewAccount, enter
from yaad.text import Message


def setup(request: HttpRequest) -> HttpResponse:
    """Ask, and begin; who comes without the key is told where it is. No such page once somebody has an account."""
    if not first_run.is_open():
        raise Http404
    key = request.POST.get("key", "") if request.method == "POST" else request.GET.get("key", "")
    if not first_run.accepts(first_run.key_in(key)):
        return _ask_key(request, key)
    key = first_run.key_in(key)
    error = None
    if request.method == "POST":
        try:
            return _begin(request)
        except first_run.SetUpAlready:
            raise Http404 from None
        except InputError as refused:
            error = refused.say(language())
    context = choices() | {"key": key, "error": error, "typed": typed_of(request)}
    return render(request, "web/setup.html", context, status=400 if error else 200)


def _ask_key(request: HttpRequest, key: str) -> HttpResponse:
    """The page that asks for the key; programs are told in words."""
    if request.method == "POST" or wanted(request, None) is not Format.HTML:
        return say(request, YaadError(Message("people.setup_by_key")), 403)
    return render(request, "web/setup_key.html", {"wrong": bool(key)}, status=403 if key else 200)


def _begin(request: HttpRequest) -> HttpResponse:
    said = {name: request.POST.get(name, "") for name in ("email", "person", "password")}
    person = NewAccount(said["email"], said["person"], said["password"], language())
    made = first_run.set_up(person, Asked.read(request.POST.dict()))
    enter(request, made.owner)
    return HttpResponseRedirect(prefix_of(made.company.id) + "files/")
