"""The scorecard as values, table and words; one measure of it with its last periods; the rows behind a figure."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from yaad.measures.behind import Behind
from yaad.measures.comparing import Comparison, Verdict
from yaad.measures.matching import Against, Match
from yaad.measures.scorecards import Goal, Kpi, Point, Scorecard
from yaad.model import Cell, Figure, Period
from yaad.show import phrases
from yaad.show.figures import rows_table
from yaad.show.markup import tag
from yaad.show.results import Json, Result, flat, plain
from yaad.show.speech import Said
from yaad.show.tables import NOTHING, Column, Kind, Shown, Table, count, days_said, figure, hours_said, span
from yaad.text import Message, day, direction, money, percent

if TYPE_CHECKING:
    import altair as alt

AGAINST = (Against.PREVIOUS, Against.LAST_YEAR)


class Kpis(Result):
    """The scorecard: ``{"period", "kpis": [{"id", "value", "comparisons", "goal", "series", …}], …}``."""

    content_type = Scorecard
    content: Scorecard

    def to_dict(self, lang: str = "en") -> Json:
        """One object a row, and which days are compared."""
        card = self.content
        return {
            "period": card.period.to_dict(),
            "as_of": plain(card.as_of),
            "by": list(card.by),
            "compared": [_match(one) for one in card.matches],
            "kpis": [_kpi(one, lang) for one in card.kpis],
            "left_out": [one.id for one in card.left_out],
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a measure and group."""
        return [flat(one.figure.by, _record(one)) for one in self.content.kpis]

    def table(self, lang: str = "en") -> Table:
        """One row a measure and group: the figure, how it changed, and its goal."""
        card = self.content
        groups = phrases.group_columns([dict.fromkeys(card.by, None)] if card.by else [])
        against = [one.against for one in card.matches]
        with_goal = any(one.goal for one in card.kpis)
        columns = (Column("id", Message("show.head_measure"), Kind.TEXT), *groups, *_FIGURE)
        columns += tuple(column for one in against for column in _change_columns(one))
        columns += _GOAL if with_goal else ()
        rows = tuple(_row(one, groups, against, lang, with_goal=with_goal) for one in card.kpis)
        title = phrases.title(Message("kpis.title"), card.as_of, card.period, lang)
        return Table(lang, title, columns, rows, notes=notes(card, lang) if rows else phrases.NOTHING_HERE)

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """The last periods of the first measure that has any: one bar a period.

        Raises:
            CannotTell: no measure has any.
        """
        from yaad.show.charts import Bar, bars_chart

        series = next((one for one in self.content.kpis if one.series), None)
        if series is None:
            return super().chart(lang, dark=dark)
        bars = [Bar(point.period.name, point.value) for point in series.series]
        return bars_chart(bars, series.measure.name, lang, dark=dark)


_FIGURE = (
    Column("value", Message("show.head_value"), Kind.FIGURE),
    Column("range", Message("show.head_range"), Kind.RANGE),
    Column("n", Message("show.head_deals"), Kind.COUNT),
)
_GOAL = (
    Column("target", Message("kpis.head_target"), Kind.FIGURE),
    Column("attained", Message("kpis.head_attained"), Kind.RATE),
    Column("missing", Message("kpis.head_missing"), Kind.FIGURE),
)


def _change_columns(against: Against) -> tuple[Column, ...]:
    return (
        Column(f"{against}_value", Message(f"kpis.head_{against}_value"), Kind.FIGURE),
        Column(f"{against}_change", Message(f"kpis.head_{against}"), Kind.FIGURE),
    )


def _row(
    kpi: Kpi, groups: Sequence[Column], against: Sequence[Against], lang: str, *, with_goal: bool
) -> tuple[Shown, ...]:
    found = kpi.figure
    cells = (
        Shown(found.id, kpi.measure.name),
        *phrases.group_cells(found.by, groups),
        *_told_cells(kpi, lang),
        count(found.n, lang),
    )
    by_against = {one.match.against: one for one in kpi.comparisons}
    for one in against:
        comparison = by_against.get(one)
        if comparison is None:
            cells += (Shown(None, NOTHING), Shown(None, NOTHING))
        else:
            told = change_said(comparison, found, lang)
            cells += (figure(comparison.value, found.unit, lang), Shown(comparison.change, told))
    return cells + (_goal_cells(kpi.goal, found, lang) if with_goal else ())


def _told_cells(kpi: Kpi, lang: str) -> tuple[Shown, Shown]:
    """The figure and its range; words where 0 would be taken for a result."""
    found = kpi.figure
    range_ = span(found.low, found.high, found.unit, lang)
    if kpi.is_too_early:
        return Shown(found.value, TOO_EARLY), Shown(range_.value, NOTHING)
    return figure(found.value, found.unit, lang), range_


def _goal_cells(goal: Goal | None, found: Figure, lang: str) -> tuple[Shown, ...]:
    if goal is None:
        return (Shown(None, NOTHING),) * 3
    attained = Shown(goal.attained, NOTHING if goal.attained is None else percent(goal.attained, lang))
    return (figure(goal.target, found.unit, lang), attained, figure(goal.missing, found.unit, lang))


# ---- words ------------------------------------------------------------------------------------------------------


def change_said(comparison: Comparison, found: Figure, lang: str) -> Said:
    """How a figure changed, and what that means; never by a sign alone."""
    verdict = comparison.verdict
    if verdict is Verdict.UNTOLD:
        return comparison.why or NOTHING
    if verdict in (Verdict.TOO_FEW, Verdict.TOO_EARLY):
        return Message(f"kpis.verdict_{verdict}")
    return Message(f"kpis.verdict_{verdict}", {"change": amount_said(comparison, found.unit, lang)})


def amount_said(comparison: Comparison, unit: str | None, lang: str) -> Said:
    """The bare change with its sign: in per cent of sums and counts, in points of rates, else in the figure's unit."""
    change = comparison.change
    if change is None:
        return Message("kpis.from_nothing")
    return _signed(change, unit, lang, relative=comparison.is_relative)


def range_said(comparison: Comparison, unit: str | None, lang: str) -> Said | None:
    """Between what the change lies in 19 of 20 cases; None where that cannot be told."""
    if comparison.low is None or comparison.high is None:
        return None
    low, high = (_signed(end, unit, lang, relative=comparison.is_relative) for end in (comparison.low, comparison.high))
    return Message("kpis.change_between", {"low": low, "high": high})


def _signed(change: float, unit: str | None, lang: str, *, relative: bool) -> Said:
    plus = "+" if change > 0 else ""
    if relative:
        return plus + percent(change, lang)
    if unit == "rate":
        points = percent(change, lang).removesuffix("%")
        return Message("kpis.points", {"points": plus + points})
    if unit in ("days", "hours"):
        said = days_said(abs(change), lang) if unit == "days" else hours_said(abs(change), lang)
        return Message(
            "kpis.longer" if change > 0 else "kpis.shorter" if change < 0 else "kpis.as_long", {"days": said}
        )
    if unit in ("count", "number"):
        return plus + str(figure(change, "count", lang).said)
    return plus + money(change, unit, lang)


def match_said(match: Match, lang: str) -> Message:
    """Which days stand beside which, and by how many working days."""
    key = f"kpis.compared_{match.against}" + ("_moved" if match.is_moved else "")
    values: dict[str, object] = {"then": stretch_said(match.then, lang), "n": match.then_days, "now": match.now_days}
    return Message(key, values)


def stretch_said(period: Period, lang: str) -> Said:
    """A period's days as people write them: by its name, or from one day to another."""
    if ".." not in period.name:
        return period.name
    last = period.end - dt.timedelta(days=1)
    return Message("kpis.from_to", {"first": day(period.start, lang), "last": day(last, lang)})


TOO_EARLY = Message(f"kpis.verdict_{Verdict.TOO_EARLY}")
NAMED = 3
"""How many measures a sentence names."""


def card_lead(card: Scorecard) -> Message:
    """What matters on a scorecard: what is clearly better and what is clearly worse than in the period before."""
    better, worse = (_names(card, verdict) for verdict in (Verdict.BETTER, Verdict.WORSE))
    if better and worse:
        return Message("kpis.lead_both", {"better": phrases.together(better), "worse": phrases.together(worse)})
    if better or worse:
        key = "kpis.lead_better" if better else "kpis.lead_worse"
        return Message(key, {"names": phrases.together(better or worse)})
    return Message("kpis.lead_same")


def _names(card: Scorecard, verdict: Verdict) -> Sequence[Message]:
    """The first measures that changed so."""
    found = {
        one.measure.id: one.measure.name
        for one in card.kpis
        for comparison in one.comparisons
        if comparison.match.against is Against.PREVIOUS and comparison.verdict is verdict
    }
    return [*found.values()][:NAMED]


def notes(card: Scorecard, lang: str) -> tuple[Said, ...]:
    """What is compared with what, how, and what is not there."""
    told: list[Said] = []
    if any(match.is_running for match in card.matches):
        values: dict[str, object] = {"day": day(card.as_of, lang), "n": card.matches[0].now_days}
        told.append(Message("kpis.running", values))
    told += [match_said(match, lang) for match in card.matches]
    if card.matches:
        told.append(Message("kpis.per_working_day"))
    whys = {repr(one.figure.why): one.figure.why for one in card.kpis if one.figure.why is not None and not card.by}
    told += whys.values()
    if card.left_out:
        names = phrases.together([one.name for one in card.left_out])
        told.append(Message("kpis.know_nothing_of", {"names": names, "by": phrases.dimension(card.by[0])}))
    return tuple(told)


def goal_said(goal: Goal, found: Figure, lang: str) -> Message:
    """A target, how much of it is reached, and what is missing or over."""
    values: dict[str, object] = {"target": figure(goal.target, found.unit, lang).said}
    if goal.missing is None:
        return Message("kpis.goal_untold", values)
    if goal.is_met:
        return Message("kpis.goal_met", values)
    values["missing"] = figure(abs(goal.missing), found.unit, lang).said
    if goal.attained is None:
        return Message("kpis.goal_over", values)
    return Message("kpis.goal_missing", values | {"attained": percent(goal.attained, lang)})


def goal_bar(goal: Goal, lang: str) -> str:
    """How much of a target is reached, as a bar that begins at the reading side; nothing where less is better."""
    if goal.attained is None:
        return ""
    width = 100 * min(max(goal.attained, 0.0), 1.0)
    x = 100 - width if direction(lang) == "rtl" else 0.0
    track = tag("rect", class_="bg", width="100%", height="10")
    bar = tag("rect", class_="ad", x=f"{x:.3f}%", width=f"{width:.3f}%", height="10")
    return tag("svg", track + bar, class_="sb gb", width="100%", height="10", aria_hidden="true", focusable="false")


def spark_said(kpi: Kpi, lang: str) -> Message:
    """What a spark line shows, in words: its first and its last value."""
    told = [point for point in kpi.series if point.value is not None]
    unit = kpi.figure.unit
    first, last = told[0], told[-1]
    values: dict[str, object] = {
        "name": kpi.measure.name,
        "first": figure(first.value, unit, lang).said,
        "start": first.period.name,
        "last": figure(last.value, unit, lang).said,
        "end": last.period.name,
    }
    return Message("kpis.spark", values)


# ---- tables behind ----------------------------------------------------------------------------------------------


def series_table(kpi: Kpi, lang: str) -> Table:
    """The last periods of a measure, oldest first."""
    columns = (
        Column("period", Message("kpis.head_period"), Kind.NAME),
        Column("value", Message("show.head_value"), Kind.FIGURE),
        Column("n", Message("show.head_deals"), Kind.COUNT),
    )
    rows = tuple(
        (_period_cell(point), figure(point.value, kpi.figure.unit, lang), count(point.n, lang)) for point in kpi.series
    )
    return Table(lang, Message("kpis.last_periods"), columns, rows)


def _period_cell(point: Point) -> Shown:
    name = point.period.name
    return Shown(name, Message("kpis.so_far", {"period": name}) if point.is_running else name)


class RowsBehind(Result):
    """The rows behind a figure: ``{"id", "group", "rows", "rows_total", "offset"}``."""

    content_type = Behind
    content: Behind

    def to_dict(self, lang: str = "en") -> Json:
        """The rows of this page."""
        del lang
        told = self.content
        return {
            "id": told.measure.id,
            "group": dict(told.group),
            "period": told.period.to_dict() if told.period else None,
            "as_of": plain(told.as_of),
            "rows": plain(told.rows),
            "rows_total": told.total,
            "offset": told.offset,
        }

    def records(self) -> list[dict[str, Cell]]:
        """The rows of this page."""
        return [dict(row) for row in self.content.rows]

    def table(self, lang: str = "en") -> Table:
        """The rows under their columns' names."""
        told = self.content
        return rows_table(told.rows, Message("kpis.behind", {"measure": told.measure.name}), lang)


# ---- plain values -----------------------------------------------------------------------------------------------


def _match(match: Match) -> Json:
    return {
        "against": str(match.against),
        "now": match.current.to_dict(),
        "then": match.then.to_dict(),
        "now_working_days": match.now_days,
        "then_working_days": match.then_days,
        "is_running": match.is_running,
        "same_feasts_moved": match.is_moved,
    }


def _kpi(kpi: Kpi, lang: str) -> Json:
    found = kpi.figure
    return {
        "id": found.id,
        "name": plain(kpi.measure.name, lang),
        "family": str(kpi.measure.family),
        "good": str(kpi.measure.good),
        "value": plain(found.value),
        "unit": found.unit,
        "n": found.n,
        "low": plain(found.low),
        "high": plain(found.high),
        "level": plain(found.level),
        "by": plain(found.by),
        "why": plain(found.why, lang),
        "beside": plain(found.beside),
        "comparisons": {str(one.match.against): _comparison(one, lang) for one in kpi.comparisons},
        "series": [_point(point) for point in kpi.series],
        "goal": _goal(kpi.goal),
    }


def _comparison(one: Comparison, lang: str) -> Json:
    return {
        "value": plain(one.value),
        "n": one.n,
        "change": plain(one.change),
        "change_low": plain(one.low),
        "change_high": plain(one.high),
        "per_working_day": one.is_relative,
        "verdict": str(one.verdict),
        "why": plain(one.why, lang),
    }


def _point(point: Point) -> Json:
    return {
        "period": point.period.name,
        "value": plain(point.value),
        "n": point.n,
        "is_running": point.is_running,
    }


def _goal(goal: Goal | None) -> Json | None:
    if goal is None:
        return None
    return {
        "target": plain(goal.target),
        "attained": plain(goal.attained),
        "missing": plain(goal.missing),
        "is_met": goal.is_met,
    }


def _record(kpi: Kpi) -> dict[str, Cell]:
    found = kpi.figure
    row: dict[str, Cell] = {
        "id": found.id,
        "family": str(kpi.measure.family),
        "value": plain(found.value),
        "unit": found.unit,
        "n": found.n,
        "low": plain(found.low),
        "high": plain(found.high),
        "period": found.period.name if found.period else None,
        "as_of": plain(found.as_of),
    }
    told = {one.match.against: one for one in kpi.comparisons}
    for against in AGAINST:
        one = told.get(against)
        row[f"{against}_value"] = plain(one.value) if one else None
        row[f"{against}_change"] = plain(one.change) if one else None
        row[f"{against}_verdict"] = str(one.verdict) if one else None
    goal = kpi.goal
    row |= {"target": plain(goal.target) if goal else None, "attained": plain(goal.attained) if goal else None}
    return row
