"""Where deals move on and where they stop, and the way between any two stages."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Filters, dimension
from yaad.faces.web.formats import answer
from yaad.faces.web.templatetags.say import language
from yaad.model import Funnel, Grain
from yaad.server.questions import reading


def funnel(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The funnel by dimension and period."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request, "start", "end")
    result = reading.funnels(filters.by, filters.period)

    def context() -> Mapping[str, object]:
        whole = reading.funnel(filters.period) if filters.by else result.content[0]
        return {
            "page": "funnel",
            "filters": filters,
            "dimensions": filters.dimensions(reading.columns()),
            "periods": filters.periods(reading.months()),
            "funnel": whole,
            "leak": reading.leak(filters.period),
            "by": dimension(filters.by) if filters.by else None,
            "groups": _in_order(result.content, filters.by) if filters.by else [],
            "sorted": filters.by not in list(Grain),
            "table": result.table(language()),
            **_between(request, filters),
        }

    return answer(
        request,
        ending,
        "funnel",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def _in_order(funnels: Sequence[Funnel], by: str) -> Sequence[Funnel]:
    """Groups by how many entered; periods keep their order in time."""
    if by in list(Grain):
        return funnels
    return sorted(funnels, key=lambda one: one.stages[0].entered if one.stages else 0, reverse=True)


def _between(request: HttpRequest, filters: Filters) -> Mapping[str, object]:
    """The way between two stages: the first and the last when none is chosen."""
    stages = reading.stages()
    start = request.GET.get("start") or stages[0]
    end = request.GET.get("end") or stages[-1]
    rows = reading.conversion(start, end, "", filters.period).content
    return {"stages": stages, "start": start, "end": end, "between": rows[0] if rows else None}


def conversion(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The way between two stages as data; its page is the funnel's."""
    filters = Filters.of(request)
    stages = reading.stages()
    start, end = request.GET.get("start") or stages[0], request.GET.get("end") or stages[-1]
    result = reading.conversion(start, end, filters.by, filters.period)
    if ending is None:
        return redirect(f"{reverse('funnel')}?{request.GET.urlencode()}")
    return answer(
        request,
        ending,
        "conversion",
        context=dict,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )
