"""All that a book holds of a person, as one archive: tables as CSV, the same with all else as JSON, and files."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from yaad.book.disk import appearing
from yaad.book.papers import FOLDER as PAPERS
from yaad.book.papers import paper, papers_of
from yaad.book.persons.as_if import as_if_erased
from yaad.book.persons.cleaning import Cleaner, Role
from yaad.book.persons.columns import role_of
from yaad.book.persons.erasing import cells_of, clean_entry, files_beside
from yaad.book.persons.finding import Found, Part
from yaad.facts import Facts, journal_of
from yaad.model import SCHEMAS
from yaad.show import inert

Json = Any  # plain JSON values of any kind
OF_DEALS = ("stage_moves", "stage_visits")
OF_CUSTOMERS = frozenset({Role.NAME, Role.ACCOUNT, Role.CONTACT, Role.TEXT, Role.OWN})
"""Columns that speak of customers."""
EVERYTHING = "everything.json"
SEPARATORS = re.compile(r"[,;\t|]")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WORDS = re.compile(r"\w+")


def rows_of_person(facts: Facts, found: Found) -> tuple[dict[str, pa.Table], list[dict[str, Json]]]:
    """Table → the rows that are theirs; and where they are only named, that text alone: the rest is somebody else's.

    Of who sells, the rows are told without the customers in them.
    """
    kept: dict[str, pa.Table] = {}
    named: list[dict[str, Json]] = []
    numbers: set[int] = set()
    with as_if_erased(found) as cleaner:
        for table in SCHEMAS:
            rows = facts.run(facts.table(table))
            own: list[bool] = []
            for cells, roles in cells_of(rows, table):
                is_own = _is_own(cells, roles, cleaner, found.part)
                own.append(is_own)
                if not is_own and (said := cleaner.row(cells, roles)):
                    told = [cell for cell, now in zip(cells, said, strict=True) if cell != now]
                    named += [{"table": table, "text": cell} for cell in told]
            if table in OF_DEALS and found.part is not Part.SELLER:
                own = [number in numbers for number in rows.column("deal").to_pylist()]
            if table == "deals":
                numbers = {one for one, is_own in zip(rows.column("deal").to_pylist(), own, strict=True) if is_own}
            if any(own):
                kept[table] = _of_part(rows, table, found.part).filter(pa.array(own))
    return kept, named


def _is_own(cells: list[str | None], roles: list[Role], cleaner: Cleaner, part: Part) -> bool:
    if part is not Part.SELLER:
        return bool(cleaner.owners(cells, roles))
    return any(
        role is Role.SELLER and cell is not None and cleaner.seller(cell) != cell
        for cell, role in zip(cells, roles, strict=True)
    )


def _of_part(rows: pa.Table, table: str, part: Part) -> pa.Table:
    """A table as it is handed to somebody: who sells is not told of customers."""
    if part is not Part.SELLER:
        return rows
    return rows.select([name for name in rows.column_names if role_of(table, name) not in OF_CUSTOMERS])


def take_out(
    root: Path, facts: Facts, found: Found, more: Mapping[str, Sequence[Mapping[str, Json]]]
) -> dict[str, Json]:
    """All that is held of somebody: name of a list → its rows.

    Args:
        root: the folder of the book.
        facts: of the whole book.
        found: who.
        more: further lists, such as lines of the audit log.
    """
    tables, named = rows_of_person(facts, found)
    told: dict[str, Json] = {table: [_row(one) for one in rows.to_pylist()] for table, rows in tables.items()}
    told["named"] = named
    with as_if_erased(found) as cleaner:
        entries = [(entry, entry.to_json()) for entry in journal_of(root).since(0)]
        told["entries"] = [
            {"seq": entry.seq, **_said(body, found.part, cleaner)}
            for entry, body in entries
            if clean_entry(entry.seq, entry.key, entry.subject, body, cleaner) != (entry.key, entry.subject, body)
            or (entry.subject and cleaner.of_deal(entry.subject))
        ]
        lines = files_beside(root, cleaner)
        if found.part is Part.SELLER:
            told["files"] = [{"file": name} for name in dict.fromkeys(name for name, _ in lines)]
        else:
            told["files"] = [
                {"file": name, "line": said} for name, line in lines for said in _theirs(line, name, cleaner)
            ]
    return {name: rows for name, rows in (told | {name: list(rows) for name, rows in more.items()}).items() if rows}


def papers_of_person(root: Path, found: Found) -> list[Path]:
    """Where the files of somebody's deals lie; of who sells there are none: what is on a deal is the customer's."""
    if found.part is Part.SELLER:
        return []
    with as_if_erased(found) as cleaner:
        names = papers_of(root, lambda deal: cleaner.of_deal(deal) is not None)
    return [path for name in names if (path := paper(root, name)) is not None]


def _theirs(line: str, file: str, cleaner: Cleaner) -> list[str]:
    """What of a line of a file is handed to somebody: a row that is theirs, else the words alone that name them.

    A row is theirs where a cell of it is nothing but they; what stands in one line of other texts is mostly of others.
    """
    is_rows = Path(file).suffix in (".csv", ".tsv", ".txt")
    parts = SEPARATORS.split(line) if is_rows else QUOTED.findall(line) or [line]
    named = [(part, cleaner.text(part)) for part in parts]
    named = [(part, left) for part, left in named if part != left]
    if is_rows and any(not set(WORDS.findall(part)) & set(WORDS.findall(left)) for part, left in named):
        return [line]
    return [part for part, _ in named]


def _said(body: str, part: Part, cleaner: Cleaner) -> dict[str, Json]:
    """An entry as it is handed to somebody: what who sells wrote of customers is not told, nor others on one list."""
    plain: dict[str, Json] = json.loads(body)
    if "handles" in plain:
        plain["handles"] = [one for one in plain["handles"] if cleaner.text(one) != one]
    return {name: value for name, value in plain.items() if part is not Part.SELLER or name != "text"}


def write_archive(told: Mapping[str, Json], path: Path, papers: Sequence[Path] = ()) -> None:
    """Write what is held of somebody as a ZIP: a CSV a list, all of it as JSON, and the files of their deals.

    Args:
        told: name of a list → its rows.
        path: of the archive.
        papers: files; what each is called stands in the list of entries.

    Raises:
        BookError: the disk is full.
    """
    with appearing(path) as partial:
        partial.touch(mode=0o600)  # for nobody else of this machine
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as out:
            for name, rows in told.items():
                out.writestr(f"{name}.csv", "\ufeff" + _csv(rows))
            out.writestr(EVERYTHING, json.dumps(told, ensure_ascii=False, indent=1, default=str))
            for one in papers:
                out.write(one, f"{PAPERS}/{one.name}")


def _csv(rows: Sequence[Mapping[str, Json]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([inert(_text(row.get(name))) for name in names] for row in rows)
    return out.getvalue()


def _text(value: Json) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _row(row: Mapping[str, Json]) -> dict[str, Json]:
    told = {name: value for name, value in row.items() if name != "custom" and value is not None}
    told |= {str(name): value for name, value in row.get("custom") or () if name not in told}
    return {name: value if isinstance(value, bool | int | float | str) else str(value) for name, value in told.items()}
