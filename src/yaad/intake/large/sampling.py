"""A sample of a large file's rows that shows how each column is written.

It holds the first rows, some of every part of the file, and – wherever they stand – the first row with each different
value of a column of few values, the rows with the least and the greatest text of a part, and texts of every length.
"""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, codes, mask, pc
from yaad.intake.reading import Chunk, Grid, Progress, RecordReader, kept_chunks, together
from yaad.text import Message

HEAD = 50_000
"""Rows from the beginning: side by side, they show what repeats."""
SPREAD = 100
"""Rows of every part of the file."""
VALUES = 1_000
"""A column with more different values is one of many: its values are not all in the sample."""
LONGEST = 4_095
"""Texts of this length and longer count as of one length."""


def sampled(reader: RecordReader, on_progress: Progress | None) -> Grid:
    """The sample of a file as a grid; its tally is that of the whole file.

    Raises:
        InputError: the file is broken, or two counts of its records differ.
    """
    columns = [_Seen() for _ in reader.headers]
    kept: list[Chunk] = []
    rows = 0
    for chunk in kept_chunks(reader, on_progress):
        wanted = np.zeros(len(chunk.rows), np.bool_)
        wanted[: max(HEAD - rows, 0)] = True
        wanted[:: max(len(wanted) // SPREAD, 1)] = True
        for seen, column in zip(columns, chunk.columns, strict=True):
            seen.mark(column, wanted)
        kept.append(_of(chunk, wanted))
        rows += len(wanted)
    tally = reader.tally
    tally.rows_in = rows + len(tally.rejects) + tally.skipped_by.total()
    lines, held = together(reader.headers, kept)
    reader.found.notes.append(Message("intake.note_sampled", {"n": len(lines), "of": rows}))
    return Grid(reader.source, reader.headers, lines, held, tally, reader.found)


def _of(chunk: Chunk, wanted: Mask) -> Chunk:
    take = pa.array(wanted)
    return Chunk(chunk.rows[wanted], [column.filter(take) for column in chunk.columns])


class _Seen:
    """What was seen of a column so far: its values while they are few, and the lengths of its texts."""

    def __init__(self) -> None:
        self._values: pa.Array | None = None
        self._is_many = False
        self._lengths = np.zeros(LONGEST + 1, np.bool_)

    def mark(self, column: pa.Array, wanted: Mask) -> None:
        """Mark the rows that show something new of the column."""
        if not self._is_many:
            self._mark_values(column, wanted)
        if not len(column) or column.null_count == len(column):
            return
        ends = pc.min_max(column)
        for end in (ends["min"], ends["max"]):
            wanted[pc.index(column, end).as_py()] = True
        if pa.types.is_string(column.type):
            lengths = pc.min_element_wise(pc.fill_null(pc.binary_length(column), 0), LONGEST).to_numpy()
            first = _first_of_each(np.asarray(lengths, np.int64), LONGEST + 1)
            fresh = (first < len(column)) & ~self._lengths
            wanted[first[fresh]] = True
            self._lengths |= fresh

    def _mark_values(self, column: pa.Array, wanted: Mask) -> None:
        number, distinct = codes(column)
        fresh = np.ones(len(distinct), np.bool_)
        if self._values is not None:
            fresh = ~mask(pc.is_in(distinct, value_set=self._values))
        self._is_many = int(fresh.sum()) + (len(self._values) if self._values is not None else 0) > VALUES
        first = _first_of_each(np.where(number < 0, len(distinct), number), len(distinct) + 1)
        wanted[first[:-1][fresh][:VALUES]] = True
        new = distinct.filter(pa.array(fresh))
        self._values = new if self._values is None else pa.concat_arrays([self._values, new])


def _first_of_each(numbers: Ints, size: int) -> Ints:
    """The first row of each number below `size`; how many rows there are where it has none."""
    first = np.full(size, len(numbers), np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return first
