"""Planning backwards: a target, a slider a ratio, the answer at once; and what a number of inquiries becomes."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.server.questions.plan_asked import Asked
from yaad.show import WhatIfResult, plan_html, plan_lead
from yaad.show.beside import (
    carried_said,
    carried_table,
    months_table,
    people_table,
    period_html,
    sources_table,
    still_table,
)
from yaad.show.scenarios import moved_nothing, scenario_html


def plan(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The plan of what the form says."""
    asked = Asked.read(request.GET)

    def context() -> Mapping[str, object]:
        planned = asked.result.content
        found = asked.becomes(request.GET)
        becomes = WhatIfResult(found) if found else None
        within, carried = asked.result.within, asked.result.carried
        return {
            "page": "plan",
            "asked": asked,
            "dials": asked.dials(language()),
            "periods": asked.periods(language()),
            "form": request.GET,
            "planned": planned,
            "lead": plan_lead(planned, asked.result.within),
            "answer": SafeString(plan_html(asked.result, language())),
            "credit": SafeString(period_html(within, language())) if within else "",
            "tight": carried_said(carried, language()) if carried and carried.binding else (),
            "roomy": carried_said(carried, language()) if carried and not carried.binding else (),
            "carried": carried_table(carried, language()) if carried else None,
            "still": still_table(within, language()) if within and within.still else None,
            "months": months_table(within, language()) if within and within.months else None,
            "people": people_table(asked.result.people, language()) if asked.result.people else None,
            "sources": sources_table(asked.result.sources, language()) if asked.result.sources else None,
            "source_costs": _costs(asked),
            **_changes(asked),
            "becomes": becomes.table(language()) if becomes else None,
            "lands": becomes.months_table(language()) if becomes and becomes.content.months else None,
            "file": request.GET.urlencode(),
        }

    return answer(
        request,
        ending,
        "plan",
        context=context,
        data=lambda: asked.to_dict(language()),
        table=lambda: asked.result.table(language()),
    )


def _changes(asked: Asked) -> Mapping[str, object]:
    """What everything that was moved brings, or what to move."""
    made = asked.changed
    if made is None:
        return {"changed": None}
    return {
        "changed": made,
        "changes": SafeString(scenario_html(made.content, language())),
        "change_notes": made.notes(language()),
        "change_table": made.table(language()),
        "unmoved": None if made.content.rows else moved_nothing(made.content),
    }


def _costs(asked: Asked) -> list[tuple[str, str]]:
    """Each source and what was typed of its cost."""
    typed = dict(asked.costs)
    found = asked.result.sources
    return [] if found is None else [(row.name, typed.get(row.name, "")) for row in found.rows if row.name]
