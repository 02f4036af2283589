"""Planning backwards: a target, a slider a ratio, the answer at once; and what a number of inquiries becomes."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from yaad.faces.web.asked import Asked, whole
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.plan import what_if
from yaad.show import WhatIfResult, plan_html, plan_lead


def plan(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The plan of what the form says."""
    asked = Asked.read(request.GET)

    def context() -> Mapping[str, object]:
        planned = asked.result.content
        inquiries = request.GET.get("inquiries", "").strip()
        becomes = what_if(whole(inquiries), asked.ratios, planned.average, unit=planned.unit) if inquiries else None
        return {
            "page": "plan",
            "asked": asked,
            "form": request.GET,
            "planned": planned,
            "lead": plan_lead(planned),
            "answer": SafeString(plan_html(asked.result, language())),
            "becomes": WhatIfResult(becomes).table(language()) if becomes else None,
            "file": request.GET.urlencode(),
        }

    return answer(
        request,
        ending,
        "plan",
        context=context,
        data=lambda: asked.result.to_dict(language()),
        table=lambda: asked.result.table(language()),
    )
