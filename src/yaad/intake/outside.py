"""Lines of a file that are no rows of its table: what stands below a report, and a group's name or total."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, codes, mask, pc
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.intake.decisions import Decisions
from yaad.intake.kinds import Kind
from yaad.intake.reading import SHEET, Grid
from yaad.intake.touches import ID

FOOTER, GROUP = "footer", "group_line"
WIDE, USUAL = 4, 3
"""Columns of a table, and filled cells of its usual row, from which on a row of one cell is no row of it."""
SHORT = "intake.rejected_short_row"


def leave_out_lines(found: Decisions) -> None:
    """Find such lines where the known export has them; they are skipped and counted."""
    export = found.export.export if found.export is not None else None
    if found.kind is Kind.DEALS and found.fields.get("id") == ID:
        found.outside[GROUP] = _lone_words(found, _cells(found)[0])
    if export is None or not (export.footers or export.groups):
        return
    filled, first = _cells(found)
    if export.footers:
        found.outside[FOOTER] = (filled <= 2) & _begins(first, export.footers)
    if export.groups:
        name = found.text("name")
        nameless = mask(pc.is_null(name)) if name is not None else np.zeros(len(filled), np.bool_)
        found.outside[GROUP] = (filled <= 1) | (nameless & ("id" not in found.fields or _empty(found, "id")))
    for grid in found.table.grids:
        _move_rejects(grid, export.footers, groups=export.groups)


def _lone_words(found: Decisions, filled: Ints) -> Mask:
    """In a sheet without ids: rows of one cell, in a table of many, that name no phone, day, amount or stage.

    Such a row is a title between blocks or a note below them; with an id of its own it would be a deal.
    """
    if len(found.table.columns) < WIDE or not len(filled) or np.median(filled) < USUAL:
        return np.zeros(len(filled), np.bool_)
    says = np.zeros(len(filled), np.bool_)
    for name in ("phone", "email", "stage", "amount", *found.dates):
        if name in found.fields:
            says |= ~_empty(found, name)
    return (filled - _made(found) <= 1) & ~says


def _made(found: Decisions) -> int:
    """How many columns are ours and filled in every row."""
    return sum(name in found.table.columns for name in (ID, SHEET))


def _cells(found: Decisions) -> tuple[Ints, pa.Array]:
    """Of each row: how many cells have a value, and the first of them."""
    texts = [cleaned(column) for column in found.table.columns.values()]
    filled = np.zeros(len(found.table), np.int64)
    for text in texts:
        filled += mask(pc.is_valid(text))
    return filled, pc.coalesce(*texts)


def _begins(texts: pa.Array, footers: Sequence[str]) -> Mask:
    number, distinct = codes(texts)
    says = [fold(text).startswith(tuple(footers)) for text in distinct.to_pylist()]
    return np.asarray(np.append(np.array(says, np.bool_), np.False_)[number], np.bool_)


def _empty(found: Decisions, name: str) -> Mask:
    return mask(pc.is_null(found.text(name)))


def _move_rejects(grid: Grid, footers: Sequence[str], *, groups: bool) -> None:
    """In a text file such lines are too short to be rows: they are no faults of it."""
    kept = []
    for reject in grid.tally.rejects:
        short = reject.reason == SHORT
        alone = groups and (grid.found.delimiter or ",") not in reject.raw
        if short and footers and fold(reject.raw).strip("\"' ").startswith(tuple(footers)):
            grid.tally.skipped_by[FOOTER] += 1
        elif short and alone:
            grid.tally.skipped_by[GROUP] += 1
        else:
            kept.append(reject)
    grid.tally.rejects[:] = kept
