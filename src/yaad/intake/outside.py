"""Lines of a file that are no rows of its table: what stands below a report, and a group's name or total."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, codes, mask, pc
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.intake.decisions import Decisions
from yaad.intake.reading import Grid

FOOTER, GROUP = "footer", "group_line"
SHORT = "intake.rejected_short_row"


def leave_out_lines(found: Decisions) -> None:
    """Find such lines where the known export has them; they are skipped and counted."""
    export = found.export.export if found.export is not None else None
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
