"""The verb `import`: files in, an account of every row out; questions asked only where a person can answer."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.figures import screen_for
from yaad.faces.cli.screen import Screen, is_terminal, pairs, sentence

if TYPE_CHECKING:
    from yaad.book import ImportReport
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
    from yaad.faces.cli.asking import answers_of, confirmed

    screen = screen_for(lang, as_json=as_json)
    answers = pairs(answer, "--answer")
    may_ask = not yes and not as_json and is_terminal(sys.stdin, sys.stderr)
    job = _Job(root=book, paths=paths, mapping=mapping, kind=kind, as_of=as_of, lang=screen.lang)
    if may_ask and mapping is None:
        understood = job.understand(answers)
        while understood.questions:
            answers |= answers_of(understood.questions, screen.lang)
            understood = job.understand(answers)
        if not confirmed(understood, screen.lang):
            raise typer.Exit(code=0)
    _report(job.run(answers), screen)


class _Job:
    """One import: what is read into which book, and how."""

    def __init__(
        self,
        *,
        root: Path,
        paths: list[Path],
        mapping: Path | None,
        kind: o.KindName | None,
        as_of: str | None,
        lang: str,
    ) -> None:
        from yaad.model import parse_day

        self.root, self.paths, self.mapping = root, paths, mapping
        self.kind = kind.value if kind else None
        self.as_of = parse_day(as_of) if as_of else None
        self.lang = lang

    def understand(self, answers: dict[str, str]) -> "Understanding":
        """What the files say; nothing is written."""
        from yaad.intake import Kind, Mapping, understand

        mapping = None
        if self.mapping is not None:
            mapping = Mapping.from_yaml(self.mapping.read_text("utf-8"), name=self.mapping.name)
        return understand(self.paths, mapping=mapping, kind=Kind(self.kind) if self.kind else None, answers=answers)

    def run(self, answers: dict[str, str]) -> "ImportReport":
        """Import: all of it or nothing."""
        from yaad.book import Book

        book = Book.create(self.root)
        try:
            with progress(self.lang) as on_progress:
                return book.import_files(
                    self.paths,
                    mapping=self.mapping,
                    kind=self.kind,
                    answers=answers,
                    as_of=self.as_of,
                    lang=self.lang,
                    on_progress=on_progress,
                )
        finally:
            book.close()


def _report(report: "ImportReport", screen: Screen) -> None:
    from yaad.show import import_dict, import_table

    told = (report.files, report.as_of, report.rejects, report.notes)
    if screen.as_json:
        screen.json(import_dict(*told, screen.lang))
    else:
        screen.table(import_table(*told, screen.lang))


@contextmanager
def progress(lang: str) -> Iterator[OnProgress | None]:
    """A bar on stderr while rows are read, where a person sees it; nothing in a pipe."""
    if not is_terminal(sys.stderr):
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from yaad.faces.cli.screen import console_on

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console_on(sys.stderr), transient=True) as bar:
        task = bar.add_task(sentence("cli.reading", lang), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
