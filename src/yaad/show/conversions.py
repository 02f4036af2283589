"""Conversion between any two stages as values and table."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from yaad.model import Cell, ConversionRow, Period
from yaad.show import phrases
from yaad.show.results import Json, Result, flat, plain
from yaad.show.tables import Column, Kind, Table, count, hinted, name, rate, span
from yaad.text import Message

if TYPE_CHECKING:
    import altair as alt


class Conversions(Result):
    """Conversions from one stage to a later one, one row a group: ``{"conversions": [{…}]}``."""

    content_type = ConversionRow
    content: Sequence[ConversionRow]

    def __init__(
        self,
        content: Sequence[ConversionRow],
        *,
        as_of: dt.date | None = None,
        period: Period | None = None,
        notes: tuple[Message, ...] = (),
    ) -> None:
        super().__init__(content)
        self.notes = notes
        self.as_of = as_of
        self.period = period

    def to_dict(self, lang: str = "en") -> Json:
        """Rows in which reached + lost + undecided = entered; rates are 0–1."""
        rows = [_row(row) | {"by": plain(row.by)} for row in self.content]
        about = {"period": self.period and self.period.to_dict(), "as_of": plain(self.as_of)}
        return {"conversions": rows, **about, "notes": plain(self.notes, lang)}

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """One bar a group: what is expected in the end, with its range; what is counted so far where nothing is."""
        from yaad.show.charts import Bar, bars_chart

        bars = [
            Bar(
                phrases.groups_said(row.by) or f"{row.start} – {row.end}",
                row.rate if row.rate_expected is None else row.rate_expected,
                row.low,
                row.high,
            )
            for row in self.content
        ]
        return bars_chart(bars, Message("show.conversion"), lang, dark=dark)

    def records(self) -> list[dict[str, Cell]]:
        """One row a group and pair of stages."""
        return [flat(row.by, _row(row)) for row in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a group and pair of stages."""
        groups = phrases.group_columns([row.by for row in self.content])
        rows = tuple(
            (
                *phrases.group_cells(row.by, groups),
                name(row.start),
                name(row.end),
                count(row.entered, lang),
                count(row.reached, lang),
                count(row.lost, lang),
                count(row.undecided, lang),
                rate(row.rate, lang),
                hinted(row.rate_expected, lang, immature=row.immature, few=row.few),
                span(row.low, row.high, "rate", lang),
            )
            for row in self.content
        )
        told = (Message("show.expected_is"), Message("show.undecided_is"), *self.notes)
        notes = told if rows else phrases.NOTHING_HERE
        title = phrases.title(Message("show.conversion"), self.as_of, self.period, lang)
        return Table(lang, title, groups + _COLUMNS, rows, notes=notes)


_COLUMNS = (
    Column("start", Message("show.head_from"), Kind.NAME),
    Column("end", Message("show.head_to"), Kind.NAME),
    Column("entered", Message("show.head_entered"), Kind.COUNT),
    Column("reached", Message("show.head_reached"), Kind.COUNT),
    Column("lost", Message("show.head_lost"), Kind.COUNT),
    Column("undecided", Message("show.head_undecided"), Kind.COUNT),
    Column("rate", Message("show.head_reached_rate"), Kind.RATE),
    Column("rate_expected", Message("show.head_expected"), Kind.RATE),
    Column("range", Message("show.head_range"), Kind.RANGE),
)


def _row(row: ConversionRow) -> dict[str, Cell]:
    return {
        "start": row.start,
        "end": row.end,
        "entered": row.entered,
        "reached": row.reached,
        "lost": row.lost,
        "undecided": row.undecided,
        "rate": plain(row.rate),
        "rate_expected": plain(row.rate_expected),
        "low": plain(row.low),
        "high": plain(row.high),
        "immature": row.immature,
    }
