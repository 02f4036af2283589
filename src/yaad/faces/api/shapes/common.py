"""What many answers are made of."""

from typing import Annotated

from pydantic import BaseModel, Field

from yaad.model import Cell


class Told(BaseModel):
    """An object that is told; later versions may add members to it."""


Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""A day, as 2026-10-20."""
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A moment with its zone."""
Next = str | None
"""The cursor of the next page; null on the last one."""
Row = dict[str, Cell]
"""A row whose columns are those of the company's data."""
Group = dict[str, Cell]
"""Dimension → value; empty: of all."""
Words = list[str]
"""Sentences in the language asked for."""


class InPages(Told):
    """A list that is told in pages."""

    next: Next


class OfPeriod(Told):
    """A period with its first and its last day."""

    name: str
    start: Day
    end: Day


class Version(Told):
    """What ``If-Match`` names."""

    version: str


class Written(Told):
    """The number of the entry that was written."""

    seq: int
