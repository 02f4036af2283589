"""The people of a company: members, invitations, teams, who is who in the data; each change can be taken back."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, TypeVar

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book import Book
from yaad.faces.api.declared import reads, writes
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Body, Count, Cursor, Name, Number, Text, lang
from yaad.faces.api.shapes import people as shapes
from yaad.faces.api.versions import hold, version_of
from yaad.server import invitations as invited
from yaad.server import members, teams, undoing
from yaad.server.models import Company, Invitation, Membership
from yaad.server.parts import Asked, check, ends_on, zone_of
from yaad.server.parts import meaning as meaning_of
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.tokens import Scope
from yaad.server.writing import one_at_a_time
from yaad.text import render

router = Router()
Done = TypeVar("Done")
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
Role = Annotated[Literal["owner", "manager", "rep", "consultant", "viewer"], Field(examples=["rep"])]
Of = Annotated[Number, Field(examples=[12])]
A_PART = {"role": "rep", "team": "north", "person": "Dana", "may_import": False, "until": None}
MEMBER = {"id": 12, "name": "Dana Levi", "email": "dana@example.com", **A_PART, "version": "3f2a9c0d41b7e865"}
INVITATION = {"id": 7, "email": "omer@example.com", **A_PART, "expires_at": "2026-11-05T09:30:00+00:00"}
UNDO = {"undo": "eyJ…"}


class OfPart(Body):
    """A part in the company.

    Attributes:
        team: that they lead, or sell in; who sells stays in theirs where it is left out.
        until: the last day of it.
    """

    role: Role
    team: Text = ""
    person: Text = ""
    may_import: bool = False
    until: dt.date | None = None

    def asked(self) -> Asked:
        """As the rooms below know it.

        Raises:
            InputError: it cannot be one.
        """
        typed = {"role": self.role, "person": self.person}
        typed |= {"team": self.team} if "team" in self.model_fields_set else {}
        typed |= {"may_import": "1"} if self.may_import else {}
        typed |= {"until": self.until.isoformat()} if self.until else {}
        return Asked.read(typed, zone_of(current().company))


# ---- members ---------------------------------------------------------------------------------------------------------


@reads(router, "/people", Capability.INVITE, shapes.Members, kept=False, example={"members": [MEMBER], "next": None})
def people(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """Who is in the company."""
    del request
    listing: Listing[Membership] = Listing("members", lambda one: int(one.pk), _member)
    return listing.page(members.members_of(current()), cursor, limit)


@reads(
    router,
    "/people/meaning",
    Capability.INVITE,
    shapes.Meaning,
    kept=False,
    example={"means": ["…"]},
)
def meaning(
    request: HttpRequest,
    *,
    role: Role = "rep",
    team: Annotated[Text, Field(examples=["north"])] = "",
    person: Annotated[Text, Field(examples=["Dana"])] = "",
    may_import: bool = False,
    until: Annotated[dt.date | None, Field(examples=["2026-12-31"])] = None,
) -> Json:
    """What a part would let somebody see and do, before it is given."""
    del request
    said = {"team": team} if team else {}
    asked = OfPart(role=role, person=person, may_import=may_import, until=until, **said).asked()
    check(current(), asked)
    return _means(asked)


@reads(
    router,
    "/people/proposed",
    Capability.PEOPLE,
    shapes.Ties,
    scope=Scope.PEOPLE,
    kept=False,
    example={"proposed": [{"member": 12, "account": "Dana Levi", "person": "Dana", "by_mail": False}], "next": None},
)
def proposed_ties(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """Members who seem to be a person of the data."""
    del request
    listing: Listing[members.Proposed] = Listing("proposed", lambda one: one.member, _proposed)
    return listing.page(members.proposed(current()), cursor, limit)


@reads(
    router,
    "/people/{int:number}",
    Capability.PEOPLE,
    shapes.MemberMeans,
    scope=Scope.PEOPLE,
    kept=False,
    example={**MEMBER, "means": ["…"]},
)
def member(request: HttpRequest, number: Of) -> Json:
    """One member, and what they may do."""
    del request
    one = members.member(current(), number)
    return _member(one) | _means(members.part_of(current(), one))


@writes(
    router,
    "/people/{int:number}",
    Capability.PEOPLE,
    shapes.MemberChanged,
    scope=Scope.PEOPLE,
    body=A_PART,
    example=MEMBER | UNDO,
    matched=True,
)
def change_member(request: HttpRequest, number: Of, body: OfPart) -> Json:
    """Give a member another part."""
    return _changed(request, number, lambda: members.change(current(), number, body.asked()))


@writes(
    router,
    "/people/{int:number}/end",
    Capability.PEOPLE,
    shapes.WithUndo,
    scope=Scope.PEOPLE,
    example=UNDO,
    matched=True,
)
def end_member(request: HttpRequest, number: Of) -> Json:
    """End a membership."""
    return _changed(request, number, lambda: members.end(current(), number))


class Tie(Body):
    """Who of the data a member is.

    Attributes:
        person: empty: nobody.
        same: false: the person is somebody else, and is not proposed again.
    """

    person: Text
    same: bool = True


@writes(
    router,
    "/people/{int:number}/tie",
    Capability.PEOPLE,
    shapes.MemberChanged,
    scope=Scope.PEOPLE,
    body={"person": "Dana"},
    example=MEMBER | UNDO,
    matched=True,
)
def tie_member(request: HttpRequest, number: Of, body: Tie) -> Json:
    """Say who of the data a member is, or is not."""
    say = members.tie if body.same else members.keep_apart
    return _changed(request, number, lambda: say(current(), number, body.person))


class Back(Body):
    """A change that is taken back.

    Attributes:
        undo: as its answer told it.
    """

    undo: Annotated[str, Field(min_length=1, max_length=undoing.LONGEST)]


@writes(
    router, "/people/undo", Capability.PEOPLE, shapes.DoneBack, scope=Scope.PEOPLE, body=UNDO, example={"done": True}
)
def undo_of_people(request: HttpRequest, body: Back) -> Json:
    """Take back a change of a member, a team or a place."""
    del request
    undoing.take_back(current(), undoing.opened(current(), body.undo))
    return {"done": True}


# ---- invitations -----------------------------------------------------------------------------------------------------


@reads(
    router,
    "/invitations",
    Capability.INVITE,
    shapes.Invitations,
    kept=False,
    example={"invitations": [INVITATION], "next": None},
)
def invitations(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """Invitations that nobody has taken up."""
    del request
    listing: Listing[Invitation] = Listing("invitations", lambda one: int(one.pk), _invitation, latest_first=True)
    return listing.page(invited.waiting_for(current()), cursor, limit)


class Invite(OfPart):
    """Who is invited."""

    email: Name


@writes(
    router,
    "/invitations",
    Capability.INVITE,
    shapes.Invitation,
    body={"email": "omer@example.com", **A_PART},
    example=INVITATION,
)
def invite(request: HttpRequest, body: Invite) -> Json:
    """Invite somebody; the link is sent by mail."""
    del request
    return _invitation(invited.invite(current(), body.email, body.asked(), lang()))


@writes(router, "/invitations/{int:number}/withdraw", Capability.INVITE, shapes.Invitation, example=INVITATION)
def withdraw_invitation(request: HttpRequest, number: Of) -> Json:
    """Take an invitation back."""
    del request
    return _invitation(invited.withdraw(current(), number))


@writes(router, "/invitations/{int:number}/again", Capability.INVITE, shapes.Invitation, example=INVITATION)
def send_invitation(request: HttpRequest, number: Of) -> Json:
    """Send a new link."""
    del request
    return _invitation(invited.send_again(current(), number, lang()))


# ---- teams -----------------------------------------------------------------------------------------------------------


A_TEAM = {"name": "north", "above": "", "people": ["Dana"], "version": "3f2a9c0d41b7e865"}


@reads(
    router,
    "/teams",
    Capability.INVITE,
    shapes.Teams,
    kept=False,
    example={"teams": [A_TEAM], "without_team": ["Omer"], "persons": ["Dana", "Omer"], "next": None},
)
def all_teams(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """The teams, and who sells in them."""
    del request
    found = teams.people_of(current())
    listing: Listing[teams.Team] = Listing(
        "teams",
        lambda one: one.name,
        _team,
    )
    return listing.page(found.tree, cursor, limit) | {
        "without_team": found.without_team,
        "persons": list(found.names),
    }


class Team(Body):
    """A team.

    Attributes:
        above: the team that it is part of; empty: none.
    """

    name: Name
    above: Text = ""


@writes(
    router,
    "/teams",
    Capability.PEOPLE,
    shapes.NamedUndo,
    scope=Scope.PEOPLE,
    body={"name": "north", "above": ""},
    example={"name": "north"} | UNDO,
    matched=True,
)
def put_team(request: HttpRequest, body: Team) -> Json:
    """Put a team, new or known, under another one."""
    name = " ".join(body.name.split())
    with _held_team(request, name):
        back = undoing.of_team(current(), name)
        return {"name": teams.put_team(current(), body.name, body.above), "undo": undoing.sealed(current(), back)}


class Named(Body):
    """Something by its name."""

    name: Name


@writes(
    router,
    "/teams/remove",
    Capability.PEOPLE,
    shapes.NamedUndo,
    scope=Scope.PEOPLE,
    body={"name": "north"},
    example={"name": "north"} | UNDO,
    matched=True,
)
def remove_team(request: HttpRequest, body: Named) -> Json:
    """Take an empty team away."""
    with _held_team(request, body.name):
        back = undoing.of_team(current(), body.name)
        teams.remove_team(current(), body.name)
        return {"name": body.name, "undo": undoing.sealed(current(), back)}


class Place(Body):
    """Where a person sells.

    Attributes:
        team: empty: in none.
    """

    person: Name
    team: Text = ""


@writes(
    router,
    "/teams/place",
    Capability.PEOPLE,
    shapes.Placed,
    scope=Scope.PEOPLE,
    body={"person": "Dana", "team": "north"},
    example={"before": ""} | UNDO,
)
def place_person(request: HttpRequest, body: Place) -> Json:
    """Put a person of the data into a team."""
    del request
    before = teams.place_person(current(), body.person, body.team)
    return {"before": before, "undo": undoing.sealed(current(), undoing.of_person(body.person, before))}


@contextmanager
def _held_team(request: HttpRequest, name: str) -> Iterator[None]:
    """Alone, and only where a team still is as the program read it.

    Raises:
        Conflict: ``If-Match`` names another version than the team has now, or there is no such team.
    """

    def now() -> str:
        return next((str(_team(one)["version"]) for one in teams.people_of(current()).tree if one.name == name), "")

    with one_at_a_time():
        hold(request, now)
        yield


# ---- how they are told -----------------------------------------------------------------------------------------------


def _part(one: Membership | Invitation) -> Json:
    day = ends_on(one)
    return {
        "role": one.role,
        "team": one.team,
        "person": one.person,
        "may_import": one.may_import,
        "until": None if day is None else day.isoformat(),
    }


def _member(one: Membership) -> Json:
    named = {"id": one.pk, "name": one.account.name, "email": one.account.email}
    told = _part(one) | {"team": members.team_of(one, teams.people_of(current()).settings)}
    return named | told | {"version": version_of(members.state_of(one))}


def _invitation(one: Invitation) -> Json:
    return {"id": one.pk, "email": one.email} | _part(one) | {"expires_at": one.expires_at.isoformat()}


def _proposed(one: members.Proposed) -> Json:
    return {"member": one.member, "account": one.account, "person": one.person, "by_mail": one.by_mail}


def _team(one: teams.Team) -> Json:
    told: Json = {"name": one.name, "above": one.above, "people": list(one.people)}
    return told | {"version": version_of(told)}


def _means(asked: Asked) -> Json:
    return {"means": [render(said, lang()) for said in meaning_of(current(), asked)]}


def _changed(request: HttpRequest, number: int, change: Callable[[], members.Change]) -> Json:
    """Change a member where it still is as the program read it.

    Raises:
        Conflict: ``If-Match`` names another version than the member has now.
        NoSuch: no such member.
    """
    access = current()

    def work() -> members.Change:
        hold(request, lambda: version_of(members.state_of(members.member(access, number))))
        return change()

    done = alone(work)
    back = {"undo": undoing.sealed(access, undoing.of_member(done))}
    return back if done.is_end else _member(members.member(access, number)) | back


def alone(work: Callable[[], Done]) -> Done:
    """Do what changes the company while nobody else does, so that nothing comes between a look and the change.

    The transaction stands inside a question: whoever has begun to write must not wait for a place to ask.
    """

    def held(_book: Book) -> Done:
        with transaction.atomic():
            Company.objects.select_for_update().get(pk=current().company)
            return work()

    return opened().shelf.once(held)
