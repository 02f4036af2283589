"""Paths → the sources in them: an archive holds several files, a database several tables, a workbook several sheets."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from yaad.errors import InputError
from yaad.intake.files import Format, Source, open_source
from yaad.intake.reading.child import Child
from yaad.intake.reading.workbook import EVERY, filled_sheets
from yaad.text import Message

SHEETS = (Format.XLSX, Format.XLS, Format.ODS)


@contextmanager
def opened(paths: Sequence[Path], sheet_of: Callable[[str], str | None]) -> Iterator[list[Source]]:
    """The sources of some paths, for as long as the block lasts.

    Args:
        paths: files as given.
        sheet_of: a file's name → the sheet or table that is told of it, ``*`` for all.

    Raises:
        InputError: a file cannot be used; an archive is hostile or empty.
    """
    with tempfile.TemporaryDirectory(prefix="yaad-") as folder:
        found: list[Source] = []
        for number, path in enumerate(paths):
            source = open_source(path)
            place = Path(folder) / str(number)
            files = _members(source, place) if source.format is Format.ZIP else [source]
            for file in files:
                found += _parts(file, sheet_of(file.name))
        yield found


def _members(archive: Source, folder: Path) -> list[Source]:
    """The files in an archive, each under its own name; under its whole path where two have one name."""
    folder.mkdir()
    child = Child(archive, folder=str(folder))
    child.close()
    members = child.about["members"]
    if not members:
        raise InputError(Message("intake.zip_empty", {"name": archive.name}))
    short = [PurePosixPath(member["name"].replace("\\", "/")).name for member in members]
    often = Counter(short)
    names = [one if often[one] == 1 else member["name"] for one, member in zip(short, members, strict=True)]
    found = [open_source(Path(member["path"]), name) for name, member in zip(names, members, strict=True)]
    if nested := next((source for source in found if source.format is Format.ZIP), None):
        raise InputError(Message("intake.zip_in_zip", {"name": archive.name, "member": nested.name}))
    return found


def _parts(source: Source, told: str | None) -> list[Source]:
    """A database's tables with rows, and a workbook's sheets where all are asked for, as sources of their own."""
    everything = (source.format is Format.SQLITE and told is None) or (source.format in SHEETS and told == EVERY)
    if not everything:
        return [source]
    child = Child(source)
    child.close()
    names = [str(part["name"]) for part in filled_sheets(child.about["parts"])]
    if len(names) < 2:
        return [replace(source, part=name) for name in names] or [source]
    return [replace(source, name=f"{source.name}/{name}", part=name, whole=source.name) for name in names]
