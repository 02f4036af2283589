"""XLS, the format of Excel up to 2003: surveyed by one parser, read by another."""

from typing import Any

from yaad.intake.reading.apart.refusing import Refused

EMPTY, ERROR, BLANK = 0, 5, 6
Book = Any  # the parser has no types
Sheet = Any


def _open(path: str) -> Book:
    import os

    import xlrd
    from xlrd.biffh import XLRDError

    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device, no path of ours
            return xlrd.open_workbook(path, on_demand=True, ragged_rows=True, logfile=nowhere)
    except XLRDError as error:
        raise Refused("file_password" if "encrypted" in str(error).lower() else "file_broken") from None


def about(task: dict[str, Any]) -> dict[str, Any]:
    """The sheets, and how days are counted.

    Raises:
        Refused: broken, or a password on it.
    """
    from python_calamine import CalamineWorkbook

    book = _open(task["path"])
    other = CalamineWorkbook.from_path(task["path"])
    parts: list[dict[str, Any]] = []
    for place, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(place)
        ranges = other.get_sheet_by_name(name).merged_cell_ranges or []
        merged = [[r + 1, c + 1, r2 + 1, c2 + 1] for (r, c), (r2, c2) in ranges if r2 > r]
        rows = sum(_has_value(sheet, row) for row in range(sheet.nrows))
        size = {"last_row": sheet.nrows, "last_column": sheet.ncols, "cells": sheet.nrows * sheet.ncols}
        shown = sheet.visibility == 0
        parts.append({"name": name, "shown": shown, "rows": rows, "merged": merged, "unsaved": [], **size})
        book.unload_sheet(place)
    return {"parts": parts, "date1904": bool(book.datemode)}


def _has_value(sheet: Sheet, row: int) -> bool:
    return any(
        kind not in (EMPTY, ERROR, BLANK) and value != ""
        for kind, value in zip(sheet.row_types(row), sheet.row_values(row), strict=True)
    )


def recount(task: dict[str, Any]) -> int:
    """Rows with a value, by the parser that does not read them for us."""
    sheet = _open(task["path"]).sheet_by_name(task["recount"])
    return sum(_has_value(sheet, row) for row in range(sheet.nrows))
