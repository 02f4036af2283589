"""Verbs of targets: set, divided, listed, taken back, and how they stand. Each that writes prints how it is undone."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.options import Language
from yaad.faces.cli.screen import pairs
from yaad.faces.cli.verbs import Asked, figures, on_the_book
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.model import Whose
    from yaad.show import Result

WON_VALUE = "won_value"

target = typer.Typer(cls=Verbs, no_args_is_help=True)

Value = Annotated[str, typer.Argument(metavar="VALUE")]
OfMeasure = Annotated[str, typer.Option("--measure", metavar="MEASURE")]
Rep = Annotated[str | None, typer.Option("--rep", metavar="NAME")]
Team = Annotated[str | None, typer.Option("--team", metavar="NAME")]
Branch = Annotated[str | None, typer.Option("--branch", metavar="NAME")]
Product = Annotated[str | None, typer.Option("--product", metavar="NAME")]


@target.callback()
def everything(*, lang: Language = None) -> None:
    """Words before the verb; the language is read before anything is parsed."""
    del lang


@on_the_book
def set_(
    asked: Asked,
    value: Value,
    *,
    period: o.InPeriod = None,
    measure: OfMeasure = WON_VALUE,
    rep: Rep = None,
    team: Team = None,
    branch: Branch = None,
    product: Product = None,
    currency: Annotated[str | None, typer.Option("--currency", metavar="CODE")] = None,
    tax: Annotated[str | None, typer.Option("--tax", metavar="TAX")] = None,
    person: o.Person = None,
) -> None:
    """Set a target."""
    from yaad.show.goals import entry_said

    with asked.opened() as book:
        whose = _whose(rep, team, branch, product)
        at = moment(None, book.zone)
        entry = book.goals.set(
            value, period, measure=measure, whose=whose, currency=currency, tax=tax, at=at, by=who(person)
        )
    values = entry_said(entry, asked.screen.lang) | {"undo": _undo(entry.seq)}
    asked.screen.told(Message("goals.was_set", values), **json.loads(entry.to_json()) | {"seq": entry.seq})


@on_the_book
def remove(
    asked: Asked,
    *,
    period: o.InPeriod = None,
    measure: OfMeasure = WON_VALUE,
    rep: Rep = None,
    team: Team = None,
    branch: Branch = None,
    product: Product = None,
    person: o.Person = None,
) -> None:
    """Take a target away."""
    from yaad.show.goals import entry_said

    with asked.opened() as book:
        whose = _whose(rep, team, branch, product)
        entry = book.goals.remove(period, measure=measure, whose=whose, at=moment(None, book.zone), by=who(person))
    values = entry_said(entry, asked.screen.lang) | {"undo": _undo(entry.seq)}
    asked.screen.told(Message("goals.was_removed", values), **json.loads(entry.to_json()) | {"seq": entry.seq})


@on_the_book
def undo(
    asked: Asked,
    number: Annotated[int | None, typer.Argument(metavar="NUMBER")] = None,
    *,
    person: o.Person = None,
) -> None:
    """Take back what was written about a target."""
    with asked.opened() as book:
        gone = book.goals.undo(number, at=moment(None, book.zone), by=who(person))
    numbers = [entry.undoes for entry in gone]
    asked.screen.told(Message("goals.was_undone", {"n": len(numbers)}), undone=numbers)


@on_the_book
def split(
    asked: Asked,
    *,
    over: Annotated[str, typer.Option("--over", metavar="COLUMN")] = "rep",
    period: o.InPeriod = None,
    measure: OfMeasure = WON_VALUE,
    by_what: Annotated[str, typer.Option("--weights", metavar="history|equal")] = "history",
    part: Annotated[list[str] | None, typer.Option("--part", metavar="NAME=WEIGHT")] = None,
    team: Team = None,
    branch: Branch = None,
    person: o.Person = None,
) -> None:
    """Divide a target."""
    with asked.opened() as book:
        parts = book.goals.split(
            over,
            period,
            measure=measure,
            weights=pairs(part, "--part") or by_what,
            whose=_whose(None, team, branch, None),
            at=moment(None, book.zone),
            by=who(person),
        )
        found = book.goals.targets(period)
    if asked.screen.as_json:
        asked.screen.json({"parts": {name: float(value) for name, value in parts.items()}})
    else:
        asked.screen.show(found)


@figures
def list_(asked: Asked, *, period: o.InPeriod = None) -> "Result":
    """All targets."""
    with asked.opened() as book:
        return book.goals.targets(period)


@figures
def status(
    asked: Asked,
    *,
    period: o.InPeriod = None,
    measure: OfMeasure = WON_VALUE,
    rep: Rep = None,
    team: Team = None,
    branch: Branch = None,
    product: Product = None,
) -> "Result":
    """How a target stands."""
    with asked.opened() as book:
        return book.goals.status(period, measure=measure, whose=_whose(rep, team, branch, product))


@figures
def propose(asked: Asked, *, period: o.InPeriod = None) -> "Result":
    """Targets that may be set."""
    with asked.opened() as book:
        return book.goals.propose(period)


def _whose(rep: str | None, team: str | None, branch: str | None, product: str | None) -> "Whose":
    from yaad.model import Whose

    return Whose(rep or None, team or None, branch or None, product or None)


def _undo(seq: int) -> str:
    return f"yaad target undo {seq}"


VERBS: Sequence[tuple[str, object]] = (
    ("set", set_),
    ("list", list_),
    ("split", split),
    ("remove", remove),
    ("undo", undo),
    ("status", status),
    ("propose", propose),
)
for _name, _verb in VERBS:
    target.command(_name, cls=Verb)(_verb)  # type: ignore[type-var] # each is a function
