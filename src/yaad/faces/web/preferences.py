"""Language and appearance of this browser: chosen by a link on any page, kept in a cookie of its own.

A browser that was told no language speaks that of the account that is signed in, else the server's.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import translation
from django.utils.http import escape_leading_slashes

from yaad.text import LANGUAGES

THEMES = ("auto", "light", "dark")
CHOICES = {"lang": LANGUAGES, "theme": THEMES}
YEAR = 365 * 86400


class Preferences:
    """Sets `request.LANGUAGE_CODE` and `request.theme`; ``?lang=`` and ``?theme=`` change them and are dropped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep a choice and go on at the same address without it, or answer in the language chosen before."""
        chosen = {name: request.GET[name] for name in CHOICES if request.GET.get(name) in CHOICES[name]}
        if chosen and request.method == "GET":
            return self._keep(request, chosen)
        language = _of_cookie(request, "lang") or _of_account(request) or settings.LANGUAGE_CODE
        request.theme = _of_cookie(request, "theme") or THEMES[0]  # type: ignore[attr-defined] # as Django's own middleware sets LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        response.setdefault("Vary", "Cookie, Accept, HX-Request")
        return response

    def _keep(self, request: HttpRequest, chosen: dict[str, str]) -> HttpResponse:
        rest: QueryDict = request.GET.copy()
        for name in CHOICES:
            rest.pop(name, None)
        query = rest.urlencode()
        path = escape_leading_slashes(request.path)  # two of them would lead to another host
        response = HttpResponseRedirect(f"{path}?{query}" if query else path)
        for name, value in chosen.items():
            response.set_cookie(f"yaad_{name}", value, max_age=YEAR, samesite="Lax", httponly=True)
        return response


def _of_account(request: HttpRequest) -> str | None:
    """The language of whoever is signed in."""
    value = request.session.get("language")
    return value if value in LANGUAGES else None


def _of_cookie(request: HttpRequest, name: str) -> str | None:
    value = request.COOKIES.get(f"yaad_{name}")
    return value if value in CHOICES[name] else None
