"""Teams as a tree and who sells in them, as the company's journal says it: settings ``team:…`` and ``person:…``."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from yaad.book import Book
from yaad.errors import InputError
from yaad.model import Settings, Working
from yaad.server import audit
from yaad.server.models import Membership
from yaad.server.new_accounts import name_of
from yaad.server.roles import Capability
from yaad.server.scoping import Access
from yaad.server.state import opened
from yaad.server.writing import one_at_a_time, write_once
from yaad.text import Message

OWNERS = ("deals", "orders", "contracts")
"""Tables whose rows belong to a person."""


@dataclass(frozen=True)
class Team:
    """One team in the tree.

    Attributes:
        name: of it.
        depth: how many teams it is part of.
        above: the team that it is part of; empty: none.
        people: who sells in it, not in a team below it.
    """

    name: str
    depth: int
    above: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """The teams of a company and who sells, as far as somebody sees them.

    Attributes:
        settings: what the company says.
        names: persons of the data and of the settings.
    """

    settings: Settings
    names: tuple[str, ...]

    @property
    def teams(self) -> list[str]:
        """All teams, also those that only a person is said to be in."""
        return [team.name for team in self.tree]

    @property
    def tree(self) -> list[Team]:
        """The teams, each followed by those that are part of it."""
        above = {one.team: None for one in self.settings.people.values() if one.team} | dict(self.settings.teams)
        known = {name: up if up in above else None for name, up in above.items()}
        return list(self._below(known, None, 0))

    @property
    def without_team(self) -> list[str]:
        """Persons of no team."""
        return [name for name in self.names if not self.settings.working(name).team]

    def under(self, team: str) -> frozenset[str]:
        """The people of a team and of the teams below it; of no team, nobody."""
        return self.settings.people_under(team) if team else frozenset()

    def _below(self, above: Mapping[str, str | None], team: str | None, depth: int) -> Iterator[Team]:
        for name in sorted(one for one, up in above.items() if up == team):
            people = tuple(sorted(who for who, one in self.settings.people.items() if one.team == name))
            yield Team(name, depth, team or "", people)
            yield from self._below(above, name, depth + 1)


def people_of(access: Access) -> People:
    """The teams and the persons that somebody sees; asked within their own `yaad.server.scoping.on_behalf_of`."""
    shelf = opened().shelf
    if shelf.book.is_empty:
        return _before_data(access)
    return shelf.ask("people", lambda book: People(book.settings, tuple(names_in(book))))


def _before_data(access: Access) -> People:
    """What a company says before its first import."""
    from yaad.facts import settings_of
    from yaad.facts.visible import visible_settings
    from yaad.server.journal import DatabaseJournal

    said = visible_settings(settings_of(DatabaseJournal(access.company).of_company()), access.viewer)
    return People(said, tuple(sorted(said.people)))


def names_before_data(company: str) -> list[str]:
    """Persons whom a company names before its first import."""
    from yaad.facts import settings_of
    from yaad.server.journal import DatabaseJournal

    return sorted(settings_of(DatabaseJournal(company).of_company()).people)


def names_in(book: Book) -> list[str]:
    """Persons of the data and of the settings."""
    facts, found = book.facts, set(book.settings.people)
    for name in OWNERS:
        table = facts.table(name)
        found |= {str(one) for one in facts.run(table.select("owner").distinct())["owner"].to_pylist() if one}
    calls = facts.table("calls")
    found |= {str(one) for one in facts.run(calls.select("by").distinct())["by"].to_pylist() if one}
    return sorted(found)


@one_at_a_time()
def put_team(access: Access, typed: str, above: str) -> str:
    """A team, new or known, that is part of another one or of none. Gives its name.

    Raises:
        Forbidden: they may not.
        InputError: no name, no such team above it, or it would be part of itself.
    """
    access.need(Capability.PEOPLE)
    name, people = name_of(typed), people_of(access)
    if above and above not in people.teams:
        raise InputError(Message("people.no_team", {"team": above}))
    if above in people.settings.teams_under(name):
        raise InputError(Message("people.team_in_itself", {"team": name, "above": above}))
    say(access, f"team:{name}", {"under": above or None}, "team.put")
    return name


@one_at_a_time()
def remove_team(access: Access, name: str) -> None:
    """Take an empty team away.

    Raises:
        Forbidden: they may not.
        InputError: there is none, or somebody is in it, leads it, or a team is part of it.
    """
    access.need(Capability.PEOPLE)
    people = people_of(access)
    if name not in people.settings.teams:
        raise InputError(Message("people.no_team", {"team": name}))
    is_led = Membership.objects.filter(company=access.company, team=name, ended_at__isnull=True).exists()
    if is_led or people.under(name) or len(people.settings.teams_under(name)) > 1:
        raise InputError(Message("people.team_not_empty", {"team": name}))
    say(access, f"team:{name}", None, "team.removed")


@one_at_a_time()
def place_person(access: Access, person: str, team: str) -> str:
    """Put a person of the data into a team, or into none. Gives the team that they were in.

    Raises:
        Forbidden: they may not.
        InputError: there is no such person or team.
    """
    access.need(Capability.PEOPLE)
    people = people_of(access)
    if person not in people.names:
        raise InputError(Message("people.no_person", {"person": person}))
    if team and team not in people.teams:
        raise InputError(Message("people.no_team", {"team": team}))
    before = people.settings.working(person)
    say(access, f"person:{person}", plain_working(before) | {"team": team or None}, "person.placed")
    return before.team or ""


def plain_working(working: Working) -> dict[str, object]:
    """What is said of a person, as the setting holds it."""

    def day(one: dt.date | None) -> str | None:
        return one.isoformat() if one else None

    away = [{"start": day(one.start), "end": day(one.end), "why": one.why.value} for one in working.away]
    return {"start": day(working.start), "end": day(working.end), "share": working.share, "away": away}


def say(access: Access, name: str, value: object, action: str, *, key: str | None = None) -> int:
    """Write what says who sees whose deals into the journal, and who did it into the audit log; gives the entry's seq.

    Args:
        access: of who says it; the right to is asked before, and by the book.
        name: of the setting, ``team:…`` or ``person:…``.
        value: see `Book.set_setting`.
        action: what the audit log calls it.
        key: idempotency key.
    """

    def said(book: Book) -> int:
        # the transaction inside the question: whoever has begun to write must not wait for a place to ask
        with transaction.atomic():
            entry = book.set_setting(name, value, at=timezone.now(), by=access.name, key=key)
            audit.record(access.company, access.account, action, f"entry:{entry.seq}", {"name": name.partition(":")[2]})
        return entry.seq

    return write_once(said)
