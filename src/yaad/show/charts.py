"""Altair charts in the product's look. Time runs from left to right in both languages; categories follow the page.

The words of a drawing have no page around them: each Hebrew text is wrapped whole (`in_chart`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from yaad.model import Dwells, Funnel
from yaad.show import phrases
from yaad.show.speech import Said, in_chart
from yaad.show.theme import Theme, config, theme
from yaad.text import Message, direction

WIDTH = 480
ROW = 34
PARTS = (("advanced", "show.key_advanced"), ("open", "show.key_open"), ("lost", "show.key_lost"))


@dataclass(frozen=True)
class CurvePoint:
    """One step of a curve: after `days`, this share is still in the stage, between `low` and `high`."""

    days: float
    share: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart; `low` and `high` are the ends of its range."""

    name: Said
    value: float | None
    low: float | None = None
    high: float | None = None


def funnel_chart(funnels: Sequence[Funnel], lang: str, *, dark: bool = False) -> alt.TopLevelMixin:
    """Bars of what moved on, is still open and was lost: one a stage, one panel a group."""
    tokens, rtl = theme(dark=dark), direction(lang) == "rtl"
    words = {part: in_chart(Message(key), lang) for part, key in PARTS}
    rows = [
        {"group": _group(funnel.by, lang), "stage": in_chart(row.stage, lang), "part": word, "order": n, "n": value}
        for funnel in funnels
        for row in funnel.stages
        for n, (part, word) in enumerate(words.items())
        if (value := getattr(row, part)) is not None
    ]
    colours = alt.Scale(domain=list(words.values()), range=[tokens.d1, tokens.d2, tokens.line_strong])
    stages = list(dict.fromkeys(str(row["stage"]) for row in rows))
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=18, cornerRadius=2)
        .encode(
            x=alt.X("n:Q", title=_word("show.axis_deals", lang), scale=alt.Scale(reverse=rtl), stack="zero"),
            y=_categories("stage", stages, rtl=rtl),
            color=alt.Color("part:N", scale=colours, title=None),
            order=alt.Order("order:Q"),
            tooltip=["stage:N", "part:N", "n:Q"],
        )
    )
    return _finished(_panels(bars, funnels, len(stages)), Message("show.funnel"), tokens, lang)


def dwell_chart(groups: Sequence[Dwells], lang: str, *, dark: bool = False) -> alt.TopLevelMixin:
    """The typical time of each stage as a dot on its range, in days from left to right; one panel a group."""
    tokens, rtl = theme(dark=dark), direction(lang) == "rtl"
    total = in_chart(Message("show.until_closing"), lang)
    rows = [
        {"group": _group(dwells.by, lang), "stage": said, "days": row.median_days, "low": row.low, "high": row.high}
        for dwells in groups
        for row, said in [*((row, in_chart(row.stage, lang)) for row in dwells.stages), (dwells.total, total)]
        if row.median_days is not None or row.low is not None
    ]
    stages = list(dict.fromkeys(str(row["stage"]) for row in rows))
    base = alt.Chart(alt.Data(values=rows)).encode(y=_categories("stage", stages, rtl=rtl))
    days = _word("show.axis_days", lang)
    ranges = base.mark_bar(height=8, cornerRadius=3, color=tokens.brand_line)
    dots = base.mark_point(filled=True, size=110, opacity=1, color=tokens.d1)
    layers = alt.LayerChart(
        layer=[
            ranges.encode(x=alt.X("low:Q", title=days, scale=alt.Scale(zero=True)), x2="high:Q"),
            dots.encode(x=alt.X("days:Q", title=days), tooltip=["stage:N", "days:Q", "low:Q", "high:Q"]),
        ]
    )
    return _finished(_panels(layers, groups, len(stages)), Message("show.dwell"), tokens, lang)


def bars_chart(bars: Sequence[Bar], title: Said, lang: str, *, dark: bool = False) -> alt.TopLevelMixin:
    """One bar a row with its range where it has one; rows from top to bottom as given."""
    tokens, rtl = theme(dark=dark), direction(lang) == "rtl"
    rows = [
        {"name": in_chart(bar.name, lang), "value": bar.value, "low": bar.low, "high": bar.high}
        for bar in bars
        if bar.value is not None
    ]
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    base = alt.Chart(alt.Data(values=rows)).encode(y=_categories("name", names, rtl=rtl))
    scale = alt.Scale(reverse=rtl, zero=True)
    drawn = base.mark_bar(height=18, cornerRadius=2, color=tokens.d1).encode(
        x=alt.X("value:Q", title=None, scale=scale), tooltip=["name:N", "value:Q", "low:Q", "high:Q"]
    )
    ends = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    ranges = ends.mark_rule(strokeWidth=2, color=tokens.ink).encode(x=alt.X("low:Q", title=None), x2="high:Q")
    layers = alt.LayerChart(layer=[drawn, ranges]).properties(width=WIDTH, height=ROW * max(len(names), 1))
    return _finished(layers, title, tokens, lang)


def survival_chart(curves: dict[str, Sequence[CurvePoint]], lang: str, *, dark: bool = False) -> alt.TopLevelMixin:
    """How many are still in a stage after so many days: steps, each with its band.

    Args:
        curves: name of a stage or a group → its steps, from day 0 on.
        lang: the language of the words.
        dark: the dark appearance.
    """
    tokens = theme(dark=dark)
    rows = [
        {"curve": in_chart(name, lang), "days": p.days, "share": p.share, "low": p.low, "high": p.high}
        for name, points in curves.items()
        for p in points
    ]
    names = [in_chart(name, lang) for name in curves]
    scale = alt.Scale(domain=names, range=list(tokens.series[: max(len(names), 1)]))
    colour = alt.Color("curve:N", scale=scale, title=None, legend=None if len(names) < 2 else alt.Undefined)
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("days:Q", title=_word("show.axis_days", lang)), color=colour)
    # the value axis stands at the left in both languages, where the time axis starts
    share = alt.Y(
        "share:Q",
        title=_word("show.axis_still_there", lang),
        axis=alt.Axis(format="%", orient="left"),
        scale=alt.Scale(domain=[0, 1]),
    )
    band = base.mark_area(interpolate="step-after", opacity=0.18).encode(
        y=alt.Y("low:Q", axis=alt.Axis(format="%", orient="left"), scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    steps = base.mark_line(interpolate="step-after", strokeWidth=2).encode(y=share)
    chart = alt.layer(band, steps).properties(width=WIDTH, height=260)
    return _finished(chart, Message("show.dwell"), tokens, lang)


def _word(key: str, lang: str) -> str:
    return in_chart(Message(key), lang)


def _group(by: dict[str, str | int | float | None], lang: str) -> str:
    return " · ".join(in_chart(phrases.group_said(key, value), lang) for key, value in by.items())


def _categories(column: str, order: list[str], *, rtl: bool) -> alt.Y:
    """Categories from top to bottom in the pipeline's order, their names at the reading side."""
    axis = alt.Axis(orient="right" if rtl else "left", labelLimit=220, ticks=False, domain=False)
    return alt.Y(f"{column}:N", sort=order, title=None, axis=axis)


def _panels(chart: alt.Chart | alt.LayerChart, groups: Sequence[object], stages: int) -> alt.TopLevelMixin:
    sized = chart.properties(width=WIDTH, height=ROW * max(stages, 1))
    if len(groups) < 2:
        return sized
    return sized.facet(
        row=alt.Row("group:N", title=None, sort=None, header=alt.Header(labelAngle=0, labelAlign="left"))
    )


def _finished(chart: alt.TopLevelMixin, title: Said, tokens: Theme, lang: str) -> alt.TopLevelMixin:
    made = chart.properties(title=in_chart(title, lang))
    return made.configure(**config(tokens, rtl=direction(lang) == "rtl"))
