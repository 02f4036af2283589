"""Quotes on a deal: what is written, what is refused, and that no figure knows of them."""

import datetime as dt
import re
from contextlib import closing
from decimal import Decimal

import pytest
from tests.people import EVENTS

from yaad.book import Book
from yaad.book.papers import FOLDER
from yaad.book.quotes import LONGEST_TITLE, Offer, Taken
from yaad.book.usual import Usual, say_usual
from yaad.errors import BookError, Changed, InputError, UnknownName
from yaad.facts import KeyTaken
from yaad.text import Message

AT = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
DEAL = "here-Ben-4"


def write(book, **said):
    more = {name: said.pop(name) for name in ("key", "link", "at") if name in said}
    return book.quote(DEAL, Offer(**{"title": "Kitchen", **said}), **{"at": AT, "by": "Ben", **more})


def kinds(book):
    return [one.kind.value for one in book.deal(DEAL).content.happened if one.kind.value.startswith("quote")]


def test_a_quote_is_written_opened_withdrawn_and_each_taken_back(book):
    first = write(book, text="Cupboards\nWork", amount="42,000.50", currency="ILS", tax="gross",
                  until=dt.date(2026, 10, 31), url="https://example.com/q")  # fmt: skip
    assert (first.amount, first.currency, first.tax, first.until) == ("42000.5", "ILS", "gross", "2026-10-31")
    (one,) = book.quotes(DEAL)
    assert one.holds(dt.date(2026, 10, 31))
    assert not one.holds(dt.date(2026, 11, 1))
    opened = book.quote_opened(DEAL, first.seq, at=AT + dt.timedelta(hours=1), by="")
    assert book.quote_opened(DEAL, first.seq, at=AT + dt.timedelta(hours=5), by="").seq == opened.seq
    (line,) = (one for one in book.deal(DEAL).content.happened if one.kind.value == "quote_opened")
    assert line.at == AT + dt.timedelta(hours=1)
    gone = book.withdraw_quote(DEAL, first.seq, at=AT, by="Ben")
    assert not book.quotes(DEAL)[0].holds(dt.date(2026, 10, 20))
    assert sorted(kinds(book)) == ["quote", "quote_opened", "quote_withdrawn"]
    with pytest.raises(InputError, match="withdrawn already"):
        book.withdraw_quote(DEAL, first.seq, at=AT, by="Ben")
    book.undo(DEAL, gone.seq, at=AT, by="Ben")
    assert book.quotes(DEAL)[0].holds(dt.date(2026, 10, 20))
    book.undo(DEAL, first.seq, at=AT, by="Ben")
    assert book.quotes(DEAL) == []
    assert kinds(book) == []
    with pytest.raises(InputError, match="no quote"):
        book.withdraw_quote(DEAL, first.seq, at=AT, by="Ben")


@pytest.mark.parametrize(
    ("typed", "more", "amount", "tax"),
    [
        ("36,500 ₪", {}, "36500", "net"),
        ("₪36,500", {}, "36500", "net"),
        ("36.5K ₪", {}, "36500", "net"),
        ('36,500 ש"ח כולל מע"מ', {}, "36500", "gross"),
        ("36,500", {"tax": "gross"}, "36500", "gross"),
    ],
)
def test_an_amount_is_read_as_on_the_deal(book, typed, more, amount, tax):
    book.change(DEAL, {"amount": "9", "currency": "ILS"}, at=AT, by="Ben")
    if tax == "net":
        book.change(DEAL, {"tax": "net"}, at=AT, by="Ben")
    first = write(book, amount=typed, key="form", **more)
    assert (first.amount, first.currency, first.tax) == (amount, "ILS", tax)
    book.change(DEAL, {"currency": "USD", "amount": "8"}, at=AT, by="Ben")
    assert write(book, amount=typed, key="form", **more).seq == first.seq


def test_an_amount_with_the_sign_of_another_currency_is_refused_as_on_the_deal(book):
    book.change(DEAL, {"amount": "9", "currency": "ILS", "tax": "net"}, at=AT, by="Ben")
    for does in (lambda: write(book, amount="$500"), lambda: book.change(DEAL, {"amount": "$500"}, at=AT, by="Ben")):
        with pytest.raises(InputError, match="ILS, USD"):
            does()
    assert write(book, amount="500", currency="USD").currency == "USD"


def test_the_deal_takes_over_the_amount_of_its_latest_quote_and_is_offered_its_stage(book):
    today = AT.date()
    say_usual(book.root, Usual(currency="ILS", vat="0.18"))
    book.change(DEAL, {"amount": "9", "currency": "ILS", "tax": "net"}, at=AT, by="Ben")
    assert book.left_to_take(DEAL, today) is None  # there is no quote
    book.move(DEAL, "Meeting", at=AT, by="Ben")
    write(book, amount="70", currency="ILS", tax="net", until=today)
    last = write(book, amount="1,180", currency="ILS", tax="gross", key="second")
    left = book.left_to_take(DEAL, today)
    assert (left.quote.seq, left.amount, left.stage) == (last.seq, Taken("1000", "ILS", "net"), "Quote")
    for seen in ({"seen": "8"}, {"seen": "9", "seen_stage": "New"}):
        with pytest.raises(Changed):
            book.take_over(DEAL, last.seq, at=AT, by="Ben", **seen)
    assert book.deal_now(DEAL)["amount"] == Decimal(9)
    taken = book.take_over(DEAL, last.seq, at=AT, by="Ben", seen="9", key="form")
    assert taken.values == {"amount": "1000", "currency": "ILS", "tax": "net"}
    assert book.take_over(DEAL, last.seq, at=AT, by="Ben", seen="9", key="form").seq == taken.seq
    left = book.left_to_take(DEAL, today)
    assert (left.amount, left.stage) == (None, "Quote")
    book.move(DEAL, "Quote", at=AT, by="Ben")
    assert book.left_to_take(DEAL, today) is None
    book.withdraw_quote(DEAL, last.seq, at=AT, by="Ben")
    with pytest.raises(Changed, match="does not hold"):
        book.take_over(DEAL, last.seq, at=AT, by="Ben")
    assert book.left_to_take(DEAL, today).amount  # the one before it holds today
    assert book.left_to_take(DEAL, today + dt.timedelta(days=1)) is None
    first = book.quotes(DEAL)[-1].entry.seq
    with pytest.raises(Changed, match="does not hold"):
        book.take_over(DEAL, first, at=AT + dt.timedelta(days=1), by="Ben")
    book.win(DEAL, at=AT, by="Ben")
    assert book.left_to_take(DEAL, today) is None
    with pytest.raises(Changed, match="has ended"):
        book.take_over(DEAL, first, at=AT, by="Ben")
    assert book.deal_now(DEAL)["amount"] == Decimal(1000)
    assert book.take_over(DEAL, last.seq, at=AT, by="Ben", seen="9", key="form").seq == taken.seq


@pytest.mark.parametrize(
    ("usual", "deal", "quote", "taken"),
    [
        (Usual(currency="ILS", vat="0.18"), "gross", {"amount": "100", "tax": "net"}, ("118", "ILS", "gross", True)),
        (Usual(currency="ILS", vat="0.18"), "net", {"amount": "99.90", "tax": "gross"}, ("84.66", "ILS", "net", True)),
        (Usual(currency="ILS", vat="0.18"), None, {"amount": "1180", "tax": "gross"}, ("1180", "ILS", "gross", False)),
        (Usual(currency="ILS"), "net", {"amount": "1180", "tax": "gross"}, ("1180", "ILS", "gross", False)),
        (Usual(currency="USD", vat="0.1"), "net", {"amount": "1180", "tax": "gross"}, ("1180", "ILS", "gross", False)),
        (Usual(currency="ILS", vat="0.18"), "net", {"amount": "5", "currency": "USD"}, ("5", "USD", "net", False)),
    ],
)
def test_an_amount_is_taken_over_as_the_deal_is_where_somebody_knows_the_vat(book, usual, deal, quote, taken):
    say_usual(book.root, usual)
    if deal is not None:
        book.change(DEAL, {"amount": "9", "currency": "ILS", "tax": deal}, at=AT, by="Ben")
    entry = write(book, **{"currency": "ILS", **quote})
    assert book.left_to_take(DEAL, AT.date()).amount == Taken(*taken)
    assert book.take_over(DEAL, entry.seq, at=AT, by="Ben").values == dict(
        zip(("amount", "currency", "tax"), taken, strict=False)
    )
    assert book.left_to_take(DEAL, AT.date()) is None or not book.left_to_take(DEAL, AT.date()).amount


@pytest.mark.parametrize(
    ("usual", "taken"),
    [
        (Usual(currency="ILS", vat="0.18"), Taken("1000", "ILS", "net")),
        (Usual(), Taken("1180", "ILS", "gross")),  # nobody says what is usual, and there is no other amount
    ],
)
def test_the_first_amount_of_a_book_is_taken_over_as_is_usual_in_the_company(tmp_path, usual, taken):
    (tmp_path / "events.csv").write_text("deal,stage,at,who,title,source,amount,phone\nx,Meeting,2026-10-01,Ben,,,,\n")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
        say_usual(made.root, usual)
    with closing(Book.open(tmp_path / "book")) as book:
        book.quote("x", Offer(title="Kitchen", amount="1180", currency="ILS", tax="gross"), at=AT, by="Ben")
        assert book.left_to_take("x", AT.date()).amount == taken


def test_of_a_quote_without_an_amount_none_is_taken_over(book):
    number = write(book).seq
    with pytest.raises(InputError, match="names no amount"):
        book.take_over(DEAL, number, at=AT, by="Ben")


def test_the_same_form_twice_is_one_quote(book):
    assert write(book, key="form").seq == write(book, key="form").seq
    assert len(book.quotes(DEAL)) == 1


def test_the_same_form_later_is_still_one_quote_whatever_the_deal_says_by_then(book):
    said = {"amount": "5", "until": AT.date(), "document": b"%PDF-1.7", "file_name": "a.pdf", "key": "form"}
    first = write(book, **said)
    book.change(DEAL, {"tax": "net", "currency": "USD", "amount": "9"}, at=AT, by="Ben")
    assert write(book, **said, at=AT + dt.timedelta(days=3)).seq == first.seq
    assert len(book.quotes(DEAL)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Bath"},
        {"text": "Work"},
        {"amount": "6"},
        {"amount": None},
        {"until": dt.date(2026, 10, 30)},
        {"url": "https://example.com"},
        {"lang": "en"},
        {"file_name": "b.pdf"},
        {"document": b"%PDF-1.8"},
        {"document": None},
        {"phone": "050-1234567"},
    ],
)
def test_another_quote_from_the_same_form_is_refused_and_the_first_stays(book, other):
    said = {"amount": "5", "document": b"%PDF-1.7", "file_name": "a.pdf", "key": "form"}
    first = write(book, **said)
    with pytest.raises(KeyTaken, match="was not kept"):
        write(book, **said | other)
    assert [one.entry for one in book.quotes(DEAL)] == [first]
    assert book.quote_document(DEAL, first.seq)[1].read_bytes() == b"%PDF-1.7"


def test_a_quote_that_is_not_written_leaves_no_document(book, monkeypatch):
    def full(entry):
        raise BookError(Message("book.disk_full", {"path": "here"}))

    monkeypatch.setattr(book, "write", full)
    with pytest.raises(BookError):
        write(book, document=b"%PDF-1.7", file_name="a.pdf")
    assert list((book.root / FOLDER).iterdir()) == []


def test_withdrawn_twice_by_one_form_is_withdrawn_once(book):
    number = write(book).seq
    first = book.withdraw_quote(DEAL, number, at=AT, by="Ben", key="form")
    assert book.withdraw_quote(DEAL, number, at=AT, by="Ben", key="form").seq == first.seq
    assert kinds(book).count("quote_withdrawn") == 1


def test_no_figure_changes_by_a_quote(book):
    def figures():
        told = book.kpis(look_back=False).to_dict(), book.funnel().to_dict(), book.dwell().to_dict()
        return told, dict(book.facts.deal(DEAL)) | {"recorded_seq": None}

    before = figures()
    quote = write(book, amount="99999", currency="ILS", tax="net")
    book.quote_opened(DEAL, quote.seq, at=AT, by="")
    assert figures() == before


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"title": "  "}, "has a title"),
        ({"title": "x" * (LONGEST_TITLE + 1)}, "too long"),
        ({"until": dt.date(2026, 10, 19)}, "over already"),
        ({"url": "javascript:alert(1)"}, "no address"),
        ({"url": "http://example.com"}, "no address"),
        ({"url": "https://a b.example"}, "no address"),
        ({"lang": "fr"}, "reads a quote in one of"),
        ({"amount": "much"}, "much"),
        ({"amount": "5", "currency": "shekels"}, "shekels"),
        ({"amount": "5", "tax": "half"}, "half"),
    ],
)
def test_what_is_no_quote_is_refused_and_nothing_is_written(book, said, why):
    with pytest.raises(InputError) as refused:
        write(book, **said)
    assert re.search(why, refused.value.say("en"))
    assert book.quotes(DEAL) == []


def test_there_is_none_on_a_deal_that_is_none(book):
    with pytest.raises(UnknownName):
        book.quote("nobody", Offer(title="x"), at=AT, by="Ben")
    with pytest.raises(UnknownName):
        book.quotes("nobody")
