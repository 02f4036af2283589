"""The recurring sources of the book as people and programs see them: how each stands, and its run under way."""

import datetime as dt
import filecmp
import json
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from yaad.book.disk import appearing
from yaad.book.file_names import clean_name
from yaad.book.sources.named import KINDS, WATCHED, Source, absent_extra
from yaad.book.sources.running import Sources, Standing, sources_of
from yaad.book.sources.schedule import Schedule, due_at
from yaad.book.sources.watching import MAPPING
from yaad.book.sources.working import Outcome
from yaad.errors import UnknownName, YaadError
from yaad.server import drafts, tasks
from yaad.server.behalf import KEEPER, name_of, who
from yaad.server.drafts import Draft, Step
from yaad.server.jobs import Job, State
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.writing import one_at_a_time
from yaad.text import Message

FILE = "source-runs.json"

Runs = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """A source on its page.

    Attributes:
        standing: how it stands.
        zone: by whose clock its times are told.
        run: the job of the run that a page began last; None where it came to an account of its own, or never was.
    """

    standing: Standing
    zone: ZoneInfo
    run: Job | None

    @property
    def source(self) -> Source:
        """Itself."""
        return self.standing.source

    @property
    def kind(self) -> Message:
        """What it is."""
        return Message(f"web.source_kind_{self.source.kind}")

    @property
    def schedule(self) -> Message:
        """When it is due, in words."""
        return Schedule.parse(self.source.schedule).said if self.source.schedule else Message("web.by_hand")

    @property
    def last(self) -> dt.datetime | None:
        """When it ran."""
        return self._local(self.standing.last)

    @property
    def due(self) -> dt.datetime | None:
        """When it is due next."""
        return self._local(self.standing.due)

    @property
    def secret_since(self) -> dt.datetime | None:
        """Since when a secret is kept."""
        return self._local(self.standing.secret_since)

    @property
    def job(self) -> Job | None:
        """The run that is under way."""
        return self.run if self.run and not self.run.state.final else None

    @property
    def is_halted(self) -> bool:
        """Whether it does not run by itself any more, until somebody takes it over."""
        return self.standing.outcome is Outcome.STOPPED

    @property
    def why(self) -> Message:
        """Why it was halted."""
        return Message("sources.stopped_right" if self.source.by else "sources.stopped_unknown")

    @property
    def is_keepers(self) -> bool:
        """Whether it runs in the name of who keeps the server."""
        return self.source.by == KEEPER

    @cached_property
    def behalf(self) -> str:
        """The name of who set it up; empty where it is not an account's."""
        return name_of(current().company, self.source.by)

    @property
    def is_stopped(self) -> bool:
        """Whether the last run was stopped by the person."""
        return self.run is not None and self.run.state is State.CANCELLED

    @property
    def is_broken(self) -> bool:
        """Whether the last run broke off before it came to an account."""
        return self.run is not None and self.run.state is State.FAILED

    @property
    def takes_secret(self) -> bool:
        """Whether there is a place that a secret goes to."""
        return bool(self.source.place)

    @cached_property
    def rejects(self) -> Sequence[tuple[int, bool]]:
        """Files of refused rows that are still there: the number of each, and whether there is a workbook of it."""
        written = enumerate(self.standing.counts.rejects)
        return [(number, path.with_suffix(".xlsx").is_file()) for number, path in written if path.is_file()]

    def _local(self, moment: dt.datetime | None) -> dt.datetime | None:
        return moment.astimezone(self.zone) if moment else None


@dataclass(frozen=True)
class Damaged:
    """A source whose file cannot be read.

    Attributes:
        name: of the source.
        error: what is wrong with it.
    """

    name: str
    error: YaadError


_writing = threading.Lock()
"""Pages and the clock write down runs."""


def sources() -> Sources:
    """The sources of the book that is served."""
    return sources_in(opened().place.book)


def sources_in(root: Path) -> Sources:
    """The sources of the book in a folder."""
    return sources_of(root, os.environ)


def all_of_them(now: dt.datetime) -> tuple[list[Shown], list[Damaged]]:
    """All sources in the order of their names; those that cannot be read apart."""
    kept, shown, damaged = sources(), list[Shown](), list[Damaged]()
    zone = kept.zone
    for name in kept.names():
        try:
            standing = kept.standing(name, now)
            shown.append(Shown(standing, zone, _run(name, standing)))
        except YaadError as error:
            damaged.append(Damaged(name, error))
    return shown, damaged


def load(name: str, now: dt.datetime) -> Shown:
    """One source.

    Raises:
        UnknownName: there is none of this name.
        InputError: its file was changed into something else.
    """
    kept = sources()
    standing = kept.standing(name, now)
    return Shown(standing, kept.zone, _run(name, standing))


@one_at_a_time()
def add(source: Source, secret: str, now: dt.datetime) -> Source:
    """A new source with its secret; an empty one is kept for none.

    Raises:
        UnknownName: no such kind that is added here, or no such mapping.
        InputError: see `Sources.add` and `Sources.keep_secret`; nothing is added then.
    """
    checked_kind(source.kind)
    kept = sources()
    made = kept.add(replace(source, by=who(current())))
    if secret.strip():
        try:
            kept.keep_secret(made.name, secret, now)
        except YaadError:
            kept.remove(made.name)
            raise
    return made


def begin(name: str, lang: str, now: dt.datetime) -> None:
    """Let a source run, where it does not run yet.

    Raises:
        UnknownName: there is none of this name.
    """
    with _writing:
        if load(name, now).job is None:
            arguments = {"book": str(opened().place.book), "name": name, "lang": lang}
            _write(_runs() | {name: {"job": opened().jobs.submit(tasks.RUN, arguments), "at": now.isoformat()}})


def begin_due(name: str, lang: str, now: dt.datetime) -> bool:
    """Let a source run that is due, where none of this book runs now; whether one runs.

    A run that broke off before it came to an account, or that a person stopped, has had its time all the same: the next
    one is due as after any other.

    Raises:
        UnknownName: there is none of this name.
    """
    for run in _runs().values():
        with suppress(UnknownName):
            if not opened().jobs.progress(run["job"]).state.final:
                return True
    shown = load(name, now)
    if shown.run is not None:
        began, schedule = dt.datetime.fromisoformat(_runs()[name]["at"]), Schedule.parse(shown.source.schedule)
        if due_at(schedule, began, now, shown.zone, failed=shown.is_broken) > now:
            return False
    begin(name, lang, now)
    return True


@one_at_a_time()
def remove(name: str, now: dt.datetime) -> None:
    """Take a source away; a run that is under way ends.

    Raises:
        UnknownName: there is none of this name.
    """
    if job := load(name, now).job:
        opened().jobs.cancel(job.id)
    sources().remove(name)
    with _writing:
        _write({other: run for other, run in _runs().items() if other != name})


@one_at_a_time()
def keep_secret(name: str, secret: str, now: dt.datetime) -> None:
    """Keep a source's secret, in the place of an earlier one.

    Raises:
        UnknownName: there is none of this name.
        InputError: see `Sources.keep_secret`.
    """
    sources().keep_secret(name, secret, now)


def answering(name: str, now: dt.datetime) -> Draft | None:
    """An upload of the file that has waited longest for an answer, to be answered and imported as others are.

    None where nothing waits.

    Raises:
        UnknownName: there is no source of this name.
        BookError: the disk is full.
    """
    standing = load(name, now).standing
    source, waiting = standing.source, standing.waiting
    if not waiting:
        return None
    paths = waiting[:1] if source.kind in ("http", "sftp", WATCHED) else waiting
    waits = [str(path) for path in paths]
    for old in drafts.latest():
        if old.source == name and old.waits == waits and old.step is not Step.IMPORTED and _are_copies(old, paths):
            return old
    uploads = opened().uploads
    begun = drafts.start(uploads.keep_copies([*paths, *_mapping(source, paths[0])]), "")
    begun.source, begun.waits, begun.answers = name, waits, dict(standing.answers)
    return begun


def _are_copies(draft: Draft, paths: Sequence[Path]) -> bool:
    """Whether an upload holds what still waits under the same names."""
    copies = {path.name: path for path in draft.files}
    kept = [(path, copies.get(clean_name(path.name))) for path in paths]
    return all(copy is not None and filecmp.cmp(path, copy, shallow=False) for path, copy in kept)


def _mapping(source: Source, path: Path) -> list[Path]:
    """The mapping of a file that waits: the one beside it, else the source's own."""
    own = path.with_name(path.name + MAPPING)
    named = opened().place.book / "mappings" / f"{source.mapping}{MAPPING}"
    return [one for one in (own, named) if one.is_file()][:1]


def offered() -> list[tuple[str, Message, str]]:
    """The kinds that are added from afar: each with its name in words, and the extra of Yaad that is missing for it.

    A folder is not among them: it would lead to any folder of the machine.
    """
    return [(kind, Message(f"web.source_kind_{kind}"), absent_extra(kind)) for kind in KINDS if kind != WATCHED]


def checked_kind(kind: str) -> str:
    """A kind that is added from afar.

    Raises:
        UnknownName: it is none.
    """
    known = [one for one, _, _ in offered()]
    if kind not in known:
        raise UnknownName("source_kind", kind, known)
    return kind


def mappings() -> list[str]:
    """The names of the book's mappings."""
    return sorted(path.stem for path in (opened().place.book / "mappings").glob(f"*{MAPPING}"))


def _run(name: str, standing: Standing) -> Job | None:
    """The run that a page began last; None once the source has run after it, or came to its account."""
    told = _runs().get(name)
    if told is None:
        return None
    try:
        job = opened().jobs.progress(told["job"])
    except UnknownName:
        return None
    began = dt.datetime.fromisoformat(told["at"])
    is_over = job.state is State.DONE or (standing.last is not None and standing.last > began)
    return None if job.state.final and is_over else job


def _path() -> Path:
    return opened().place.folder / FILE


def _runs() -> Runs:
    try:
        plain: Mapping[str, Mapping[str, str]] = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: dict(run) for name, run in plain.items()}


def _write(runs: Runs) -> None:
    with appearing(_path()) as partial:
        partial.write_text(json.dumps(runs, ensure_ascii=False), "utf-8")
