"""Verbs that keep the house: doctor, imports, undo-import, rebuild, serve, demo; of a server: see `homes`."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.homes import serve_home
from yaad.faces.cli.imports import progress
from yaad.faces.cli.screen import Screen
from yaad.faces.cli.verbs import Asked, on_the_book, screen_for
from yaad.text import Message, day

DEMO = Path(".demo")
PORT = 8765

Host = Annotated[str, typer.Option("--host")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535)]
Browser = Annotated[bool, typer.Option("--browser/--no-browser")]


@on_the_book
def doctor(asked: Asked) -> None:
    """Check the book."""
    with asked.opened() as book:
        found = book.doctor()
    asked.screen.show(found)


@on_the_book
def imports(asked: Asked) -> None:
    """The imports that the book is made of."""
    from yaad.book import ImportsMade

    with asked.opened() as book:
        made = ImportsMade(book.imports())
    asked.screen.show(made)


@on_the_book
def undo_import(asked: Asked, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Take an import back."""
    screen = asked.screen
    with asked.opened() as book, progress(screen.lang) as on_progress:
        book.undo_import(name, on_progress=on_progress)
    screen.told(Message("cli.import_undone", {"name": name}), undone=name)


@on_the_book
def rebuild(asked: Asked) -> None:
    """Make the tables anew."""
    screen = asked.screen
    with asked.opened() as book, progress(screen.lang) as on_progress:
        book.rebuild(on_progress=on_progress)
        as_of = book.as_of
    screen.told(Message("cli.rebuilt", {"day": day(as_of, screen.lang)}), as_of=as_of.isoformat())


def serve(
    context: typer.Context,
    *,
    book: o.BookDir = o.BOOK,
    home: o.HomeDir = None,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    browser: Browser = False,
    lang: o.Language = None,
) -> None:
    """Show the book as pages; with a home, the companies of a server."""
    named = context.get_parameter_source("book")
    if home is not None and named is not None and named.name == "DEFAULT":
        if lang is not None:  # of a first visit too, and of what the jobs say
            os.environ["YAAD_LANG"] = lang
        if any(_is_said(context, name) for name in ("host", "port")):
            os.environ["YAAD_LISTEN"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        serve_home(home, screen_for(lang, as_json=False))
        return
    _serve(book, host, port, screen_for(lang, as_json=False), browser=browser)


def _is_said(context: typer.Context, name: str) -> bool:
    """Whether an option was typed, and not left to what is usual."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def demo(
    *,
    book: Annotated[Path | None, typer.Option("--book", metavar="DIR")] = None,
    serve: Annotated[bool, typer.Option("--serve")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    browser: Browser = False,
    lang: o.Language = None,
) -> None:
    """Write a demo company."""
    if serve:
        from yaad.server.fork_server import stand_by

        stand_by()  # before the company is written, which begins threads
    screen = screen_for(lang, as_json=False)
    root = book or DEMO / f"{screen.lang}-{seed}"
    _write_demo(root, seed, screen.lang)
    screen.say(Message("cli.demo_ready", {"path": str(root)}))
    if serve:
        _serve(root, host, port, screen, browser=browser)


def _write_demo(root: Path, seed: int, lang: str) -> None:
    """Draw the company, write its files beside the book and import them; a book that is there stays as it is."""
    from yaad.book import Book
    from yaad.demo import PACKS, write_company

    with closing(Book.create(root)) as demo_book:
        if not demo_book.is_empty:
            return
        demo_book.rename(PACKS[lang].company)
        for export in write_company(root.with_name(f"{root.name}-files"), lang, seed):
            with progress(lang) as on_progress:
                demo_book.import_files(
                    [export.path], mapping=export.mapping, kind=export.kind, lang=lang, on_progress=on_progress
                )


def _serve(book: Path, host: str, port: int, screen: Screen, *, browser: bool) -> None:
    from yaad.server import serve as run

    def announce(address: str) -> None:
        screen.say(Message("cli.serving", {"address": address}))
        sys.stdout.flush()

    run(book, host=host, port=port, lang=screen.lang, open_browser=browser, announce=announce)
