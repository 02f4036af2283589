"""The scorecard, and the company's own measures on it: kpi, kpi add, kpi check, kpi list, kpi remove."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.help import Verb, Verbs
from yaad.faces.cli.verbs import Asked, on_the_book, rows
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.measures.own_measures import OwnMeasures
    from yaad.show import Kpis

File = Annotated[Path, typer.Argument(metavar="FILE")]

kpi = typer.Typer(cls=Verbs, invoke_without_command=True)


@kpi.callback()
@rows
def scorecard(
    asked: Asked,
    *,
    period: o.InPeriod = None,
    by: o.By = None,
    measure: Annotated[list[str] | None, typer.Option("--measure", metavar="ID")] = None,
    whole: Annotated[bool, typer.Option("--all")] = False,
    look_back: Annotated[bool, typer.Option("--look-back")] = False,
) -> "Kpis":
    """The scorecard of a period."""
    with asked.opened() as book:
        return book.kpis(period, by, measure, whole=whole, look_back=look_back or None)


@on_the_book
def add(asked: Asked, file: File) -> None:
    """Put definitions of a file into the book."""
    from yaad.book.scorecards import definitions

    own = definitions(file)
    with asked.opened() as book:
        book.add_measures(own, name=file.name)
    _told(asked, "kpis.added", own)


@on_the_book
def check(asked: Asked, file: Annotated[Path | None, typer.Argument(metavar="FILE")] = None) -> None:
    """Say whether definitions can be measured in this book."""
    from yaad.book.scorecards import FILE, definitions

    with asked.opened() as book:
        own = definitions(file) if file else book.own_measures
        book.check_measures(own, name=file.name if file else FILE)
    _told(asked, "kpis.checked", own)


@on_the_book
def list_(asked: Asked) -> None:
    """The company's own measures."""
    from yaad.show import Catalogue

    with asked.opened() as book:
        own = book.own_measures.made()
    asked.screen.show(Catalogue(list(own.values())))


@on_the_book
def remove(asked: Asked, name: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take a definition out of the book."""
    with asked.opened() as book:
        book.remove_measure(name)
    asked.screen.told(Message("kpis.removed", {"id": name}), removed=name)


def _told(asked: Asked, key: str, own: "OwnMeasures") -> None:
    ids = [one.id for one in own.measures]
    asked.screen.told(Message(key, {"n": len(ids), "ids": ", ".join(ids)}), measures=ids)


for _name, _verb in (("add", add), ("check", check), ("list", list_), ("remove", remove)):
    kpi.command(_name, cls=Verb)(_verb)
