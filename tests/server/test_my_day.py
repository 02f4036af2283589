"""One person's day: whose it may be, and that all it holds is theirs alone."""

import datetime as dt
import re

import pytest
from tests.people import SELLERS, marker

EVERYBODY = {person for team in SELLERS.values() for person in team}


@pytest.fixture(scope="module")
def written(team):
    """Ben and Cyd each have a next step that is over, one for today, and a meeting today."""
    from yaad.book import Book

    now = dt.datetime.now(dt.UTC)
    book, today = Book.open(team.here.root), now.date()
    for person in ("Ben", "Cyd"):
        for n, day in ((4, today - dt.timedelta(days=3)), (5, today)):
            values = {"next_step": f"step {marker('here', person)}", "next_step_day": day.isoformat()}
            book.change(f"here-{person}-{n}", values, at=now, by="test", key=f"day-{person}-{n}")
        due = dt.datetime.combine(today, dt.time(15, 30), dt.UTC)
        book.act(f"here-{person}-4", "meeting", went="planned", due=due, text=f"talk {marker('here', person)}",
                 at=now, by="test", key=f"meets-{person}")  # fmt: skip
    book.inquiry(_touch("055-7770001", "Asks Ben", "Ben"), at=now - dt.timedelta(days=7), by="test", key="asks-ben")
    book.inquiry(_touch("055-7770002", "Asks Cyd", "Cyd"), at=now - dt.timedelta(days=7), by="test", key="asks-cyd")
    book.close()


def _touch(phone, name, owner):
    from yaad.model.inquiries import Touch

    return Touch(name=name, phone=phone, owner=owner, channel="whatsapp", source="web")


def page(team, name, query=""):
    answer = team.client(name).get(f"{team.here.prefix}my-day/{query}")
    return answer, re.sub(r"\s+", " ", answer.content.decode())


def of_others(body, person):
    """The words of others that stand in a page."""
    return {one for one in EVERYBODY - {person} if marker("here", one) in body}


def test_who_sells_sees_their_own_day_and_nothing_of_others(team, written):
    answer, body = page(team, "rep")
    assert answer.status_code == 200
    assert "Asks Ben" in body
    assert "Asks Cyd" not in body
    assert body.count(f"step {marker('here', 'Ben')}") >= 2
    assert f"talk {marker('here', 'Ben')}" in body
    assert "15:30" in body
    assert "1 overdue" in re.sub(r"<[^>]+>", "", body)
    assert of_others(body, "Ben") == set()
    assert 'href="tel:+972557770001"' in body
    assert "https://wa.me/972557770001?" in body


@pytest.mark.parametrize(("name", "who", "status"), [
    ("rep", "Cyd", 404), ("rep", "Nobody", 404), ("rep", "Ben", 200), ("manager", "Ben", 200), ("manager", "Cyd", 404),
    ("owner", "Cyd", 200), ("owner", "Nobody", 404), ("consultant", "Cyd", 200),
])  # fmt: skip
def test_a_day_is_that_of_somebody_whom_one_sees(team, written, name, who, status):
    answer, body = page(team, name, f"?owner={who}")
    assert answer.status_code == status
    if status == 200:
        assert f"talk {marker('here', who)}" in body
        assert of_others(body, who) == set()


def test_foreign_and_absent_people_are_told_alike(team, written):
    (_, foreign), (_, absent) = page(team, "rep", "?owner=Cyd"), page(team, "rep", "?owner=Cyx")
    assert foreign.replace("Cyd", "Cyx") == absent


def test_who_leads_and_sells_begins_with_their_own_day_and_who_only_owns_chooses(team, written):
    _, own = page(team, "manager")
    assert "My day</h1>" in own
    _, whole = page(team, "owner")
    assert "Choose a name" in whole
    assert of_others(whole, "") == set()
    assert page(team, "viewer")[0].status_code == 403


def test_a_program_reads_what_the_page_says(team, written):
    from django.test import Client
    from tests.api.conftest import token_of

    def ask(name, query=""):
        token = token_of(team, name)
        return Client(HTTP_HOST="127.0.0.1").get(
            f"/api/v1/companies/{team.here.id}/my-day{query}", HTTP_AUTHORIZATION=f"Bearer {token}"
        )

    told = ask("rep").json()
    assert told["person"] == "Ben"
    assert [one["name"] for one in told["waiting"]["inquiries"]] == ["Asks Ben"]
    assert (told["steps"]["n"], told["steps"]["overdue"]) == (2, 1)
    assert [one["did"] for one in told["planned"]] == ["meeting"]
    assert {one["owner"] for one in told["calls"]} == {"Ben"}
    assert told["says"] == "1 inquiry waits for an answer."
    assert told["strongest"] is None
    assert ask("rep", "?owner=Cyd").status_code == 404
    assert ask("owner").status_code == 400


def test_what_is_settled_or_moved_on_is_due_no_more(team):
    from yaad.book import Book

    now, book = dt.datetime.now(dt.UTC), Book.open(team.here.root)
    today, stamp = now.date(), {"at": now, "by": "test"}

    def due(address="my-day/?owner=Eli"):
        body = re.sub(r"\s+", " ", team.client("manager").get(team.here.prefix + address).content.decode())
        return "talk of Eli" in body, "step of Eli" in body

    book.act("here-Eli-4", "visit", went="planned", due=now, text="talk of Eli", key="eli-1", **stamp)
    book.change("here-Eli-5", {"next_step": "step of Eli", "next_step_day": today.isoformat()}, key="eli-2", **stamp)
    assert due() == (True, True)
    number = next(one.number for one in book.deal("here-Eli-4", today=today).content.plans)
    book.act("here-Eli-4", "visit", settles=number, key="eli-3", **stamp)
    assert due()[0] is False
    later = (today + dt.timedelta(days=5)).isoformat()
    book.change("here-Eli-5", {"next_step_day": later}, key="eli-4", **stamp)
    book.close()
    body = team.client("manager").get(f"{team.here.prefix}my-day/?owner=Eli").content.decode()
    steps = body[body.index('id="d-steps"') : body.index('id="d-strong"')]
    assert "step of Eli" not in steps


def test_the_phone_of_who_sells_has_five_tabs_and_all_other_pages(team, written):
    _, body = page(team, "rep")
    tabs = body[body.index('<nav class="tabbar') :]
    tabs = tabs[: tabs.index("</nav>")]
    found = re.findall(r'<a href="([^"]+)"', tabs)
    prefix = team.here.prefix
    assert found == [prefix + one for one in ("my-day/", "pipeline/", "inquiries/new/", "goals/", "board/")]
    assert tabs.count("aria-current") == 1
    assert tabs.index("aria-current") < tabs.index(f"{prefix}pipeline/")
    _, owners = page(team, "owner")
    assert 'class="tabbar five"' not in owners
    menu = body[body.index('class="more menu"') : body.index("</header>")]
    assert {f"{prefix}{one}/" for one in ("funnel", "inquiries", "kpis", "forecast")} <= set(
        re.findall(r'href="([^"]+)"', menu)
    )


def test_who_sells_begins_with_their_day(team):
    assert team.client("rep").get("/").headers["Location"] == f"{team.here.prefix}my-day/"
    assert team.client("manager").get("/").headers["Location"] == team.here.prefix


def test_the_number_of_who_asks_not_to_be_called_stands_nowhere_on_the_day(team):
    from yaad.book import Book
    from yaad.measures.opted_out import Handles

    now, book = dt.datetime.now(dt.UTC), Book.open(team.here.root)
    stamp = {"at": now, "by": "test"}
    book.inquiry(_touch("055-7779999", "Asks for quiet", "Eli"), key="quiet", **stamp)
    deal = book.is_known("055-7779999")["deal_id"]
    book.change(deal, {"next_step": "send a quote", "next_step_day": now.date().isoformat()}, key="quiet-1", **stamp)
    book.act(deal, "visit", went="planned", due=now, key="quiet-2", **stamp)

    def day():
        return team.client("manager").get(f"{team.here.prefix}my-day/?owner=Eli").content.decode()

    before = day()
    assert before.count('href="tel:+972557779999"') >= 3  # who waits, what is due, what is planned
    book.opt_out(Handles(frozenset({"+972557779999"})), "calls", key="quiet-3", **stamp)
    book.close()
    after = day()
    assert "Asks for quiet" in after
    assert "557779999" not in after


@pytest.mark.parametrize(("shown", "words"), [("off", "sees their own figures alone"), ("names", "first three")])
def test_who_sells_reads_how_they_are_measured_and_who_sees_it(team, shown, words):
    from yaad.server.models import Company

    Company.objects.filter(pk=team.here.id).update(transparency=shown)
    body = team.client("rep").get(f"{team.here.prefix}measured/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
    assert words in text
    for said in ("How many inquiries came in", "How many open inquiries are still waiting for a first answer"):
        assert said in text
    assert of_others(body, "Ben") == set()
    assert team.client("viewer").get(f"{team.here.prefix}measured/").status_code == 403
