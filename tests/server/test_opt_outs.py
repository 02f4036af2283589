"""Who asks not to be contacted: said where the customer stands, brought as a list, and on no list with a number."""

import gzip
import io
import re
import uuid
import zipfile
from contextlib import closing

import pytest
from tests.api.conftest import token_of
from tests.server.matrix import every_address

from yaad.book import Book
from yaad.book.sources.sheet import rows_of as follow_up_rows
from yaad.faces.mcp.tools import TOOLS, answer
from yaad.reports.exports import RESULTS, filled_tables, rows_of

NUMBER = "055-1234564"
DIGITS = "51234564"
OWN = ("deal", "deal/note", "opt-outs", "api:opt-outs", "api:events", "audit")
"""Addresses that may tell it: the deal's own page and what happened to it, and the list of those who ask itself."""


def book_of(team):
    return Book.open(team.here.root)


def holds(content):
    """Whether the number stands in an answer, however it is written or packed."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return any(holds(packed.read(name)) for name in packed.namelist())
    text = re.sub(r"[\s().\-]", "", content.decode("utf-8", "ignore"))
    return DIGITS in text


@pytest.fixture
def asked(team):
    """A deal of the south whose customer asks not to be called, with a touch that waits for an answer."""
    client = team.client("owner")
    taken = {"phone": NUMBER, "name": "Zoe Quiet", "company": "Zed", "channel": "walk_in", "key": "z1", "owner": "Cyd"}
    client.post(f"{team.here.prefix}inquiries/new/", taken)
    other = {"phone": "055-7654321", "name": "Other", "channel": "form", "key": "z2"}
    client.post(f"{team.here.prefix}inquiries/new/", other)
    with book_of(team).at_one_moment() as book:
        deal = book.is_known(NUMBER)["deal_id"]
    said = {"deal": deal, "what": "calls", "channel": "phone", "key": uuid.uuid4().hex}
    done = client.post(f"{team.here.prefix}opt-out/", said, follow=True)
    assert done.status_code == 200
    return deal, client, done.content.decode()


def test_the_page_of_the_deal_tells_the_number_and_what_was_asked_and_dials_nothing(asked):
    page = asked[2]
    assert holds(page.encode())
    assert "asked not to be called" in re.sub(r"<[^>]+>", "", page)
    assert "tel:" not in page
    assert "wa.me" not in page


def test_no_list_of_any_face_tells_the_number(team, asked):
    deal, client, _ = asked
    program, found, looked = token_of(team, "owner"), [], 0
    for one in every_address():
        if "<" in one.route.replace("<ending:ending>", "") or (one.verbs and "GET" not in one.verbs):
            continue
        name = ("api:" if one.is_api else "") + re.sub(r"\.<ending:ending>$|/$", "", one.route)
        if name in OWN or "live" in name:
            continue
        for ending in ("json", "csv", "xlsx") if "<" in one.route else ("",):
            route = one.route.replace("<ending:ending>", ending)
            if one.is_api:
                address = f"/api/v1/companies/{team.here.id}/{route}"
                got = client.get(address, headers={"Authorization": f"Bearer {program}"})
            else:
                got = client.get(f"{team.here.prefix}{route}")
            looked += got.status_code == 200
            body = b"".join(got.streaming_content) if got.streaming else got.content
            if got.status_code == 200 and holds(body):
                found.append(f"{name} {ending}")
    assert found == []
    assert looked > 60
    with book_of(team).at_one_moment() as book:
        for name, tool in TOOLS.items():
            known = {"deal_id": deal, "measure": "won", "target": 5}
            given = {one: known[one] for one in tool.required}
            assert not holds(str(answer(book, tool, given, "en")).encode()), name
        for name in filled_tables(book):
            assert not holds(str(rows_of(book, name).to_pylist()).encode()), name
        for name, result in RESULTS.items():
            assert not holds(str(result(book).to_dict("en")).encode()), name
        assert not holds(str(follow_up_rows(book.facts, None, book.opt_outs)).encode())


def test_it_is_taken_back_where_it_is_told(team, asked):
    deal, client, _ = asked
    said = {"deal": deal, "what": "calls", "is_out": "no"}
    page = client.post(f"{team.here.prefix}opt-out/", said, follow=True).content.decode()
    assert "tel:+972551234564" in page


def test_an_inquiry_that_waits_is_shown_with_what_they_asked(team):
    client = team.client("owner")
    taken = {"phone": "055-7770001", "name": "Zoe Still", "channel": "form", "key": "w1"}
    client.post(f"{team.here.prefix}inquiries/new/", taken)
    with book_of(team).at_one_moment() as book:
        deal = book.is_known("055-7770001")["deal_id"]
    said = {"deal": deal, "what": "marketing", "channel": "form", "back": "inquiries", "key": "w2"}
    page = client.post(f"{team.here.prefix}opt-out/", said, follow=True).content.decode()
    text = re.sub(r"<[^>]+>", "", page)
    assert "Zoe Still asked for no offers: written down." in text
    assert "asked before for no offers" in text
    assert "57770001" not in re.sub(r"[\s().\-]", "", page)


def test_a_list_is_taken_in_line_by_line(team):
    client = team.client("owner")
    given = {"text": "055-1111112\n<b>x</b>\n055 1111112\n", "what": "calls", "key": "l1"}
    page = client.post(f"{team.here.prefix}opt-outs/", given).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "Lines: 3 = new 1 + known 1 + refused 1" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "+972551111112" in page
    wrong = client.post(f"{team.here.prefix}opt-outs/", {"text": " ", "what": "calls"})
    assert wrong.status_code == 400


def test_a_seller_asks_for_their_own_customers_alone(team):
    client = team.client("rep")
    mine = client.post(f"{team.here.prefix}opt-out/", {"deal": "here-Ben-4", "what": "calls"})
    assert mine.status_code == 302
    other = client.post(f"{team.here.prefix}opt-out/", {"deal": "here-Cyd-4", "what": "calls"})
    assert other.status_code == 404
    assert client.get(f"{team.here.prefix}opt-outs/").status_code == 403


def test_a_list_is_taken_back_on_the_page_that_follows(team):
    client, address = team.client("owner"), f"{team.here.prefix}opt-outs/"
    told = client.post(address, {"text": "054-1230099\nlist@x.example", "what": "calls", "key": "whole-list"})
    number = re.search(r'name="undo" value="(\d+)"', told.content.decode())[1]
    with book_of(team).at_one_moment() as book:
        assert {"+972541230099", "list@x.example"} <= {one.handle for one in book.opted_out()}
    assert client.post(address, {"undo": number}).status_code == 200
    with book_of(team).at_one_moment() as book:
        assert not {"+972541230099", "list@x.example"} & {one.handle for one in book.opted_out()}
    assert client.post(address, {"undo": number}).status_code == 400, "it was taken back already"


def test_the_page_takes_back_what_says_who_asks_it_and_nothing_else(team):
    client = team.client("owner")
    assert client.post(f"{team.here.prefix}people/place/", {"person": "Cyd", "team": "north"}).status_code == 302
    with closing(book_of(team)) as book:
        placed = book.facts.journal.of_company()[-1]
        assert book.settings.working("Cyd").team == "north"
    client.post(f"{team.here.prefix}opt-outs/", {"undo": str(placed.seq)})
    with closing(book_of(team)) as book:
        assert book.settings.working("Cyd").team == "north"
    client.post(f"{team.here.prefix}people/place/", {"person": "Cyd", "team": "south"})
