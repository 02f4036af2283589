"""Tables of text (CSV and its kin): decided by evidence, then read record by record, none lost.

Most blocks of a large file are plain, and are parsed by Arrow (`text_plain`). Those that are not, and the rest of a
file after the first quote in doubt, are read by the standard library's strict reader (`text_strict`): both give the
same records.
"""

import codecs
import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, OpenQuestion
from yaad.intake.files import Source
from yaad.intake.reading.counting import count_lines, count_records
from yaad.intake.reading.encoding import Encoding, decide_encoding, survey
from yaad.intake.reading.gershayim import with_gershayim
from yaad.intake.reading.layout import TITLES, Dialect, decide_dialect, find_header
from yaad.intake.reading.port import Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_plain import Hard, TextLayout, plain_blocks
from yaad.intake.reading.text_strict import StrictRecords
from yaad.intake.reading.writing import Way, mended
from yaad.intake.report import Reject, Tally
from yaad.text import Message

SAMPLE = 1 << 20


@contextmanager
def collector_paused() -> Iterator[None]:
    """Millions of small lists are made and dropped in order: the cycle collector would only walk over them again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class TextTableReader:
    """Reader of CSV and its kin; see `yaad.intake.reading.port.RecordReader`."""

    def __init__(self, source: Source, hints: Hints) -> None:
        """Look at the whole file and decide its encoding, delimiter and header.

        Raises:
            InputError: no rows, or too many columns.
            OpenQuestion: the file does not decide its encoding or its header.
        """
        self.source = source
        self.tally = Tally()
        seen = survey(source.path)
        encoding = decide_encoding(source, seen, hints.encoding)
        if encoding.question is not None:
            raise OpenQuestion([encoding.question], file=source.name)
        self._way, codec = encoding.way, encoding.way.codec
        sample = _sample(source, codec)
        escapes = [line.decode(codec, "replace") for line in seen.escapes]
        dialect = decide_dialect(sample, escapes, hints.delimiter)
        names, records, lines = _find_head(source, sample, dialect, hints, self._way)
        self._layout = TextLayout(source, codec, dialect, names, records, lines)
        self._strict = StrictRecords(self._layout, self.tally)
        self._records = records
        self.headers = unique_headers(list(names))
        self.found = self._explain(encoding)

    def _explain(self, encoding: Encoding) -> Found:
        layout = self._layout
        sign = layout.dialect.delimiter
        told = layout.dialect.told_by_file
        how_parted = "intake.how_delimiter_told" if told else "intake.how_delimiter"
        above = layout.head_records - 1 - told
        how_header = Message("intake.how_header", {"row": layout.head_lines})
        if not any(layout.names):
            how_header = Message("intake.how_header_none")
        elif not layout.head_lines:
            how_header = Message("presets.exchange_headless", {"n": len(layout.names)})
        elif above > 0:
            how_header = Message("intake.how_header_below", {"row": layout.head_lines, "n": above})
        return Found(
            encoding=encoding.name,
            delimiter=sign,
            header_row=layout.head_lines,
            evidence=[
                encoding.how,
                Message(how_parted, {"delimiter": "Tab" if sign == "\t" else sign, "width": len(self.headers)}),
                how_header,
            ],
        )

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All records after the header; those of a wrong form are in `tally.rejects`."""
        with collector_paused():
            for part in plain_blocks(self._layout, on_progress):
                if isinstance(part, Chunk):
                    self._records += len(part.rows)
                    yield self._mended(part)
                elif isinstance(part, Hard):
                    yield from map(self._mended, self._strict.block(part))
                else:
                    yield from map(self._mended, self._strict.rest(part, on_progress))
            self._strict.finish()
            self._records += self._strict.records

    def _mended(self, chunk: Chunk) -> Chunk:
        """Cells as they were meant; a record with one that cannot be mended is rejected as it stands."""
        if self._way.mend is None:
            return chunk
        columns, failed = zip(*(mended(column, self._way) for column in chunk.columns), strict=True)
        bad = np.logical_or.reduce(failed)
        for place in np.flatnonzero(bad).tolist():
            raw = self._layout.dialect.delimiter.join(column[place].as_py() for column in chunk.columns)
            self.tally.rejects.append(Reject(int(chunk.rows[place]), "", "intake.rejected_bad_bytes", raw[:1_000]))
        if not bad.any():
            return Chunk(chunk.rows, list(columns))
        kept = pa.array(~bad)
        return Chunk(chunk.rows[~bad], [column.filter(kept) for column in columns])

    def counts(self) -> tuple[int, int]:
        """Records met by the reader, and by the count of the lines' ends outside quotes."""
        layout = self._layout
        counted = count_lines(self.source.path, layout.encoding, escape=layout.dialect.escape)
        if counted != self._records:
            sign, escape = layout.dialect.delimiter, layout.dialect.escape
            counted = count_records(self.source.path, layout.encoding, sign, escape=escape)
        return self._records, counted


def _sample(source: Source, encoding: str) -> str:
    """The first part of the file as text, ended at a line's end."""
    with source.path.open("rb") as file:
        raw = file.read(SAMPLE)
        more = bool(file.read(1))
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw).removeprefix("\ufeff")
    cut = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text[:cut] if more and cut else text


def _find_head(
    source: Source, sample: str, dialect: Dialect, hints: Hints, way: Way
) -> tuple[tuple[str, ...], int, int]:
    """Names of the columns; records and lines up to and including the header (a ``sep=`` line is one of them)."""
    reader = dialect.reader(with_gershayim(io.StringIO(sample, newline=""), dialect), strict=False)
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in islice(reader, TITLES * 3):
        rows.append([(way.mend(cell) if way.mend is not None else cell) or cell for cell in row])
        ends.append(reader.line_num)
    skip = int(dialect.told_by_file)
    if not rows[skip:]:
        raise InputError(Message("intake.file_no_rows", {"name": source.name}))
    header = find_header(rows[skip:], hints, source.name, ends[skip:])
    if header.question is not None:
        raise OpenQuestion([header.question], file=source.name)
    index = header.index + skip
    return tuple(header.names), index + 1, ends[index] if index >= 0 else 0
