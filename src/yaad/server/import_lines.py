"""The audit log's lines of imports: one place for whoever brings files in or takes them back, by whichever face.

What stands in the log is held against what the book is made of. So an import that came in while the database could not
be written, or before a power cut between the two, gets its line with the next one; it names nobody then. Where that
next one came in beside it, the import's own job says afterwards whose it is.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from yaad.facts import Lake
from yaad.server import audit
from yaad.server.models import Account, AuditEvent, Company
from yaad.server.scoping import Access

MADE, UNDONE = "import.made", "import.undone"
SUBJECT = "import:"


def names_in(root: Path) -> set[str]:
    """The imports that the book in a folder is made of."""
    return set(Lake.open(root).pin().imports) if Lake.exists(root) else set()


def tell(access: Access, root: Path, done: Mapping[str, Mapping[str, object]]) -> None:
    """Write the lines that the log lacks of the imports of a company's book.

    Args:
        access: who worked on it; the book of no company has no log.
        root: the folder of the book.
        done: the imports that they made or took back, by name, with what there is to say of each.
    """
    if not access.company:
        return
    with transaction.atomic():
        Company.objects.select_for_update().only("pk").get(pk=access.company)  # two who end at once write no line twice
        there, told = names_in(root), _told(access.company)
        unnamed = {name for name in done if name in there and name in told and told[name] is None and access.account}
        changes = [(MADE, name) for name in sorted((there - told.keys()) | unnamed)]
        changes += [(UNDONE, name) for name in sorted(told.keys() - there)]
        for action, name in changes:
            own = done.get(name)
            detail = {"late": True} if own is None else own
            actor = None if own is None else access.account
            audit.record(access.company, actor, action, f"{SUBJECT}{name}", detail)


@dataclass(frozen=True)
class Did:
    """Who brought an import in, or took it back, by the log.

    Attributes:
        by: the name of their account; empty where the log names nobody.
        day: on which, by the company's clock.
        rows: how many came in with it; None where the log does not say it.
    """

    by: str
    day: dt.date
    rows: int | None = None


def of_company(company: str) -> tuple[Mapping[str, Did], Mapping[str, Did]]:
    """Who brought each import of a company in, and who took it back: import → the last line that tells of it."""
    found: dict[str, dict[str, Did]] = {MADE: {}, UNDONE: {}}
    zone = ZoneInfo(Company.objects.values_list("zone", flat=True).get(pk=company))
    lines = list(AuditEvent.objects.filter(company=company, action__in=found).order_by("seq"))
    names = {one.pk: str(one) for one in Account.objects.filter(pk__in={one.actor for one in lines if one.actor})}
    for one in lines:
        name, rows = one.subject.removeprefix(SUBJECT), one.detail.get("rows")
        kept = None if rows is None else int(rows) - int(one.detail.get("rejected", 0))
        found[one.action][name] = Did(names.get(one.actor or 0, ""), one.at.astimezone(zone).date(), kept)
    return found[MADE], found[UNDONE]


def _told(company: str) -> dict[str, int | None]:
    """The imports that stand, by the log, and who made each."""
    rows = AuditEvent.objects.filter(company=company, action__in=(MADE, UNDONE)).order_by("seq")
    found: dict[str, int | None] = {}
    for action, subject, actor in rows.values_list("action", "subject", "actor"):
        name = subject.removeprefix(SUBJECT)
        if action == MADE:
            found[name] = actor
        else:
            found.pop(name, None)
    return found
