"""Who asks not to be contacted: written down, met in any spelling, taken back, erased, and on no list with a number."""

import datetime as dt

import pytest

import yaad
from yaad.book.deals import Wanted, deal_of, deals_of
from yaad.book.morning import digest
from yaad.book.opt_outs import ANY
from yaad.book.persons.erasing import begin, finish
from yaad.book.persons.finding import Part, find
from yaad.errors import InputError, NotAllowed, UnknownName
from yaad.measures.opted_out import Handles, OptOuts
from yaad.model import OptOutEntry, Viewer
from yaad.model.inquiries import Touch
from yaad.reports.exports import rows_of

DEALS = """\
id,stage,created,closed,owner,account,phone,email,amount
A,Quote,2026-01-05 09:00,,Noa,Oak,050-111 2222,a@x.com,900
B,New,2026-01-06 09:00,,Gil,Elm,0503334444,b@x.com,100
C,New,2026-01-07 09:00,,Gil,Fir,,A@X.com,100
D,Won,2025-06-01 09:00,2025-07-01 10:00,Gil,Ash,03-555 6666 / 052-777 8888,,100
E,New,2026-01-08 09:00,,Noa,Yew,501112222,,300
"""
MAP = """\
kind: deals
columns: {id: id, stage: stage, created: created, closed: closed, owner: owner, account: account, phone: phone,
          email: email, amount: amount}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: Asia/Jerusalem
"""
AT = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CALL = "+972501112222"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    made = yaad.Book.create(tmp_path / "book")
    made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    return made


def out(book, deal="A", what="calls", **more):
    return book.opt_out_of_deal(deal, what, at=AT, by="Noa", channel="phone", **more)


def listed(book):
    return {row["deal_id"]: row for row in deals_of(book, Wanted({}), 0, 50)[0]}


def called(book):
    return [one.deal_id for one in book.deals_to_call().content]


def test_one_word_holds_for_each_deal_of_the_person_in_any_spelling(book):
    entry = out(book)
    assert (entry.what, entry.handles, entry.channel, entry.by) == ("calls", (CALL, "a@x.com"), "phone", "Noa")
    told = listed(book)
    assert {name: row["asked_not"] for name, row in told.items()} == {
        "A": "calls", "B": None, "C": "calls", "D": None, "E": "calls",
    }  # fmt: skip
    assert {name: row["phone"] for name, row in told.items()} == {
        "A": None, "B": "0503334444", "C": None, "D": "03-555 6666 / 052-777 8888", "E": None,
    }  # fmt: skip
    assert told["A"]["email"] == "a@x.com"  # who is not to be called may be written to


def test_who_wants_no_offers_stands_on_no_list_with_a_mail_either(book):
    out(book, what="marketing")
    assert (listed(book)["A"]["phone"], listed(book)["A"]["email"], listed(book)["C"]["email"]) == (None, None, None)
    assert listed(book)["B"]["email"] == "b@x.com"


def test_nobody_who_asked_is_to_be_called_and_the_next_one_takes_the_place(book):
    assert set(called(book)) == {"A", "B", "C", "E"}
    out(book)
    assert called(book) == ["B"]
    assert [one.deal_id for one in book.deals_to_call(1).content] == ["B"]


def test_the_page_of_the_deal_tells_the_number_and_what_was_asked(book):
    out(book)
    deal = book.deal("A").content
    assert deal.values["phone"] == "050-111 2222"
    assert [(one.what, one.by, one.at, one.channel) for one in deal.asked_not] == [("calls", "Noa", AT, "phone")]
    assert (deal_of(book, "A")["phone"], deal_of(book, "A")["asked_not"]) == ("050-111 2222", "calls")


def test_the_latest_word_counts_of_each_thing_that_is_asked(book):
    out(book)
    out(book, what="marketing")
    book.opt_out_of_deal("E", "calls", at=AT + DAY, by="Gil", is_out=False)
    assert listed(book)["A"]["asked_not"] == "marketing"
    book.opt_out_of_deal("A", "marketing", at=AT + DAY, by="Gil", is_out=False)
    assert listed(book)["A"] | {"asked_not": None} == listed(book)["A"]
    assert listed(book)["E"]["phone"] == "501112222"


def test_a_rebuild_tells_the_same(book):
    out(book)
    before = listed(book)
    book.rebuild()
    assert listed(book) == before


def test_a_further_deal_of_the_person_is_met(book):
    out(book)
    found = book.inquiry(Touch(phone="+972 50-111-2222", text="call me"), at=AT + 60 * DAY, by="")
    assert listed(book)[found.deal_id]["asked_not"] == "calls"


def test_an_inquiry_of_who_asked_is_told_without_the_number(book):
    out(book)
    book.act("B", "call", at=AT + 61 * DAY, by="Gil")
    book.inquiry(Touch(name="Dan", phone="050-111-2222", text="please call", channel="form"), at=AT + 60 * DAY, by="")
    waiting = book.unanswered(AT + 61 * DAY).inquiries
    asked = [one for one in waiting if one.asked_not]
    assert [(one.name, one.phone, one.said) for one in asked] == [("Dan", None, "please call")]


def test_a_cell_with_several_numbers_is_met_by_each_of_them(book):
    book.opt_out(Handles(frozenset({"+97235556666"})), "calls", at=AT, by="o")
    assert listed(book)["D"]["phone"] is None
    assert rows_of(book, "deals")["phone"].to_pylist() == ["050-111 2222", "0503334444", None, None, "501112222"]


def test_rows_in_are_taken_known_and_refused(book):
    out(book)
    text = "050-111-2222\nb@x.com\n\n0503334444\nB@X.COM\nDana 050\n050-0000000\n054-1111112 / 054-1111113\n"
    found = book.opt_out_list(text, "calls", at=AT, by="o")
    assert (found.rows, found.taken, found.known) == (7, 2, 2)
    assert found.refused == {6: "Dana 050", 7: "050-0000000", 8: "054-1111112 / 054-1111113"}
    assert found.rows == found.taken + found.known + len(found.refused)
    again = book.opt_out_list(text, "calls", at=AT, by="o")
    assert (again.taken, again.known, again.entry) == (0, 4, None)
    assert {one.handle for one in book.opted_out()} == {CALL, "a@x.com", "b@x.com", "+972503334444"}


def test_a_line_that_is_longer_than_any_number_or_address_is_refused(book):
    found = book.opt_out_list("d@x.com" + " " * 10 + "\n" + f"{'x' * 60}@{'y' * 200}.com", "calls", at=AT, by="o")
    assert (found.taken, list(found.refused)) == (1, [2])


def test_what_cannot_be_is_said(book):
    with pytest.raises(UnknownName):
        out(book, what="everything")
    with pytest.raises(UnknownName):
        book.opt_out_of_deal("A", "calls", at=AT, by="o", channel="rumour")
    with pytest.raises(InputError):
        book.opt_out(Handles(), "calls", at=AT, by="o")
    with pytest.raises(InputError):
        book.opt_out_list("\n \n", "calls", at=AT, by="o")
    with pytest.raises(UnknownName):
        book.opt_out_of_deal("nobody", "calls", at=AT, by="o")


def test_who_sees_some_deals_speaks_for_those_alone(book):
    mine = book.seen_by(Viewer(frozenset({"Noa"})))
    assert mine.opt_out_of_deal("A", "calls", at=AT, by="Noa").handles == (CALL, "a@x.com")
    with pytest.raises(UnknownName):
        mine.opt_out_of_deal("B", "calls", at=AT, by="Noa")
    with pytest.raises(NotAllowed):
        mine.opt_out(Handles(frozenset({"+972503334444"})), "calls", at=AT, by="Noa")
    with pytest.raises(NotAllowed):
        mine.opt_out_list("0503334444", "calls", at=AT, by="Noa")
    with pytest.raises(NotAllowed):
        mine.opted_out()
    assert listed(book)["C"]["asked_not"] == "calls"  # it holds whoever said so, and whoever looks


@pytest.fixture
def office(tmp_path):
    """Dana and Ron of one office, and a further deal of Dana with a number of her own."""
    deals = DEALS.splitlines()[0] + ",contact\n"
    deals += "A,Quote,2026-01-05 09:00,,Noa,Oak,050-1112222,office@x.com,9,Dana\n"
    deals += "B,Quote,2026-01-05 09:00,,Noa,Oak,052-3334444,office@x.com,9,Ron\n"
    deals += "C,Quote,2026-01-05 09:00,,Noa,Oak,054-5556677,office@x.com,9,dana\n"
    (tmp_path / "deals.csv").write_text(deals, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP.replace("email: email", "email: email, contact: contact"), "utf-8")
    made = yaad.Book.create(tmp_path / "book")
    made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    return made


def asking(book):
    return {name: row["asked_not"] for name, row in listed(book).items()}


def test_nobody_is_spoken_for_by_who_shares_an_address_with_them(office):
    assert out(office).handles == (CALL, "+972545556677")
    assert asking(office) == {"A": "calls", "B": None, "C": "calls"}


def test_what_one_takes_back_another_has_said(office):
    out(office)
    out(office, "B")
    out(office, "B", is_out=False)
    assert asking(office) == {"A": "calls", "B": None, "C": "calls"}
    out(office, what="marketing")
    out(office, "B", what="marketing")
    out(office, "B", what="marketing", is_out=False)
    handles = {(one.handle, one.what) for one in office.opted_out()}
    assert handles == {(CALL, "calls"), ("+972545556677", "calls")} | {
        (one, "marketing") for one in (CALL, "+972545556677", "office@x.com")
    }


def test_of_a_long_list_the_same_stands_beside_as_of_a_short_one(book):
    more = "".join(f"055-{number:07}\n" for number in range(1000, 1030))
    book.opt_out_list("050-1112222\n052-7778888\n" + more, "calls", at=AT, by="o")
    handles = {one.handle for one in book.opted_out()}
    assert {CALL, "a@x.com", "+97235556666", "+972527778888"} <= handles
    assert len(handles) == 34


def test_what_holds_for_a_country_is_asked_once_of_a_list(book, monkeypatch):
    asked = []
    usual = type(book).dials_in.fget
    monkeypatch.setattr(type(book), "dials_in", property(lambda self: asked.append(1) or usual(self)))
    book.opt_out_list("".join(f"055-{number:07}\n" for number in range(1000, 1030)), "calls", at=AT, by="o")
    assert len(asked) < 10


def test_an_entry_is_the_same_in_every_journal(book):
    entry = out(book, key="k")
    assert isinstance(entry, OptOutEntry)
    assert out(book, key="k") == entry


def test_who_was_erased_is_not_called_when_they_come_again(book):
    out(book, "B")
    begin(book.root, find(book.facts, "050-333 4444", Part.CUSTOMER), AT)
    finish(book.root, AT)
    fresh = yaad.Book.open(book.root)
    handles = {one.handle for one in fresh.opted_out()}
    assert handles
    assert not any("3334444" in one or "@" in one for one in handles)
    found = fresh.inquiry(Touch(phone="050-333-4444", text="me again"), at=AT + 90 * DAY, by="")
    assert listed(fresh)[found.deal_id]["asked_not"] == "calls"
    assert listed(fresh)["A"]["asked_not"] is None


def test_nothing_is_looked_at_closely_where_nobody_asked():
    nobody = OptOuts()
    assert not nobody
    assert nobody.hidden({"phone": "050-1112222"}) == {"phone": "050-1112222", "asked_not": None}
    assert set(ANY) >= {"open", "won", "lost"}


def test_the_morning_names_no_number_of_who_asked(book):
    book.act("B", "call", at=AT, by="Gil")
    book.inquiry(Touch(name="Dan", phone="050-111-2222", channel="form"), at=AT, by="")
    out(book)
    text = digest(book, AT + DAY).text("en")
    assert "Dan" in text or "Oak" not in text
    assert not any(one in text for one in ("111-2222", "111 2222", "1112222"))


def asked_of(book):
    return {one.handle for one in book.opted_out()}


def test_a_list_is_taken_back_as_a_whole_and_what_was_known_before_stays(book):
    out(book)
    before = asked_of(book)
    found = book.opt_out_list("054-999 8877\nnew@x.com", "calls", at=AT, by="Office", key="list")
    assert asked_of(book) == before | {"+972549998877", "new@x.com"}
    book.unsay(found.entry.seq, at=AT, by="Office")
    assert asked_of(book) == before


def test_the_same_list_under_the_same_key_is_told_the_same(book):
    told = [
        book.opt_out_list("054-999 8877\nnobody\n0549998877", "calls", at=AT, by="Office", key="list") for _ in range(2)
    ]
    assert told[0] == told[1]
    assert (told[0].rows, told[0].taken, told[0].known, len(told[0].refused)) == (3, 1, 1, 1)
    with pytest.raises(InputError):
        book.opt_out_list("other@x.com", "calls", at=AT, by="Office", key="list")


def test_what_is_written_beside_the_lines_of_a_list_is_counted(book):
    book.write_down("New", {"phone": "+972 54 999 8877", "email": "beside@x.com", "name": "Gal"}, at=AT, by="Office")
    found = book.opt_out_list("0549998877", "calls", at=AT, by="Office")
    assert (found.rows, found.taken, found.beside) == (1, 1, 1)
    assert set(found.entry.handles) == {"+972549998877", "beside@x.com"}
