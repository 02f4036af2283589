"""A home made from a backup: everything is looked at before it takes its place."""

import json
import shutil
import tarfile
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from yaad.errors import BookError
from yaad.server import digesting
from yaad.server.backup_form import FORMAT, MANIFEST, POSTGRES, SQLITE
from yaad.server.home import Home
from yaad.text import Message

Json = dict[str, Any]  # values of a manifest are JSON of any kind


def unpack(file: Path, folder: Path) -> Json:
    """Unpack a backup into a new folder; what is in it is what its manifest says, or the folder does not come to be.

    Args:
        file: of the backup.
        folder: of the home that it becomes; absent or empty.

    Returns:
        The manifest.

    Raises:
        BookError: the folder is not empty, the file is damaged, or a newer version made it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BookError(Message("house.home_not_empty", {"path": str(folder)}))
    work = folder.with_name(folder.name + ".restoring")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700, parents=True)
    try:
        try:
            with tarfile.open(file, "r:gz") as tar:
                tar.extractall(work, filter="data")
            manifest: Json = json.loads((work / MANIFEST).read_text("utf-8"))
        except (OSError, EOFError, tarfile.TarError, ValueError) as error:
            raise BookError(
                Message("house.backup_damaged", {"path": str(file), "what": type(error).__name__})
            ) from None
        _look(manifest, work, file)
        (work / MANIFEST).unlink()
        if (found := work / SQLITE).exists():
            found.replace(work / "yaad.sqlite")
        for path in (work, *(one for one in work.rglob("*") if one.is_dir())):
            path.chmod(0o700)
        if folder.exists():
            folder.rmdir()
        work.replace(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest


def _look(manifest: Json, work: Path, file: Path) -> None:
    """Whether everything is there, nothing else, and each file as it was."""
    if int(manifest["format"]) > FORMAT:
        raise BookError(Message("house.newer_backup", {"path": str(file)}))
    there = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()} - {MANIFEST}
    odd = there ^ manifest["files"].keys()
    odd |= {
        name
        for name in there & manifest["files"].keys()
        if digesting.of_file(work / name) != manifest["files"][name]["sha256"]
    }
    if odd:
        raise BookError(Message("house.backup_damaged", {"path": str(file), "what": min(odd)}))


def restore(file: Path, folder: Path, said: MutableMapping[str, str], configure: Callable[[Home], None]) -> Json:
    """A new home from a backup; when anything is not as it should be, there is none.

    Args:
        file: of the backup.
        folder: of the home that it becomes; absent or empty.
        said: the environment; its home is this folder.
        configure: makes the settings of the home Django's own.

    Returns:
        The manifest.

    Raises:
        BookError: the folder or the database is not empty, the file is damaged, or a newer version made it.
        InputError: the environment cannot be used.
    """
    home = Home.from_environment(said)
    manifest = unpack(file, folder)
    try:
        configure(home)
        _fill(home, manifest)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return manifest


def _fill(home: Home, manifest: Json) -> None:
    """Put the database in its place and hold it against the manifest."""
    from yaad.server import postgres_copies
    from yaad.server.acting import as_server
    from yaad.server.models import Session
    from yaad.server.schema import newer_than_ours
    from yaad.server.upgrading import owner, upgrade

    if bool(home.database) != (manifest["database"] == "postgresql"):
        raise BookError(Message("house.other_database", {"kind": manifest["database"]}))
    if newer := newer_than_ours(manifest["steps"]):
        raise BookError(Message("house.newer_schema", {"steps": ", ".join(newer)}))
    if home.database:
        postgres_copies.restore(home, home.folder / POSTGRES)
    shutil.rmtree(home.folder / "database", ignore_errors=True)
    with as_server():
        found = digesting.tables(owner())
    told = {name: digest for name, digest in manifest["tables"].items() if name not in digesting.PASSING}
    if odd := sorted(name for name, digest in told.items() if found.get(name) != digest):
        raise BookError(Message("house.rows_differ", {"tables": ", ".join(odd)}))
    upgrade()
    with as_server():
        Session.objects.using(owner()).all().delete()  # backups of earlier versions held them
