"""The months to come: what they bring and how sure that is, who brings what, what moved, and how right it has been."""

import datetime as dt
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from yaad.book.forecasting import WEEK
from yaad.errors import CannotTell, YaadError
from yaad.faces.web import computing
from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Choice, Filters, dimension
from yaad.faces.web.formats import answer, as_file, gives_file
from yaad.faces.web.templatetags.say import language
from yaad.model import parse_day
from yaad.server.questions import forecast_reading, reading
from yaad.server.statuses import status_of
from yaad.server.writing import stamp
from yaad.show.fans import fan_html
from yaad.show.forecasts import (
    BacktestResult,
    ForecastResult,
    aim_said,
    chance_said,
    choice_said,
    is_reached,
    lead_said,
    period_said,
    right_said,
    short_of,
    sources_said,
    target_said,
)
from yaad.text import Message

KEPT = ("since", "until", "target")


def forecast(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The forecast, and all that stands beside it."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request, *KEPT)
    target = forecast_reading.amount(request.GET.get("target", ""))
    by = filters.by or ("" if ending else _usual())

    def told() -> ForecastResult:
        return forecast_reading.forecast(by, target)

    return answer(
        request,
        ending,
        "forecast",
        context=lambda: _context(request, filters, by, target),
        data=lambda: told().to_dict(language()),
        table=lambda: told().table(language()),
    )


@gives_file
def moved(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """What moved, as a file; the page stands with the forecast."""
    found = forecast_reading.moved(*_days(request))
    return as_file(request, ending, "moved", found, lambda: found.deals_table(language(), most=None))


@gives_file
def backtest(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """How right forecasts have been, as a file; the page stands with the forecast.

    Raises:
        CannotTell: it was not computed yet.
    """
    found = forecast_reading.backtest()
    if found is None:
        raise CannotTell(Message("forecast.not_tested"))
    return as_file(request, ending, "backtest", found, lambda: found.scores_table(language()))


@gives_file
def judgements(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """What people say, as a file; the page stands with the forecast."""
    return as_file(request, ending, "judgements", forecast_reading.judgements())


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Write what somebody says; what cannot be written is said on the page."""
    typed = {name: request.POST.get(name, "").strip() or None for name in ("commit", "best", "person")}
    period = request.POST.get("period", "").strip()
    try:
        forecast_reading.judge(**typed, period=period, **stamp())
    except YaadError as error:
        context = _context(request, Filters("", "", reverse("forecast")), _usual(), None)
        said = {"error": error.say(language()), "judged_typed": request.POST}
        return render(request, "web/forecast.html", {**context, **said}, status=status_of(error))
    return redirect(reverse("forecast") + "#said")


def _context(request: HttpRequest, filters: Filters, by: str, target: float | None) -> Mapping[str, object]:
    since, until = _days(request)
    went = forecast_reading.moved(since, until)
    about = {
        "page": "forecast",
        "filters": filters,
        "moved": went,
        "moved_table": went.table(language()),
        "moved_deals": went.deals_table(language()),
        "is_week": until - since == WEEK and until == reading.as_of(),
        "typed": request.GET,
        "days": f"?since={since}&until={until}",
    }
    try:
        told = forecast_reading.forecast(by, target)
    except CannotTell as error:
        return about | {"why": error.say(language())}
    tested = forecast_reading.backtest()
    return about | _said(told) | _judged() | _right(tested) | {"strip": _strip(filters, by)}


def _said(told: ForecastResult) -> dict[str, object]:
    made = told.content
    quantity = made.quantity
    first = made.of(quantity)[0]
    return {
        "made": made,
        "lead": lead_said(made, language()),
        "aim": target_said(first, quantity, made.unit, language()),
        "aim_of": aim_said(first, quantity, made.unit, language()),
        "aim_chance": None if first.target_chance is None else chance_said(first.target_chance, language()),
        "is_reached": is_reached(first),
        "short_of": short_of(made, language()),
        "first": period_said(first.period),
        "from_open": sources_said(made, language()),
        "fan": SafeString(fan_html(made, language(), first.target)),
        "choice": choice_said(made, quantity),
        "right": right_said(made.tested, quantity, made.methods[quantity], language()),
        "periods": told.periods_table(language()),
        "parts": told.parts_now_table(language()) if made.parts else None,
        "notes": made.notes,
    }


def _judged() -> dict[str, object]:
    judged = forecast_reading.judgements()
    return {
        "judged": judged.content,
        "judged_table": judged.table(language()),
        "judged_past": judged.past_table(language()),
        "people": forecast_reading.people(),
    }


def _right(tested: BacktestResult | None) -> dict[str, object]:
    """How right it has been; the job that computes it while nobody knows."""
    if tested is None:
        return {"tested": None, "waiting": computing.waiting("backtest")}
    return {
        "tested": tested,
        "methods": tested.table(language()),
        "past_months": tested.months_table(language()),
        "scores": tested.scores_table(language()),
        "rule": Message("forecast.rule"),
    }


def _usual() -> str:
    """The breakdown where none is asked for."""
    return next(iter(forecast_reading.dimensions()), "")


def _strip(filters: Filters, by: str) -> list[Choice]:
    names = forecast_reading.dimensions()
    every = names if not by or by in names else [*names, by]
    return [Choice(dimension(name), filters.href(by=name) + "#parts", name == by) for name in every]


def _days(request: HttpRequest) -> tuple[dt.date, dt.date]:
    """The two days of what moved: the last week where none are asked for.

    Raises:
        InputError: one of them is no date.
        CannotTell: the data show no day.
    """
    since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
    return forecast_reading.between(since, until)


def _day(typed: str) -> dt.date | None:
    return parse_day(typed.strip()) if typed.strip() else None
