"""Deals that people write down in a book: made once, refused in words, built anew as they were, erased."""

import datetime as dt

import pytest

import yaad
from yaad.book.persons.erasing import begin, finish
from yaad.book.persons.finding import Part, find
from yaad.errors import Changed, InputError, NotAllowed, UnknownName
from yaad.facts import KeyTaken
from yaad.model import Viewer

EVENTS = """\
deal,stage,at,owner
A,New,2026-01-01,Noa
A,Quote,2026-01-05,Noa
B,New,2026-01-02,Gil
B,Lost,2026-01-08,Gil
"""
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at, owner: owner}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
AT = dt.datetime(2026, 1, 9, 12, tzinfo=dt.UTC)
SAID = {"account": "Cohen Kitchens", "phone": "+972501234567", "owner": "Noa", "amount": "12,000", "source": "Phone"}


@pytest.fixture
def book(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    made = yaad.Book.create(tmp_path / "book")
    made.import_files([tmp_path / "events.csv"], mapping=tmp_path / "map.yaml")
    return made


def counts(book):
    return {figure.id: figure.value for figure in book.measure("inquiries", "open", "won", "won_value").content}


def begun(book, **more):
    return book.write_down("New", SAID, at=AT, by="Noa", key="k1", **more)


def test_a_deal_is_written_down_worked_on_and_won(book):
    before = counts(book)
    deal = begun(book).deal_id
    assert (counts(book)["inquiries"], counts(book)["open"]) == (before["inquiries"] + 1, before["open"] + 1)
    book.act(deal, "call", at=AT, by="Noa", went="no_show")
    book.change(deal, {"next_step": "to call again", "next_step_day": "12.1.2026"}, at=AT, by="Noa")
    row = book.facts.deal(deal)
    assert (row["account"], row["amount"], row["next_step_day"]) == ("Cohen Kitchens", 12000, dt.date(2026, 1, 12))
    book.win(deal, at=AT, by="Noa")
    assert (counts(book)["won"], counts(book)["won_value"]) == (before["won"] + 1, 12000)
    now = counts(book)
    book.rebuild()
    assert counts(book) == now


def test_a_number_that_can_be_none_is_refused_wherever_it_is_typed(book):
    deal = begun(book).deal_id
    for does in (
        lambda: book.change(deal, {"phone": "12"}, at=AT, by="Noa"),
        lambda: book.write_down("New", {"account": "X", "phone": "12"}, at=AT, by="Noa"),
    ):
        with pytest.raises(InputError, match=r"cannot be a telephone number.*050-123-4567"):
            does()
    book.change(deal, {"phone": "*2345"}, at=AT, by="Noa")
    assert book.facts.deal(deal)["phone"] == "*2345"
    book.change(deal, {"phone": None}, at=AT, by="Noa")
    assert book.facts.deal(deal)["phone"] is None


def test_sent_twice_it_is_one_deal(book):
    assert begun(book) == begun(book)
    assert counts(book)["inquiries"] == 3
    with pytest.raises(KeyTaken):
        begun(book, deal_id="Z")


def test_an_id_that_is_taken_is_refused(book):
    with pytest.raises(InputError, match="a deal with the id A"):
        book.write_down("New", SAID, at=AT, by="Noa", deal_id="A")
    own = book.write_down("New", SAID, at=AT, by="Noa", deal_id="Z", key="z")
    assert book.write_down("New", SAID, at=AT, by="Noa", deal_id="Z", key="z") == own
    with pytest.raises(InputError, match="a deal with the id Z"):
        book.write_down("New", SAID, at=AT, by="Noa", deal_id="Z")


@pytest.mark.parametrize(
    ("stage", "values", "error", "words"),
    [
        ("Won", {}, InputError, "begins in an open stage"),
        ("Nowhere", {}, UnknownName, "Nowhere"),
        ("New", {"stage": "Quote"}, UnknownName, "stage"),
        ("New", {"amount": "a lot"}, InputError, "a lot"),
        ("New", {"next_step_day": "soon"}, InputError, "soon"),
        ("New", {"next_step": "x" * 2001}, InputError, "2,000"),
        ("New", {"amount": "1.23456"}, InputError, "1.23456"),
        ("New", {"amount": "1e-9"}, InputError, "1e-9"),
        ("New", {"currency": "shekel"}, InputError, "shekel"),
        ("New", {"tax": "some"}, InputError, "some"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_kept(book, stage, values, error, words):
    with pytest.raises(error, match=words):
        book.write_down(stage, values, at=AT, by="Noa")
    assert counts(book)["inquiries"] == 2
    assert not (book.root / "journal.sqlite").exists()


def test_what_is_planned_is_settled_once(book):
    due = dt.datetime(2026, 1, 20, 10, tzinfo=dt.UTC)
    with pytest.raises(InputError, match="needs the time"):
        book.act("A", "meeting", at=AT, by="Noa", went="planned")
    with pytest.raises(InputError, match="needs the time"):
        book.act("A", "meeting", at=AT, by="Noa", due=due)
    plan = book.act("A", "meeting", at=AT, by="Noa", went="planned", due=due)
    with pytest.raises(InputError, match="plans nothing"):
        book.act("A", "meeting", at=due, by="Noa", went="held", settles=plan.seq + 1)
    with pytest.raises(InputError, match="1970 to 2200"):
        book.act("A", "meeting", at=AT, by="Noa", went="planned", due=due.replace(year=9999))
    done = book.act("A", "meeting", at=due, by="Noa", went="held", settles=plan.seq, key="d")
    assert book.act("A", "meeting", at=due, by="Noa", went="held", settles=plan.seq, key="d") == done
    with pytest.raises(InputError, match="plans nothing"):
        book.act("A", "meeting", at=due, by="Noa", went="no_show", settles=plan.seq)
    with pytest.raises(UnknownName, match="dance"):
        book.act("A", "dance", at=AT, by="Noa")


def test_who_sees_only_their_own_writes_down_only_their_own(book):
    own = book.seen_by(Viewer(frozenset({"Noa"})))
    assert begun(own).deal_id
    with pytest.raises(NotAllowed):
        own.write_down("New", {"owner": "Gil"}, at=AT, by="Noa")
    with pytest.raises(NotAllowed):
        own.write_down("New", {}, at=AT, by="Noa")
    with pytest.raises(UnknownName):
        own.change("B", {"owner": "Noa"}, at=AT, by="Noa")


def test_who_is_erased_is_erased_from_what_people_wrote_down(book):
    deal = begun(book).deal_id
    book.change(deal, {"next_step": "ask Cohen Kitchens for the plan"}, at=AT, by="Noa")
    found = find(book.facts, "+972501234567", Part.CUSTOMER)
    begin(book.root, found, AT)
    finish(book.root, AT)
    text = (book.root / "journal.sqlite").read_bytes()
    assert b"1234567" not in text
    assert b"Cohen" not in text
    row = yaad.open(book.root).facts.deal(deal)
    assert (row["owner"], row["amount"]) == ("Noa", 12000)
    assert row["account"] != "Cohen Kitchens"


def test_an_amount_without_a_currency_is_in_that_of_the_others(tmp_path):
    (tmp_path / "deals.csv").write_text("deal,stage,amount,entered\nA,New,100,2026-01-01\n", "utf-8")
    mapping = """kind: deals
shape: two_dates
columns: {id: deal, stage: stage, amount: amount, entered: entered}
entered_opens: New
stages: [{name: New}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
currency: {amount: ILS}
tax: {amount: net}
zone: UTC
"""
    (tmp_path / "map.yaml").write_text(mapping, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    deal = book.write_down("New", {"account": "X", "amount": "70"}, at=AT, by="Noa")
    assert (deal.values["currency"], deal.values["tax"]) == ("ILS", "net")
    [value] = book.measure("open_value").content
    assert (value.value, value.unit) == (170, "ILS")
    bare = book.write_down("New", {"account": "Y"}, at=AT, by="Noa")
    assert set(bare.values) == {"account"}
    assert book.change(bare.deal_id, {"amount": "5"}, at=AT, by="Noa").values["currency"] == "ILS"


def test_what_is_typed_in_a_company_is_in_its_currency_also_where_other_amounts_have_none(tmp_path):
    from yaad.book.usual import Usual, say_usual

    (tmp_path / "deals.csv").write_text("id,stage,amount,created\nA,Won,,2026-01-01\nB,New,,2026-01-01\n", "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"])
    bare = book.write_down("New", {"account": "W", "amount": "7"}, at=AT, by="Noa")
    assert (bare.values.get("currency"), bare.values.get("tax")) == (None, None), "nobody has said any"
    say_usual(book.root, Usual(currency="ILS"))
    began = book.write_down("New", {"account": "X", "amount": "70"}, at=AT, by="Noa")
    assert (began.values["currency"], began.values["tax"]) == ("ILS", "net"), "what has none decides nothing"
    won = book.win("B", at=AT, by="Noa", amount="50", key="w")
    assert (won.amount, won.currency, won.tax) == ("50", "ILS", "net")
    assert book.win("B", at=AT, by="Noa", amount="50", key="w").seq == won.seq, "said twice it is one win"
    row = book.facts.deal("B")
    assert (row["amount"], row["currency"], row["tax"]) == (50, "ILS", "net")
    book.rebuild()
    assert {name: book.facts.deal("B")[name] for name in ("amount", "currency", "tax")} == {
        name: row[name] for name in ("amount", "currency", "tax")
    }
    book.undo("B", won.seq, at=AT, by="Noa")
    assert (book.facts.deal("B")["amount"], book.facts.deal("B")["currency"]) == (None, None)


@pytest.mark.parametrize("text", ["41,300 ₪", "₪41,300", "41,300 ש״ח", "41.3 אלף ש״ח", "41300"])
def test_an_amount_is_taken_as_it_is_shown(tmp_path, text):
    from yaad.book.usual import Usual, say_usual

    (tmp_path / "deals.csv").write_text("id,stage,amount,created\nA,Won,,2026-01-01\nB,New,,2026-01-01\n", "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"])
    say_usual(book.root, Usual(currency="ILS"))
    new = book.write_down("New", {"account": "X", "amount": text}, at=AT, by="Noa")
    assert new.values == {"account": "X", "amount": "41300", "currency": "ILS", "tax": "net"}
    assert book.change(new.deal_id, {"amount": text}, at=AT, by="Noa").values["amount"] == "41300"
    assert book.win("B", at=AT, by="Noa", amount=text).amount == "41300"
    for other in ("$500", "500 כולל מע״מ"):
        with pytest.raises(InputError):
            book.change("B", {"amount": other}, at=AT, by="Noa")


def test_what_was_written_of_an_id_is_not_inherited(book):
    begun = book.write_down("New", {"owner": "Gil"}, at=AT, by="Gil", deal_id="S")
    book.note("S", "a secret", at=AT, by="Gil")
    book.undo("S", begun.seq, at=AT, by="Gil")
    own = book.seen_by(Viewer(frozenset({"Noa"})))
    with pytest.raises(InputError, match="a deal with the id S"):
        own.write_down("New", {"owner": "Noa"}, at=AT, by="Noa", deal_id="S")
    assert book.write_down("New", {"owner": "Noa"}, at=AT, by="Noa", deal_id="S").deal_id == "S"


def test_whoever_moves_what_stands_elsewhere_by_now_is_told(book):
    with pytest.raises(Changed, match="Quote"):
        book.move("A", "Won", at=AT, by="Noa", seen="New")
    assert book.facts.deal("A")["stage"] == "Quote"
    book.move("A", "Won", at=AT, by="Noa", seen="Quote")


def test_who_was_written_down_and_taken_back_is_found_and_erased(book):
    begun = book.write_down("New", SAID, at=AT, by="Noa")
    book.undo(begun.deal_id, begun.seq, at=AT, by="Noa")
    found = find(book.facts, "050-123 4567", Part.CUSTOMER)
    assert found.deals == {begun.deal_id}
    begin(book.root, found, AT)
    finish(book.root, AT)
    text = (book.root / "journal.sqlite").read_bytes()
    assert b"1234567" not in text
    assert b"Cohen" not in text
