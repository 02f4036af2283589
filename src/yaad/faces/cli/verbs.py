"""What verbs share: where the book is, how it is asked, in which language the answer is shown."""

import datetime as dt
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.language import CURRENT, Lang
from yaad.faces.cli.policies import OF_A_COMPANY, POLICIES
from yaad.faces.cli.screen import Screen, pairs
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import Book
    from yaad.show import Result


PLACE: dict[str, dict[str, Any]] = {
    "context": {"annotation": typer.Context},
    "home": {"annotation": o.HomeDir, "default": None},
    "company": {"annotation": o.InCompany, "default": None},
}
"""Options by which a verb works on a company of a server, in the place of a book."""


@dataclass(frozen=True)
class Asked:
    """A book to be asked, and where its answers are shown.

    Attributes:
        root: the folder of the book.
        screen: where things are shown.
        engine: by its name.
        as_of: the day asked for, as typed.
        by: who asks, in a company of a server; empty in a book of one's own.
    """

    root: Path
    screen: Screen
    engine: str = "duckdb"
    as_of: str | None = None
    by: str = ""

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
        with _placed(verb, book, own) as (root, by):
            asked = Asked(root, screen_for(lang, as_json=as_json), engine, as_of, by)
            asked.screen.show(verb(asked, **own))

    return _with_options_of(verb, run)


def rows(verb: "Callable[..., Result]") -> Callable[..., None]:
    """A verb that gives a result, shown or as CSV, and that others stand below; silent where one of them follows."""

    def run(
        *,
        as_csv: Annotated[bool, typer.Option("--csv")] = False,
        as_of: o.AsOf = None,
        book: o.BookDir = o.BOOK,
        engine: o.EngineName = "duckdb",
        as_json: o.AsJson = False,
        lang: o.Language = None,
        **own: object,
    ) -> None:
        if cast("typer.Context", own["context"]).invoked_subcommand is not None:
            return
        with _placed(verb, book, own) as (root, by):
            asked = Asked(root, screen_for(lang, as_json=as_json), engine, as_of, by)
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
        answers = pairs(answer, "--answer")
        with _placed(verb, book, own) as (root, _by):
            verb(Told(root, screen, mapping, kind.value if kind else None, answers, day, asks), **own)

    return _with_options_of(verb, run)


def on_the_book(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that works on the book as it is now: with the options of the book; it says itself what it did."""

    def run(*, book: o.BookDir = o.BOOK, as_json: o.AsJson = False, lang: o.Language = None, **own: object) -> None:
        with _placed(verb, book, own) as (root, by):
            verb(Asked(root, screen_for(lang, as_json=as_json), by=by), **own)

    return _with_options_of(verb, run)


@contextmanager
def _placed(verb: Callable[..., object], book: Path, own: dict[str, object]) -> Iterator[tuple[Path, str]]:
    """The folder of the book – the one that was named, or that of a company of a server – and who asks there.

    Args:
        verb: says itself of a company where it has a word of its own for that.
        book: the folder that was named, or the usual one.
        own: what was typed; what says where the book is leaves it.

    Raises:
        InputError: a book and a company were named, or a server and no company.
    """
    taken = inspect.signature(verb).parameters
    if "company" in taken:
        yield book, ""
        return
    context = cast("typer.Context", own["context"] if "context" in taken else own.pop("context"))
    home, company = cast("Path | None", own.pop("home")), cast("str | None", own.pop("company"))
    if company is None:
        if _is_typed(context, "home"):
            raise InputError(Message("house.which_company"))
        yield book, ""
        return
    if _is_typed(context, "book"):
        raise InputError(Message("house.book_or_company"))
    from yaad.server.keeping import in_company_of

    command = "-".join(context.command_path.split()[1:])
    if POLICIES.get(command) not in OF_A_COMPANY:
        raise InputError(Message("house.no_policy", {"command": command}))
    with in_company_of(home, company, command) as kept:
        yield kept.root, kept.by


def _is_typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands among the words, and comes from no variable."""
    found = context.get_parameter_source(name)
    return found is not None and found.name == "COMMANDLINE"


def _with_options_of(verb: Callable[..., object], run: Callable[..., None]) -> Callable[..., None]:
    """`run` under the verb's name: its own words and options (all but `Asked`), then those that verbs share."""
    own = list(inspect.signature(verb).parameters.values())[1:]
    shared = [one for one in inspect.signature(run).parameters.values() if one.kind is not one.VAR_KEYWORD]
    taken = {one.name for one in own}
    if "company" not in taken:
        shared += [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, **said) for name, said in PLACE.items()]
    parameters = sorted([*own, *(one for one in shared if one.name not in taken)], key=lambda one: one.kind)
    functools.update_wrapper(run, verb, updated=())
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # read by Typer
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    del run.__wrapped__  # type: ignore[attr-defined] # else Typer would look at the verb itself
    return run
