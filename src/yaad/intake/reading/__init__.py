"""Readers, one a format, behind one port: a file → named columns of text in chunks, every record accounted for."""

from yaad.intake.files import Format, Source
from yaad.intake.reading.columnar import ColumnarReader
from yaad.intake.reading.event_log import EventLogReader
from yaad.intake.reading.port import Found, Grid, Hints, Progress, RecordReader, collect
from yaad.intake.reading.text_table import TextTableReader
from yaad.intake.reading.workbook import WorkbookReader

__all__ = ["Found", "Grid", "Hints", "Progress", "read"]


def read(source: Source, hints: Hints, on_progress: Progress | None = None) -> Grid:
    """Read one file whole; `on_progress` gets what is done and the total, in one unit.

    Raises:
        InputError: the file is broken or hostile, or two counts of its records differ.
        OpenQuestion: the file does not decide how to read it.
    """
    return collect(_reader(source, hints), on_progress)


def _reader(source: Source, hints: Hints) -> RecordReader:
    if source.format is Format.CSV:
        return TextTableReader(source, hints)
    if source.format is Format.XLSX:
        return WorkbookReader(source, hints)
    if source.format is Format.PARQUET:
        return ColumnarReader(source, hints)
    return EventLogReader(source, hints)
