"""The audit log as its owner reads it: narrowed to a person, an action, a day; names are looked up when it is read."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from yaad.server.audit import DIGESTED, personal
from yaad.server.audit_words import Words, things_of
from yaad.server.models import Account, AuditEvent, Company, Membership
from yaad.show import Column, Kind, Result, Shown, Table
from yaad.show.speech import Said
from yaad.text import LANGUAGES, Message, has_key, moment

PAGE = 100
"""Lines on a page."""


@dataclass(frozen=True)
class Narrowed:
    """What the log is narrowed to; empty: nothing.

    Attributes:
        actor: id of the account that did it.
        action: what was done.
        day: on which day, by the company's clock.
        below: only lines with a smaller number.
    """

    actor: int | None = None
    action: str = ""
    day: dt.date | None = None
    below: int | None = None


@dataclass(frozen=True)
class Line:
    """One line as it is read.

    Attributes:
        seq: its number.
        at: when, by the company's clock.
        who: the account's name, or a message where there is none.
        action: what was done, as it stands in the log.
        about: to what, in words.
        more: the detail, in words.
        subject, detail: the same as programs get it.
        digest: of the line.
    """

    seq: int
    at: dt.datetime
    who: Said
    action: str
    about: Said
    more: Said
    subject: str
    detail: str
    digest: str

    @property
    def did(self) -> Said:
        """What was done, in words where there are any."""
        return said_action(self.action)


def said_action(action: str) -> Said:
    """An action in words; one that nobody gave words to, as it stands in the log."""
    key = f"house.did_{action.replace('.', '_')}"
    return Message(key) if has_key(key, LANGUAGES[0]) else action


@dataclass(frozen=True)
class Log:
    """Lines of a company's chain, the latest first.

    Attributes:
        lines: those asked for.
        older: whether there are more below.
        actors: id and name of everybody who stands in the chain.
        actions: all that were done.
    """

    lines: Sequence[Line]
    older: bool = False
    actors: Sequence[tuple[int, str]] = ()
    actions: Sequence[str] = field(default=())


def read(company: str, asked: Narrowed, *, limit: int | None = PAGE) -> Log:
    """Lines of a company's chain, the latest first.

    Args:
        company: its id.
        asked: what to narrow it to.
        limit: how many at most; None: all.
    """
    zone = ZoneInfo(Company.objects.values_list("zone", flat=True).get(pk=company))
    whole = AuditEvent.objects.filter(company=company)
    rows = _narrowed(whole, asked, zone).order_by("-seq")
    found = list(rows[: limit + 1] if limit is not None else rows)
    names = _names(whole)
    known = _known(company, names)
    words = Words(zone, known, things_of(company, whole))
    lines = [_line(row, names, words) for row in (found[:limit] if limit is not None else found)]
    actors = sorted(names.items(), key=lambda one: one[1].casefold())
    actions = sorted(set(whole.order_by().values_list("action", flat=True).distinct()))
    return Log(lines, len(found) > len(lines), actors, actions)


def _narrowed(rows: QuerySet[AuditEvent], asked: Narrowed, zone: ZoneInfo) -> QuerySet[AuditEvent]:
    if asked.actor is not None:
        rows = rows.filter(actor=asked.actor)
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.day is not None:
        start = dt.datetime.combine(asked.day, dt.time(), zone)
        end = dt.datetime.combine(asked.day + dt.timedelta(days=1), dt.time(), zone)
        rows = rows.filter(at__gte=start, at__lt=end)
    if asked.below is not None:
        rows = rows.filter(seq__lt=asked.below)
    return rows


def _names(rows: QuerySet[AuditEvent]) -> dict[int, str]:
    """Names of the accounts in a chain that still have one."""
    ids = rows.filter(actor__isnull=False).order_by().values_list("actor", flat=True).distinct()
    return {account.pk: str(account) for account in Account.objects.filter(pk__in=list(ids))}


def _known(company: str, names: Mapping[int, str]) -> Mapping[str, str]:
    """Digests and ids of the people of a company → as they are called; of one who was erased there is none."""
    found = {f"account:{pk}": name for pk, name in names.items()}
    for part in Membership.objects.select_related("account").filter(company=company):
        called = str(part.account)
        told = (part.account.email, part.account.name, part.person)
        found |= {personal(value): called for value in told if value} | {f"account:{part.account_id}": called}
    return found


def _line(row: AuditEvent, names: Mapping[int, str], words: Words) -> Line:
    who: Said = Message("house.nobody") if row.actor is None else names.get(row.actor, Message("house.gone"))
    return Line(
        seq=row.seq,
        at=row.at.astimezone(words.zone),
        who=who,
        action=row.action,
        about=words.about(row),
        more=words.more(row),
        subject=words.known.get(row.subject) or ("" if row.subject.startswith(DIGESTED) else row.subject),
        detail="; ".join(f"{name}: {_plain(value, words.known)}" for name, value in row.detail.items()),
        digest=row.digest,
    )


def _plain(value: object, known: Mapping[str, str]) -> str:
    """A value of a detail in one line; a person whose name is not known any more is three dots."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(one, known)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(one, known) for one in value)
    text = "" if value is None else str(value)
    return known.get(text) or ("…" if text.startswith(DIGESTED) else text)


class Lines(Result):
    """Lines of the audit log: ``{"lines": [{"seq", "at", "who", "action", "subject", "detail", "digest"}]}``."""

    content: Log

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """One object a line."""
        del lang
        return {"lines": self.records()}

    def records(self) -> list[dict[str, object]]:  # type: ignore[override] # every value is a cell
        """One row a line."""
        return [
            {
                "seq": line.seq,
                "at": line.at.isoformat(),
                "who": line.who if isinstance(line.who, str) else "",
                "action": line.action,
                "subject": line.subject,
                "detail": line.detail,
                "digest": line.digest,
            }
            for line in self.content.lines
        ]

    def table(self, lang: str = "en") -> Table:
        """One row a line, the latest first."""
        rows = tuple(
            (
                Shown(line.seq, str(line.seq)),
                Shown(line.at.isoformat(), moment(line.at, lang)),
                Shown(line.who if isinstance(line.who, str) else "", line.who),
                Shown(line.action, line.did),
                Shown(line.subject, line.about),
                Shown(line.detail, line.more),
            )
            for line in self.content.lines
        )
        return Table(lang, Message("house.audit"), _COLUMNS, rows)


_COLUMNS = (
    Column("seq", Message("house.head_seq"), Kind.COUNT),
    Column("at", Message("house.head_at")),
    Column("who", Message("house.head_who"), Kind.NAME),
    Column("action", Message("house.head_action")),
    Column("subject", Message("house.head_subject"), Kind.NAME),
    Column("detail", Message("house.head_detail")),
)
