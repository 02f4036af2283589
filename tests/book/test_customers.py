"""The customers of a book: what is told of them, the margin, one customer – in Python and on the command line."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
from tests import buyers

from yaad.book import Book
from yaad.book.customers import read_margin
from yaad.errors import InputError, UnknownName
from yaad.insight.customers import flow
from yaad.measures import measure
from yaad.measures.customer_value import Terms
from yaad.measures.standing import State, standing

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root, bought = buyers.shop(tmp_path_factory.mktemp("shop"), 300)
    book = Book.open(root)
    yield book, bought
    book.close()


def test_new_and_returning_make_up_the_customers_of_a_period(shop):
    book, bought = shop
    for period in ("2026-01", "2025-Q4"):
        scope = book._scope(period=period)
        came = flow(scope, by_contract=False)
        assert came.new + came.returning == came.customers
        assert came.new == measure(["new_customers"], scope)[0].value
        assert came.customers == measure(["active_customers"], scope)[0].value
    found = standing(book._scope())
    assert sum(found.count(state) for state in State) == len(bought.age)


def test_the_list_is_of_those_with_something_to_do_the_most_at_stake_first(shop):
    book, _ = shop
    found = book.customers(limit=20).to_dict("en")
    assert {row["state"] for row in found["list"]} <= {"stopped", "due"}
    stakes = [row["at_stake"] for row in found["list"]]
    assert stakes == sorted(stakes, reverse=True)
    assert found["list_of"] == found["states"]["stopped"]["customers"] + found["states"]["due"]["customers"]
    assert found["sentences"][-1] == f"First to call: {found['list'][0]['customer']}."
    assert {row["owner"] for row in book.customers(owner="Noa").to_dict()["list"]} == {"Noa"}
    with pytest.raises(UnknownName):
        book.customers(states=["asleep"])


def test_one_customer_with_everything_bought(shop):
    book, bought = shop
    first = book.customers(limit=1).content.listed[0]
    found = book.customer(first.name)
    told = found.to_dict("he")
    assert len(told["bought"]) == first.orders == bought.repeats[int(first.name.split()[1])] + 1
    assert sum(row["amount"] for row in told["bought"]) == pytest.approx(first.total)
    days = [row["day"] for row in told["bought"]]
    assert days == sorted(days, reverse=True)
    assert 0 <= told["low"] <= told["high"]
    with pytest.raises(InputError, match="Nobody Inc"):
        book.customer("Nobody Inc")


def test_the_range_of_one_customer_is_around_what_is_told_on_average(shop):
    """The mean of the draws is the worth that the models give in closed form, up to when in a month money comes."""
    book, _ = shop
    buying: Any = standing(book._scope()).buying
    worth = buying.worth(Terms())
    for place in np.argsort(-worth)[:3].tolist():
        assert buying.drawn(Terms(), place, 20_000, 1).mean() == pytest.approx(worth[place], rel=0.03)
        low, high = buying.between(Terms(), place, 4_000, 1)
        assert low < worth[place] < high


def test_a_margin_is_said_once_and_taken_back(shop):
    book, _ = shop
    before = book.customers().to_dict()
    book.set_setting("margin", 0.25, at=NOW, by="Avi")
    in_margin = book.customers().to_dict()
    assert in_margin["margin"] == 0.25
    assert in_margin["figures"]["clv"]["value"] == pytest.approx(before["figures"]["clv"]["value"] / 4)
    assert in_margin["list"][0]["at_stake"] == pytest.approx(before["list"][0]["at_stake"] / 4)
    assert any("25%" in note for note in in_margin["notes"])
    book.set_setting("margin", None, at=NOW, by="Avi")
    assert book.customers().to_dict()["margin"] is None
    for wrong in (0, 1.5, "half", True):
        with pytest.raises(InputError):
            book.set_setting("margin", wrong, at=NOW, by="Avi")


@pytest.mark.parametrize(("text", "share"), [("35%", 0.35), ("12.5", 0.125), ("100 %", 1.0), ("  ", None)])
def test_a_margin_as_it_is_typed(text, share):
    assert read_margin(text) == share


@pytest.mark.parametrize("text", ["0", "101", "-5", "much", "1,5"])
def test_what_is_no_margin_is_refused(text):
    with pytest.raises(InputError):
        read_margin(text)


def test_cohorts_stand_by_themselves_and_beside(shop):
    book, bought = shop
    alone = book.cohorts("quarter").to_dict()
    beside = book.customers(every="quarter").to_dict()["cohorts"]
    assert {key: alone[key] for key in beside} == beside
    assert sum(row["n"] for row in alone["rows"]) == alone["whole"]["n"] == len(bought.age)
    with pytest.raises(UnknownName):
        book.cohorts("fortnight")


@pytest.mark.parametrize("lang", ["he", "en"])
def test_the_command_line_tells_the_same(shop, lang, capsys):
    from yaad.faces.cli.main import main

    book, _ = shop
    place = ["--book", str(book.root), "--lang", lang]

    def said(*words):
        assert main(["customers", *words, *place]) == 0
        return capsys.readouterr().out

    found = json.loads(said("--json"))
    assert found["sentences"] == book.customers().to_dict(lang)["sentences"]
    name = found["list"][0]["customer"]
    assert name in said("--customer", name)
    if lang == "en":  # the rest speaks no words
        assert len(said("--stopped", "--csv").splitlines()) == 1 + found["states"]["stopped"]["customers"]
        assert json.loads(said("--cohorts", "--json"))["whole"] == found["cohorts"]["whole"]
        assert json.loads(said("margin", "40%", "--json")) == {"margin": 0.4}
        assert book.settings.margin == 0.4
        said("margin", "0")
        assert book.settings.margin is None


def test_a_book_of_orders_alone_is_seen_from_a_past_day(shop):
    book, _ = shop
    day = dt.date(2025, 12, 31)
    past = Book.open(book.root, as_of=day)
    until = sum(row["day"] <= day.isoformat() for name in ("1", "2") for row in _bought(book, name))
    assert sum(len(_bought(past, name)) for name in ("1", "2")) == until
    past.close()


def _bought(book, number):
    try:
        return book.customer(f"לקוח {number}").to_dict()["bought"]
    except InputError:  # came later
        return []


def test_contracts_tell_who_left_and_whose_end_is_near(tmp_path):
    book = Book.open(buyers.subscribers(tmp_path))
    found = book.customers("2026-Q1").to_dict()
    assert {name: one["customers"] for name, one in found["states"].items()} == {
        "stopped": 1, "due": 1, "stays": 2, "once": 0,
    }  # fmt: skip
    assert [(row["customer"], row["at_stake"]) for row in found["list"]] == [("Dan", 400), ("Ben & Sons", 200)]
    assert (found["customers"], found["new"], found["returning"]) == (3, 0, 3)  # Ben's had ended before
    assert [row["kind"] for row in book.customer("Dan").to_dict()["bought"]] == ["contract"]
    book.close()
