"""What takes long to compute, kept beside the book by the version of its data; all of it can be made again."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from yaad.book.disk import appearing

FOLDER = "computed"
"""What is in this folder of a book can be made again from the rest at any time."""
KEPT = 60
"""So many results of one kind are kept; older ones go."""

Json = Any  # plain JSON values of any kind


def kept(root: Path, kind: str, version: str) -> Json | None:
    """The result of these data; None when it was not computed yet, or what was kept cannot be read.

    Args:
        root: the folder of the book.
        kind: what was computed.
        version: of the data, and of the way of computing.
    """
    try:
        return json.loads(_path(root, kind, version).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def is_kept(root: Path, kind: str, version: str) -> bool:
    """Whether the result of these data was computed already."""
    return _path(root, kind, version).is_file()


def keep(root: Path, kind: str, version: str, result: Json) -> None:
    """Keep a result of these data.

    Raises:
        BookError: the disk is full.
    """
    path = _path(root, kind, version)
    with appearing(path) as partial:
        partial.write_text(json.dumps(result, ensure_ascii=False), "utf-8")
    with suppress(FileNotFoundError):  # another process has cleared them away
        for old in sorted(path.parent.glob(f"{kind}-*.json"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)


def _path(root: Path, kind: str, version: str) -> Path:
    return root / FOLDER / f"{kind}-{hashlib.sha256(version.encode()).hexdigest()[:24]}.json"
