"""Readers, one a format, behind one port: a file → named columns of text in chunks, every record accounted for."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa

from yaad.intake.files import Format, Source
from yaad.intake.reading.columnar import ColumnarReader
from yaad.intake.reading.containers import opened
from yaad.intake.reading.database import DatabaseReader
from yaad.intake.reading.event_log import EventLogReader
from yaad.intake.reading.json_records import JsonReader
from yaad.intake.reading.port import Found, Grid, Hints, Progress, RecordReader, collect
from yaad.intake.reading.text_table import TextTableReader
from yaad.intake.reading.workbook import FILL, LEAVE, WorkbookReader

__all__ = ["MERGED", "Found", "Grid", "Hints", "Progress", "opened", "read"]

MERGED = (FILL, LEAVE)
"""What a mapping may say of merged cells."""
SHEET = "sheet"
"""Column of the sheet that a row stands in, where several are read."""
READERS: dict[Format, Callable[[Source, Hints], RecordReader]] = {
    Format.CSV: TextTableReader,
    Format.XLSX: WorkbookReader,
    Format.XLS: WorkbookReader,
    Format.ODS: WorkbookReader,
    Format.PARQUET: ColumnarReader,
    Format.XES: EventLogReader,
    Format.JSON: JsonReader,
    Format.SQLITE: DatabaseReader,
}


def read(source: Source, hints: Hints, on_progress: Progress | None = None) -> Grid:
    """Read one file whole; `on_progress` gets what is done and the total, in one unit.

    Raises:
        InputError: the file is broken or hostile, or two counts of its records differ.
        OpenQuestion: the file does not decide how to read it.
    """
    grid = collect(READERS[source.format](source, hints), on_progress)
    if source.whole and grid.found.sheet is not None and SHEET not in grid.columns:
        name = pa.chunked_array([pa.repeat(source.part, len(grid.rows))], pa.string())
        return replace(grid, headers=(*grid.headers, SHEET), columns={**grid.columns, SHEET: name})
    return grid
