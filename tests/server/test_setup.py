"""The first run: one first owner, by the printed key alone; then the page is gone."""

import threading

import pytest
from tests.people import PASSWORD

TYPED = {
    "person": "Dana Levi",
    "email": "Dana@Alon.example",
    "password": PASSWORD,
    "name": "Alon Office",
    "kind": "phone",
    "country": "IL",
    "zone": "Asia/Jerusalem",
    "currency": "ILS",
    "vat": "18",
}


@pytest.fixture
def empty(home):
    """A server that nobody has an account on; empty again afterwards."""
    from django.core.management import call_command

    from yaad.server import companies, state

    call_command("flush", verbosity=0, interactive=False)
    state.open_companies(companies.folder_of)
    yield home
    state.close()
    call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def browser(empty):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


def _key(home) -> str:
    from yaad.server import setup

    return setup.address(home).partition("?key=")[2]


def test_without_the_key_nothing_is_asked_and_nothing_is_made(browser, empty):
    from yaad.server.models import Account

    page = browser.get("/setup/")
    assert (page.status_code, 'name="password"' in page.content.decode()) == (200, False)
    assert browser.get("/setup/?key=" + "x" * 43).status_code == 403
    assert browser.post("/setup/", TYPED | {"key": "x" * 43}).status_code == 403
    assert not Account.objects.exists()


def test_the_first_page_leads_into_the_first_run(browser, empty):
    page = browser.get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/setup/"
    browser.cookies["yaad_lang"] = "en"
    assert "was printed when the server was started" in browser.get("/setup/").content.decode()
    pasted = browser.get("/setup/", {"key": f" http://127.0.0.1/setup/?key={_key(empty)}"}).content.decode()
    assert 'name="password"' in pasted
    assert f'name="key" value="{_key(empty)}"' in pasted


def test_the_first_owner_begins_with_the_company_and_its_kind(browser, empty):
    from yaad.book.scorecards import own_measures
    from yaad.server import companies, setup
    from yaad.server.models import Account, Company, Membership

    key = _key(empty)
    assert browser.get(f"/setup/?key={key}").status_code == 200
    answer = browser.post("/setup/", TYPED | {"key": key})
    company = Company.objects.get()
    assert answer.headers["Location"] == f"/c/{company.id}/files/"
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert (company.name, company.kind, company.zone, str(company.vat)) == (
        "Alon Office", "phone", "Asia/Jerusalem", "0.1800",
    )  # fmt: skip
    owner = Account.objects.get()
    assert (owner.email, owner.name) == ("dana@alon.example", "Dana Levi")
    assert Membership.objects.get().role == "owner"
    assert own_measures(companies.folder_of(company.id)).first[:2] == ("attempts", "contact_rate")
    assert setup.address(empty) == ""
    for again in (browser.get(f"/setup/?key={key}"), browser.post("/setup/", TYPED | {"key": key})):
        assert again.status_code == 404
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "nobody"),
        ("password", "password1234"),
        ("person", " "),
        ("name", ""),
        ("kind", "bakery"),
        ("zone", "Mars/Base"),
        ("currency", "XXQ"),
        ("country", "ZZZ"),
        ("vat", "180"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_made(browser, empty, field, typed):
    from yaad.server.models import Account, Company

    answer = browser.post("/setup/", TYPED | {"key": _key(empty), field: typed})
    assert answer.status_code == 400
    assert PASSWORD not in answer.content.decode()
    assert not Account.objects.exists()
    assert not Company.objects.exists()


def test_of_two_at_once_one_is_the_first(empty):
    from django.db import connections
    from django.test import Client

    from yaad.server.models import Account, Company

    key, together, statuses = _key(empty), threading.Barrier(2), []

    def post(n: int) -> None:
        together.wait()
        said = TYPED | {"key": key, "email": f"first{n}@alon.example"}
        statuses.append(Client(HTTP_HOST="127.0.0.1").post("/setup/", said).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 404]
    assert (Account.objects.count(), Company.objects.count()) == (1, 1)


def test_each_kind_begins_with_measures_that_there_are_and_words_in_both_languages():
    from yaad.measures import REGISTRY
    from yaad.server.kinds import STARTS
    from yaad.server.roles import Kind
    from yaad.text import LANGUAGES, has_key

    assert set(STARTS) == set(Kind)
    for start in STARTS.values():
        assert set(start.first) <= set(REGISTRY)
        for lang in LANGUAGES:
            assert not [name for name in (*start.stage_names(lang), *start.beside(lang)) if "people." in name]
            assert len({*start.stage_names(lang), *start.beside(lang)}) in (0, len(start.stages) + 7)
            assert has_key(f"people.seller_{start.seller}", lang)
    assert STARTS[Kind.ORDERS].stage_names("en") == []
