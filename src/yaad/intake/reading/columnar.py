"""Parquet: the file names and types its columns itself; types that mean something to us are kept."""

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yaad.errors import InputError
from yaad.intake.arrow import pc
from yaad.intake.files import Source
from yaad.intake.reading.port import CHUNK, WIDEST, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.report import Tally
from yaad.text import Message


class ColumnarReader:
    """Reader of Parquet; see `yaad.intake.reading.port.RecordReader`. Rows are numbered from 1."""

    def __init__(self, source: Source, hints: Hints) -> None:
        """Read the file's own description.

        Raises:
            InputError: broken, or too many columns.
        """
        del hints  # the format leaves nothing to decide
        self.source = source
        self.tally = Tally()
        try:
            file = pq.ParquetFile(source.path)
            names = [str(name) for name in file.schema_arrow.names]
            self._counted = int(file.metadata.num_rows)
        except (pa.ArrowException, OSError):
            raise self._broken() from None
        if len(names) > WIDEST:
            raise InputError(Message("intake.file_too_wide", {"name": source.name, "widest": WIDEST}))
        self._file = file
        self._read = 0
        self.headers = unique_headers(names)
        self.found = Found(evidence=[Message("intake.how_columnar", {"n": self._counted})])

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All rows, with times, dates, numbers and texts as the file types them."""
        try:
            for batch in self._file.iter_batches(CHUNK):
                places = np.arange(self._read + 1, self._read + len(batch) + 1, dtype=np.int64)
                self._read += len(batch)
                yield Chunk(places, [_plain(column) for column in batch.columns])
                if on_progress is not None:
                    on_progress(self._read, self._counted)
        except (pa.ArrowException, OSError):
            raise self._broken() from None

    def counts(self) -> tuple[int, int]:
        """Rows met, and rows that the file's own description promises."""
        return self._read, self._counted

    def _broken(self) -> InputError:
        return InputError(Message("intake.file_broken", {"name": self.source.name}))


def _plain(column: pa.Array) -> pa.Array:
    """Dictionaries unpacked, times in microseconds, numbers as numbers, maps as objects of JSON, all else as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    kept = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if pa.types.is_timestamp(kind):
        plain = column.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_date(kind):
        plain = column.cast(pa.date32())
    elif pa.types.is_large_string(kind) or pa.types.is_time(kind):
        plain = column.cast(pa.string())
    elif kept or pa.types.is_string(kind):
        plain = column
    elif pa.types.is_map(kind):
        pairs = (
            None if value is None else json.dumps(dict(value), ensure_ascii=False, default=str)
            for value in column.to_pylist()
        )
        plain = pa.array(pairs, pa.string())
    else:
        plain = pa.array((None if value is None else str(value) for value in column.to_pylist()), pa.string())
    return plain
