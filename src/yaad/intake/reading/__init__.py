"""Readers, one a format, behind one port: a file → named columns of text in chunks, every record accounted for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import whole
from yaad.intake.files import Format, Source
from yaad.intake.presets.exchange import with_calls
from yaad.intake.presets.yaad import as_given
from yaad.intake.reading.colours import COLUMN, NONE, words_of
from yaad.intake.reading.columnar import ColumnarReader
from yaad.intake.reading.containers import opened
from yaad.intake.reading.database import DatabaseReader
from yaad.intake.reading.event_log import EventLogReader
from yaad.intake.reading.json_records import JsonReader
from yaad.intake.reading.port import (
    Chunk,
    Found,
    Grid,
    Hints,
    Progress,
    RecordReader,
    collect,
    empty_cells,
    kept_chunks,
    together,
)
from yaad.intake.reading.text_table import TextTableReader
from yaad.intake.reading.workbook import FILL, LEAVE, WorkbookReader
from yaad.text import Message

__all__ = [
    "COLOURS",
    "MERGED",
    "SHEET",
    "Chunk",
    "Found",
    "Grid",
    "Hints",
    "Progress",
    "RecordReader",
    "kept_chunks",
    "opened",
    "read",
    "reader_of",
    "together",
]

MERGED = (FILL, LEAVE)
"""What a mapping may say of merged cells."""
COLOURS = frozenset(COLUMN.values())
"""Names of the column of colours."""
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


def reader_of(source: Source, hints: Hints) -> RecordReader:
    """The reader of a file's format.

    Raises:
        InputError: the file is broken, hostile or empty.
        OpenQuestion: the file does not decide how to read it.
    """
    return READERS[source.format](source, hints)


def read(source: Source, hints: Hints, on_progress: Progress | None = None) -> Grid:
    """Read one file whole; `on_progress` gets what is done and the total, in one unit.

    Raises:
        InputError: the file is broken or hostile, or two counts of its records differ.
        OpenQuestion: the file does not decide how to read it.
    """
    grid = collect(reader_of(source, hints), on_progress)
    if source.whole and grid.found.sheet is not None and SHEET not in grid.columns:
        name = pa.chunked_array([pa.repeat(source.part, len(grid.rows))], pa.string())
        grid = replace(grid, headers=(*grid.headers, SHEET), columns={**grid.columns, SHEET: name})
    return as_given(with_calls(_with_colours(grid) if grid.found.paint else grid))


def _with_colours(grid: Grid) -> Grid:
    """With a column of the rows' colours, where they may mean something; rows with few cells are titles or totals."""
    hebrew = any("\u05d0" <= letter <= "\u05ea" for header in grid.headers for letter in header)
    filled = np.zeros(len(grid.rows), np.int64)
    for column in grid.columns.values():
        filled += ~empty_cells(whole(column))
    full = filled * 2 >= np.median(filled) if len(filled) else filled > 0
    words = words_of(grid.found.paint, grid.rows[full].tolist(), hebrew=hebrew)
    if words is None or COLUMN[hebrew] in grid.columns:
        return grid
    cells = np.full(len(grid.rows), None, object)
    cells[full] = words
    painted = [word for word in words if word != NONE[hebrew]]
    told = ", ".join(f"{word}: {count}" for word, count in Counter(painted).most_common())
    values: dict[str, object] = {"n": len(painted), "of": len(words), "colours": told, "column": COLUMN[hebrew]}
    found = replace(grid.found, notes=[*grid.found.notes, Message("intake.note_colours", values)])
    column = pa.chunked_array([pa.array(cells, pa.string())])
    headers = (*grid.headers, COLUMN[hebrew])
    return replace(grid, headers=headers, columns={**grid.columns, COLUMN[hebrew]: column}, found=found)
