"""What the form of the plan asks, and the plan that answers it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from django.http import QueryDict

from yaad.errors import CannotTell, InputError
from yaad.faces.web import reading
from yaad.model import end_of_month_after, parse_day
from yaad.plan import Plan, Ratio, closings_for_value, plan_backwards, read_ratio, typed_ratios, with_step
from yaad.plan.ratios import steps_of
from yaad.show import PlanResult
from yaad.show.phrases import stage_said
from yaad.show.speech import Said
from yaad.text import Message

EXAMPLE = {"quote": "50%", "negotiation": "40%", "closing": "50%"}
"""Steps of a funnel for a company without data; the page says that they are an example."""
TARGET = 50


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
        mode: which past counts – deals old enough to be decided, or all.
        deadline: the last day by which the customers are wanted.
        steps: field of a slider → percent.
    """

    target: str
    target_value: str
    average: str
    mode: reading.RatiosOf
    deadline: dt.date | None
    steps: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, form: QueryDict) -> "Asked":
        """Read the form.

        Raises:
            InputError: the deadline is no day.
        """
        mode: reading.RatiosOf = "all" if form.get("mode") == "all" else "mature"
        day = form.get("deadline", "").strip() if "deadline" in form else _in_three_months()
        return cls(
            target=form.get("target", "").strip() or str(TARGET),
            target_value=form.get("target_value", "").strip(),
            average=form.get("average", "").strip(),
            mode=mode,
            deadline=parse_day(day) if day else None,
            steps=tuple((name, str(form[name]).strip()) for name in form if name.startswith("step")),
        )

    @cached_property
    def past(self) -> PlanResult | None:
        """The plan by the company's own past; None when there is none to plan with."""
        if reading.is_empty():
            return None
        try:
            target = None if self.target_value else whole(self.target)
            return reading.plan(target, self.target_value, self.average, self.mode, self.deadline)
        except CannotTell:
            return None

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
    def is_example(self) -> bool:
        """Whether the ratios are an example and not the company's own."""
        return self.past is None

    @cached_property
    def result(self) -> PlanResult:
        """The answer.

        Raises:
            InputError: the target or a ratio cannot be meant.
        """
        if self.past and not any(slider.moved for slider in self.sliders):
            return self.past
        planned = plan_backwards(
            self._customers(),
            self.ratios,
            average=self.average or None,
            target_value=self.target_value or None,
            unit=self.past.content.unit if self.past else None,
        )
        window = self.past.window_days if self.past else None
        return PlanResult(self._dated(planned), window_days=window)

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


def _in_three_months() -> str:
    """The end of the third month after the data's day: the deadline of a form that was not filled in yet."""
    seen = reading.as_of()
    if seen is None:
        return ""
    return end_of_month_after(seen, 3).isoformat()


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
