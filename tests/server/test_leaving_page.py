"""The pages of what a stage asks: the owner writes it, a move from board or deal ticks it, and it is told."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

LINE, HOSTILE = "Budget is known", "<b>bold</b> {name}"


def book_of(team):
    from yaad.book import Book

    return Book.open(team.here.root)


@pytest.fixture
def at(team):
    return team.here.prefix


@pytest.fixture
def owner(team, at):
    """An owner, a stage that asks, the stage behind it, and a deal that stands in the first one."""
    client = team.client("owner")
    with book_of(team).at_one_moment() as book:
        stages = [one.name for one in book.pipeline.open]
    asked = {"stage": stages, "lines": [f"{LINE}\n\n{HOSTILE}", *[""] * (len(stages) - 1)]}
    said = client.post(f"{at}pipeline/exits/", asked, follow=True)
    yield client, stages[0], stages[1]
    client.post(f"{at}pipeline/exits/", {"stage": stages, "lines": [""] * len(stages)})
    assert said.status_code == 200


def new_deal(team, client, stage, name):
    with book_of(team).at_one_moment() as book:
        owner = min(book.goals.names("owner"))
    client.post(f"{team.here.prefix}pipeline/new/", {"account": name, "stage": stage, "owner": owner, "key": name})
    with book_of(team).at_one_moment() as book:
        deals = book.facts.deals
        return book.facts.run(deals.filter(deals.account == name).select("deal_id"))["deal_id"][0].as_py()


def strip(answer):
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def query(answer):
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def test_from_the_board_a_move_asks_and_goes_on_without_what_is_not_ticked(team, owner, at):
    client, stage, onward = owner
    deal = new_deal(team, client, stage, "Leaving One")
    asked = client.post(f"{at}pipeline/move/", {"deal": deal, "stage": onward, "seen": stage, "at_q": "Leaving"})
    assert "/deal/leave/" in asked["Location"]
    assert query(asked) == {"id": deal, "to": onward, "back": "board", "at_q": "Leaving"}
    page = client.get(asked["Location"])
    assert page.content.count(b'name="ticked"') == 2
    assert b"&lt;b&gt;bold" in page.content
    assert b"<b>bold" not in page.content
    sent = {"id": deal, "to": onward, "seen": stage, "ticked": HOSTILE, "back": "board", "at_q": "Leaving", "key": "l1"}
    done = client.post(f"{at}deal/leave/", sent)
    assert query(done) | {"done": ""} == {"q": "Leaving", "deal": deal, "done": ""}
    board = strip(client.get(done["Location"]))
    assert f"Leaving One is in {onward} now, without: {LINE}" in board
    assert f"Missing: {LINE}" in board
    story = strip(client.get(f"{at}deal/", {"id": deal}))
    assert f"Ticked: {HOSTILE}" in story
    assert f"Not ticked: {LINE}" in story
    told = json.loads(client.get(f"{at}deal.json", {"id": deal}).content)
    assert (told["lacks"], told["timeline"][0]["without"]) == ([LINE], [LINE])
    assert client.post(f"{at}deal/leave/", {**sent, "key": "l2"}).status_code == 409  # it stands elsewhere by now
    late = {"deal": deal, "id": deal, "stage": onward, "seen_stage": stage, "seen": stage}
    for address in ("pipeline/move/", "deal/move/", "pipeline/grid/change/"):  # who saw it here is told, and not asked
        assert client.post(f"{at}{address}", late).status_code == 409, address


def test_from_its_page_a_deal_says_what_it_needs_and_back_or_aside_asks_nothing(team, owner, at):
    client, stage, onward = owner
    deal = new_deal(team, client, stage, "Leaving Two")
    page = strip(client.get(f"{at}deal/", {"id": deal}))
    assert "What is needed to go on" in page
    assert LINE in page
    done = client.post(
        f"{at}deal/leave/",
        {"id": deal, "to": onward, "seen": stage, "ticked": [LINE, HOSTILE], "key": "n1"},
        follow=True,
    )
    assert "without" not in strip(done).partition("Written down:")[2][:60]
    assert "Missing" not in strip(client.get(f"{at}pipeline/", {"q": "Leaving Two"}))
    back = client.post(f"{at}deal/move/", {"id": deal, "stage": stage, "seen": onward, "key": "n2"})
    assert "/deal/leave/" not in back["Location"]
    asked = client.post(f"{at}deal/move/", {"id": deal, "stage": onward, "seen": stage, "key": "n3"})
    assert query(asked) == {"id": deal, "to": onward}
    won = client.get(f"{at}deal/close/", {"id": deal})
    assert won.content.count(b'name="ticked"') == 2
    assert (
        client.post(f"{at}deal/leave/", {"id": deal, "to": onward, "seen": stage, "ticked": "Made up"}).status_code
        == 400
    )


def test_a_quote_that_brings_a_deal_to_its_stage_asks_what_the_stage_before_it_needs(team, owner, at):
    """The amount is taken over at once; the deal moves when it has been asked, with what was ticked then."""
    client, stage, _onward = owner
    deal = new_deal(team, client, stage, "Leaving Five")

    def now():
        with book_of(team).at_one_moment() as book:
            found = book.facts.deal(deal)
        return found["stage"], found["amount"] and float(found["amount"])

    offer = {"id": deal, "title": "Kitchen", "amount": "42,000", "tax": "net", "lang": "en", "key": "q1"}
    assert client.post(f"{at}deal/quote/", offer).status_code == 302
    page = client.get(f"{at}deal/", {"id": deal}).content.decode()
    form = re.search(r'<form[^>]*id="take".*?</form>', page, re.DOTALL)[0]
    given = dict(re.findall(r'type="hidden" name="(id|number|key|seen|seen_amount)" value="([^"]*)"', form))
    (quoted,) = re.findall(r'name="stage" value="([^"]*)"', form)
    taken = client.post(f"{at}deal/quote/take/", {**given, "amount": "on", "stage": quoted})
    assert "/deal/leave/" in taken["Location"]
    assert query(taken) == {"id": deal, "to": quoted}
    assert now() == (stage, 42_000)
    asked = client.get(taken["Location"])
    assert asked.content.count(b'name="ticked"') == 2
    sent = {"id": deal, "to": quoted, "seen": stage, "ticked": LINE, "key": "q2"}
    done = client.post(f"{at}deal/leave/", sent, follow=True)
    assert now() == (quoted, 42_000)
    assert f"Not ticked: {HOSTILE}" in strip(done)
    late = client.post(f"{at}deal/quote/take/", {**given, "key": "q3", "stage": quoted})
    assert late.status_code == 409  # it has moved by now: who saw it in the stage before is told, and not asked


def test_several_at_once_go_on_and_it_is_said_how_many_lack_ticks(team, owner, at):
    client, stage, onward = owner
    deals = [new_deal(team, client, stage, f"Leaving {one}") for one in ("Three", "Four")]
    pick = [f"deal={one}&stage={stage}" for one in deals]
    done = strip(client.post(f"{at}pipeline/many/", {"do": "move", "stage": onward, "pick": pick, "key": "m1"}))
    assert "2 of them lack ticks" in done


def test_what_is_asked_is_the_owners_to_say_and_is_taken_back(team, owner, at):
    client, stage, _onward = owner
    address = f"{at}pipeline/exits/"
    kept = client.post(address, {"stage": [stage], "lines": ["Other"]})
    page = client.get(kept["Location"])
    assert b"Other</textarea>" in page.content
    numbers = re.findall(r'name="number" value="(\d+)"', page.content.decode())
    assert len(numbers) == 1
    assert HOSTILE in html.unescape(client.post(f"{address}undo/", {"number": numbers}, follow=True).content.decode())
    assert client.post(f"{address}undo/", {"number": numbers}).status_code == 400
    assert "Nothing was changed" in strip(
        client.post(address, {"stage": [stage], "lines": [f"{LINE}\n{HOSTILE}"]}, follow=True)
    )
    assert client.post(address, {"stage": [stage], "lines": ["x" * 121]}).status_code == 400
    assert client.post(address, {"stage": ["Nowhere"], "lines": ["x"]}).status_code == 404
    assert team.client("manager").get(address).status_code == 403
    assert team.client("rep").post(address, {"stage": [stage], "lines": ["x"]}).status_code == 403


def test_what_somebody_else_wrote_meanwhile_is_told_and_not_overwritten(team, owner, at):
    client, stage, onward = owner
    address, seen = f"{at}pipeline/exits/", f"{LINE}\r\n{HOSTILE}"
    assert client.get(address).content.count(b'name="seen"') == len(book_of(team).pipeline.open)
    form = {"stage": [stage, onward], "seen": [seen, ""]}
    client.post(address, {"stage": [stage, onward], "lines": ["By <i>another</i>", "Asked since"]})
    other = client.post(address, {**form, "lines": [seen, "Mine"]})
    assert other.status_code == 409
    assert "Asked since" in strip(other)
    page = html.unescape(other.content.decode())
    assert ">Mine</textarea>" in page  # what was typed stays, and what was not touched is as it is now
    assert ">By <i>another</i></textarea>" in page
    assert client.post(address, {**form, "lines": ["Mine", ""]}).status_code == 409
    with book_of(team).at_one_moment() as book:
        assert book.exits == {stage: ("By <i>another</i>",), onward: ("Asked since",)}
    kept = client.post(address, {**form, "seen": [seen, "Asked since"], "lines": [seen, ""]})
    assert kept.status_code == 302
    with book_of(team).at_one_moment() as book:
        assert book.exits == {stage: ("By <i>another</i>",)}
    odd = client.post(address, {"stage": [stage], "lines": ["a\x07b"]})
    assert odd.status_code == 400
    assert "cannot be shown" in strip(odd)
