"""Money: what is no amount, what is not added up, and sums to the last digit."""

from dataclasses import replace

import pytest

from yaad.errors import InputError
from yaad.measures import measure
from yaad.measures.statistics import Sample


def book_of(written, *deals):
    book = written("Meeting")
    for outcome, amount, columns in deals:
        moves = [("Meeting", "2024-01-01")] + ([(outcome, "2024-01-31")] if outcome != "open" else [])
        book.deal(*moves, amount=amount, **columns)
    return book.scope("2024-02-01")


def test_currency_is_the_unit(written):
    scope = book_of(written, ("Won", "0.1", {"currency": "ILS"}), ("Won", "0.2", {"currency": "ILS"}))
    (figure,) = measure(["won_value"], scope)
    assert (figure.value, figure.unit) == (0.3, "ILS")  # exact decimals: 0.1 + 0.2 is 0.3


def test_two_currencies_are_refused_together_and_told_apart(written):
    scope = book_of(written, ("Won", 10, {"currency": "ILS"}), ("Won", 20, {"currency": "USD"}))
    for name in ("won_value", "deal_value_mean", "deal_value_median"):
        with pytest.raises(InputError) as told:
            measure([name], scope)
        assert told.value.message.key == "errors.mixed_money"
    apart = measure(["won_value"], replace(scope, by=("currency",)))
    assert [(figure.by["currency"], figure.value, figure.unit) for figure in apart] == [
        ("ILS", 10, "ILS"), ("USD", 20, "USD"),
    ]  # fmt: skip


def test_on_a_page_of_many_figures_one_that_refuses_stands_with_its_reason(written):
    scope = book_of(written, ("Won", 10, {"currency": "ILS"}), ("Won", 20, {"currency": "USD"}))
    (figure,) = measure(["won_value"], scope, raises=False)
    assert (figure.value, figure.why.key) == (None, "errors.mixed_money")


def test_with_and_without_vat_are_refused_together(written):
    scope = book_of(written, ("Won", 10, {"tax": "net"}), ("Lost", 20, {"tax": "gross"}))
    with pytest.raises(InputError, match="before VAT and some with VAT"):
        measure(["win_rate_value"], scope)
    assert measure(["won_value"], scope)[0].value == 10


def test_an_unknown_currency_beside_a_known_one_is_refused(written):
    scope = book_of(written, ("Won", 10, {"currency": "ILS"}), ("Won", 20, {}))
    with pytest.raises(InputError):
        measure(["won_value"], scope)


def test_a_deal_without_an_amount_has_no_currency_to_mix(written):
    scope = book_of(
        written, ("Won", 10, {"currency": "ILS"}), ("Won", 0, {"currency": "USD"}), ("Won", 5, {"currency": "ILS"})
    )
    (figure,) = measure(["won_value"], scope)
    assert (figure.value, figure.n, figure.beside) == (15, 2, {"without_amount": 1})


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("won_value", "Won"), ("deal_value_mean", "Won"), ("deal_value_median", "Won"), ("open_value", "open")],
)
def test_no_figure_where_most_have_no_amount(written, name, outcome):
    half = book_of(written, (outcome, 10, {}), (outcome, None, {}))
    assert measure([name], half)[0].value == 10
    most = book_of(written, (outcome, 10, {}), (outcome, None, {}), (outcome, 0, {}))
    (figure,) = measure([name], most)
    assert (figure.value, figure.low, figure.level) == (None, None, None)
    assert figure.why.values == {"n": 2, "of": 3}


def test_win_rate_by_value_needs_the_amounts_of_the_lost(written):
    told = book_of(written, ("Won", 30, {}), ("Lost", 10, {}), ("Lost", None, {}))
    (figure,) = measure(["win_rate_value"], told)
    assert (figure.value, figure.n, figure.unit, figure.level) == (0.75, 2, "rate", 0.95)
    assert figure.low < 0.75 < figure.high
    silent = book_of(written, ("Won", 30, {}), ("Lost", 10, {}), ("Lost", None, {}), ("Lost", 0, {}))
    (figure,) = measure(["win_rate_value"], silent)
    assert (figure.value, figure.why.key) == (None, "measures.no_amounts_lost")


def test_mean_and_median_as_of_the_single_amounts(written):
    amounts = [100, 250, 250, 900, 4000]
    scope = book_of(written, *[("Won", amount, {}) for amount in amounts])
    mean, median = measure(["deal_value_mean", "deal_value_median"], scope)
    assert (mean.value, mean.low, mean.high) == Sample.count(amounts).mean()
    assert (median.value, median.low, median.high) == Sample.count(amounts).median()
