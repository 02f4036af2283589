"""What each improvement is worth, and where the money leaks."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString

from yaad.errors import CannotTell
from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Choice, Filters
from yaad.faces.web.formats import answer, as_file
from yaad.faces.web.templatetags.say import language
from yaad.plan.period import next_month
from yaad.server.questions import plan_reading, reading
from yaad.show import LeversResult, leaks_html, levers_html
from yaad.show.beside import month_said
from yaad.show.leaks import leaks_lead
from yaad.show.levers import first_levers, levers_lead
from yaad.text import Message


def levers(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The levers of a period, and the leaks."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request)
    if ending:
        return as_file(request, ending, "levers", plan_reading.levers(filters.period))

    def context() -> Mapping[str, object]:
        made, why = _levers(filters.period)
        leaking = plan_reading.leaks()
        return {
            "page": "levers",
            "filters": filters,
            "periods": _periods(filters),
            "levers": made,
            **(_rows(made) if made else {}),
            "notes": made.notes(language()) if made else (),
            "table": made.table(language()) if made else None,
            "why": why,
            "rule": Message("levers.rule"),
            "leaks": leaking,
            "leak_rows": SafeString(leaks_html(leaking.content, language())),
            "leak_rule": Message("levers.leak_rule_method"),
            "lead": [
                *leaks_lead(leaking.content, language()),
                *(levers_lead(made.content, language()) if made else ()),
            ],
        }

    return answer(request, None, "levers", context=context, data=dict, table=plan_reading.leaks().table)


def leaks(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The leaks, as a file; the page stands with the levers."""
    if ending is None:
        return redirect("levers")
    return as_file(request, ending, "leaks", plan_reading.leaks())


def _rows(made: LeversResult) -> Mapping[str, SafeString]:
    """The improvements that stand on the page at once, and the others."""
    first, rest = first_levers(made.content)
    return {
        "rows": SafeString(levers_html(made.content, language(), first)),
        "more": SafeString(levers_html(made.content, language(), rest)),
    }


def _levers(period: str) -> tuple[LeversResult | None, Message | None]:
    """The levers, or why they cannot be told."""
    try:
        return plan_reading.levers(period), None
    except CannotTell as error:
        return None, error.message


def _periods(filters: Filters) -> list[Choice]:
    """Links for the coming periods."""
    seen = reading.as_of()
    chosen = filters.period or (next_month(seen).name if seen else "")
    names = list(dict.fromkeys([*plan_reading.periods(), chosen]))
    return [Choice(month_said(name), filters.href(period=name), name == chosen) for name in names]
