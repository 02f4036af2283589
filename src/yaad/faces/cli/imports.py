"""The verb `import`: files in, an account of every row out; questions asked only where a person can answer."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli.screen import Screen, complain, is_terminal, sentence
from yaad.faces.cli.verbs import Told, on_files
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import Book, ImportReport
    from yaad.intake import Understanding

OnProgress = Callable[[int, int | None], None]


STDIN = Path("-")
"""What stands for a table on standard input."""


@on_files
def import_(told: Told, paths: Annotated[list[Path], typer.Argument(metavar="PATH...")]) -> None:
    """Read files into the book."""
    from yaad.book import Book

    with closing(Book.create(told.root)) as book:
        report = bring_in(book, paths, told)
    if report is not None:
        show_report(report, told.screen)


def bring_in(book: "Book", paths: Sequence[Path], told: Told) -> "ImportReport | None":
    """Files into a book, with questions where a person can answer them; None when the person does not agree."""
    with _as_files(paths, told.screen.lang) as files:
        if told.may_ask and is_terminal(sys.stdin, sys.stderr) and not book.brings_back(files):
            understand = partial(book.understand, files, mapping=told.mapping, kind=told.kind)
            if not _asked(lambda said: understand(answers=said), told.answers, told.screen.lang):
                return None
        with progress(told.screen.lang) as on_progress:
            return book.import_files(
                files,
                mapping=told.mapping,
                kind=told.kind,
                answers=told.answers,
                as_of=told.as_of,
                lang=told.screen.lang,
                on_progress=on_progress,
            )


@contextmanager
def _as_files(paths: Sequence[Path], lang: str) -> Iterator[Sequence[Path]]:
    """The files as they are named; what comes on standard input becomes one for as long as it is read.

    Raises:
        InputError: nothing comes on standard input.
    """
    if STDIN not in paths:
        yield paths
        return
    if is_terminal(sys.stdin, sys.stderr):
        complain(sentence("cli.paste_now", lang))
    with tempfile.TemporaryDirectory(prefix="yaad-stdin-") as folder:
        path = Path(folder) / "stdin"  # no ending: what it is, its first bytes say
        with path.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        if not path.stat().st_size:
            raise InputError(Message("cli.nothing_came"))
        yield [path if one == STDIN else one for one in paths]


def _asked(understand: Callable[[dict[str, str]], "Understanding"], answers: dict[str, str], lang: str) -> bool:
    """Ask what the data leave open until nothing is; whether the person then agrees with the whole."""
    from yaad.faces.cli.asking import answers_of, confirmed

    understood = understand(answers)
    while understood.questions:
        answers |= answers_of(understood.questions, lang)
        understood = understand(answers)
    return confirmed(understood, lang)


def show_report(report: "ImportReport", screen: Screen) -> None:
    """The account of an import."""
    if screen.as_json:
        screen.json(report.to_dict(screen.lang))
    else:
        screen.table(report.table(screen.lang))


@contextmanager
def progress(lang: str) -> Iterator[OnProgress | None]:
    """A bar on stderr while rows are read, where a person sees it; nothing in a pipe."""
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from yaad.faces.cli.screen import console_on

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console_on(sys.stderr), transient=True) as bar:
        task = bar.add_task(sentence("cli.reading", lang), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
