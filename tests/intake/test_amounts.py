"""Numbers: the decimal sign is decided by the whole column, and what leaves doubt is asked."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.intake.deciding.amounts import decide_amounts, read_amounts, take_numbers_apart


def read(*texts, told=None):
    parts = take_numbers_apart(pa.chunked_array([pa.array(texts, pa.string())]))
    decision = decide_amounts(parts, "amount", told=told)
    if decision.null_words:
        parts = take_numbers_apart(pa.chunked_array([pa.array(texts, pa.string())]), decision.null_words)
    return decision, read_amounts(parts, decision.point or ".")


def values(*texts, told=None):
    return [None if v is None else float(v) for v in read(*texts, told=told)[1].values.to_pylist()]


def test_thousands_where_every_group_has_three_digits_and_small_numbers_have_none():
    decision, _ = read("1,234", "588", "12,500", "1,000,000")
    assert (decision.point, decision.question) == (".", None)
    assert values("1,234", "588") == [1234, 588]


@pytest.mark.parametrize("texts", [("1,234", "2,500"), ("1,234", "1500", "3"), ("1.234", "2.500"), ("1.234", "567")])
def test_what_could_be_thousands_or_decimals_is_asked(texts):
    decision, _ = read(*texts)
    assert decision.question is not None
    assert decision.question.id == "decimal:amount"
    assert {m.values["value"] for m in decision.question.options.values()} == {"1234", "1.234"}


def test_the_answer_reads_it_either_way():
    assert values("1,234", told=".") == [1234]
    assert values("1,234", told=",") == [1.234]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("1,5", "2,25"), [1.5, 2.25]),
        (("1.234,50", "12"), [1234.5, 12]),
        (("1,234.50", "12"), [1234.5, 12]),
        (("12\u00a0500,50", "1"), [12500.5, 1]),
        (("12 500.50", "1"), [12500.5, 1]),
        (("1'234.5",), [1234.5]),
        (("1,000,000",), [1000000]),
        (("0,500", "1,250"), [0.5, 1.25]),
        (("1.5", "1.234"), [1.5, 1.234]),
        (("007",), [7]),
        ((".5",), [0.5]),
    ],
)
def test_numbers_that_decide_themselves(texts, expected):
    assert values(*texts) == expected


@pytest.mark.parametrize(
    "text", ["-500", "−500", "(500)", "500-", "500−", "–500", "(₪500)", "₪-500", "-₪500", "500- ₪"]
)
def test_negative_forms(text):
    assert values(text) == [-500]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("₪1,234.50", "ILS"), ("1,054 ₪", "ILS"), ('50 ש"ח', "ILS"), ("50 NIS", "ILS"), ("$5", "USD"), ("USD 5", "USD"),
        ("5 €", "EUR"), ("£5", "GBP"), ("5 CHF", "CHF"), ("5", None),
    ],
)  # fmt: skip
def test_currency_beside_the_number(text, code):
    decision, amounts = read(text)
    assert amounts.values.null_count == 0
    assert (list(decision.currencies) or [None]) == [code]


def test_a_currency_says_that_three_digits_are_thousands():
    decision, _ = read("1,054 ₪", "4,514 ₪")
    assert (decision.point, decision.question) == (".", None)


def test_mixed_currencies_stay_with_their_rows():
    _, amounts = read("$5", "5 €", "7")
    assert amounts.currency.to_pylist() == ["USD", "EUR", None]


@pytest.mark.parametrize(("text", "number"), [("٣٤", 34), ("１２", 12), ("١٢٫٥", 12.5), ("1E5", 100000)])
def test_other_digits(text, number):
    assert values(text) == [number]


def test_what_is_no_number_or_too_large_is_a_fault():
    _, amounts = read("12.50", "abc", "12,34.5", "12345678901234567890", "1.2.3")
    assert {reason: rows.tolist() for reason, rows in amounts.faults.items()} == {
        "intake.rejected_bad_number": [False, True, True, False, True],
        "intake.rejected_too_large": [False, False, False, True, False],
    }


def test_large_numbers_stay_exact():
    _, amounts = read("9007199254740993", "0.1", "")
    assert amounts.values.to_pylist() == [None, Decimal("0.1000"), None]
    assert "intake.rejected_too_large" in amounts.faults
    assert read("90071992547409.93")[1].values.to_pylist() == [Decimal("90071992547409.9300")]


def test_zero_and_empty_stay_what_they_are():
    assert values("0", "", "0.00") == [0, None, 0]


def test_words_for_no_value():
    decision, amounts = read("5", "-", "אין", "N/A", "#REF!")
    assert set(decision.null_words) == {"-", "אין", "N/A"}
    assert (amounts.values.null_count, amounts.faults) == (4, {})


@pytest.mark.parametrize("word", ["k. A.", "k.A.", "keine Angabe", "n/d", "н/д"])
def test_what_other_languages_write_for_nothing_is_no_value(word):
    decision, found = read("1.234,50 €", *["8,50"] * 9, word, "12,75 €")
    assert decision.null_words == (word,)
    assert found.values.to_pylist() == [Decimal("1234.50"), *[Decimal("8.50")] * 9, None, Decimal("12.75")]


def test_more_decimals_than_kept_are_rounded_and_counted():
    _, amounts = read("0.12345", "1.5")
    assert (amounts.values.to_pylist()[0], amounts.rounded) == (Decimal("0.1234"), 1)


def test_typed_columns():
    parts = take_numbers_apart(pa.chunked_array([pa.array([1.5, None, 0.1 + 0.2])]))
    assert read_amounts(parts, ".").values.to_pylist() == [Decimal("1.5000"), None, Decimal("0.3000")]
    parts = take_numbers_apart(pa.chunked_array([pa.array([1, None])]))
    assert decide_amounts(parts, "x").point == "."


NUMBER = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@given(numbers=st.lists(NUMBER, min_size=1, max_size=12), grouped=st.booleans(), comma=st.booleans())
def test_any_written_number_comes_back_or_is_asked(numbers, grouped, comma):
    texts = [f"{number:,.2f}" if grouped else f"{number:.2f}" for number in numbers]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    decision, amounts = read(*texts)
    assert decision.question is None
    assert amounts.values.to_pylist() == [number.quantize(Decimal("0.0001")) for number in numbers]


@given(numbers=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12))
def test_grouped_integers_come_back_or_are_asked(numbers):
    decision, amounts = read(*[f"{number:,}" for number in numbers])
    if decision.question is None:
        assert amounts.values.to_pylist() == numbers
