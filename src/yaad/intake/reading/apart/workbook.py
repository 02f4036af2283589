"""XLSX: what the archive holds, by its own text, before a parser reserves memory for it."""

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from yaad.intake.reading.apart.colours import MOST, paint_in, paints, row_paint
from yaad.intake.reading.apart.refusing import BLOCK, Refused, check_entities, check_sizes

ROW_END = re.compile(rb"</(?:\w+:)?row>")
ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')
PLACE = re.compile(rb'c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)[\s>]")
CELL_COLUMN = re.compile(rb'\br="([A-Z]{1,3})\d{1,7}"')
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>]|)>(.*?)</(?:\w+:)?c>", re.DOTALL)
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
KEPT = re.compile(rb"<(?:\w+:)?v>[^<]")
EMPTY_TEXT = re.compile(rb'\bt="str"')
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
DATE1904 = re.compile(rb'date1904="(?:1|true)"')
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ERROR = "e"
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\bhidden="(?:1|true)"')
COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
SPAN = re.compile(rb'\b(min|max)="(\d{1,5})"')
MOST_RANGES = 100_000


def about(task: dict[str, Any]) -> dict[str, Any]:
    """The sheets, and how days are counted.

    Raises:
        Refused: a bomb, or entities.
    """
    with zipfile.ZipFile(task["path"]) as archive:
        check_sizes(archive.infolist(), task["most"], task["ratio"])
        check_entities(archive)
        epoch = DATE1904.search(archive.read("xl/workbook.xml")) is not None
        return {"parts": survey(archive), "date1904": epoch}


def survey(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    """The sheets with a name, whether they are shown, and what `measure` finds in each."""
    from defusedxml.ElementTree import fromstring

    book = fromstring(archive.read("xl/workbook.xml"))
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    found: list[dict[str, Any]] = []
    styles = paints(archive)
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        target = targets.get(sheet.get(RELATION), "").lstrip("/")
        member = target if target.startswith("xl/") else f"xl/{target}"
        if "worksheets/" not in member or member not in archive.namelist():
            continue
        name = {"name": sheet.get("name"), "shown": sheet.get("state", "visible") == "visible"}
        found.append(name | measure(archive, member, styles))
    return found


def measure(archive: zipfile.ZipFile, member: str, styles: list[str]) -> dict[str, Any]:
    """One sheet by its text: rows with a value, cells, last row and column, merged ranges, formulas never computed.

    These by the number of their column. Also which rows are painted in which of `styles`, and which columns and how
    many rows are hidden.

    A lone far cell shows itself by the ratio of area to cells.
    """
    rows = cells = number = last_row = last_column = hidden_rows = 0
    hidden_columns: list[list[int]] = []
    paint: list[tuple[int, str]] = []
    unsaved: dict[int, list[int]] = {}
    merged: list[list[int]] = []
    for block, ended in _blocks(archive, member):
        if not ended:
            merged += _merged(block)
            continue
        opens = b":c " if prefixed(block) else b"<c "
        hidden_columns += _hidden_columns(block) if not number else []
        painted = paint_in(block, styles)
        cells += block.count(opens)
        computed = b"<f" in block or (opens != b"<c " and b":f" in block)
        for part in block.split(b"</row>")[:-1] if opens == b"<c " else ROW_END.split(block)[:-1]:
            rows += b"<v>" in part or VALUE.search(part) is not None
            cell = part.rfind(opens)
            if place := PLACE.search(part, cell) if cell >= 0 else None:
                number = int(place[2])
                last_row = max(last_row, number)
                last_column = max(last_column, column_number(place[1]))
            else:
                told = ROW_NUMBER.search(part)
                number = int(told[1]) if told else number + 1
            for column in _unsaved(part) if computed else ():
                unsaved.setdefault(column, []).append(number)
            if painted and len(paint) <= MOST and (colour := row_paint(part, styles)):
                paint.append((number, colour))
            hidden_rows += b"hidden=" in part and HIDDEN_ROW.search(part) is not None
    size = {"rows": rows, "cells": cells, "last_row": last_row, "last_column": last_column}
    hidden = {"hidden_columns": hidden_columns, "hidden_rows": hidden_rows}
    lists = {"merged": merged[:MOST_RANGES], "unsaved": list(unsaved.items()), "paint": paint[:MOST]}
    return {**size, **hidden, **lists}


def _hidden_columns(text: bytes) -> list[list[int]]:
    """Ranges of hidden columns, from 1; they stand before the first row."""
    spans = [
        {name.decode(): int(number) for name, number in SPAN.findall(told)}
        for told in COLUMN.findall(text[: text.find(b"sheetData")])
        if b'hidden="1"' in told or b'hidden="true"' in told
    ]
    return [[span["min"], span["max"]] for span in spans if span.keys() >= {"min", "max"}]


def prefixed(block: bytes) -> bool:
    """The names of the elements carry a prefix of their namespace."""
    row = block.find(b"row ")
    return row > 0 and block[row - 1 : row] == b":"


def _blocks(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[bytes, bool]]:
    """The text in blocks of whole rows; then what follows the last row."""
    tail: list[bytes] = []
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            cut = block.rfind(b"row>") + 4
            if cut > 3 and block.rfind(b"</", max(cut - 100, 0), cut) >= 0:
                yield b"".join([*tail, block[:cut]]), True
                tail = [block[cut:]]
            else:
                tail.append(block)
    yield from _last(b"".join(tail))


def _last(text: bytes) -> Iterator[tuple[bytes, bool]]:
    """What is left at the end: a row whose end was cut by a block, and what follows the rows."""
    found = list(ROW_END.finditer(text))
    cut = found[-1].end() if found else 0
    if cut:
        yield text[:cut], True
    yield text[cut:], False


def _unsaved(row: bytes) -> list[int]:
    """Columns, from 1, whose cell has a formula and no value of it; 0 where the cell does not say its place.

    Such a workbook was written by a program that does not compute.
    """
    bare = [
        CELL_COLUMN.search(cell[1])
        for cell in CELL.finditer(row)
        if FORMULA.search(cell[2]) and not KEPT.search(cell[2]) and not EMPTY_TEXT.search(cell[1])
    ]
    return [column_number(place[1]) if place else 0 for place in bare]


def _merged(text: bytes) -> list[list[int]]:
    """Merged ranges of several rows: first row, first column, last row, last column, from 1."""
    found = ([int(m[2]), column_number(m[1]), int(m[4]), column_number(m[3])] for m in MERGED.finditer(text))
    return [one for one in found if one[2] > one[0]]


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def check_area(sheet: dict[str, Any]) -> None:
    """Refuse a sheet whose used area is nearly empty: its parser would reserve all of it.

    Raises:
        Refused: one cell stands far from the others.
    """
    area = sheet["last_row"] * sheet["last_column"]
    if area > 5_000_000 and area > 100 * max(sheet["cells"], 1):
        raise Refused("workbook_far_cell", row=sheet["last_row"], column=sheet["last_column"], sheet=sheet["name"])


def recount(task: dict[str, Any]) -> int:
    """Rows with a value by another parser: slow and exact. A cell that shows an error has none."""
    from openpyxl import load_workbook

    book = load_workbook(task["path"], read_only=True, data_only=True)
    found = book[task["recount"]].iter_rows()
    return sum(any(cell.value not in (None, "") and cell.data_type != ERROR for cell in row) for row in found)
