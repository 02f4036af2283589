"""The first page: where most is lost, how long it takes, what the data cannot tell, whom to call."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import as_file, gives_file
from yaad.faces.web.reaching import Reach, reach_on_list
from yaad.insight import CallDeal
from yaad.model import Funnel
from yaad.server.questions import goal_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current


def overview(request: HttpRequest) -> HttpResponse:
    """The first page of a book; an empty book leads to the files, who sees no single deals to the funnel."""
    if reading.is_empty():
        return begin(request)
    if not current().may(Capability.ROWS):
        return redirect("funnel")
    return render(request, "web/overview.html", {"page": "overview", "goal": goal_reading.this_month(), **answers()})


def answers() -> Mapping[str, object]:
    """The first answers that any book gives; also shown after an import. Of a handful of deals, what is known."""
    if few := reading.few_deals():
        return {"few": few, "enough": reading.ENOUGH, "calls": _calls()}
    funnel = reading.funnel()
    dwell = reading.dwell()
    return {
        "funnel": funnel,
        "leak": reading.leak(),
        "dwell": dwell,
        "calls": _calls(),
        "cannot": [] if _sees_nothing(funnel) else reading.cannot_tell(),
        "stuck": reading.figure("stuck"),
        "headline": reading.headline(),
        "enough": reading.ENOUGH,
    }


def _calls() -> list[tuple[CallDeal, Reach]]:
    """Whom to call, each with how they are reached."""
    return [(one, reach_on_list(one.phone)) for one in reading.calls().content]


def _sees_nothing(funnel: Funnel) -> bool:
    """Whether somebody sees no deal of a company that has some: what the data lack cannot be told from that."""
    seen = any(row.entered for row in funnel.stages) or funnel.won or funnel.undated
    return current().viewer.owners is not None and not seen


@gives_file
def calls(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The deals to call, as a file."""
    return as_file(request, ending or "csv", "calls", reading.calls())
