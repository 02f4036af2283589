"""The customers: whom to call, how they stay, who is still there; one of them; and the margin that they are told in."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from yaad.book.customers import MARGIN, read_margin
from yaad.errors import YaadError
from yaad.faces.web.beginning import begin
from yaad.faces.web.filters import Choice, Filters, page_of
from yaad.faces.web.formats import answer, as_file, gives_file
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.opt_outs import ways
from yaad.insight.customers import TO_CALL, Customers
from yaad.measures.cohorts import Every
from yaad.measures.standing import RENEWAL_DAYS, STOPPED, Customer, Standing, State
from yaad.server.questions import customer_reading, reading
from yaad.server.questions.customer_reading import EVERYBODY, Wanted, states_of
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.show import CustomersResult
from yaad.show.customers import (
    alive_said,
    cohort_notes,
    cohorts_html,
    do_said,
    flow_said,
    lead,
    margin_said,
    notes,
    state_said,
    total_said,
    why_said,
    worth_said,
)
from yaad.show.speech import Said
from yaad.text import Message, percent

SHOWN = 15
"""Customers on one page; the file has them all."""
TOLD = ("churn_rate", "clv", "tenure", "days_between_orders", "repeat_rate")
"""Figures on the page; the share that stays is what is left of churn."""
KEPT = ("state", "owner", "every", "q")


def customers(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Whom to call, how customers stay and what they are worth, and who is still there."""
    if reading.is_empty():
        return begin(request)
    filters = Filters.of(request, *KEPT)
    result = CustomersResult(_asked(request, filters, 0 if ending else page_of(request)))
    return answer(
        request,
        ending,
        "customers",
        context=lambda: _context(request, filters, result.content),
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


@gives_file
def cohorts(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """Who is still there, as a file; the page stands with the customers."""
    if reading.is_empty() or ending is None:
        return redirect("customers")
    return as_file(request, ending, "cohorts", customer_reading.cohorts(_every(request)))


def customer(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """One customer with everything bought."""
    if reading.is_empty():
        return begin(request)
    name = request.GET.get("is", "")
    result = customer_reading.one(name)
    found = result.content

    def context() -> Mapping[str, object]:
        one, by_contract = found.customer, found.by_contract
        return {
            "page": "customers",
            "filters": Filters.of(request, "is"),
            "one": one,
            "unit": found.unit,
            "total_head": total_said(by_contract=by_contract),
            "state": state_said(one.state, by_contract=by_contract),
            "why": why_said(one, language(), by_contract=by_contract),
            "do": do_said(one, by_contract=by_contract),
            "alive": None if one.alive is None else alive_said(one.alive, language()),
            "may_write": current().may(Capability.WRITE),
            "ways": ways(),
            "worth": worth_said(found, language()),
            "bought": replace(result.table(language()), title="", notes=()),
        }

    return answer(
        request,
        ending,
        "customer",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


@require_POST
def margin(request: HttpRequest) -> HttpResponse:
    """Say the gross margin; empty takes it back. What cannot be one is said beside the field."""
    typed = request.POST.get("margin", "")
    try:
        share = read_margin(typed)
        write_once(lambda book: book.set_setting(MARGIN, share, **stamp()))
    except YaadError as error:
        filters = Filters("", "", reverse("customers"))
        shown = _asked(request, filters, 1)
        context = _context(request, filters, shown) | {"error": error.say(language()), "margin_typed": typed}
        return render(request, "web/customers.html", context, status=status_of(error))
    return redirect("customers")


def _asked(request: HttpRequest, filters: Filters, page: int) -> Customers:
    """The customers with one page of the list; all of it as page 0, for a file."""
    given = request.GET
    wanted = Wanted(_states(given.get("state", "")), given.get("owner") or "", given.get("q", "").strip())
    limit, offset = (SHOWN, (page - 1) * SHOWN) if page else (None, 0)
    return customer_reading.listed(filters.period, _every(request), wanted, limit=limit, offset=offset).content


def _states(name: str) -> tuple[State, ...]:
    """The states asked for; a name that is none of ours is not looked at."""
    return states_of([name] if name == EVERYBODY or name in set(State) else [])


def _every(request: HttpRequest) -> str:
    asked = request.GET.get("every", "")
    return asked if asked in set(Every) else ""


def _context(request: HttpRequest, filters: Filters, found: Customers) -> dict[str, object]:
    stands, lang = found.standing, language()
    by_contract, made = stands.by_contract, found.cohorts
    share = found.terms.margin
    number, pages = page_of(request), max(-(-found.of // SHOWN), 1)
    return {
        "page": "customers",
        "filters": filters,
        "found": found,
        "lead": lead(found, lang),
        "flow": flow_said(found),
        "notes": notes(found, lang),
        "looked": found.words,
        "strips": _strips(found, filters, request),
        "rows": [_row(one, stands) for one in found.listed],
        "unit": stands.unit,
        "to_call": found.states == TO_CALL,
        "number": number,
        "of_pages": pages,
        "before": filters.href(page=str(number - 1)) if number > 1 else None,
        "after": filters.href(page=str(number + 1)) if number < pages else None,
        "figures": [
            (found.figures[name], *customer_reading.words(name))
            for name in TOLD
            if not by_contract or found.figures[name].value is not None
        ],
        "total_head": total_said(by_contract=by_contract),
        "cohorts": SafeString(cohorts_html(made, lang)),
        "cohort_notes": cohort_notes(made),
        "cohort_file": f"?every={made.every}",
        "by_contract": by_contract,
        "sizes": [
            Choice(Message(f"customers.every_{size}"), filters.href(every=size.value), size is made.every)
            for size in Every
        ],
        "margin": margin_said(share, lang),
        "margin_typed": "" if share is None else f"{100 * share:g}",
        "methods": [
            Message("customers.contract_method", {"days": RENEWAL_DAYS})
            if by_contract
            else Message("customers.stopped_method", {"bound": percent(STOPPED, lang)}),
            *(() if by_contract else (Message("customers.worth_method"),)),
            Message("customers.cohorts_method"),
        ],
        "error": "",
    }


def _row(one: Customer, stands: Standing) -> tuple[Customer, Message, Message | None, Message, Message | None]:
    """A customer with why, what to do, the state and the chance."""
    by_contract, lang = stands.by_contract, language()
    return (
        one,
        why_said(one, lang, by_contract=by_contract),
        do_said(one, by_contract=by_contract),
        state_said(one.state, by_contract=by_contract),
        None if one.alive is None else alive_said(one.alive, lang),
    )


def _strips(found: Customers, filters: Filters, request: HttpRequest) -> list[tuple[str, Message, list[Choice]]]:
    """Links for periods, states and persons: name of the part of the address, its words, its choices."""
    by_contract, state = found.standing.by_contract, request.GET.get("state", "")
    known = [one for one in State if found.standing.count(one)]
    states: list[tuple[str, Said]] = [("", Message("customers.to_call"))]
    states += [(one.value, state_said(one, by_contract=by_contract)) for one in known]
    states.append((EVERYBODY, Message("customers.all")))
    links = [Choice(words, filters.href(state=value), value == state) for value, words in states]
    owner = request.GET.get("owner", "")
    owners = [Choice(Message("customers.all"), filters.href(owner=""), not owner)]
    owners += [Choice(name, filters.href(owner=name), name == owner) for name in found.standing.owners]
    _, *periods = filters.periods(reading.months())
    year = Choice(Message("customers.a_year"), filters.href(period=""), not filters.period)
    strips = [
        ("period", Message("web.period"), [year, *periods]),
        ("state", Message("customers.filter_state"), links),
        ("owner", Message("customers.filter_owner"), owners),
    ]
    return [strip for strip in strips if len(strip[2]) > 2]
