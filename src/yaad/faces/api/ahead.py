"""What is to come: plans, levers, leaks, targets, the forecast, what people say of it, the chances of open deals."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query
from pydantic import Field

from yaad.book import Book
from yaad.errors import InputError
from yaad.faces.api.asking import not_empty
from yaad.faces.api.declared import TABLES, Rows, as_file, key_of, of_scope, reads, version, writes
from yaad.faces.api.paging import page_of
from yaad.faces.api.parameters import Amount, AsOf, Body, By, Count, Cursor, Name, Number, Period, Text, day, lang
from yaad.faces.api.shapes import ahead as shapes
from yaad.faces.api.versions import hold, version_of
from yaad.model import Target, Whose
from yaad.model.targets import WON_VALUE
from yaad.server.questions import forecast_reading, goal_reading, plan_reading, reading
from yaad.server.questions.plan_asked import Asked
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.tokens import Scope
from yaad.server.writing import stamp, write_once
from yaad.show import Result
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
Done = TypeVar("Done")
Money = Annotated[Amount, Field(examples=["250000"])]
Dial = Annotated[Text, Field(examples=["110"])]
StepSize = Annotated[Text, Field(examples=["40"])]
"""Of 100 that pass a step, in the order of the steps; as it is where empty."""
Room = Annotated[Text, Field(examples=["200"])]
"""Deals a month that a stage takes, in the order of the stages."""
Cost = Annotated[Text, Field(examples=["Fair=12000"])]
Whom = Annotated[Text | None, Field(examples=["Dana"])]


class NotComputed(InputError):
    """What takes long was not computed for these data."""


@reads(router, "/chances", Capability.ROWS, shapes.Chances, files=TABLES)
def chances(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Result | Json:
    """The chances of the open deals, page by page."""
    found = reading.chances()
    if found is None:
        raise NotComputed(Message("api.not_computed", {"what": "chances"}))
    if as_file(request):
        return found
    return page_of(found.to_dict(lang()), "deals", cursor, limit, {"of": "chances", "version": version()})


@reads(router, "/backtest", Capability.ROWS, shapes.Backtest, files=TABLES)
def backtest(request: HttpRequest) -> Rows:
    """How right forecasts have been."""
    del request
    found = forecast_reading.backtest()
    if found is None:
        raise NotComputed(Message("api.not_computed", {"what": "backtest"}))
    return Rows(found, found.scores_table)


@reads(router, "/forecast", Capability.ROWS, shapes.Forecast, files=TABLES)
def forecast(
    request: HttpRequest,
    by: By = "",
    months: Annotated[int, Field(ge=1, le=12, examples=[3])] = forecast_reading.MONTHS,
    target: Money = "",
) -> Result:
    """What the months to come bring."""
    del request
    return forecast_reading.forecast(by, forecast_reading.amount(target), months)


@reads(router, "/moved", Capability.ROWS, shapes.Moved, files=TABLES)
def moved(
    request: HttpRequest, since: AsOf = None, until: AsOf = None, cursor: Cursor = "", limit: Count = 50
) -> Rows | Json:
    """What moved between two days, its deals page by page."""
    days = forecast_reading.between(day(since, "since"), day(until, "until"))
    found = forecast_reading.moved(*days)
    if as_file(request):
        return Rows(found, lambda lang: found.deals_table(lang, most=None))
    return page_of(found.to_dict(lang()), "deals", cursor, limit, {"of": "moved", "days": days, "version": version()})


@reads(router, "/judgements", Capability.ROWS, shapes.Judgements, files=TABLES)
def judgements(request: HttpRequest, period: Period = "") -> Result:
    """What people say that a period will bring."""
    del request
    return forecast_reading.judgements(period)


@reads(router, "/plan", Capability.ROWS, shapes.Plan, files=TABLES)
def plan(
    request: HttpRequest,
    *,
    target: Annotated[int | None, Field(ge=1, le=1_000_000, examples=[12])] = None,
    target_value: Money = "",
    average: Money = "",
    ratios: Annotated[Literal["mature", "all", "expected"] | None, Field(examples=["expected"])] = None,
    deadline: AsOf = None,
    period: Period = "",
    come: Dial = "",
    sale: Dial = "",
    days: Dial = "",
    step: Annotated[list[StepSize] | None, Query(None)] = None,
    room: Annotated[list[Room] | None, Query(None)] = None,
    cost: Annotated[list[Cost] | None, Query(None)] = None,
) -> Rows | Json:
    """How many inquiries a target needs, and until when they still help."""
    last = day(deadline, "deadline")
    form = {
        "target": "" if target is None else str(target),
        "target_value": target_value,
        "average": average,
        "mode": ratios or "",
        "period": period,
        "come": come,
        "sale": sale,
        "days": days,
    }
    form |= {f"step{place}": one for place, one in enumerate(step or ())}
    form |= {f"room{place}": one for place, one in enumerate(room or ())}
    form |= {f"cost.{name}": value for name, _, value in (one.rpartition("=") for one in cost or ())}
    form |= {} if last is None else {"deadline": last.isoformat()}
    asked = Asked.read(form)
    if as_file(request):
        return Rows(asked.result, asked.result.table)
    return asked.to_dict(lang())


@reads(router, "/levers", Capability.ROWS, shapes.Levers, files=TABLES)
def levers(request: HttpRequest, period: Period = "") -> Result:
    """What each improvement is worth."""
    del request
    return plan_reading.levers(period)


@reads(router, "/leaks", Capability.ROWS, shapes.Leaks, files=TABLES)
def leaks(request: HttpRequest) -> Result:
    """Where the money leaks."""
    del request
    return plan_reading.leaks()


@reads(router, "/goals", Capability.ROWS, shapes.Goal, files=TABLES)
def goals(
    request: HttpRequest,
    *,
    period: Period = "",
    measure: Annotated[Text, Field(examples=[WON_VALUE])] = WON_VALUE,
    owner: Whom = None,
    team: Whom = None,
    branch: Whom = None,
    product: Whom = None,
) -> Result:
    """How a target stands."""
    del request
    given = {"owner": owner, "team": team, "branch": branch, "product": product}
    said = {name: value for name, value in given.items() if value}
    asked = goal_reading.Asked({"period": period, "measure": measure, **said})
    return goal_reading.status(asked.period, asked.measure, asked.whose)


@reads(router, "/targets", Capability.ROWS, shapes.Targets, files=TABLES)
def targets(request: HttpRequest, period: Period = "", cursor: Cursor = "", limit: Count = 50) -> Result | Json:
    """All targets of a period, page by page."""
    found = goal_reading.targets(goal_reading.Asked({"period": period}).period if period else None)
    if as_file(request):
        return found
    about = {"of": "targets", "period": period, "version": version()}
    told = found.to_dict(lang())
    versions = [_version(one.target, one.divided) for one in found.content.rows]
    told["targets"] = [row | {"version": one} for row, one in zip(told["targets"], versions, strict=True)]
    return page_of(told, "targets", cursor, limit, about)


@reads(router, "/proposals", Capability.ROWS, shapes.Proposals, files=TABLES)
def proposals(request: HttpRequest, period: Period = "") -> Result:
    """Targets that may be set."""
    del request
    return goal_reading.proposals(period)


class TargetOf(Body):
    """Which target."""

    period: Name
    measure: Text = WON_VALUE
    owner: Name | None = None
    team: Name | None = None
    branch: Name | None = None
    product: Name | None = None

    def whose(self) -> Whose:
        """Whose it is."""
        return Whose(owner=self.owner, team=self.team, branch=self.branch, product=self.product)


class NewTarget(TargetOf):
    """A target to be set."""

    value: Amount


def _version(one: Target | None, divided: int) -> str:
    """The version of a target: other once it was set anew, divided or taken away."""
    if one is None:
        return version_of({})
    told = {"value": one.value, "currency": one.currency, "tax": one.tax, "entry": one.entry}
    return version_of(told | {"divided": divided})


def _alone(request: HttpRequest, body: TargetOf, write: Callable[[Book], Done]) -> Done:
    """Write about a target where it still is as the program saw it.

    Raises:
        Conflict: ``If-Match`` names another version than the target has now.
    """
    not_empty()

    def act(book: Book) -> Done:
        def now() -> str:
            one = book.goals.one(body.period, measure=body.measure, whose=body.whose())
            return _version(one, book.goals.divided(one) if one else 0)

        hold(request, now)
        return write(book)

    return write_once(act)


OF_PEOPLE = {"team": "team.put", "person": "person.placed"}
"""So begin the names of what says who sees whose deals, and how the audit log tells it."""
OF_A_MONTH = {"period": "2026-11", "measure": WON_VALUE, "owner": "Dana"}


@writes(
    router,
    "/targets",
    Capability.TARGETS,
    shapes.Written,
    body={**OF_A_MONTH, "value": "120000"},
    example={"seq": 412},
    matched=True,
)
def set_target(request: HttpRequest, body: NewTarget) -> Json:
    """Set a target."""

    def write(book: Book) -> Json:
        whose, key = body.whose(), key_of(request)
        made = book.goals.set(body.value, body.period, measure=body.measure, whose=whose, key=key, **stamp())
        return {"seq": made.seq}

    return _alone(request, body, write)


@writes(
    router, "/targets/remove", Capability.TARGETS, shapes.Written, body=OF_A_MONTH, example={"seq": 413}, matched=True
)
def remove_target(request: HttpRequest, body: TargetOf) -> Json:
    """Take a target away."""

    def write(book: Book) -> Json:
        whose, key = body.whose(), key_of(request)
        return {"seq": book.goals.remove(body.period, measure=body.measure, whose=whose, key=key, **stamp()).seq}

    return _alone(request, body, write)


class Split(TargetOf):
    """How a target is divided."""

    over: Literal["owner", "branch", "product", "month"]
    weights: Literal["history", "equal"] | dict[Name, Amount] = "history"


@writes(
    router,
    "/targets/split",
    Capability.TARGETS,
    shapes.Divided,
    body={"period": "2026-11", "over": "owner", "weights": "history"},
    example={"seq": 417, "parts": {"Dana": "70000", "Omer": "50000"}},
    matched=True,
)
def split_target(request: HttpRequest, body: Split) -> Json:
    """Divide a target."""

    def divided(book: Book) -> Json:
        parts = book.goals.split(
            body.over,
            body.period,
            measure=body.measure,
            weights=body.weights,
            whose=body.whose(),
            key=key_of(request),
            **stamp(),
        )
        done = book.goals.act()
        return {"seq": done.seq if done else None, "parts": {name: f"{value:f}" for name, value in parts.items()}}

    return _alone(request, body, divided)


class Entry(Body):
    """An entry that is taken back.

    Attributes:
        seq: its number; the last one when absent.
    """

    seq: Number | None = None


@writes(router, "/targets/undo", Capability.TARGETS, shapes.Undone, body={"seq": 417}, example={"undone": [417, 418]})
def undo_target(request: HttpRequest, body: Entry) -> Json:
    """Take back what was written of a target, with all that one division wrote."""
    del request
    not_empty()
    found = write_once(lambda book: book.goals.undo(body.seq, **stamp()))
    return {"undone": [one.undoes for one in found]}


class Judgement(Body):
    """What somebody says that a period will bring."""

    commit: Amount | None = None
    best: Amount | None = None
    period: Text = ""
    person: Name | None = None


@writes(
    router,
    "/judgements",
    Capability.WRITE,
    shapes.Written,
    body={"period": "2026-11", "commit": "90000", "best": "130000", "person": "Dana"},
    example={"seq": 414},
)
def judge(request: HttpRequest, body: Judgement) -> Json:
    """Say what a period will bring."""
    del request
    not_empty()
    seq = forecast_reading.judge(commit=body.commit, best=body.best, period=body.period, person=body.person, **stamp())
    return {"seq": seq}


class Setting(Body):
    """One thing that the company says of itself."""

    name: Name
    value: Any = None


@writes(
    router,
    "/settings",
    Capability.PEOPLE,
    shapes.Written,
    body={"name": "capacity:Quote", "value": 40},
    example={"seq": 415},
)
def set_setting(request: HttpRequest, body: Setting) -> Json:
    """Say one thing of the company; an owner's business, since it also says who sees whose deals."""
    access, kind = current(), body.name.partition(":")[0]
    if access.company and kind in OF_PEOPLE:
        from yaad.server import teams  # reads tables, which the server of one book does not have

        of_scope(request, Scope.PEOPLE)
        return {"seq": teams.say(access, body.name, body.value, OF_PEOPLE[kind], key=key_of(request))}
    entry = write_once(lambda book: book.set_setting(body.name, body.value, key=key_of(request), **stamp()))
    return {"seq": entry.seq}
