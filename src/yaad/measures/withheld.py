"""What is not told to who may not be told of single persons: whatever few rows stand behind (see `small_groups`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, cast

from yaad.errors import InputError, UnknownName
from yaad.measures.scope import Scope
from yaad.measures.small_groups import ALL, GRAINS, Hidden, Key, Place, place_of
from yaad.model import Cell, ConversionRow, DwellRow, Dwells, Figure, Funnel, FunnelRow, Period
from yaad.text import Message

LEAST = 5
"""So many have to stand behind a figure that is told to who sees no persons."""


class OfGroup(Protocol):
    """A row of a group of a breakdown."""

    @property
    def by(self) -> Mapping[str, Cell]:
        """Dimension → value."""
        ...


Row = TypeVar("Row", bound=OfGroup)
Again = Callable[[Scope], Sequence[Row]]
"""The same question of another scope, with nothing kept back."""
Ask = Callable[[Sequence[str], Scope], Sequence[Figure]]
"""The figures of measures, with nothing kept back."""


def withheld(figures: Sequence[Figure], scope: Scope, ask: Ask) -> list[Figure]:
    """The figures without a value where few stand behind, or where the rest would tell it."""
    ids = list(dict.fromkeys(figure.id for figure in figures))
    hidden = _hidden_of(ids, scope, ask)
    return [_without(one, scope.least) if _is_hidden(one, scope, hidden[one.id]) else one for one in figures]


def _hidden_of(ids: Sequence[str], scope: Scope, ask: Ask) -> Mapping[str, Hidden | None]:
    """What is hidden of each measure; None of one that knows no months: it is told of all time alone."""
    columns = _columns(scope)
    new = [name for name in ids if (name, columns) not in scope.known]
    if new:
        scope.known.update({(name, columns): found for name, found in _reckoned(new, scope, ask).items()})
    return {name: cast("Hidden | None", scope.known[name, columns]) for name in ids}


def _reckoned(ids: Sequence[str], scope: Scope, ask: Ask) -> dict[str, Hidden | None]:
    try:
        counts = _counts(scope, lambda asked: ask(ids, asked))
    except (UnknownName, InputError):
        if len(ids) == 1:
            return {ids[0]: None}
        return {name: found for one in ids for name, found in _reckoned([one], scope, ask).items()}
    found: dict[str, Hidden | None] = {}
    for name in ids:
        dated, whole = ([one for one in told if one.id == name] for told in counts)
        is_told = all("month" in one.by for one in dated)  # of amounts that cannot be added up nothing is
        found[name] = _hidden((dated, whole), lambda one: one.n, scope) if is_told else None
    return found


def _columns(scope: Scope) -> tuple[str, ...]:
    return tuple(name for name in scope.by if name not in GRAINS)


def _is_hidden(figure: Figure, scope: Scope, hidden: Hidden | None) -> bool:
    if hidden is None:
        return _when(figure, scope) != ALL or 0 < figure.n < scope.least or bool(figure.by)
    return hidden.holds(_key(figure), _when(figure, scope)) or 0 < figure.n < scope.least


def _tables(scope: Scope) -> tuple[Scope, Scope]:
    """The two questions that tell how many rows stand where: by month, and of all time."""
    columns = _columns(scope)
    return scope.asking(by=(*columns, "month"), all_time=True), scope.asking(by=columns, all_time=True)


def _hidden(counts: tuple[Sequence[Row], Sequence[Row]], size: Callable[[Row], int], scope: Scope) -> Hidden:
    """What is hidden, by how many rows stand in each month, and in all time."""
    dated, whole = counts
    months: dict[Place, int] = {(_key(row), str(row.by["month"])): size(row) for row in dated}
    return Hidden.of(months, {_key(row): size(row) for row in whole}, scope.least)


def _key(row: OfGroup) -> Key:
    return tuple(value for name, value in row.by.items() if name not in GRAINS)


def _when(row: OfGroup, scope: Scope) -> str | None:
    """The stretch of time that a row speaks of: its own, or the period where that lies in it; None of odd days."""
    own = next((str(value) for name, value in row.by.items() if name in GRAINS), ALL)
    if own == ALL or scope.period is None:
        return own if scope.period is None else place_of(scope.period)
    whole, asked = Period.parse(own), scope.period
    if asked.start <= whole.start and whole.end <= asked.end:
        return own
    return place_of(asked) if whole.start <= asked.start and asked.end <= whole.end else None


def _counts(scope: Scope, again: Again[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    by_month, of_all_time = _tables(scope)
    return again(by_month), again(of_all_time)


def _kept(
    rows: Sequence[Row], scope: Scope, counts: tuple[Sequence[Row], Sequence[Row]], size: Callable[[Row], int]
) -> tuple[list[Row], bool]:
    """The rows that are told, and whether some are not; rows of nothing are left out of a breakdown."""
    hidden = _hidden(counts, size, scope)
    kept = [row for row in rows if not hidden.holds(_key(row), _when(row, scope))]
    return [row for row in kept if size(row) or not row.by], len(kept) < len(rows)


def without_small_funnels(funnels: Sequence[Funnel], scope: Scope, again: Again[Funnel]) -> list[Funnel]:
    """The funnels of groups that are large enough, saying so where some are left out; that of all may be empty."""
    kept, is_less = _kept(funnels, scope, _counts(scope, again), _came)
    if is_less and not kept and not funnels[0].by:
        kept = [_empty(funnels[0])]
    return [replace(one, notes=(*one.notes, _note(scope.least))) if is_less else one for one in kept]


def without_small_dwells(dwells: Sequence[Dwells], scope: Scope, again: Again[Dwells]) -> list[Dwells]:
    """Times of groups that are large enough; a stage in which few stayed has none."""
    counts = _counts(scope, again)
    kept, is_less = _kept(dwells, scope, counts, _stayed)
    if not any(one.by for one in dwells):
        kept = list(dwells)
    of_all = _hidden(counts, _stayed, scope)
    of_stages = [_hidden(counts, _staying(place), scope) for place in range(len(dwells[0].stages))] if dwells else []
    told = []
    for one in kept:
        at = _key(one), _when(one, scope)
        rows = zip(one.stages, of_stages, strict=True)
        stages = tuple(_bare(row) if of_all.holds(*at) or hidden.holds(*at) else row for row, hidden in rows)
        total = _bare(one.total) if of_all.holds(*at) or 0 < one.total.n < scope.least else one.total
        is_less |= total != one.total
        told.append(replace(one, stages=stages, total=total))
    return [replace(one, notes=(*one.notes, _note(scope.least))) if is_less else one for one in told]


def without_small_ways(
    rows: Sequence[ConversionRow], scope: Scope, again: Again[ConversionRow]
) -> tuple[list[ConversionRow], tuple[Message, ...]]:
    """Ways between stages that enough went, and what to say where some are left out."""
    kept, is_less = _kept(rows, scope, _counts(scope, again), lambda one: one.entered)
    return kept, (_note(scope.least),) if is_less else ()


def _empty(funnel: Funnel) -> Funnel:
    rows = tuple(FunnelRow(row.stage, 0, 0, 0, 0, None, None, None, None) for row in funnel.stages)
    return replace(funnel, stages=rows, won=0, undated=0, notes=())


def _came(funnel: Funnel) -> int:
    return max([funnel.won, *(row.entered for row in funnel.stages)], default=0)


def _stayed(one: Dwells) -> int:
    return one.total.n + one.total.left_out


def _staying(place: int) -> Callable[[Dwells], int]:
    """How many stayed in the stage at a place."""
    return lambda one: one.stages[place].n + one.stages[place].left_out


def _bare(row: DwellRow) -> DwellRow:
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
