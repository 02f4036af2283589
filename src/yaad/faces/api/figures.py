"""Figures: every measure of the catalogue, the scorecard, funnels, times, customers, and how good the data are."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query
from pydantic import Field

from yaad.faces.api.declared import TABLES, as_file, reads, version
from yaad.faces.api.paging import next_of, offset, page_of
from yaad.faces.api.parameters import AsOf, By, Count, Cursor, InPath, Name, Period, Stage, Text, day, lang
from yaad.faces.api.shapes import figures as shapes
from yaad.server.questions import customer_reading, kpi_reading, reading
from yaad.server.questions.customer_reading import Wanted, states_of
from yaad.server.roles import Capability
from yaad.show import Catalogue, Result

router = Router()
MANY = 200
"""Rows or groups of a breakdown that are told at once where nobody asks for fewer."""
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
KPI = {"kpis": [{"id": "win_rate", "value": 0.5, "unit": "rate", "n": 20}], "period": {"name": "2026-10"}, "next": None}
BEHIND = {"id": "won", "rows": [{"deal_id": "D-1001", "owner": "Dana"}], "rows_total": 10, "offset": 0, "next": None}


def _paged(request: HttpRequest, found: Result, name: str, cursor: str, limit: int) -> Result | Json:
    """A breakdown, which may be by a column of many values, with one page of its rows; a file has them all.

    Args:
        request: whose other parameters say what is asked: a cursor goes on in the same question alone.
        found: the whole of it.
        name: of its list; with ``groups`` go the rows of these groups as ``stages``.
        cursor: where it goes on; empty: at its beginning.
        limit: how many.
    """
    if as_file(request):
        return found
    asked = {key: value for key, value in request.GET.items() if key not in ("cursor", "limit")}
    told = page_of(found.to_dict(lang()), name, cursor, limit, {"of": request.path, **asked, "version": version()})
    if name == "groups":
        stages = [stage | {"by": group["by"]} for group in told["groups"] for stage in group["stages"]]
        told = {**told, "stages": stages}
    return told


@reads(
    router,
    "/measures",
    Capability.TOTALS,
    shapes.Measures,
    files=TABLES,
    example={"measures": [{"id": "win_rate", "unit": "rate"}]},
)
def measures(request: HttpRequest) -> Result:
    """Everything that can be measured in this company."""
    del request
    return Catalogue(list(reading.catalogue().values()))


@reads(
    router,
    "/figures",
    Capability.TOTALS,
    shapes.Values,
    files=TABLES,
    example={"measures": [{"id": "win_rate", "value": 0.5}]},
)
def figures(request: HttpRequest, period: Period = "") -> Result:
    """All measures with their values."""
    del request
    return reading.all_figures(period)


@reads(router, "/measures/{measure}", Capability.TOTALS, shapes.ValuesOf, files=TABLES)
def measure(
    request: HttpRequest,
    *,
    measure: InPath,
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """One measure, in all or by a dimension, page by page."""
    found = reading.figures([measure], by, period, day(as_of, "as_of"))
    return _paged(request, found, "measures", cursor, limit)


@reads(router, "/measures/{measure}/explain", Capability.ROWS, shapes.Why, files=TABLES)
def explain(
    request: HttpRequest,
    *,
    measure: InPath,
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    limit: Count = 20,
) -> Result:
    """Why this number."""
    del request
    return reading.explanation(measure, by, period, limit, day(as_of, "as_of"))


Whole = Annotated[bool, Field(examples=[False])]


@reads(router, "/kpis", Capability.TOTALS, shapes.Scorecard, files=TABLES)
def kpis(
    request: HttpRequest,
    *,
    by: By = "",
    period: Period = "",
    whole: Whole = False,
    look_back: Whole = False,
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """The scorecard of a period, its rows page by page."""
    found = kpi_reading.kpis(period, by, whole=whole, look_back=look_back, as_of=day(as_of, "as_of"))
    return _paged(request, found, "kpis", cursor, limit)


@reads(router, "/kpis/{measure}", Capability.TOTALS, shapes.Scorecard, files=TABLES, example=KPI)
def kpi(
    request: HttpRequest,
    *,
    measure: InPath,
    by: By = "",
    period: Period = "",
    look_back: Whole = False,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """One measure of the scorecard, its rows page by page."""
    return _paged(request, kpi_reading.one(measure, period, by, look_back=look_back), "kpis", cursor, limit)


@reads(router, "/kpis/{measure}/rows", Capability.ROWS, shapes.Behind, files=TABLES, example=BEHIND)
def kpi_rows(
    request: HttpRequest,
    *,
    measure: InPath,
    by: By = "",
    group: Annotated[Text, Field(examples=["Dana"])] = "",
    period: Period = "",
    cursor: Cursor = "",
    limit: Count = 50,
) -> Result | Json:
    """The rows behind a figure, page by page."""
    of = {by: group} if by else {}
    about = {"measure": measure, "group": of, "period": period, "version": version()}
    first = offset("rows", cursor, about)
    if as_file(request):
        return kpi_reading.behind(measure, of, period, limit=reading.ALL)
    told = kpi_reading.behind(measure, of, period, limit=limit, offset=first)
    goes_on = next_of("rows", first + limit, about) if told.content.total > first + limit else None
    return {**told.to_dict(lang()), "next": goes_on}


@reads(router, "/funnel", Capability.TOTALS, shapes.Funnel, files=TABLES)
def funnel(
    request: HttpRequest,
    *,
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """The funnel, its groups page by page."""
    return _paged(request, reading.funnels(by, period, day(as_of, "as_of")), "groups", cursor, limit)


@reads(router, "/conversion", Capability.TOTALS, shapes.Conversion, files=TABLES)
def conversion(
    request: HttpRequest,
    *,
    start: Stage = "",
    end: Stage = "",
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """The way between two stages, its groups page by page."""
    found = reading.conversion(start, end, by, period, day(as_of, "as_of"))
    return _paged(request, found, "conversions", cursor, limit)


@reads(router, "/dwell", Capability.TOTALS, shapes.Dwell, files=TABLES)
def dwell(
    request: HttpRequest,
    *,
    basis: Annotated[Literal["first", "visit"], Field(examples=["first"])] = "first",
    by: By = "",
    period: Period = "",
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Count = MANY,
) -> Result | Json:
    """How long deals stay in each stage, its groups page by page."""
    return _paged(request, reading.dwells(basis, by, period, day(as_of, "as_of")), "groups", cursor, limit)


@reads(router, "/stuck", Capability.ROWS, shapes.Stuck, files=TABLES)
def stuck(request: HttpRequest, as_of: AsOf = None, cursor: Cursor = "", limit: Count = 50) -> Result | Json:
    """All deals that are stuck, page by page."""
    found = reading.stuck(day(as_of, "as_of"))
    if as_file(request):
        return found
    return page_of(found.to_dict(lang()), "rows", cursor, limit, {"of": "stuck", "as_of": as_of, "version": version()})


@reads(router, "/calls", Capability.ROWS, shapes.Calls, files=TABLES)
def calls(request: HttpRequest, cursor: Cursor = "", limit: Count = reading.TO_CALL) -> Result | Json:
    """The deals to call today, the first one on top."""
    if as_file(request):
        return reading.calls(limit)
    about = {"of": "calls", "version": version()}
    found = reading.calls(offset("deals", cursor, about) + limit + 1)  # one more tells whether the list goes on
    return page_of(found.to_dict(lang()), "deals", cursor, limit, about)


StateName = Annotated[Text, Field(examples=["once"])]
Every = Annotated[Literal["", "month", "quarter", "year"], Field(examples=["quarter"])]


@reads(router, "/customers", Capability.ROWS, shapes.Customers, files=TABLES)
def customers(
    request: HttpRequest,
    *,
    state: Annotated[list[StateName] | None, Query(None)] = None,
    owner: Annotated[Text, Field(examples=["Dana"])] = "",
    words: Annotated[Text, Field(examples=["Oak"])] = "",
    period: Period = "",
    every: Every = "",
    cursor: Cursor = "",
    limit: Count = 50,
) -> Result | Json:
    """The customers: who stays, who has stopped, what they are worth."""
    wanted = Wanted(states_of(state or ()), owner, words.strip())
    about = {"of": repr(wanted), "period": period, "every": every, "version": version()}
    first = offset("list", cursor, about)
    if as_file(request):
        return customer_reading.listed(period, every, wanted)
    told = customer_reading.listed(period, every, wanted, limit=limit, offset=first)
    goes_on = next_of("list", first + limit, about) if told.content.of > first + limit else None
    return {**told.to_dict(lang()), "next": goes_on}


@reads(router, "/customer", Capability.ROWS, shapes.OneCustomer, files=TABLES)
def customer(request: HttpRequest, name: Annotated[Name, Field(examples=["Oak Kitchens"])]) -> Result:
    """One customer with everything bought."""
    del request
    return customer_reading.one(name)


@reads(router, "/cohorts", Capability.ROWS, shapes.CohortsSaid, files=TABLES)
def cohorts(request: HttpRequest, every: Every = "") -> Result:
    """Of the customers who came together: how many are still there."""
    del request
    return customer_reading.cohorts(every)


@reads(router, "/doctor", Capability.ROWS, shapes.Doctor, files=TABLES)
def doctor(request: HttpRequest) -> Result:
    """How good the data are."""
    del request
    return reading.doctor()
