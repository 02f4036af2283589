"""The one rule by which who asks not to be contacted is met: in every spelling, beside words, and in a moment."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import YaadError
from yaad.measures import every_measure, explain
from yaad.measures.behind import behind
from yaad.measures.opted_out import MAIL, Handles, OptOuts
from yaad.model import OptOutEntry

NUMBER = "+972501234567"
AT = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)


def asked(*handles, what="calls"):
    entry = OptOutEntry(at=AT, by="o", key="k", what=what, handles=handles)
    return OptOuts({one: {what: entry} for one in handles})


@pytest.mark.parametrize(
    "cell",
    [
        "0501234567 ext 12", "050-1234567 x5", "050-1234567#3", "0501234567;ext=9", "050-1234567 / 03",
        "050-1234567 דנה", "דנה 501234567", "050-1234567 שלוחה 4", "050-1234567 (2)", "נייד: ‎+972 (0)50-123-4567",
        "03-6123456 משרד, 0501234567 דנה", "0501234567.0", "٠٥٠١٢٣٤٥٦٧",
    ],
)  # fmt: skip
def test_a_number_is_met_whatever_stands_beside_it(cell):
    assert asked(NUMBER).word(cell) == "calls"
    assert asked(NUMBER).hidden({"phone": cell}) == {"phone": None, "asked_not": "calls"}


@pytest.mark.parametrize("cell", ["+39 050 1234567", "0039 050 1234567", "+33 05 01 23 45 67", "5012345", "דנה"])
def test_a_number_of_another_country_is_not_met(cell):
    assert asked(NUMBER).word(cell) is None


WRITTEN = st.sampled_from(["0501234567", "050-123 4567", "501234567", "+972-50-1234567", "00972 50 123 4567"])
BESIDE = st.text("0123456789 -/#()+.,;x\nextדנה", max_size=12)


@given(BESIDE, WRITTEN, BESIDE)
def test_the_short_look_passes_over_nobody_whom_the_long_one_finds(before, number, after):
    cell = before + number + after
    assert all(asked(one).may_be(cell, "") for one in Handles.of(cell, None, "IL"))


def test_a_number_of_a_place_is_met_beside_a_further_figure():
    assert asked("+97236123456").word("03-6123456 (2)") == "calls"


def test_addresses_of_a_cell_are_found_whatever_stands_round_them():
    found = MAIL.findall("Dana <d@x.com>, b@y.co.il;c@z.org")
    assert found == ["d@x.com", "b@y.co.il", "c@z.org"]


def test_no_cell_is_an_address_that_is_longer_than_addresses_are():
    assert MAIL.findall("x" * 65 + "@x.com") == []
    assert MAIL.findall("x" * 64 + "@x.com") == ["x" * 64 + "@x.com"]


def test_a_name_that_is_the_number_itself_is_not_told():
    row = {"name": None, "contact": "050-123 4567", "account": "Oak 2", "phone": None}
    assert asked(NUMBER).hidden(row) == row | {"contact": None, "asked_not": "calls"}
    rows = pa.table({"customer": ["0501234567", "Oak 2", "03-6123456", None], "won": [1, 2, 3, 4]})
    assert asked(NUMBER).hide(rows)["customer"].to_pylist() == [None, "Oak 2", "03-6123456", None]


def test_a_name_that_is_an_address_is_told_unless_no_offers_are_wanted():
    rows = pa.table({"customer": ["D@x.com"]})
    assert asked("d@x.com").hide(rows) == rows
    assert asked("d@x.com", what="marketing").hide(rows)["customer"].to_pylist() == [None]


def test_no_measure_tells_the_number_in_the_name_of_a_customer(written):
    book = written("Quote")
    book.deal(("Quote", "2026-01-05"), ("Won", "2026-01-09"), phone="050-123 4567", amount=10, currency="ILS")
    told = Counter()
    for opt_outs in (OptOuts(), asked(NUMBER)):
        scope = replace(book.scope("2026-03-31"), opt_outs=opt_outs)
        for measure in every_measure(scope.own):
            try:
                rows = behind(measure, scope, {}, 50).rows + explain(measure, scope).rows
            except YaadError:  # of a kind that this book does not hold
                continue
            told[bool(opt_outs)] += sum("123 4567" in str(row) for row in rows)
    assert told[False] > 20
    assert told[True] == 0
