"""The files as they arrive: are they there, what are they by their first bytes, what is their hash."""

import gzip
import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from yaad.errors import InputError
from yaad.text import Message

HEAD = 1 << 16
BLOCK = 1 << 22
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP = b"\x1f\x8b"
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
XES_ROOT = re.compile(rb"<(?:\w+:)?log[\s>]")
XML_START = re.compile(rb"^\s*<[?!A-Za-z]")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHER_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
    b"SQLite format 3",
)
ENDINGS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".parquet": "parquet", ".xes": "xes"}
ALLOWED_CONTROL = b"\t\n\r\f\x1a\x1b\x00"


class Format(StrEnum):
    """What a file is by its content."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    XES = "xes"


@dataclass(frozen=True)
class Source:
    """One file as given.

    Attributes:
        path: where it stands.
        name: its name, for people and patterns.
        size: in bytes.
        sha256: hash of its content.
        format: what it is by its content, whatever its name says.
        gzipped: the content is compressed.
    """

    path: Path
    name: str
    size: int
    sha256: str
    format: Format
    gzipped: bool = False


def paths_of(paths: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """One or several paths as a tuple."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    return tuple(Path(path) for path in given)


def shown_name(path: Path) -> str:
    """The file's name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def open_source(path: Path) -> Source:
    """Look at a file before anything is read from it.

    Raises:
        InputError: absent, a folder, unreadable, empty, binary, a password on it, or named as what it is not.
    """
    name = shown_name(path)
    size = _size(path, name)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            digest = hashlib.sha256(head)
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError as error:
        raise InputError(Message("intake.file_unreadable", {"name": name, "why": str(error.strerror)})) from None
    gzipped = head.startswith(GZIP)
    found = _format(path, name, _unzipped_head(path, name) if gzipped else head)
    if gzipped and found is not Format.XES:
        raise InputError(Message("intake.file_gzip", {"name": name}))
    return Source(path, name, size, digest.hexdigest(), found, gzipped)


def _size(path: Path, name: str) -> int:
    try:
        found = path.stat()
    except (OSError, ValueError):
        raise InputError(Message("errors.file_absent", {"path": str(path)})) from None
    if stat.S_ISDIR(found.st_mode):
        raise InputError(Message("intake.file_is_folder", {"path": str(path)}))
    if not stat.S_ISREG(found.st_mode):
        raise InputError(Message("intake.file_not_regular", {"name": name}))
    if found.st_size == 0:
        raise InputError(Message("intake.file_empty", {"name": name}))
    return found.st_size


def _unzipped_head(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(HEAD)
    except (OSError, EOFError, gzip.BadGzipFile):
        raise InputError(Message("intake.file_broken", {"name": name})) from None


def _format(path: Path, name: str, head: bytes) -> Format:
    """The format by the first bytes, compared with what the name promises."""
    found = _by_magic(path, name, head)
    promised = ENDINGS.get(path.suffix.lower())
    renamed_text = promised is None and path.suffix.lower() in (".csv", ".tsv", ".txt") and found is not Format.CSV
    if (promised and promised != found.value) or renamed_text:
        raise InputError(
            Message(
                "intake.file_renamed",
                {"name": name, "found": Message(f"intake.format_{found.value}"), "ending": f".{found.value}"},
            )
        )
    return found


def _by_magic(path: Path, name: str, head: bytes) -> Format:
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return _workbook(path, name)
    if head.startswith(OLE):
        locked = ENCRYPTED in path.read_bytes()[: 1 << 24]
        raise InputError(Message("intake.file_password" if locked else "intake.file_old_excel", {"name": name}))
    text = head.removeprefix(BOMS[0])
    if XML_START.match(text) and (XES_ROOT.search(text) or b"<?xml" in text[:64]):
        if XES_ROOT.search(text):
            return Format.XES
        raise InputError(Message("intake.file_other_xml", {"name": name}))
    if head.startswith(OTHER_MAGIC) or _is_binary(head):
        raise InputError(Message("intake.file_binary", {"name": name}))
    if re.match(rb"\s*<(!doctype html|html|table)", text, re.IGNORECASE):
        raise InputError(Message("intake.file_html", {"name": name}))
    return Format.CSV


def _workbook(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(Message("intake.file_broken", {"name": name})) from None
    if "xl/workbook.xml" not in members:
        raise InputError(Message("intake.file_zip", {"name": name}))
    return Format.XLSX


def looks_wide(zeros: int, one_sided: int, size: int) -> bool:
    """Zero bytes as UTF-16 has them: many, and nearly all on one side of their pairs."""
    return zeros > max(size / 20, 4) and one_sided >= 0.95 * zeros


def _is_binary(head: bytes) -> bool:
    """More than 1 % control characters, or many zero bytes that are not UTF-16's."""
    zeros = head.count(0)
    if head.startswith(BOMS[1:]) or looks_wide(zeros, max(head[0::2].count(0), head[1::2].count(0)), len(head)):
        return False
    control = sum(head.count(bytes([code])) for code in range(32) if code not in ALLOWED_CONTROL)
    return control > len(head) / 100 or zeros > max(len(head) / 20, 4)
