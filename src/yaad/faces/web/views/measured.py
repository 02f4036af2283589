"""How people who sell are measured: each figure that is used, in plain words, and who sees it."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yaad.faces.web import beginning
from yaad.model import Figure
from yaad.server.questions import my_day_reading, reading
from yaad.server.roles import Transparency
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show.speech import Said

USED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("board", "goals", ("won_value", "won", "pace")),
    ("day", "today", ("unanswered", "first_response", "answered_within", "stuck")),
)
"""Where figures of a person stand → the name of that page → which they are; the scorecard's come beside."""


@require_GET
def measured(request: HttpRequest) -> HttpResponse:
    """Each figure, its words and its value as who asks sees it."""
    if reading.is_empty():
        return beginning.begin(request)
    told = {name for _place, _page, names in USED for name in names}
    card = tuple(one for one in opened().shelf.ask("leading", lambda book: book.leading) if one not in told)
    places = [*USED, ("scorecard", "kpis", card)]
    context = {
        "page": "today",
        "mine": my_day_reading.person_of(current()),
        "places": [(place, page, list(_rows(names))) for place, page, names in places],
        "shown": _shown(),
    }
    return render(request, "web/measured.html", context)


def _rows(names: Sequence[str]) -> Iterator[tuple[Figure, Said, Said]]:
    """Figure, name and words of each measure."""
    known = reading.catalogue()
    for one in reading.figures([name for name in names if name in known]).content:
        yield one, known[one.id].name, known[one.id].words


def _shown() -> Transparency | None:
    """What people of the company see of each other; None where a book belongs to no server."""
    if not current().company:
        return None
    from yaad.server.leaderboard import shown_in

    return shown_in(current().company)
