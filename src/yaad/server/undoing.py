"""What was done last to people and teams, so that it can be taken back: by a page in its session, by a program sealed.

An undo says what was before. Sealed it goes to a program and comes back: signed, of use only to the account that got
it, in that company.
"""

from dataclasses import asdict
from typing import Any

from django.core import signing

from yaad.errors import InputError
from yaad.server import members, teams
from yaad.server.scoping import Access
from yaad.text import Message

SALT = "yaad.undo"
LONGEST = 4000
"""Letters of a sealed undo."""
Undo = dict[str, Any]  # plain values, as the rooms below gave them


def of_member(change: members.Change) -> Undo:
    """How a change of a member is taken back."""
    return {"kind": "member"} | asdict(change)


def of_team(access: Access, name: str) -> Undo:
    """How a change of a team is taken back; asked before it is changed."""
    before = teams.people_of(access).settings.teams
    return {"kind": "team", "name": name, "above": before.get(name) or "", "known": name in before}


def of_person(person: str, team: str) -> Undo:
    """How the placing of a person is taken back: into the team that they were in."""
    return {"kind": "person", "name": person, "team": team}


def take_back(access: Access, back: Undo) -> None:
    """Make it as it was.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: it was changed since, or cannot be as it was any more.
    """
    if back["kind"] == "member":
        members.take_back(access, members.Change(back["member"], back["before"], back["after"], back.get("placed")))
    elif back["kind"] == "person":
        teams.place_person(access, back["name"], back["team"])
    elif back["known"]:
        teams.put_team(access, back["name"], back["above"])
    else:
        teams.remove_team(access, back["name"])


def sealed(access: Access, back: Undo) -> str:
    """An undo on its way to a program."""
    return signing.dumps([access.company, access.account, back], salt=SALT, compress=True)


def opened(access: Access, told: str) -> Undo:
    """An undo that a program brought back.

    Raises:
        InputError: it is none of ours, or of somebody else.
    """
    try:
        company, account, back = signing.loads(told, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InputError(Message("api.bad_undo")) from None
    if (company, account) != (access.company, access.account):
        raise InputError(Message("api.bad_undo"))
    return dict(back)
