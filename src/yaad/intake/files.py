"""The files as they arrive: are they there, what are they by their first bytes, what is their hash."""

import gzip
import hashlib
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yaad.errors import InputError
from yaad.text import Message

LARGE = 140_000_000
"""Bytes of text that are held at once, with all that is made of them, in less than a gigabyte; more is read in bins."""
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
)
SQLITE = b"SQLite format 3\0"
JSON_START = re.compile(rb'\s*(?:\[\s*(?:[\[{\]]|$)|\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}|$))')
BIFF_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
ENDINGS = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".parquet": "parquet",
    ".xes": "xes",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".zip": "zip",
}
TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
ODS_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
ALLOWED_CONTROL = b"\t\n\r\f\x1a\x1b\x00"


class Format(StrEnum):
    """What a file is by its content."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    PARQUET = "parquet"
    XES = "xes"
    JSON = "json"
    SQLITE = "sqlite"
    ZIP = "zip"


PIECEWISE = (Format.CSV, Format.PARQUET)
"""Formats that are read piece by piece: their columns are known before their rows."""


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
        part: the sheet or table of it that is meant; empty where it has one or none was chosen yet.
        whole: the name of the file whose part this is; empty where it is no part.
    """

    path: Path
    name: str
    size: int
    sha256: str
    format: Format
    gzipped: bool = False
    part: str = ""
    whole: str = ""

    @property
    def given(self) -> str:
        """The name of the file itself."""
        return self.whole or self.name


def are_large(sources: Sequence[Source]) -> bool:
    """Whether files are too large to be held at once, and all of a kind that can be read piece by piece."""
    return sum(map(size_unpacked, sources)) > LARGE and all(source.format in PIECEWISE for source in sources)


def size_unpacked(source: Source) -> int:
    """The bytes of a file once it is unpacked."""
    if source.format is not Format.PARQUET:
        return source.size
    try:
        about = pq.read_metadata(source.path)
    except (pa.ArrowException, OSError):  # its reader says what is wrong with it
        return source.size
    return sum(int(about.row_group(number).total_byte_size) for number in range(about.num_row_groups))


def paths_of(paths: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """One or several paths as a tuple."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    return tuple(Path(path) for path in given)


def shown_name(path: Path) -> str:
    """The file's name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def open_source(path: Path, name: str | None = None) -> Source:
    """Look at a file before anything is read from it.

    Args:
        path: where it stands.
        name: how people call it, where that is not the name it stands under.

    Raises:
        InputError: absent, a folder, unreadable, empty, binary, a password on it, or named as what it is not.
    """
    name = name or shown_name(path)
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
    ending = Path(name).suffix.lower()
    promised = ENDINGS.get(ending)
    renamed_text = ending in TEXT_ENDINGS and found is not Format.CSV
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
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(path, name)
    if head.startswith(OLE):
        return _old_workbook(path, name)
    if head.startswith(SQLITE):
        return Format.SQLITE
    text = head.removeprefix(BOMS[0])
    if XML_START.match(text) and (XES_ROOT.search(text) or b"<?xml" in text[:64]):
        if XES_ROOT.search(text):
            return Format.XES
        raise InputError(Message("intake.file_other_xml", {"name": name}))
    if head.startswith(OTHER_MAGIC) or _is_binary(head):
        raise InputError(Message("intake.file_binary", {"name": name}))
    if re.match(rb"\s*<(!doctype html|html|table)", text, re.IGNORECASE):
        raise InputError(Message("intake.file_html", {"name": name}))
    return Format.JSON if _is_json(head) else Format.CSV


def _is_json(head: bytes) -> bool:
    """It begins as records do: with an object that has a name, or a list of such."""
    text = head[:4096].decode(json.detect_encoding(head), "ignore").encode("utf-8", "ignore")
    return JSON_START.match(text) is not None


def _archive(path: Path, name: str) -> Format:
    """What an archive is by the names of its members: a workbook, a document, or an archive of tables."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            told = archive.read("mimetype")[:100] if "mimetype" in members else b""
    # all that a damaged archive, one with a password or of an unknown compression makes Python say
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        raise InputError(Message("intake.file_broken", {"name": name})) from None
    if "xl/workbook.xml" in members:
        return Format.XLSX
    if told.startswith(ODS_KIND):
        return Format.ODS
    if told or "[Content_Types].xml" in members:
        raise InputError(Message("intake.file_other_document", {"name": name}))
    return Format.ZIP


def _old_workbook(path: Path, name: str) -> Format:
    """An old document of Office: a workbook, unless its directory says something else."""
    with path.open("rb") as file:
        head = file.read(1 << 24)
    if ENCRYPTED in head:
        raise InputError(Message("intake.file_password", {"name": name}))
    if not any(stream in head for stream in BIFF_STREAMS):
        raise InputError(Message("intake.file_other_document", {"name": name}))
    return Format.XLS


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


def keep_pasted(text: str, folder: Path, name: str = "pasted.tsv") -> Path:
    """A table pasted from a spreadsheet, as a file that is read like any other.

    Spreadsheets give tab between cells and a line a row; a cell with a line's end or a tab inside is quoted. A quote
    that opens a cell and does not close it stays text, as the spreadsheet meant it.

    Args:
        text: what was pasted.
        folder: where the file is written.
        name: of the file.

    Raises:
        InputError: nothing was pasted.
    """
    if not text.strip():
        raise InputError(Message("intake.nothing_pasted"))
    path = folder / name
    # a form of a page sends every line's end as two signs, those inside a cell too
    path.write_bytes(text.replace("\r\n", "\n").encode("utf-8", "replace"))
    return path
