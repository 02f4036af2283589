"""Files without those who were erased: cells and texts that are theirs are replaced, all else stays as it stands."""

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from yaad.book.disk import appearing
from yaad.book.persons.cleaning import Cleaner, Role
from yaad.book.persons.columns import Heads
from yaad.errors import InputError
from yaad.intake import fold
from yaad.intake.files import Format, open_source
from yaad.intake.reading.layout import decide_dialect

Json = Any  # plain JSON values of any kind
Roles = dict[str, Role]
SAMPLE = 1 << 16
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CELL = re.compile(r"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
ROW = re.compile(r"<(?:\w+:)?row\b[^>]*(?<!/)>.*?</(?:\w+:)?row>", re.DOTALL)
ITEM = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
TEXT = re.compile(r"<(?:\w+:)?t\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?t>)", re.DOTALL)
VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
KIND = re.compile(r'\bt="(\w+)"')
BETWEEN = re.compile(r">([^<>]+)<")
LINK = re.compile(r"mailto:[^\"'<>]+|tel:[^\"'<>]+")
SHEET, SHARED = re.compile(r"xl/worksheets/[^/]+\.xml"), "xl/sharedStrings.xml"


class CannotRewrite(InputError):
    """A file of a kind in which single cells cannot be replaced."""


def rewrite(path: Path, into: Path, cleaner: Cleaner, roles: Roles) -> bool:
    """Write a file without those who were erased; False, and nothing is written, where it holds nothing of them.

    Args:
        path: the file.
        into: where it is written.
        cleaner: who was erased.
        roles: folded header → what the column is; empty where that is not known.

    Raises:
        CannotRewrite: a file of a kind in which single cells cannot be replaced.
    """
    kind = open_source(path, path.name if path.suffix else "file").format
    ways: dict[Format, Callable[[Path, Path, Cleaner, Roles], bool]] = {
        Format.CSV: _text_table,
        Format.JSON: _json,
        Format.XLSX: _workbook,
        Format.PARQUET: _parquet,
    }
    return ways[kind](path, into, cleaner, roles) if kind in ways else False


def can_rewrite(path: Path) -> bool:
    """Whether single cells of a file can be replaced."""
    found = open_source(path, "file").format
    return found in (Format.CSV, Format.JSON, Format.XLSX, Format.PARQUET)


def encoding_of(path: Path) -> str:
    """A codec that reads a text file and writes the same bytes again."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
        for mark, codec in MARKS:
            if head.startswith(mark):
                return codec
        if head[1::2].count(0) > len(head) / 8:
            return "utf-16-le"
        try:
            file.seek(0)
            decoder = io.TextIOWrapper(file, "utf-8", newline="")
            while decoder.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return "windows-1255"
    return "utf-8"


# --- text ------------------------------------------------------------------------------------------------------------


def _text_table(path: Path, into: Path, cleaner: Cleaner, roles: Roles) -> bool:
    codec, changed = encoding_of(path), False
    with path.open(encoding=codec, errors="surrogateescape", newline="") as file:
        sample = file.read(SAMPLE)
        dialect = decide_dialect(sample[: sample.rfind("\n") + 1] or sample, [], None)
        file.seek(0)
        with appearing(into) as partial, partial.open("w", encoding=codec, errors="surrogateescape", newline="") as out:
            heads = Heads(roles)
            for raw, cells in _records(file, dialect.delimiter):
                found = cleaner.row(cells, heads.roles(cells))
                if found is None:
                    out.write(raw)
                    continue
                changed = True
                ending = raw[len(raw.rstrip("\r\n")) :]
                out.write(_line(found, dialect.delimiter) + ending)
    if not changed:
        into.unlink()
    return changed


def _records(file: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Records with the text they stand in."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line.replace("\0", "")

    csv.field_size_limit(1 << 24)
    for cells in csv.reader(lines(), delimiter=delimiter):
        yield "".join(taken), cells
        taken.clear()


def _line(cells: list[str | None], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json(path: Path, into: Path, cleaner: Cleaner, roles: Roles) -> bool:
    text = path.read_text(encoding_of(path))
    try:
        found = clean_json(json.loads(text), cleaner, roles)
        told = json.dumps(found, ensure_ascii=False)
        changed = bool(found != json.loads(text))
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        each = [clean_json(json.loads(line), cleaner, roles) for line in lines]
        changed = each != [json.loads(line) for line in lines]
        told = "\n".join(json.dumps(one, ensure_ascii=False) for one in each) + "\n"
    if changed:
        with appearing(into) as partial:
            partial.write_text(told, "utf-8")
    return changed


def clean_json(value: Json, cleaner: Cleaner, roles: Roles) -> Json:
    """Records in JSON without those who were erased; one object is one row, with those of objects inside it."""
    if isinstance(value, list):
        return [clean_json(one, cleaner, roles) for one in value]
    if not isinstance(value, dict):
        return cleaner.text(value) if isinstance(value, str) else value
    leaves = list(_leaves(value, ""))
    cells: list[str | None] = [str(holder[key]) for _, holder, key in leaves]
    found = cleaner.row(cells, [_role(name, roles) for name, _, _ in leaves])
    for (_, holder, key), before, now in zip(leaves, cells, found or (), strict=False):
        if now != before:
            holder[key] = now
    for holder, key in _lists(value):
        holder[key] = clean_json(holder[key], cleaner, roles)
    return value


def clean_words(value: Json, cleaner: Cleaner) -> Json:
    """JSON of any form without those who were erased; a list of texts is one row."""
    if isinstance(value, dict):
        return {cleaner.text(key): clean_words(one, cleaner) for key, one in value.items()}
    if isinstance(value, list) and value and all(one is None or isinstance(one, str) for one in value):
        return cleaner.row(value, [Role.LOOSE] * len(value)) or value
    if isinstance(value, list):
        return [clean_words(one, cleaner) for one in value]
    if isinstance(value, str):
        return (cleaner.row([value], [Role.LOOSE]) or [value])[0]
    return value


def _lists(value: dict[str, Json]) -> Iterator[tuple[dict[str, Json], str]]:
    for key, one in value.items():
        if isinstance(one, dict):
            yield from _lists(one)
        elif isinstance(one, list):
            yield value, key


def _leaves(value: dict[str, Json], before: str) -> Iterator[tuple[str, dict[str, Json], str]]:
    for key, one in value.items():
        if isinstance(one, dict):
            yield from _leaves(one, f"{before}{key}.")
        elif isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)):
            yield f"{before}{key}", value, key


def _role(name: str, roles: Roles) -> Role:
    if not roles:
        return Role.LOOSE
    return roles.get(fold(name)) or roles.get(fold(name.rpartition(".")[2])) or Role.OWN


# --- workbooks -------------------------------------------------------------------------------------------------------


def _workbook(path: Path, into: Path, cleaner: Cleaner, roles: Roles) -> bool:
    changed = False
    with zipfile.ZipFile(path) as source:
        names = source.namelist()
        shared = _shared(source.read(SHARED).decode()) if SHARED in names else []
        used: set[int] = set()
        parts: dict[str, bytes] = {}
        for name in names:
            if SHEET.fullmatch(name):
                parts[name] = _sheet(source.read(name).decode(), shared, used, cleaner, roles).encode()
        for name in names:
            if name == SHARED:
                emptied = any(source.read(one) != told for one, told in parts.items() if SHEET.fullmatch(one))
                parts[name] = _unused(source.read(name).decode(), shared, used, cleaner, emptied=emptied).encode()
            elif name not in parts and name.endswith((".xml", ".rels", ".vml")):
                parts[name] = _words(source.read(name).decode(), cleaner).encode()
        changed = any(source.read(name) != told for name, told in parts.items())
        if not changed:
            return False
        with appearing(into) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as out:
            for info in source.infolist():
                out.writestr(info, parts.get(info.filename, source.read(info)))
    return changed


def _shared(text: str) -> list[str]:
    return [_told(one[1] or "") for one in ITEM.finditer(text)]


def _told(inner: str) -> str:
    return html.unescape("".join(one[1] or "" for one in TEXT.finditer(inner)))


def _sheet(text: str, shared: list[str], used: set[int], cleaner: Cleaner, roles: Roles) -> str:
    heads = Heads(roles)

    def row(found: re.Match[str]) -> str:
        cells = list(CELL.finditer(found[0]))
        told = [_cell(one, shared) for one in cells]
        now = cleaner.row(told, heads.roles(told)) or told
        kept, at = [], 0
        for one, before, after in zip(cells, told, now, strict=True):
            if after != before and after is not None:
                kept.append(found[0][at : one.start()] + _inline(one, after))
                at = one.end()
            elif (number := _place(one)) is not None:
                used.add(number)
        return "".join(kept) + found[0][at:]

    return LINK.sub(lambda one: _link(one[0], cleaner), ROW.sub(row, text))


def _place(cell: re.Match[str]) -> int | None:
    kind, value = KIND.search(cell[2]), VALUE.search(cell[3] or "")
    return int(value[1]) if kind and kind[1] == "s" and value else None


def _cell(cell: re.Match[str], shared: list[str]) -> str | None:
    kind = KIND.search(cell[2])
    if kind and kind[1] == "inlineStr":
        return _told(cell[3] or "")
    place, value = _place(cell), VALUE.search(cell[3] or "")
    if place is not None:
        return shared[place] if place < len(shared) else None
    if value is None:
        return None
    told = html.unescape(value[1])
    if kind is None or kind[1] == "n":
        try:
            number = float(told)
        except ValueError:
            return told
        return str(int(number)) if number == int(number) else told
    return told


def _inline(cell: re.Match[str], text: str) -> str:
    kept = KIND.sub("", cell[2]).rstrip()
    of = cell[1]
    return f'<{of}c{kept} t="inlineStr"><{of}is><{of}t>{escape(text)}</{of}t></{of}is></{of}c>'


def _unused(text: str, shared: list[str], used: set[int], cleaner: Cleaner, *, emptied: bool) -> str:
    """Texts of the workbook that no cell shows are emptied: they may have been a part of a row that was theirs."""
    place = -1

    def item(found: re.Match[str]) -> str:
        nonlocal place
        place += 1
        if place in used or not shared[place] or not (emptied or cleaner.row([shared[place]], [Role.LOOSE])):
            return found[0]
        name = found[0][1 : found[0].index("si")]
        return f"<{name}si><{name}t></{name}t></{name}si>"

    return ITEM.sub(item, text)


def _words(text: str, cleaner: Cleaner) -> str:
    """Comments, properties and drawings."""
    told = BETWEEN.sub(lambda one: f">{_escaped(html.unescape(one[1]), one[1], cleaner)}<", text)
    return LINK.sub(lambda one: _link(one[0], cleaner), told)


def _escaped(text: str, raw: str, cleaner: Cleaner) -> str:
    found = cleaner.row([text], [Role.LOOSE])
    return escape(found[0] or "") if found else raw


def _link(text: str, cleaner: Cleaner) -> str:
    kind, _, told = text.partition(":")
    found = cleaner.row([told], [Role.LOOSE])
    return f"{kind}:{found[0]}" if found else text


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet(path: Path, into: Path, cleaner: Cleaner, roles: Roles) -> bool:
    table = pq.read_table(path)
    names = [one.name for one in table.schema if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)]
    told = [roles.get(fold(name), Role.OWN) if roles else Role.LOOSE for name in names]
    columns = [table.column(name).to_pylist() for name in names]
    rows = [list(row) for row in zip(*columns, strict=True)]
    found = [cleaner.row(row, told) or row for row in rows]
    if found == rows:
        return False
    for place, name in enumerate(names):
        at = table.schema.get_field_index(name)
        table = table.set_column(
            at, table.schema.field(at), pa.array([row[place] for row in found], table.schema.field(at).type)
        )
    with appearing(into) as partial:
        pq.write_table(table, partial)
    return True
