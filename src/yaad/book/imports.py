"""What a book keeps of each import: the originals by hash, the mapping that was used, the rows that were refused.

originals/<sha256>      the file as it came
imports/0001-….yaml      one record an import; those that `current.json` names are the ones that happened
mappings/<name>.yaml    the latest mapping of each name, for the next file of its kind
rejects/0001-…-<n>.csv   refused rows: row, column, reason, what stood there; .xlsx: to correct and bring back
differences/0002-….csv   what the import says otherwise than the book did: deal, field, before, now
"""

import csv
import datetime as dt
import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from yaad.errors import BookError, InputError
from yaad.facts import Stored
from yaad.intake import FileReport, Mapping, Refused
from yaad.show import inert
from yaad.show.workbooks import Sheet, write_workbook
from yaad.text import Message, render

CHUNK = 1 << 20


@dataclass(frozen=True)
class KeptFile:
    """An original: its name where it came from, and its hash."""

    name: str
    sha256: str


@dataclass(frozen=True)
class ImportRecord:
    """One import, as much as it takes to do it again."""

    name: str
    files: tuple[KeptFile, ...]
    mapping: str
    kind: str
    as_of: dt.date | None = None
    heard: int = 0
    """The last entry that was written before it."""
    brought: str = ""
    """When it was brought in, ISO in UTC: when its record was first written, read from the file; empty before."""

    def save(self, folder: Path) -> None:
        """Write the record; it counts only once the pin names it."""
        folder.mkdir(parents=True, exist_ok=True)
        plain = {
            "kind": self.kind,
            "as_of": self.as_of,
            "files": [{"name": file.name, "sha256": file.sha256} for file in self.files],
            "heard": self.heard,
            **({"brought": self.brought} if self.brought else {}),  # written anew, it was brought in when it was
            "mapping": self.mapping,
        }
        text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
        (folder / f"{self.name}.yaml").write_text(text, "utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> "ImportRecord":
        """Read the record of an import by its name."""
        path = folder / f"{name}.yaml"
        plain = yaml.safe_load(path.read_text("utf-8"))
        files = tuple(KeptFile(file["name"], file["sha256"]) for file in plain["files"])
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).isoformat(timespec="seconds")
        heard, brought = plain.get("heard", 0), plain.get("brought", written)
        return cls(name, files, plain["mapping"], plain["kind"], plain.get("as_of"), heard, brought)

    def day(self, zone: str) -> dt.date:
        """The day on which it was brought in, by the clock of a zone."""
        return dt.datetime.fromisoformat(self.brought).astimezone(ZoneInfo(zone)).date()


def keep_original(path: Path, folder: Path) -> KeptFile:
    """Copy a file into the folder of originals under its hash, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    kept = folder / digest.hexdigest()
    if not kept.exists():
        partial = kept.with_suffix(".part")
        try:
            shutil.copyfile(path, partial)
            partial.replace(kept)
        finally:
            partial.unlink(missing_ok=True)  # half a copy would take room on a full disk
    return KeptFile(path.name, digest.hexdigest())


def lay_out(files: tuple[KeptFile, ...], originals: Path, folder: Path) -> list[Path]:
    """Put kept originals into `folder` under their own names (linked, not copied).

    Raises:
        BookError: an original is missing.
    """
    paths = []
    for number, file in enumerate(files):
        original = originals / file.sha256
        if not original.is_file():
            raise BookError(Message("book.original_missing", {"name": file.name}))
        place = folder / str(number)
        place.mkdir(parents=True)
        path = place / Path(file.name).name
        path.symlink_to(original.resolve())
        paths.append(path)
    return paths


MADE = ("current.json", "write.lock", "imports", "originals", "mappings", "rejects", "differences", "lake")


def discard(root: Path) -> None:
    """Take away what an import began that did not happen; what else stands in the folder stays."""
    for name in MADE:
        path = root / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if root.is_dir() and not any(root.iterdir()):
        root.rmdir()


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        InputError: there is no such file, or it is no mapping.
    """
    if not path.is_file():
        raise InputError(Message("errors.file_absent", {"path": str(path)}))
    try:
        return Mapping.from_yaml(path.read_text("utf-8"), name=path.name)
    except UnicodeDecodeError:
        raise InputError(Message("book.map_not_text", {"path": str(path)})) from None


def write_rejects(report: FileReport, refused: Refused, path: Path, lang: str) -> None:
    """Write the refused rows of a file: a list with the reasons, and beside it a workbook to correct and bring back."""
    write_reject_list(report, path, lang)
    own = [render(Message(f"book.return_{name}"), lang) for name in ("why", "column", "row")]
    reasons = {key: render(Message(key), lang) for key in set(refused.reasons)}
    cells: Iterable[tuple[str | int, ...]] = (
        (*row, reasons[reason], column, line)
        for row, reason, column, line in zip(refused.rows, refused.reasons, refused.columns, refused.lines, strict=True)
    )
    heads = [*refused.headers, *own]
    write_workbook(path.with_suffix(".xlsx"), [Sheet(render(Message("book.return"), lang), heads, cells)], lang)


def write_reject_list(report: FileReport, path: Path, lang: str) -> None:
    """Write the refused rows of a file as a list with the reasons."""
    rows = (
        [row["row"], row["column"], render(Message(row["reason"]), lang), inert(row["raw"] or "")]
        for row in report.rejects.to_pylist()
    )
    _write(path, [f"book.rejects_{name}" for name in ("row", "column", "reason", "raw")], rows, lang)


def write_difference(stored: Stored, path: Path, lang: str) -> bool:
    """Write what an import says otherwise than the book did; whether there was anything to write."""
    says = {name: render(Message(f"book.difference_is_{name}"), lang) for name in ("changed", "kept", "absent")}
    listed = stored.difference
    rows = [
        [says["changed"], row["deal_id"], row["field"], row["before"], row["now"]] for row in listed.changes.to_pylist()
    ]
    rows += [[says["kept"], one.deal_id, one.field, one.told, one.standing] for one in stored.kept]
    rows += [[says["absent"], deal_id, "", "", ""] for deal_id in listed.absent]
    if rows:
        head = [f"book.difference_{name}" for name in ("what", "deal", "field", "before", "now")]
        _write(path, head, ([inert(cell or "") for cell in row] for row in rows), lang)
    return bool(rows)


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], lang: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([render(Message(key), lang) for key in head])
        writer.writerows(rows)


def save_mapping(mapping: Mapping, folder: Path, name: str) -> Path:
    """Keep the mapping under the name of the file that it was made for."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(mapping.to_yaml(), "utf-8")
    return path
