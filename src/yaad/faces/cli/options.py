"""Options that several verbs share. Their help is looked up by name in the catalogue (`yaad.faces.cli.help`)."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from yaad.faces.cli.language import Lang

BOOK = Path("book")


class Basis(StrEnum):
    """What a time in stage is: until the next listed stage, or one stay."""

    FIRST = "first"
    VISIT = "visit"


class Which(StrEnum):
    """Which past inquiries give the ratios of a plan."""

    MATURE = "mature"
    ALL = "all"
    EXPECTED = "expected"


class Beside(StrEnum):
    """Whose plans stand beside the team's."""

    REP = "rep"
    SOURCE = "source"


class KindName(StrEnum):
    """What the rows of a file are (the values of `yaad.intake.Kind`, which is too heavy to load for a help text)."""

    DEALS = "deals"
    EVENTS = "events"
    STAGE_HISTORY = "stage_history"
    ACCOUNTS = "accounts"
    PRODUCTS = "products"
    ORDERS = "orders"
    LINES = "lines"
    ACTIVITIES = "activities"
    CALLS = "calls"
    CONTRACTS = "contracts"
    TARGETS = "targets"


class EndingName(StrEnum):
    """What a table is written as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


HomeDir = Annotated[Path | None, typer.Option("--home", envvar="YAAD_HOME", metavar="DIR")]
InCompany = Annotated[str | None, typer.Option("--company", metavar="COMPANY")]
BookDir = Annotated[Path, typer.Option("--book", envvar="YAAD_BOOK", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json")]
Language = Annotated[Lang | None, typer.Option("--lang")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE")]
EngineName = Annotated[str, typer.Option("--engine", envvar="YAAD_ENGINE", metavar="NAME")]
By = Annotated[list[str] | None, typer.Option("--by", metavar="COLUMN")]
InPeriod = Annotated[str | None, typer.Option("--period", metavar="PERIOD")]
Ratio = Annotated[list[str] | None, typer.Option("--ratio", metavar="NAME=RATIO")]
Step = Annotated[list[str] | None, typer.Option("--step", metavar="NAME=RATIO")]
Ratios = Annotated[Which, typer.Option("--ratios")]
RatiosOrUsual = Annotated[Which | None, typer.Option("--ratios")]
Capacity = Annotated[list[str] | None, typer.Option("--capacity", metavar="STAGE=NUMBER")]
Window = Annotated[float | None, typer.Option("--window", metavar="DAYS", min=0)]
Average = Annotated[str | None, typer.Option("--average", metavar="AMOUNT")]
DealId = Annotated[str, typer.Argument(metavar="DEAL")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME")]
Person = Annotated[str | None, typer.Option("--by", metavar="PERSON")]
