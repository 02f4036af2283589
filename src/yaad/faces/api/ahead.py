"""What is to come: plans, levers, leaks, targets, the forecast, what people say of it, the chances of open deals."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book import Book
from yaad.errors import InputError
from yaad.faces.api.asking import ask, not_empty
from yaad.faces.api.declared import has_chances, key_of, reads, writes
from yaad.faces.api.parameters import Amount, AsOf, Body, By, Name, Period, Text, day
from yaad.model import Whose
from yaad.model.targets import WON_VALUE
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.show import Result
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
Money = Annotated[Amount, Field(examples=["250000"])]
Whom = Annotated[Text | None, Field(examples=["Dana"])]


class NotComputed(InputError):
    """What takes long was not computed for these data."""


@reads(router, "/chances", Capability.ROWS)
def chances(request: HttpRequest) -> Json:
    """The chances of the open deals."""
    del request
    not_empty()
    if not opened().shelf.once(has_chances):
        raise NotComputed(Message("api.not_computed", {"what": "chances"}))
    return ask("chances", lambda book: book.win_chances())


@reads(router, "/backtest", Capability.ROWS)
def backtest(request: HttpRequest) -> Json:
    """How right forecasts have been."""
    del request

    def kept(book: Book) -> Result:
        found = book.kept_backtest()
        if found is None:
            raise NotComputed(Message("api.not_computed", {"what": "backtest"}))
        return found

    return ask("backtest", kept)


@reads(router, "/forecast", Capability.ROWS)
def forecast(request: HttpRequest, by: By = "", months: Annotated[int, Field(ge=1, le=12, examples=[3])] = 3) -> Json:
    """What the months to come bring."""
    del request
    return ask("forecast", lambda book: book.forecast(months, by or None), by, months)


@reads(router, "/moved", Capability.ROWS)
def moved(request: HttpRequest, since: AsOf = None, until: AsOf = None) -> Json:
    """What moved between two days."""
    del request
    first, last = day(since, "since"), day(until, "until")
    return ask("moved", lambda book: book.moved(first, last), first, last)


@reads(router, "/judgements", Capability.ROWS)
def judgements(request: HttpRequest, period: Period = "") -> Json:
    """What people say that a period will bring."""
    del request
    return ask("judgements", lambda book: book.judgements(period or None), period)


@reads(router, "/plan", Capability.ROWS)
def plan(
    request: HttpRequest,
    *,
    target: Annotated[int | None, Field(ge=1, le=1_000_000, examples=[12])] = None,
    target_value: Money = "",
    average: Money = "",
    ratios: Annotated[Literal["mature", "all", "expected"] | None, Field(examples=["expected"])] = None,
    deadline: AsOf = None,
    period: Period = "",
    by: Annotated[Literal["rep", "source"] | None, Field(examples=["rep"])] = None,
) -> Json:
    """How many inquiries a target needs, and until when they still help."""
    del request
    last = day(deadline, "deadline")
    return ask(
        "plan",
        lambda book: book.plan(
            target,
            target_value=target_value or None,
            average=average or None,
            ratios=ratios,
            deadline=last,
            period=period or None,
            by=by,
        ),
        *(target, target_value, average, ratios, last, period, by),
    )


@reads(router, "/levers", Capability.ROWS)
def levers(request: HttpRequest, period: Period = "") -> Json:
    """What each improvement is worth."""
    del request
    return ask("levers", lambda book: book.levers(period or None), period)


@reads(router, "/leaks", Capability.ROWS)
def leaks(request: HttpRequest) -> Json:
    """Where the money leaks."""
    del request
    return ask("leaks", lambda book: book.leaks())


@reads(router, "/goals", Capability.ROWS)
def goals(
    request: HttpRequest,
    *,
    period: Period = "",
    measure: Annotated[Text, Field(examples=[WON_VALUE])] = WON_VALUE,
    owner: Whom = None,
    team: Whom = None,
    branch: Whom = None,
    product: Whom = None,
) -> Json:
    """How a target stands."""
    del request
    whose = Whose(owner=owner or None, team=team or None, branch=branch or None, product=product or None)
    return ask(
        "goals",
        lambda book: book.goals.status(period or None, measure=measure, whose=whose),
        *(period, measure, owner, team, branch, product),
    )


@reads(router, "/targets", Capability.ROWS)
def targets(request: HttpRequest, period: Period = "") -> Json:
    """All targets of a period."""
    del request
    return ask("targets", lambda book: book.goals.targets(period or None), period)


@reads(router, "/proposals", Capability.ROWS)
def proposals(request: HttpRequest, period: Period = "") -> Json:
    """Targets that may be set."""
    del request
    return ask("proposals", lambda book: book.goals.propose(period or None), period)


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


OF_A_MONTH = {"period": "2026-11", "measure": WON_VALUE, "owner": "Dana"}


@writes(router, "/targets", Capability.TARGETS, body={**OF_A_MONTH, "value": "120000"}, example={"seq": 412})
def set_target(request: HttpRequest, body: NewTarget) -> Json:
    """Set a target."""
    not_empty()
    entry = opened().shelf.once(
        lambda book: book.goals.set(
            body.value, body.period, measure=body.measure, whose=body.whose(), key=key_of(request), **stamp()
        )
    )
    return {"seq": entry.seq}


@writes(router, "/targets/remove", Capability.TARGETS, body=OF_A_MONTH, example={"seq": 413})
def remove_target(request: HttpRequest, body: TargetOf) -> Json:
    """Take a target away."""
    not_empty()
    entry = opened().shelf.once(
        lambda book: book.goals.remove(
            body.period, measure=body.measure, whose=body.whose(), key=key_of(request), **stamp()
        )
    )
    return {"seq": entry.seq}


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
    body={"period": "2026-11", "commit": "90000", "best": "130000", "person": "Dana"},
    example={"seq": 414},
)
def judge(request: HttpRequest, body: Judgement) -> Json:
    """Say what a period will bring."""
    del request
    not_empty()
    if body.commit is None and body.best is None:
        raise InputError(Message("forecast.nothing_said"))
    entry = opened().shelf.once(
        lambda book: book.judge(
            commit=body.commit, best=body.best, period=body.period or None, person=body.person, **stamp()
        )
    )
    return {"seq": entry.seq}


class Setting(Body):
    """One thing that the company says of itself."""

    name: Name
    value: Any = None


@writes(
    router,
    "/settings",
    Capability.PEOPLE,
    body={"name": "capacity:Quote", "value": 40},
    example={"seq": 415},
)
def set_setting(request: HttpRequest, body: Setting) -> Json:
    """Say one thing of the company; an owner's business, since it also says who sees whose deals."""
    entry = opened().shelf.once(lambda book: book.set_setting(body.name, body.value, key=key_of(request), **stamp()))
    return {"seq": entry.seq}


def stamp() -> dict[str, Any]:
    """Who writes, and when; a face may read the clock."""
    return {"at": dt.datetime.now(dt.UTC), "by": current().name}
