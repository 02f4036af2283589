"""A company without an export begins with the usual stages of its kind and a first deal, typed on the page."""

import datetime as dt
import re
from contextlib import closing

import pytest
from tests.people import PASSWORD

from yaad.book import Book
from yaad.errors import InputError
from yaad.server import bringing, state, tasks
from yaad.server.drafts import Step
from yaad.server.kinds import STARTS
from yaad.server.roles import Kind
from yaad.server.scoping import on_behalf_of, scope

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
STAGES = ["New inquiry", "Meeting", "Quote", "Negotiation"]
TYPED = {
    "deal": "Levy, kitchen",
    "customer": "Levy",
    "person": "Dana",
    "source": "",
    "amount": "1,200",
    "phone": "050-123 4567",
    "day": "2026-11-20",
}


@pytest.fixture
def begin(team):
    """A new company of a kind, and a browser of its owner; its jobs stay in line."""
    from django.test import Client

    from yaad.server import companies
    from yaad.server.models import Account

    held = []

    def made(kind):
        owner = Account.objects.filter(email="new@here.example").first() or Account.objects.create_user(
            "new@here.example", PASSWORD, name="new"
        )
        company = companies.begin(owner, "New", kind, zone="Asia/Jerusalem", currency="ILS")
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(owner)
        access = scope(owner.pk, company.pk)
        with on_behalf_of(access):
            turns = state.opened().jobs._turns
        if not held:
            held.append((turns.held(), turns))
            held[0][0].__enter__()
        return access, client, f"/c/{company.pk}/"

    yield made
    if held:
        held[0][1]._lines.clear()
        held[0][0].__exit__(None, None, None)


@pytest.mark.parametrize(("lang", "stage"), [("en", "Quote"), ("he", "הצעת מחיר"), ("en", "New inquiry")])
def test_the_first_deal_puts_up_the_stages_of_the_kind(begin, lang, stage):
    from yaad.server import own_board

    access, _, _ = begin(Kind.PROJECTS)
    with on_behalf_of(access):
        draft = own_board.begun(TYPED | {"stage": stage}, lang, NOW)
        assert draft.step is Step.IMPORTING, "it comes in at once"
        arguments = bringing._arguments(draft, lang)
        assert tasks.understand(arguments, lambda *_told: None)["questions"] == [], "nothing is left to be asked"
        tasks.import_files(arguments, lambda *_told: None)
        root = state.opened().place.book
        start = STARTS[Kind.PROJECTS]
        names = start.stage_names(lang)
    with closing(Book.open(root)) as book:
        stages = {one.name: one.type.value for one in book.facts.pin.pipeline.stages}
        beside = [name for name in stages if name not in names]
        assert [name for name in stages if name in names] == names
        assert beside == list(start.beside(lang))
        assert [stages[name] for name in beside] == ["on_hold", *["not_inquiry"] * 4]
        entered = {one["stage"]: one["open"] for one in book.funnel().to_dict()["stages"]}
        assert {name: entered[name] for name in names[:4] if entered[name]} == {stage: 1}
        assert "ILS" in str(book.measure("open_value").to_dict())
        assert book.zone == "Asia/Jerusalem"
        (row,) = book.facts.run(book.facts.deals.select("account", "owner", "phone")).to_pylist()
        assert row == {"account": "Levy", "owner": "Dana", "phone": "050-123 4567"}
    with on_behalf_of(access):
        assert own_board.offered(lang) == names[:4]


@pytest.mark.parametrize(
    "more", [{"deal": " "}, {"stage": "Sold"}, {"day": "2027-01-01"}, {"amount": "much"}, {"day": "?"}]
)
def test_what_cannot_be_is_said_and_keeps_what_was_typed(begin, more):
    from yaad.server import own_board

    access, client, prefix = begin(Kind.PROJECTS)
    with on_behalf_of(access), pytest.raises(InputError):
        own_board.begun(TYPED | {"stage": "Quote"} | more, "en", NOW)
    answer = client.post(f"{prefix}files/first-deal/", TYPED | {"stage": "Quote", "deal": ""})
    assert answer.status_code == 400
    assert 'value="Dana"' in answer.content.decode()


def test_the_page_of_an_empty_company_offers_it_and_leads_on(begin):
    _, client, prefix = begin(Kind.PROJECTS)
    told = client.get(f"{prefix}files/").content.decode()
    assert all(name in told for name in STAGES)
    answer = client.post(f"{prefix}files/first-deal/", TYPED | {"stage": "Quote"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{prefix}files/")


@pytest.mark.parametrize(
    "page", ["pipeline/", "pipeline/grid/", "inquiries/", "inquiries/new/", "my-day/", "visits/new/"]
)
def test_where_people_work_the_first_deal_can_be_written(begin, page):
    _, client, prefix = begin(Kind.PROJECTS)
    told = client.get(prefix + page).content.decode()
    assert f'action="{prefix}files/first-deal/"' in told
    assert 'name="person" value="new"' in told, "who begins it"
    _, client, prefix = begin(Kind.ORDERS)
    assert client.get(prefix + page).headers["Location"] == f"{prefix}files/"


def test_a_company_of_orders_and_one_with_data_are_offered_none(begin, team):
    _, client, prefix = begin(Kind.ORDERS)
    assert "first-deal" not in client.get(f"{prefix}files/").content.decode()
    assert "first-deal" not in team.client("owner").get(f"{team.here.prefix}files/").content.decode()
    assert team.client("manager").post(f"{team.here.prefix}files/first-deal/", TYPED).status_code == 403


@pytest.fixture
def worker(begin):
    """An empty company and a browser of who sells in it, or leads, and brings no files in."""
    from django.test import Client

    from yaad.server.models import Account, Membership

    made = []

    def work(**part):
        access, _, prefix = begin(Kind.PROJECTS)
        account = Account.objects.create_user("works@here.example", PASSWORD, name="Noa")
        made.append(account)
        Membership.objects.create(company_id=access.company, account=account, **part)
        browser = Client(HTTP_HOST="127.0.0.1")
        browser.force_login(account)
        return access, browser, prefix

    yield work
    for account in made:
        Membership.objects.filter(account=account).delete()
        account.delete()


def test_who_works_in_an_empty_company_begins_it(worker):
    access, browser, prefix = worker(role="rep", person="Noa")
    told = browser.get(f"{prefix}my-day/").content.decode()
    assert f'action="{prefix}pipeline/new/"' in told
    assert "first-deal" not in told
    assert f'href="{prefix}files/"' not in told
    typed = TYPED | {"person": "Noa", "stage": "Quote", "key": "once", "begins": "1"}
    assert browser.post(f"{prefix}pipeline/new/", typed | {"deal": ""}).status_code == 400
    assert browser.post(f"{prefix}pipeline/new/", typed | {"person": "Dana"}).status_code == 400, "not for others"
    for _ in range(2):
        answer = browser.post(f"{prefix}pipeline/new/", typed)
        assert answer.headers["Location"].startswith(f"{prefix}pipeline/?deal=")
    assert "Levy, kitchen" in browser.get(f"{prefix}pipeline/").content.decode()
    with on_behalf_of(access):
        root = state.opened().place.book
    with closing(Book.open(root)) as book:
        start = STARTS[Kind.PROJECTS]
        names = {*start.stage_names("en"), *start.beside("en")}
        assert {one.name for one in book.facts.pin.pipeline.stages} == names
        asked = book.facts.deals.select("name", "owner", "stage", "phone", "currency")
        (row,) = book.facts.run(asked).to_pylist()
        assert row == {
            "name": "Levy, kitchen",
            "owner": "Noa",
            "stage": "Quote",
            "phone": "050-123 4567",
            "currency": "ILS",
        }
        book.rebuild()
        assert book.facts.run(asked).to_pylist() == [row]
    first = browser.get(f"{prefix}?lang=en", follow=True).content.decode()
    assert "So far there is 1 deal" in re.sub("<[^>]+>|[\u2066-\u2069]", "", first)
    assert "Rates, times in stages" in first
    assert 'class="leak' not in first


def test_on_a_board_of_ones_own_a_deal_rests_and_what_was_no_inquiry_is_counted_beside(worker):
    access, browser, prefix = worker(role="rep", person="Noa")
    typed = TYPED | {"person": "Noa", "stage": "Quote", "key": "rests", "begins": "1"}
    assert browser.post(f"{prefix}pipeline/new/", typed).status_code == 302
    asked = {"phone": "052-333 4444", "name": "Wrong Dana", "channel": "whatsapp", "key": "asks"}
    assert browser.post(f"{prefix}inquiries/new/", asked).status_code == 302
    with on_behalf_of(access):
        root = state.opened().place.book
    with closing(Book.open(root)) as book:
        found = {row["name"] or row["contact"]: row for row in book.facts.run(book.facts.deals).to_pylist()}
    deal, wrong = found["Levy, kitchen"], found["Wrong Dana"]
    page = browser.get(f"{prefix}inquiries/").content.decode()
    assert all(f">{name}<" in page or f'"{name}"' in page for name in ("Duplicate", "Wrong number", "Service call"))
    said = {"deal": wrong["deal_id"], "stage": "Wrong number", "seen": wrong["stage"], "key": "wrong"}
    assert browser.post(f"{prefix}inquiries/not/", said).status_code == 302
    page = browser.get(f"{prefix}deal/", {"id": deal["deal_id"]}).content.decode()
    assert re.search(r'class="row daside".*value="On hold"', page)
    rests = {"id": deal["deal_id"], "stage": "On hold", "seen": "Quote", "key": "hold"}
    assert browser.post(f"{prefix}deal/move/", rests).status_code == 302
    board = browser.get(f"{prefix}pipeline/").content.decode()
    lane = board[board.index('data-stage="On hold"') :]
    assert "Levy, kitchen" in lane[: lane.index("</section>")]
    assert "Wrong Dana" not in board
    with closing(Book.open(root)) as book:
        counted = {figure.id: figure.value for figure in book.measure("inquiries", "open", "lost").content}
        assert counted == {"inquiries": 1, "open": 1, "lost": 0}
        (funnel,) = book.funnel().content
        assert [note.values["n"] for note in funnel.notes if note.key == "measures.not_inquiries"] == [1]
        quote = next(row for row in funnel.stages if row.stage == "Quote")
        assert (quote.entered, quote.open) == (1, 1), "it rests where it was"


@pytest.mark.parametrize("part", [{"role": "rep"}, {"role": "viewer"}, {"role": "consultant"}])
def test_who_cannot_write_for_anybody_is_told_who_begins(worker, part):
    _, browser, prefix = worker(**part)
    told = browser.get(f"{prefix}pipeline/").content.decode()
    assert "pipeline/new/" not in told
