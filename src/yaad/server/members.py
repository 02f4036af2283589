"""Who is in a company: listed, changed, ended, and every change taken back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yaad.errors import InputError
from yaad.model import Settings
from yaad.server import audit, joined
from yaad.server.joined import IS, folded
from yaad.server.models import Company, Invitation, Membership, Token
from yaad.server.own_account import withdraw
from yaad.server.parts import Asked, NoSuch, check
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access
from yaad.server.teams import people_of, place_person
from yaad.server.writing import one_at_a_time
from yaad.text import Message

STATE = ("role", "team", "person", "may_import", "until", "others", "ended_at")
"""What of a membership changes."""


@dataclass(frozen=True)
class Change:
    """What a membership was and what it is, so that it can be taken back.

    Attributes:
        member: its id.
        before, after: its state in plain values.
        placed: the person of the data who came into another team: ``person``, and the teams ``before`` and ``after``,
            empty for none; None where nobody did.
    """

    member: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    placed: Mapping[str, str] | None = None

    @property
    def is_end(self) -> bool:
        """Whether the membership ended."""
        return self.before["ended_at"] is None and self.after["ended_at"] is not None

    @property
    def is_apart(self) -> bool:
        """Whether a person of the data was said to be somebody else."""
        before, after = (_apart(one["others"]) for one in (self.before, self.after))
        return len(after) > len(before)


def members_of(access: Access) -> list[Membership]:
    """The members now, by name; who leads a team is told of that team's alone.

    Raises:
        Forbidden: they may not.
    """
    access.need(Capability.INVITE)
    rows = Membership.objects.select_related("account").filter(company=access.company, ended_at__isnull=True)
    found = sorted(rows, key=lambda one: (str(one.account), one.pk))
    return [one for one in found if _sees(access, one)]


def _sees(access: Access, one: Membership) -> bool:
    if access.may(Capability.PEOPLE) or one.account_id == access.account:
        return True
    owners, teams = access.viewer.owners or frozenset(), access.viewer.teams
    return one.role in (Role.REP, Role.MANAGER) and (one.person in owners or one.team in teams)


def member(access: Access, number: int) -> Membership:
    """One of the members.

    Raises:
        Forbidden: they may not.
        NoSuch: there is none of this number in the company.
    """
    access.need(Capability.PEOPLE)
    rows = Membership.objects.select_related("account").filter(company=access.company, ended_at__isnull=True)
    found = rows.filter(pk=number).first()
    if found is None:
        raise NoSuch()
    return found


def team_of(one: Membership, settings: Settings) -> str:
    """The team that somebody leads, or is in: who sells is where the company puts the person that they are."""
    is_placed = one.role == Role.REP and bool(one.person)
    return (settings.working(one.person).team or "") if is_placed else str(one.team)


def part_of(access: Access, one: Membership) -> Asked:
    """The part of a member as it is now, to be changed."""
    told, is_rep = Asked.of(one), one.role == Role.REP
    return replace(told, team=team_of(one, people_of(access).settings), places=True) if is_rep else told


@one_at_a_time()
def change(access: Access, number: int, asked: Asked) -> Change:
    """Give a member another part; who sells comes into the team that it says.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: see `yaad.server.parts.check`; or it is the last owner.
    """
    one = member(access, number)
    check(access, asked, member=number)
    said = asked.said
    if asked.person and asked.person != one.person:
        said |= {"others": _others(one, asked.person)}
    made = _tied(access, one, said)
    is_there = people_of(access).settings.working(asked.person).team == (asked.team or None)
    if is_there or not asked.places or not asked.person:
        return made
    before = place_person(access, asked.person, asked.team)
    return replace(made, placed={"person": asked.person, "before": before, "after": asked.team})


def check_change(access: Access, number: int, asked: Asked) -> None:
    """Hold a change to what `change` would refuse, before anything is written.

    Raises:
        Forbidden, NoSuch, InputError: see `change`.
    """
    one = member(access, number)
    check(access, asked, member=number)
    stays = asked.role is Role.OWNER and asked.until is None
    if one.role == Role.OWNER and not stays and _owners(access.company) == 1:
        raise InputError(Message("people.last_owner"))


def end(access: Access, number: int) -> Change:
    """End a membership; what they wrote keeps its author.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: it is the last owner.
    """
    one = member(access, number)
    with transaction.atomic():
        change = _write(access, one, {"ended_at": timezone.now()}, "member.removed")
        _take_with(one)
    return change


def _take_with(one: Membership) -> None:
    """What somebody has given out goes with them: invitations that nobody has taken up, and tokens."""
    withdraw(Invitation.objects.filter(company=one.company_id, by=one.account_id))
    tokens = Token.objects.filter(company=one.company_id, account=one.account_id, revoked_at=None)
    tokens.update(revoked_at=timezone.now())


@one_at_a_time()
def take_back(access: Access, change: Change) -> Change:
    """Make a membership what it was before a change, unless it was changed since.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: it was changed since, the person has another account by now, or the last owner would go.
    """
    access.need(Capability.PEOPLE)
    one = Membership.objects.filter(company=access.company, pk=change.member).select_related("account").first()
    if one is None:
        raise NoSuch()
    if state_of(one) != change.after:
        raise InputError(Message("people.changed_since"))
    values = {name: _moment(value) if name in ("until", "ended_at") else value for name, value in change.before.items()}
    placed, people = change.placed, people_of(access)
    if placed and (people.settings.working(placed["person"]).team or "") != placed["after"]:
        raise InputError(Message("people.changed_since"))
    if placed and placed["before"] and placed["before"] not in people.teams:
        raise InputError(Message("people.no_team", {"team": placed["before"]}))
    done = _write(access, one, values, "member.restored")
    joined.hand_back(access, one.pk, str(change.before["person"]), str(change.after["person"]))
    if placed:
        place_person(access, placed["person"], placed["before"])
    return done


def state_of(one: Membership) -> dict[str, object]:
    """A membership's state in plain values."""
    values = {name: getattr(one, name) for name in STATE}
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else _text(value) for name, value in values.items()
    }


def _apart(value: object) -> list[str]:
    """Whose names are said to be somebody else's, of all that is said of a member."""
    return [str(one) for one in value if not str(one).startswith(IS)] if isinstance(value, list) else []


def _text(value: object) -> object:
    return value if value is None or isinstance(value, bool | list) else str(value)


def _moment(value: object) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(str(value))


def _write(access: Access, one: Membership, values: Mapping[str, object], action: str) -> Change:
    """Change a membership while no other one of the company changes: an owner stays."""
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=access.company)
        now = Membership.objects.select_related("account").get(pk=one.pk)
        before = state_of(now)
        for name, value in values.items():
            setattr(now, name, value)
        now.save(update_fields=list(values))
        if not _owners(access.company):
            raise InputError(Message("people.last_owner"))
        _alone_as(now)
        after = state_of(now)
        detail = {name: [before[name], after[name]] for name in STATE if before[name] != after[name]}
        spoken = {name: value for name, value in detail.items() if name not in ("person", "team", "others")}
        audit.record(
            access.company,
            access.account,
            action,
            f"account:{now.account_id}",
            spoken | {"fields": sorted(detail)},
        )
    return Change(now.pk, before, after)


def _alone_as(one: Membership) -> None:
    """Hold that nobody else is this person of the data."""
    if not one.person or one.ended_at is not None:
        return
    same = Membership.objects.filter(company=one.company_id, person=one.person, ended_at__isnull=True)
    other = same.exclude(pk=one.pk).select_related("account").first()
    if other is not None:
        raise InputError(Message("people.person_taken", {"person": one.person, "account": str(other.account)}))


def _owners(company: str) -> int:
    """How many own the company for good."""
    rows = Membership.objects.filter(company=company, role=Role.OWNER, ended_at__isnull=True, account__is_active=True)
    return rows.filter(Q(until__isnull=True)).count()


@dataclass(frozen=True)
class Proposed:
    """A member and a person of the data who seem to be the same.

    Attributes:
        member: id of the membership.
        account: what the account is called.
        person: the name in the data.
        by_mail: whether the name is their address of mail; else the names are equal.
    """

    member: int
    account: str
    person: str
    by_mail: bool


def proposed(access: Access) -> list[Proposed]:
    """Persons of the data who seem to be members without a person; nothing is tied before somebody confirms it.

    Raises:
        Forbidden: they may not.
    """
    access.need(Capability.PEOPLE)
    members = members_of(access)
    taken, begun = {one.person for one in members if one.person}, joined.begun_by(access.company)
    free = {folded(name): name for name in people_of(access).names if name not in taken}
    found = []
    for one in members:
        is_tied = bool(one.person) and one.person != begun.get(one.pk)
        if is_tied or one.role not in (Role.OWNER, Role.MANAGER, Role.REP):
            continue
        if joined.waits(one):
            found.append(Proposed(one.pk, str(one.account), one.person, by_mail=False))
            continue
        mine = {told: name for told, name in free.items() if joined.digest_of(name) not in one.others}
        by_mail, by_name = mine.get(folded(one.account.email)), mine.get(folded(one.account.name))
        person = by_mail or by_name
        if person:
            found.append(Proposed(one.pk, str(one.account), person, by_mail=by_mail is not None))
    return found


def tie(access: Access, number: int, person: str) -> Change:
    """Say that a member is a person of the data, or none.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: no such person, or the person has another account.
    """
    one = member(access, number)
    asked = Asked.of(one)
    check_person = Asked(asked.role, person=person.strip(), until=asked.until)
    check(access, check_person, member=number)
    return _tied(access, one, {"person": person.strip(), "others": _others(one, person.strip())})


def _others(one: Membership, person: str) -> list[str]:
    """What is said of a member as soon as they are confirmed to be a person."""
    kept = {other for other in _apart(one.others) if other != joined.digest_of(person)}
    is_own = person in joined.begun_as(one)
    return sorted(kept | {joined.said_to_be(person)} if is_own else kept)


def _tied(access: Access, one: Membership, said: Mapping[str, object]) -> Change:
    """Who became a person by joining, and is another one of the data now, takes along what is written of them."""
    before, after = one.person, str(said["person"])

    def write() -> Change:
        return _write(access, one, said, "member.changed")

    if before and after and before != after and before in joined.begun_as(one):
        return joined.hand_over(one.pk, before, after, write)
    return write()


def keep_apart(access: Access, number: int, person: str) -> Change:
    """Say that a person of the data is somebody else than a member, however alike they are called.

    Raises:
        Forbidden: they may not.
        NoSuch: no such member.
        InputError: no such person, or the member is that person.
    """
    one = member(access, number)
    if folded(person) not in {folded(name) for name in people_of(access).names}:
        raise InputError(Message("people.no_person", {"person": person}))
    others = sorted({*_apart(one.others), joined.digest_of(person)})
    if one.person and one.person == person.strip() and joined.waits(one):
        return _tied(access, one, {"person": joined.free_name(access.company, one.person), "others": others})
    if one.person and one.person == person.strip():
        raise InputError(Message("people.is_person", {"person": one.person}))
    return _write(access, one, {"others": sorted({*one.others, joined.digest_of(person)})}, "member.changed")
