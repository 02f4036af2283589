"""Parts of pages that `yaad.show` draws, and small choices of layout."""

import datetime as dt
from dataclasses import replace

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from yaad.faces.web.filters import Filters
from yaad.faces.web.opening import opens
from yaad.faces.web.reaching import dialled
from yaad.faces.web.templatetags.say import language
from yaad.insight import Leak
from yaad.model import Cell, DwellRow, Dwells, Figure, Funnel, FunnelRow
from yaad.server.choices import Choices
from yaad.show import Table, dwell_html, funnel_html, leak_ten, leak_worth, say_html, table_html
from yaad.show.dwells import mean_is_floor, mean_said, typical_said
from yaad.show.markup import tag
from yaad.show.tables import PLAIN_UNITS, days_said, hinted, in_unit, length, name, span
from yaad.text import Message, day, direction, has_key, money, number, percent

register = template.Library()


# ---- drawn by the rooms below -----------------------------------------------------------------------------------


@register.simple_tag
def funnel_part(funnel: Funnel, leak: Leak | None = None) -> SafeString:
    """A funnel with its line “of 10 inquiries”."""
    return SafeString(funnel_html(funnel, language(), leak=leak.stage if leak and leak.certain else None))


@register.simple_tag
def dwell_part(dwells: Dwells) -> SafeString:
    """Times in stage."""
    return SafeString(dwell_html(dwells, language()))


@register.filter
def worth(leak: Leak) -> SafeString:
    """What the deals lost at the worst step were worth; nothing when their amounts do not tell."""
    return SafeString(say_html(leak_worth(leak, language()) or "", language()))


@register.filter
def ten_more(leak: Leak) -> SafeString:
    """What ten more of them would be worth; nothing while nobody can tell."""
    return SafeString(say_html(leak_ten(leak, language()) or "", language()))


@register.filter(name="table_html")
def table_html_(table: Table) -> SafeString:
    """A table; what there is to know about it stands elsewhere in the page."""
    return SafeString(table_html(replace(table, notes=()), caption=False))


# ---- what opens for who asks -------------------------------------------------------------------------------------


@register.filter(name="opens")
def opens_(name: str) -> bool:
    """Whether who asks may open the address of this name."""
    return opens(name)


# ---- what is chosen from ------------------------------------------------------------------------------------------


@register.inclusion_tag("web/parts/options.html")
def options(choices: Choices, chosen: str) -> dict[str, object]:
    """The options of a list, the likely ones apart; one that is not offered stays, where it was chosen before."""
    return {"choices": choices, "chosen": chosen, "is_offered": choices.has(chosen)}


# ---- figures in words -------------------------------------------------------------------------------------------


@register.filter
def typical(row: DwellRow) -> SafeString:
    """The typical time with its word."""
    return SafeString(say_html(typical_said(row, language()), language()))


@register.filter
def typical_short(row: DwellRow) -> SafeString:
    """The typical time as a bare number, for a table whose head says "days"."""
    return SafeString(say_html(typical_said(row, language(), with_word=False), language()))


@register.filter
def mean(row: DwellRow) -> SafeString:
    """The average with the open deals, with its word; "at least" while too many still run."""
    return SafeString(say_html(mean_said(row, language()), language()))


@register.filter
def at_least(row: DwellRow) -> bool:
    """Whether the average is said as "at least"."""
    return mean_is_floor(row)


@register.filter
def mean_short(row: DwellRow) -> SafeString:
    """The same as a bare number, for a table whose head says "days"."""
    return SafeString(say_html(mean_said(row, language(), with_word=False), language()))


@register.simple_tag
def typical_message(row: DwellRow) -> Message | str:
    """The typical time on its way into a sentence."""
    return typical_said(row, language())


@register.simple_tag
def days_message(value: float) -> Message:
    """A length of time on its way into a sentence."""
    return days_said(value, language())


@register.filter
def length_n(value: float | None) -> SafeString:
    """A length of time as a bare number."""
    return SafeString(say_html(length(value, language()).said, language()))


@register.filter(name="in_unit")
def in_unit_(figure: Figure) -> SafeString:
    """A figure in its unit; a dash when it has no value."""
    said = "–" if figure.value is None else in_unit(figure.value, figure.unit, language())
    return SafeString(say_html(said, language()))


@register.filter
def in_unit_short(figure: Figure) -> SafeString:
    """The same, money shortened as people say it; what is neither count, rate nor days is money."""
    if figure.value is None or figure.unit in PLAIN_UNITS:
        return in_unit_(figure)
    return SafeString(say_html(money(figure.value, figure.unit, language()), language()))


@register.filter
def ends(figure: Figure) -> SafeString:
    """Between what a figure lies in 19 of 20 cases, bare."""
    return SafeString(say_html(span(figure.low, figure.high, figure.unit, language()).said, language()))


@register.filter
def between(figure: Figure) -> SafeString:
    """Between what a figure lies in 19 of 20 cases, as a sentence."""
    said = span(figure.low, figure.high, figure.unit, language()).said
    return SafeString(say_html(Message("web.between_range", {"range": said}), language()))


@register.filter
def iso_day(value: str | None) -> SafeString:
    """A day that a row of data carries, as people write it."""
    said = day(dt.date.fromisoformat(str(value)[:10]), language()) if value else "–"
    return SafeString(say_html(said, language()))


@register.simple_tag
def range_pct(low: float | None, high: float | None) -> str:
    """Two ends of a share, in percent; nothing when one is not known."""
    if low is None or high is None:
        return ""
    return f"{percent(low, language())}–{percent(high, language())}"


@register.filter
def money_between(ends: tuple[float, float], unit: str | None) -> Message:
    """The ends of a range of money."""
    low, high = (money(end, unit, language()) for end in ends)
    return Message("pipeline.between", {"low": low, "high": high})


@register.simple_tag
def hint(row: FunnelRow) -> SafeString:
    """The share that will move on in the end, marked where it is no more than a hint, and what is counted today."""
    share = hinted(row.rate_expected, language(), immature=row.immature, few=row.few)
    values: dict[str, object] = {"part": number(row.advanced, language()), "all": number(row.entered, language())}
    counted = tag("small", say_html(Message("show.part_of", values), language()))
    return SafeString(say_html(share.said, language()) + counted)


@register.simple_tag
def group_name(by: dict[str, Cell]) -> SafeString:
    """What a group is called."""
    return SafeString(" · ".join(say_html(name(value).said, language()) for value in by.values()))


@register.simple_tag
def group_bar(funnel: Funnel) -> SafeString:
    """Won, still open, lost: one bar of a whole group."""
    entered = funnel.stages[0].entered if funnel.stages else 0
    still_open = sum(row.open for row in funnel.stages)
    parts = (("ad", funnel.won), ("op", still_open), ("lo", sum(row.lost for row in funnel.stages)))
    rects, start = "", 0.0
    for kind, part in parts:
        width = 100 * part / entered if entered else 0.0
        x = 100 - start - width if direction(language()) == "rtl" else start
        rects += tag("rect", class_=kind, x=f"{x:.3f}%", width=f"{width:.3f}%", height="10")
        start += width
    said = say_html(Message("web.bar", dict(parts)), language())
    bar = tag("svg", rects, class_="sb gb", width="100%", height="10", aria_hidden="true", focusable="false")
    return SafeString(bar + tag("span", said, class_="sr"))


# ---- the account of an import -----------------------------------------------------------------------------------


@register.simple_tag
def skipped(reason: str, n: int, name: str) -> SafeString:
    """Rows that were left out, with the reason."""
    return _counted(f"intake.skipped_{reason}", reason, n, name)


@register.simple_tag
def flagged(flag: str, n: int, name: str) -> SafeString:
    """Rows that were loaded though something about them was put right or looks odd."""
    return _counted(f"intake.flag_{flag}", flag, n, name)


def _counted(key: str, otherwise: str, n: int, name: str) -> SafeString:
    said = Message(key, {"n": n, "name": name}) if has_key(key, language()) else f"{otherwise}: {n}"
    return SafeString(say_html(said, language()))


# ---- layout -----------------------------------------------------------------------------------------------------


@register.simple_tag
def file_of(filters: Filters, ending: str) -> str:
    """The address of the same figures as a file."""
    return filters.file(ending)


@register.inclusion_tag("web/parts/why_link.html")
def why_link(measure: str, filters: Filters) -> dict[str, str]:
    """“Why this number?” of a measure, for the same dimension and period."""
    _, question, query = Filters(filters.by, filters.period, "/").href().partition("?")
    return {"address": reverse("why", kwargs={"measure": measure}) + question + query}


@register.filter
def initials(words: str) -> str:
    """The first letters of a name."""
    found = [word[0] for word in str(words).split() if word[0].isalnum()]
    return "".join(found[:2]) or "·"


@register.filter
def initial(words: str) -> str:
    """The first letter of a name."""
    return initials(words)[:1].upper()


@register.filter
def dial(phone: str) -> str:
    """A phone number as a link dials it."""
    return dialled(str(phone))
