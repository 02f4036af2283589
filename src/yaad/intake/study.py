"""What `understand` and `load` share: files are read, joined, and every column that matters is decided or asked."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace
from pathlib import Path

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.answers import OF_FILES, check_of_files
from yaad.intake.deciding.folding import fold
from yaad.intake.files import Source, are_large
from yaad.intake.kinds import Kind
from yaad.intake.large.sampling import sampled
from yaad.intake.mapping import NTH, Mapping
from yaad.intake.parts import Part, parts_of, patterns
from yaad.intake.reading import Grid, Hints, Progress, opened, read, reader_of
from yaad.intake.snapshots import lists_by_day
from yaad.intake.table import ALONE, Table, propose_join, side_by_side, stack
from yaad.text import Message

PART_SIGN = "|"
"""Stands between a part's name and the question on it."""


@dataclass(frozen=True)
class Readings:
    """The files as read and put together.

    Attributes:
        grids: one a file, in the order given.
        table: all rows; None while a file is not yet readable.
        mapping: the mapping, with what was decided on the way.
        questions: what stands in the way of reading.
        notes: what was decided of the files together.
        parts: the files by what they hold, where that is several kinds of rows; then there is no one table.
        sampled: the rows are a sample of files that are too large to be held at once.
    """

    grids: tuple[Grid, ...]
    table: Table | None
    mapping: Mapping
    questions: tuple[Question, ...] = ()
    notes: tuple[Message, ...] = field(default=())
    parts: tuple[Part, ...] = ()
    sampled: bool = False


def read_files(
    paths: Sequence[Path],
    mapping: Mapping,
    answers: Plain[str, str],
    on_progress: Progress | None,
    *,
    whole: bool = False,
) -> Readings:
    """Read all files and put them together as the mapping says (or as their columns show).

    Of files that are too large to be held at once a sample is read, unless the whole is asked for.

    Raises:
        InputError: a file is absent, broken, named by no pattern, or the files do not fit together.
    """
    if not paths:
        raise InputError(Message("intake.no_files"))
    grids: list[Grid] = []
    questions: list[Question] = []
    settled = _settled(mapping, answers)
    with opened(paths, lambda name: _sheet(name, settled)) as sources:
        own = {question: answer for question, answer in answers.items() if PART_SIGN not in question}
        check_of_files(own, {name for source in sources for name in (source.name, source.given)})
        _check_patterns([source.name for source in sources], mapping)
        told = FileProgress(sources, on_progress)
        is_sample = not whole and are_large(sources)
        for source in sources:
            try:
                hints = hints_of(source, settled)
                if is_sample:
                    grids.append(sampled(reader_of(source, hints), told.of(source)))
                else:
                    grids.append(read(source, hints, told.of(source)))
            except OpenQuestion as open_question:
                questions += open_question.questions
    if questions:
        return Readings(tuple(grids), None, settled, tuple(questions))
    return replace(_together(tuple(grids), settled), sampled=is_sample)


def _check_patterns(names: Sequence[str], mapping: Mapping) -> None:
    """Every file has a pattern, and every pattern a file: nothing is read before that is sure."""
    if not mapping.files:
        return
    for name in names:
        if mapping.file_key(name) is None:
            patterns = ", ".join(mapping.files.values())
            raise InputError(Message("intake.file_unnamed", {"name": name, "patterns": patterns}), file=name)
    keys = {mapping.file_key(name) for name in names}
    for key, pattern in mapping.files.items():
        if (key.partition(NTH)[0] if mapping.parts else key) not in keys:
            raise InputError(Message("intake.file_missing", {"file": key, "pattern": pattern}))


def _settled(mapping: Mapping, answers: Plain[str, str]) -> Mapping:
    """The mapping with the answers on how files are read: they are kept as settings of those files."""
    changed: dict[str, dict[str, str]] = {}
    for question, answer in answers.items():
        part, _, name = question.partition(":")
        if part in OF_FILES and name:
            changed.setdefault(part, dict(getattr(mapping, part)))[name] = answer
    return replace(mapping, **changed)  # type: ignore[arg-type]  # these parts are settings


def _sheet(name: str, mapping: Mapping) -> str | None:
    """The sheet or table that is told of a file."""
    return mapping.setting(mapping.sheet, *(one for one in (mapping.file_key(name), name) if one))


def hints_of(source: Source, mapping: Mapping) -> Hints:
    """What the mapping says of how a file is read."""
    names = [name for name in (mapping.file_key(source.name), source.name, source.given) if name]
    mapping = mapping.parts.get(names[0], mapping)
    row = mapping.setting(mapping.header_row, *names)
    dates = [rule.entered for rule in mapping.stages if rule.entered]
    return Hints(
        encoding=mapping.setting(mapping.encoding, *names),
        delimiter=mapping.setting(mapping.delimiter, *names),
        header_row=int(row) if row is not None and row.isdecimal() else None,
        sheet=mapping.setting(mapping.sheet, *names),
        merged=mapping.setting(mapping.merged, *names),
        expected=frozenset(fold(header) for header in [*mapping.columns.values(), *dates])
        if not mapping.join
        else frozenset(),
    )


def _together(grids: tuple[Grid, ...], mapping: Mapping) -> Readings:
    """One table of all files: joined by the mapping, stacked when alike, joined by a column they share."""
    if mapping.join is not None:
        by_key: dict[str | None, list[Grid]] = {}
        for grid in grids:
            by_key.setdefault(mapping.file_key(grid.source.name), []).append(grid)
        left, right = by_key[mapping.join.left], by_key[mapping.join.right]
        if len(right) > 1 or set(by_key) != {mapping.join.left, mapping.join.right}:
            raise InputError(Message("intake.join_one_right", {"file": mapping.join.right}))
        return Readings(grids, side_by_side(stack(left), right[0], mapping.join), mapping)
    weekly = lists_by_day(grids, mapping)
    if weekly:
        note = Message("intake.how_snapshots", {"n": len(weekly), "last": weekly[-1].source.name})
        return Readings(weekly, stack(weekly), replace(mapping, snapshots=True), notes=(note,))
    by_kind = _several(grids, mapping)
    if by_kind:
        files = mapping.files or patterns(by_kind)
        return Readings(grids, None, replace(mapping, files=files), parts=by_kind)
    alike = all({fold(h) for h in grid.headers} == {fold(h) for h in grids[0].headers} for grid in grids)
    proposed = None if alike or mapping.files or mapping.columns else propose_join(grids)
    if proposed is None:
        return Readings(grids, stack(grids), mapping)
    files, join = proposed
    left_grid, right_grid = sorted(grids, key=lambda grid: -len(grid.rows))
    names = {"left": left_grid.source.name, "right": right_grid.source.name}
    table = side_by_side(stack([left_grid]), right_grid, join)
    n = len(right_grid.rows)
    alone = sum(int(rows.sum()) for reason, rows in table.beside.gone.items() if reason in ALONE) if table.beside else 0
    note = Message("intake.how_join", {**names, "column": join.key, "found": n - alone, "n": n})
    return Readings(grids, table, replace(mapping, files=files, join=join), notes=(note,))


def _several(grids: tuple[Grid, ...], mapping: Mapping) -> tuple[Part, ...]:
    """Files of several kinds; two that share a key stay one table, unless both are known exports."""
    if mapping.columns or mapping.kind is not None:
        return ()
    parts = parts_of(grids, mapping)
    known = all(part.export is not None for part in parts)
    return () if parts and not mapping.parts and not known and propose_join(grids) else parts


class FileProgress:
    """Adds up what is done of each file into what is done of all, in bytes of the files."""

    def __init__(self, sources: Sequence[Source], on_progress: Progress | None) -> None:
        self._total = sum(source.size for source in sources)
        self._done = 0
        self._on_progress = on_progress

    def of(self, source: Source) -> Progress | None:
        """The progress of one file."""
        tell: Callable[[int, int | None], None] | None = self._on_progress
        if tell is None:
            return None
        before, self._done = self._done, self._done + source.size

        def told(done: int, total: int | None) -> None:
            part = source.size * done // total if total else 0
            tell(before + min(part, source.size), self._total)

        return told


def told_kind(mapping: Mapping, kind: Kind | None) -> Kind | None:
    """The kind that the mapping or the caller names.

    Raises:
        InputError: they name different ones.
    """
    if kind is not None and mapping.kind is not None and kind is not mapping.kind:
        values: dict[str, object] = {"asked": kind.value, "mapped": mapping.kind.value}
        raise InputError(Message("intake.kind_differs", values))
    return kind or mapping.kind
