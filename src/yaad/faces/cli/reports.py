"""Verbs that hand something over: the X-ray of files or of a book, and tables as files."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.errors import InputError
from yaad.faces.cli import options as o
from yaad.faces.cli.imports import STDIN, bring_in
from yaad.faces.cli.verbs import Asked, Told, on_files, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import Book
    from yaad.reports import Source

XRAY = Path("xray.pdf")
ENGINE = "duckdb"


@on_files
def xray(
    told: Told,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH...]")] = None,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE")] = XRAY,
    target: Annotated[int | None, typer.Option("--target", metavar="CUSTOMERS")] = None,
    comment: Annotated[list[str] | None, typer.Option("--comment", metavar="TEXT")] = None,
    logo: Annotated[Path | None, typer.Option("--logo", metavar="FILE")] = None,
    company: Annotated[str, typer.Option("--company", metavar="NAME")] = "",
) -> None:
    """Four pages for the table."""
    from yaad.reports import xray as make
    from yaad.reports import xray_writer

    screen = told.screen
    write = xray_writer(out)  # a wrong ending is told before anything is read
    with _seen(paths or [], told) as seen:
        if seen is None:
            return
        found, source = seen
        named = company or next((path.stem for path in paths or () if path != STDIN), "")
        made = make(found, screen.lang, source=source, company=named, target=target, remarks=comment or (), logo=logo)
    write(made)
    if screen.as_json:
        screen.json({"written": str(out), **made.to_dict()})
    else:
        screen.say(Message("reports.written", {"path": str(out)}))


@contextmanager
def _seen(paths: list[Path], told: Told) -> "Iterator[tuple[Book, Source] | None]":
    """The book to look at: one of these files alone, that goes when it was seen, else the one in the folder."""
    from yaad.book import Book
    from yaad.reports import Source

    if not paths:
        with closing(Book.open(told.root, as_of=told.as_of)) as kept:
            yield kept, Source()
        return
    with closing(Book.temporary(as_of=told.as_of)) as passing:
        report = bring_in(passing, paths, told)
        yield None if report is None else (passing, Source.of(report))


@on_the_book
def export(
    asked: Asked,
    tables: Annotated[list[str] | None, typer.Argument(metavar="[TABLE...]")] = None,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="PATH")] = Path(),
    ending: Annotated[o.EndingName | None, typer.Option("--format")] = None,
    as_of: o.AsOf = None,
    engine: o.EngineName = ENGINE,
) -> None:
    """Tables as files."""
    from yaad.reports import export as write

    screen = asked.screen
    if not out.name and ending is None:
        raise InputError(Message("reports.where_to"))
    with replace(asked, engine=engine, as_of=as_of).opened() as opened_book:
        written = write(opened_book, tables or [], out, screen.lang, ending.value if ending else None)
    if screen.as_json:
        screen.json({"written": [one.to_dict() for one in written]})
        return
    for one in written:
        screen.say(one.said)
        if one.cut:
            screen.say(Message("reports.texts_cut", {"n": one.cut, "path": str(one.path)}))
