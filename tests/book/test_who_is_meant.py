"""Who is taken for the person who is to be erased, and who is not: spellings, namesakes, shared numbers, ids."""

import datetime as dt
import json
import shutil

import pytest
from tests.book.test_persons import erase, figures, hits, rows_of

from yaad.book import Book
from yaad.book.persons import Part, find
from yaad.book.persons.cleaning import Cleaner, Role
from yaad.book.persons.marks import Known, Marks, folded_mail, folded_name, folded_phones
from yaad.book.usual import Usual, say_usual
from yaad.errors import InputError

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
MAPPING = """kind: deals
columns: {id: id, contact: who, phone: phone, email: mail, owner: rep, stage: stage, created: begun, amount: sum,
  source: source, lost_reason: why}
stages: [Meeting, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
dates: iso
"""
HEAD = "id,who,phone,mail,rep,stage,begun,sum,source,why,id card,street,kitchen,paid,fitted,born,second phone"
DANA = "אתר,,012345678,הרצל 5 חיפה,לבן,12000,2026-05-04,1980-05-04,0541110000"
ROWS = [
    f"1,דנה כהן,050-1234567,dana@example.co.il,יוסי לוי,Won,2026-01-05,1000,{DANA}",
    f"2,דנה ש. כהן,501234567,,יוסי לוי,Lost,2026-01-06,1100,{DANA}",
    "3,רון בר,050-7776666,,יוסי לוי,Won,2026-01-07,1200,אתר,,,,לבן,9,2026-06-01,,",
    "4,גילה בר,0507776666,,יוסי לוי,Won,2026-01-08,1300,אתר,,,,לבן,9,2026-06-01,,",
    "5,מור לב,000-0000000,,יוסי לוי,Won,2026-01-09,1400,אתר,,,,לבן,9,2026-06-01,,",
    "6,תמר לב,053-1111111,,יוסי לוי,Won,2026-01-10,1500,אתר,,,,לבן,9,2026-06-01,,",
    "7,אבי אור,053-0000000,,יוסי לוי,Won,2026-01-10,1500,אתר,,,,לבן,9,2026-06-01,,",
    "8,עדי אור,053-0000000,,יוסי לוי,Won,2026-01-10,1500,אתר,,,,שחור,9,2026-06-01,,",
]
ORDERS = "order,deal,date,total\n1,3,2026-02-01,50\n2,1,2026-02-02,60\n"
ORDERS_MAP = "kind: orders\ncolumns: {id: order, deal: deal, at: date, amount: total}\nzone: UTC\ndates: iso\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("meant")
    for name, text in (("deals.csv", "\n".join([HEAD, *ROWS]) + "\n"), ("map.yaml", MAPPING)):
        (folder / name).write_text(text, "utf-8")
    for name, text in (("orders.csv", ORDERS), ("orders.yaml", ORDERS_MAP)):
        (folder / name).write_text(text, "utf-8")
    book = Book.create(folder / "book")
    book.import_files([folder / "deals.csv"], mapping=folder / "map.yaml")
    book.import_files([folder / "orders.csv"], mapping=folder / "orders.yaml")
    yield book
    book.close()


def found(book, who):
    return find(book.facts, who, Part.CUSTOMER)


def test_spelled_otherwise_and_reached_alike_is_one(made):
    one = found(made, "dana@example.co.il")
    assert set(one.called) == {"דנה כהן", "דנה ש. כהן"}
    assert one.deals == {"1", "2"}
    assert one.others == ()


def test_by_a_number_in_a_column_of_the_companys_own(made):
    assert found(made, "054-111 0000").deals == {"1", "2"}


def test_a_number_of_two_is_asked_for_by_name_or_for_both(made):
    one, both = found(made, "רון בר"), found(made, "0507776666")
    assert (one.deals, one.others, one.phones) == ({"3"}, ("גילה בר",), frozenset())
    assert one.shared == {"+972507776666"}
    assert (both.deals, both.others) == ({"3", "4"}, ())


def test_who_was_said_to_be_one_is_one_by_either_number_and_by_name(tmp_path):
    """The answer of the page of the data holds for both numbers, in later imports and after a rebuild."""
    book = Book.create(tmp_path / "book")

    def bring(*told: str) -> None:
        file = tmp_path / f"deals {told[0][0]}.csv"
        rows = [f"{one},Won,2026-01-02,2026-02-0{one[0]},100" for one in told]
        file.write_text("\n".join(["id,contact,phone,stage,created,closed,amount", *rows]) + "\n", "utf-8")
        book.import_files([file])

    def deals(who: str) -> set[str]:
        return set(find(book.facts, who, Part.CUSTOMER, said=book.settings.customers).deals)

    def customers() -> list[str]:
        found = book.customers(states=["once", "due", "stays", "stopped"]).content.standing.rows
        return sorted(found["customer"].to_pylist())

    bring("1,נועה גל,052-1112221", "2,נועה גל,052-1112222", "3,אורי גל,052-1112223")
    assert len(customers()) == 3
    with pytest.raises(InputError):
        deals("נועה גל")
    assert deals("052-1112221") == {"1"}
    book.set_setting("customer:נועה גל", "one", at=AT, by="owner")
    bring("4,נועה גל,0521112222", "5,נועה גל,+972521112221", "6,נועה גל,052-1112221 / 052-1112222")
    for _again in range(2):
        assert customers() == ["אורי גל", "נועה גל"]
        for who in ("052-1112221", "052-1112222", "נועה גל"):
            assert deals(who) == {"1", "2", "4", "5", "6"}
        assert deals("052-1112223") == {"3"}, "another name is another person"
        book.rebuild()
    book.close()


@pytest.mark.parametrize("asked", ["06 11 13 21 12", "+33 6 11 13 21 12", "0033611132112", "06.11.13.21.12"])
def test_a_number_of_another_country_is_found_in_any_spelling(tmp_path, asked):
    rows = ["1,Zoé,06 11 13 21 12,Won,2026-01-02,2026-02-01,100", "2,Léa,06 11 13 21 13,Won,2026-01-02,2026-02-01,100"]
    (tmp_path / "deals.csv").write_text("\n".join(["id,contact,phone,stage,created,closed,amount", *rows]), "utf-8")
    book = Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"])
    assert found(book, asked).called == ("Zoé",)
    book.close()


AMERICANS = ["1,Ann Poe,(212) 555-0199,Won,2026-01-02,2026-02-01,100", "2,Bo Lee,(212) 555-0188,Won,2026-01-02,,100"]
LATER = [
    "3,A. Poe,+1 212 555 0199,Won,2026-03-02,2026-03-09,100",
    "4,Bo Lee,1-212-555-0188 or 212.555.0177,Won,2026-03-02,2026-03-09,100",
    "5,Cy Orr,2125550199,Won,2026-03-02,2026-03-09,100",
    "6,Di Orr,0212555019,Won,2026-03-02,2026-03-09,100",
]
OF_AMERICANS = "id,contact,phone,stage,created,closed,amount"


@pytest.fixture
def american(tmp_path):
    """A book of a company of the United States; brings rows in."""
    book = Book.create(tmp_path / "book")
    say_usual(book.root, Usual("America/New_York", "USD", None, "US"))

    def bring(name, rows):
        (tmp_path / name).write_text("\n".join([OF_AMERICANS, *rows]) + "\n", "utf-8")
        book.import_files([tmp_path / name])

    bring("deals.csv", AMERICANS)
    yield book, bring
    book.close()


def test_a_number_is_read_as_one_of_the_companys_country(american):
    book, _ = american
    for who in ("212-555-0199", "+12125550199", "1 212 555 0199"):
        one = find(book.facts, who, Part.CUSTOMER, country=book.dials_in)
        assert (one.called, one.phones, one.country) == (("Ann Poe",), {"+12125550199"}, "US")


def test_who_was_erased_stays_erased_in_any_writing_of_the_companys_country(american):
    book, bring = american
    mark = erase(book, "2125550199")
    book.close()
    bring("later.csv", LATER)
    assert {one: row["contact"] for one, row in rows_of(book).items()} == {
        "1": mark, "2": "Bo Lee", "3": mark, "4": "Bo Lee", "5": mark, "6": "Di Orr",
    }  # fmt: skip
    assert Cleaner(Marks(book.root)).text("Call 212.555.0199, not 212.555.0188") == f"Call {mark}, not 212.555.0188"


def test_who_was_erased_stays_erased_when_the_company_moves(american):
    """Numbers are met as they were read then, and as they would be read now by who is erased since."""
    book, bring = american
    mark = erase(book, "2125550199")
    say_usual(book.root, Usual("Europe/London", "GBP", None, "GB"))
    book.close()
    bring("later.csv", [LATER[0], LATER[2]])
    other = erase(book, "2125550188")
    assert Marks(book.root).countries == ("GB", "US")
    assert {one: row["contact"] for one, row in rows_of(book).items()} == {"1": mark, "2": other, "3": mark, "5": mark}


def test_a_list_from_before_countries_were_noted_is_read_as_it_was_written(tmp_path):
    marks = Marks(tmp_path)
    one = marks.add({Known.PHONE: folded_phones("050-1234567")}, AT)
    plain = json.loads((tmp_path / "erased.json").read_text("utf-8"))
    for person in plain:
        del person["countries"]
    (tmp_path / "erased.json").write_text(json.dumps(plain), "utf-8")
    assert Marks(tmp_path).countries == ("IL",)
    assert Cleaner(Marks(tmp_path)).text("0501234567") == one.mark


def test_a_number_that_nobody_has_is_nobody(made):
    with pytest.raises(InputError, match="no number"):
        found(made, "053-0000000")
    assert found(made, "אבי אור").deals == {"7"}


def test_columns_of_the_companys_own_and_ids(made, tmp_path):
    shutil.copytree(made.root.parent, tmp_path, dirs_exist_ok=True)
    mark = erase(Book.open(tmp_path / "book"), "dana@example.co.il")
    book = Book.open(tmp_path / "book")
    before = figures(book)
    deals = rows_of(book)
    assert hits(book.root, ["012345678", "הרצל 5", "1980-05-04", "054111", "דנה", "501234567"]) == []
    own = dict(deals["1"]["custom"])
    assert own == {
        "id card": mark, "street": mark, "kitchen": "לבן", "paid": "12000", "fitted": "2026-05-04", "born": mark,
        "second phone": mark,
    }  # fmt: skip
    assert deals["3"]["contact"] == "רון בר"
    assert {row["order_id"]: row["deal_id"] for row in rows_of_orders(book)} == {"1": "3", "2": "1"}
    folder = book.root.parent
    later = [HEAD, *ROWS[2:], f"9,דנה כהן,0529998888,,יוסי לוי,Meeting,2026-03-01,1,{DANA}"]
    (folder / "later.csv").write_text("\n".join(later) + "\n", "utf-8")
    book.import_files([folder / "later.csv"], mapping=folder / "map.yaml")
    namesake = rows_of(book)["9"]
    assert (namesake["contact"], namesake["phone"]) == ("דנה כהן", "0529998888")
    assert dict(namesake["custom"])["street"] == "הרצל 5 חיפה"
    assert figures(book) != before
    book.close()


def rows_of_orders(book):
    return book.facts.run(book.facts.table("orders")).to_pylist()


@pytest.fixture
def cleaner(tmp_path):
    marks = Marks(tmp_path)
    (phone,) = folded_phones("0501234567")
    values = {
        Known.PHONE: {phone}, Known.MAIL: {folded_mail("Dana@Example.co.il")},
        Known.ALONE: {folded_name("דנה כהן"), folded_name("כהן דנה")}, Known.NAME: {folded_name("דנה כהן")},
        Known.FIRST: {"דנה", "כהן"}, Known.WORD: {"דנה", "כהן"}, Known.DEAL: {"17"},
    }  # fmt: skip
    marks.add(values, AT)
    return Cleaner(Marks(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "נייד0501234567 בערב", "0501234567דנה", "+972-50-123-4567", "00972 50 123 4567", "(050) 123.4567",
        "\u200e050-1234567\u200e", "972501234567;", "DANA@example.CO.IL.", "דיברתי עם דנה כהן.", "ולכשדנה כהן תחזור",
        "כהן, דנה", "כהן דנה", "לדנה־כהן", "דָּנָה כֹּהֵן",
    ],
)  # fmt: skip
def test_in_a_text_whatever_the_writing(cleaner, text):
    kept = cleaner.text(text)
    assert "erased" in kept
    assert not any(one in kept for one in ("1234567", "כהן", "example"))


@pytest.mark.parametrize("text", ["0501234568", "דנה", "כהן ושות", "דני כהן", "90501234567", "dana@example.co"])
def test_what_only_looks_alike_stays(cleaner, text):
    assert cleaner.text(text) == text


def test_the_id_of_something_else_is_no_deal_of_theirs(cleaner):
    assert cleaner.owners(["17", "רון"], [Role.ID, Role.NAME]) == frozenset()
    assert len(cleaner.owners(["17", "רון"], [Role.DEAL, Role.NAME])) == 1


def test_who_sells_together_with_somebody(cleaner):
    assert cleaner.row(["דנה כהן, יוסי"], [Role.SELLER])[0].endswith(", יוסי")


def test_who_speaks_for_an_organisation_is_not_the_organisation(tmp_path):
    head, stages = "id,who,firm,phone,stage,begun", "stages: [Meeting, {name: Won, type: won}]"
    rows = ["1,דנה כהן,מטבחי אלון,050-1234567,Won,2026-01-05", "2,רון בר,מטבחי אלון,052-1234567,Won,2026-01-06"]
    columns = "columns: {id: id, contact: who, account: firm, phone: phone, stage: stage, created: begun}"
    (tmp_path / "deals.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    (tmp_path / "map.yaml").write_text(f"kind: deals\n{columns}\n{stages}\nzone: UTC\ndates: iso\n", "utf-8")
    firms = "number,name,phone\nA1,מטבחי אלון,050-1234567\nA2,תמר לב,053-7654321\n"
    (tmp_path / "firms.csv").write_text(firms, "utf-8")
    of_firms = "kind: accounts\ncolumns: {id: number, name: name, phone: phone}\n"
    (tmp_path / "firms.yaml").write_text(of_firms, "utf-8")
    book = Book.create(tmp_path / "book")
    for name in ("deals", "firms"):
        book.import_files([tmp_path / f"{name}.csv"], mapping=tmp_path / f"{name}.yaml".replace("deals", "map"))
    assert found(book, "050-1234567").called == ("דנה כהן",)
    mark = erase(book, "050-1234567")
    book = Book.open(book.root)
    deals = rows_of(book)
    assert [(one["contact"], one["account"]) for one in deals.values()] == [
        (mark, "מטבחי אלון"), ("רון בר", "מטבחי אלון"),
    ]  # fmt: skip
    told = {row["account_id"]: row["name"] for row in book.facts.run(book.facts.table("accounts")).to_pylist()}
    assert told == {"A1": "מטבחי אלון", "A2": "תמר לב"}
    assert hits(book.root, ["1234567-050", "0501234567", "050-1234567", "דנה"]) == []
    erase(book, "תמר לב")
    assert hits(book.root, ["תמר לב", "7654321"]) == []
