"""What people upload, until it is imported: a random folder a drop, outside of anything served, under a clean name."""

import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from yaad.book.disk import told_when_full
from yaad.book.file_names import clean_name
from yaad.errors import InputError
from yaad.intake import keep_pasted
from yaad.text import Message

KEPT_DAYS = 7
ID = re.compile(r"[0-9a-f]{16}")


def _free(place: Path, name: str | None) -> Path:
    """Where a file of this name is written.

    Raises:
        InputError: there is one already.
    """
    path = place / clean_name(name)
    if path.exists():
        raise InputError(Message("server.same_name", {"name": path.name}))
    return path


class Uploads:
    """The folder of uploads.

    Args:
        folder: where they wait.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, files: "Iterable[UploadedFile[bytes]]", pasted: str = "", pasted_name: str = "pasted") -> str:
        """Write what was sent into a new folder of random name and return that name.

        Args:
            files: uploaded ones.
            pasted: a table pasted from a spreadsheet; empty when there is none.
            pasted_name: of its file.

        Raises:
            InputError: neither a file nor a table came, or two files of the same name.
            BookError: the disk is full.
        """
        with self._begun() as (name, place):
            for file in files:
                path = _free(place, file.name)
                with path.open("wb") as out:
                    for chunk in file.chunks():
                        out.write(chunk)
            if pasted.strip():
                keep_pasted(pasted, place, _free(place, pasted_name).name)
            if not any(place.iterdir()):
                raise InputError(Message("server.no_file"))
        return name

    def keep_copies(self, paths: Iterable[Path]) -> str:
        """Copy files of this machine, which our own code names and never a person, into a new folder of random name.

        Raises:
            BookError: the disk is full.
            FileNotFoundError: one is gone.
        """
        with self._begun() as (name, place):
            for path in paths:
                shutil.copyfile(path, place / clean_name(path.name))
        return name

    @contextmanager
    def _begun(self) -> Iterator[tuple[str, Path]]:
        """A new folder and the place of its files; all of it goes again when they do not come in whole."""
        name = secrets.token_hex(8)
        place = self.folder / name / "files"
        try:
            with told_when_full(self.folder):
                place.mkdir(mode=0o700, parents=True)
                yield name, place
        except BaseException:
            shutil.rmtree(place.parent, ignore_errors=True)
            raise

    def path(self, name: str) -> Path | None:
        """The folder of an upload; None when there is none of this name."""
        path = self.folder / name
        return path if ID.fullmatch(name) and path.is_dir() else None

    def files(self, name: str) -> list[Path]:
        """The files of an upload, by name."""
        path = self.path(name)
        return sorted((path / "files").iterdir()) if path else []

    def forget_files(self, name: str) -> None:
        """Remove the files of an upload (the book keeps the originals), not what is known about it."""
        if path := self.path(name):
            shutil.rmtree(path / "files", ignore_errors=True)
            (path / "files").mkdir()

    def names(self) -> list[str]:
        """All uploads, the latest first."""
        found = [path for path in self.folder.iterdir() if ID.fullmatch(path.name)]
        return [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]

    def sweep(self) -> None:
        """Remove the files of uploads that nobody imported within `KEPT_DAYS` days."""
        now = time.time()
        for name in self.names():
            if now - (self.folder / name).stat().st_mtime > KEPT_DAYS * 86400:
                self.forget_files(name)
