"""Workbooks (XLSX, XLSM, XLS, ODS): values only, parsed in a limited process; the visible sheet with data is read."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.files import Source
from yaad.intake.reading.apart.refusing import Refused
from yaad.intake.reading.apart.workbook import check_area
from yaad.intake.reading.child import LIMITS, Child, Limits, recount
from yaad.intake.reading.layout import TITLES, find_header
from yaad.intake.reading.port import CHUNK, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.report import Tally
from yaad.text import Message

Row = list[str]
EVERY = "*"
"""Answer to the question on sheets: all of them, below each other."""
FILL, LEAVE = "fill", "leave"


class WorkbookReader:
    """Reader of one sheet; see `yaad.intake.reading.port.RecordReader`. Rows have the sheet's own numbers."""

    def __init__(self, source: Source, hints: Hints, limits: Limits = LIMITS) -> None:
        """Look at the workbook, choose the sheet, find its header.

        Raises:
            InputError: broken, a bomb, one far cell, no rows.
            OpenQuestion: several visible sheets hold data, no row looks like a header, or cells are merged downwards.
        """
        self.source = source
        self.tally = Tally()
        self._limits = limits
        self._child = Child(source, limits)
        try:
            self._open(hints)
        except BaseException:
            self._child.close()
            raise

    def _open(self, hints: Hints) -> None:
        source, about = self.source, self._child.about
        sheet = choose_sheet(about["parts"], source.part or hints.sheet, source)
        self._sheet, self._counted = str(sheet["name"]), int(sheet["rows"])
        _refuse_far_cell(sheet, source)
        self._rows = self._child.rows(self._sheet)
        corner = int(next(self._rows, ["0"])[0])
        self._first = list(islice(self._rows, TITLES * 3))
        header = find_header(self._first, hints, source.name)
        merged = [one for one in sheet["merged"] if one[2] > header.index + 1]
        questions = [header.question] if header.question is not None else []
        if merged and hints.merged not in (FILL, LEAVE):
            questions.append(self._ask_merged(merged, corner))
        if questions:
            raise OpenQuestion(questions, file=source.name)
        self._head = header.index
        if merged and hints.merged == FILL:
            self._rows = _filled(chain(self._first, self._rows), merged, corner)
            self._first = list(islice(self._rows, TITLES * 3))
        self._read = 0
        self.headers = unique_headers(self._first[self._head])
        self.found = Found(
            header_row=self._head + 1,
            sheet=self._sheet,
            date1904=bool(about["date1904"]),
            notes=_hidden_parts(sheet, self.headers, corner, source.name),
            paint=dict(sheet.get("paint", ())),
            unsaved=_unsaved(sheet, self.headers, corner),
            evidence=[
                Message("intake.how_sheet", {"sheet": self._sheet, "n": self._counted}),
                Message("intake.how_header", {"row": self._head + 1}),
                *_left_out(about["parts"], self._sheet),
            ],
        )

    def _ask_merged(self, merged: Sequence[Sequence[int]], corner: int) -> Question:
        """Cells merged over several rows hold their value in the first one only."""
        first, left = merged[0][0], merged[0][1] - 1 - corner
        row = self._first[first - 1] if first <= len(self._first) else []
        example = row[left] if 0 <= left < len(row) else ""
        values: dict[str, object] = {"rows": f"{first}–{merged[0][2]}", "example": example[:40]}
        return Question(
            f"merged:{self.source.name}",
            Message("intake.ask_merged", {"name": self.source.name, "n": len(merged)}),
            (Message("intake.evidence_merged", values),),
            {FILL: Message("intake.option_merged_fill"), LEAVE: Message("intake.option_merged_leave")},
            f"merged: {FILL}",
        )

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """Rows below the header; sheets have no rows of a wrong width."""
        done = 0
        rows = chain(self._first, self._rows)
        try:
            with collector_paused():
                while part := list(islice(rows, CHUNK)):
                    self._read += sum(any(row) for row in part)
                    places = np.arange(done + 1, done + len(part) + 1, dtype=np.int64)
                    below = max(self._head + 1 - done, 0)
                    done += len(part)
                    if below < len(part):
                        cells = zip(*part[below:], strict=True)
                        yield Chunk(places[below:], [pa.array(column, pa.string()) for column in cells])
                    if on_progress is not None:
                        on_progress(min(done, self._counted), self._counted)
        finally:
            self._child.close()

    def counts(self) -> tuple[int, int]:
        """Rows with a value: as read, and as the sheet's own marks say (or another parser, where they differ)."""
        counted = self._counted
        if counted != self._read:
            counted = recount(self.source, self._sheet, self._limits)
        return self._read, counted


def _unsaved(sheet: dict[str, Any], headers: Sequence[str], corner: int) -> dict[str, list[int]]:
    """Rows of formulas without a value, by the header of their column."""
    named = {corner + 1 + place: header for place, header in enumerate(headers)}
    return {named.get(column, ""): rows for column, rows in sheet["unsaved"]}


def _filled(rows: Iterator[Row], merged: Sequence[Sequence[int]], corner: int) -> Iterator[Row]:
    """Rows with the value of a merged cell in all of its rows (of its first column)."""
    last = {(top, left - 1 - corner): bottom for top, left, bottom, _ in merged}
    active: dict[int, tuple[int, str]] = {}  # column → last row and value of the range that holds there
    starts: dict[int, list[int]] = {}
    for top, left in last:
        starts.setdefault(top, []).append(left)
    for number, row in enumerate(rows, start=1):
        for column, (bottom, value) in list(active.items()):
            if number > bottom:
                del active[column]
            else:
                row[column] = row[column] or value
        for column in starts.get(number, ()):
            if 0 <= column < len(row):
                active[column] = (last[number, column], row[column])
        yield row


def _hidden_parts(sheet: dict[str, Any], headers: Sequence[str], corner: int, name: str) -> list[Message]:
    """What is said of hidden columns and rows: they are read like the others."""
    notes: list[Message] = []
    ranges = sheet.get("hidden_columns", ())
    hidden = [h for n, h in enumerate(headers, start=corner + 1) if any(low <= n <= high for low, high in ranges)]
    if named := [header for header in hidden if not header.startswith("#")]:
        values: dict[str, object] = {"name": name, "columns": ", ".join(named), "n": len(named)}
        notes.append(Message("intake.note_hidden_columns", values))
    if count := sheet.get("hidden_rows", 0):
        notes.append(Message("intake.note_hidden_rows", {"name": name, "n": count}))
    return notes


def _left_out(parts: Sequence[dict[str, Any]], sheet: str) -> list[Message]:
    """What is said of hidden sheets with rows: they are not read unless they are named."""
    hidden = [str(part["name"]) for part in parts if not part["shown"] and part["rows"] and part["name"] != sheet]
    return [Message("intake.how_hidden_sheets", {"sheets": ", ".join(hidden), "n": len(hidden)})] if hidden else []


def _refuse_far_cell(sheet: dict[str, Any], source: Source) -> None:
    """The far cell is refused here already, before a parser is started."""
    try:
        check_area(sheet)
    except Refused as refused:
        values = {"name": source.name, **refused.values}
        raise InputError(Message(f"intake.{refused.key}", values), file=source.name) from None


def choose_sheet(sheets: Sequence[dict[str, Any]], told: str | None, source: Source) -> dict[str, Any]:
    """The sheet that the mapping names, else the only visible one with data.

    Raises:
        InputError: there is no such sheet, or none holds data.
        OpenQuestion: several visible sheets hold data.
    """
    if told is not None:
        for sheet in sheets:
            if sheet["name"] == told:
                return sheet
        names = ", ".join(str(sheet["name"]) for sheet in sheets)
        raise InputError(Message("intake.sheet_absent", {"sheet": told, "sheets": names}), file=source.name)
    filled = filled_sheets(sheets)
    if not filled:
        raise InputError(Message("intake.file_no_rows", {"name": source.name}))
    if len(filled) == 1:
        return filled[0]
    options = {str(sheet["name"]): Message("intake.option_sheet", {"n": sheet["rows"]}) for sheet in filled}
    options[EVERY] = Message("intake.option_every_sheet")
    question = Question(
        f"sheet:{source.name}",
        Message("intake.ask_sheet", {"name": source.name}),
        tuple(_left_out(sheets, "")),
        options,
        f"sheet: {filled[0]['name']}",
    )
    raise OpenQuestion([question], file=source.name)


def filled_sheets(sheets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Visible sheets with a row."""
    return [sheet for sheet in sheets if sheet["shown"] and sheet["rows"]]
