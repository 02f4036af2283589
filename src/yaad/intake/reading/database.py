"""SQLite: one table of a database, read as it stands in a limited process."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.files import Source
from yaad.intake.reading.child import LIMITS, Child, Limits, recount
from yaad.intake.reading.port import CHUNK, WIDEST, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.reading.workbook import choose_sheet
from yaad.intake.report import Reject, Tally
from yaad.text import Message


class DatabaseReader:
    """Reader of one table; see `yaad.intake.reading.port.RecordReader`. Rows are numbered from 1 as they are stored."""

    def __init__(self, source: Source, hints: Hints, limits: Limits = LIMITS) -> None:
        """Look at the tables and choose one.

        Raises:
            InputError: broken, no rows, too many columns, or no such table.
            OpenQuestion: several tables hold rows and none is named.
        """
        self.source = source
        self.tally = Tally()
        self._limits = limits
        self._child = Child(source, limits)
        try:
            table = choose_sheet(self._child.about["parts"], source.part or hints.sheet, source)
            self._table, self._counted = str(table["name"]), int(table["rows"])
            self._rows = self._child.rows(self._table)
            names = _checked(next(self._rows, []), source)
        except BaseException:
            self._child.close()
            raise
        self._read = 0
        self.headers = unique_headers(names)
        self.found = Found(evidence=[Message("intake.how_table", {"table": self._table, "n": self._counted})])

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All rows; one whose bytes are no text is in the tally."""
        try:
            with collector_paused():
                while rows := list(islice(self._rows, CHUNK)):
                    places = np.arange(self._read + 1, self._read + len(rows) + 1, dtype=np.int64)
                    self._read += len(rows)
                    try:
                        columns = _columns(rows)
                    except UnicodeEncodeError:
                        good = np.array([_is_text(row) for row in rows], np.bool_)
                        for place, row in zip(places[~good].tolist(), np.array(rows, object)[~good], strict=True):
                            self.tally.rejects.append(Reject(place, "", "intake.rejected_bad_bytes", _shown(row)))
                        places = places[good]
                        columns = _columns([row for row, keep in zip(rows, good, strict=True) if keep])
                    if len(places):
                        yield Chunk(places, columns)
                    if on_progress is not None:
                        on_progress(self._read, self._counted)
        finally:
            self._child.close()

    def counts(self) -> tuple[int, int]:
        """Rows met, and rows by the database's own count."""
        return self._read, recount(self.source, self._table, self._limits)


def _checked(names: list[str], source: Source) -> list[str]:
    if len(names) > WIDEST:
        raise InputError(Message("intake.file_too_wide", {"name": source.name, "widest": WIDEST}))
    return names


def _columns(rows: list[list[str]]) -> list[pa.Array]:
    return [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]


def _is_text(row: list[str]) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for cell in row for letter in cell)


def _shown(row: list[str]) -> str:
    return ",".join(row).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
