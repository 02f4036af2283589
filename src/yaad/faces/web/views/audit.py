"""The audit log of a company, for its owner: who did what and when, and whether a line was changed since."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from yaad.errors import InputError
from yaad.faces.web.formats import Format, answer, wanted
from yaad.faces.web.templatetags.say import language
from yaad.model import parse_day
from yaad.server.scoping import current
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.audit_lines import Narrowed

KEPT = ("actor", "action", "day")


def audit(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Lines of the log, the latest first; files hold all that were asked for.

    Raises:
        InputError: what it is narrowed to is no number or no day.
    """
    company = current().company
    if not company:
        raise Http404  # one's own book has no accounts
    from yaad.server.audit import verify
    from yaad.server.audit_lines import PAGE, Lines, read, said_action

    on_page = wanted(request, ending) in (Format.HTML, Format.FRAGMENT)
    asked = _asked(request)
    log = read(company, asked, limit=PAGE if on_page else None)
    result = Lines(log)

    def context() -> Mapping[str, object]:
        kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
        older = urlencode({**kept, "below": log.lines[-1].seq}) if log.older else ""
        return {
            "page": "audit",
            "log": log,
            "table": result.table(language()),
            "asked": asked,
            "actions": [(one, said_action(one)) for one in log.actions],
            "is_narrowed": bool(kept),
            "broken": verify(company),
            "older": f"?{older}" if older else "",
            "file": f"{reverse('audit-file', args=['csv'])}?{urlencode(kept)}",
        }

    return answer(
        request,
        ending,
        "audit",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def _asked(request: HttpRequest) -> "Narrowed":
    from yaad.server.audit_lines import Narrowed

    day = request.GET.get("day", "").strip()
    return Narrowed(
        actor=_number(request, "actor"),
        action=request.GET.get("action", "").strip(),
        day=parse_day(day) if day else None,
        below=_number(request, "below"),
    )


def _number(request: HttpRequest, name: str) -> int | None:
    typed = request.GET.get(name, "").strip()
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 18:
        raise InputError(Message("house.no_number", {"typed": typed[:40]}))
    return int(typed)
