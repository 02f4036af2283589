"""Targets: how one stands, its parts, what still comes, those that may be set; setting, dividing and taking back."""

import datetime as dt
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yaad.book import Book
from yaad.errors import CannotTell, InputError, YaadError
from yaad.faces.web.beginning import begin
from yaad.faces.web.formats import answer, as_file, gives_file
from yaad.faces.web.opening import sets_targets
from yaad.faces.web.templatetags.say import language
from yaad.measures import REGISTRY
from yaad.measures.pace import periods_before
from yaad.model import Period, Whose
from yaad.model.targets import WON_VALUE, months_of, named
from yaad.plan.goals import TargetAct
from yaad.plan.targets import Proposals
from yaad.server.questions import goal_reading, reading
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.show.goals import GoalResult
from yaad.show.proposals import ProposalsResult

MEASURES = (WON_VALUE, "won", "inquiries")
"""What a target is mostly set in."""
OVER = ("owner", "branch", "product", "month")


class Asked(goal_reading.Asked):
    """What the address or the form asks about, and the address that asks the same."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """Read what was typed; ``who`` names a team or a person in one field, such as ``team:North``."""
        kind, _, name = given.get("who", "").partition(":")
        super().__init__({**dict(given.items()), kind: name} if kind in ("owner", "team") else given)

    def query(self, **changed: str) -> str:
        """The address's part that asks the same, with some of it changed."""
        measure = {} if self.measure == WON_VALUE else {"measure": self.measure}
        return "?" + urlencode({"period": self.period.name, **measure, **self.whose.said, **changed})

    @property
    def of_all(self) -> str:
        """The address's part that asks the same of the company; empty where it is asked of the company."""
        if not self.whose.said:
            return ""
        return Asked({"period": self.period.name, "measure": self.measure}).query()

    @property
    def address(self) -> str:
        """Of the page that shows it."""
        return reverse("goals") + self.query()


@require_GET
def goals(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """How a target stands."""
    if reading.is_empty() and ending is None:
        return begin(request)
    asked = Asked(request.GET)
    result = _status(asked)
    return answer(
        request,
        ending,
        "goals",
        context=lambda: _context(asked, result) | {"done": _done(request.GET.get("done", ""))},
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


@require_GET
@gives_file
def proposals(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Targets that may be set, as a file."""
    return as_file(request, ending, "proposals", goal_reading.proposals(request.GET.get("period", "").strip()))


@require_POST
def set_target(request: HttpRequest) -> HttpResponse:
    """Set a target."""
    value = request.POST.get("value", "").strip()
    return _written(
        request,
        lambda book, asked: book.goals.set(value, asked.period, measure=asked.measure, whose=asked.whose, **stamp()),
    )


@require_POST
def split(request: HttpRequest) -> HttpResponse:
    """Divide the target of the company, or of whom the form names."""
    over, weights = request.POST.get("over", ""), request.POST.get("weights", "history")
    return _written(
        request,
        lambda book, asked: book.goals.split(
            over, asked.period, measure=asked.measure, weights=weights, whose=asked.whose, **stamp()
        ),
    )


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take a target away."""
    return _written(
        request,
        lambda book, asked: book.goals.remove(asked.period, measure=asked.measure, whose=asked.whose, **stamp()),
        stay=True,
    )


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was written about a target."""
    number = request.POST.get("number", "")
    seq = int(number) if number.isdecimal() else None
    return _written(request, lambda book, _asked: book.goals.undo(seq, **stamp()), stay=True)


def _written(request: HttpRequest, write: Callable[[Book, Asked], object], *, stay: bool = False) -> HttpResponse:
    """Write, and show how the target stands now; what cannot be written is said above the form.

    Args:
        request: the request.
        write: what to write.
        stay: show the period that the page was on; that of what was written else.
    """
    back = request.POST.get("back", "").strip()
    try:
        asked = Asked(request.POST)
        done = write_once(lambda book: (write(book, asked), book.goals.act())[1])
    except YaadError as error:
        shown = Asked({"period": back})
        context = _context(shown, _status(shown)) | {"error": error.say(language()), "typed": request.POST}
        return render(request, "web/goals.html", context, status=status_of(error))
    shown = Asked({"period": back} if stay and back else {"period": asked.period.name, "measure": asked.measure})
    return redirect(reverse("goals") + shown.query(**({"done": str(done.seq)} if done else {})))


def _status(asked: Asked) -> GoalResult:
    return goal_reading.status(asked.period, asked.measure, asked.whose)


def _done(number: str) -> TargetAct | None:
    """What the page that was left has done."""
    return opened().shelf.once(lambda b: b.goals.act(int(number))) if number.isdecimal() else None


def _next(asked: Asked, today: dt.date) -> tuple[Proposals | None, str]:
    """Proposals for the period asked about where it is to come, else for the next month; or why there are none."""
    try:
        return goal_reading.proposals(asked.period.name if asked.period.start > today else "").content, ""
    except (CannotTell, InputError) as error:
        return None, error.say(language())


def _context(asked: Asked, result: GoalResult) -> dict[str, object]:
    goal = result.content
    targets = goal_reading.targets(asked.period).content.rows
    made, why = _next(asked, goal.as_of)
    who, months = _who(), months_of(asked.period)
    before = periods_before(asked.period, 1)[0]
    after = named(asked.period.end.year, asked.period.end.month, months)
    return {
        "page": "goals",
        "asked": asked,
        "goal": goal,
        "table": result.table(language()),
        "targets": targets,
        "has_division": any(row.together > 1 for row in targets),
        "proposals": made,
        "no_proposals": why,
        "people": [(row, ProposalsResult(made)) for row in made.rows] if made else [],
        "periods": [(one, asked.query(period=one.name)) for one in _around(asked.period, before, after)],
        "measures": [
            (name, REGISTRY[name].name) for name in dict.fromkeys((*MEASURES, asked.measure)) if name in REGISTRY
        ],
        "over": _over(asked.whose, months),
        "parts": {
            kind: [(part, asked.query(**{kind: part.name}) if part.name and part.wanted else "") for part in parts]
            for kind, parts in goal.parts.items()
            if parts
        },
        "who": who,
        "may_set": sets_targets(),
        "may_split": who is None or bool(asked.whose.said),
        "names": {kind: goal_reading.names(kind) for kind in ("owner", "branch", "product")},
        "file": asked.query(),
        "typed": {},
        "error": "",
    }


def _over(whose: Whose, months: int) -> tuple[str, ...]:
    """What a target is divided over: a person's over months alone, a team's or a branch's over its people too."""
    *kinds, month = OVER
    of = kinds if not whose.said else ["owner"] if whose.team or whose.branch else []
    return (*of, *([month] if months > 1 else []))


def _around(period: Period, before: Period, after: Period) -> list[Period]:
    """The period before, this one and the one after, and the quarter and the year that it is in."""
    start = period.start
    longer = [
        named(start.year, (start.month - 1) // size * size + 1, size) for size in (3, 12) if size > months_of(period)
    ]
    months = [named(start.year, start.month, 1)] if months_of(period) > 1 else []
    return [*months, before, period, after, *longer]


def _who() -> list[tuple[str, str]] | None:
    """For whom alone a target may be set: the team that is led, those below it, their people; None: for everything."""
    viewer = current().viewer
    if viewer.sees_all:
        return None
    from yaad.server.teams import people_of

    teams = [one.name for one in people_of(current()).tree if one.name in viewer.teams]
    owners = sorted(viewer.owners or ())
    return [(f"team:{name}", name) for name in teams] + [(f"owner:{name}", name) for name in owners]
