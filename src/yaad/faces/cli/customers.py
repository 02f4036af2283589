"""The customers: who stopped or is due, who is still there, one of them; and the margin that they are told in."""

from enum import StrEnum
from typing import Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.verbs import Asked, on_the_book, screen_for
from yaad.text import Message, percent


class EveryName(StrEnum):
    """How long the time is in which customers came together (the values of `yaad.measures.cohorts.Every`)."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


customers = typer.Typer(cls=Verbs, invoke_without_command=True)


@customers.callback()
def listed(
    context: typer.Context,
    *,
    stopped: Annotated[bool, typer.Option("--stopped")] = False,
    cohorts: Annotated[bool, typer.Option("--cohorts")] = False,
    customer: Annotated[str | None, typer.Option("--customer", metavar="NAME")] = None,
    rep: Annotated[str | None, typer.Option("--rep", metavar="NAME")] = None,
    every: Annotated[EveryName | None, typer.Option("--every")] = None,
    whole: Annotated[bool, typer.Option("--all")] = False,
    period: o.InPeriod = None,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    as_of: o.AsOf = None,
    book: o.BookDir = o.BOOK,
    engine: o.EngineName = "duckdb",
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """The customers; nothing of them where the verb of the margin follows."""
    if context.invoked_subcommand is not None:
        return
    from yaad.show import Result

    asked = Asked(book, screen_for(lang, as_json=as_json), engine, as_of)
    size = every.value if every else None
    with asked.opened() as opened:
        found: Result
        if customer is not None:
            found = opened.customer(customer)
        elif cohorts:
            found = opened.cohorts(size)
        else:
            states = ["stopped"] if stopped else ["stopped", "due", "stays", "once"] if whole else None
            found = opened.customers(period, states=states, owner=rep, every=size)
    if as_csv and not as_json:
        asked.screen.csv(found.table(asked.screen.lang))
    else:
        asked.screen.show(found)


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
