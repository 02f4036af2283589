"""Formulas of a workbook whose values are not in the file: they cost a row only where a field needs the cell."""

import numpy as np

from yaad.intake.arrow import Mask
from yaad.intake.deciding.folding import fold
from yaad.intake.decisions import Decisions
from yaad.intake.reading import Grid
from yaad.intake.sieve import Sieve
from yaad.intake.totals import total_rows

REASON = "intake.rejected_unsaved"


def settle_unsaved(found: Decisions, sieve: Sieve) -> None:
    """Reject rows that lack the value of a column that is used, and flag those that lack another one.

    A row of totals is none of them: it is rejected as what it is.
    """
    table = found.table
    if all(not grid.found.unsaved for grid in (*table.grids, *([table.beside.grid] if table.beside else []))):
        return
    real = np.ones(len(table), np.bool_)
    if "id" in found.fields and found.mapping.totals != "keep":
        real = ~total_rows(table, found.fields["id"])
    used = set(found.fields.values())
    columns = {fold(name): name for name in table.columns}
    for number, grid in enumerate(table.grids):
        mine, place = table.origin == number, table.place
        for header, lines in grid.found.unsaved.items():
            rows = mine & np.append(_lines(grid, lines), np.False_)[np.where(mine, place, -1)]
            _settle(sieve, rows & real, columns.get(fold(header), ""), used)
    beside, join = table.beside, found.mapping.join
    if beside is not None and join is not None:
        for header, lines in beside.grid.found.unsaved.items():
            rows = np.append(_lines(beside.grid, lines), np.False_)[beside.of]
            both = f"{join.right}.{header}"  # what it is called where the other file has a column of this name, too
            _settle(sieve, rows & real, both if both in table.columns else header, used)


def _settle(sieve: Sieve, rows: Mask, column: str, used: set[str]) -> None:
    if not column or column in used:
        sieve.reject(rows, column, REASON)
    else:
        sieve.watch("unsaved_unused", rows)


def _lines(grid: Grid, lines: list[int]) -> Mask:
    return np.isin(grid.rows, lines)
