"""The sentences of the first answers: said alike by a page, a report and whoever reads them aloud."""

from yaad.insight import Leak
from yaad.model import DwellRow
from yaad.plan import Plan
from yaad.plan.period import PeriodPlan
from yaad.show.beside import for_people, month_said
from yaad.show.dwells import typical_said
from yaad.show.plans import RECOMMENDED
from yaad.show.tables import days_said
from yaad.text import Message, money, number


def leak_worth(leak: Leak, lang: str) -> Message | None:
    """What the deals lost at the worst step were worth; None when their amounts do not tell."""
    return Message("show.leak_worth", {"value": money(leak.value, leak.unit, lang)}) if leak.value else None


def leak_ten(leak: Leak, lang: str) -> Message | None:
    """What ten more of them are worth that move on like those that did; None while none of those was won."""
    if leak.ten is None or (leak.ten.is_closing and leak.ten.value is None):
        return None
    if leak.ten.is_closing and leak.ten.value is not None:
        return Message("show.leak_ten_closed", {"value": money(leak.ten.value, leak.ten.unit, lang)})
    whole = round(leak.ten.closings)
    closings = Message("show.step_closing", {"n": whole})
    if not whole:
        closings = Message("show.part_closing", {"part": number(round(leak.ten.closings, 2), lang)})
    values: dict[str, object] = {"stage": leak.next_stage, "closings": closings}
    if leak.ten.value is None:
        return Message("show.leak_ten", values)
    return Message("show.leak_ten_worth", values | {"value": money(leak.ten.value, leak.ten.unit, lang)})


def time_until_closing(total: DwellRow, lang: str) -> Message:
    """How long it takes until closing."""
    return Message("show.lead_time", {"time": typical_said(total, lang)})


def sheet_average(total: DwellRow, lang: str) -> Message | None:
    """What a spreadsheet's average says, and why it is too short; None when nothing closed."""
    if total.mean_closed_days is None:
        return None
    return Message("show.sheet_average", {"days": days_said(total.mean_closed_days, lang)})


def plan_lead(plan: Plan, within: PeriodPlan | None = None) -> tuple[Message, ...]:
    """What a plan asks for: how many inquiries, until when, and how many to be rather sure.

    Args:
        plan: the plan.
        within: the target as one of a period: the open deals are credited, and only what closes in it counts.
    """
    if within is not None and within.still and within.until is not None:
        return _within_lead(within)
    first, end = plan.needed[0], plan.needed[-1].last_useful
    values: dict[str, object] = {"n": plan.target, "inquiries": first.count}
    said = [Message("show.lead_plan", values)]
    if end is not None:
        said = [Message("show.lead_plan_by", values | {"day": end})]
    if first.last_useful is not None:
        key = "show.lead_past" if first.late else "show.lead_last"
        said.append(Message(key, {"day": first.last_useful}))
    if RECOMMENDED in plan.chance:
        said.append(Message("show.lead_sure", {"inquiries": for_people(plan.chance[RECOMMENDED])}))
    return tuple(said)


def _within_lead(made: PeriodPlan) -> tuple[Message, ...]:
    values: dict[str, object] = {"n": made.target, "period": month_said(made.period.name)}
    said = [
        Message("levers.lead_within", values | {"inquiries": for_people(made.still[0].count), "day": made.until}),
    ]
    if RECOMMENDED in made.chance:
        said.append(Message("show.lead_sure", {"inquiries": for_people(made.chance[RECOMMENDED])}))
    return tuple(said)
