"""Parts of the scorecard's pages."""

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from yaad.faces.web.filters import Filters
from yaad.faces.web.templatetags.say import icon, language
from yaad.measures.comparing import Comparison, Verdict
from yaad.measures.scorecards import Goal, Kpi
from yaad.model import Figure, Period
from yaad.show import say_html, say_plain
from yaad.show.kpis import change_said, goal_bar, goal_said, range_said, spark_said, stretch_said
from yaad.show.markup import tag
from yaad.show.sparks import spark_html
from yaad.show.speech import Said

register = template.Library()

LOOKS = {Verdict.BETTER: "good", Verdict.WORSE: "bad"}
RISE, FALL, LEVEL = "rise", "fall", "minus"


@register.simple_tag
def change(comparison: Comparison, figure: Figure) -> SafeString:
    """How a figure changed, in words, with an arrow for its direction and a colour for what it means."""
    said = say_html(change_said(comparison, figure, language()), language())
    looks = LOOKS.get(comparison.verdict, "")
    return SafeString(tag("span", _arrow(comparison) + tag("span", said), class_=f"chip {looks}".strip()))


def _arrow(comparison: Comparison) -> str:
    if comparison.verdict in (Verdict.UNTOLD, Verdict.TOO_FEW, Verdict.TOO_EARLY):
        return ""
    if comparison.verdict is Verdict.SAME or comparison.change == 0:
        return icon(LEVEL)
    return icon(RISE if comparison.change is None or comparison.change > 0 else FALL)


@register.simple_tag
def change_range(comparison: Comparison, figure: Figure) -> SafeString:
    """Between what the change lies; nothing where that cannot be told."""
    return SafeString(say_html(range_said(comparison, figure.unit, language()) or "", language()))


@register.filter
def spark(kpi: Kpi) -> SafeString:
    """The last periods as a small drawing; nothing where there are fewer than two values."""
    if sum(point.value is not None for point in kpi.series) < 2:
        return SafeString("")
    return SafeString(spark_html(kpi.series, say_plain(spark_said(kpi, language()), language())))


@register.filter
def plainly(words: Said) -> str:
    """Words without marks, for a title."""
    return say_plain(words, language())


@register.filter
def stretch(period: Period) -> SafeString:
    """The days that a figure is of."""
    return SafeString(say_html(stretch_said(period, language()), language()))


@register.simple_tag
def goal_words(goal: Goal, figure: Figure) -> SafeString:
    """A target, how much of it is reached and what is missing."""
    return SafeString(say_html(goal_said(goal, figure, language()), language()))


@register.simple_tag
def goal_track(goal: Goal) -> SafeString:
    """How much of a target is reached, as a bar."""
    return SafeString(goal_bar(goal, language()))


@register.simple_tag
def kpi_href(kpi: Kpi, filters: Filters, by: str = "") -> str:
    """The page of a measure, for the same period and breakdown."""
    return _address("kpi", kpi.measure.id, {"by": by or filters.by, "period": filters.period})


@register.simple_tag
def deals_href(kpi: Kpi) -> str:
    """The rows behind a figure, of the same group and period."""
    period = kpi.figure.period.name if kpi.figure.period else ""
    query: dict[str, str] = {}
    for name, value in kpi.figure.by.items():
        query = {"by": name, "is": "" if value is None else str(value)}
    return _address("kpi-deals", kpi.measure.id, query | {"period": period})


def _address(page: str, measure: str, query: dict[str, str]) -> str:
    asked = urlencode({name: value for name, value in query.items() if value or name == "is"})
    return reverse(page, kwargs={"measure": measure}) + (f"?{asked}" if asked else "")
