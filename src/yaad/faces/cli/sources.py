"""Verbs of recurring sources: the follow-up workbook, a watched folder, pulls, named sources and their schedule."""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import BookError, InputError
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.imports import show_report
from yaad.faces.cli.options import Language
from yaad.faces.cli.screen import Screen, is_terminal, pairs, sentence
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import Book, ImportReport
    from yaad.book.sources.running import Run, Sources
    from yaad.book.sources.watching import Handled, WatchedFolder

WORKBOOK = Path("follow-up.xlsx")
EVERY = 5.0
SSH_PORT = 22
TO_MEND = 2
"""The exit code of a run that leaves something to be answered or mended."""

SourceName = Annotated[str, typer.Argument(metavar="NAME")]


@on_the_book
def workbook(
    asked: Asked,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE")] = WORKBOOK,
    owner: Annotated[str | None, typer.Option("--owner", metavar="NAME")] = None,
) -> None:
    """Write the follow-up workbook."""
    with asked.opened() as book:
        n = book.follow_up(out, owner=owner, lang=asked.screen.lang)
    asked.screen.told(Message("sources.workbook_written", {"n": n, "path": str(out)}), written=str(out), deals=n)


@on_the_book
def watch(
    asked: Asked,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    *,
    once: Annotated[bool, typer.Option("--once")] = False,
    every: Annotated[float, typer.Option("--every", metavar="SECONDS", min=0)] = EVERY,
) -> None:
    """Import what arrives in a folder."""
    from yaad.book import Book
    from yaad.book.sources.watching import WatchedFolder

    screen = asked.screen
    with closing(Book.create(asked.root)) as book:
        watched = WatchedFolder(folder, lambda path, mapping: _bring_in(book, path, mapping, screen.lang), screen.lang)
        if once:
            _once(watched, every, screen)
        else:
            _on_and_on(watched, every, screen)


@on_the_book
def pull(
    asked: Asked,
    system: Annotated[str, typer.Argument(metavar="SYSTEM")],
    *,
    token_env: Annotated[str, typer.Option("--token-env", metavar="NAME")],
    url: Annotated[str, typer.Option("--url", metavar="ADDRESS")] = "",
    answer: Annotated[list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER")] = None,
) -> None:
    """Pull from a system."""
    from yaad.book import Book
    from yaad.book.sources.outgoing import way_out
    from yaad.book.sources.pulling import pull as pull_from

    screen, answers = asked.screen, pairs(answer, "--answer")
    token = os.environ.get(token_env, "").strip()
    if not token:
        raise InputError(Message("sources.pull_no_variable", {"name": token_env}))
    with closing(Book.create(asked.root)) as book:

        def importing(paths: Sequence[Path], known: dict[str, str]) -> "ImportReport":
            return book.import_files(paths, answers=known | answers, lang=screen.lang)

        way = way_out(os.environ)
        pulled = pull_from(asked.root, system, token, importing, wait=time.sleep, url=url, way=way)
    if pulled.report is None:
        screen.told(Message("sources.pull_nothing", {"system": system}), system=system, deals=0)
    else:
        show_report(pulled.report, screen)


def _bring_in(book: "Book", path: Path, mapping: Path | None, lang: str) -> "ImportReport":
    return book.import_files([path], mapping=mapping, lang=lang)


def _once(watched: "WatchedFolder", every: float, screen: Screen) -> None:
    """Two looks with a pause between: what has not changed meanwhile is whole."""
    list(watched.sweep())
    time.sleep(every)
    handled = list(watched.sweep())
    if screen.as_json:
        files = [{"name": one.name, "state": one.state.value, "path": str(one.path)} for one in handled]
        screen.json({"files": files, "waiting": watched.waiting})
        return
    _say(handled, screen)
    if watched.waiting:
        screen.say(Message("sources.still_waiting", {"n": watched.waiting}))
    elif not handled:
        screen.say(Message("sources.nothing_arrived"))


def _on_and_on(watched: "WatchedFolder", every: float, screen: Screen) -> None:
    """Until the person ends it."""
    if not screen.as_json:
        screen.say(Message("sources.watching", {"path": str(watched.folder)}))
    while True:
        try:
            _say(watched.sweep(), screen)
        except BookError as error:
            if not error.message.key.startswith("facts.busy"):
                raise
            screen.say(error.message)  # the files stay where they are: the next look finds them
        time.sleep(every)


def _say(handled: "Iterable[Handled]", screen: Screen) -> None:
    for one in handled:
        message = Message(f"sources.watched_{one.state.value}", {"name": one.name, "path": str(one.path)})
        screen.told(message, name=one.name, state=one.state.value, path=str(one.path))


# ---- named sources --------------------------------------------------------------------------------------------------


@on_the_book
def source_add(
    asked: Asked,
    name: SourceName,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    *,
    url: Annotated[str, typer.Option("--url", metavar="ADDRESS")] = "",
    host: Annotated[str, typer.Option("--host", metavar="HOST")] = "",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = SSH_PORT,
    path: Annotated[str, typer.Option("--path", metavar="PATH")] = "",
    login: Annotated[str, typer.Option("--login", metavar="USER")] = "",
    header: Annotated[str, typer.Option("--header", metavar="FIELD")] = "",
    fingerprint: Annotated[str, typer.Option("--fingerprint", metavar="SHA256:…")] = "",
    known_hosts: Annotated[str, typer.Option("--known-hosts", metavar="FILE")] = "",
    mapping: Annotated[str, typer.Option("--map", metavar="MAPPING")] = "",
    schedule: Annotated[str, typer.Option("--schedule", metavar="WHEN")] = "",
) -> None:
    """Add a source."""
    from yaad.book.sources.named import Source

    made = _sources(asked).add(
        Source(name, kind, url, host, port, path, login, header, fingerprint, known_hosts, mapping, schedule, asked.by)
    )
    message = Message("sources.added", {"name": name, "place": made.shown})
    asked.screen.told(message, name=name, kind=kind, place=made.shown, schedule=made.schedule or None)


@on_the_book
def source_list(asked: Asked) -> None:
    """All sources."""
    from yaad.book.sources.listing import SourcesKept

    sources, now = _sources(asked), _now()
    asked.screen.show(SourcesKept([sources.standing(name, now) for name in sources.names()], sources.zone))


@on_the_book
def source_show(asked: Asked, name: SourceName) -> None:
    """One source, and what its last run had to say."""
    from yaad.book.sources.listing import SourcesKept

    sources = _sources(asked)
    standing = sources.standing(name, _now())
    shown, said = SourcesKept([standing], sources.zone), standing.told.get(asked.screen.lang, "")
    if asked.screen.as_json:
        files = [str(path) for path in standing.waiting]
        asked.screen.json(shown.records()[0] | {"said": said, "waiting": files})
        return
    asked.screen.show(shown)
    if said:
        asked.screen.say(said)


@on_the_book
def source_remove(asked: Asked, name: SourceName) -> None:
    """Take a source away."""
    _sources(asked).remove(name)
    asked.screen.told(Message("sources.removed", {"name": name}), removed=name)


@on_the_book
def source_secret(
    asked: Asked,
    name: SourceName,
    *,
    env: Annotated[str, typer.Option("--env", metavar="VARIABLE")] = "",
) -> None:
    """Keep a source's password or token."""
    sources, now = _sources(asked), _now()
    sources.standing(name, now)
    sources.keep_secret(name, _read_secret(env, asked.screen.lang), now)
    asked.screen.told(Message("sources.secret_kept", {"name": name}), name=name, secret_since=now.isoformat())


@on_the_book
def source_run(
    asked: Asked,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...")] = None,
    *,
    due: Annotated[bool, typer.Option("--due")] = False,
    answer: Annotated[list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER")] = None,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE")] = None,
) -> None:
    """Run sources."""
    from yaad.book import Book
    from yaad.book.sources.listing import SourcesRan, ran

    if bool(names) == due:
        raise InputError(Message("sources.run_which"))
    screen, sources, runs = asked.screen, _sources(asked), list["Run"]()
    with closing(Book.create(asked.root)) as book:

        def importing(paths: Sequence[Path], own: Path | None, answers: dict[str, str]) -> "ImportReport":
            return book.import_files(paths, mapping=own, answers=answers, lang=screen.lang)

        which, said = None if due else names, pairs(answer, "--answer")
        for run in sources.run(which, importing, _now(), screen.lang, answers=said, mapping=mapping):
            runs.append(run)
            if not screen.as_json:
                screen.say(ran(run, sources.zone))
    if screen.as_json:
        screen.show(SourcesRan(runs))
    elif not runs:
        screen.say(Message("sources.none_due"))
    if any(run.outcome in ("asked", "failed") for run in runs):
        raise typer.Exit(TO_MEND)


def _sources(asked: Asked) -> "Sources":
    from yaad.book import Book
    from yaad.book.sources.running import sources_of

    Book.create(asked.root).close()  # refuses a folder that holds something else
    return sources_of(asked.root, os.environ)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _read_secret(variable: str, lang: str) -> str:
    """A secret from a variable, from a person who types it unseen, or from a pipe; never from a command's words."""
    if variable:
        if not (told := os.environ.get(variable, "").strip()):
            raise InputError(Message("sources.pull_no_variable", {"name": variable}))
        return told
    if is_terminal(sys.stdin):
        return str(typer.prompt(sentence("sources.secret_type", lang), hide_input=True, err=True))
    return sys.stdin.read().strip()


source = typer.Typer(cls=Verbs, no_args_is_help=True)


@source.callback()
def source_words(*, lang: Language = None) -> None:
    """Words between ``source`` and its verb; the language is read before anything is parsed."""
    del lang


for _name, _verb in (
    ("add", source_add),
    ("list", source_list),
    ("show", source_show),
    ("remove", source_remove),
    ("secret", source_secret),
    ("run", source_run),
):
    source.command(_name, cls=Verb)(_verb)
