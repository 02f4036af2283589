"""Verbs that answer with figures: funnel, dwell, conversion, measure, measures, explain."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.language import CURRENT, Lang
from yaad.faces.cli.screen import Screen

if TYPE_CHECKING:
    from yaad.book import Book


def screen_for(lang: Lang | None, *, as_json: bool) -> Screen:
    """Where to show results, in the language asked for."""
    return Screen(lang.value if lang else CURRENT.get(), as_json)


@contextmanager
def opened(root: Path, engine: str, as_of: str | None) -> "Iterator[Book]":
    """The book in a folder, closed at the end.

    Raises:
        BookError: there is none.
        InputError: `as_of` is no date.
    """
    from yaad.book import Book
    from yaad.model import parse_day

    book = Book.open(root, engine=engine, as_of=parse_day(as_of) if as_of else None)
    try:
        yield book
    finally:
        book.close()


def funnel(
    *,
    by: o.By = None,
    period: o.InPeriod = None,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """How many moved on from each stage."""
    with opened(book, engine, as_of) as opened_book:
        result = opened_book.funnel(by=by, period=period)
    screen_for(lang, as_json=as_json).show(result)


def dwell(
    *,
    basis: Annotated[o.Basis, typer.Option("--basis")] = o.Basis.FIRST,
    by: o.By = None,
    period: o.InPeriod = None,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """How long deals stay in each stage."""
    with opened(book, engine, as_of) as opened_book:
        result = opened_book.dwell(basis.value, by=by, period=period)
    screen_for(lang, as_json=as_json).show(result)


def conversion(
    *,
    start: Annotated[str | None, typer.Option("--from", metavar="STAGE")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="STAGE")] = None,
    window: o.Window = None,
    by: o.By = None,
    period: o.InPeriod = None,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """How many go from one stage to another."""
    with opened(book, engine, as_of) as opened_book:
        result = opened_book.conversion(start, end, by=by, period=period, window_days=window)
    screen_for(lang, as_json=as_json).show(result)


def measure(
    ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    *,
    by: o.By = None,
    period: o.InPeriod = None,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """One or more figures."""
    with opened(book, engine, as_of) as opened_book:
        result = opened_book.measure(*ids, by=by, period=period)
    screen_for(lang, as_json=as_json).show(result)


def measures(*, as_json: o.AsJson = False, lang: o.Language = None) -> None:
    """All that can be measured."""
    from yaad.measures import REGISTRY
    from yaad.show import Catalogue

    screen_for(lang, as_json=as_json).show(Catalogue(list(REGISTRY.values())))


def explain(
    measure_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    by: o.By = None,
    period: o.InPeriod = None,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Why a figure is what it is."""
    with opened(book, engine, as_of) as opened_book:
        result = opened_book.explain(measure_id, by=by, period=period)
    screen_for(lang, as_json=as_json).show(result)
