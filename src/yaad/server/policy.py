"""What each address needs: declared beside it, held to before its view. What declares nothing is not served."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver

from yaad.server.roles import Capability
from yaad.server.scoping import current

View = Callable[..., HttpResponse]
Answering = TypeVar("Answering", bound=Callable[..., HttpResponseBase])
POLICY = "policy"
BY_ITSELF = "by itself"
OPEN = "open"
"""The policy of an address that anybody may call; it says nothing of any company."""
SIGNED_IN = "signed in"
"""The policy of an address for whoever has signed in; it shows nothing but their own account."""


def needs(capability: Capability, *patterns: URLPattern, writes: Capability | None = None) -> list[URLPattern]:
    """Addresses of a company's book that need a capability.

    Args:
        capability: to look.
        patterns: the addresses.
        writes: to send something; the same when absent.
    """
    for pattern in patterns:
        pattern.callback = _held(pattern.callback, capability, writes or capability)
    return list(patterns)


def is_open(*patterns: URLPattern) -> list[URLPattern]:
    """Addresses that anybody may call."""
    return _marked(OPEN, patterns)


def signed_in(*patterns: URLPattern) -> list[URLPattern]:
    """Addresses for whoever has signed in, of whichever companies; anybody else is led to the sign-in first."""
    for pattern in patterns:
        pattern.callback = _for_accounts(pattern.callback)
    return list(patterns)


def _for_accounts(view: View) -> View:
    @wraps(view)
    def held(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            from django.contrib.auth.views import redirect_to_login  # knows the tables, which one book does not have

            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    setattr(held, POLICY, SIGNED_IN)
    return held


def _marked(policy: str, patterns: Iterable[URLPattern]) -> list[URLPattern]:
    found = list(patterns)
    for pattern in found:
        view = pattern.callback
        pattern.callback = wraps(view)(lambda *args, _view=view, **kwargs: _view(*args, **kwargs))
        setattr(pattern.callback, POLICY, policy)
    return found


def _held(view: View, reads: Capability, writes: Capability) -> View:
    @wraps(view)
    def held(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        current().need(reads if request.method in ("GET", "HEAD", "OPTIONS") else writes)
        return view(request, *args, **kwargs)

    setattr(held, POLICY, (reads, writes))
    return held


def by_itself(view: Answering) -> Answering:
    """An address that an open page asks for while nobody touches it: it keeps no session in use."""
    setattr(view, BY_ITSELF, True)
    return view


def is_by_itself(view: Callable[..., HttpResponseBase]) -> bool:
    """Whether `by_itself` was said of it."""
    return getattr(view, BY_ITSELF, False)


def addresses(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its pattern, at whatever depth."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        else:
            yield route, one


def check(patterns: Iterable[URLPattern | URLResolver]) -> None:
    """Refuse to serve while an address says nothing of what it needs.

    Raises:
        ImproperlyConfigured: names those that do.
    """
    silent = [route for route, pattern in addresses(patterns) if not hasattr(pattern.callback, POLICY)]
    if silent:
        raise ImproperlyConfigured(f"without a policy: {', '.join(silent)}")
