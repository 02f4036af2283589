"""What is asked of a plan, as a form or an address says it, and the plan that answers it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from yaad.errors import CannotTell, InputError
from yaad.model import Period, parse_day
from yaad.plan import (
    INQUIRIES,
    Plan,
    Ratio,
    WhatIf,
    closings_for_value,
    plan_backwards,
    read_ratio,
    typed_ratios,
    what_if,
    with_step,
)
from yaad.plan.capacity import carry, named_limits, read_limits
from yaad.plan.changes import room_span
from yaad.plan.period import PeriodPlan, months_of, next_month, usual
from yaad.plan.ratios import steps_of
from yaad.plan.scenario import Base
from yaad.plan.whatif import landing, speed_of
from yaad.server.questions import plan_reading, reading
from yaad.server.questions.dials import Dial, Dials
from yaad.show import PlanResult
from yaad.show.beside import month_said
from yaad.show.phrases import stage_said
from yaad.show.scenarios import ScenarioResult
from yaad.show.speech import Said, say_plain
from yaad.text import Message

MODES: dict[reading.RatiosOf, str] = {
    "expected": "levers.mode_expected",
    "mature": "web.mode_mature",
    "all": "web.mode_all",
}
"""Which past counts, and what it is called."""
MODE_OF: dict[str, reading.RatiosOf] = {mode: mode for mode in MODES}
EXAMPLE = {"quote": "50%", "negotiation": "40%", "closing": "50%"}
"""Steps of a funnel for a company without data; the page says that they are an example."""
TARGET = 50
"""Customers of the example."""
IS_TARGET, IS_PACE = "levers.by_target", "levers.by_pace"
AS_IT_IS = Dials()


@dataclass(frozen=True)
class Slider:
    """One ratio that can be moved.

    Attributes:
        name: of its field.
        start, end: from which stage to which, in words.
        percent: where it stands, of 100.
        own: where the company's past puts it, of 100; an example's value when there is no past.
        reached, of: past deals behind it; None for an example.
    """

    name: str
    start: Said
    end: Said
    percent: str
    own: str
    reached: int | None
    of: int | None

    @property
    def moved(self) -> bool:
        """Whether it was set by hand."""
        return self.percent != self.own


@dataclass(frozen=True)
class Asked:
    """What the form says; texts as typed, empty when not given.

    Attributes:
        target: customers wanted.
        target_value: money wanted instead; it goes before `target`.
        average: money a customer brings.
        mode: which past counts – deals old enough to be decided, all, or all as is to be expected of them.
        deadline: the last day by which the customers are wanted; None with a period.
        steps: field of a slider → percent.
        period: the period in which the customers are wanted; empty with a deadline.
        rooms: field of a limit → deals a month.
        costs: source → what it costs.
        moved: where the sliders of inquiries, size and speed stand.
        target_is: where the number of customers comes from, in words; None where it was typed, and with an example.
    """

    target: str
    target_value: str
    average: str
    mode: reading.RatiosOf
    deadline: dt.date | None
    steps: tuple[tuple[str, str], ...]
    period: str = ""
    rooms: tuple[tuple[str, str], ...] = ()
    costs: tuple[tuple[str, str], ...] = ()
    moved: Dials = AS_IT_IS
    target_is: Said | None = None

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Asked":
        """Read the form.

        Raises:
            InputError: the deadline is no day.
        """
        day = form.get("deadline", "").strip()
        seen = reading.as_of()
        period = form.get("period", "").strip()
        if not period and not day and seen is not None and "deadline" not in form:
            period = usual(seen)
        usual_mode: reading.RatiosOf = "expected" if period else "mature"
        mode: reading.RatiosOf = MODE_OF.get(form.get("mode", ""), usual_mode)
        typed = form.get("target", "").strip()
        usually = None if typed or not period or reading.is_empty() else plan_reading.customers(period)
        return cls(
            target=typed or str(usually[0] if usually else TARGET),
            target_is=None if usually is None else Message(IS_TARGET if usually[1] else IS_PACE),
            target_value=form.get("target_value", "").strip(),
            average=form.get("average", "").strip(),
            mode=mode,
            deadline=parse_day(day) if day and not period else None,
            steps=tuple((name, str(form[name]).strip()) for name in form if name.startswith("step")),
            period=period,
            rooms=tuple((name, str(form[name]).strip()) for name in form if name.startswith("room")),
            costs=tuple((name.removeprefix("cost."), str(form[name]).strip()) for name in form if name[:5] == "cost."),
            moved=Dials.read(form),
        )

    @cached_property
    def past(self) -> PlanResult | None:
        """The plan by the company's own past; None when there is none to plan with."""
        if reading.is_empty():
            return None
        try:
            target = None if self.target_value else whole(self.target)
            return plan_reading.plan(
                target,
                self.target_value,
                average=self.size,
                mode=self.mode,
                deadline=self.deadline,
                period=self.period,
            )
        except CannotTell:
            return None

    @cached_property
    def base(self) -> Base | None:
        """How things go now; None where there is no past to go by."""
        if reading.is_empty():
            return None
        try:
            return plan_reading.base(self.period, self.mode)
        except CannotTell:
            return None

    @property
    def size(self) -> str:
        """Money a customer brings, as typed and moved; empty when it is the company's own."""
        return self.average if self.base is None else self.moved.average(self.base, self.average)

    def dials(self, lang: str) -> list[Dial]:
        """The sliders of inquiries, size and speed."""
        return [] if self.base is None or self.is_example else self.moved.shown(self.base, lang)

    @cached_property
    def changed(self) -> ScenarioResult | None:
        """What everything that was moved brings by the end of the period.

        Raises:
            InputError: a change cannot be meant.
        """
        if self.base is None or self.is_example:
            return None
        moved = {
            ratio.stage: read_ratio(f"{slider.percent}%", ratio.stage)
            for slider, ratio in zip(self.sliders, self.own_ratios, strict=True)
            if slider.moved
        }
        return plan_reading.brought(
            self.moved, self.average, period=self.period, mode=self.mode, steps=moved, rooms=self.limits
        )

    @cached_property
    def own_ratios(self) -> Sequence[Ratio]:
        """The company's own funnel, or the example."""
        return self.past.content.ratios if self.past else typed_ratios({}, EXAMPLE)

    @cached_property
    def sliders(self) -> list[Slider]:
        """One slider a step."""
        given = dict(self.steps)
        found = []
        before: Said = Message("web.step_inquiries")
        for place, (step, ratio) in enumerate(zip(steps_of(self.own_ratios), self.own_ratios, strict=True)):
            name, own = f"step{place}", _percent(step.ratio)
            said = _stage(ratio, last=place == len(self.own_ratios) - 1)
            reached = step.won
            of = None if step.won is None or step.lost is None else step.won + step.lost
            found.append(Slider(name, before, said, given.get(name) or own, own, reached, of))
            before = said
        return found

    @cached_property
    def ratios(self) -> Sequence[Ratio]:
        """The funnel with what was moved by hand.

        Raises:
            InputError: a ratio is not above 0 and at most 100 %.
        """
        ratios = list(self.own_ratios)
        for slider, ratio in zip(self.sliders, self.own_ratios, strict=True):
            if slider.moved:
                ratios = with_step(ratios, ratio.stage, read_ratio(f"{slider.percent}%", ratio.stage))
        return ratios

    @property
    def said_costs(self) -> tuple[tuple[str, str], ...]:
        """The costs that were typed."""
        return tuple((source, cost) for source, cost in self.costs if cost)

    @property
    def modes(self) -> list[tuple[str, Message, bool]]:
        """Which past can be chosen: its name, in words, whether it is chosen."""
        return [(mode, Message(key), mode == self.mode) for mode, key in MODES.items()]

    def periods(self, lang: str) -> list[tuple[str, str, bool]]:
        """Periods that can be chosen."""
        offered = plan_reading.periods()
        names = offered if not self.period or self.period in offered else [*offered, self.period]
        return [(name, say_plain(month_said(name), lang), name == self.period) for name in names]

    @cached_property
    def limits(self) -> dict[str, int]:
        """Deals a month that each limited stage can take: what is typed, else what the company said.

        Raises:
            InputError: one of them is no whole number.
        """
        names = [INQUIRIES, *(ratio.stage for ratio in self.own_ratios[:-1])]
        typed = {names[int(name[4:])]: text for name, text in self.rooms if name[4:] in map(str, range(len(names)))}
        stages = [ratio.stage for ratio in self.own_ratios]
        said = named_limits(plan_reading.capacity(), plan_reading.first_stage(), stages)
        known = {stage: int(room) for stage, room in said.items() if stage not in typed}
        return known | read_limits({stage: text for stage, text in typed.items() if text})

    @property
    def stages_with_room(self) -> list[tuple[str, Said, int | None, int | None]]:
        """Each stage that can have a limit: its field, its name, the limit, and where its slider ends if it has one."""
        names = [INQUIRIES, *(ratio.stage for ratio in self.own_ratios[:-1])]
        own = {} if self.base is None else self.base.rooms
        return [
            (f"room{place}", stage_said(name), self.limits.get(name), room_span(own.get(name), self.limits.get(name)))
            for place, name in enumerate(names)
        ]

    @property
    def months(self) -> float:
        """How many months the period is; one without a period."""
        return months_of(Period.parse(self.period)) if self.period else 1.0

    @cached_property
    def period_limits(self) -> dict[str, Fraction]:
        """The limits of the whole period."""
        return named_limits(self.limits, INQUIRIES, [ratio.stage for ratio in self.own_ratios], self.months)

    def becomes(self, form: Mapping[str, str]) -> WhatIf | None:
        """What a number of inquiries becomes, in which months; None when none is asked for.

        Raises:
            InputError: a number cannot be meant.
        """
        text = form.get("inquiries", "").strip()
        if not text:
            return None
        planned = self.result.content
        average = form.get("size", "").strip() or planned.average
        found = what_if(whole(text), self.ratios, average, unit=planned.unit, limits=self.period_limits)
        other = form.get("instead", "").strip()
        if other:
            before = what_if(whole(other), self.ratios, planned.average, unit=planned.unit, limits=self.period_limits)
            found = replace(found, instead=before)
        seen, curve = reading.as_of(), None if self.past is None else plan_reading.curve(self.mode)
        if seen is None or curve is None:
            return found
        when = next_month(seen)
        return landing(found, curve, when.start, (when.end - when.start).days, speed_of(form.get("faster", "")))

    @property
    def is_example(self) -> bool:
        """Whether the ratios are an example and not the company's own."""
        return self.past is None

    @cached_property
    def result(self) -> PlanResult:
        """The answer.

        Raises:
            InputError: the target or a ratio cannot be meant.
        """
        past, planned = self.past, None
        if past and not any(slider.moved for slider in self.sliders):
            planned = past.content
        else:
            made = plan_backwards(
                self._customers(),
                self.ratios,
                average=self.size or None,
                target_value=self.target_value or None,
                unit=past.content.unit if past else None,
            )
            planned = self._dated(made)
        limits = self.period_limits
        return PlanResult(
            planned,
            window_days=past.window_days if past else None,
            within=self._within(planned),
            carried=carry(planned.needed[0].count, planned.ratios, limits) if limits else None,
            people=past.people if past and planned is past.content else None,
            sources=plan_reading.sources(self.said_costs) if past else None,
        )

    def to_dict(self, lang: str) -> dict[str, object]:
        """The answer as an object, with what everything that was moved brings."""
        made = self.changed
        return {**self.result.to_dict(lang), "changes": None if made is None else made.to_dict(lang)}

    def _within(self, planned: Plan) -> PeriodPlan | None:
        """The target as one of the period."""
        if self.past is None or not self.period:
            return None
        return plan_reading.within(self.period, planned.target, tuple(planned.ratios), self.mode)

    def _customers(self) -> int:
        if self.past:
            return self.past.content.target
        if self.target_value and self.average:
            return closings_for_value(self.target_value, self.average)
        return whole(self.target)

    def _dated(self, planned: Plan) -> Plan:
        """The last useful days do not depend on the ratios: they stay what the past says."""
        known = {row.stage: row for row in self.past.content.needed} if self.past else {}
        rows = tuple(
            replace(row, last_useful=old.last_useful, working_days_left=old.working_days_left, late=old.late)
            if (old := known.get(row.stage))
            else row
            for row in planned.needed
        )
        return replace(planned, needed=rows)


def whole(text: str) -> int:
    """A count as typed.

    Raises:
        InputError: it is none.
    """
    digits = text.replace(",", "")
    if not digits.isdecimal() or len(digits) > 12:
        raise InputError(Message("plan.bad_target", {"target": text}))
    return int(digits)


def _percent(ratio: Fraction) -> str:
    return f"{float(100 * ratio):.1f}".removesuffix(".0")


def _stage(ratio: Ratio, *, last: bool) -> Said:
    return Message("web.step_sale") if last else stage_said(ratio.stage)
