"""ODS (LibreOffice): what the document holds, by its own text, before a parser reserves memory for it."""

import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from yaad.intake.reading.apart.colours import MOST
from yaad.intake.reading.apart.refusing import BLOCK, Refused, check_entities, check_sizes

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
STYLES = "styles.xml"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
STYLE_NAME, ROW_STYLE = TABLE + "style-name", TABLE + "default-cell-style-name"
ROWS, COLUMNS = TABLE + "number-rows-repeated", TABLE + "number-columns-repeated"
DEEPEST = 8
"""Styles made from styles that are followed."""
MOST_CELLS = 50_000_000
"""Cells with a value, repeated ones counted each; beyond it the document is a bomb."""


@dataclass
class _Sheet:
    """What is counted of one table while it is read."""

    name: str
    style: str
    rows: int = 0
    cells: int = 0
    row: int = 0  # rows before the one that is read
    last_row: int = 0
    last_column: int = 0
    merged: list[list[int]] = field(default_factory=list)
    unsaved: dict[int, list[int]] = field(default_factory=dict)
    paint: list[tuple[int, str]] = field(default_factory=list)


class _Survey:
    """Counts rows and cells with a value; a repeated row or cell counts as often as it says.

    Also tells which rows are painted, by the styles of their cells: those of the document, and those made for a cell.
    """

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.hidden: set[str] = set()
        self._style = ""
        self._parents: dict[str, str] = {}
        self._colours: dict[str, str] = {}
        self._row_style = ""
        self._painted = Counter[str]()
        self._repeated = self._column = self._values = 0
        self._cell: dict[str, str] | None = None
        self._depth = 0

    def read(self, archive: zipfile.ZipFile, member: str) -> None:
        """Read a member of the document: its styles first, then its content."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        with archive.open(member) as file:
            while block := file.read(BLOCK):
                parser.Parse(block)
        parser.Parse(b"", True)  # noqa: FBT003 - the parser's own signature

    def _start(self, name: str, told: dict[str, str]) -> None:
        if name in (STYLE + "style", STYLE + "default-style"):
            self._style = told.get(STYLE + "name", "")
            self._parents[self._style] = told.get(STYLE + "parent-style-name", "")
        elif name == STYLE + "table-cell-properties" and self._style and (colour := told.get(FO + "background-color")):
            self._colours[self._style] = colour[1:].upper() if colour.startswith("#") else ""
        elif name == STYLE + "table-properties" and told.get(TABLE + "display") == "false":
            self.hidden.add(self._style)
        elif name == TABLE + "table":
            self._depth += 1
            if self._depth == 1:
                self.sheets.append(_Sheet(told.get(TABLE + "name", ""), told.get(TABLE + "style-name", "")))
        elif self._depth == 1 and name == TABLE + "table-row":
            self._repeated, self._column, self._values = int(told.get(ROWS, "1")), 0, 0
            self._row_style = told.get(ROW_STYLE, "")
            self._painted.clear()
        elif self._depth == 1 and name in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            self._cell = told

    def _end(self, name: str) -> None:
        if name == TABLE + "table":
            self._depth -= 1
        elif self._depth == 1 and self._cell is not None and name.endswith("table-cell"):
            self._close_cell(self.sheets[-1], self._cell)
            self._cell = None
        elif self._depth == 1 and name == TABLE + "table-row":
            self._close_row(self.sheets[-1])

    def _close_cell(self, sheet: _Sheet, told: dict[str, str]) -> None:
        repeated = int(told.get(COLUMNS, "1"))
        first = self._column + 1
        self._column += repeated
        down = int(told.get(TABLE + "number-rows-spanned", "1"))
        if down > 1:
            across = int(told.get(TABLE + "number-columns-spanned", "1"))
            sheet.merged.append([sheet.row + 1, first, sheet.row + down, first + across - 1])
        if colour := self._colour(told.get(STYLE_NAME, self._row_style)):
            self._painted[colour] += 1
        kind = told.get(OFFICE + "value-type") or told.get(CALC + "value-type")
        if kind is not None and told.get(CALC + "value-type") != "error":
            self._values += repeated
            sheet.last_column = max(sheet.last_column, self._column)
        elif kind is None and TABLE + "formula" in told:
            sheet.unsaved.setdefault(first, []).append(sheet.row + 1)

    def _colour(self, style: str) -> str:
        """The colour that fills a cell of a style, its own or that of the style it is made from; "" for none."""
        for _ in range(DEEPEST):
            if style in self._colours or not style:
                break
            style = self._parents.get(style, "")
        return self._colours.get(style, "")

    def _close_row(self, sheet: _Sheet) -> None:
        if self._painted and self._values:
            colour = self._painted.most_common(1)[0][0]
            rows = range(sheet.row + 1, sheet.row + 1 + min(self._repeated, MOST - len(sheet.paint)))
            sheet.paint += [(row, colour) for row in rows]
        sheet.row += self._repeated
        if self._values:
            sheet.rows += self._repeated
            sheet.cells += self._values * self._repeated
            sheet.last_row = sheet.row
        if sheet.cells > MOST_CELLS:
            raise Refused("workbook_bomb", unpacked=sheet.cells * 16 // BLOCK)


def about(task: dict[str, Any]) -> dict[str, Any]:
    """The sheets with a name, whether they are shown, and their sizes.

    Raises:
        Refused: a bomb, entities, or a password on it.
    """
    with zipfile.ZipFile(task["path"]) as archive:
        check_sizes(archive.infolist(), task["most"], task["ratio"])
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Refused("file_password")
        check_entities(archive)
        survey = _Survey()
        if STYLES in archive.namelist():
            survey.read(archive, STYLES)
        survey.read(archive, "content.xml")
    parts = [
        {
            "name": sheet.name,
            "shown": sheet.style not in survey.hidden,
            "rows": sheet.rows,
            "cells": sheet.cells,
            "last_row": sheet.last_row,
            "last_column": sheet.last_column,
            "merged": sheet.merged,
            "unsaved": list(sheet.unsaved.items()),
            "paint": sheet.paint,
        }
        for sheet in survey.sheets
    ]
    return {"parts": parts, "date1904": False}


def recount(task: dict[str, Any]) -> int:
    """Rows with a value: the survey's own, which is no count of the reader's."""
    parts = about({**task, "recount": ""})["parts"]
    return next(int(part["rows"]) for part in parts if part["name"] == task["recount"])
