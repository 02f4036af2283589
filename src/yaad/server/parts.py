"""A part in a company as it is asked for: whether it can be given, by whom, and what it will mean."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone

from yaad.errors import InputError, UnknownName, YaadError
from yaad.server.models import Company, Invitation, Membership
from yaad.server.models.companies import Part
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access, Forbidden
from yaad.server.teams import People, people_of
from yaad.text import Message

USUAL_GRANT = dt.timedelta(days=90)
"""How long a consultant's grant is, unless said."""
NAMES_SAID = 12
"""Names that a sentence holds; more of them are counted."""
_NO_TEAM = Message("people.means_in_no_team")


class NoSuch(UnknownName):
    """There is no such member or invitation in this company; what there is, is not told."""

    def __init__(self) -> None:
        YaadError.__init__(self, Message("people.no_such"))


@dataclass(frozen=True)
class Asked:
    """A part; see `yaad.server.models.companies.Part` for its fields.

    Attributes:
        places: whether the team was said: who sells as a person of the data is put into it, or out of theirs.
    """

    role: Role
    team: str = ""
    person: str = ""
    may_import: bool = False
    until: dt.datetime | None = None
    places: bool = False

    @classmethod
    def read(cls, typed: Mapping[str, str], zone: ZoneInfo) -> "Asked":
        """From a form. What a role does not have is left out; the last day of a grant counts whole.

        Args:
            typed: field → what was typed.
            zone: the company's clock, by which the day ends; see `zone_of`.

        Raises:
            InputError: no such role, or the last day is none.
        """
        if typed.get("role", "") not in set(Role):
            raise InputError(Message("people.no_role"))
        role = Role(typed["role"])
        is_consultant = role is Role.CONSULTANT
        return cls(
            role,
            typed.get("team", "").strip() if role in (Role.MANAGER, Role.REP) else "",
            typed.get("person", "").strip() if role in (Role.OWNER, Role.MANAGER, Role.REP) else "",
            is_consultant and bool(typed.get("may_import")),
            None if role is Role.OWNER else _until(typed.get("until", ""), zone) or _usual_end(role, zone),
            places=role is Role.REP and "team" in typed,
        )

    @classmethod
    def of(cls, part: Part) -> "Asked":
        """A part that is there."""
        return cls(Role(part.role), part.team, part.person, part.may_import, part.until)

    @property
    def said(self) -> dict[str, object]:
        """Field of `Part` → value."""
        names = ("role", "team", "person", "may_import", "until")
        return {name: getattr(self, name) for name in names}

    @property
    def plain(self) -> dict[str, object]:
        """The same as plain values, for the audit log."""
        return self.said | {"role": self.role.value, "until": self.until.isoformat() if self.until else None}


def zone_of(company: str) -> ZoneInfo:
    """A company's clock."""
    return ZoneInfo(Company.objects.values_list("zone", flat=True).get(pk=company))


def last_day(until: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The last day of what ends at a moment, by a company's clock."""
    return (until - dt.timedelta(seconds=1)).astimezone(zone).date()


def ends_on(part: Membership | Invitation) -> dt.date | None:
    """The last day of a part, by the clock of its company; None where it does not end."""
    return None if part.until is None else last_day(part.until, ZoneInfo(part.company.zone))


def _until(typed: str, zone: ZoneInfo) -> dt.datetime | None:
    if not typed.strip():
        return None
    try:
        day = dt.date.fromisoformat(typed.strip())
    except ValueError:
        raise InputError(Message("people.bad_day", {"day": typed.strip()})) from None
    return _midnight(day + dt.timedelta(days=1), zone)


def _usual_end(role: Role, zone: ZoneInfo) -> dt.datetime | None:
    """When a grant ends where nobody said a day."""
    if role is not Role.CONSULTANT:
        return None
    return _midnight(timezone.now().astimezone(zone).date() + USUAL_GRANT, zone)


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """When a day begins, written as the database gives it back: a part is compared with what it was."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def check(access: Access, asked: Asked, member: int | None = None) -> None:
    """Hold a part to what there is in the company, and to what who gives it may give.

    Args:
        access: of who gives it.
        asked: the part.
        member: id of the membership that has it already.

    Raises:
        Forbidden: it is more than they may give: who leads a team gives reps of that team their part, nothing else.
        InputError: there is no such team or person, the person has an account already, or a consultant's grant does
            not end.
    """
    if not access.may(Capability.PEOPLE):
        access.need(Capability.INVITE)
        is_inside = asked.team in access.viewer.teams or asked.person in (access.viewer.owners or ())
        strays = bool(asked.team and asked.team not in access.viewer.teams)
        strays |= bool(asked.person and asked.person not in (access.viewer.owners or ()))
        if asked.role is not Role.REP or strays or not is_inside:
            raise Forbidden(Message("people.own_team_only"))
    people = people_of(access)
    if asked.team and asked.team not in people.teams:
        raise InputError(Message("people.no_team", {"team": asked.team}))
    if asked.person and asked.person not in people.names:
        raise InputError(Message("people.no_person", {"person": asked.person}))
    if asked.until is not None and asked.until <= timezone.now():
        raise InputError(Message("people.day_is_over"))
    if asked.role is Role.CONSULTANT and asked.until is None:
        raise InputError(Message("people.grant_ends"))
    taken = Membership.objects.filter(company=access.company, person=asked.person, ended_at__isnull=True)
    other = taken.exclude(pk=member or 0).select_related("account").first() if asked.person else None
    if other is not None:
        raise InputError(Message("people.person_taken", {"person": asked.person, "account": str(other.account)}))


def meaning(access: Access, asked: Asked, *, joins: bool = False) -> list[Message]:
    """What a part lets somebody see and do, as things stand, in sentences.

    Args:
        access: of who gives it.
        asked: the part.
        joins: it is given to somebody who is still to join.
    """
    people = people_of(access)
    found = [Message(f"people.means_{asked.role.value}")]
    if asked.role is Role.MANAGER:
        found = [_led(people, asked)]
    elif asked.role is Role.REP:
        nobody = "people.means_rep_joins" if joins else "people.means_rep_nobody"
        words = "people.means_rep" if asked.person else nobody
        found = [Message(words, {"person": asked.person} if asked.person else {})]
        if asked.person and asked.places and not joins:
            found.append(Message("people.means_in_team", {"team": asked.team}) if asked.team else _NO_TEAM)
    found += [Message("people.means_import")] if asked.may_import else []
    if asked.until is not None:
        found.append(Message("people.means_until", {"day": last_day(asked.until, zone_of(access.company))}))
    return found


def _led(people: People, asked: Asked) -> Message:
    """Whose deals a manager will see."""
    names = sorted(people.under(asked.team) | ({asked.person} if asked.person else set()))
    if not names:
        return Message("people.means_manager_nobody")
    if len(names) > NAMES_SAID:
        return Message("people.means_manager_many", {"n": len(names), "team": asked.team})
    return Message("people.means_manager", {"n": len(names), "names": ", ".join(names)})
