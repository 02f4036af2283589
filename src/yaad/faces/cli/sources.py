"""Verbs of recurring sources: the follow-up workbook, a watched folder."""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import BookError, InputError
from yaad.faces.cli.imports import show_report
from yaad.faces.cli.screen import Screen, pairs
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import Book, ImportReport
    from yaad.book.sources.watching import Handled, WatchedFolder

WORKBOOK = Path("follow-up.xlsx")
EVERY = 5.0


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
    from yaad.book.sources.pulling import pull as pull_from

    screen, answers = asked.screen, pairs(answer, "--answer")
    token = os.environ.get(token_env, "").strip()
    if not token:
        raise InputError(Message("sources.pull_no_variable", {"name": token_env}))
    with closing(Book.create(asked.root)) as book:

        def importing(paths: Sequence[Path], known: dict[str, str]) -> "ImportReport":
            return book.import_files(paths, answers=known | answers, lang=screen.lang)

        pulled = pull_from(asked.root, system, token, importing, wait=time.sleep, url=url)
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
