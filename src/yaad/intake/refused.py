"""The rows of a file that were not taken, as they stood, to be corrected and brought back."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import whole
from yaad.intake.reading import Grid
from yaad.intake.report import FileReport

OWN = ("Yaad:", "\u05d9\u05e2\u05d3:")
"""Headers of the columns that we add beside a file's own begin so: they are no data when the file comes back."""


def is_ours(header: str) -> bool:
    """Whether a column was added by us.

    >>> is_ours("Yaad: why"), is_ours("why")
    (True, False)
    """
    return header.strip().startswith(OWN)


@dataclass(frozen=True)
class Refused:
    """Rows that were not taken.

    Attributes:
        headers: the file's columns.
        rows: cells of each row, one a column; a row whose cells could not be told apart stands whole in the first.
        lines: the place of each row in the file.
        columns: the column that each row was refused for; "" when for the row as a whole.
        reasons: keys of the reasons' messages.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    columns: tuple[str, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, report: FileReport, grid: Grid) -> "Refused":
        """Look the refused rows up in the file as it was read."""
        lines = report.rejects["row"].to_numpy()
        places = np.searchsorted(grid.rows, lines)
        found = np.zeros(len(lines), np.bool_)
        inside = places < len(grid.rows)
        found[inside] = grid.rows[places[inside]] == lines[inside]
        take = pa.array(np.where(found, places, 0), mask=~found)
        cells = [whole(grid.columns[name]).take(take).cast(pa.string()).to_pylist() for name in grid.headers]
        raws = report.rejects["raw"].to_pylist()
        rows = [
            tuple(cell or "" for cell in row) if known else (raw or "", *[""] * (len(grid.headers) - 1))
            for row, known, raw in zip(zip(*cells, strict=True), found.tolist(), raws, strict=True)
        ]
        return cls(
            grid.headers,
            tuple(rows),
            tuple(lines.tolist()),
            tuple(report.rejects["column"].to_pylist()),
            tuple(report.rejects["reason"].to_pylist()),
        )
