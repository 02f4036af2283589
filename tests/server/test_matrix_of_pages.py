"""Which role reads which address: all of them, for every role, against a table that is written by hand.

What an address would compute is not asked here: each view gives one word, so that all of them can be asked. What the
policies say is read from nothing but the answers; the table alone says what is right.
"""

import re

import pytest
from tests.people import PARTS
from tests.server.matrix import Found, ask, at, every_address, role_of

EVERYBODY = {"owner", "manager", "rep", "consultant", "viewer"}
ROWS = EVERYBODY - {"viewer"}
SELLING = {"owner", "manager", "rep"}
LEADING = {"owner", "manager"}
OWNER = {"owner"}
READERS: dict[str, set[str]] = {
    # pages
    "": EVERYBODY,
    "funnel conversion time kpis kpis/* measures": EVERYBODY,
    "calls board pipeline stuck chances plan kpis/*/deals goals proposals forecast moved backtest judgements": ROWS,
    "customers customer cohorts levers leaks doctor why/* computing/* computing/*/start computing/*/cancel": ROWS,
    "tables/* pipeline/grid pipeline/live pipeline/lanes": ROWS,
    "pipeline/grid/change pipeline/grid/undo": SELLING,
    "deal deal/note deal/file/* deal/quote/* my-day my-day.txt my-day/mail measured": ROWS,
    "deal/close deal/did deal/change deal/leave deal/move deal/undo deal/quote deal/withdraw deal/file": SELLING,
    "deal/quote/take": SELLING,
    "pipeline/exits pipeline/exits/undo": OWNER,
    "inquiries": ROWS,
    "visits/new device": SELLING,
    "inquiries/new inquiries/answered inquiries/not inquiries/undo opt-out": SELLING,
    "opt-outs inquiries/rules inquiries/doors inquiries/doors/* inquiries/letters/*": OWNER,
    "goals/set goals/split goals/remove goals/undo": LEADING,
    "pipeline/many pipeline/many/back": SELLING,
    "forecast/judge pipeline/move pipeline/new pipeline/undo tokens tokens/*/revoke calendar": SELLING,
    "people people/invite people/invited/*/withdraw people/invited/*/again webhooks webhooks/* webhooks/*/*": LEADING,
    "people/* people/*/end people/*/tie people/teams people/teams/remove people/place people/undo": OWNER,
    "people/person people/person/export people/person/export/* people/person/erase": OWNER,
    "people/person/asked/* people/person/erasing/*": OWNER,
    "customers/margin customers/same": OWNER,
    "audit company company/start.csv company/retire": OWNER,
    "sources sources/add/* source/* source/*/run source/*/cancel source/*/answer source/*/take-over": OWNER,
    "source/*/secret source/*/remove source/*/rejects/*": OWNER,
    "files files/first-deal files/* files/*/answer files/*/start files/*/read files/*/cancel files/*/rejects/*": OWNER,
    "files/*/rejects/*/mend.xlsx files/*/changes.csv files/*/mapping.yaml files/*/xray": OWNER,
    "imports/*/undo imports/undoing/* reports reports/* reports/*/cancel reports/*/xray": OWNER,
    # programs
    "api:measures api:figures api:measures/* api:kpis api:kpis/* api:funnel api:conversion api:dwell": EVERYBODY,
    "api:own-measures api:jobs/*": EVERYBODY,
    "api:measures/*/explain api:kpis/*/rows api:stuck api:calls api:customers api:customer api:cohorts": ROWS,
    "api:doctor api:chances api:backtest api:forecast api:moved api:judgements api:plan api:levers api:leaks": ROWS,
    "api:goals api:targets api:proposals api:deals api:deals/*/entries api:deals/* api:tables api:tables/*": ROWS,
    "api:inquiries api:my-day": ROWS,
    "api:opt-outs": OWNER,
    "api:leaderboard api:deals/*/timeline api:deals/*/quotes api:events": ROWS,
    "api:deals/*/quotes/* api:deals/*/files api:deals/*/files/*": ROWS,
    "api:people api:people/meaning api:invitations api:teams api:webhooks api:webhooks/*/letters": LEADING,
    "api:people/proposed api:people/* api:company api:company/start api:audit api:audit/verify api:sources": OWNER,
    "api:persons/look/* api:persons/export/* api:persons/erase/*": OWNER,
    "api:sources/* api:sources/*/rejects/*.csv api:sources/*/rejects/*.xlsx": OWNER,
    "api:imports api:uploads api:uploads/* api:uploads/*/rejects/*.csv api:uploads/*/rejects/*.xlsx": OWNER,
    "api:uploads/*/changes.csv api:reports api:reports/* api:reports/*/xray.pdf api:reports/*/xray.xlsx": OWNER,
}
"""Addresses, each with a star for what it names → the roles that read them; a page and its files are one."""
UNASKED = {422}
"""What a program is told where its question lacks a part: it may ask."""


def name_of(one) -> str:
    """An address as the table calls it."""
    route = re.sub(r"\.<\w+:ending>$|/$", "", one.route)
    return ("api:" if one.is_api else "") + re.sub(r"<[^>]+>", "*", route)


def table() -> dict[str, set[str]]:
    return {name: roles for names, roles in READERS.items() for name in names.split() or [""]}


def read_by_get():
    return [one for one in every_address() if not one.verbs or "GET" in one.verbs]


@pytest.fixture
def quick(home, monkeypatch):
    """Every view says one word, once it is reached; what stands before it stays."""
    from django.http import HttpResponse

    from yaad.faces.api import urls as programs
    from yaad.faces.web import urls
    from yaad.server import policy

    def word(*_args, **_given):
        return HttpResponse("reached")

    for _route, pattern in policy.addresses(urls.urlpatterns):
        declared = getattr(pattern.callback, policy.POLICY)
        if isinstance(declared, tuple):
            monkeypatch.setattr(pattern, "callback", policy._held(word, *declared))
    for router in programs.inside._get_bound_routers():
        for view in router.path_operations.values():
            for one in view.operations:
                monkeypatch.setattr(one, "view_func", word)
    return monkeypatch


def wrong(world, name):
    """Addresses that a role reads and should not, or should and does not."""
    found, client, known = Found(), world.team.client(name), table()
    for one in read_by_get():
        answer = ask(client, "GET", at(one, world.team.here, world.objects["here"], "here"))
        is_reader = role_of(name).value in known[name_of(one)]
        right = (
            answer.content == b"reached" or answer.status_code in UNASKED if is_reader else answer.status_code == 403
        )
        found.check(right=right, told=f"{name} {one.route}: {answer.status_code}")
    return found.offences


def test_the_table_names_every_address(home):
    assert {name_of(one) for one in read_by_get()} == set(table())
    assert sum(map(len, (names.split() or [""] for names in READERS))) == len(table()), "named twice"


@pytest.mark.parametrize("name", PARTS)
def test_each_role_reads_what_the_table_says_and_nothing_else(world, quick, name):
    assert wrong(world, name) == []


def test_a_page_and_an_operation_with_another_policy_are_found(world, quick):
    from django.http import HttpResponse

    from yaad.faces.api import urls as programs
    from yaad.faces.web import urls
    from yaad.server import policy
    from yaad.server.roles import Capability

    page = next(one for one in urls.urlpatterns if one.name == "audit")
    quick.setattr(page, "callback", policy._held(lambda _r: HttpResponse("reached"), *[Capability.TOTALS] * 2))
    operation = next(
        one
        for router in programs.inside._get_bound_routers()
        for view in router.path_operations.values()
        for one in view.operations
        if one.operation_id == "company"
    )
    quick.setattr(operation, "auth_callbacks", [type(operation.auth_callbacks[0])(Capability.TOTALS)])
    assert wrong(world, "viewer") == ["viewer audit/: 200", "viewer company: 200"]
