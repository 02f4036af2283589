"""Page 4: the plan backwards, with its chance, and what happens if all stays as it is."""

from yaad.errors import YaadError
from yaad.plan import Plan
from yaad.reports.asked import Asked
from yaad.reports.page import Page, Part, only
from yaad.show import (
    PlanResult,
    Table,
    WhatIfResult,
    for_people,
    plan_html,
    plan_lead,
    plan_notes,
    ratios_table,
    table_html,
)
from yaad.show.plans import RECOMMENDED
from yaad.show.speech import Said
from yaad.text import Message


def plan(asked: Asked, lang: str) -> Page:
    """The page of the plan; where the past gives no ratio, why, and what to do instead."""
    made = asked.plan
    title = Message("reports.title_plan")
    if isinstance(made, YaadError):
        sure, todo = (Message("reports.no_plan_sure"),), (Message("reports.no_plan_todo"),)
        return Page("plan", title, (Message("reports.no_plan"), _why_not(made)), sure, todo, (), data={"plan": None})
    if_so = _if_so(asked)
    answer, *rest = plan_lead(made.content)
    tables = [
        (Message("reports.tab_plan"), made.table(lang)),
        (Message("reports.tab_ratios"), ratios_table(made.content, lang)),
    ]
    if if_so is not None:
        tables.append((Message("reports.tab_whatif"), if_so.table(lang)))
    return Page(
        "plan",
        title,
        (answer, _goal(asked), *rest),
        tuple(note for note in plan_notes(made, lang) if not _for_programs(note)),
        _todo(asked, made.content),
        tuple(_parts(made, if_so, asked, lang)),
        tuple(tables),
        {"plan": made.to_dict(lang), "whatif": if_so and if_so.to_dict(lang)},
    )


def _why_not(error: YaadError) -> Message:
    """Why there is no plan; the choices that other faces offer instead are none of paper's."""
    return Message("reports.no_plan_window") if error.message.key == "measures.no_window" else error.message


def _for_programs(note: Said) -> bool:
    """Whether a note tells where a program finds the exact counts; paper has no such place."""
    return isinstance(note, Message) and note.key == "show.rounded_up"


def _goal(asked: Asked) -> Said:
    """Why this target: it was asked for, or it repeats the last full quarter."""
    if asked.wanted:
        return Message("reports.goal_asked", {"n": asked.target})
    if asked.quarter_won:
        return Message("reports.goal_again", {"n": asked.target, "quarter": asked.quarter_said})
    return Message("reports.goal_example", {"n": asked.target})


def _if_so(asked: Asked) -> WhatIfResult | None:
    """What the inquiries of the last full quarter become once more; None where there were none."""
    if not asked.quarter_inquiries:
        return None
    return WhatIfResult(asked.book.whatif(asked.quarter_inquiries).content)


def _todo(asked: Asked, made: Plan) -> tuple[Said, ...]:
    first = made.needed[0]
    wanted = for_people(made.chance[RECOMMENDED])
    if first.late:
        said: list[Said] = [Message("reports.too_late", {"day": asked.deadline})]
    elif first.last_useful is not None:
        said = [Message("reports.bring_by", {"inquiries": wanted, "day": first.last_useful})]
    else:
        said = [Message("reports.bring", {"inquiries": wanted})]
    if 0 < asked.quarter_inquiries < wanted:
        values: dict[str, object] = {
            "came": asked.quarter_inquiries,
            "quarter": asked.quarter_said,
            "inquiries": wanted,
        }
        said.append(Message("reports.more_than_came", values))
        if asked.leak is not None:
            said.append(Message("reports.or_mend", {"stage": asked.leak.where}))
    return tuple(said)


def _parts(made: PlanResult, if_so: WhatIfResult | None, asked: Asked, lang: str) -> list[Part]:
    parts = [Part(plan_html(made, lang, with_notes=False), Message("reports.h_plan"), name="plan")]
    ratios = only(ratios_table(made.content, lang), "stage", "of_step", "of_inquiries", "reached", "of")
    parts.append(Part(table_html(ratios, caption=False), Message("show.ratios"), half=True))
    if if_so is not None:
        values: dict[str, object] = {"n": asked.quarter_inquiries, "quarter": asked.quarter_said}
        table = if_so.table(lang)
        bare = Table(lang, "", table.columns, table.rows, notes=table.notes)
        parts.append(Part(table_html(bare, caption=False), Message("reports.h_if_so", values), half=True))
    return parts
