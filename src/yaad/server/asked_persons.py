"""What an owner asks about one person, done by jobs: what is held of them, all of it as one archive, their erasure.

Whom it is about stands in a folder of the job beside the book, and neither among the job's arguments nor in what it
returns or fails with: these are kept. The folder goes when the archive was fetched, after a day, and whenever somebody
is erased. In that of an erasing whom it is about is replaced by their mark once they are on the list.
"""

import datetime as dt
import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yaad.book.disk import appearing, told_when_full
from yaad.book.persons import Part
from yaad.book.persons.erasing import WANTED, Erasure
from yaad.errors import BookError, InputError, UnknownName
from yaad.server import persons, tasks
from yaad.server.companies import folder_of
from yaad.server.jobs import State
from yaad.server.place import FOLDER, PERSONS, Place
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.wire import pack, unpack
from yaad.server.worker import Report
from yaad.text import Message

ASKED, LOOKED, ARCHIVE, REFUSED = "asked.json", "looked.json", "person.zip", "refused.json"
LOOK, EXPORT = "look", "export"
MARK = "mark"
FIND = f"{persons.STEP}find"
"""The first phase of an erasing."""
KEPT = 86_400
"""Seconds for which an archive waits to be fetched."""

Json = Any  # plain JSON values of any kind


@dataclass(frozen=True)
class Looked:
    """What a job found of somebody.

    Attributes:
        who, part: as was asked.
        called: their names as they stand in the data.
        others: who else has one of their numbers or addresses.
        has_namesake: somebody else bears one of their names.
        counts: table → how many rows are theirs.
        accounts: how many accounts of this company are theirs.
    """

    who: str
    part: str
    called: list[str]
    others: list[str]
    has_namesake: bool
    counts: dict[str, int]
    accounts: int


def begin(what: str, who: str, part: Part) -> str:
    """Begin to look for somebody, or to write all that is held of them; gives the job.

    Args:
        what: `LOOK` or `EXPORT`.
        who: as typed.
        part: in which they stand in the data.

    Raises:
        Forbidden: who asks may not.
        BookError: the disk is full.
    """
    current().need(Capability.PEOPLE)
    return opened().jobs.submit(tasks.PERSON, {"what": what, "folder": _asked(ASKED, who, part)})


def begin_erasing(who: str, part: Part) -> str:
    """Begin to erase somebody; gives the job.

    Args:
        who: as typed.
        part: in which they stand in the data.

    Raises:
        Forbidden, InputError: see `persons.check_may_go`.
        BookError: the disk is full.
    """
    persons.check_may_go(current(), who, part)
    return opened().jobs.submit(tasks.ERASE, {"folder": _asked(WANTED, who, part)})


def _asked(name: str, who: str, part: Part) -> str:
    """Write down whom a job is about, in a folder of its own; gives that folder's name."""
    base = _folder(current().company)
    _sweep(base, time.time() - KEPT)
    with told_when_full(base):
        folder = base / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        with appearing(folder / name) as partial:
            partial.write_text(json.dumps({"who": who, "part": part.value}), "utf-8")
    return folder.name


def done(what: str, name: str) -> Json:
    """Do it, inside of the job; gives what may be kept: numbers alone.

    Args:
        what: see `begin`.
        name: of the folder.
    """
    access = current()
    folder = _folder(access.company) / name
    asked = json.loads((folder / ASKED).read_text("utf-8"))
    who, part = asked["who"], Part(asked["part"])
    told: Json
    try:
        if what == EXPORT:
            told = {"rows": persons.export(access, who, part, folder / ARCHIVE)}
        else:
            looked = _looked(persons.look(access, who, part), who)
            with appearing(folder / LOOKED) as partial:
                partial.write_text(json.dumps(asdict(looked)), "utf-8")
            told = {"counts": looked.counts, "accounts": looked.accounts}
    except InputError as error:
        _refuse(folder, error)
        told = {"refused": True}
    (folder / ASKED).unlink(missing_ok=True)  # not where it was interrupted: the job begins anew then
    return told


def erase(name: str, report: Report) -> Erasure:
    """Put somebody on the list of those who are erased and erase all who are on it, inside of the job.

    Args:
        name: of the folder in which it stands who it is.
        report: told which step it is at, and how many rows are done.

    Raises:
        InputError: nobody was erased; why stands in the folder, since it names them.
        BookError: nobody knows any more who was meant; or see `persons.go_on`.
    """
    access = current()
    folder = _folder(access.company) / name
    wanted = folder / WANTED
    try:
        asked = json.loads(wanted.read_text("utf-8"))
    except FileNotFoundError:
        raise BookError(Message("person.broke_off")) from None
    if MARK not in asked:  # else it was interrupted after that
        report(0, None, FIND)
        try:
            mark = persons.begin_erasing(access, asked["who"], Part(asked["part"]))
        except InputError as error:
            _refuse(folder, error)
            wanted.unlink()
            raise InputError(Message("person.not_erased")) from None
        with appearing(wanted) as partial:
            partial.write_text(json.dumps({MARK: mark}), "utf-8")
    return persons.go_on(access.company, access.account, report)


def _refuse(folder: Path, error: InputError) -> None:
    with appearing(folder / REFUSED) as partial:
        partial.write_text(json.dumps(pack(error.message)), "utf-8")


def erased(job: str) -> Json:
    """What an erasing changed, counted.

    Raises:
        UnknownName: there is no such job, or not for who asks.
        BookError: it is not done, or was broken off.
        InputError: nobody was erased, and why.
    """
    found, arguments = opened().jobs.of_mine(job), opened().jobs.arguments(job, tasks.ERASE)
    if arguments is None:
        raise UnknownName("option", job, [])
    if not found.state.final:
        raise BookError(Message("api.job_not_done"))
    if why := why_not(job):
        raise InputError(why)
    if found.state is not State.DONE:
        raise BookError(Message("person.broke_off"))
    return found.result


def why_not(job: str) -> Message | None:
    """Why an erasing was not begun; None of one that was."""
    arguments = opened().jobs.arguments(job, tasks.ERASE) or {}
    folder = _folder(current().company) / arguments.get("folder", "")
    return _refusal(folder) if (folder / REFUSED).is_file() else None


def looked(job: str) -> Json:
    """What a job found of somebody, counted.

    Raises:
        UnknownName: there is no such job, or not for who asks.
        BookError: it is not done.
        InputError: nobody is known by what was typed, or two different persons are.
    """
    _, result = _of(LOOK, job)
    return result


def _looked(seen: persons.Preview, who: str) -> Looked:
    found = seen.found
    namesake = bool(found.names - found.alone)
    called, others = sorted(found.called), sorted(found.others)
    return Looked(who, found.part.value, called, others, namesake, dict(found.counts), seen.accounts)


def is_look(job: str) -> bool:
    """Whether a job looks for somebody; else it writes all that is held of them.

    Raises:
        UnknownName: there is no such job, or not for who asks.
    """
    opened().jobs.of_mine(job)
    arguments = opened().jobs.arguments(job, tasks.PERSON)
    if arguments is None:
        raise UnknownName("option", job, [])
    return bool(arguments["what"] == LOOK)


def found_of(job: str) -> Looked:
    """What a job found of somebody, with whom it is about.

    Raises:
        UnknownName: see `archive`.
        BookError, InputError: see `looked`.
    """
    folder, _ = _of(LOOK, job)
    _let_go(folder, time.time() - KEPT)
    try:
        return Looked(**json.loads((folder / LOOKED).read_text("utf-8")))
    except FileNotFoundError:
        raise UnknownName("option", job, []) from None


def waits(job: str) -> bool:
    """Whether what a job wrote of somebody can still be fetched.

    Raises:
        UnknownName: there is no such job, or not for who asks.
        BookError, InputError: see `looked`.
    """
    folder, _ = _of(EXPORT, job)
    _let_go(folder, time.time() - KEPT)
    return (folder / ARCHIVE).is_file()


def archive(job: str) -> bytes:
    """All that a job wrote of somebody; it is handed out once.

    Raises:
        UnknownName: there is no such job, not for who asks, it was handed out already, or is older than a day.
        BookError, InputError: see `looked`.
    """
    folder, _ = _of(EXPORT, job)
    _let_go(folder, time.time() - KEPT)
    try:
        told = (folder / ARCHIVE).read_bytes()
    except FileNotFoundError:
        raise UnknownName("option", job, []) from None
    shutil.rmtree(folder, ignore_errors=True)
    return told


def sweep(companies: Iterable[str], root_of: Callable[[str], Path], now: dt.datetime) -> None:
    """Let go what nobody fetched for a day.

    Args:
        companies: their ids.
        root_of: company → the folder of its book.
        now: the moment.
    """
    for company in companies:
        _sweep(root_of(company) / FOLDER / PERSONS, now.timestamp() - KEPT)


def _sweep(base: Path, before: float) -> None:
    with suppress(FileNotFoundError):  # nobody was asked about, or all went with an erasing
        for folder in base.iterdir():
            _let_go(folder, before)


def _let_go(folder: Path, before: float) -> None:
    """Remove a folder in which nothing was done since; what somebody else removed meanwhile is gone as well."""
    with suppress(FileNotFoundError):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def _of(what: str, job: str) -> tuple[Path, Json]:
    jobs = opened().jobs
    found, arguments = jobs.of_mine(job), jobs.arguments(job, tasks.PERSON)
    if arguments is None or arguments["what"] != what:
        raise UnknownName("option", job, [])
    if not found.state.final:
        raise BookError(Message("api.job_not_done"))
    if found.state is not State.DONE:
        raise BookError(Message("person.broke_off"))
    folder = _folder(current().company) / arguments["folder"]
    if found.result.get("refused"):
        raise InputError(_refusal(folder))
    return folder, found.result


def _refusal(folder: Path) -> Message:
    try:
        told: Message = unpack(json.loads((folder / REFUSED).read_text("utf-8")))
    except (OSError, ValueError):  # somebody was erased meanwhile, and all that was asked went
        return Message("person.broke_off")
    return told


def _folder(company: str) -> Path:
    path = Place(folder_of(company)).persons
    path.mkdir(mode=0o700, exist_ok=True)
    return path
