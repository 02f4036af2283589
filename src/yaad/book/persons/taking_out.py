"""All that a book holds of a person, as one archive: tables as CSV, and the same with all else as JSON."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from yaad.book.disk import appearing
from yaad.book.persons.as_if import as_if_erased
from yaad.book.persons.erasing import cells_of, clean_entry, files_beside
from yaad.book.persons.finding import Found
from yaad.facts import Facts, journal_of
from yaad.model import SCHEMAS
from yaad.show import inert

Json = Any  # plain JSON values of any kind
OF_DEALS = ("stage_moves", "stage_visits")
EVERYTHING = "everything.json"


def rows_of_person(facts: Facts, found: Found) -> dict[str, pa.Table]:
    """Table → the rows that are theirs or name them."""
    kept: dict[str, pa.Table] = {}
    numbers: set[int] = set()
    with as_if_erased(found) as cleaner:
        for table in SCHEMAS:
            rows = facts.run(facts.table(table))
            own = [
                bool(cleaner.owners(cells, roles)) or cleaner.row(cells, roles) is not None
                for cells, roles in cells_of(rows, table)
            ]
            if table in OF_DEALS and not any(own):
                own = [number in numbers for number in rows.column("deal").to_pylist()]
            if table == "deals":
                numbers = {one for one, is_own in zip(rows.column("deal").to_pylist(), own, strict=True) if is_own}
            if any(own):
                kept[table] = rows.filter(pa.array(own))
    return kept


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
    told: dict[str, Json] = {
        table: [_row(one) for one in rows.to_pylist()] for table, rows in rows_of_person(facts, found).items()
    }
    with as_if_erased(found) as cleaner:
        entries = [(entry, entry.to_json()) for entry in journal_of(root).since(0)]
        told["entries"] = [
            {"seq": entry.seq, **json.loads(body)}
            for entry, body in entries
            if clean_entry(entry.seq, entry.key, entry.subject, body, cleaner) != (entry.key, entry.subject, body)
            or (entry.subject and cleaner.of_deal(entry.subject))
        ]
        told["files"] = [{"file": name, "line": line} for name, line in files_beside(root, cleaner)]
    return {name: rows for name, rows in (told | {name: list(rows) for name, rows in more.items()}).items() if rows}


def write_archive(told: Mapping[str, Json], path: Path) -> None:
    """Write what is held of somebody as a ZIP: a CSV a list, and all of it as JSON.

    Raises:
        BookError: the disk is full.
    """
    with appearing(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as out:
        for name, rows in told.items():
            out.writestr(f"{name}.csv", "\ufeff" + _csv(rows))
        out.writestr(EVERYTHING, json.dumps(told, ensure_ascii=False, indent=1, default=str))


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
