"""Verbs that look ahead: the forecast, how right forecasts have been, and what moved between two days."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli.imports import progress
from yaad.faces.cli.verbs import Asked, figures

if TYPE_CHECKING:
    from yaad.show import Result


@figures
def forecast(
    asked: Asked,
    *,
    months: Annotated[int, typer.Option("--months", metavar="N")] = 3,
    by: Annotated[str | None, typer.Option("--by", metavar="COLUMN")] = None,
    target: Annotated[float | None, typer.Option("--target", metavar="AMOUNT")] = None,
) -> "Result":
    """What the months to come bring."""
    with asked.opened() as book:
        return book.forecast(months, by, target=target)


@figures
def backtest(asked: Asked) -> "Result":
    """How right forecasts have been."""
    with asked.opened() as book, progress(asked.screen.lang) as on_progress:
        return book.backtest(on_progress)


@figures
def moved(
    asked: Asked,
    *,
    since: Annotated[str, typer.Option("--since", metavar="DATE")],
    until: Annotated[str | None, typer.Option("--until", metavar="DATE")] = None,
) -> "Result":
    """What moved between two days."""
    with asked.opened() as book:
        return book.moved(_day(since), _day(until) if until else None)


def _day(text: str) -> dt.date:
    """A day as typed.

    Raises:
        InputError: it is no date.
    """
    from yaad.model import parse_day

    return parse_day(text)
