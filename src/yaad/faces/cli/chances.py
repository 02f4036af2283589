"""The verb `chances`: the win chance of each open deal, with progress while the past is played again."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli.imports import progress
from yaad.faces.cli.verbs import Asked, figures

if TYPE_CHECKING:
    from yaad.show import Result


class LevelName(StrEnum):
    """A chance in one word (the values of `yaad.insight.winning.Level`, too heavy to load for a help text)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class OrderName(StrEnum):
    """What stands first (the values of `yaad.insight.winning.Order`)."""

    CHANCE = "chance"
    AMOUNT = "amount"
    DAYS = "days"


@figures
def chances(
    asked: Asked,
    *,
    owner: Annotated[str, typer.Option("--owner", metavar="NAME")] = "",
    stage: Annotated[str, typer.Option("--stage", metavar="NAME")] = "",
    level: Annotated[LevelName | None, typer.Option("--level")] = None,
    find: Annotated[str, typer.Option("--find", metavar="WORDS")] = "",
    sort: Annotated[OrderName, typer.Option("--sort")] = OrderName.CHANCE,
) -> "Result":
    """How likely each open deal is to close."""
    with asked.opened() as book, progress(asked.screen.lang) as on_progress:
        told = book.win_chances(on_progress)
    return told.only(owner=owner, stage=stage, level=level.value if level else "", words=find, order=sort.value)
