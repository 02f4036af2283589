"""Files of a kind that came before are read as they were read then; what is gone from them is asked about."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from yaad.book.imports import ImportRecord
from yaad.errors import Question
from yaad.intake import PLUS, Kind, Mapping, Settings, Understanding, fold, without_day
from yaad.text import Message

COLUMNS_GONE = "columns:gone"
"""The question whether a file may come without columns that it had the last time."""
GO_ON = "go_on"


def remembered(
    understood: Understanding, paths: Sequence[Path], records: Sequence[ImportRecord], kind: Kind | None
) -> Mapping | None:
    """The mapping of the latest import whose columns these files have; None when no import was like them.

    Args:
        understood: the files, understood without a mapping. One that cannot be read before a question is answered has
            no columns yet: then the latest import of files of the same names counts.
        paths: the files.
        records: the book's imports.
        kind: what the rows are said to be.
    """
    for record in reversed(records):
        if len(record.files) != len(paths) or (kind is not None and record.kind != kind.value):
            continue
        mapping = Mapping.from_yaml(record.mapping, name=record.files[0].name)
        if not _matches(mapping, paths) or _is_other(mapping, understood):
            continue
        if len(understood.files) < len(paths):
            if _same_names(record, paths):
                return _for_the_next(mapping, record, paths)
        elif _columns(mapping) and not _gone(mapping, understood):
            return _for_the_next(mapping, record, paths)
    return None


def _for_the_next(mapping: Mapping, record: ImportRecord, paths: Sequence[Path]) -> Mapping:
    """The mapping for the next files: how one was read is how the one that is called alike is read.

    Months that name no year are those of the next file's own year.
    """
    now = {without_day(path.name): path.name for path in paths}
    names = {file.name: now.get(without_day(file.name), file.name) for file in record.files}
    return replace(
        mapping,
        parts={name: _for_the_next(part, record, paths) for name, part in mapping.parts.items()},
        year={} if mapping.kind is Kind.TARGETS else mapping.year,
        encoding=_renamed(mapping.encoding, names),
        delimiter=_renamed(mapping.delimiter, names),
        header_row=_renamed(mapping.header_row, names),
        sheet=_renamed(mapping.sheet, names),
        merged=_renamed(mapping.merged, names),
    )


def _renamed(settings: Settings, names: dict[str, str]) -> Settings:
    """Settings of files under the files' new names."""
    return {names.get(name, name): value for name, value in settings.items()}


def _is_other(mapping: Mapping, understood: Understanding) -> bool:
    """A sheet of targets names persons alone, and so do many others: it is like a file only where that sets targets."""
    return mapping.kind is Kind.TARGETS and understood.mapping.kind not in (Kind.TARGETS, None)


def gone_since(understood: Understanding, paths: Sequence[Path], records: Sequence[ImportRecord]) -> Question | None:
    """Whether files of the same names had columns the last time that they lack now, which would be as good as empty."""
    for record in reversed(records):
        if not _same_names(record, paths) or len(understood.files) < len(paths):
            continue
        gone = _gone(Mapping.from_yaml(record.mapping, name=record.files[0].name), understood)
        if not gone:
            return None
        values: dict[str, object] = {"columns": ", ".join(gone), "n": len(gone)}
        return Question(
            COLUMNS_GONE,
            Message("book.columns_gone", values),
            options={GO_ON: Message("book.columns_gone_go_on")},
            map_line="",
        )
    return None


def _matches(mapping: Mapping, paths: Sequence[Path]) -> bool:
    """The mapping names no files, or just these; a workbook is named by its sheets (``deals.xlsx/North``)."""
    if not mapping.files or {mapping.file_key(path.name) for path in paths} == set(mapping.files):
        return True
    wholes = {pattern.partition("/")[0] for pattern in mapping.files.values() if "/" in pattern}
    return len(wholes) == len(paths) and all(any(fnmatchcase(p.name, whole) for p in paths) for whole in wholes)


def _same_names(record: ImportRecord, paths: Sequence[Path]) -> bool:
    """They are called alike, but for the day in a name."""
    return sorted(without_day(file.name) for file in record.files) == sorted(without_day(path.name) for path in paths)


def _gone(mapping: Mapping, understood: Understanding) -> list[str]:
    """Columns that the mapping names and the files lack."""
    headers = {fold(column.header) for file in understood.files for column in file.columns}

    def is_there(name: str) -> bool:
        return fold(name) in headers or fold(_own(name)) in headers

    return [name for name in _columns(mapping) if not is_there(name) and not all(map(is_there, name.split(PLUS)))]


def _columns(mapping: Mapping) -> list[str]:
    """Columns of files that a mapping names, in its parts too; those that begin with # were made of other things."""
    named = [name for one in (mapping, *mapping.parts.values()) for name in one.columns.values()]
    return [name for name in named if not name.startswith("#")]


def _own(name: str) -> str:
    """A column of a joined file without the file's name before it."""
    return name.partition(".")[2] or name
