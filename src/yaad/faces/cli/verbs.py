"""What verbs share: where the book is, how it is asked, in which language the answer is shown."""

import datetime as dt
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.language import CURRENT, Lang
from yaad.faces.cli.screen import Screen, pairs

if TYPE_CHECKING:
    from yaad.book import Book
    from yaad.show import Result


@dataclass(frozen=True)
class Asked:
    """A book to be asked, and where its answers are shown."""

    root: Path
    screen: Screen
    engine: str = "duckdb"
    as_of: str | None = None

    @contextmanager
    def opened(self) -> "Iterator[Book]":
        """The book, closed at the end.

        Raises:
            BookError: there is none, or its disk is full.
            InputError: the as-of day is no date.
        """
        from yaad.book import Book
        from yaad.book.disk import told_when_full
        from yaad.model import parse_day

        book = Book.open(self.root, engine=self.engine, as_of=parse_day(self.as_of) if self.as_of else None)
        with closing(book), told_when_full(self.root):
            yield book


@dataclass(frozen=True)
class Told:
    """What a person says about files before they are read, and where the account of them is shown.

    Attributes:
        root: the folder of the book.
        screen: where things are shown.
        mapping: a mapping file; None when there is none.
        kind: what the rows are; None when the files say it.
        answers: question → answer.
        as_of: the day the data are true for; None when the files say it.
        may_ask: what is left open may be asked where a person sits.
    """

    root: Path
    screen: Screen
    mapping: Path | None
    kind: str | None
    answers: dict[str, str]
    as_of: dt.date | None
    may_ask: bool


def screen_for(lang: Lang | None, *, as_json: bool) -> Screen:
    """Where to show results, in the language asked for."""
    return Screen(lang.value if lang else CURRENT.get(), as_json)


def figures(verb: "Callable[..., Result]") -> Callable[..., None]:
    """A verb that asks the book and gives a result: with the options of the book, the day and the engine; shown."""

    def run(
        *,
        as_of: o.AsOf = None,
        book: o.BookDir = o.BOOK,
        engine: o.EngineName = "duckdb",
        as_json: o.AsJson = False,
        lang: o.Language = None,
        **own: object,
    ) -> None:
        asked = Asked(book, screen_for(lang, as_json=as_json), engine, as_of)
        asked.screen.show(verb(asked, **own))

    return _with_options_of(verb, run)


def rows(verb: "Callable[..., Result]") -> Callable[..., None]:
    """A verb that gives a result, shown or as CSV, and that others stand below; silent where one of them follows."""

    def run(
        context: typer.Context,
        *,
        as_csv: Annotated[bool, typer.Option("--csv")] = False,
        as_of: o.AsOf = None,
        book: o.BookDir = o.BOOK,
        engine: o.EngineName = "duckdb",
        as_json: o.AsJson = False,
        lang: o.Language = None,
        **own: object,
    ) -> None:
        if context.invoked_subcommand is not None:
            return
        asked = Asked(book, screen_for(lang, as_json=as_json), engine, as_of)
        found = verb(asked, **own)
        if as_csv and not as_json:
            asked.screen.csv(found.table(asked.screen.lang))
        else:
            asked.screen.show(found)

    return _with_options_of(verb, run)


def on_files(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that reads files: with the options that say how they are read; it says itself what it did."""

    def run(
        *,
        mapping: Annotated[Path | None, typer.Option("--map", metavar="FILE")] = None,
        kind: Annotated[o.KindName | None, typer.Option("--as")] = None,
        answer: Annotated[list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER")] = None,
        yes: Annotated[bool, typer.Option("--yes")] = False,
        as_of: o.AsOf = None,
        book: o.BookDir = o.BOOK,
        as_json: o.AsJson = False,
        lang: o.Language = None,
        **own: object,
    ) -> None:
        from yaad.model import parse_day

        day = parse_day(as_of) if as_of else None
        asks = not (yes or as_json or mapping)
        screen = screen_for(lang, as_json=as_json)
        verb(Told(book, screen, mapping, kind.value if kind else None, pairs(answer, "--answer"), day, asks), **own)

    return _with_options_of(verb, run)


def on_the_book(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that works on the book as it is now: with the options of the book; it says itself what it did."""

    def run(*, book: o.BookDir = o.BOOK, as_json: o.AsJson = False, lang: o.Language = None, **own: object) -> None:
        verb(Asked(book, screen_for(lang, as_json=as_json)), **own)

    return _with_options_of(verb, run)


def _with_options_of(verb: Callable[..., object], run: Callable[..., None]) -> Callable[..., None]:
    """`run` under the verb's name: its own words and options (all but `Asked`), then those that verbs share."""
    own = list(inspect.signature(verb).parameters.values())[1:]
    shared = [one for one in inspect.signature(run).parameters.values() if one.kind is not one.VAR_KEYWORD]
    taken = {one.name for one in own}
    parameters = sorted([*own, *(one for one in shared if one.name not in taken)], key=lambda one: one.kind)
    functools.update_wrapper(run, verb, updated=())
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # read by Typer
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    del run.__wrapped__  # type: ignore[attr-defined] # else Typer would look at the verb itself
    return run
