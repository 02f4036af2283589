"""Time in stage as values, table, part of a page and chart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yaad.model import Cell, DwellRow, Dwells
from yaad.show import phrases
from yaad.show.funnels import LEVEL
from yaad.show.markup import notes_html, table_html, tag
from yaad.show.results import Json, Result, flat, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import NOTHING, Column, Kind, Shown, Table, count, days_said, length, name, span
from yaad.text import Message, direction

if TYPE_CHECKING:
    import altair as alt


class DwellTimes(Result):
    """Times in stage of one or more groups.

    ``to_dict`` gives ``stages`` (the rows of all groups, each with its ``by``), ``total`` (of the only group; null when
    there are several) and ``groups`` (the same, one object a group).
    """

    content_type = Dwells
    content: Sequence[Dwells]

    def to_dict(self, lang: str = "en") -> Json:
        """Stages in order and the total until closing, in days."""
        groups = [_group(dwells, lang) for dwells in self.content]
        stages = [row | {"by": group["by"]} for group in groups for row in group["stages"]]
        alone = groups[0] if len(groups) == 1 else {}
        first = self.content[0] if self.content else None
        about = {"period": first and first.period and first.period.to_dict(), "as_of": plain(first and first.as_of)}
        return {"stages": stages, "total": alone.get("total"), "level": LEVEL, **about, "groups": groups}

    def records(self) -> list[dict[str, Cell]]:
        """One row a group and stage; the total's stage is called ``total``."""
        return [flat(dwells.by, row) for dwells in self.content for row in _rows(dwells)]

    def table(self, lang: str = "en") -> Table:
        """One row a group and stage; the total of an only group stands at the foot."""
        groups = phrases.group_columns([dwells.by for dwells in self.content])
        alone = len(self.content) == 1
        rows, total = [], None
        for dwells in self.content:
            before = phrases.group_cells(dwells.by, groups)
            rows += [before + _cells(row, name(row.stage), lang) for row in dwells.stages]
            total = before + _cells(dwells.total, _total_name(), lang)
            rows += [] if alone else [total]
        first = self.content[0] if self.content else None
        title: Said = Message("show.dwell")
        if first is not None:
            title = phrases.title(title, first.as_of, first.period, lang)
        notes = (*_METHOD, *_floor_note(self.content), *(_data_notes(first) if first is not None and alone else ()))
        notes = notes if self.content else phrases.NOTHING_HERE
        return Table(lang, title, groups + _COLUMNS, tuple(rows), total if alone else None, notes)

    def html(self, lang: str = "en") -> str:
        """The rows of one group, or a table when there are several."""
        if len(self.content) != 1:
            return table_html(self.table(lang))
        return dwell_html(self.content[0], lang)

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """The typical time of each stage with its range, time from left to right."""
        from yaad.show.charts import dwell_chart

        return dwell_chart(self.content, lang, dark=dark)


# ---- plain values -----------------------------------------------------------------------------------------------


def _row(row: DwellRow) -> dict[str, Cell]:
    return {
        "stage": row.stage,
        "basis": row.basis,
        "median_days": plain(row.median_days),
        "low": plain(row.low),
        "high": plain(row.high),
        "q25_days": plain(row.q25_days),
        "q75_days": plain(row.q75_days),
        "p80_days": plain(row.p80_days),
        "mean_days": plain(row.mean_days),
        "mean_is_floor": mean_is_floor(row),
        "horizon_days": plain(row.horizon_days),
        "mean_closed_days": plain(row.mean_closed_days),
        "n": row.n,
        "n_open": row.n_open,
        "left_out": row.left_out,
    }


def _rows(dwells: Dwells) -> list[dict[str, Cell]]:
    return [*(_row(row) for row in dwells.stages), _row(dwells.total) | {"stage": "total"}]


def _group(dwells: Dwells, lang: str) -> Json:
    return {
        "by": plain(dwells.by),
        "stages": [_row(row) for row in dwells.stages],
        "total": _row(dwells.total),
        "notes": plain(dwells.notes, lang),
    }


# ---- words ------------------------------------------------------------------------------------------------------

_COLUMNS = (
    Column("stage", Message("show.head_stage"), Kind.NAME),
    Column("median_days", Message("show.head_typical"), Kind.DAYS),
    Column("range", Message("show.head_range"), Kind.RANGE),
    Column("mean_days", Message("show.head_mean"), Kind.DAYS),
    Column("mean_closed_days", Message("show.head_mean_closed"), Kind.DAYS),
    Column("n", Message("show.head_deals"), Kind.COUNT),
    Column("n_open", Message("show.head_open"), Kind.COUNT),
)
_METHOD = (Message("show.typical_is"), Message("show.mean_is"), Message("show.mean_closed_is"))


def _total_name() -> Shown:
    return Shown("total", Message("show.until_closing"))


def _cells(row: DwellRow, first: Shown, lang: str) -> tuple[Shown, ...]:
    typical = Shown(row.median_days, typical_said(row, lang, with_word=False))
    return (
        first,
        typical,
        span(row.low, row.high, "days", lang),
        Shown(row.mean_days, mean_said(row, lang, with_word=False)),
        length(row.mean_closed_days, lang),
        count(row.n, lang),
        count(row.n_open, lang),
    )


def typical_said(row: DwellRow, lang: str, *, with_word: bool = True) -> str | Message:
    """The typical time; “more than 120 days” when half of the deals have not passed yet; a dash without any deal."""
    if row.median_days is not None:
        return days_said(row.median_days, lang) if with_word else length(row.median_days, lang).said
    longest = row.horizon_days if row.horizon_days is not None else row.low
    if not row.n or longest is None:
        return NOTHING
    if with_word:
        return Message("show.more_than", {"days": days_said(longest, lang)})
    return Message("show.more_than", {"days": str(length(longest, lang).said)})


def mean_is_floor(row: DwellRow) -> bool:
    """Whether the average with the open deals is cut off at the longest time seen, so that the true one is longer."""
    return row.mean_days is not None and (row.mean_is_floor or row.median_days is None)


def mean_said(row: DwellRow, lang: str, *, with_word: bool = True) -> str | Message:
    """The average with the open deals; “at least 60 days” while too many still run; a dash without any deal."""
    if row.mean_days is None:
        return NOTHING
    shown: str | Message = days_said(row.mean_days, lang) if with_word else str(length(row.mean_days, lang).said)
    return Message("show.at_least_days", {"days": shown}) if mean_is_floor(row) else shown


def _floor_note(content: Sequence[Dwells]) -> tuple[Message, ...]:
    """What "at least" means, where it stands."""
    floors = any(mean_is_floor(row) for dwells in content for row in (*dwells.stages, dwells.total))
    return (Message("show.at_least_is"),) if floors else ()


def _data_notes(dwells: Dwells) -> tuple[Message, ...]:
    """What to know about these deals: stages without any time, stays left out, notes of the measure."""
    silent = [Message("show.no_times", {"stage": row.stage}) for row in dwells.stages if not row.n]
    left_out = sum(row.left_out for row in dwells.stages if row.n)
    told = [Message("show.left_out", {"n": left_out})] if left_out else []
    return (*silent, *told, *dwells.notes)


# ---- part of a page ---------------------------------------------------------------------------------------------


def dwell_html(dwells: Dwells, lang: str, *, with_notes: bool = True) -> str:
    """The times of one group: a row a stage with the typical time, its range and the open deals; then the total."""
    longest = max((_end(row) for row in (*dwells.stages, dwells.total)), default=0.0)
    rows = "".join(_row_html(row, row.stage, longest, lang) for row in dwells.stages)
    rows += _row_html(dwells.total, Message("show.until_closing"), longest, lang, total=True)
    parts = [tag("ul", rows, class_="dw")]
    if longest:
        ends = tag("span", say_html("0", lang)) + tag("span", say_html(days_said(round(longest), lang), lang))
        parts.append(tag("p", ends, class_="scale", dir=direction(lang)))
    parts.append(_key(lang))
    if with_notes:
        parts.append(notes_html((*_METHOD, *_data_notes(dwells)), lang))
    return "".join(parts)


def _end(row: DwellRow) -> float:
    return max(value or 0.0 for value in (row.median_days, row.low, row.high))


def _row_html(row: DwellRow, said: str | Message, longest: float, lang: str, *, total: bool = False) -> str:
    inner = tag("span", say_html(said, lang), class_="nm")
    inner += tag("span", say_html(typical_said(row, lang), lang), class_="md")
    inner += _axis(row, longest, lang)
    line = ""
    if row.low is not None:
        key = "show.between" if row.high is not None else "show.at_least"
        line += tag("span", say_html(Message(key, {"range": span(row.low, row.high, "days", lang).said}), lang))
    if row.n_open:
        line += tag("span", say_html(Message("show.open_until_today", {"n": row.n_open}), lang), class_="opn")
    return tag("li", inner + tag("span", line, class_="ln"), class_="r tot" if total else "r")


def _axis(row: DwellRow, longest: float, lang: str) -> str:
    """Track, range and dot; lengths in percent, from the reading side on, as the rows themselves."""
    shapes = tag("rect", class_="bg", width="100%", height="12", rx="4")
    rtl = direction(lang) == "rtl"
    scale = 100 / longest if longest else 0.0
    if row.low is not None and longest:
        start, width = row.low * scale, ((row.high if row.high is not None else longest) - row.low) * scale
        x = 100 - start - width if rtl else start
        shapes += tag("rect", class_="ci", x=f"{x:.3f}%", y="3", width=f"{width:.3f}%", height="6", rx="3")
    if row.median_days is not None and longest:
        at = row.median_days * scale
        shapes += tag("circle", class_="pt", cx=f"{100 - at if rtl else at:.3f}%", cy="6", r="5")
    return tag("svg", shapes, class_="ax", width="100%", height="12", aria_hidden="true", focusable="false")


def _key(lang: str) -> str:
    dot = tag("circle", class_="pt", cx="6", cy="5", r="4")
    bar = tag("rect", class_="ci", y="2", width="12", height="6", rx="3")
    items = ""
    for shape, word in ((dot, "show.key_typical"), (bar, "show.key_range")):
        icon = tag("svg", shape, width="12", height="10", aria_hidden="true", focusable="false")
        items += tag("span", icon + say_html(Message(word), lang))
    return tag("p", items, class_="key")
