"""Files and a mapping → the tables of a batch, with every row accounted for."""

from collections.abc import Iterable
from pathlib import Path

from yaad.errors import OpenQuestion
from yaad.intake.assembling import batch_of
from yaad.intake.batch import Batch, Brought
from yaad.intake.decided import Several, Study
from yaad.intake.files import paths_of
from yaad.intake.large.loading import load_large
from yaad.intake.mapping import Mapping
from yaad.intake.merging import merged
from yaad.intake.reading import Progress
from yaad.intake.sieve import aside
from yaad.intake.understanding import Understanding, study


def load(
    paths: str | Path | Iterable[str | Path],
    mapping: Mapping,
    *,
    on_progress: Progress | None = None,
    understood: Understanding | None = None,
) -> Brought:
    """Read files by a mapping into canonical tables.

    What the mapping leaves out is decided from the data, as `understand` would. Files that are too large to be held at
    once come in portions.

    Args:
        paths: one or several files.
        mapping: how they are understood.
        on_progress: called with bytes done and bytes in all.
        understood: what `understand` gave for the same paths a moment ago: they are not read again then.

    Raises:
        OpenQuestion: the data do not decide something that the mapping leaves out.
        InputError: a file or the mapping cannot be used.
    """
    known = understood.study if understood is not None and understood.mapping == mapping else None
    if known is None:
        known = study(paths, mapping, None, None, on_progress)
    if known.several is not None and not known.questions:
        return _several(known, known.several)
    if known.questions or known.decisions is None:
        raise OpenQuestion(known.questions)
    if known.readings.sampled:
        return load_large(paths_of(paths), known, on_progress)
    return batch_of(known, known.decisions)


def _several(known: Study, several: Several) -> Batch:
    """The parts as one batch; the rows of lists that only give names are counted apart."""
    batches = [batch_of(one, one.decisions) for one in several.studies.values() if one.decisions is not None]
    left = [
        aside(grid, "left_aside" if part.is_unknown else "names")
        for part in several.parts
        if part.kind is None
        for grid in part.grids
    ]
    return merged(batches, known.mapping, left, several.notes)
