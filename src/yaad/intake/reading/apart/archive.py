"""ZIP of several tables: checked by its directory, then unpacked into a folder under names of ours."""

import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from yaad.intake.reading.apart.refusing import BLOCK, OFFICE, Refused, check_sizes

ENCRYPTED = 1
RUBBISH = ("__MACOSX", "Thumbs.db", "desktop.ini")
ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")


def about(task: dict[str, Any]) -> dict[str, Any]:
    """Unpack the files and tell under which names; directories and what systems leave behind are passed over.

    Raises:
        Refused: a bomb, a way out of the folder, a link, an archive within, a password, or one name twice.
    """
    with zipfile.ZipFile(task["path"]) as archive:
        members = archive.infolist()
        check_sizes(members, task["most"], task["ratio"])
        files = [member for member in members if not member.is_dir() and not _is_rubbish(member.filename)]
        for member in files:
            _check(member)
        if len({member.filename for member in files}) < len(files):
            raise Refused("zip_repeated_name")
        found = []
        for number, member in enumerate(files):
            place = Path(task["folder"]) / str(number)
            _unpack(archive, member, place, task["most"])
            found.append({"name": member.filename, "path": str(place)})
    return {"members": found}


def _is_rubbish(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part in RUBBISH or part.startswith("._") or part == ".DS_Store" for part in parts)


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        raise Refused("zip_way_out", member=member.filename)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("zip_link", member=member.filename)
    if member.flag_bits & ENCRYPTED:
        raise Refused("file_password")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, most: int) -> None:
    """Write one member, never more than it promised."""
    left = min(member.file_size, most)
    with archive.open(member) as source, place.open("wb") as target:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise Refused("workbook_bomb", unpacked=most // BLOCK)
            target.write(block)
    with place.open("rb") as file:
        is_archive = file.read(8).startswith(ARCHIVES)
    if is_archive and not _is_document(place):
        raise Refused("zip_in_zip", member=member.filename)


def _is_document(place: Path) -> bool:
    """An office document is an archive too, and read as what it is."""
    try:
        with zipfile.ZipFile(place) as inner:
            names = set(inner.namelist())
    except zipfile.BadZipFile:
        return False
    return bool(names & set(OFFICE))
