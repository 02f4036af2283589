"""The people of a company: who is in it, who was invited, the teams; each change says what it means before it is made.

What was done last stands in the session of who did it, so that it can be taken back on the page that follows.
"""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yaad.errors import InputError
from yaad.faces.web.templatetags.say import language
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access, current
from yaad.server.writing import one_at_a_time
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.members import Change
    from yaad.server.models import Membership
    from yaad.server.models.companies import Part
    from yaad.server.parts import Asked

DONE = "people_done"
"""In a session: what was done last, and how to take it back."""
OFFERED = (Role.REP, Role.MANAGER, Role.VIEWER, Role.CONSULTANT, Role.OWNER)
"""The least first: what is chosen unless somebody chooses."""
Undo = dict[str, Any]  # plain values of the session, as `yaad.server.undoing` gave them


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is in the company."""
    return _page(request, of_server(), tells_done=True)


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Say what an invitation means; when that was seen, send it."""
    from yaad.server import invitations
    from yaad.server.new_accounts import mail_of
    from yaad.server.parts import Asked, check, meaning, zone_of

    access = of_server()
    zone = zone_of(access.company)
    try:
        mail, asked = mail_of(request.POST.get("email", "")), Asked.read(request.POST.dict(), zone)
        check(access, asked)
        if not request.POST.get("sure"):
            invitations.check_address(access, mail)
            context = {
                "mail": mail,
                "asked": asked,
                "fields": _fields(asked, zone),
                "means": meaning(access, asked, joins=True),
            }
            return render(request, "web/invite.html", context | {"role": _role(asked.role), "page": "people"})
        invitations.invite(access, mail, asked, language())
    except InputError as error:
        return _page(request, access, error=error)
    return _done(request, access, _by_mail("invited"), mail)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take an invitation back."""
    from yaad.server import invitations

    access = of_server()
    return _done(request, access, "withdrawn", invitations.withdraw(access, number).email)


@require_POST
def send_again(request: HttpRequest, number: int) -> HttpResponse:
    """Send a new link."""
    from yaad.server import invitations

    access = of_server()
    try:
        sent = invitations.send_again(access, number, language())
        return _done(request, access, _by_mail("sent"), sent.email)
    except InputError as error:
        return _page(request, access, error=error)


def member(request: HttpRequest, number: int) -> HttpResponse:
    """One member: what they may do now, and what a change will mean; when that was seen, change it."""
    from yaad.server import members
    from yaad.server.parts import Asked, meaning, zone_of

    access = of_server()
    one, zone = members.member(access, number), zone_of(access.company)
    asked, error, means = members.part_of(access, one), None, None
    if request.method == "POST":
        try:
            asked = Asked.read(request.POST.dict(), zone)
            members.check_change(access, number, asked)
            if request.POST.get("sure"):
                return _changed(request, access, one, members.change(access, number, asked))
            means = meaning(access, asked)
        except InputError as refused:
            error = refused
    context = _choices(access) | {
        "page": "people",
        "one": one,
        "asked": asked,
        "fields": _fields(asked, zone),
        "typed": dict(_fields(asked, zone)),
        "may_people": True,
        "now": meaning(access, members.part_of(access, one)),
        "means": means,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/member.html", context, status=400 if error else 200)


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a membership."""
    from yaad.server import members

    access = of_server()
    one = members.member(access, number)
    try:
        return _changed(request, access, one, members.end(access, number))
    except InputError as error:
        return _page(request, access, error=error)


@require_POST
def tie(request: HttpRequest, number: int) -> HttpResponse:
    """Say that a member is a person of the data, or that this is somebody else."""
    from yaad.server import members

    access = of_server()
    one, person = members.member(access, number), _said(request, "person")
    say = members.keep_apart if request.POST.get("other") else members.tie
    return _tried(request, access, lambda: _changed(request, access, one, say(access, number, person)))


@require_POST
def put_team(request: HttpRequest) -> HttpResponse:
    """A team, and what it is part of."""
    from yaad.server import teams, undoing

    access = of_server()
    name, above = _said(request, "name"), _said(request, "above")

    def put() -> HttpResponse:
        with one_at_a_time():
            undo = undoing.of_team(access, name)
            return _done(request, access, "team", teams.put_team(access, name, above), undo)

    return _tried(request, access, put)


@require_POST
def remove_team(request: HttpRequest) -> HttpResponse:
    """Take an empty team away."""
    from yaad.server import teams, undoing

    access, name = of_server(), _said(request, "name")

    def remove() -> HttpResponse:
        with one_at_a_time():
            undo = undoing.of_team(access, name)
            teams.remove_team(access, name)
        return _done(request, access, "team_removed", name, undo)

    return _tried(request, access, remove)


@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Put a person of the data into a team."""
    from yaad.server import teams, undoing

    access, person = of_server(), _said(request, "person")

    def put() -> HttpResponse:
        before = teams.place_person(access, person, _said(request, "team"))
        return _done(request, access, "placed", person, undoing.of_person(person, before))

    return _tried(request, access, put)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done last."""
    from yaad.server import undoing

    access = of_server()
    kept = request.session.pop(DONE, None)
    back: Undo = (kept or {}).get("undo") or {}
    if not back or kept["company"] != access.company:
        return redirect("people")

    def take_back() -> HttpResponse:
        undoing.take_back(access, back)
        return _done(request, access, "restored", "")

    return _tried(request, access, take_back)


def of_server() -> Access:
    """Who asks, in a company of a server; one's own book has no other people."""
    access = current()
    if not access.company:
        raise Http404
    return access


def _said(request: HttpRequest, name: str) -> str:
    return " ".join(request.POST.get(name, "").split())


def _tried(request: HttpRequest, access: Access, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of some work, or the page that says why it was refused."""
    try:
        return work()
    except InputError as error:
        return _page(request, access, error=error)


def _changed(request: HttpRequest, access: Access, one: "Membership", change: "Change") -> HttpResponse:
    """What was changed of a member, on the page that can take it back; whoever has lost the right to it starts anew."""
    from yaad.server.scoping import NoSuchCompany, scope
    from yaad.server.undoing import of_member

    back = of_member(change)
    try:
        still = scope(access.account or 0, access.company)
    except NoSuchCompany:
        return redirect("/")
    if not still.may(Capability.INVITE):
        return redirect("overview")
    words = "ended" if change.is_end else "apart" if change.is_apart else "member"
    return _done(request, still, words, str(one.account), back)


def _by_mail(words: str) -> str:
    """What is said of a link: that it was sent, or printed by a server without mails."""
    from yaad.server.companies import home

    return words if home().sends_mails else f"{words}_printed"


def _done(
    request: HttpRequest, access: Access, words: str, name: str, undo: dict[str, Any] | None = None
) -> HttpResponse:
    request.session[DONE] = {"company": access.company, "words": f"people.done_{words}", "name": name, "undo": undo}
    return redirect("people")


def _take_done(request: HttpRequest, access: Access) -> dict[str, object] | None:
    """What was done last in this company; said once, and taken back until something else is done."""
    kept = request.session.get(DONE)
    if not kept or kept["company"] != access.company or kept.get("is_said"):
        return None
    request.session[DONE] = kept | {"is_said": True}
    return {
        "words": Message(kept["words"], {"name": kept["name"]} if kept["name"] else {}),
        "can_undo": bool(kept["undo"]) and access.may(Capability.PEOPLE),
    }


def _page(
    request: HttpRequest,
    access: Access,
    *,
    error: InputError | None = None,
    tells_done: bool = False,
) -> HttpResponse:
    from yaad.server import invitations, members
    from yaad.server.parts import zone_of
    from yaad.server.teams import people_of

    found, zone = members.members_of(access), zone_of(access.company)
    leads: dict[str, list[str]] = {}
    for one in found:
        if one.role == Role.MANAGER and one.team:
            leads.setdefault(one.team, []).append(str(one.account))
    said = people_of(access).settings
    context = _choices(access) | {
        "page": "people",
        "members": [_row(one, one.until, zone) | {"team": members.team_of(one, said)} for one in found],
        "waiting": [_row(one, one.expires_at, zone) for one in invitations.waiting_for(access)],
        "leads": [(team, ", ".join(names)) for team, names in leads.items()],
        "proposed": members.proposed(access) if access.may(Capability.PEOPLE) else [],
        "may_people": access.may(Capability.PEOPLE),
        "account": access.account,
        "error": error.say(language()) if error else "",
        "typed": {name: value for name, value in request.POST.items() if error},
    }
    # last: it is said once, and a question above may put the page off
    context["done"] = _take_done(request, access) if tells_done else None
    return render(request, "web/people.html", context, status=400 if error else 200)


def _row(part: "Part", ends: dt.datetime | None, zone: ZoneInfo) -> dict[str, object]:
    """A part with its role in words and when it ends, or ended."""
    from yaad.server.parts import last_day

    is_over = ends is not None and ends <= timezone.now()
    return {
        "part": part,
        "role": _role(Role(part.role)),
        "last_day": last_day(ends, zone) if ends else None,
        "part_ends": last_day(part.until, zone) if part.until else None,
        "is_over": is_over,
    }


def _choices(access: Access) -> dict[str, object]:
    """What the forms offer."""
    from yaad.server.teams import people_of

    known = people_of(access)
    roles = OFFERED if access.may(Capability.PEOPLE) else [Role.REP]
    return {
        "roles": [(role.value, _role(role)) for role in roles],
        "tree": known.tree,
        "persons": known.names,
        "without_team": known.without_team,
    }


def _fields(asked: "Asked", zone: ZoneInfo) -> list[tuple[str, str]]:
    """A part as the fields of a form that is sent again."""
    from yaad.server.parts import last_day

    found = {
        "role": asked.role.value,
        "person": asked.person,
        "until": last_day(asked.until, zone).isoformat() if asked.until else "",
    }
    found |= {"may_import": "1"} if asked.may_import else {}
    found |= {"team": asked.team} if asked.places or asked.team else {}
    return list(found.items())


def _role(role: Role) -> Message:
    return Message(f"people.role_{role.value}")
