"""The board: every open deal in its column, what a column holds, what is wanted and looked for."""

import datetime as dt

import pytest

from yaad.insight.board import Wanted, board, standing_of, yardsticks
from yaad.insight.grid import grid_of, line_of
from yaad.measures import measure
from yaad.model import FEW

TODAY = dt.date(2024, 3, 1)


@pytest.fixture(scope="module")
def past(written):
    """Forty decided deals, and five open ones: two in Meeting, three in Quote."""
    book = written("Meeting", "Quote")
    for number in range(20):
        book.deal(("Meeting", "2024-01-01"), ("Lost", f"2024-01-{15 + number // 2:02}"), amount=100)
    for number in range(20):
        end = "Won" if number % 4 else "Lost"
        book.deal(
            ("Meeting", "2024-01-01"), ("Quote", "2024-01-06"), (end, f"2024-01-{12 + number // 2:02}"), amount=100
        )
    day = dt.date
    book.deal(("Meeting", "2024-02-27"), deal_id="A", amount=100, owner="Dana", name="מִטְבַּח לוין", next_step="call")
    book.deal(("Meeting", "2024-02-20"), deal_id="B", amount=50, owner="Avi", phone="+972501234567")
    book.deal(
        ("Quote", "2024-02-27"), deal_id="C", amount=200, owner="Dana", next_step="x", next_step_day=day(2024, 2, 28)
    )
    book.deal(("Quote", "2024-01-10"), deal_id="D", owner="Avi", account="Café O'Neil", next_step_day=day(2024, 3, 9))
    book.deal(("Quote", "2024-02-28"), deal_id="E", amount=300, owner=None, source="Web", next_step_day=TODAY)
    return book.scope("2024-02-29")


def ids(found):
    return {column.stage.name: [card.deal_id for card in column.cards] for column in found.columns}


def test_every_open_deal_stands_in_its_stage_the_most_urgent_first(past):
    found = board(past, Wanted(), TODAY)
    assert ids(found) == {"Meeting": ["B", "A"], "Quote": ["C", "E", "D"]}  # no step; overdue, today, later
    assert (found.n, found.of) == (5, 5)
    assert [(one.n, one.value) for one in found.columns] == [(2, 150.0), (3, 500.0)]
    assert found.choices["owner"] == ("Avi", "Dana")


def test_what_the_columns_are_worth_by_chance_is_the_weighted_pipeline(past):
    found = board(past, Wanted(), TODAY)
    [figure] = measure(["weighted_pipeline"], past)
    assert sum(column.weighted for column in found.columns) == pytest.approx(figure.value)
    assert 0 < figure.value < figure.beside["open_value"]


def test_between_what_it_lies_is_told_with_it(past):
    found = board(past, Wanted(), TODAY)
    [figure] = measure(["weighted_pipeline"], past)
    assert found.between == pytest.approx((figure.low, figure.high))
    for column in found.columns:
        assert column.between[0] < column.weighted < column.between[1] <= column.value
    assert board(past, Wanted(text="nobody is called so"), TODAY).between is None


@pytest.mark.parametrize("ended", [FEW - 1, FEW])
def test_of_few_that_have_ended_no_sum_by_chance_is_told(written, ended):
    book = written("Meeting", "Quote")
    for number in range(ended):
        book.deal(("Meeting", "2024-01-01"), ("Won" if number % 2 else "Lost", f"2024-01-{number + 5:02}"), amount=100)
    book.deal(("Meeting", "2024-01-11"), deal_id="A", amount=500)
    scope = book.scope("2024-01-31")
    found = board(scope, Wanted(), dt.date(2024, 1, 31))
    assert (found.weighted is None, found.between is None) == ((ended < FEW,) * 2)
    [figure] = measure(["weighted_pipeline"], scope)
    assert (figure.value, figure.why and figure.why.key) == (
        (None, "measures.too_few") if ended < FEW else (found.weighted, None)
    )


def test_who_is_longer_in_a_stage_than_4_of_5_is_stuck(past):
    cards = {card.deal_id: card for column in board(past, Wanted(), TODAY).columns for card in column.cards}
    assert [name for name, card in sorted(cards.items()) if card.is_stuck] == ["D"]
    assert cards["D"].days == 50
    [figure] = measure(["stuck"], past)
    assert figure.value == 1


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted({"owner": "Dana"}), "AC"),
        (Wanted({"owner": "Dana", "source": "Web"}), ""),
        (Wanted(only="stuck"), "D"),
        (Wanted(only="no_step"), "B"),
        (Wanted(only="overdue"), "C"),
        (Wanted(text="מטבח"), "A"),
        (Wanted(text="לוין מטבח"), "A"),
        (Wanted(text="050-123"), "B"),
        (Wanted(text="cafe oneil"), "D"),
        (Wanted(text="nobody"), ""),
    ],
)
def test_what_is_wanted(past, wanted, found):
    shown = board(past, wanted, TODAY)
    assert "".join(sorted(card.deal_id for column in shown.columns for card in column.cards)) == found
    assert (shown.n, shown.of) == (len(found), 5)


def test_cards_that_are_not_shown_are_counted(past):
    [meeting, quote] = board(past, Wanted(), TODAY, shown=1).columns
    assert [(len(one.cards), one.n, one.more, one.value) for one in (meeting, quote)] == [
        (1, 2, 1, 150.0),
        (1, 3, 2, 500.0),
    ]


def test_amounts_of_mixed_currency_are_not_added(written):
    book = written("Meeting")
    book.deal(("Meeting", "2024-02-27"), deal_id="A", amount=100, currency="ILS")
    book.deal(("Meeting", "2024-02-27"), deal_id="B", amount=100, currency="USD")
    [column] = board(book.scope("2024-02-29"), Wanted(), TODAY).columns
    assert (column.n, column.value, column.weighted) == (2, None, None)


def test_amounts_with_and_without_vat_are_not_added(written):
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-02-27"), deal_id="A", amount=100, currency="ILS", tax="net")
    book.deal(("Quote", "2024-02-27"), deal_id="B", amount=117, currency="ILS", tax="gross")
    found = board(book.scope("2024-02-29"), Wanted(), TODAY)
    assert [column.value for column in found.columns] == [100, 117]
    assert (found.value, found.weighted) == (None, None)


def test_while_no_deal_has_ended_no_sum_by_chance_is_told(written):
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-01-11"), deal_id="A", amount=500, currency="ILS")
    found = board(book.scope("2024-01-31"), Wanted(), dt.date(2024, 1, 31))
    assert (found.value, found.weighted) == (500, None)
    assert [(one.value, one.weighted) for one in found.columns if one.n] == [(500, None)]


def test_an_empty_board(written):
    found = board(written("Meeting", "Quote").scope("2024-02-29"), Wanted(), TODAY)
    assert [(one.stage.name, one.n, one.value) for one in found.columns] == [("Meeting", 0, None), ("Quote", 0, None)]


# ---- the same deals as rows


def rows(scope, **asked):
    wanted = asked.pop("wanted", Wanted())
    found = grid_of(standing_of(scope), yardsticks(scope), wanted, TODAY, **asked)
    return "".join(one.card.deal_id for one in found.lines)


@pytest.mark.parametrize(
    ("order", "rising", "falling"),
    [
        ("", "CBEDA", "CBEDA"),
        ("amount", "BACED", "ECABD"),
        ("owner", "BDACE", "ACBDE"),
        ("stage", "ABCDE", "CDEAB"),
        ("next_step_day", "CEDAB", "DECAB"),
        ("deal", "CBEDA", "CBEDA"),
    ],
)
def test_a_grid_stands_in_the_order_that_is_asked_for_and_what_says_nothing_is_last(past, order, rising, falling):
    assert rows(past, order=order) == rising
    assert rows(past, order=order, is_falling=True) == falling


def test_a_grid_is_narrowed_as_the_board_is_and_comes_in_pages(past, monkeypatch):
    assert rows(past, wanted=Wanted({"owner": "Dana"}), order="amount") == "AC"
    monkeypatch.setattr("yaad.insight.grid.SIZE", 2)
    for order, pages in (("amount", ["BA", "CE", "D", "D"]), ("", ["CB", "ED", "A", "A"])):
        assert [rows(past, order=order, page=page) for page in (1, 2, 3, 9)] == pages
    found = grid_of(standing_of(past), yardsticks(past), Wanted(only="overdue"), TODAY, page=-3)
    assert (found.n, found.of, found.page, found.pages) == (1, 5, 1, 1)
    assert found.choices["owner"] == ("Avi", "Dana")


def test_a_row_is_the_card_of_the_board_with_what_the_deal_says(past):
    line = line_of(standing_of(past), yardsticks(past), TODAY, "D")
    assert line.card == next(
        card for column in board(past, Wanted(), TODAY).columns for card in column.cards if card.deal_id == "D"
    )
    assert (line.says["account"], line.says["name"], line.says["amount"]) == ("Café O'Neil", None, None)
    assert line_of(standing_of(past), yardsticks(past), TODAY, "nobody's") is None
