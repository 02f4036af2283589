"""The morning by mail: each member asks for it themselves, in a company, at an hour of its clock, on its working days.

A mail is noted before it is sent, and noted again when the mail server took it. A server that is killed between the two
does not send it again that day: it is sent at most once, and its page says that it was cut off. What the mail server
refused, or could not be reached for, is tried again for three hours.
"""

import datetime as dt
import logging
import smtplib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q

from yaad.book.usual import calendar_of
from yaad.errors import InputError, YaadError
from yaad.server.acting import as_server, in_company
from yaad.server.companies import home
from yaad.server.connected import given_back
from yaad.server.models import Membership
from yaad.server.roles import Capability
from yaad.server.scoping import Access, on_behalf_of, scope
from yaad.server.sign_in import second_step
from yaad.show.speech import say_plain
from yaad.text import Message

HOURS, USUAL = range(24), 7
LATEST, AGAIN = dt.timedelta(hours=3), dt.timedelta(minutes=15)
"""How long after its hour a mail is still sent, and after how long one that failed is tried again."""
PATH = "/morning/"
SALT = "yaad.morning"
REFUSED = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
)
"""The mail server said that it did not take it; of anything else nobody knows whether it did."""

log = logging.getLogger("yaad.mornings")


class State(StrEnum):
    """How far the last mail came."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Nothing was sent."""
    UNSURE = "unsure"
    """It was cut off while it was sent."""
    BROKEN = "broken"
    """It could not be written: a fault of ours."""
    REFUSED = "refused"
    """Who asked for it may not have it any more."""


@dataclass(frozen=True)
class Asked:
    """What a member asked for.

    Attributes:
        hour: by the company's clock; None: no mail.
        day: of the last mail; `state`: how far it came, None where there was none.
        mail: to which it is sent.
    """

    hour: int | None
    day: dt.date | None
    state: State | None
    mail: str

    @property
    def time(self) -> str:
        """The hour, as it is read."""
        return f"{self.hour or 0:02}:00"

    @property
    def last(self) -> Message | None:
        """What became of the last mail."""
        if self.state is None or self.day is None:
            return None
        word = State.UNSURE if self.state is State.SENDING else self.state
        return Message(f"morning.was_{word.value}", {"day": self.day})


def is_able() -> bool:
    """Whether this server sends mails at all."""
    return home().sends_mails


def asked(access: Access) -> Asked:
    """What who asks has asked for in this company."""
    with in_company(access.company):
        part = Membership.objects.select_related("account").get(company=access.company, account=access.account)
    state = State(part.morning_state) if part.morning_state else None
    return Asked(part.morning_hour, part.morning_day, state, part.account.email)


def ask(access: Access, hour: str) -> None:
    """Have the mail sent at an hour from the next working day on, or later today.

    Raises:
        Forbidden: they see no deals.
        InputError: that is no hour, or this server sends no mails.
    """
    access.need(Capability.ROWS)
    if not is_able():
        raise InputError(Message("morning.no_mail"))
    if not (hour.isascii() and hour.isdecimal() and int(hour) in HOURS):
        raise InputError(Message("morning.bad_hour"))
    _mine(access.company, access.account, int(hour))


def stop(access: Access) -> None:
    """Send none any more."""
    _mine(access.company, access.account, None)


def stop_by(word: str) -> bool:
    """Send none any more to whom the word of a mail names; whether it names anybody.

    Raises:
        InputError: the word is none of ours.
    """
    company, account = read_word(word)
    return _mine(company, account, None)


def word_of(company: str, account: int) -> str:
    """The word by which a mail is stopped without signing in: it stops that one thing and opens nothing."""
    return signing.dumps([company, account], salt=SALT)


def read_word(word: str) -> tuple[str, int]:
    """Whom the word of a mail names.

    Raises:
        InputError: it is none of ours.
    """
    try:
        company, account = signing.loads(word, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InputError(Message("morning.stop_unknown")) from None
    return str(company), int(account)


def _mine(company: str, account: int | None, hour: int | None) -> bool:
    with in_company(company):
        return bool(Membership.objects.filter(company=company, account=account).update(morning_hour=hour))


# ---- sending ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Due:
    """A mail that is due: of a part in a company, for a day."""

    part: int
    company: str
    account: int
    day: dt.date


_turn = threading.Lock()
"""One thread sends."""


def of_companies(companies: Iterable[str], root_of: Callable[[str], Path], now: dt.datetime) -> threading.Thread | None:
    """Begin to send what is due; gives the thread that does, None where nothing is due or one is still at it.

    Args:
        companies: their ids.
        root_of: company → the folder of its book.
        now: the moment.
    """
    if not is_able() or _turn.locked():
        return None
    found = due(companies, root_of, now)
    if not found or not _turn.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_go, args=(found, now), name="mornings", daemon=True)
    thread.start()
    return thread


def _go(found: Iterable[_Due], now: dt.datetime) -> None:
    try:
        with given_back():
            for one in found:
                try:
                    send(one, now)
                except Exception:  # whatever it is, the others are not to blame for it
                    log.exception("a morning mail was broken off", extra={"company": one.company})
    finally:
        _turn.release()


def due(companies: Iterable[str], root_of: Callable[[str], Path], now: dt.datetime) -> list[_Due]:
    """The mails that are to be sent by now."""
    with as_server():
        rows = Membership.objects.select_related("company").filter(
            company__in=list(companies), morning_hour__isnull=False, ended_at__isnull=True, account__is_active=True
        )
        parts = list(rows.order_by("company", "pk"))
    return [
        _Due(part.pk, part.company_id, part.account_id, day)
        for part in parts
        if (day := _due_day(part, root_of(part.company_id), now)) is not None
    ]


def _due_day(part: Membership, root: Path, now: dt.datetime) -> dt.date | None:
    """The day of the mail that is due to somebody; None where none is."""
    zone = part.company.zone
    local = now.astimezone(ZoneInfo(zone))
    hour = dt.datetime.combine(local.date(), dt.time(part.morning_hour or 0), local.tzinfo)
    if not hour <= local < hour + LATEST or not calendar_of(root, zone).is_working(local.date()):
        return None
    if part.morning_day is None or part.morning_day < local.date():
        return local.date()
    failed = part.morning_state == State.FAILED and part.morning_day == local.date()
    return local.date() if failed and part.morning_tried is not None and part.morning_tried + AGAIN <= now else None


def send(one: _Due, now: dt.datetime) -> State | None:
    """Send a mail: noted before, noted after; None where another one has noted it meanwhile."""
    free = Q(morning_day=None) | Q(morning_day__lt=one.day) | Q(morning_day=one.day, morning_state=State.FAILED)
    noted = {"morning_day": one.day, "morning_state": State.SENDING, "morning_tried": now}
    with in_company(one.company):
        part = Membership.objects.filter(pk=one.part, morning_hour__isnull=False)
        if not part.filter(free).update(**noted):
            return None
    state = State.BROKEN
    try:
        state = _sent(one, now)
    finally:
        with in_company(one.company):
            Membership.objects.filter(pk=one.part, morning_day=one.day).update(morning_state=state)
    return state


def _sent(one: _Due, now: dt.datetime) -> State:
    access = _access_of(one)
    if access is None:
        return State.REFUSED
    mail = mail_of(access, one.day, now)
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError):
        log.exception("the mail server was not reached", extra={"company": one.company})
        return State.FAILED
    mail.connection = connection
    try:
        mail.send()
    except REFUSED:
        log.exception("a morning mail was refused", extra={"company": one.company})
        return State.FAILED
    except (smtplib.SMTPException, OSError):
        log.exception("a morning mail was cut off", extra={"company": one.company})
        return State.UNSURE
    finally:
        connection.close()
    return State.SENT


def _access_of(one: _Due) -> Access | None:
    """What who asked for it may see now; None where they may not have it."""
    try:
        access = scope(one.account, one.company)
        second_step.hold(access)
        access.need(Capability.ROWS)
    except YaadError:
        return None
    return access if access.viewer.sees_all or access.viewer.owners else None


def mail_of(access: Access, day: dt.date, now: dt.datetime) -> EmailMessage:
    """The mail: the text of the page, in the language of whoever gets it, and how it is stopped (RFC 8058).

    Args:
        access: of whoever gets it.
        day: by the company's clock.
        now: the moment.
    """
    from yaad.server.questions import my_day_reading

    assert access.account is not None  # an account asked for it
    with in_company(access.company):
        part = Membership.objects.select_related("account", "company").get(
            company=access.company, account=access.account
        )
    lang = part.account.language
    with on_behalf_of(access):
        text = my_day_reading.text(my_day_reading.person_of(access), now).text(lang)
    address = f"{home().address}{PATH}{word_of(access.company, access.account)}/"
    subject = say_plain(Message("morning.subject", {"company": part.company.name, "day": day}), lang)
    foot = say_plain(Message("morning.foot", {"address": address}), lang)
    return EmailMessage(
        " ".join(subject.split()),
        f"{text}\n-- \n{foot}\n",
        to=[part.account.email],
        headers={"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
