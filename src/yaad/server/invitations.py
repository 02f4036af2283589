"""Invitations: a link by mail that works once, for seven days, for that address of mail alone.

The link holds a random key; here stays only its hash. Who has an account signs in and confirms; who has none chooses a
name and a password: the link in the mail shows that the address is theirs.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from yaad.errors import InputError, YaadError
from yaad.server import audit
from yaad.server.acting import in_company, with_key
from yaad.server.companies import home
from yaad.server.joined import begin_person
from yaad.server.models import Account, AuditEvent, Company, Invitation, Membership
from yaad.server.new_accounts import NewAccount, account_of, mail_of
from yaad.server.parts import Asked, NoSuch, check, ends_on
from yaad.server.roles import Capability, Role
from yaad.server.scoping import Access
from yaad.text import Message, render

LASTS = dt.timedelta(days=7)
MOST_A_DAY = 200
"""Invitations that a company sends within 24 hours, those sent again among them."""
SENT = ("member.invited", "invitation.sent")
"""What the audit log calls them."""
PATH = "/join/"


class NoInvitation(YaadError):
    """The link is none, or no longer: which of it is not told."""


class OtherAccount(YaadError):
    """The invitation is for somebody else than who signed in."""


def invite(access: Access, email: str, asked: Asked, lang: str) -> Invitation:
    """Invite somebody and send the link.

    Args:
        access: of who invites.
        email: to whom.
        asked: the part.
        lang: of the mail, where they have no account that says it.

    Raises:
        Forbidden: it is more than they may give.
        InputError: see `yaad.server.parts.check`; or they are in the company, or invited already, or
            enough was sent today.
    """
    access.need(Capability.INVITE)
    check(access, asked)
    to = mail_of(email)
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=access.company)
        check_address(access, to)
        _hold_back(access.company)
        key = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            company=company,
            email=to,
            digest=_digest(key),
            by_id=access.account,
            expires_at=timezone.now() + LASTS,
            **asked.said,
        )
        audit.record(
            access.company, access.account, "member.invited", f"invitation:{made.pk}", asked.plain | {"email": to}
        )
    _send(made, key, access.name, lang)
    return made


def check_address(access: Access, email: str) -> None:
    """Hold that an address is nobody's of the company, and that no invitation to it waits.

    Raises:
        Forbidden: they may not invite.
        InputError: they are in the company, or invited already.
    """
    access.need(Capability.INVITE)
    to = mail_of(email)
    if Membership.objects.filter(company=access.company, account__email=to, ended_at__isnull=True).exists():
        raise InputError(Message("people.in_already", {"mail": to}))
    if waiting(access.company).filter(email=to).exists():
        raise InputError(Message("people.invited_already", {"mail": to}))


def waiting(company: str) -> QuerySet[Invitation]:
    """Invitations that were neither taken up nor withdrawn, also those whose days are over; the latest first."""
    rows = Invitation.objects.filter(company=company, taken_at__isnull=True, withdrawn_at__isnull=True)
    return rows.order_by("-made_at", "-pk")


def waiting_for(access: Access) -> list[Invitation]:
    """Those that somebody may withdraw and send again: who leads a team, those of that team.

    Raises:
        Forbidden: they may not.
    """
    access.need(Capability.INVITE)
    return [one for one in waiting(access.company) if _is_theirs(access, one)]


def _is_theirs(access: Access, one: Invitation) -> bool:
    if access.may(Capability.PEOPLE):
        return True
    owners, teams = access.viewer.owners or frozenset(), access.viewer.teams
    in_team = (one.team in teams if one.team else True) and (one.person in owners if one.person else True)
    return one.role == Role.REP and in_team and bool(one.team or one.person)


def _theirs(access: Access, number: int) -> Invitation:
    found = next((one for one in waiting_for(access) if one.pk == number), None)
    if found is None:
        raise NoSuch()
    return found


def withdraw(access: Access, number: int) -> Invitation:
    """Take an invitation back: its link works no more.

    Raises:
        Forbidden: they may not.
        NoSuch: no such invitation waits.
    """
    one = _theirs(access, number)
    with transaction.atomic():
        now = timezone.now()
        if not waiting(access.company).filter(pk=one.pk).update(withdrawn_at=now):
            raise NoSuch()
        audit.record(access.company, access.account, "invitation.withdrawn", f"invitation:{one.pk}")
    return one


def send_again(access: Access, number: int, lang: str) -> Invitation:
    """Send a new link, for seven days from now; the one before works no more.

    Raises:
        Forbidden: they may not.
        NoSuch: no such invitation waits.
        InputError: the part cannot be given any more, or enough was sent today.
    """
    one = _theirs(access, number)
    check(access, Asked.of(one))
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        _hold_back(access.company)
        renewed = {"digest": _digest(key), "expires_at": timezone.now() + LASTS}
        if not waiting(access.company).filter(pk=one.pk).update(**renewed):
            raise NoSuch()
        audit.record(access.company, access.account, "invitation.sent", f"invitation:{one.pk}")
    _send(one, key, access.name, lang)
    return one


def _hold_back(company: str) -> None:
    """Hold that a server's mail is not used to pester people."""
    since = timezone.now() - dt.timedelta(days=1)
    if AuditEvent.objects.filter(company=company, action__in=SENT, at__gt=since).count() >= MOST_A_DAY:
        raise InputError(Message("people.too_many_mails", {"n": MOST_A_DAY}))


def of_key(key: str) -> Invitation:
    """The invitation that a link is of.

    Raises:
        NoInvitation: there is none, it was taken up or withdrawn, its days are over, or the company is retired.
    """
    digest = _digest(key)
    rows = Invitation.objects.select_related("company", "by").filter(company__deleted_at__isnull=True)
    open_ = rows.filter(taken_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())
    with with_key(digest):
        found = open_.filter(digest=digest).first()
    if found is None:
        raise NoInvitation(Message("people.no_invitation"))
    return found


def has_account(one: Invitation) -> bool:
    """Whether who is invited signs in already."""
    return Account.objects.filter(email=one.email).exists()


def join(key: str, account: Account) -> Membership:
    """Take an invitation up by an account that signed in.

    Raises:
        NoInvitation: see `of_key`.
        OtherAccount: it is for another address of mail.
    """
    with _held(key) as one:
        if account.email != one.email:
            raise OtherAccount(Message("people.other_account", {"mail": account.email}))
        part = _joined(one, account)
    return begin_person(part, account, one.pk)


def join_new(key: str, name: str, password: str, lang: str) -> Membership:
    """Take an invitation up by somebody who has no account yet.

    Raises:
        NoInvitation: see `of_key`; or there is an account by now.
        InputError: no name, or the password is easy to guess.
    """
    with _held(key) as one:
        if has_account(one):
            raise NoInvitation(Message("people.no_invitation"))
        try:
            with transaction.atomic():
                account = account_of(NewAccount(one.email, name, password, lang))
        except IntegrityError:  # by another invitation, in the same moment
            raise NoInvitation(Message("people.no_invitation")) from None
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
        audit.record(None, account.pk, "account.made", f"account:{account.pk}")
        part = _joined(one, account)
    return begin_person(part, account, one.pk)


@contextmanager
def _held(key: str) -> Iterator[Invitation]:
    """The invitation in its company, held so that it is taken up once."""
    company = of_key(key).company_id
    with in_company(company), transaction.atomic():
        Company.objects.select_for_update().get(pk=company)
        yield of_key(key)


def _joined(one: Invitation, account: Account) -> Membership:
    asked = Asked.of(one)
    fields = asked.said | {"since": timezone.now(), "ended_at": None, "morning_hour": None}
    known = Membership.objects.filter(company=one.company_id, account=account).first()
    if known is not None and known.ended_at is None:
        raise NoInvitation(Message("people.no_invitation"))
    taken = Membership.objects.filter(company=one.company_id, person=asked.person, ended_at__isnull=True)
    if asked.person and taken.exists():
        fields["person"] = ""  # somebody else was tied to it since; it is for the owner to say whose it is
    made, _ = Membership.objects.update_or_create(company_id=one.company_id, account=account, defaults=fields)
    one.taken_at = timezone.now()
    one.save(update_fields=["taken_at"])
    audit.record(
        one.company_id, account.pk, "member.joined", f"account:{account.pk}", {"invitation": one.pk, "role": one.role}
    )
    return made


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _send(one: Invitation, key: str, by: str, lang: str) -> None:
    """The mail, in the language of who is invited where it is known.

    Raises:
        InputError: it could not be sent; the invitation waits and can be sent again.
    """
    known = Account.objects.filter(email=one.email).values_list("language", flat=True).first()
    values: dict[str, object] = {
        "by": by,
        "company": one.company.name,
        "address": f"{home().address}{PATH}{key}/",
        "n": LASTS.days,
    }
    language, ends = known or lang, ends_on(one)
    body = render(Message("people.mail_body", values), language)
    if ends is not None:
        body += "\n" + render(Message("people.mail_until", {"day": ends}), language) + "\n"
    subject = " ".join(render(Message("people.mail_subject", values), language).split())
    try:
        send_mail(subject, body, None, [one.email])
    except (OSError, SMTPException):
        raise InputError(Message("people.mail_not_sent", {"mail": one.email})) from None
