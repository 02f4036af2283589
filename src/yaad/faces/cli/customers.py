"""The customers: who stopped or is due, who is still there, one of them; and the margin that they are told in."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.verbs import Asked, on_the_book, rows
from yaad.text import Message, percent

if TYPE_CHECKING:
    from yaad.show import Result


class EveryName(StrEnum):
    """How long the time is in which customers came together (the values of `yaad.measures.cohorts.Every`)."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


customers = typer.Typer(cls=Verbs, invoke_without_command=True)


@customers.callback()
@rows
def listed(
    asked: Asked,
    *,
    stopped: Annotated[bool, typer.Option("--stopped")] = False,
    cohorts: Annotated[bool, typer.Option("--cohorts")] = False,
    customer: Annotated[str | None, typer.Option("--customer", metavar="NAME")] = None,
    rep: Annotated[str | None, typer.Option("--rep", metavar="NAME")] = None,
    every: Annotated[EveryName | None, typer.Option("--every")] = None,
    whole: Annotated[bool, typer.Option("--all")] = False,
    period: o.InPeriod = None,
) -> "Result":
    """The customers."""
    size = every.value if every else None
    with asked.opened() as book:
        if customer is not None:
            return book.customer(customer)
        if cohorts:
            return book.cohorts(size)
        states = ["stopped"] if stopped else ["stopped", "due", "stays", "once"] if whole else None
        return book.customers(period, states=states, owner=rep, every=size)


@on_the_book
def margin(
    asked: Asked,
    share: Annotated[str, typer.Argument(metavar="PERCENT")],
    *,
    person: o.Person = None,
) -> None:
    """Say the gross margin; 0 takes it back."""
    from yaad.book.customers import MARGIN, read_margin

    value = None if share.strip().rstrip("%").strip() == "0" else read_margin(share)
    with asked.opened() as book:
        book.set_setting(MARGIN, value, at=moment(None, book.zone), by=who(person))
    lang = asked.screen.lang
    said = (
        Message("customers.margin_set", {"margin": percent(value, lang)}) if value else Message("customers.margin_gone")
    )
    asked.screen.told(said, margin=value)


customers.command("margin", cls=Verb)(margin)
