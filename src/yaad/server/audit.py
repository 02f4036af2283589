"""The audit log: who did what, in chains of lines that only grow, each with the digest of the line before it.

A company has its chain, the server has one of its own. A line is written in the same transaction as what it tells, so
that neither stands without the other. Names, addresses and numbers of persons stand in it as keyed digests: to erase a
person changes no line, and the chain stays whole.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yaad.server.models import AuditEvent, Company

PERSONAL = frozenset({"email", "mail", "name", "person", "phone", "title", "text", "note", "address"})
"""What is called so in a detail is of a person, or may name one."""
DIGESTED = "person:"
"""What a keyed digest begins with."""
MAIL = re.compile(r"[^\s@]+@[^\s@]+")
LOCK = 0x59414144
"""On PostgreSQL, the number under which the server's own chain is locked."""
LONGEST = 500
"""Letters of a subject."""

log = logging.getLogger("yaad.audit")


@dataclass(frozen=True)
class Broken:
    """The first line of a chain that is not as it was written.

    Attributes:
        seq: its number.
        why: ``missing``, ``changed`` or ``moved``: the line before it is not the one that it followed.
    """

    seq: int
    why: str


def record(
    company: str | None,
    actor: int | None,
    action: str,
    subject: str = "",
    detail: Mapping[str, object] | None = None,
) -> AuditEvent:
    """Write a line; call it inside the transaction of what it tells.

    Args:
        company: id of the company in whose chain it stands; None: the server's own.
        actor: id of the account; None: nobody is signed in, or the server itself.
        action: what was done, a short word with a dot such as ``member.invited``.
        subject: to what, by id, such as ``account:12``; an address of mail is kept as its digest.
        detail: more of it: texts, numbers, lists and mappings. What a mapping calls ``email``, ``name``, ``person``
            and the like, and every text with an address of mail, is kept as its digest.
    """
    with transaction.atomic():
        _lock(company)
        last = AuditEvent.objects.filter(company=company).order_by("-seq").values_list("seq", "digest").first()
        seq, before = last or (0, "")
        line = AuditEvent(
            company_id=company,
            seq=seq + 1,
            at=timezone.now(),
            actor=actor,
            action=action,
            subject=str(_plain(subject))[:LONGEST],
            detail=_plain(detail or {}),
            before=before,
        )
        line.digest = digest_of(line)
        line.save(force_insert=True)
    log.info("audit", extra={"company": company, "seq": line.seq, "digest": line.digest, "action": action})
    return line


def verify(company: str | None) -> Broken | None:
    """The first broken line of a chain; None when it is whole.

    Args:
        company: id of a company; None: the server's own chain.
    """
    before = ""
    lines = AuditEvent.objects.filter(company=company).order_by("seq").iterator(chunk_size=2000)
    for seq, line in enumerate(lines, start=1):
        if line.seq != seq:
            return Broken(seq, "missing")
        if line.before != before:
            return Broken(seq, "moved")
        if line.digest != digest_of(line):
            return Broken(seq, "changed")
        before = line.digest
    return None


def personal(value: str) -> str:
    """A value of a person as it stands in the log: the same value is told alike, and cannot be read back."""
    return DIGESTED + salted_hmac(__name__, value.strip().lower(), algorithm="sha256").hexdigest()[:32]


def digest_of(line: AuditEvent) -> str:
    """SHA-256 of a line and of the digest before it, in hex."""
    told = {
        "company": line.company_id,
        "seq": line.seq,
        "at": line.at.isoformat(),
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "detail": line.detail,
        "before": line.before,
    }
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _lock(company: str | None) -> None:
    """One line after the other: SQLite lets one transaction write at once, PostgreSQL holds a row or a number."""
    if company is not None:
        Company.objects.select_for_update().only("pk").get(pk=company)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _plain(value: object, key: str = "") -> Any:  # noqa: ANN401 – JSON of any kind
    """As every database gives it back letter by letter: no fractions, no zero bytes, no values of persons."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, key) for one in (value if isinstance(value, list | tuple) else sorted(value, key=str))]
    if value is None or isinstance(value, bool | int):
        return value
    text = str(value).replace("\0", "")
    return personal(text) if text and (key in PERSONAL or MAIL.search(text)) else text
