"""What a company said of its clock, its money and VAT is taken where a file says nothing; people may say another."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.people import PASSWORD

from yaad.book import Book
from yaad.book.usual import Usual, usual_of
from yaad.errors import InputError
from yaad.server import tasks
from yaad.server.scoping import on_behalf_of, scope

DEALS = """deal,created,stage,amount
1,2026-10-01 09:30,Won,1200
2,2026-10-02 10:30,Quote,800
3,2026-10-03 11:30,Lost,700
4,2026-10-04 12:30,Quote,950
"""
ANSWERS = {"stage:Quote": "open", "stage:Won": "won", "stage:Lost": "lost"}


@pytest.fixture
def company(team, tmp_path):
    """A company of its own, that works by London's clock in pounds, with VAT."""
    from yaad.server import companies
    from yaad.server.models import Account

    owner = Account.objects.filter(email="usual@here.example").first() or Account.objects.create_user(
        "usual@here.example", PASSWORD, name="usual", language="he"
    )
    made = companies.begin(owner, "Usual", zone="Europe/London", currency="GBP", country="GB", vat=Decimal("0.2"))
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    access = scope(owner.pk, made.pk)
    with on_behalf_of(access):
        yield access


def understood(company, tmp_path, **answers):
    from yaad.server.companies import folder_of

    arguments = {
        "book": str(folder_of(company.company)), "paths": [str(tmp_path / "deals.csv")], "mapping": "", "kind": "",
        "answers": ANSWERS | answers,
    }  # fmt: skip
    return tasks.understand(arguments, lambda *_told: None)


def book_of(company):
    from yaad.server.companies import folder_of

    return closing(Book.create(folder_of(company.company)))


def test_what_was_said_at_the_beginning_is_taken_and_shown(company, tmp_path):
    found = understood(company, tmp_path)
    assert found["usual"] == {"zone": "Europe/London", "currency": "GBP", "columns": 0, "tax": "", "vat": "20"}
    with book_of(company) as book:
        book.import_files([tmp_path / "deals.csv"], answers=ANSWERS)
        assert book.zone == "Europe/London"
        assert "GBP" in book.imports()[0].mapping
        assert "GBP" in str(book.measure("won_value").to_dict())


def test_a_person_says_another_of_this_file(company, tmp_path):
    found = understood(company, tmp_path, zone="America/New_York", currency="usd", tax="gross")
    assert found["usual"] == {"zone": "America/New_York", "currency": "USD", "columns": 0, "tax": "gross", "vat": "20"}
    with book_of(company) as book:
        book.import_files(
            [tmp_path / "deals.csv"], answers=ANSWERS | {"zone": "America/New_York", "currency": "USD", "tax": "gross"}
        )
        assert book.zone == "America/New_York"
        said = book.imports()[0].mapping
        assert "USD" in said
        assert "gross" in said
        assert "GBP" not in said


@pytest.mark.parametrize(
    ("name", "value"), [("zone", "Mars/Base"), ("currency", "XYZQ"), ("currency", "AAA"), ("tax", "some")]
)
def test_what_is_none_is_refused(company, tmp_path, name, value):
    with pytest.raises(InputError, match=value):
        understood(company, tmp_path, **{name: value})


def test_what_the_file_says_goes_before_it(company, tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS.replace(",1200", ",$1200").replace(",800", ",$800"), "utf-8")
    assert understood(company, tmp_path)["usual"]["currency"] == "USD"


def test_a_change_of_the_company_is_known_to_its_book(company):
    from yaad.server import companies
    from yaad.server.models import Company

    asked = companies.Asked.of(Company.objects.get(pk=company.company))
    companies.change(company, replace(asked, currency="EUR", vat=None, country="FR"))
    root = companies.folder_of(company.company)
    assert usual_of(root) == Usual("Europe/London", "EUR", None, "FR", "he")  # who began it speaks Hebrew
    (root / "usual.json").unlink()  # a book from before it was kept there
    companies.tell_books()
    assert usual_of(root) == Usual("Europe/London", "EUR", None, "FR")


def test_targets_go_by_the_days_of_the_companys_country(company, tmp_path):
    from yaad.server import companies
    from yaad.server.models import Company
    from yaad.server.writing import one_at_a_time

    def days(country):
        asked = companies.Asked.of(Company.objects.get(pk=company.company))
        companies.change(company, replace(asked, country=country))
        with book_of(company) as book, one_at_a_time():
            book.goals.set("6000", "2026-Q4", at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC), by="Ann")
            goal = book.goals.status("2026-11").content
            return goal.curve.days, goal.wanted.value, book.data_version

    with book_of(company) as book:
        book.import_files([tmp_path / "deals.csv"], answers=ANSWERS)
    there, here = days("US"), days("IL")
    # of the quarter's 66 weekdays four are holidays in the United States, two of them in November; in Israel its 66
    # days from Sunday to Thursday hold none: Simchat Torah is a Saturday
    assert there[:2] == (19, (Decimal(6000) * 19 / 62).quantize(Decimal("0.01")))
    assert here[:2] == (22, Decimal(2000))
    assert there[2] != here[2], "answers of other days are not kept"


def test_a_book_of_ones_own_has_nothing_usual(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "deals.csv"], answers=ANSWERS)
        assert book.zone == "UTC"
        assert "currency" not in book.imports()[0].mapping
