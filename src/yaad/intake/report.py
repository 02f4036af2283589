"""The account of one file: what came in, what was loaded, rejected and skipped, and why. It always adds up."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

REJECTS = pa.schema([("row", pa.int64()), ("column", pa.string()), ("reason", pa.string()), ("raw", pa.string())])
"""Rejected rows: 1-based line of the file (or row of the sheet), column ("" when the row as a whole), the key of the
reason's `Message`, and the row as it stood in the file."""


@dataclass(frozen=True)
class Reject:
    """One row that was not taken."""

    row: int
    column: str
    reason: str
    raw: str


@dataclass
class Tally:
    """The running account while a file is read.

    Attributes:
        rows_in: records after the header.
        skipped_by: reason → records left out on purpose.
        rejects: records that cannot be used.
        flags: what was normalised or looks odd, though the record is loaded.
    """

    rows_in: int = 0
    skipped_by: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class FileReport:
    """The account of one file after its import.

    Attributes:
        name: the file's name.
        sha256: hash of its content.
        rows_in: records after the header; always ``loaded + rejected + skipped``.
        loaded: records whose content is in the book now.
        rejected: records that could not be used; each is a row of `rejects`.
        skipped: records left out on purpose, by reason in `skipped_by`
            (the words of a reason are the message ``intake.skipped_<reason>``).
        skipped_by: reason → count.
        rejects: table of `REJECTS`.
        format: csv, xlsx, parquet, xes.
        encoding: of a text file, else None.
        delimiter: of a text file, else None.
        header_row: 1-based line that names the columns, None where the format itself names them.
        sheet: of a workbook, else None.
        flags: what was normalised or looks odd though it was loaded (words: ``intake.flag_<name>``).
    """

    name: str
    sha256: str
    rows_in: int
    loaded: int
    rejected: int
    skipped: int
    skipped_by: dict[str, int]
    rejects: pa.Table
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    flags: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        adds_up = (
            self.rows_in == self.loaded + self.rejected + self.skipped
            and self.rejected == self.rejects.num_rows
            and self.skipped == sum(self.skipped_by.values())
        )
        if not adds_up:
            raise AssertionError((self.name, self.rows_in, self.loaded, self.rejected, self.skipped, self.skipped_by))

    def to_dict(self) -> dict[str, object]:
        """As plain values, for JSON (without the rejected rows themselves)."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header_row": self.header_row,
            "sheet": self.sheet,
            "rows_in": self.rows_in,
            "loaded": self.loaded,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "skipped_by": dict(self.skipped_by),
            "flags": dict(self.flags),
        }


def rejects_table(rejects: list[Reject]) -> pa.Table:
    """Rejected rows as a table, in the order of the file."""
    rows = sorted(rejects, key=lambda reject: reject.row)
    columns = [[getattr(reject, name) for reject in rows] for name in REJECTS.names]
    return pa.table(
        [pa.array(values, kind.type) for values, kind in zip(columns, REJECTS, strict=True)], schema=REJECTS
    )
