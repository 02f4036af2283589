"""A plan backwards and a what-if as values, table and part of a page."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from yaad.model import Cell
from yaad.plan import INQUIRIES, Needed, Plan, WhatIf
from yaad.plan.capacity import Carried
from yaad.plan.people import PeoplePlan
from yaad.plan.period import PeriodPlan
from yaad.plan.ratios import steps_of
from yaad.plan.sources import SourcesPlan
from yaad.show import phrases
from yaad.show.beside import (
    carried_plain,
    carried_said,
    carried_table,
    for_people,
    instead_said,
    landed_said,
    landed_table,
    months_table,
    people_plain,
    people_table,
    period_plain,
    period_said,
    sources_plain,
    sources_table,
    still_table,
)
from yaad.show.markup import notes_html, table_html, tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table, count, date, rate
from yaad.text import Message, day, money, number, percent

if TYPE_CHECKING:
    import altair as alt

RECOMMENDED = 0.8
_WELL_KNOWN = {0.5: "show.one_in_two", 0.8: "show.eight_of_ten", 0.9: "show.nine_of_ten"}


class PlanResult(Result):
    """A plan backwards: ``{"needed": [{"stage", "count"}], "chance": {"0.5": …}}``.

    Attributes:
        content: the plan.
        window_days: the window in which past inquiries had to close to count, None when all counted or typed.
        within: the target as one of a period, what is there counted; None without a period.
        carried: what the team can carry of it; None without limits.
        people: the plans of persons beside it; None when not asked for.
        sources: what a customer of each source costs; None when not asked for.
    """

    content_type = Plan
    content: Plan

    def __init__(
        self,
        content: Plan,
        *,
        window_days: float | None = None,
        within: PeriodPlan | None = None,
        carried: Carried | None = None,
        people: PeoplePlan | None = None,
        sources: SourcesPlan | None = None,
    ) -> None:
        super().__init__(content)
        self.window_days = window_days
        self.within = within
        self.carried = carried
        self.people = people
        self.sources = sources

    def to_dict(self, lang: str = "en") -> Json:
        """The inquiries, then one row a ratio; the exact inquiries for each chance."""
        made = self.content
        return {
            "needed": [_needed(row) for row in made.needed],
            "chance": _chance(made.chance),
            "target": made.target,
            "on_average": plain(made.on_average),
            "ratios": [{"stage": ratio.stage, "of_inquiries": plain(ratio.of_inquiries)} for ratio in made.ratios],
            "history": made.history,
            "window_days": plain(self.window_days),
            "average": plain(made.average),
            "value": plain(made.value),
            "target_value": plain(made.target_value),
            "unit": made.unit,
            "rule": plain(made.rule, lang),
            "notes": plain(made.notes, lang),
            **self._beside(lang),
        }

    def _beside(self, lang: str) -> Json:
        """What stands beside a plan, each part where it was asked for."""
        parts: Json = {}
        if self.within is not None:
            parts["period"] = period_plain(self.within, lang)
        if self.carried is not None:
            parts["capacity"] = carried_plain(self.carried, lang)
        if self.people is not None:
            parts["people"] = people_plain(self.people, lang)
        if self.sources is not None:
            parts["sources"] = sources_plain(self.sources, lang)
        return parts

    def tables(self, lang: str = "en") -> list[Table]:
        """The tables of what stands beside the plan."""
        found = []
        if self.within is not None:
            found += [still_table(self.within, lang)] if self.within.still else []
            found += [months_table(self.within, lang)] if self.within.months else []
        if self.carried is not None:
            found.append(carried_table(self.carried, lang))
        if self.people is not None:
            found.append(people_table(self.people, lang))
        if self.sources is not None:
            found.append(sources_table(self.sources, lang))
        return found

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """One bar a milestone: how many are needed."""
        from yaad.show.charts import Bar, bars_chart

        bars = [Bar(phrases.stage_said(row.stage), row.count) for row in self.content.needed]
        return bars_chart(bars, Message("show.plan"), lang, dark=dark)

    def records(self) -> list[dict[str, Cell]]:
        """One row a stage."""
        return [_needed(row) for row in self.content.needed]

    def table(self, lang: str = "en") -> Table:
        """One row a stage: how many, and until when they help."""
        made = self.content
        dated = any(row.last_useful for row in made.needed)
        last = (Column("last_useful", Message("show.head_last_useful"), Kind.DAY),) if dated else ()
        rows = []
        for row in made.needed:
            stage = Shown(row.stage, phrases.stage_said(row.stage))
            cells = (stage, count(row.count, lang))
            rows.append((*cells, date(row.last_useful, lang)) if dated else cells)
        columns = (*_STAGE, Column("count", Message("show.head_needed"), Kind.COUNT), *last)
        notes = (*self._first(lang), *_plan_notes(made, lang, self.window_days))
        return Table(lang, Message("show.plan"), columns, tuple(rows), notes=notes)

    def _first(self, lang: str) -> tuple[Said, ...]:
        """What is to be known first: a step without room, and what the open deals bring."""
        limits = carried_said(self.carried, lang) if self.carried is not None else ()
        return (*limits, *(period_said(self.within, lang) if self.within is not None else ()))

    def html(self, lang: str = "en") -> str:
        """The answer with its three chances, the milestones, what to know, and what stands beside it."""
        more = "".join(table_html(table) for table in self.tables(lang))
        first = notes_html(self._first(lang), lang)
        return plan_html(self.content, lang, window_days=self.window_days) + first + more


class WhatIfResult(Result):
    """What a number of inquiries becomes: ``{"needed": [{"stage", "count"}], "chance": {"0.5": …}}``.

    ``chance`` holds the customers that are reached or passed with each chance.
    """

    content_type = WhatIf
    content: WhatIf

    def to_dict(self, lang: str = "en") -> Json:
        """The inquiries, then one row a ratio: the average, and the ends for 8 of 10 cases."""
        made = self.content
        return {
            "needed": [dict(row) for row in self.records()],
            "chance": _chance(made.chance),
            "inquiries": made.inquiries,
            "average": plain(made.average),
            "value": plain(made.value),
            "value_low": plain(made.value_low),
            "value_high": plain(made.value_high),
            "unit": made.unit,
            "rule": plain(made.rule, lang),
            "months": [
                {"month": row.month, "customers": row.customers, "value": plain(row.value)} for row in made.months
            ],
            "later_customers": made.later,
            "capacity": None if made.carried is None else carried_plain(made.carried, lang),
            "more_customers": None if made.instead is None else plain(made.customers - made.instead.customers),
        }

    def months_table(self, lang: str = "en") -> Table:
        """In which months the customers land."""
        return landed_table(self.content, lang)

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """One bar a stage: how many are to be expected, and between what in 8 of 10 cases."""
        from yaad.show.charts import Bar, bars_chart

        bars = [
            Bar(phrases.stage_said(row.stage), float(row.count), row.low, row.high) for row in self.content.expected
        ]
        return bars_chart(bars, Message("show.what_if"), lang, dark=dark)

    def records(self) -> list[dict[str, Cell]]:
        """One row a stage."""
        return [
            {"stage": row.stage, "count": _exact(row.count), "low": row.low, "high": row.high}
            for row in self.content.expected
        ]

    def table(self, lang: str = "en") -> Table:
        """One row a stage: how many on average, and between what in 8 of 10 cases."""
        rows = []
        for row in self.content.expected:
            value = _exact(row.count)
            shown = Shown(value, number(round(value, 1), lang))
            ends = "" if row.stage == INQUIRIES else f"{number(row.low, lang)}–{number(row.high, lang)}"
            stage = Shown(row.stage, phrases.stage_said(row.stage))
            rows.append((stage, shown, Shown(None, ends, (row.low, row.high))))
        columns = (
            *_STAGE,
            Column("count", Message("show.head_gives"), Kind.COUNT),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
        )
        return Table(lang, Message("show.what_if"), columns, tuple(rows), notes=_what_if_notes(self.content, lang))


_STAGE = (Column("stage", Message("show.head_stage"), Kind.NAME),)


# ---- plain values -----------------------------------------------------------------------------------------------


def _needed(row: Needed) -> dict[str, Cell]:
    return {
        "stage": row.stage,
        "count": row.count,
        "last_useful": plain(row.last_useful),
        "working_days_left": row.working_days_left,
        "late": row.late,
    }


def _chance(chance: Mapping[float, int]) -> dict[str, int]:
    return {f"{level:g}": count for level, count in chance.items()}


def _exact(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


# ---- words ------------------------------------------------------------------------------------------------------


def chance_said(level: float, lang: str) -> Message:
    """A chance in words: one in two, 8 of 10, 9 of 10; others as so many of 100."""
    known = _WELL_KNOWN.get(level)
    return Message(known) if known else Message("show.of_hundred", {"chance": percent(level, lang, 0)})


def _plan_notes(made: Plan, lang: str, window_days: float | None) -> tuple[Said, ...]:
    chances = [
        Message("show.chance", {"count": for_people(inquiries), "chance": chance_said(level, lang)})
        for level, inquiries in made.chance.items()
    ]
    lines: list[Said] = [Message("show.chances", {"chances": phrases.parted(chances)})] if chances else []
    lines += _meaning(made)
    if made.value is not None and made.average is not None:
        said: dict[str, object] = {
            "customers": _ended_as(made.needed[-1].stage, made.target),
            "average": money(made.average, made.unit, lang),
            "value": money(made.value, made.unit, lang),
        }
        lines.append(Message("show.plan_value", said))
    if chances:
        lines.append(Message("show.rounded_up"))
    if window_days is not None:
        lines.append(Message("show.window", {"n": round(window_days)}))
    # of the inquiries the plan's own notes say it, with the day
    late = [row.stage for row in made.needed if row.late and row.stage != INQUIRIES]
    lines += [Message("show.late", {"stage": phrases.stage_said(stage)}) for stage in late]
    return (*lines, *made.notes)


def _meaning(made: Plan) -> list[Said]:
    """What the recommended chance means, in one sentence."""
    inquiries = made.chance.get(RECOMMENDED)
    if inquiries is None:
        return []
    customers = _ended_as(made.needed[-1].stage, made.target)
    return [Message("show.chance_means", {"count": for_people(inquiries), "customers": customers})]


def _ended_as(last: str, n: int) -> Message:
    """What stands at the end of the ratios: customers, unless a step before the closing is the last one."""
    step = phrases.step_of(last)
    return Message("show.customers", {"n": n}) if step in (None, "closing") else Message(f"show.step_{step}", {"n": n})


def _what_if_notes(made: WhatIf, lang: str) -> tuple[Said, ...]:
    last = made.expected[-1].stage
    lines: list[Said] = [
        Message("show.at_least_so_many", {"chance": chance_said(level, lang), "what": _ended_as(last, customers)})
        for level, customers in made.chance.items()
    ]
    lines = [*(carried_said(made.carried, lang) if made.carried is not None else ()), *lines]
    if made.value is not None:
        lines.append(Message("show.what_if_value", {"value": money(made.value, made.unit, lang)}))
        if made.value_low is not None and made.value_high is not None:
            ends: dict[str, object] = {
                "low": _money(made.value_low, made, lang),
                "high": _money(made.value_high, made, lang),
            }
            lines.append(Message("show.value_between", ends))
    return (*lines, *instead_said(made, lang), *landed_said(made, lang))


def _money(value: Decimal, made: WhatIf, lang: str) -> str:
    return money(value, made.unit, lang)


# ---- part of a page ---------------------------------------------------------------------------------------------


def ratios_table(made: Plan, lang: str) -> Table:
    """The ratios behind a plan: of the stage before, of all inquiries, and the past deals they rest on."""
    rows = []
    for ratio, step in zip(made.ratios, steps_of(made.ratios), strict=True):
        past = None if step.won is None or step.lost is None else step.won + step.lost
        rows.append(
            (
                Shown(ratio.stage, phrases.stage_said(ratio.stage)),
                rate(float(step.ratio), lang),
                rate(float(ratio.of_inquiries), lang),
                count(step.won, lang),
                count(past, lang),
            )
        )
    return Table(lang, Message("show.ratios"), _RATIOS, tuple(rows))


_RATIOS = (
    *_STAGE,
    Column("of_step", Message("show.head_of_step"), Kind.RATE),
    Column("of_inquiries", Message("show.head_of_inquiries"), Kind.RATE),
    Column("reached", Message("show.head_reached"), Kind.COUNT),
    Column("of", Message("show.head_reached_of"), Kind.COUNT),
)


def plan_notes(plan: PlanResult, lang: str) -> tuple[Said, ...]:
    """What to know about a plan, the three chances left out, which stand beside its answer."""
    return _plan_notes(plan.content, lang, plan.window_days)[1:]


def plan_html(plan: Plan | PlanResult, lang: str, *, window_days: float | None = None, with_notes: bool = True) -> str:
    """The inquiries needed, three chances beside them, milestones with their last useful day, what to know."""
    made = plan.content if isinstance(plan, PlanResult) else plan
    if isinstance(plan, PlanResult):
        window_days = plan.window_days
    first = made.needed[0]
    answer = tag("span", say_html(number(first.count, lang), lang), class_="huge") + " "
    answer += tag("span", say_html(Message("show.inquiries", {"n": first.count}), lang), class_="of")
    sure = "".join(_sure(level, inquiries, lang) for level, inquiries in made.chance.items())
    head = tag("div", tag("div", answer) + tag("div", sure, class_="sure"), class_="ans")
    miles = tag("ul", "".join(_mile(row, lang) for row in made.needed), class_="mile")
    return head + miles + (notes_html(_plan_notes(made, lang, window_days)[1:], lang) if with_notes else "")


def _sure(level: float, inquiries: int, lang: str) -> str:
    shown = tag("b", say_html(number(for_people(inquiries), lang), lang))
    return tag("div", shown + say_html(chance_said(level, lang), lang), class_="on" if level == RECOMMENDED else None)


def _mile(row: Needed, lang: str) -> str:
    inner = tag("b", say_html(number(row.count, lang), lang))
    inner += tag("span", say_html(phrases.stage_said(row.stage), lang))
    if row.last_useful is not None:
        until = Message("show.until", {"day": day(row.last_useful, lang)})
        inner += tag("span", say_html(until, lang), class_="by")
    if row.late:
        inner += tag("small", say_html(Message("show.next_period"), lang))
    elif row.working_days_left is not None:
        inner += tag("small", say_html(Message("show.working_days_left", {"n": row.working_days_left}), lang))
    return tag("li", inner, class_="late" if row.late else None)
