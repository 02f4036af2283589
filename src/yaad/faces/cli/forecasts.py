"""Verbs that look ahead: the forecast, how right it has been, what moved between two days, and what people say."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.imports import progress
from yaad.faces.cli.verbs import Asked, figures, on_the_book
from yaad.text import Message

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
    since: Annotated[str | None, typer.Option("--since", metavar="DATE")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE")] = None,
) -> "Result":
    """What moved between two days."""
    with asked.opened() as book:
        return book.moved(*(_day(text) if text else None for text in (since, until)))


@on_the_book
def judge(
    asked: Asked,
    *,
    commit: Annotated[str | None, typer.Option("--commit", metavar="AMOUNT")] = None,
    best: Annotated[str | None, typer.Option("--best", metavar="AMOUNT")] = None,
    rep: Annotated[str | None, typer.Option("--rep", metavar="NAME")] = None,
    period: o.InPeriod = None,
    remove: Annotated[bool, typer.Option("--remove")] = False,
    person: o.Person = None,
) -> None:
    """What people say will come: written where an amount is given, else shown beside the forecast."""
    with asked.opened() as book:
        if commit is None and best is None and not remove:
            asked.screen.show(book.judgements(period))
            return
        said = {"commit": None, "best": None} if remove else {"commit": commit, "best": best}
        entry = book.judge(**said, period=period, person=rep, at=moment(None, book.zone), by=who(person))
    about = entry.name.partition(":")[2].partition("/")
    values: dict[str, object] = {"period": about[0]}
    asked.screen.told(Message("forecast.was_judged", values), **json.loads(entry.to_json()) | {"seq": entry.seq})


def _day(text: str) -> dt.date:
    """A day as typed.

    Raises:
        InputError: it is no date.
    """
    from yaad.model import parse_day

    return parse_day(text)
