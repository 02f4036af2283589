"""Who is one customer: people by their numbers and mails, companies by their name, and what somebody answered."""

from dataclasses import replace

import pytest

from yaad.measures.namesakes import _Row, _whose, namesakes
from yaad.measures.purchases import purchases
from yaad.model import Calendar, Settings
from yaad.model.settings import Same

COHEN = "משה כהן"
WON = [
    # contact, phone, email
    (COHEN, "050-123 4567", None),
    (COHEN, "+972501234567", "moshe@one.example"),  # the same number, written otherwise
    (COHEN, None, "Moshe@one.example"),  # the same mail
    (COHEN, "052-7654321", None),  # another one
    (COHEN, None, None),  # nobody can say which
    ("Noa", "03-1234567", None),
    ("Noa", "03-1234567 / 052-1111111", None),  # one of two numbers is the same
    ("Avi", "050-0000000", None),  # made up: tells nobody from anybody
    ("Avi", "052-2222222", None),
]


@pytest.fixture(scope="module")
def people(written):
    book = written("Quote")
    for number, (contact, phone, email) in enumerate(WON):
        day = f"2026-01-{number + 1:02}"
        book.deal(("Won", day), deal_id=f"D{number}", account=None, contact=contact, phone=phone, email=email, amount=5)
    return book.scope("2026-03-31")


@pytest.fixture(scope="module")
def companies(written):
    """One with several people at its telephones, and one name that may be a company's or somebody's."""
    book = written("Quote")
    for number, (account, contact, phone) in enumerate(
        [
            ("Alon Ltd", "Dana", "03-5555551"),
            ("Alon Ltd", "Ben", "03-5555552"),
            ("Levi", None, "052-3333331"),
            ("Levi", None, "052-3333332"),
        ]
    ):
        day = f"2026-01-{number + 1:02}"
        book.deal(("Won", day), deal_id=f"D{number}", account=account, contact=contact, phone=phone, amount=5)
    return book.scope("2026-03-31")


def customers(scope):
    """Deal → customer."""
    bought = purchases(scope)
    rows = scope.run(bought.select("deal_id", "customer").order_by("deal_id")).to_pydict()
    return dict(zip(rows["deal_id"], rows["customer"], strict=True))


def saying(scope, **said):
    return replace(scope, settings=Settings(customers={name: Same(one) for name, one in said.items()}))


def test_people_of_one_name_are_told_apart_by_numbers_and_mails(people):
    found = customers(people)
    assert found["D0"] == found["D1"] == found["D2"] == f"{COHEN} · 1"
    assert found["D3"] == f"{COHEN} · 2"
    assert found["D4"] == COHEN
    assert found["D5"] == found["D6"] == "Noa"
    assert found["D7"] == found["D8"] == "Avi"


def test_whom_somebody_called_one_are_one(people):
    assert {customers(saying(people, **{COHEN: "one"}))[f"D{n}"] for n in range(5)} == {COHEN}
    (asked,) = namesakes(saying(people, **{COHEN: "one"}))
    assert (asked.said, asked.apart) == (Same.ONE, False)
    assert asked.customers == 1


def test_what_is_asked_says_whom_it_may_be_of(people):
    (asked,) = namesakes(people)
    assert (asked.name, asked.is_person, asked.deals, asked.said, asked.apart) == (COHEN, True, 5, None, True)
    assert asked.of == (("1 – 050-123 4567", 3), ("2 – 052-7654321", 1))
    assert asked.customers == 3, "the deal of which nobody can say whose it is stays under the bare name"


def test_a_company_is_one_whoever_answers(companies):
    found = customers(companies)
    assert [found[f"D{n}"] for n in range(4)] == ["Alon Ltd", "Alon Ltd", "Levi", "Levi"]
    (asked,) = namesakes(companies)
    assert (asked.name, asked.is_person, asked.apart) == ("Levi", False, False)
    apart = customers(saying(companies, Levi="apart"))
    assert [apart[f"D{n}"] for n in range(4)] == [
        "Alon Ltd", "Alon Ltd", "Levi · 1", "Levi · 2",
    ]  # fmt: skip


def test_an_order_is_of_the_customer_of_its_deal(written):
    book = written("Quote")
    for number, phone in enumerate(("052-3333331", "052-3333332")):
        deal = f"D{number}"
        book.deal(("Won", "2026-01-05"), deal_id=deal, account=None, contact="Levi", phone=phone, amount=5)
        book.row("orders", order_id=f"O{number}", deal_id=deal, account="Levi", day="2026-01-06", amount=60)
    book.row("orders", order_id="O2", account="Levi", day="2026-01-06", amount=60)
    book.row("orders", order_id="O3", deal_id="D0", account="Alon Ltd", day="2026-01-06", amount=60)
    scope = book.scope("2026-03-31")
    rows = scope.run(purchases(scope).select("order_id", "customer").order_by("order_id")).to_pydict()
    assert rows["customer"] == ["Levi · 1", "Levi · 2", "Levi", "Alon Ltd"]


@pytest.mark.parametrize(
    ("country", "numbers", "told"),
    [
        (None, ["(212) 555-0199", "+1 212 555 0199", "+1 212 555 0177"], 2),
        ("US", ["(212) 555-0199", "+1 212 555 0199", "1-212-555-0199"], 1),
        ("US", ["(212) 555-0199", "(646) 555-0199"], 2),
        ("US", ["(555) 555-5555", "(212) 555-0199"], 1),  # made up
        ("GB", ["020 7946 0958", "+44 20 7946 0958", "+44 (0)20 7946 0958"], 1),
        ("GB", ["07700 900123", "+447700900123", "07700 900456"], 2),
        ("IL", ["050-123 4567", "+972-50-123-4567", "501234567"], 1),
        ("IL", ["0501234567 0501234567 ext", "050-1234567"], 1),  # no number, and its last digits are the same
    ],
)
def test_one_number_with_and_without_a_countrys_code(written, country, numbers, told):
    book = written("Quote")
    for number, phone in enumerate(numbers):
        day = f"2026-01-{number + 1:02}"
        book.deal(("Won", day), deal_id=f"D{number}", account=None, contact="Noa", phone=phone, amount=5)
    scope = book.scope("2026-03-31", calendar=Calendar.of_country(country) if country else Calendar())
    assert len(set(customers(scope).values())) == told
    elsewhere = replace(scope, calendar=Calendar(country="FR"))  # the calendar was changed: asked anew
    assert len(set(customers(elsewhere).values())) == told


def test_very_many_of_one_name_and_one_mail():
    found = _whose([_Row("Noa", f"05{n:08}", "noa@one.example") for n in range(20_000)], "IL")
    assert len(found) == 20_000
    assert len(set(found)) == 1


def label_of(written, rows, deal, seen=None):
    """The label of a deal's customer, in a book of which somebody sees these deals alone."""
    book = written("Quote")
    for number, phone in rows:
        book.deal(("Won", "2026-01-05"), deal_id=f"D{number}", account=None, contact="Levi", phone=phone, amount=5)
    scope = book.scope("2026-03-31")
    if seen is not None:
        whole = scope.table

        def part(name):
            return whole(name).filter(whole(name).deal_id.isin(seen)) if name == "deals" else whole(name)

        scope = replace(scope, table=part, deals=part("deals"), whole=whole)
    return customers(scope)[deal]


THREE = [(1, "052-4671231"), (2, "052-4671232"), (3, "052-4671233"), (4, "052-4671232")]


def test_a_label_is_the_same_whoever_looks_and_has_no_digits_of_others(written):
    for deal, label in (("D1", "Levi · 1"), ("D2", "Levi · 2"), ("D3", "Levi · 3"), ("D4", "Levi · 2")):
        for seen in (None, [deal], [deal, "D1"], ["D1", "D2", "D3", "D4"]):
            assert label_of(written, THREE, deal, seen) == label, (deal, seen)


def test_a_label_stays_when_a_spelling_comes_or_goes_and_when_others_come(written):
    other = [(1, "+972 52 467 1231"), *THREE[1:]]
    shorter = [*THREE, (5, "524671232"), (6, "052-4671239"), (7, "0524671231")]
    for rows in (THREE, other, shorter):
        assert [label_of(written, rows, f"D{n}") for n in (1, 2, 3)] == ["Levi · 1", "Levi · 2", "Levi · 3"], rows


def test_who_turns_out_to_be_one_takes_the_first_number_and_the_others_keep_theirs(written):
    both = [*THREE, (5, "052-4671231 / 052-4671232")]
    assert [label_of(written, both, f"D{n}") for n in (1, 2, 3, 5)] == ["Levi · 1", "Levi · 1", "Levi · 3", "Levi · 1"]


def test_who_sees_one_of_them_alone_is_not_asked(written):
    book = written("Quote")
    for number, phone in THREE:
        book.deal(("Won", "2026-01-05"), deal_id=f"D{number}", account=None, contact="Levi", phone=phone, amount=5)
    scope = book.scope("2026-03-31")
    whole = scope.table
    mine = replace(scope, whole=whole, table=lambda name: whole(name).filter(whole(name).deal_id == "D3"))
    assert len(namesakes(scope)) == 1
    assert namesakes(mine) == []
