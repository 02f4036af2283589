"""Files on their way into a book, without those who were erased from it."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from yaad.book.persons.cleaning import Cleaner, Role
from yaad.book.persons.marks import Marks
from yaad.book.persons.rewriting import CannotRewrite, can_rewrite, rewrite
from yaad.intake import Understanding, fold
from yaad.text import Message


@contextmanager
def without_erased(
    root: Path, paths: Sequence[Path], roles: dict[str, Role], understood: Understanding | None = None
) -> Iterator[list[Path]]:
    """The files, or copies of them without those who were erased from the book; the copies go at the end.

    Args:
        root: the folder of the book.
        paths: the files.
        roles: folded header → what the column is.
        understood: what is understood of them; holds the rows of files in which cells cannot be replaced.

    Raises:
        CannotRewrite: such a file holds rows of somebody who was erased.
    """
    marks = Marks(root)
    if not marks:
        yield list(paths)
        return
    cleaner = Cleaner(marks)
    with tempfile.TemporaryDirectory(prefix="yaad-clean-") as folder:
        found = []
        for number, path in enumerate(paths):
            into = Path(folder) / str(number) / path.name
            into.parent.mkdir()
            if can_rewrite(path):
                found.append(into if rewrite(path, into, cleaner, roles) else path)
                continue
            if understood is not None and holds(understood, path, cleaner, roles):
                raise CannotRewrite(Message("person.erased_in_file", {"name": path.name}))
            found.append(path)
        yield found


def holds(understood: Understanding, path: Path, cleaner: Cleaner, roles: dict[str, Role]) -> bool:
    """Whether a file holds rows of somebody who was erased, as it was read."""
    grids = understood.study.readings.grids if understood.study is not None else ()
    own = [one for one in grids if one.source.path == path or path.name in (one.source.name, one.source.whole)]
    for grid in own or grids:  # what lies in an archive goes by names of its own
        told = [roles.get(fold(name), Role.OWN) if roles else Role.LOOSE for name in grid.headers]
        columns = [grid.columns[name].to_pylist() for name in grid.headers]
        for cells in zip(*columns, strict=True):
            if cleaner.row([None if cell is None else str(cell) for cell in cells], told):
                return True
    return False
