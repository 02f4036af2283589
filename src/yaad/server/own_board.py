"""A company without an export begins with a board of its own: the usual stages of its kind, and the first deal on it.

The first deal is a table of one row with a mapping beside it that leaves nothing open, so it comes in at once, as an
import that can be taken back. Further deals are written on the board, or come in by the same table.
"""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from yaad.errors import InputError
from yaad.model import parse_day, read_amount
from yaad.server import bringing
from yaad.server.drafts import Draft
from yaad.server.kinds import STARTS
from yaad.server.models import Company
from yaad.server.roles import Kind
from yaad.server.scoping import current
from yaad.text import Message

NAME = "our-deals"
"""Of the table; the next one of this name is read as this one was."""
LONGEST = 200
FIELDS = {
    "id": "deal",
    "account": "customer",
    "rep": "person",
    "source": "source",
    "amount": "amount",
    "phone": "phone",
}
"""Field of a deal → what its column is called, by the last word of the key."""


def offered(lang: str) -> list[str]:
    """The stages through which a deal goes that is still open; none where a company has no deals, or is no server's."""
    if not current().company:
        return []
    start = STARTS[_kind(_company())]
    return start.stage_names(lang)[: len(start.stages)]


def begun(typed: Mapping[str, str], lang: str, now: dt.datetime) -> Draft:
    """Keep the first deal and begin to bring it in.

    Args:
        typed: ``deal``, ``customer``, ``person``, ``source``, ``amount``, ``phone``, ``day`` on which it came in,
            ``stage`` in which it stands.
        lang: of the names of the stages and the columns.
        now: the moment.

    Raises:
        InputError: says which of it cannot be used.
    """
    company, stages = _company(), offered(lang)
    said = {name: " ".join(typed.get(name, "").split())[:LONGEST] for name in FIELDS.values()}
    stage = typed.get("stage", "")
    if not said["deal"]:
        raise InputError(Message("people.no_deal"))
    if stage not in stages:
        raise InputError(Message("people.no_stage"))
    if said["amount"]:
        said["amount"] = str(read_amount(said["amount"]))
    today = now.astimezone(ZoneInfo(company.zone)).date()
    came = parse_day(typed["day"]) if typed.get("day") else today
    if came > today:
        raise InputError(Message("people.day_to_come"))
    days = {stages[0]: came, stage: came if stage == stages[0] else today}
    files = [
        SimpleUploadedFile(f"{NAME}.csv", _table(company, lang, said, days)),
        SimpleUploadedFile(f"{NAME}.yaml", _mapping(company, lang, stages)),
    ]
    return bringing.taken_in(files, lang)


def _table(company: Company, lang: str, said: Mapping[str, str], days: Mapping[str, dt.date]) -> bytes:
    start = STARTS[_kind(company)]
    row = [said[name] for name in FIELDS.values()]
    row += [days[name].isoformat() if name in days else "" for name in start.stage_names(lang)]
    text = io.StringIO()
    csv.writer(text).writerows([start.table(lang), row])
    return text.getvalue().encode()


def _mapping(company: Company, lang: str, stages: Sequence[str]) -> bytes:
    """How the table is read: nothing of it is left to be asked."""
    start = STARTS[_kind(company)]
    heads = dict(zip(FIELDS, start.table(lang), strict=False))
    won, lost = start.stage_names(lang)[-2:]
    plain = {
        "kind": "deals",
        "shape": "wide",
        "columns": heads | {"won": won, "lost": lost},
        "stages": [{"name": name, "entered": name} for name in stages]
        + [{"name": won, "type": "won"}, {"name": lost, "type": "lost"}],
        "zone": company.zone,
        "currency": {"*": company.currency},
        "tax": {"*": "net"},
    }
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False).encode()


def _company() -> Company:
    return Company.objects.get(pk=current().company)


def _kind(company: Company) -> Kind:
    return Kind(company.kind)
