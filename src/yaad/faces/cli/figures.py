"""Verbs that answer with figures: funnel, dwell, conversion, measure, measures, explain."""

from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.verbs import Asked, figures, on_the_book

if TYPE_CHECKING:
    from yaad.show import Result


@figures
def funnel(asked: Asked, *, by: o.By = None, period: o.InPeriod = None) -> "Result":
    """How many moved on from each stage."""
    with asked.opened() as book:
        return book.funnel(by=by, period=period)


@figures
def dwell(
    asked: Asked,
    *,
    basis: Annotated[o.Basis, typer.Option("--basis")] = o.Basis.FIRST,
    by: o.By = None,
    period: o.InPeriod = None,
) -> "Result":
    """How long deals stay in each stage."""
    with asked.opened() as book:
        return book.dwell(basis.value, by=by, period=period)


@figures
def conversion(
    asked: Asked,
    *,
    start: Annotated[str | None, typer.Option("--from", metavar="STAGE")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="STAGE")] = None,
    window: o.Window = None,
    by: o.By = None,
    period: o.InPeriod = None,
) -> "Result":
    """How many go from one stage to another."""
    with asked.opened() as book:
        return book.conversion(start, end, by=by, period=period, window_days=window)


@figures
def measure(
    asked: Asked,
    ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    *,
    by: o.By = None,
    period: o.InPeriod = None,
) -> "Result":
    """One or more figures."""
    with asked.opened() as book:
        return book.measure(*ids, by=by, period=period)


@on_the_book
def measures(asked: Asked) -> None:
    """All that can be measured, in a book with the company's own measures."""
    from yaad.book.scorecards import own_measures
    from yaad.measures.registry import every_measure
    from yaad.show import Catalogue

    known = every_measure(own_measures(asked.root).made())
    asked.screen.show(Catalogue(list(known.values())))


@figures
def explain(
    asked: Asked,
    measure_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    by: o.By = None,
    period: o.InPeriod = None,
) -> "Result":
    """Why a figure is what it is."""
    with asked.opened() as book:
        return book.explain(measure_id, by=by, period=period)
