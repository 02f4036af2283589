"""One source at work: its file is fetched, its folder or system looked at; what is new goes through the import."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from yaad.book.reports import ImportReport
from yaad.book.sources.arriving import Fetched, Known, Outside
from yaad.book.sources.http_files import FileAsk, fetch_http, headers_of
from yaad.book.sources.named import HTTP, SFTP, WATCHED, Source
from yaad.book.sources.pulling import pull
from yaad.book.sources.sftp_files import SftpAsk, fetch_sftp
from yaad.book.sources.systems import SYSTEMS
from yaad.book.sources.telling import Counts, Told, joined, told
from yaad.book.sources.vault import Vault
from yaad.book.sources.watching import (
    MAPPING,
    TEXT,
    Came,
    State,
    WatchedFolder,
    accounted,
    brought_in,
    lay_aside,
    left_open,
)
from yaad.errors import InputError, OpenQuestion, UnknownName, YaadError
from yaad.text import Message, render

PART = ".part-"
PAUSE = 5.0
"""Seconds between two looks at a folder: what has not changed meanwhile is whole."""

Importing = Callable[[Sequence[Path], Path | None, dict[str, str]], ImportReport]
"""Imports files that belong together, with a mapping and answers."""


class Outcome(StrEnum):
    """How it went with a source; one that was stopped does not run by itself any more, and says why."""

    DONE = "done"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Ran:
    """How it went with a source.

    Attributes:
        outcome: in a word.
        told: what there is to say, in every language.
        said: the same in the language of the run, with the files that were written beside the book.
        known: of the file that came last.
        counts: rows of all that was imported.
        questions: what is open, each question in every language.
        answers: those that the system itself gives to them.
    """

    outcome: Outcome
    told: Told
    said: str
    known: Known
    counts: Counts = field(default_factory=Counts)
    questions: tuple[Told, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


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

    def run(self, source: Source, known: Known) -> Ran:
        """How it went."""
        try:
            if source.kind == WATCHED:
                return self._watch(source, known)
            if source.kind in (HTTP, SFTP):
                return self._fetch(source, known)
            return self._pull(source, known)
        except YaadError as error:
            return self.failed(error, known)

    def failed(self, error: YaadError, known: Known, came: Sequence[Came] = ()) -> Ran:
        """It broke off; what had come before that stays."""
        return self._ran(Outcome.FAILED, [*came, _word(told(error.say), self.lang)], known)

    def _said(self, outcome: Outcome, message: Message, known: Known) -> Ran:
        return self._ran(outcome, [_word(told(partial(render, message)), self.lang)], known)

    def _ran(self, outcome: Outcome, came: Sequence[Came], known: Known) -> Ran:
        """All that came, in its order."""
        texts, said = joined([one.told for one in came]), "\n\n".join(one.said for one in came if one.said)
        questions = tuple(question for one in came for question in one.questions)
        return Ran(outcome, texts, said, known, sum((one.counts for one in came), Counts()), questions)

    # ---- a file -----------------------------------------------------------------------------------------------

    def _fetch(self, source: Source, known: Known) -> Ran:
        place = self.root / "sources" / source.name
        place.mkdir(parents=True, exist_ok=True)
        for left in place.glob(f"{PART}*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        came = self._try_again(source, place)
        if came and came[-1].state is State.FAILED:
            return self._ran(Outcome.FAILED, came, known)
        is_asked = bool(came) and came[-1].state is State.ASKED
        with tempfile.TemporaryDirectory(dir=place, prefix=PART) as part:
            try:
                fetched = self._fetched(source, known, Path(part))
            except YaadError as error:
                return self.failed(error, known, came)
            if fetched is None or fetched.known.sha256 == known.sha256:
                known = known if fetched is None else fetched.known
                if came:
                    return self._ran(Outcome.ASKED if is_asked else Outcome.DONE, came, known)
                return self._said(Outcome.UNCHANGED, Message("sources.file_unchanged", {"name": source.name}), known)
            if is_asked:
                later = Message("sources.file_waits", {"name": fetched.path.name})
                lay_aside(fetched.path, place, State.ASKED, render(later, self.lang))
                waits = _word(told(partial(render, later)), self.lang)
                return self._ran(Outcome.ASKED, [*came, waits], fetched.known)
            return self._taken(source, place, fetched, came, known)

    def _taken(self, source: Source, place: Path, fetched: Fetched, before: list[Came], known: Known) -> Ran:
        came = self._brought_in(source, fetched.path, self._mapping_of(source))
        if came.state is State.DONE:
            return self._ran(Outcome.DONE, [*before, came], fetched.known)
        if came.state is State.FAILED:  # it is fetched again the next time, so one copy is enough
            for path in (place / State.FAILED.value).glob("*"):
                path.unlink()
            lay_aside(fetched.path, place, came.state, came.said)
            return self._ran(Outcome.FAILED, [came], known)
        lay_aside(fetched.path, place, came.state, came.said)
        return self._ran(Outcome.ASKED, [*before, came], fetched.known)

    def _try_again(self, source: Source, place: Path) -> list[Came]:
        """Files that wait with questions, the oldest first: those that came in, last one that stays open or failed."""
        found: list[Came] = []
        for path in waiting(place):
            own = path.with_name(path.name + MAPPING)
            came = self._brought_in(source, path, own if own.is_file() else self._mapping_of(source))
            if came.state is State.ASKED:
                path.with_name(path.name + TEXT).write_text(came.said + "\n", "utf-8")
                return [*found, came]
            path.with_name(path.name + TEXT).unlink(missing_ok=True)
            if came.state is State.FAILED:
                lay_aside(path, place, came.state, came.said)
                return [*found, _not_imported(path.name, came, self.lang)]
            own.unlink(missing_ok=True)
            path.unlink()
            found.append(came)
        return found

    def _brought_in(self, source: Source, path: Path, mapping: Path | None) -> Came:
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

    def _watch(self, source: Source, known: Known) -> Ran:
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
            return self._said(Outcome.UNCHANGED, Message("sources.nothing_arrived"), known)
        states = {one.came.state for one in handled}
        worst = next(one for one in (State.FAILED, State.ASKED, State.DONE) if one in states)
        return self._ran(Outcome(worst.value), [_named(one.name, one.came) for one in handled], known)

    def _pull(self, source: Source, known: Known) -> Ran:
        secret = self.vault.secret(source.name, source.place)
        if not secret:
            raise InputError(Message("sources.secret_absent", {"name": source.name}))
        own: dict[str, str] = {}

        def importing(paths: Sequence[Path], answers: dict[str, str]) -> ImportReport:
            own.update(answers)
            return self.importing(paths, self._mapping_of(source), answers | self.answers)

        pulled = partial(pull, self.root, source.kind, secret, importing)
        try:
            done = pulled(wait=self.outside.wait, url=source.url, place=source.name, way=self.outside.way)
        except OpenQuestion as open_:
            how = Message("sources.how_to_answer_system", {"name": source.name})
            return replace(self._ran(Outcome.ASKED, [left_open(open_, how, self.lang)], known), answers=own)
        if done.report is None:
            return self._said(Outcome.UNCHANGED, Message("sources.pull_nothing", {"system": source.name}), known)
        return self._ran(Outcome.DONE, [accounted(done.report, self.lang)], known)

    def _mapping_of(self, source: Source) -> Path | None:
        if self.mapping is not None:
            return self.mapping
        return mapping_of(self.root, source) if source.mapping else None


def _word(text: Told, lang: str) -> Came:
    """A word about no rows."""
    return Came(State.DONE, text, Counts(), text[lang])


def _not_imported(name: str, came: Came, lang: str) -> Came:
    """A file that waited and turns out to be of no use."""
    text = told(lambda one: render(Message("sources.file_failed", {"name": name, "why": came.told[one]}), one))
    return replace(came, told=text, said=text[lang])


def _named(name: str, came: Came) -> Came:
    """What became of one of several files, with its name before it."""
    text = told(lambda lang: f"{name}: {came.told[lang]}")
    return replace(came, told=text, said=f"{name}: {came.said}")


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


def left_open_in(root: Path, source: Source, outcome: Outcome | None) -> tuple[Path, ...]:
    """The files of a source that leave something open, in the order in which they came; those of a system together."""
    if source.kind in SYSTEMS:
        kept = [root / "sources" / source.name / f"{name}.csv" for name in ("deals", "history")]
        return tuple(path for path in kept if path.is_file()) if outcome is Outcome.ASKED else ()
    return tuple(waiting(Path(source.path) if source.kind == WATCHED else root / "sources" / source.name))


def wait_no_longer(source: Source, paths: Sequence[Path], said: str) -> None:
    """Files that waited are in the book: those of a watched folder go to the others, those that were fetched go."""
    for path in paths:
        beside = [path.with_name(path.name + ending) for ending in (TEXT, MAPPING)]
        if source.kind == WATCHED:
            beside[0].unlink(missing_ok=True)
            lay_aside(path, Path(source.path), State.DONE, said)
        elif source.kind not in SYSTEMS:  # a system's files are written over by the next pull
            for one in (*beside, path):
                one.unlink(missing_ok=True)


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
    files = [path for path in folder.iterdir() if path.name not in beside and path.is_file() and not path.is_symlink()]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
