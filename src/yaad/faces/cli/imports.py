"""The verb `import`: files in, an account of every row out; questions asked only where a person can answer."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.screen import Screen, is_terminal, pairs, sentence
from yaad.faces.cli.verbs import screen_for

if TYPE_CHECKING:
    from yaad.book import Book, ImportReport
    from yaad.intake import Understanding

OnProgress = Callable[[int, int | None], None]


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    *,
    mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE")] = None,
    kind: Annotated[o.KindName | None, typer.Option("--as")] = None,
    answer: Annotated[list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER")] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Read files into the book."""
    from yaad.book import Book
    from yaad.model import parse_day

    screen = screen_for(lang, as_json=as_json)
    told = Told(mapping, kind.value if kind else None, pairs(answer, "--answer"), parse_day(as_of) if as_of else None)
    with closing(Book.create(book)) as opened_book:
        ask = not (yes or as_json or mapping or opened_book.brings_back(paths))
        report = bring_in(opened_book, paths, told, screen, ask=ask)
    if report is not None:
        show_report(report, screen)


@dataclass(frozen=True)
class Told:
    """What a person says about files before they are read: each may be None or empty."""

    mapping: Path | None
    kind: str | None
    answers: dict[str, str]
    as_of: dt.date | None


def bring_in(book: "Book", paths: Sequence[Path], told: Told, screen: Screen, *, ask: bool) -> "ImportReport | None":
    """Files into a book, with questions where a person can answer them; None when the person does not agree."""
    if ask and is_terminal(sys.stdin, sys.stderr):
        understand = partial(book.understand, paths, mapping=told.mapping, kind=told.kind)
        if not _asked(lambda said: understand(answers=said), told.answers, screen.lang):
            return None
    with progress(screen.lang) as on_progress:
        return book.import_files(
            paths,
            mapping=told.mapping,
            kind=told.kind,
            answers=told.answers,
            as_of=told.as_of,
            lang=screen.lang,
            on_progress=on_progress,
        )


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
