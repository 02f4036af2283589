"""Workbooks (XLSX, XLSM): values only, parsed in a limited process; the visible sheet with data is read."""

import csv
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.files import Source
from yaad.intake.reading import workbook_child
from yaad.intake.reading.layout import TITLES, find_header
from yaad.intake.reading.port import CHUNK, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.report import Tally
from yaad.text import Message


@dataclass(frozen=True)
class Limits:
    """Ceilings of the child process.

    Attributes:
        memory: bytes of address space.
        seconds: processor time, and half of the time on the clock.
        most: bytes of all members of the archive unpacked.
        ratio: unpacked to packed.
    """

    memory: int = 3 << 30
    seconds: int = 120
    most: int = 1 << 30
    ratio: int = 100


LIMITS = Limits()


class _Child:
    """The process that parses one workbook, within limits; ended by `close`, or by its clock.

    Attributes:
        about: what it said first.
    """

    def __init__(self, source: Source, limits: Limits, recount: str = "") -> None:
        """Start it and hear what the workbook holds.

        Raises:
            InputError: what the child refuses, or the child died.
        """
        self._source = source
        plain = {"path": str(source.path.resolve()), "recount": recount} | vars(limits)
        command = [sys.executable, "-I", str(Path(workbook_child.__file__)), json.dumps(plain)]
        pipe, away = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=away)  # noqa: S603 - our own script
        self._clock = threading.Timer(limits.seconds * 2, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        assert self._process.stdout is not None
        self._out = TextIOWrapper(self._process.stdout, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            self.about = self._hear()
        except BaseException:
            self.close()
            raise

    def _hear(self) -> dict[str, Any]:
        line = self._out.readline()
        about: dict[str, Any] = json.loads(line) if line.strip() else {"refused": "workbook_too_big", "values": {}}
        if "refused" in about:
            values = {"name": self._source.name, **about["values"]}
            raise InputError(Message(f"intake.{about['refused']}", values), file=self._source.name)
        return about

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """The rows of a sheet.

        Raises:
            InputError: the child died midway: what it told is not all of the sheet.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(sheet).encode() + b"\n")
            self._process.stdin.close()
        try:
            yield from csv.reader(self._out, strict=True)
        except csv.Error:
            raise self._too_big() from None
        if self._process.wait() != 0:
            raise self._too_big()

    def _too_big(self) -> InputError:
        return InputError(Message("intake.workbook_too_big", {"name": self._source.name}), file=self._source.name)

    def close(self) -> None:
        """End the process."""
        self._clock.cancel()
        self._process.kill()
        self._process.wait()
        self._out.close()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()


class WorkbookReader:
    """Reader of one sheet; see `yaad.intake.reading.port.RecordReader`. Rows have the sheet's own numbers."""

    def __init__(self, source: Source, hints: Hints, limits: Limits = LIMITS) -> None:
        """Look at the workbook, choose the sheet, find its header.

        Raises:
            InputError: broken, a bomb, one far cell, no rows.
            OpenQuestion: several visible sheets hold data, or no row looks like a header.
        """
        self.source = source
        self.tally = Tally()
        self._limits = limits
        self._child = _Child(source, limits)
        try:
            self._open(hints)
        except BaseException:
            self._child.close()
            raise

    def _open(self, hints: Hints) -> None:
        source, about = self.source, self._child.about
        sheet = _choose(about["sheets"], hints.sheet, source)
        self._sheet, self._counted = str(sheet["name"]), int(sheet["rows"])
        _refuse_far_cell(sheet, source)
        self._rows = self._child.rows(self._sheet)
        self._first = list(islice(self._rows, TITLES * 3))
        header = find_header(self._first, hints, source.name) if hints.header_row is None else None
        if header is not None and header.question is not None:
            raise OpenQuestion([header.question], file=source.name)
        self._head = header.index if header else min(hints.header_row or 1, len(self._first)) - 1
        self._read = 0
        self.headers = unique_headers(self._first[self._head])
        self.found = Found(
            header_row=self._head + 1,
            sheet=self._sheet,
            date1904=bool(about["date1904"]),
            evidence=[
                Message("intake.how_sheet", {"sheet": self._sheet, "n": self._counted}),
                Message("intake.how_header", {"row": self._head + 1}),
            ],
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
                        columns = [pa.array(cells, pa.string()) for cells in zip(*part[below:], strict=True)]
                        yield Chunk(places[below:], columns)
                    if on_progress is not None:
                        on_progress(min(done, self._counted), self._counted)
        finally:
            self._child.close()

    def counts(self) -> tuple[int, int]:
        """Rows with a value: as read, and as the sheet's own marks say (or another parser, where they differ)."""
        counted = self._counted
        if counted != self._read:
            child = _Child(self.source, self._limits, recount=self._sheet)
            counted = int(child.about["rows"])
            child.close()
        return self._read, counted


def _refuse_far_cell(sheet: dict[str, Any], source: Source) -> None:
    """The far cell is refused here already, before a parser is started."""
    try:
        workbook_child.check_area(sheet)
    except workbook_child.Refused as refused:
        values = {"name": source.name, **refused.values}
        raise InputError(Message(f"intake.{refused.key}", values), file=source.name) from None


def _choose(sheets: Sequence[dict[str, Any]], told: str | None, source: Source) -> dict[str, Any]:
    """The sheet that the mapping names, else the only visible one with data."""
    if told is not None:
        for sheet in sheets:
            if sheet["name"] == told:
                return sheet
        names = ", ".join(str(sheet["name"]) for sheet in sheets)
        raise InputError(Message("intake.sheet_absent", {"sheet": told, "sheets": names}), file=source.name)
    filled = [sheet for sheet in sheets if sheet["shown"] and sheet["rows"]]
    if not filled:
        raise InputError(Message("intake.file_no_rows", {"name": source.name}))
    if len(filled) == 1:
        return filled[0]
    options = {str(sheet["name"]): Message("intake.option_sheet", {"n": sheet["rows"]}) for sheet in filled}
    question = Question(
        f"sheet:{source.name}",
        Message("intake.ask_sheet", {"name": source.name}),
        (),
        options,
        f"sheet: {filled[0]['name']}",
    )
    raise OpenQuestion([question], file=source.name)
