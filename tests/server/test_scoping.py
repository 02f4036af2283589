"""One scope: who sees whose rows, who may do what, and that it follows every change at once."""

import datetime as dt

import pytest
from tests.people import PARTS, SEEN, SELLERS, marker

from yaad.server.roles import MAY, Capability, Role

EVERY = [person for people in SELLERS.values() for person in people]


@pytest.mark.parametrize("name", [name for name in PARTS if "viewer" not in name])
def test_single_rows_are_those_of_whom_one_sees(team, name):
    told = team.client(name).get(f"{team.here.prefix}tables/deals.csv").content.decode()
    seen = {person for person in EVERY if marker("here", person) in told}
    assert seen == SEEN[name]
    assert "markthere" not in told


def test_a_viewer_sees_figures_and_no_rows(team):
    client = team.client("viewer")
    assert client.get(f"{team.here.prefix}funnel.json").status_code == 200
    assert client.get(f"{team.here.prefix}tables/deals.csv").status_code == 403


@pytest.mark.parametrize("name", PARTS)
def test_another_company_is_not_there(team, name):
    answer = team.client(name).get(team.there.prefix + "funnel/")
    none = team.client(name).get("/c/c000000000000/funnel/")
    assert (answer.status_code, none.status_code) == (404, 404)
    assert answer.content == none.content.replace(b"c000000000000", team.there.id.encode())


def test_who_has_not_signed_in_is_sent_to_the_door(team):
    from django.test import Client

    answer = Client(HTTP_HOST="127.0.0.1").get(team.here.prefix)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_a_grant_that_ended_is_over_at_once(team):
    from django.utils import timezone

    from yaad.server.models import Membership

    client = team.client("consultant")
    part = Membership.objects.filter(account=team.here.accounts["consultant"])
    assert client.get(team.here.prefix + "funnel/").status_code == 200
    part.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(team.here.prefix + "funnel/").status_code == 404
    part.update(until=None)
    assert client.get(team.here.prefix + "funnel/").status_code == 200


def test_a_role_that_was_lowered_holds_from_the_next_request(team):
    from yaad.server.models import Membership

    client = team.client("owner")
    part = Membership.objects.filter(account=team.here.accounts["owner"])
    assert client.get(team.here.prefix + "files/").status_code == 200
    part.update(role=Role.REP, person="Dan")
    try:
        assert client.get(team.here.prefix + "files/").status_code == 403
        told = client.get(f"{team.here.prefix}tables/deals.csv").content.decode()
        assert {person for person in EVERY if marker("here", person) in told} == {"Dan"}
    finally:
        part.update(role=Role.OWNER, person="")


def test_a_manager_follows_the_teams_as_they_are_now(team):
    from yaad.book import Book

    client, at = team.client("manager"), dt.datetime(2026, 10, 21, tzinfo=dt.UTC)
    book = Book.open(team.here.root)
    book.set_setting("person:Eli", {"team": "south"}, at=at, by="owner")
    told = client.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    book.set_setting("person:Eli", {"team": "port"}, at=at, by="owner")
    book.close()
    assert {person for person in EVERY if marker("here", person) in told} == {"Ann", "Ben"}


def test_a_consultant_gains_what_the_grant_says_and_nothing_else():
    assert MAY[Role.CONSULTANT] & {Capability.IMPORT, Capability.WRITE, Capability.PEOPLE} == set()


def test_every_address_says_what_it_needs(home):
    import django.urls
    from django.core.exceptions import ImproperlyConfigured

    from yaad.faces.web import urls
    from yaad.server.policy import check

    check(urls.urlpatterns)
    with pytest.raises(ImproperlyConfigured, match="planted/"):
        check([*urls.urlpatterns, django.urls.path("planted/", lambda _request: None)])
