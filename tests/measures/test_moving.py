"""Slips, closings gross and net, lost reasons, walk-ins, people, velocity and baskets, each counted by hand."""

import datetime as dt
from dataclasses import replace

import pytest

from yaad.errors import InputError
from yaad.measures import measure
from yaad.model import Period, Pipeline, Stage, StageType


def day(text):
    return dt.date.fromisoformat(text)


def one(scope, name, **question):
    (figure,) = measure([name], replace(scope, **question))
    return figure


@pytest.fixture(scope="module")
def scope(written):
    """Ten deals of March 2024, seen from the 31st."""
    book = written("Inquiry", "Quote")

    def deal(came, *moves, **columns):
        book.deal(("Inquiry", f"2024-03-{came:02}"), *((stage, f"2024-03-{day:02}") for stage, day in moves), **columns)

    ils = {"currency": "ILS"}
    deal(1, ("Won", 11), owner="Ann", amount=100, expected_close_day=day("2024-03-10"), source="Walk-in", **ils)
    deal(1, ("Won", 21), owner="Ann", amount=300, expected_close_day=day("2024-03-21"), source="Walk-in", **ils)
    deal(2, ("Lost", 6), owner="Ann", lost_reason="Price", expected_close_day=day("2024-03-20"), source="Web")
    deal(3, ("Lost", 9), owner="Ben", lost_reason="Price", expected_close_day=day("2024-03-05"), source="Walk-in")
    deal(4, ("Lost", 10), owner="Ben", lost_reason="Budget", source="Web")
    deal(5, ("Lost", 11), owner="Ben", source="Web")
    # won, taken back, won again; won and called off for good
    deal(6, ("Won", 16), ("Lost", 18), ("Won", 26), owner="Ben", amount=200, source="Web", **ils)
    deal(7, ("Won", 17), ("Lost", 27), owner="Ann", amount=50, lost_reason="Called off", source="Web", **ils)
    deal(20, owner="Ben", expected_close_day=day("2024-03-25"), source="Walk-in")
    deal(21, ("Quote", 25), owner="Ben", expected_close_day=day("2024-04-25"), source="Web")
    return book.scope("2024-03-31")


def test_open_deals_past_their_expected_closing(scope):
    figure = one(scope, "overdue_share")
    assert (figure.value, figure.n, figure.beside) == (0.5, 2, {"overdue": 1, "without_date": 0})


def test_slipped_deals_of_those_that_were_due(scope):
    """Due by the 31st: won a day late, won in time, lost before, lost 4 days late, open for 6 days past it."""
    figure = one(scope, "slipped_share")
    assert (figure.value, figure.n, figure.beside) == (pytest.approx(3 / 5), 5, {"late": 3, "left_out": 0})
    late = one(scope, "slip_days")  # 1 and 4 days, and one that still runs after 6: half are closed after 4
    assert (late.value, late.n, late.beside) == (4.0, 3, {"n_open": 1, "due": 5})
    assert one(scope, "slipped_share", period=Period.parse("2024-03-20..2024-03-31")).value == pytest.approx(1 / 3)


def test_closings_gross_and_net(scope):
    assert one(scope, "won").value == 3  # as they stand now
    assert one(scope, "closings").value == 5
    assert one(scope, "cancellations").value == 2
    assert one(scope, "closings_net").value == 3
    rate = one(scope, "cancellation_rate")
    assert (rate.value, rate.n) == (pytest.approx(2 / 5), 5)
    early = {"period": Period.parse("2024-03-01..2024-03-20")}
    values = [one(scope, name, **early).value for name in ("won", "closings", "cancellations", "closings_net")]
    assert values == [1, 3, 1, 2]  # the win of the 16th stands in March's gross, and is gone from the won ones
    by_owner = {figure.by["owner"]: figure.value for figure in measure(["closings_net"], replace(scope, by=("owner",)))}
    assert by_owner == {"Ann": 2, "Ben": 1}


def test_a_pause_takes_no_win_back(written):
    book = written("Inquiry")
    book.pipeline = Pipeline((*book.pipeline.stages, Stage("On hold", StageType.ON_HOLD)))
    book.deal(("Inquiry", "2024-03-01"), ("Won", "2024-03-02"), ("On hold", "2024-03-03"), ("Won", "2024-03-04"))
    scope = book.scope("2024-03-31")
    assert [one(scope, name).value for name in ("closings", "cancellations")] == [1, 0]


def test_the_reason_that_is_named_most(scope):
    figure = one(scope, "lost_reason_top")
    assert (figure.value, figure.n) == (pytest.approx(2 / 4), 4)
    assert figure.beside == {"reason": "Price", "count": 2, "without_reason": 1}


def test_walk_ins_who_bought(scope):
    figure = one(scope, "walk_in_rate")
    assert (figure.value, figure.n, figure.beside) == (0.5, 4, {"won": 2, "undecided": 1})


def test_what_falls_to_each_person(scope):
    taken = one(scope, "inquiries_per_person")
    assert (taken.value, taken.n, taken.beside) == (5.0, 10, {"people": 2, "left_out": 0})
    assert one(scope, "open_per_person").value == 2.0  # only Ben has open ones


def test_velocity_and_throughput(scope):
    """2 open; 3 of 8 decided were won, worth 200 on average; the won took 10, 20 and 20 days, all eight 92."""
    velocity = one(scope, "sales_velocity")
    assert velocity.unit == "ILS"
    assert velocity.value == pytest.approx(2 * (3 / 8) * 200 / (50 / 3))
    flow = one(scope, "throughput")
    assert flow.value == pytest.approx(2 * (3 / 8) * 200 / ((50 + 4 + 6 + 6 + 6 + 20) / 8))
    assert flow.beside["wins_per_day"] == pytest.approx(2 * (3 / 8) / (92 / 8))
    by_month = measure(["sales_velocity"], replace(scope, by=("month",)))
    assert {each.why.key for each in by_month} == {"measures.not_by_time"}


def test_velocity_of_a_period_takes_those_open_at_its_end(scope):
    figure = one(scope, "throughput", period=Period.parse("2024-03-01..2024-03-15"))
    assert figure.beside["open"] == 3  # the second win, and those of the 6th and the 7th
    assert (figure.beside["won"], figure.beside["lost"]) == (1, 4)


def test_velocity_refuses_two_currencies(written):
    book = written("Inquiry")
    for currency in ("ILS", "USD"):
        book.deal(("Inquiry", "2024-03-01"), ("Won", "2024-03-05"), amount=10, currency=currency)
    with pytest.raises(InputError):
        one(book.scope("2024-03-31"), "sales_velocity")


def test_share_of_stuck_deals(written):
    book = written("Inquiry")
    for days in range(1, 11):  # 8 of 10 leave within 8 days
        book.deal(("Inquiry", "2024-01-01"), ("Lost", f"2024-01-{1 + days:02}"))
    for came in ("2024-01-05", "2024-01-25", "2024-01-26", "2024-01-27"):
        book.deal(("Inquiry", came))
    scope = book.scope("2024-01-31")
    figure = one(scope, "stuck_share")
    assert (figure.beside["stuck"], figure.n) == (one(scope, "stuck").value, 4)
    assert figure.value == one(scope, "stuck").value / 4
    assert figure.beside["stuck"] == 1


# ---- baskets --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(written):
    book = written("Inquiry").deal(("Inquiry", "2024-03-01"), owner="Ann", branch="North")
    for name, price in (("Desk", 100), ("Chair", 50), ("Lamp", 20)):
        book.row("products", product_id=name[0], name=name, price=price, currency="ILS")
    for order, owner in (("O1", "Ann"), ("O2", "Ann"), ("O3", "Ben")):
        deal = {"deal_id": "D1"} if order == "O1" else {}
        book.row("orders", order_id=order, owner=owner, day="2024-03-05", amount=1, currency="ILS", **deal)

    def line(order, product, quantity, price, discount=None):
        number = f"L{len(book.rows.get('lines', []))}"
        more = {"quantity": quantity, "price": price, "discount": discount, "currency": "ILS"}
        book.row("lines", line_id=number, order_id=order, product=product, **more)

    line("O1", "Desk", 1, 100, 0.1)  # 90 of 100
    line("O1", "Chair", 4, 45)  # 180 of 200 by the price list
    line("O2", "L", 2, 20)  # 40 of 40, named by its number
    line("O3", "Desk", 1, 100, 0.0)
    line("O3", "Stool", 1, 30)  # not in the price list, and says no discount
    line("O9", "Desk", 7, 100, 0.5)  # of an order that nobody knows
    return book.scope("2024-03-31")


def test_items_and_attached_products(shop):
    items = one(shop, "items_per_basket")
    assert (items.value, items.n) == (pytest.approx((5 + 2 + 2) / 3), 3)
    attached = one(shop, "attach_rate")
    assert (attached.value, attached.n) == (pytest.approx(2 / 3), 3)
    by_owner = {figure.by["rep"]: figure.value for figure in measure(["attach_rate"], replace(shop, by=("rep",)))}
    assert by_owner == {"Ann": 0.5, "Ben": 1.0}
    by_product = {each.by["product"]: each.value for each in measure(["attach_rate"], replace(shop, by=("product",)))}
    assert by_product == {"Chair": 1.0, "Desk": 1.0, "L": 0.0, "Stool": 1.0}
    by_branch = {each.by["branch"]: each.n for each in measure(["items_per_basket"], replace(shop, by=("branch",)))}
    assert by_branch == {"North": 1, None: 2}


def test_discount_by_money(shop):
    figure = one(shop, "discount")
    assert (figure.value, figure.n) == (pytest.approx(30 / 440), 4)
    assert figure.beside == {"left_out": 1}
    assert figure.low < figure.value < figure.high


def test_two_list_prices_are_no_list_price(written):
    book = written("Inquiry").row("orders", order_id="O1", day="2024-03-05")
    for number, price in (("1", 100), ("2", 120)):
        book.row("products", product_id=number, name="Desk", price=price)
    book.row("lines", line_id="L", order_id="O1", product="Desk", quantity=1, price=90)
    figure = one(book.scope("2024-03-31"), "discount")
    assert (figure.value, figure.why.key) == (None, "measures.no_list_prices")
