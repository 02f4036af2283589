"""One person's day, phone first: who waits, how the month stands, whom to call, what is due, where they are strong."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaad.faces.web import beginning
from yaad.faces.web.reaching import reach_on_list
from yaad.faces.web.templatetags.say import language
from yaad.server.questions import my_day_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show.digest import of_day
from yaad.show.my_day import MyDay, Waits, meets_said, step_said, strength_said, waited_said

FIRST = 3
"""Inquiries and calls that stand open; the others wait behind one tap."""


@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """The day of who asks, or of somebody whom they may look at."""
    if reading.is_empty():
        return beginning.begin_here(request)
    asked = my_day_reading.asked(request.GET.get("owner", "").strip())
    context = {"page": "today", "asked": asked, "may_write": current().may(Capability.WRITE)}
    if asked.person:
        context |= _shown(my_day_reading.day(asked.person, dt.datetime.now(dt.UTC)))
    return render(request, "web/my_day.html", context)


def _shown(found: MyDay) -> dict[str, object]:
    lang = language()
    waiting = [
        (
            one,
            waited_said(one.minutes, one.came_day, found.inquiries.day_minutes),
            _filled(found, one),
            reach_on_list(one.phone, one.email),
        )
        for one in found.inquiries.rows
    ]
    calls = [(one, reach_on_list(one.phone, None)) for one in found.calls]
    return {
        "day": found,
        "text": of_day(found, opened().shelf.book.name).text(lang),
        "waiting": waiting[:FIRST],
        "calls": calls[:FIRST],
        "more_calls": calls[FIRST:],
        "steps": [(one, step_said(one), reach_on_list(one.phone, None)) for one in found.steps.rows],
        "meets": [(one, meets_said(one), reach_on_list(one.phone, None)) for one in found.meets],
        "strong": [
            (kind, *strength_said(one, lang))
            for kind, one in (("best", found.strengths.best), ("worst", found.strengths.worst))
            if one is not None
        ],
    }


def _filled(found: MyDay, one: Waits) -> int | None:
    """How much of the time for an answer is over, in percent; None where the hour is not known."""
    most = found.inquiries.answer_minutes
    return None if one.minutes is None or not most else min(round(100 * one.minutes / most), 100)
