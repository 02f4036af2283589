"""Figures: every measure of the catalogue, funnels, times, customers, and how good the data are."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query
from pydantic import Field

from yaad.faces.api.asking import ask
from yaad.faces.api.declared import reads
from yaad.faces.api.parameters import AsOf, By, Count, InPath, Name, Period, Stage, Text
from yaad.server.roles import Capability
from yaad.show import Catalogue

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
EVERY = 1_000_000
"""Rows of a list that is told whole."""


@reads(router, "/measures", Capability.TOTALS, example={"measures": [{"id": "win_rate", "unit": "rate"}]})
def measures(request: HttpRequest) -> Json:
    """Everything that can be measured in this company."""
    del request
    return ask("catalogue", lambda book: Catalogue(list(book.catalogue.values())))


@reads(router, "/measures/{measure}", Capability.TOTALS)
def measure(request: HttpRequest, measure: InPath, by: By = "", period: Period = "", as_of: AsOf = None) -> Json:
    """One measure, in all or by a dimension."""
    del request
    return ask(
        "measure",
        lambda book: book.measure(measure, by=by or None, period=period or None),
        measure,
        by,
        period,
        as_of=as_of,
    )


@reads(router, "/measures/{measure}/explain", Capability.ROWS)
def explain(
    request: HttpRequest,
    *,
    measure: InPath,
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    limit: Count = 20,
) -> Json:
    """Why this number."""
    del request
    return ask(
        "explain",
        lambda book: book.explain(measure, by or None, period or None, limit),
        measure,
        by,
        period,
        limit,
        as_of=as_of,
    )


@reads(router, "/kpis", Capability.TOTALS)
def kpis(request: HttpRequest, by: By = "", period: Period = "", as_of: AsOf = None) -> Json:
    """The scorecard of a period."""
    del request
    return ask("kpis", lambda book: book.kpis(period or None, by or None), by, period, as_of=as_of)


@reads(router, "/funnel", Capability.TOTALS)
def funnel(request: HttpRequest, by: By = "", period: Period = "", as_of: AsOf = None) -> Json:
    """The funnel."""
    del request
    return ask("funnel", lambda book: book.funnel(by or None, period or None), by, period, as_of=as_of)


@reads(router, "/conversion", Capability.TOTALS)
def conversion(
    request: HttpRequest,
    *,
    start: Stage = "",
    end: Stage = "",
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
) -> Json:
    """The way between two stages."""
    del request
    return ask(
        "conversion",
        lambda book: book.conversion(start or None, end or None, by or None, period or None),
        start,
        end,
        by,
        period,
        as_of=as_of,
    )


@reads(router, "/dwell", Capability.TOTALS)
def dwell(
    request: HttpRequest,
    *,
    basis: Annotated[Literal["first", "visit"], Field(examples=["first"])] = "first",
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
) -> Json:
    """How long deals stay in each stage."""
    del request
    return ask("dwell", lambda book: book.dwell(basis, by or None, period or None), basis, by, period, as_of=as_of)


@reads(router, "/stuck", Capability.ROWS)
def stuck(request: HttpRequest, as_of: AsOf = None) -> Json:
    """All deals that are stuck."""
    del request
    return ask("stuck", lambda book: book.explain("stuck", limit=EVERY), as_of=as_of)


@reads(router, "/calls", Capability.ROWS)
def calls(request: HttpRequest, limit: Count = 10) -> Json:
    """The deals to call today."""
    del request
    return ask("calls", lambda book: book.deals_to_call(limit), limit)


@reads(router, "/customers", Capability.ROWS)
def customers(
    request: HttpRequest,
    *,
    state: Annotated[list[Text] | None, Query(None)] = None,
    owner: Text = "",
    period: Period = "",
    limit: Count = 50,
) -> Json:
    """The customers: who stays, who has stopped, what they are worth."""
    del request
    states = state or None
    return ask(
        "customers",
        lambda book: book.customers(period or None, states=states, owner=owner or None, limit=limit),
        tuple(states or ()),
        owner,
        period,
        limit,
    )


@reads(router, "/customer", Capability.ROWS)
def customer(request: HttpRequest, name: Annotated[Name, Field(examples=["Oak Kitchens"])]) -> Json:
    """One customer with everything bought."""
    del request
    return ask("customer", lambda book: book.customer(name), name)


@reads(router, "/cohorts", Capability.ROWS)
def cohorts(
    request: HttpRequest,
    every: Annotated[Literal["month", "quarter", "year"] | None, Field(examples=["quarter"])] = None,
) -> Json:
    """Of the customers who came together: how many are still there."""
    del request
    return ask("cohorts", lambda book: book.cohorts(every), every)


@reads(router, "/doctor", Capability.ROWS)
def doctor(request: HttpRequest) -> Json:
    """How good the data are."""
    del request
    return ask("doctor", lambda book: book.doctor())
