"""What surrounds each page: language, appearance, navigation, whose book it is and as of when."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import get_script_prefix

from yaad.errors import YaadError
from yaad.faces.web.device import account_mark, mark_of
from yaad.faces.web.opening import opens
from yaad.faces.web.pages import OWN_TABS, PAGES, TABS, TODAY, Page, Tab
from yaad.faces.web.preferences import THEMES
from yaad.faces.web.templatetags.say import language
from yaad.server.questions import reading
from yaad.server.roles import Role
from yaad.server.scoping import Access, current
from yaad.server.shelf import NotYet, taking
from yaad.server.state import opened
from yaad.show.phrases import team_said
from yaad.show.speech import Said
from yaad.text import LANGUAGES, Message, direction
from yaad.text.numbers import moment

NAMED_TEAMS = 3
"""Teams that are named beside the company; more of them are counted."""


def shell(request: HttpRequest) -> dict[str, object]:
    """The context of every template."""
    lang = language()
    inside = getattr(request, "access", None) is not None
    return {
        "lang": lang,
        "dir": direction(lang),
        "here": request.path,
        "theme": getattr(request, "theme", THEMES[0]),
        "themes": [(name, _with(request, theme=name)) for name in THEMES],
        "other_lang": next(code for code in LANGUAGES if code != lang),
        "other_lang_href": _with(request, lang=next(code for code in LANGUAGES if code != lang)),
        "start": get_script_prefix(),
        "pages": _pages() if inside else [],
        "device": mark_of(current()) if inside and opens("device") else "",
        "account_mark": account_mark(request.user.pk) if getattr(request, "user", None) is not None else "",
        "tabs": _tabs() if inside else (),
        "takes_inquiries": inside and opens("inquiry-new"),
        "on_server": inside and _of_server(),
        "has_others": inside and current().has_others,
        "company": opened().shelf.book.name if inside else "",
        "rows_of": rows_of(current()) if inside else None,
        "sees_nobody": _sees_nobody(current()) if inside else None,
        "as_of": (getattr(request, "as_of", None) or _asked(reading.as_of)) if inside else None,
        "files_until": _asked(reading.files_until) if inside and not getattr(request, "as_of", None) else None,
        "old_from": _old_from() if inside else None,
        "entered": inside,
    }


def _pages() -> list[Page]:
    """Those that open for who asks; who sells begins with their day."""
    found = [page for page in PAGES if opens(page.name) and (_of_server() or not page.of_server)]
    return sorted(found, key=lambda page: page.name != TODAY) if _sells() else found


def _tabs() -> tuple[Tab, ...]:
    """The tabs at the foot of a phone; who leads a company of a server has those of the pages."""
    if not _of_server():
        return OWN_TABS
    return TABS if _sells() else ()


def _sells() -> bool:
    """Whether who asks is there to sell: their phone has tabs of its own."""
    return current().role is Role.REP


def _of_server() -> bool:
    """Whether the book is that of a company of a server."""
    return bool(current().company)


def rows_of(access: Access) -> Said | None:
    """Whose rows are seen, in words; None where no row is kept from who looks, or none is seen at all."""
    teams, owners = sorted(access.viewer.teams), sorted(access.viewer.owners or ())
    if access.viewer.sees_all or not owners:
        return None
    if len(teams) > NAMED_TEAMS:
        return Message("people.rows_of_many", {"n": len(teams)})
    if len(teams) > 1:
        return Message("people.rows_of_teams", {"names": ", ".join(teams)})
    if teams:
        return team_said("people.rows_of_team", teams[0], language())
    return Message("people.rows_of", {"name": ", ".join(owners)})


def _sees_nobody(access: Access) -> Message | None:
    """Why there is no row to be seen, where that is because of the part that was given."""
    if access.viewer.sees_all or access.viewer.owners:
        return None
    return Message("people.nobody_led" if access.role is Role.MANAGER and access.viewer.teams else "people.not_tied")


def _asked(day: Callable[[], dt.date | None]) -> dt.date | None:
    """A day of the data; None while there are none or it is looked for, and where the book cannot be read."""
    try:
        return day()
    except (YaadError, NotYet):
        return None


def _old_from() -> str | None:
    """The moment of the oldest figures on the page, by the company's clock, where newer ones are being computed."""
    how = taking()
    if how is None or how.old_from is None:
        return None
    return moment(how.old_from.astimezone(ZoneInfo(opened().shelf.book.zone)), language())


def _with(request: HttpRequest, **choice: str) -> str:
    """The same address with a choice added; a form that was sent goes back to its page."""
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in ("lang", "theme", "token")
    ]
    return "?" + urlencode([*kept, *choice.items()])
