"""Sources at work: what is due is fetched, what has changed goes through the book's import, the rest is said.

A file that leaves something open waits in ``asked`` until it is answered, and what comes later waits behind it: data
go into the book in the order in which they came. One run at a time.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from yaad.book.reports import ImportReport
from yaad.book.sources.arriving import Known, Outside
from yaad.book.sources.named import Source, SourceFiles
from yaad.book.sources.outgoing import way_out
from yaad.book.sources.schedule import Schedule, due_at
from yaad.book.sources.telling import ROWS, Counts, Told, told
from yaad.book.sources.vault import Vault, key_path
from yaad.book.sources.watching import accounted
from yaad.book.sources.working import Importing, Outcome, Ran, Work, left_open_in, mapping_of, wait_no_longer
from yaad.errors import InputError, YaadError
from yaad.facts import Lake
from yaad.facts.lock import writer_lock
from yaad.text import LANGUAGES, Message, render

ZONE = "Asia/Jerusalem"
"""The zone of a book that has none of its own yet."""
HOW = ("outcome", "said")
"""What is kept of how a run went, and takes another value while the source is stopped."""


@dataclass(frozen=True)
class Run:
    """A source that ran.

    Attributes:
        name: of the source.
        outcome: how it went.
        said: the account, the questions, or why it failed, in one language.
        due: when it is due next; None for one that runs by hand alone.
    """

    name: str
    outcome: Outcome
    said: str
    due: dt.datetime | None


@dataclass(frozen=True)
class Standing:
    """How a source stands.

    Attributes:
        source: itself.
        last: when it ran.
        outcome: how that went; None where it never ran.
        told: what that run had to say, in every language; of an older book in the one of the run.
        counts: the rows that it brought.
        due: when it is due next.
        secret_since: since when a secret is kept for it.
        waiting: files that wait for answers, in the order in which they came.
        questions: what the last run left open, each question in every language.
        answers: those that the system itself gives.
    """

    source: Source
    last: dt.datetime | None
    outcome: Outcome | None
    told: Told
    counts: Counts
    due: dt.datetime | None
    secret_since: dt.datetime | None
    waiting: tuple[Path, ...]
    questions: tuple[Told, ...]
    answers: Mapping[str, str]


class Sources:
    """The sources of a book.

    Args:
        root: the folder of the book.
        vault: its secrets.
        outside: the world.
    """

    def __init__(self, root: Path, vault: Vault, outside: Outside | None = None) -> None:
        self._root, self._vault, self._outside = root, vault, outside or Outside()
        self._files = SourceFiles(root)

    @property
    def zone(self) -> ZoneInfo:
        """The book's zone, by which schedules go."""
        pin = Lake.open(self._root).pin() if Lake.exists(self._root) else None
        return ZoneInfo(pin.zone if pin is not None and pin.imports else ZONE)

    def names(self) -> list[str]:
        """All sources."""
        return self._files.names()

    def add(self, source: Source) -> Source:
        """Add a source.

        Raises:
            UnknownName: no such kind, or no such mapping in the book.
            InputError: there is one of this name, or it cannot be run.
        """
        checked = source.checked(self._outside.way)
        if checked.name in self.names():
            raise InputError(Message("sources.source_exists", {"name": checked.name}))
        if checked.mapping:
            self._mapping(checked)
        self._files.save(checked)
        return checked

    def remove(self, name: str) -> None:
        """Take a source away, with its secret. What it brought stays in the book.

        Raises:
            UnknownName: there is none.
        """
        self._files.load(name)
        self._vault.forget(name)
        self._files.remove(name)

    def keep_secret(self, name: str, secret: str, at: dt.datetime) -> None:
        """Keep the password or token of a source.

        Raises:
            UnknownName: there is no such source.
            InputError: it needs none, or it cannot be kept.
        """
        source = self._files.load(name)
        if not source.place:
            raise InputError(Message("sources.secret_needless", {"name": name}))
        self._vault.keep(name, source.place, secret, at)

    def stop(self, name: str, why: Message) -> None:
        """Let a source not be due any more, and say why; what its last run brought and left open is still known.

        Raises:
            UnknownName: there is none.
            BookError: a run is under way.
        """
        with self._alone():
            self._files.load(name)
            self._stop(name, dict(told(partial(render, why))))

    def _stop(self, name: str, said: object) -> None:
        state = self._files.state(name)
        kept = {"before": _of_run(state), "outcome": Outcome.STOPPED, "said": said}
        self._files.write_state(name, state | kept)

    def take_over(self, name: str, by: str) -> None:
        """Let a source run for somebody from now on; one that was stopped is due again, and stands as it did before.

        Raises:
            UnknownName: there is none.
            BookError: a run is under way.
        """
        self._files.load(name)  # before anything is made: there may be none
        with self._alone():
            self._files.save(replace(self._files.load(name), by=by))
            state = self._files.state(name)
            if _outcome(state) is Outcome.STOPPED:
                others = {key: state[key] for key in state if key not in (*HOW, "before")}
                self._files.write_state(name, others | _of_run(state))

    def standing(self, name: str, now: dt.datetime) -> Standing:
        """How a source stands.

        Raises:
            UnknownName: there is none.
        """
        source, state = self._files.load(name), self._files.state(name)
        last, outcome = _last(state), _outcome(state)
        return Standing(
            source,
            last,
            outcome,
            _texts(state.get("said")),
            _counts(state.get("rows")),
            self._due(source, last, outcome, now),
            self._vault.since(name),
            left_open_in(self._root, source, _outcome(_of_run(state))),
            tuple(_texts(one) for one in _list(state.get("questions"))),
            _texts(state.get("answers")),
        )

    def answered(self, name: str, paths: Sequence[Path], report: ImportReport, now: dt.datetime, lang: str) -> None:
        """Take over that files which waited were imported by hand: they wait no longer.

        Args:
            name: of the source.
            paths: of the files; those that do not wait any more are left alone.
            report: of their import.
            now: the moment.
            lang: of the text that is laid beside a file of a watched folder.

        Raises:
            UnknownName: there is no such source.
            BookError: a run is under way.
        """
        with self._alone():
            source, state = self._files.load(name), self._files.state(name)
            came = accounted(report, lang)
            open_ones = left_open_in(self._root, source, _outcome(_of_run(state)))
            wait_no_longer(source, [path for path in paths if path in open_ones], came.said)
            left = left_open_in(self._root, source, Outcome.DONE)  # a run brings them in, or says what is open
            outcome = Outcome.ASKED if left else Outcome.DONE
            self._write(name, Ran(outcome, came.told, came.said, _known(state), came.counts), now)
            if _outcome(state) is Outcome.STOPPED:
                self._stop(name, state.get("said"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time works on the sources of a book."""
        self._files.folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(self._files.folder, "sources"):
            yield

    def _write(self, name: str, ran: Ran, now: dt.datetime) -> None:
        counts = ran.counts
        written = {
            "last": now.isoformat(),
            "outcome": ran.outcome.value,
            "said": dict(ran.told),
            "rows": {one: getattr(counts, one) for one in ROWS} | {"rejects": [str(path) for path in counts.rejects]},
            "questions": [dict(one) for one in ran.questions],
            "answers": dict(ran.answers),
            "known": asdict(ran.known),
        }
        self._files.write_state(name, written)

    def due(self, now: dt.datetime) -> list[str]:
        """The sources that are due, longest first; one whose file is damaged is, so that it is told."""
        found = []
        for name in self.names():
            try:
                at = self.standing(name, now).due
            except YaadError:
                at = now
            if at is not None and at <= now:
                found.append((at, name))
        return [name for _, name in sorted(found)]

    def run(
        self,
        names: Sequence[str] | None,
        importing: Importing,
        now: dt.datetime,
        lang: str,
        *,
        answers: Mapping[str, str] | None = None,
        mapping: Path | None = None,
    ) -> Iterator[Run]:
        """Run sources one after the other, or those that are due; what fails does not keep the others.

        Args:
            names: of the sources; None for all that are due.
            importing: imports files.
            now: the moment.
            lang: of what is said.
            answers: to what the files leave open.
            mapping: of their files, in the place of the source's own.

        Raises:
            UnknownName: there is no such source.
            BookError: another run is under way.
        """
        for name in names or ():
            self._files.load(name)
        with self._alone():
            for name in self.due(now) if names is None else names:
                work = Work(self._root, self._vault, self._outside, importing, lang, dict(answers or {}), mapping)
                yield self._run(name, work, now)

    def _run(self, name: str, work: Work, now: dt.datetime) -> Run:
        try:
            source = self._files.load(name).checked(self._outside.way)
        except YaadError as error:  # its file was changed by hand
            return Run(name, Outcome.FAILED, error.say(work.lang), now)
        ran = work.run(source, _known(self._files.state(name)))
        self._write(name, ran, now)
        return Run(name, ran.outcome, ran.said, self._due(source, now, ran.outcome, now))

    def _due(
        self, source: Source, last: dt.datetime | None, outcome: Outcome | None, now: dt.datetime
    ) -> dt.datetime | None:
        if not source.schedule or outcome is Outcome.STOPPED:
            return None
        schedule = Schedule.parse(source.schedule)
        return due_at(schedule, last, now, self.zone, failed=outcome is Outcome.FAILED)

    def _mapping(self, source: Source) -> Path:
        return mapping_of(self._root, source)


def sources_of(root: Path, environ: Mapping[str, str]) -> Sources:
    """The sources of a book, with the key and the hosts that the variables of the process name."""
    return Sources(root, Vault(root, key_path(environ)), Outside(way_out(environ)))


def _last(state: Mapping[str, object]) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(state["last"]))
    except (KeyError, ValueError):
        return None


def _outcome(state: Mapping[str, object]) -> Outcome | None:
    try:
        return Outcome(str(state["outcome"]))
    except (KeyError, ValueError):
        return None


def _of_run(state: Mapping[str, object]) -> dict[str, object]:
    """How the last run went and what was said of it, also where the source was stopped since."""
    before = state.get("before")
    return before if isinstance(before, dict) else {key: state[key] for key in HOW if key in state}


def _texts(plain: object) -> Told:
    """Texts by language, or answers by question; a text of an older book stands for every language."""
    if isinstance(plain, str):
        return dict.fromkeys(LANGUAGES, plain)
    return {str(key): str(value) for key, value in plain.items()} if isinstance(plain, dict) else {}


def _list(plain: object) -> list[object]:
    return plain if isinstance(plain, list) else []


def _counts(plain: object) -> Counts:
    if not isinstance(plain, dict) or not all(type(plain.get(name)) is int for name in ROWS):
        return Counts()
    rejects = tuple(Path(str(path)) for path in _list(plain.get("rejects")))
    return Counts(plain["rows_in"], plain["loaded"], plain["rejected"], plain["skipped"], rejects)


def _known(state: Mapping[str, object]) -> Known:
    """By what the last file is known again; nothing where that cannot be read, so that it is fetched once more."""
    plain, empty = state.get("known"), asdict(Known())
    if not isinstance(plain, dict) or plain.keys() != empty.keys():
        return Known()
    return Known(**plain) if all(type(plain[name]) is type(value) for name, value in empty.items()) else Known()
