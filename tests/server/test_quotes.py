"""Quotes on the page of a deal and their public pages: who opens them is counted, machines and one's own are not."""

import datetime as dt
import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.server.test_deal_page import HOSTILE, deal, html_of, seen  # noqa: F401 – the fixture of a deal's page

from yaad.book import Book
from yaad.book.usual import say_usual, usual_of
from yaad.server.limits import Limit

CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
MACHINES = [
    "WhatsApp/2.23.20.0 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "LinkedInBot/1.0",
    "curl/8.5.0",
    "",
]


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    from yaad.faces.web.views import quote_page

    monkeypatch.setattr(quote_page, "by_link", Limit(10_000))
    monkeypatch.setattr(quote_page, "by_sender", Limit(10_000))


@pytest.fixture
def offered(deal):  # noqa: F811 – the fixture that is asked for
    """Writes a quote on a deal: its page, and the path of the public page."""

    def made(who="rep", number="here-Ben-4", **said):
        page = deal(who, number)
        form = {"title": "Kitchen", "amount": "42,000", "tax": "gross", "lang": "en", **said}
        answer = page.post("quote", **form)
        assert answer.status_code == 200, seen(answer)
        found = re.search(r'href="http://127\.0\.0\.1(/q/[^"]+)"', html_of(answer))
        assert found, seen(answer)
        return page, found[1]

    return made


def stranger(agent=CHROME):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1", HTTP_USER_AGENT=agent)


def test_a_quote_has_a_page_of_its_own_that_is_counted_once_for_each_look(offered):
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    page, address = offered(text=f"Cupboards\n{HOSTILE}", until=str(until), url="https://example.com/more")
    assert len(address.partition("-")[2]) > 22, "at least 128 bits that nobody guesses"
    assert "The link has not been opened yet" in page.text()
    answer = stranger().get(address)
    text = seen(answer)
    for said in ("Kitchen", "Cupboards", HOSTILE, "₪42,000 including VAT", "Valid until", "From"):
        assert said in text, said
    told = html_of(answer)
    assert "<script" not in told
    assert not answer.cookies
    assert re.findall(r'(?:src|href)="(?:https?:)?//([^/"]+)', told) == ["example.com"]
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert "markherebe" not in told
    once = page.text()
    assert "Opened once" in once
    assert "The quote was opened for the first time" in once
    stranger().get(address)
    again = page.text()
    assert "Opened 2 times" in again
    first_time = "The quote was opened for the first time"  # other tests open quotes of this deal
    assert again.count(first_time) == once.count(first_time)


def test_previews_and_one_s_own_people_are_not_counted(offered, team):
    page, address = offered(number="here-Ben-3")
    for agent in MACHINES:
        assert stranger(agent).get(address).status_code == 200
    assert stranger().head(address).status_code == 200
    for name, value in (("Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender"), ("X-Purpose", "preview")):
        stranger().get(address, headers={name: value})
    own = team.client("owner")
    own.get(address, headers={"User-Agent": CHROME})
    told = page.text()
    assert "The link has not been opened yet" in told
    assert "Previews of WhatsApp" in told
    assert "opened for the first time" not in told


def test_what_is_withdrawn_taken_back_or_guessed_shows_nothing(offered):
    page, address = offered(title="A word that is no secret")
    assert stranger().get(address[:-2] + ("x/" if address[-2] != "x" else "y/")).status_code == 404
    assert stranger().get(address.replace("/q/c", "/q/d")).status_code == 404
    assert stranger().get(f"/q/{address.split('/')[2]}/{'a' * 5000}/").status_code == 404
    assert stranger().post(address).status_code == 405
    number = re.search(r'id="quotes".*?name="number" value="(\d+)"', html_of(page.get()), re.DOTALL)[1]
    key = re.search(r'id="quotes".*?name="key" value="(\w+)"', html_of(page.get()), re.DOTALL)[1]
    gone = page.post("withdraw", number=number, key=key)
    assert "The quote was withdrawn" in seen(gone)
    assert page.post("withdraw", number=number, key=key).status_code == 200, "one form sent twice is one entry"
    over = stranger().get(address)
    assert over.status_code == 410
    assert "A word that is no secret" not in seen(over)
    page.undo(gone)
    assert stranger().get(address).status_code == 200
    page.post("undo", number=number)
    assert stranger().get(address).status_code == 404


def test_a_quote_whose_link_is_missing_on_a_server_says_that_and_no_more(offered, team):
    page, address = offered(number="here-Ben-5")
    (team.here.root / "quotes" / f"{address.split('/')[3].partition('-')[0]}.json").unlink()
    text = page.text()
    assert "has no link for the customer at the moment" in text
    assert "on one machine" not in text


def test_a_link_that_is_asked_for_too_often_waits(offered, monkeypatch):
    from yaad.faces.web.views import quote_page

    _, address = offered()
    monkeypatch.setattr(quote_page, "by_link", Limit(2))
    told = [stranger().get(address).status_code for _ in range(3)]
    assert told == [200, 200, 429]


def test_a_message_has_the_link_and_is_in_the_language_of_the_quote(offered):
    page, address = offered(lang="he", title="מטבח")
    text = html.unescape(html_of(page.get()))
    where = re.search(r'href="(https://wa\.me/[^"]+)"[^>]*>(?:(?!</a>).)*Send by WhatsApp', text, re.DOTALL)[1]
    (words,) = parse_qs(urlsplit(where).query)["text"]
    assert words == f"שלום, זו הצעת המחיר של Company here: http://127.0.0.1{address}"
    told = stranger().get(address)
    assert 'lang="he" dir="rtl"' in html_of(told)
    assert "הצעת מחיר" in seen(told)
    page, address = offered(lang="en", title="Kitchen", number="here-Ben-3")
    where = re.search(r'id="quotes".*?href="(https://wa\.me/[^"]+)"', html.unescape(html_of(page.get())), re.DOTALL)[1]
    (words,) = parse_qs(urlsplit(where).query)["text"]
    assert words.endswith(f": http://127.0.0.1{address}")
    assert not re.search("[א-ת]", words)


def test_what_is_no_quote_is_told_and_what_was_typed_stays(deal):  # noqa: F811 – the fixture that is asked for
    page = deal("rep", "here-Ben-4")
    answer = page.post("quote", title="Kitchen of oak", url="javascript:alert(1)", lang="en", follow=False)
    assert answer.status_code == 400
    assert "That is no address to link to" in seen(answer)
    assert 'value="Kitchen of oak"' in html_of(answer)
    for who, right in (("viewer", 403), ("consultant", 403), ("rep_south", 404)):
        assert deal(who, "here-Ben-4").post("quote", title="x").status_code == right


def test_a_document_goes_with_a_quote_and_is_taken_home_by_its_link(offered):
    page, address = offered(number="here-Ben-5", file=SimpleUploadedFile("הצעה.pdf", b"%PDF-1.7 x", "application/pdf"))
    assert "הצעה.pdf" in seen(stranger().get(address))
    taken = stranger().get(f"{address}file/")
    assert (taken.status_code, taken.content) == (200, b"%PDF-1.7 x")
    assert taken["Content-Disposition"].startswith("attachment")
    assert taken["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Opened once" in page.text()  # its page was; what is taken home from there is no look more
    own = re.search(r'href="([^"]+/deal/quote/\d+/)\?id=', html_of(page.get()))[1]
    assert page.client.get(own, {"id": "here-Ben-5"}).content == b"%PDF-1.7 x"
    bad = page.post("quote", title="x", file=SimpleUploadedFile("a.pdf", b"<script>", "application/pdf"))
    assert "The document of a quote is a PDF" in seen(bad)
    _, without = offered(number="here-Ben-3")
    assert stranger().get(f"{without}file/").status_code == 404


def test_who_gives_it_is_reached_and_the_price_is_told_both_ways_by_the_vat_of_the_company(offered, team):
    before = usual_of(team.here.root)
    say_usual(team.here.root, replace(before, currency="ILS", vat="0.18"))
    try:
        _, net = offered(amount="1,000 ₪", tax="net", phone="03-612 3456", mail="ben@here.example", title="Net")
        _, gross = offered(amount="99.90", tax="gross", mail="b@x.example?bcc=z@y.example", title="Gross")
        told = html_of(stranger().get(net))
        assert 'href="tel:036123456"' in told
        assert 'href="mailto:ben@here.example"' in told
        for said in ("₪1,000 before VAT", "VAT 18%₪180", "Including VAT₪1,180"):
            assert said in seen(stranger().get(net)), said
        text = seen(stranger().get(gross))
        for said in ("₪99.90 including VAT", "Before VAT₪84.66", "VAT 18%₪15.24"):
            assert said in text, said
        assert "mailto" not in html_of(stranger().get(gross))
        say_usual(team.here.root, replace(before, currency="ILS", vat="0.2"))
        assert "VAT 18%₪180" in seen(stranger().get(net))  # as it was when it was given
        say_usual(team.here.root, replace(before, currency="ILS", vat=None))
        _, without = offered(amount="1,000 ₪", tax="net", title="Without")
        say_usual(team.here.root, replace(before, currency="ILS", vat="0.18"))
        assert "VAT 18%" not in seen(stranger().get(without))
    finally:
        say_usual(team.here.root, before)


def to_take(page):
    """The form that updates a deal by its quote, and what goes with it unasked."""
    form = re.search(r'<form[^>]*id="take".*?</form>', html_of(page.get()), re.DOTALL)[0]
    return form, dict(re.findall(r'type="hidden" name="(id|number|key|seen|seen_amount)" value="([^"]*)"', form))


def test_the_deal_takes_over_what_was_ticked(offered, team):
    def now():
        with Book.open(team.here.root).at_one_moment() as book:
            found = book.facts.deal("here-Ben-5")
        return float(found["amount"]), found["tax"], found["stage"]

    page, _ = offered(number="here-Ben-5", amount="43,500", tax="net", title="Taken")
    _, given = to_take(page)
    done = page.post("quote/take", **given, amount="on")
    assert "43,500" in seen(done)
    assert now() == (43500.0, "net", "Quote")
    assert 'id="take"' not in html_of(page.get())  # it stands in the stage of quotes already
    late = page.post("quote/take", **{**given, "key": "other", "seen_amount": "1"}, amount="on")
    assert late.status_code == 409
    offered(number="here-Ben-5", amount="50,000", tax="net", title="More")
    _, given = to_take(page)
    moved = page.post("quote/take", **{**given, "seen": "Meeting"}, amount="on", stage="Quote")
    assert moved.status_code == 409
    assert now() == (43500.0, "net", "Quote")  # nothing of a form is written that cannot be written as a whole


def test_an_amount_that_would_stand_beside_no_other_is_not_ticked_and_that_is_said(offered, team):
    before = usual_of(team.here.root)
    try:
        say_usual(team.here.root, replace(before, currency="ILS", vat="0.18"))
        page, _ = offered(number="here-Ben-5", amount="43,000", tax="net", title="Before VAT")
        _, given = to_take(page)
        assert page.post("quote/take", **given, amount="on").status_code == 200
        offered(number="here-Ben-5", amount="1,180", tax="gross", title="With VAT")
        form, _ = to_take(page)
        assert '<input type="checkbox" name="amount" checked>' in form
        assert "The amount of the deal is ₪1,000 before VAT" in seen(page.get())
        say_usual(team.here.root, replace(before, currency="ILS", vat=None))
        offered(number="here-Ben-5", amount="2,360", tax="gross", title="Nobody says how much VAT")
        form, _ = to_take(page)
        assert '<input type="checkbox" name="amount">' in form
        assert "cannot be added up with them" in seen(page.get())
    finally:
        say_usual(team.here.root, before)
