"""A follow-up workbook that comes back: what people changed in it, as tables for the book; the rest counted."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from yaad.book.sources.sheet import BASE, CHANGED_ON, FIELDS, MARKER, Row
from yaad.errors import InputError
from yaad.facts import Facts
from yaad.intake import MOVES, REJECTS, FileReport, fold
from yaad.intake.files import Source, open_source
from yaad.intake.reading.child import Child
from yaad.model import SCHEMAS, parse_day, read_amount
from yaad.text import LANGUAGES, Message

TICK = dt.timedelta(microseconds=1)
HEADS_WITHIN = 20
"""Lines above the data that are looked through for the heads."""
WRITABLE = tuple(name for name in BASE if name not in ("id", "stage"))
"""Columns of a deal that a person can change, under their names in the book."""
DAYS = tuple(one.name for one in FIELDS if one.value == "day")

Cells = dict[str, str]


@dataclass(frozen=True)
class Returned:
    """What a follow-up workbook brings.

    Attributes:
        report: the account of its rows.
        tables: ``deals`` and ``moves`` of what was changed; none where nothing was.
        zone: of the company.
        last_day: the latest day of a change of stage.
    """

    report: FileReport
    tables: dict[str, pa.Table]
    zone: str
    last_day: dt.date | None


class _No(Exception):
    """A row that cannot be taken: the column, and the key of the reason."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, f"sources.rejected_{reason}"


@dataclass
class _Standing:
    """What the book says of the workbook's deals: their rows, and the latest move of each."""

    rows: dict[str, Row]
    last: dict[str, tuple[dt.datetime, dt.date | None]]
    stages: dict[str, str]


@dataclass(frozen=True)
class _Asked:
    """What rows are held against: how they went out, what the book says, the day that changes are of."""

    before: dict[str, Cells]
    standing: _Standing
    as_of: dt.date | None


@dataclass
class _Taken:
    """Rows that change something, as they are gathered."""

    deals: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    moves: list[Row] = field(default_factory=list)


def read_back(path: Path, facts: Facts, as_of: dt.date | None) -> Returned:
    """Compare a follow-up workbook with what it was when it went out.

    Args:
        path: the workbook.
        facts: the book's, as they are now.
        as_of: the day of changes of stage that say none themselves.

    Raises:
        InputError: it cannot be read, or its heads are gone.
    """
    source = open_source(path)
    before = {row["id"]: row for row in _before(source)}
    heads, lines = _sheet(source)
    standing = _stands(facts, sorted(before))
    asked, taken, tally, rejects = _Asked(before, standing, as_of), _Taken(), Counter[str](), []
    for number, cells in lines:
        try:
            kept = _row(number, cells, asked, taken)
        except _No as no:
            rejects.append((number, no.column, no.reason, ",".join(cells.values())))
            continue
        tally[kept] += 1
    named = [(row, heads.get(name, ""), reason, raw) for row, name, reason, raw in rejects]
    report = _report(source, len(lines), tally, named)
    tables = _tables(taken, source.sha256)
    days = [move["day"] for move in taken.moves]
    return Returned(report, tables, facts.zone, max((day for day in days if isinstance(day, dt.date)), default=None))


def _row(number: int, cells: Cells, asked: _Asked, taken: _Taken) -> str:
    """What becomes of one row: ``loaded``, ``unchanged`` or ``blank``.

    Raises:
        _No: it cannot be taken.
    """
    if not any(cells.values()):
        return "blank"
    deal = cells.get("id", "")
    if not deal:
        raise _No("id", "no_id")
    if deal in taken.seen:
        raise _No("id", "repeated")
    taken.seen.add(deal)
    if deal not in asked.before or deal not in asked.standing.rows:
        raise _No("id", "unknown_deal")
    values = {
        name: text for name, text in cells.items() if name in BASE and not _same(name, text, asked.before[deal][name])
    }
    read: Row = {name: _value(name, text) for name, text in values.items() if name != "stage"}
    now = asked.standing.rows[deal]
    told = {name: value for name, value in read.items() if value != now[name]}
    move = _move(deal, values, cells.get(CHANGED_ON, ""), asked) if "stage" in values else None
    if not told and move is None:
        return "unchanged"
    if told:
        taken.deals[deal] = now | told
        taken.changed |= told.keys()
    if move is not None:
        taken.moves.append(move)
    taken.lines[deal] = number
    return "loaded"


def _move(deal: str, values: Cells, changed_on: str, asked: _Asked) -> Row | None:
    """The change of stage of a row; None where the book has the deal there already."""
    standing = asked.standing
    stage = standing.stages.get(fold(values["stage"]))
    if not values["stage"]:
        raise _No("stage", "no_stage")
    if stage is None:
        raise _No("stage", "unknown_stage")
    if stage == standing.rows[deal]["stage"]:
        return None
    day = _day(CHANGED_ON, changed_on) or asked.as_of
    if day is None:
        raise _No(CHANGED_ON, "no_day")
    at = sort_at = dt.datetime.combine(day, dt.time(), dt.UTC)
    if deal in standing.last:
        last, last_day = standing.last[deal]
        if last_day is not None and day < last_day:
            raise _No(CHANGED_ON, "before_last")
        sort_at = max(at, last + TICK)  # of one day, the change comes after what the book knows
    return {"deal_id": deal, "sort_at": sort_at, "to_stage": stage, "at": at, "day": day, "whole_day": True}


def _same(name: str, text: str, was: str) -> bool:
    """Whether a cell says what it said, in whatever way the program that saved it wrote it."""
    if text == was.strip():
        return True
    if name in DAYS:
        return text[:10] == was and text[10:].strip() in ("", "00:00:00")
    if name == "amount" and text and was:
        try:
            return read_amount(text) == Decimal(was)
        except InputError:
            return False
    return False


def _value(name: str, text: str) -> object:
    """What a cell says, in the book's type.

    Raises:
        _No: it is no day, or no amount.
    """
    if not text:
        return None
    kind = next(one.value for one in FIELDS if one.name == name)
    if kind == "day":
        return _day(name, text)
    if kind == "amount":
        try:
            return read_amount(text)
        except InputError:
            raise _No(name, "bad_amount") from None
    return text


def _day(name: str, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return parse_day(text[:10] if text[10:].strip() in ("", "00:00:00") else text)
    except InputError:
        raise _No(name, "bad_day") from None


# ---- the workbook -----------------------------------------------------------------------------------------------


def _before(source: Source) -> Iterator[Cells]:
    """The rows as they were written."""
    rows = _rows(source, lambda part: part["name"] == MARKER)
    names = next(rows, [])
    if set(names) != set(BASE):
        raise InputError(Message("sources.other_version", {"name": source.name}), file=source.name)
    for row in rows:
        yield dict(zip(names, row, strict=False))


def _sheet(source: Source) -> tuple[dict[str, str], list[tuple[int, Cells]]]:
    """The visible sheet: our name of each column → its head as written, and the rows with their numbers.

    Raises:
        InputError: the row of heads is gone.
    """
    heads: dict[str, str] = {}
    places: dict[int, str] = {}
    lines = []
    for number, row in enumerate(_rows(source, lambda part: bool(part["shown"])), 1):
        if places:
            cells = {name: row[place].strip() if place < len(row) else "" for place, name in places.items()}
            lines.append((number, cells))
            continue
        places = _heads(row)
        heads = {name: row[place] for place, name in places.items()}
        if number > HEADS_WITHIN:
            break
    if not places:
        raise InputError(Message("sources.no_heads", {"name": source.name}), file=source.name)
    return heads, lines


def _heads(row: list[str]) -> dict[int, str]:
    """Place → our name, where a row holds the heads in one of the languages; else nothing."""
    known = {fold(one.head(lang)): one.name for lang in LANGUAGES for one in FIELDS}
    found = {place: known[fold(text)] for place, text in enumerate(row) if fold(text) in known}
    return found if "id" in found.values() else {}


def _rows(source: Source, wanted: Callable[[dict[str, object]], bool]) -> Iterator[list[str]]:
    """The rows of the first sheet that is wanted; the process that parses it is limited."""
    child = Child(source)
    try:
        part = next((part for part in child.about["parts"] if wanted(part)), None)
        if part is None:
            raise InputError(Message("sources.other_version", {"name": source.name}), file=source.name)
        rows = child.rows(str(part["name"]))
        left = [""] * int(next(rows, ["0"])[0])
        for row in rows:
            yield [*left, *row]
    finally:
        child.close()


# ---- the book ---------------------------------------------------------------------------------------------------


def _stands(facts: Facts, ids: list[str]) -> _Standing:
    names = [name for name in BASE if name != "id"]
    deals = facts.deals.filter(facts.deals.deal_id.isin(ids))
    rows = facts.run(deals.select("deal", "deal_id", *names)).to_pylist()
    numbers = {row["deal"]: row["deal_id"] for row in rows}
    moves = facts.moves.semi_join(deals.select("deal"), "deal")
    last = facts.run(moves.group_by("deal").aggregate(last=moves.sort_at.max(), day=moves.day.max())).to_pylist()
    return _Standing(
        {row["deal_id"]: row for row in rows},
        {numbers[one["deal"]]: (one["last"].astimezone(dt.UTC), one["day"]) for one in last},
        {fold(stage.name): stage.name for stage in facts.pipeline.stages},
    )


def _tables(taken: _Taken, sha256: str) -> dict[str, pa.Table]:
    tables = {}
    schema = SCHEMAS["deals"]
    if taken.deals:
        rows = [
            {
                "deal_id": deal,
                "file": sha256,
                "row": taken.lines.get(deal),
                **{name: row[name] for name in WRITABLE if name in taken.changed},
            }
            for deal, row in taken.deals.items()
        ]
        names = [name for name in schema.names if name in rows[0]]
        tables["deals"] = pa.Table.from_pylist(rows, schema=pa.schema([schema.field(name) for name in names]))
    if taken.moves:
        tables["moves"] = pa.Table.from_pylist(
            [{**move, "seq": place} for place, move in enumerate(taken.moves)], schema=MOVES
        )
    return tables


def _report(source: Source, rows: int, tally: Counter[str], rejects: list[tuple[int, str, str, str]]) -> FileReport:
    skipped = {reason: n for reason, n in tally.items() if reason != "loaded" and n}
    table = [dict(zip(REJECTS.names, one, strict=True)) for one in sorted(rejects)]
    return FileReport(
        name=source.name,
        sha256=source.sha256,
        rows_in=rows,
        loaded=tally["loaded"],
        rejected=len(rejects),
        skipped=sum(skipped.values()),
        skipped_by=skipped,
        rejects=pa.Table.from_pylist(table, schema=REJECTS),
        format=source.format.value,
    )
