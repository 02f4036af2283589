"""Reads a workbook in a process of its own, within limits; run as a script, it imports nothing of the product.

A hostile workbook of 1.4 KB makes the parser ask for 512 GB and abort: only this process dies of it. The protocol on
the standard output is one line of JSON (what the workbook holds, or the error); then, when a line of the standard
input names a sheet, its rows as CSV.
"""

import csv
import datetime as dt
import io
import json
import re
import sys
import zipfile
from typing import Any

ROW_END = re.compile(rb"</(?:\w+:)?row>")
LAST_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)[\s>]")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DATE1904 = re.compile(rb'date1904="(?:1|true)"')
BLOCK = 1 << 20
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Refused(Exception):
    """The workbook is not read; `key` is the end of a message's key, `values` what it says."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def limit(memory: int, seconds: int) -> None:
    """Take a ceiling of memory and processor time, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still ends this process
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_archive(archive: zipfile.ZipFile, most: int, ratio: int) -> None:
    """Refuse an archive that grows beyond all use when it is unpacked, or that declares entities.

    Raises:
        Refused: it does.
    """
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > most or (unpacked > BLOCK and unpacked / packed > ratio):
        raise Refused("workbook_bomb", unpacked=unpacked // BLOCK)
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as file:
                if DOCTYPE.search(file.read(4096)):
                    raise Refused("workbook_entities")


def survey(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    """The sheets with a name, whether they are shown, their last row and column, their rows with a value."""
    from defusedxml.ElementTree import fromstring

    book = fromstring(archive.read("xl/workbook.xml"))
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    found: list[dict[str, Any]] = []
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        target = targets.get(sheet.get(RELATION), "").lstrip("/")
        member = target if target.startswith("xl/") else f"xl/{target}"
        if "worksheets/" not in member or member not in archive.namelist():
            continue
        about = {"name": sheet.get("name"), "shown": sheet.get("state", "visible") == "visible"}
        found.append(about | measure(archive, member))
    return found


def measure(archive: zipfile.ZipFile, member: str) -> dict[str, int]:
    """Size of one sheet by its cells' own places; a lone far cell shows itself by the ratio of area to cells."""
    rows = cells = last_row = last_column = 0
    tail = b""
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            cells += block.count(b"<c ") + block.count(b":c ")
            parts = ROW_END.split(tail + block)
            tail = parts.pop()
            for part in parts:
                rows += VALUE.search(part) is not None
                if place := LAST_CELL.search(part, max(part.rfind(b"<c "), part.rfind(b":c ", -200) - 8, 0)):
                    last_row = max(last_row, int(place[2]))
                    last_column = max(last_column, column_number(place[1]))
    return {"rows": rows, "cells": cells, "last_row": last_row, "last_column": last_column}


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


def shown(value: object) -> str:
    """A cell as text: dates as ISO, whole numbers without a point, 15 digits as the program itself shows."""
    if isinstance(value, bool):
        text = "TRUE" if value else "FALSE"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    elif isinstance(value, dt.datetime):
        text = value.isoformat(sep=" ", timespec="microseconds" if value.microsecond else "seconds")
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    elif isinstance(value, dt.timedelta):
        text = str(value.total_seconds())
    else:
        text = str(value)
    return text


def write_rows(path: str, sheet: str) -> None:
    """Write the rows of one sheet as CSV."""
    from python_calamine import CalamineWorkbook

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).iter_rows():
        writer.writerow([cell if isinstance(cell, str) else shown(cell) for cell in row])


def recount(path: str, sheet: str) -> int:
    """Rows with a value by another parser: slow and exact."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    return sum(any(str(cell or "") for cell in row) for row in book[sheet].iter_rows(values_only=True))


def say(plain: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def prepare(task: dict[str, Any]) -> bool:
    """Say what the workbook holds, or why it is not read; true when a sheet may be asked for."""
    try:
        with zipfile.ZipFile(task["path"]) as archive:
            check_archive(archive, task["most"], task["ratio"])
            if task["recount"]:
                say({"rows": recount(task["path"], task["recount"])})
                return False
            epoch = DATE1904.search(archive.read("xl/workbook.xml")) is not None
            say({"sheets": survey(archive), "date1904": epoch})
            return True
    except Refused as refused:
        say({"refused": refused.key, "values": refused.values})
    except MemoryError:
        say({"refused": "workbook_too_big", "values": {}})
    except Exception as error:  # noqa: BLE001 - whatever a broken workbook raises, the parent says it is broken
        say({"refused": "file_broken", "values": {}, "why": repr(error)})
    return False


def main(task: dict[str, Any]) -> None:
    """Tell of the workbook; then, if a line of the standard input names a sheet, give its rows."""
    limit(task["memory"], task["seconds"])
    if prepare(task) and (sheet := sys.stdin.readline().rstrip("\n")):
        write_rows(task["path"], json.loads(sheet))  # what it raises ends the process with a code that the parent sees


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogatepass", newline="")
    main(json.loads(sys.argv[1]))
