"""What strangers send: it changes nothing of what is known of a customer, and nothing of it is lost or bent."""

import datetime as dt

import pytest
from tests.book.test_inquiries import AT, DAY, book  # noqa: F401 – a fixture

from yaad.model.inquiries import Touch


def test_a_stranger_who_knows_a_number_changes_nothing_of_the_deal(book):  # noqa: F811
    before = book.facts.deal("A")
    touch = Touch(name="Eve", phone="0501112222", email="eve@evil.com", channel="form", text="call me")
    found = book.inquiry(touch, at=AT, by="", by_stranger=True)
    assert (found.is_new, found.deal_id) == (False, "A")
    after = book.facts.deal("A")
    assert {name: after[name] for name in before} == before
    assert found.entry.text == "Eve · +972501112222 · eve@evil.com\ncall me"
    assert book.inquiry(touch, at=AT + DAY, by="Noa").deal_id == "A"  # a person has looked at it
    assert book.facts.deal("A")["email"] == "eve@evil.com"


def test_nobody_has_done_what_came_by_itself(book):  # noqa: F811
    book.inquiry(Touch(name="Ann", phone="0547778888", channel="form"), at=AT, by="", by_stranger=True)
    rows = book.facts.run(book.facts.table("activities").select("by", "kind")).to_pylist()
    assert rows == [{"by": None, "kind": "incoming message"}]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("050-123 4567", "+972501234567"),
        ("+44 20 7946 0958", "+442079460958"),
        ("44 20 7946 0958", "44 20 7946 0958"),  # of another country, without its sign
        ("212-555-0199", "212-555-0199"),
        ("050-1239999 / *2345", "050-1239999 / *2345"),
        ("054-1111111 / 052-2223333", "054-1111111 / 052-2223333"),
    ],
)
def test_a_number_is_written_anew_only_where_it_is_one_that_is_given_out(book, typed, kept):  # noqa: F811
    found = book.inquiry(Touch(name="Ann", phone=typed), at=AT, by="Noa")
    assert book.facts.deal(found.deal_id)["phone"] == kept


def test_a_number_of_the_company_s_country_belongs_there(tmp_path, book):  # noqa: F811
    found = book.inquiry(Touch(phone="0501112222 / 03-1111111"), at=AT, by="Noa")
    assert found.deal_id == "A"


@pytest.mark.parametrize("mail", ["@", "@gmail.com", "b.com", "a@b"])
def test_half_an_address_is_nobody_s(book, mail):  # noqa: F811
    book.change("A", {"email": "a@b.com; ann@gmail.com"}, at=AT, by="Noa")
    assert book.inquiry(Touch(name="x", email=mail), at=AT, by="Noa").is_new
    assert book.inquiry(Touch(email="ANN@gmail.com"), at=AT, by="Noa").deal_id == "A"


def test_in_turn_also_of_inquiries_that_came_before_the_rules_were_said(book):  # noqa: F811
    book.set_setting("inquiry_rules", {"otherwise": ["Dana", "Noa"]}, at=AT, by="o")
    before = AT - DAY
    owners = [
        book.inquiry(Touch(name=str(n), phone=f"05477700{n:02}"), at=before + dt.timedelta(minutes=n), by="").owner
        for n in range(4)
    ]
    assert owners == ["Dana", "Noa", "Dana", "Noa"]
