"""Files on a deal: attached, told, taken back; their bytes lie in the folder of the book and are shown by no server.

papers/<id>         the bytes, as they came
papers/<id>.json    of which deal they are

What a file is called stands in the journal alone.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yaad.book.disk import appearing
from yaad.book.ids import ID, id_of
from yaad.errors import InputError
from yaad.text import Message

FOLDER = "papers"
MOST = 20 << 20
"""Bytes of one file."""
MOST_OF_DEAL = 100
"""Files of one deal."""


def paper_id(deal_id: str, key: str) -> str:
    """The id of a file: the same for the same form of the same deal."""
    return id_of("paper", deal_id, key)


def keep_paper(root: Path, deal_id: str, name: str, chunks: Iterable[bytes]) -> int:
    """Keep the bytes of a file; gives how many. What was kept under this id stays as it was.

    Args:
        root: the folder of the book.
        deal_id: of the deal.
        name: its id, see `paper_id`.
        chunks: the bytes.

    Raises:
        InputError: it is empty, or too large.
        BookError: the disk is full.
    """
    folder = root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, size = folder / name, 0
    if path.is_file():
        return path.stat().st_size
    with appearing(path) as partial:
        partial.touch(mode=0o600)
        with partial.open("wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST:
                    raise InputError(Message("papers.too_large", {"n": MOST >> 20}))
                out.write(chunk)
        if not size:
            raise InputError(Message("papers.empty"))
        with appearing(folder / f"{name}.json") as about:
            about.touch(mode=0o600)
            about.write_text(json.dumps({"deal": deal_id}, ensure_ascii=False), "utf-8")
    return size


@contextmanager
def kept_paper(root: Path, deal_id: str, key: str, chunks: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Keep the bytes of a file while its entry is written; gives its id and how many. Without the entry they go.

    Args:
        root: the folder of the book.
        deal_id: of the deal.
        key: of the entry, which nothing was written with yet.
        chunks: the bytes.

    Raises:
        InputError: it is empty, or too large.
        BookError: the disk is full.
    """
    name = paper_id(deal_id, key)
    forget_paper(root, name)  # of an attempt that broke off before its entry was written
    size = keep_paper(root, deal_id, name, chunks)
    try:
        yield name, size
    except BaseException:
        forget_paper(root, name)
        raise


def paper(root: Path, name: str) -> Path | None:
    """Where the bytes of a file lie; None where there are none of this id."""
    path = root / FOLDER / name
    return path if ID.fullmatch(name) and path.is_file() else None


def paper_holds(root: Path, name: str, chunks: Iterable[bytes]) -> bool:
    """Whether these very bytes are kept under an id."""
    path, told = paper(root, name), hashlib.sha256()
    if path is None:
        return False
    for chunk in chunks:
        told.update(chunk)
    with path.open("rb") as kept:
        return hashlib.file_digest(kept, "sha256").digest() == told.digest()


def forget_paper(root: Path, name: str) -> None:
    """Let the bytes of a file go."""
    if ID.fullmatch(name):
        for path in (root / FOLDER / name, root / FOLDER / f"{name}.json"):
            path.unlink(missing_ok=True)


def papers_of(root: Path, is_theirs: Callable[[str], bool]) -> list[str]:
    """The ids of the files of some deals, those that were taken back too.

    Args:
        root: the folder of the book.
        is_theirs: whether a deal, by its source's id, is one of them.
    """
    found = []
    for about in sorted((root / FOLDER).glob("*.json")):
        try:
            deal = str(json.loads(about.read_text("utf-8"))["deal"])
        except (ValueError, KeyError, TypeError):
            continue
        if is_theirs(deal):
            found.append(about.stem)
    return found


def forget_papers(root: Path, is_theirs: Callable[[str], bool]) -> int:
    """Let the files of some deals go, see `papers_of`; gives how many."""
    found = papers_of(root, is_theirs)
    for name in found:
        forget_paper(root, name)
    return len(found)
