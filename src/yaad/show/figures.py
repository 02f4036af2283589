"""Figures of the catalogue as values and table, and the answer to "why this number?"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from yaad.model import Cell, Explanation, Figure
from yaad.show import phrases
from yaad.show.markup import table_html, tag
from yaad.show.results import Json, Result, flat, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table, count, figure, span
from yaad.text import Message

if TYPE_CHECKING:
    import altair as alt


Row = Mapping[str, Cell]


class Figures(Result):
    """Figures, one a measure and group: ``{"measures": [{"id", "value", "unit", …}]}``."""

    content_type = Figure
    content: Sequence[Figure]

    @property
    def figures(self) -> Sequence[Figure]:
        """The figures themselves."""
        return self.content

    def to_dict(self, lang: str = "en") -> Json:
        """One object a figure; counts and sums have null ``low``, ``high`` and ``level``."""
        return {"measures": [_figure(item, lang) for item in self.content]}

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """One bar a figure, with its range; what cannot be told is left out."""
        from yaad.show.charts import Bar, bars_chart

        names = {item.id: item.name for item in self.content}
        bars = [
            Bar(
                phrases.groups_said(item.by) or phrases.measure_said(item.id, item.name),
                item.value,
                item.low,
                item.high,
            )
            for item in self.content
        ]
        return bars_chart(
            bars,
            phrases.measure_said(*next(iter(names.items()))) if len(names) == 1 else Message("show.measures"),
            lang,
            dark=dark,
        )

    def records(self) -> list[dict[str, Cell]]:
        """One row a figure, its group's dimensions in columns."""
        return [flat(item.by, _scalars(item)) for item in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a figure: what, how much, between what, of how many deals."""
        groups = phrases.group_columns([item.by for item in self.content])
        ids = {item.id for item in self.content}
        what = () if len(ids) == 1 and groups else (Column("id", Message("show.head_measure"), Kind.TEXT),)
        rows = []
        for item in self.content:
            named = (Shown(item.id, phrases.measure_said(item.id, item.name)),) if what else ()
            rows.append(phrases.group_cells(item.by, groups) + named + _cells(item, lang))
        first = self.content[0] if self.content else None
        heading = phrases.measure_said(first.id, first.name) if first and len(ids) == 1 else Message("show.measures")
        title = heading if first is None else phrases.title(heading, first.as_of, first.period, lang)
        return Table(
            lang,
            title,
            groups + what + _COLUMNS,
            tuple(rows),
            notes=_notes(self.content) if rows else phrases.NOTHING_HERE,
        )


_COLUMNS = (
    Column("value", Message("show.head_value"), Kind.FIGURE),
    Column("range", Message("show.head_range"), Kind.RANGE),
    Column("n", Message("show.head_deals"), Kind.COUNT),
)


def _cells(item: Figure, lang: str) -> tuple[Shown, ...]:
    value = figure(item.value, item.unit, lang)
    if item.value is None and item.low is not None and item.unit == "days":
        value = Shown(None, Message("show.more_than", {"days": figure(item.low, item.unit, lang).said}))
    return value, span(item.low, item.high, item.unit, lang), count(item.n, lang)


def _notes(items: Sequence[Figure]) -> tuple[Said, ...]:
    """Reasons and what to know, each once; the undated beside the total they are part of."""
    kept: dict[str, Said] = {}
    for item in items:
        undated = item.beside.get("undated")
        if isinstance(undated, int) and undated and not item.by:
            key = "show.undated" if item.period is None else "show.undated_beside"
            kept.setdefault("undated", Message(key, {"n": undated}))
        if item.why is not None:
            kept.setdefault(repr(item.why), item.why)
    return tuple(kept.values())


def _scalars(item: Figure) -> dict[str, Cell]:
    return {
        "id": item.id,
        "value": plain(item.value),
        "unit": item.unit,
        "n": item.n,
        "low": plain(item.low),
        "high": plain(item.high),
        "level": plain(item.level),
        "period": item.period.name if item.period else None,
        "as_of": plain(item.as_of),
    }


def _figure(item: Figure, lang: str) -> Json:
    period = {"period": item.period.to_dict() if item.period else None}
    rest = {"by": plain(item.by), "why": plain(item.why, lang), "beside": plain(item.beside)}
    return _scalars(item) | period | rest


class Explained(Result):
    """Why this number: ``{"id", "rule", "sql", "rows", "rows_total"}``."""

    content_type = Explanation
    content: Explanation

    def to_dict(self, lang: str = "en") -> Json:
        """The rule in words, the query of its sufficient statistics, some rows behind it."""
        told = self.content
        return {
            "id": told.id,
            "rule": plain(told.rule, lang),
            "sql": told.sql,
            "rows": plain(told.rows),
            "rows_total": told.rows_total,
        }

    def records(self) -> list[dict[str, Cell]]:
        """The rows behind the figure."""
        return [dict(row) for row in self.content.rows]

    def table(self, lang: str = "en") -> Table:
        """The rows behind the figure under their columns' names, the rule and the query below."""
        told = self.content
        notes: tuple[Said, ...] = (told.rule, self._rows_shown(), Message("show.query"), told.sql)
        title = Message("show.why", {"measure": phrases.measure_said(told.id, told.name)})
        return rows_table(told.rows, title, lang, notes)

    def _rows_shown(self) -> Message:
        return Message("show.rows_shown", {"n": len(self.content.rows), "all": self.content.rows_total})

    def html(self, lang: str = "en") -> str:
        """The rule, the rows behind the figure, and the query folded away."""
        rule = tag("p", say_html(self.content.rule, lang))
        query = tag("summary", say_html(Message("show.query"), lang))
        query += tag("pre", tag("code", say_html(self.content.sql, "en"), dir="ltr"))
        rows = replace(self.table(lang), notes=(self._rows_shown(),))
        return rule + table_html(rows) + tag("details", query)


def rows_table(rows: Sequence[Row], title: Said, lang: str, notes: tuple[Said, ...] = ()) -> Table:
    """Rows behind a figure under their columns' names."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    columns = tuple(Column(key, phrases.dimension(key), _kind(key, rows)) for key in keys)
    cells = tuple(tuple(_cell(key, row.get(key), lang) for key in keys) for row in rows)
    return Table(lang, title, columns, cells, notes=notes)


def _kind(key: str, rows: Sequence[Row]) -> Kind:
    values = [row.get(key) for row in rows]
    return Kind.FIGURE if any(isinstance(value, float | int) for value in values) else Kind.NAME


def _cell(key: str, value: Cell, lang: str) -> Shown:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figure(value, "count", lang)
    return Shown(value, "") if value is None else phrases.value_cell(key, value)
