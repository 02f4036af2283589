"""One's own tokens in a company: made for a program, shown once, taken back."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yaad.errors import InputError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.models import Token


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens; POST makes one and shows it, this once."""
    access = of_server()
    if request.method != "POST":
        return _page(request)
    from yaad.server.tokens import make

    days = request.POST.get("days", "")
    try:
        number = int(days) if days.isdecimal() and len(days) < 5 else 0
        made = make(access, request.POST.get("name", ""), request.POST.getlist("scope"), number)
    except InputError as error:
        return _page(request, error=error, status=400)
    return _page(request, made=made)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take one back; it is refused from now on."""
    del request
    from yaad.server.tokens import revoke

    revoke(of_server(), number)
    return redirect(reverse("tokens") + "?revoked")


def _page(
    request: HttpRequest,
    *,
    made: "tuple[Token, str] | None" = None,
    error: InputError | None = None,
    status: int = 200,
) -> HttpResponse:
    from yaad.server.tokens import USUAL, Scope, grantable, of

    access, now = of_server(), timezone.now()
    asked = request.POST.getlist("scope") if error else [Scope.READ.value]
    context = {
        "page": "tokens",
        "tokens": [
            (one, [Message(f"api.scope_{name}") for name in one.scopes], one.expires_at <= now) for one in of(access)
        ],
        "made": made,
        "is_revoked": "revoked" in request.GET,
        "scopes": [(one.value, Message(f"api.scope_{one.value}"), one.value in asked) for one in grantable(access)],
        "typed_name": request.POST.get("name", "") if error else "",
        "days": request.POST.get("days", "") if error else str(USUAL),
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/tokens.html", context, status=status)
