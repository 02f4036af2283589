"""A company without an export begins with a board of its own: the usual stages of its kind, and the first deal on it.

The first deal is a table of one row with a mapping beside it that leaves nothing open, so it comes in at once, as an
import that can be taken back. Further deals are written on the board, or come in by the same table. Whoever works in
the company and brings no files in puts the stages up by a table without rows, which tells of nobody, and the deal is
written as any other one.
"""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from yaad.book import Book
from yaad.errors import InputError, NotAllowed
from yaad.model import CreateEntry, parse_day, read_amount
from yaad.server import bringing, import_lines
from yaad.server.drafts import Draft
from yaad.server.kinds import STARTS
from yaad.server.models import Company
from yaad.server.roles import Kind
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.writing import one_at_a_time, stamp
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
    said, stage = _said(typed, stages)
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


def written(typed: Mapping[str, str], lang: str, now: dt.datetime) -> CreateEntry:
    """Write the first deal of a company down; the stages are put up where nobody has done so meanwhile.

    Args:
        typed: see `begun`, without a day: it comes in now; and ``key``, by which the same form twice is one deal.
        lang: of the names of the stages.
        now: the moment.

    Raises:
        InputError: says which of it cannot be used.
        NotAllowed: they may not write deals down for this person.
    """
    company, stages = _company(), offered(lang)
    said, stage = _said(typed, stages)
    values = {WRITTEN[name]: value for name, value in said.items()}
    if said["amount"]:
        values |= {"currency": company.currency, "tax": "net"}
    if not current().viewer.speaks_for(said["person"] or None):
        raise NotAllowed(Message("book.not_yours"))
    shelf = opened().shelf
    with one_at_a_time():
        if shelf.book.is_empty:
            _put_up(company, lang, stages, now)
        return shelf.once(lambda book: book.write_down(stage, values, key=typed.get("key") or None, **stamp()))


WRITTEN = {name: name for name in ("source", "amount", "phone")} | {
    "deal": "name",
    "customer": "account",
    "person": "owner",
}
"""What is typed → the column of deals that it is."""


def _put_up(company: Company, lang: str, stages: Sequence[str], now: dt.datetime) -> None:
    """The stages alone: a table without a row is brought in."""
    root = opened().place.book
    with tempfile.TemporaryDirectory(prefix="yaad-stages-") as folder, closing(Book.create(root)) as book:
        table, mapping = (Path(folder) / f"{NAME}.{end}" for end in ("csv", "yaml"))
        table.write_bytes(_table(company, lang))
        mapping.write_bytes(_mapping(company, lang, stages))
        today = now.astimezone(ZoneInfo(company.zone)).date()
        report = book.import_files([table], mapping=mapping, as_of=today, lang=lang)
        import_lines.tell(current(), root, {report.name: {"files": 1, "rows": 0, "rejected": 0}})


def _said(typed: Mapping[str, str], stages: Sequence[str]) -> tuple[dict[str, str], str]:
    """What was typed of the deal, and the stage."""
    said = {name: " ".join(typed.get(name, "").split())[:LONGEST] for name in FIELDS.values()}
    if not said["deal"]:
        raise InputError(Message("people.no_deal"))
    if typed.get("stage", "") not in stages:
        raise InputError(Message("people.no_stage"))
    if said["amount"]:
        said["amount"] = str(read_amount(said["amount"]))
    return said, typed["stage"]


def _table(
    company: Company, lang: str, said: Mapping[str, str] | None = None, days: Mapping[str, dt.date] | None = None
) -> bytes:
    """The table as a file, with the deal where one is said."""
    start = STARTS[_kind(company)]
    rows = [start.table(lang)]
    if said is not None and days is not None:
        reached = [days[name].isoformat() if name in days else "" for name in start.stage_names(lang)]
        rows.append([said[name] for name in FIELDS.values()] + reached)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
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
        + [{"name": name, "type": kind.value} for name, kind in start.beside(lang).items()]
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
