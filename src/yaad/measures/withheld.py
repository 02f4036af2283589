"""What is not told to who may not be told of single persons: whatever few rows stand behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from yaad.model import ConversionRow, DwellRow, Dwells, Figure, Funnel, FunnelRow
from yaad.text import Message

LEAST = 5
"""So many have to stand behind a figure that is told to who sees no persons."""
Row = TypeVar("Row")


def withheld(figures: Sequence[Figure], least: int) -> list[Figure]:
    """The figures without a value where fewer than `least` stand behind, and where the rest would tell it."""
    groups: dict[str, list[int]] = {}
    for place, figure in enumerate(figures):
        groups.setdefault(figure.id, []).append(place)
    hidden: set[int] = set()
    for places in groups.values():
        sizes = {place: figures[place].n for place in places}
        told = {place: size for place, size in sizes.items() if figures[place].value is not None or size}
        hidden |= few(told, least) if figures[places[0]].by else {place for place in told if 0 < told[place] < least}
    return [_without(figure, least) if place in hidden else figure for place, figure in enumerate(figures)]


def few(sizes: Mapping[int, int], least: int) -> set[int]:
    """Which parts of a whole are not told: those too small, and with them as many of the next as hide the small ones.

    Who knows the whole subtracts what is told from it: what is left must be `least` at least, and no single part.

    >>> sorted(few({0: 9, 1: 3, 2: 8, 3: 7}, 5)), few({0: 9, 1: 8}, 5), sorted(few({0: 2, 1: 4, 2: 9}, 5))
    ([1, 3], set(), [0, 1])
    """
    hidden = {place for place, size in sizes.items() if 0 < size < least}
    if not hidden:
        return hidden
    for place in sorted(sizes.keys() - hidden, key=lambda one: (sizes[one], one)):
        if len(hidden) > 1 and sum(sizes[one] for one in hidden) >= least:
            break
        hidden.add(place)
    return hidden


def without_small_funnels(funnels: Sequence[Funnel], least: int) -> list[Funnel]:
    """The funnels of groups that are large enough, saying so where some are left out; that of all may be empty."""
    kept, is_less = _kept(funnels, _came, least)
    if is_less and not kept and not funnels[0].by:
        kept = [_empty(funnels[0])]
    return [replace(one, notes=(*one.notes, _note(least))) if is_less else one for one in kept]


def without_small_dwells(dwells: Sequence[Dwells], least: int) -> list[Dwells]:
    """Times of groups that are large enough; a stage in which few stayed has none."""
    kept, is_less = list(dwells), False
    if dwells and dwells[0].by:
        kept, is_less = _kept(dwells, lambda one: one.total.n + one.total.left_out, least)
    told = [
        replace(one, stages=tuple(_stage(row, least) for row in one.stages), total=_stage(one.total, least))
        for one in kept
    ]
    return [replace(one, notes=(*one.notes, _note(least))) if is_less else one for one in told]


def without_small_ways(rows: Sequence[ConversionRow], least: int) -> tuple[list[ConversionRow], tuple[Message, ...]]:
    """Ways between stages that enough went, and what to say where some are left out."""
    kept, is_less = _kept(rows, lambda one: one.entered, least)
    return kept, (_note(least),) if is_less else ()


def _kept(rows: Sequence[Row], size: Callable[[Row], int], least: int) -> tuple[list[Row], bool]:
    hidden = few({place: size(row) for place, row in enumerate(rows)}, least)
    kept = [row for place, row in enumerate(rows) if place not in hidden and size(row)]
    return kept, bool(hidden)


def _empty(funnel: Funnel) -> Funnel:
    rows = tuple(FunnelRow(row.stage, 0, 0, 0, 0, None, None, None, None) for row in funnel.stages)
    return replace(funnel, stages=rows, won=0, undated=0, notes=())


def _came(funnel: Funnel) -> int:
    return max([funnel.won, *(row.entered for row in funnel.stages)], default=0)


def _stage(row: DwellRow, least: int) -> DwellRow:
    if not 0 < row.n < least:
        return row
    return replace(
        row,
        n=0,
        n_open=0,
        left_out=0,
        mean_is_floor=False,
        median_days=None,
        low=None,
        high=None,
        q25_days=None,
        q75_days=None,
        p80_days=None,
        mean_days=None,
        horizon_days=None,
        mean_closed_days=None,
    )


def _without(figure: Figure, least: int) -> Figure:
    return replace(
        figure,
        value=None,
        low=None,
        high=None,
        level=None,
        n=0,
        why=Message("viewer.few", {"least": least}),
        beside={},
        variance=None,
    )


def _note(least: int) -> Message:
    return Message("viewer.few_groups", {"least": least})
