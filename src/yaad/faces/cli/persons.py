"""Verbs of one person: all that is held of them as a file, and their erasure; in a book, or in a server's company."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.homes import configured
from yaad.faces.cli.options import Language
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.persons import Part
    from yaad.server.scoping import Access

person = typer.Typer(cls=Verbs, no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="WHO")]
Seller = Annotated[bool, typer.Option("--seller")]
InCompany = Annotated[str | None, typer.Option("--company", metavar="COMPANY")]
Yes = Annotated[bool, typer.Option("--yes")]


@person.callback()
def everything(*, lang: Language = None) -> None:
    """Words before the verb; the language is read before anything is parsed."""
    del lang


@on_the_book
def export(
    asked: Asked,
    who: Who,
    out: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    seller: Seller = False,
    home: o.HomeDir = None,
    company: InCompany = None,
) -> None:
    """All that is held of a person, as one file."""
    part = _part(seller)
    if company is not None:
        with _access(home, company) as access:
            from yaad.server import persons

            rows = persons.export(access, who, part, out)
    else:
        from yaad.book.persons import find
        from yaad.book.persons.taking_out import papers_of_person, take_out, write_archive

        with asked.opened() as book:
            found = find(book.facts, who, part, said=book.settings.customers, country=book.dials_in)
            told, papers = take_out(book.root, book.facts, found, {}), papers_of_person(book.root, found)
        write_archive(told, out, papers)
        rows = sum(map(len, told.values()))
    asked.screen.told(Message("person.exported", {"n": rows, "path": str(out)}), rows=rows, path=str(out))


@on_the_book
def erase(
    asked: Asked,
    who: Who,
    *,
    seller: Seller = False,
    yes: Yes = False,
    home: o.HomeDir = None,
    company: InCompany = None,
) -> None:
    """Erase a person for good."""
    if not yes:
        raise InputError(Message("person.say_yes", {"who": who}))
    part = _part(seller)
    if company is not None:
        with _access(home, company) as access:
            from yaad.server import persons

            done = persons.erase(access, who, part)
    else:
        from yaad.book.persons import find
        from yaad.book.persons.erasing import begin, finish, is_unfinished

        now = dt.datetime.now(dt.UTC)
        if is_unfinished(asked.root):
            finish(asked.root, now)
        with asked.opened() as book:
            found = find(book.facts, who, part, said=book.settings.customers, country=book.dials_in)
        begin(asked.root, found, now)
        done = finish(asked.root, now)
    told: dict[str, object] = {"originals": done.originals, "files": done.files, "entries": done.entries}
    asked.screen.told(Message("person.erased", told), **told)


@on_the_book
def go_on(asked: Asked, *, home: o.HomeDir = None, company: InCompany = None) -> None:
    """Do an erasure that was broken off to its end."""
    if company is not None:
        with _access(home, company) as access:
            from yaad.server import persons

            done = persons.go_on(access.company)
    else:
        from yaad.book.persons.erasing import finish

        done = finish(asked.root, dt.datetime.now(dt.UTC))
    told: dict[str, object] = {"originals": done.originals, "files": done.files, "entries": done.entries}
    asked.screen.told(Message("person.erased", told), **told)


def _part(seller: bool) -> "Part":  # noqa: FBT001 – an option handed on
    from yaad.book.persons import Part

    return Part.SELLER if seller else Part.CUSTOMER


@contextmanager
def _access(home: Path | None, company: str) -> "Iterator[Access]":
    """The server itself, in one company: whoever can read its home is its keeper."""
    configured(home)
    from yaad.server.acting import as_server  # reads tables, which Django must know first
    from yaad.server.keeper import keeper_of

    with as_server():
        yield keeper_of(company)


person.command("export", cls=Verb)(export)
person.command("erase", cls=Verb)(erase)
person.command("go-on", cls=Verb)(go_on)
