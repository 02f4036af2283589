"""One source at work: its file is fetched, its folder or system looked at; what is new goes through the import."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from yaad.book.reports import ImportReport
from yaad.book.sources.arriving import Fetched, Known, Outside
from yaad.book.sources.http_files import FileAsk, fetch_http, headers_of
from yaad.book.sources.named import HTTP, SFTP, WATCHED, Source
from yaad.book.sources.pulling import pull
from yaad.book.sources.sftp_files import SftpAsk, fetch_sftp
from yaad.book.sources.vault import Vault
from yaad.book.sources.watching import (
    MAPPING,
    TEXT,
    State,
    WatchedFolder,
    account,
    asked_text,
    brought_in,
    lay_aside,
)
from yaad.errors import InputError, OpenQuestion, UnknownName, YaadError
from yaad.text import Message, render

PART = ".part-"
PAUSE = 5.0
"""Seconds between two looks at a folder: what has not changed meanwhile is whole."""

Importing = Callable[[Sequence[Path], Path | None, dict[str, str]], ImportReport]
"""Imports files that belong together, with a mapping and answers."""


class Outcome(StrEnum):
    """How it went with a source."""

    DONE = "done"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    FAILED = "failed"


@dataclass(frozen=True)
class Work:
    """One source at work."""

    root: Path
    vault: Vault
    outside: Outside
    importing: Importing
    lang: str
    answers: dict[str, str]
    mapping: Path | None

    def run(self, source: Source, known: Known) -> tuple[Outcome, str, Known]:
        """How it went, what there is to say, and the file that came last."""
        try:
            if source.kind == WATCHED:
                return *self._watch(source), known
            if source.kind in (HTTP, SFTP):
                return self._fetch(source, known)
            return *self._pull(source), known
        except YaadError as error:
            return Outcome.FAILED, error.say(self.lang), known

    # ---- a file -----------------------------------------------------------------------------------------------

    def _fetch(self, source: Source, known: Known) -> tuple[Outcome, str, Known]:
        place = self.root / "sources" / source.name
        place.mkdir(parents=True, exist_ok=True)
        for left in place.glob(f"{PART}*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        came, asked = self._try_again(source, place)
        with tempfile.TemporaryDirectory(dir=place, prefix=PART) as part:
            try:
                fetched = self._fetched(source, known, Path(part))
            except YaadError as error:
                return Outcome.FAILED, _joined(came, asked, error.say(self.lang)), known
            if fetched is None or fetched.known.sha256 == known.sha256:
                known = known if fetched is None else fetched.known
                unchanged = render(Message("sources.file_unchanged", {"name": source.name}), self.lang)
                if asked:
                    return Outcome.ASKED, _joined(came, asked), known
                return (Outcome.DONE, came, known) if came else (Outcome.UNCHANGED, unchanged, known)
            if asked:
                later = render(Message("sources.file_waits", {"name": fetched.path.name}), self.lang)
                lay_aside(fetched.path, place, State.ASKED, later)
                return Outcome.ASKED, _joined(came, asked, later), fetched.known
            return self._taken(source, place, fetched, came, known)

    def _taken(
        self, source: Source, place: Path, fetched: Fetched, came: str, before: Known
    ) -> tuple[Outcome, str, Known]:
        state, said = self._brought_in(source, fetched.path, self._mapping_of(source))
        if state is State.DONE:
            return Outcome.DONE, _joined(came, said), fetched.known
        if state is State.FAILED:  # it is fetched again the next time, so one copy is enough
            for path in (place / State.FAILED.value).glob("*"):
                path.unlink()
            lay_aside(fetched.path, place, state, said)
            return Outcome.FAILED, said, before
        lay_aside(fetched.path, place, state, said)
        return Outcome.ASKED, _joined(came, said), fetched.known

    def _try_again(self, source: Source, place: Path) -> tuple[str, str]:
        """Files that wait with questions, the oldest first: the accounts of those that came in, what is still open."""
        came: list[str] = []
        for path in waiting(place):
            own = path.with_name(path.name + MAPPING)
            state, said = self._brought_in(source, path, own if own.is_file() else self._mapping_of(source))
            if state is State.ASKED:
                path.with_name(path.name + TEXT).write_text(said + "\n", "utf-8")
                return "\n".join(came), said
            path.with_name(path.name + TEXT).unlink(missing_ok=True)
            if state is State.FAILED:
                lay_aside(path, place, state, said)
                raise InputError(Message("sources.file_failed", {"name": path.name, "why": said}))
            own.unlink(missing_ok=True)
            path.unlink()
            came.append(said)
        return "\n".join(came), ""

    def _brought_in(self, source: Source, path: Path, mapping: Path | None) -> tuple[State, str]:
        values: dict[str, object] = {"name": source.name, "file": path.name, "mapping": path.name + MAPPING}
        how = Message("sources.how_to_answer_source", values)

        def importing(path: Path, mapping: Path | None) -> ImportReport:
            return self.importing([path], mapping, dict(self.answers))

        return brought_in(path, mapping, importing, self.lang, how)

    def _fetched(self, source: Source, known: Known, folder: Path) -> Fetched | None:
        secret = self.vault.secret(source.name, source.place)
        if source.kind == HTTP:
            headers = headers_of(source.name, secret, source.login, source.header)
            return fetch_http(FileAsk(source.name, source.url, headers), known, folder, self.outside)
        hosts = Path(source.known_hosts).expanduser() if source.known_hosts else Path.home() / ".ssh" / "known_hosts"
        if not secret:
            raise InputError(Message("sources.secret_absent", {"name": source.name}))
        ask = SftpAsk(
            source.name, source.host, source.port, source.path, source.login, secret, source.fingerprint, hosts
        )
        return fetch_sftp(ask, known, folder, self.outside)

    # ---- a folder, a system -----------------------------------------------------------------------------------

    def _watch(self, source: Source) -> tuple[Outcome, str]:
        def importing(path: Path, mapping: Path | None) -> ImportReport:
            return self.importing([path], mapping or self._mapping_of(source), dict(self.answers))

        folder = Path(source.path).expanduser()
        if self.answers or self.mapping is not None:
            put_back(folder)
        watched = WatchedFolder(folder, importing, self.lang)
        handled = list(watched.sweep())
        if watched.waiting:
            self.outside.wait(PAUSE)
            handled += watched.sweep()
        if not handled:
            return Outcome.UNCHANGED, render(Message("sources.nothing_arrived"), self.lang)
        said = "\n\n".join(f"{one.name}: {one.said}" for one in handled)
        states = {one.state for one in handled}
        worst = next(one for one in (State.FAILED, State.ASKED, State.DONE) if one in states)
        return Outcome(worst.value), said

    def _pull(self, source: Source) -> tuple[Outcome, str]:
        secret = self.vault.secret(source.name, source.place)
        if not secret:
            raise InputError(Message("sources.secret_absent", {"name": source.name}))

        def importing(paths: Sequence[Path], known: dict[str, str]) -> ImportReport:
            return self.importing(paths, self._mapping_of(source), known | self.answers)

        pulled = partial(pull, self.root, source.kind, secret, importing)
        try:
            done = pulled(wait=self.outside.wait, url=source.url, place=source.name, way=self.outside.way)
        except OpenQuestion as open_:
            values: dict[str, object] = {"name": source.name, "file": source.kind, "mapping": source.kind + MAPPING}
            return Outcome.ASKED, asked_text(open_, Message("sources.how_to_answer_system", values), self.lang)
        if done.report is None:
            return Outcome.UNCHANGED, render(Message("sources.pull_nothing", {"system": source.name}), self.lang)
        return Outcome.DONE, account(done.report, self.lang)

    def _mapping_of(self, source: Source) -> Path | None:
        if self.mapping is not None:
            return self.mapping
        return mapping_of(self.root, source) if source.mapping else None


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def mapping_of(root: Path, source: Source) -> Path:
    """The mapping that a source names.

    Raises:
        UnknownName: the book has none of this name.
    """
    folder = root / "mappings"
    path = folder / f"{source.mapping}.yaml"
    if not path.is_file() or path.parent != folder:
        raise UnknownName("mapping", source.mapping, [one.stem for one in folder.glob("*.yaml")])
    return path


def put_back(folder: Path) -> None:
    """Files of a watched folder that wait with questions are tried again, each with the mapping beside it."""
    for path in waiting(folder):
        path.with_name(path.name + TEXT).unlink(missing_ok=True)
        for one in (path.with_name(path.name + MAPPING), path):
            if one.is_file() and not (folder / one.name).exists():
                one.replace(folder / one.name)


def waiting(place: Path) -> list[Path]:
    """The files that wait with questions, in the order in which they came."""
    folder = place / State.ASKED.value
    if not folder.is_dir():
        return []
    beside = {path.name + ending for path in folder.iterdir() for ending in (TEXT, MAPPING)}
    files = [path for path in folder.iterdir() if path.is_file() and path.name not in beside]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
