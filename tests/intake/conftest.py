"""Small made-up files for the tests of the intake."""

from collections.abc import Callable
from pathlib import Path

import pytest

from yaad.intake.files import open_source
from yaad.intake.reading import Grid, Hints, read

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write("deals.csv", "id,stage\\n…")``: a file of text (in an encoding) or of bytes."""

    def make(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def grid(write: Write) -> Callable[..., Grid]:
    """``grid(text)``: a small file as its reader gives it."""

    def make(content: str | bytes, written: str = "utf-8", name: str = "deals.csv", **hints: object) -> Grid:
        return read(open_source(write(name, content, written)), Hints(**hints))

    return make


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Grid], list[tuple[str, ...]]]:
    """``rows_of(grid)``: the records of a grid as tuples."""

    def tell(grid: Grid) -> list[tuple[str, ...]]:
        return list(zip(*(column.to_pylist() for column in grid.columns.values()), strict=True))

    return tell
