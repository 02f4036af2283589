"""What changes bring by the end of a period: worked by hand, and laws."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.errors import InputError, UnknownName
from yaad.measures.statistics import Spells
from yaad.model import Period
from yaad.plan import INQUIRIES, Ratio, typed_ratios
from yaad.plan.period import Outlook, Standing, credit_of
from yaad.plan.scenario import Base, Changes, What, bring
from yaad.plan.ways import Stays

AS_OF = dt.date(2026, 11, 30)
DECEMBER = "2026-12"
TWO = typed_ratios({}, {"quote": "0.5", "close": "0.2"})


def ways(*days):
    """Half of the deals go on from each stage, after so many days."""
    return Stays.of_spells([[Spells.count([length] * 2, [1, 2]) for length in days]]).ways()


def standing(*open_deals):
    place, days, n = zip(*open_deals, strict=True) if open_deals else ((), (), ())
    return Standing(0, np.array(place, dtype=np.int64), np.array(days, dtype=float), np.array(n, dtype=np.int64))


def base(days=(10, 5), daily=10.0, there=(), period=DECEMBER, ratios=TWO, average=1000.0, **more):
    outlook = Outlook(Period.parse(period), AS_OF, ways(*days), standing(*there), {}, daily)
    return Base(outlook, tuple(ratios), average, unit="ILS", **more)


def only(found):
    (row,) = found.rows
    assert found.together is None
    return row


def test_as_things_go_by_hand():
    # 15 days from the inquiry to the sale: of December's 31 days those of the 1st to the 16th are sold in it; one of
    # ten is a customer
    found = bring(base(), Changes())
    assert found.customers == pytest.approx(16 * 10 * 0.1)
    assert found.money == pytest.approx(16_000)
    assert (found.rows, found.together) == ((), None)


def test_what_never_ends_brings_nothing_whichever_way_it_is_counted():
    # half of the inquiries never come to a quote or are lost: of those decided a half, of all a quarter does
    seen = Stays.of_spells([[Spells.count([10, 10, 90], [1, 2, 0], [1, 1, 2]), Spells.count([5, 5], [1, 2])]]).ways()
    quarter = typed_ratios({}, {"quote": "0.25", "close": "0.2"})
    for ratios, known in ((TWO, seen), (quarter, seen.ending([False, True]))):
        there = Outlook(Period.parse(DECEMBER), AS_OF, known, Standing.nothing(), {}, 10.0)
        plain = Base(there, tuple(ratios), 1000.0)
        assert bring(plain, Changes()).customers == pytest.approx(16 * 10 * 0.05)
        assert plain.stays == pytest.approx((10, 5))


def test_twice_the_size_is_twice_the_money():
    row = only(bring(base(), Changes(size=Fraction(2))))
    assert (row.what, row.before, row.after) == (What.SIZE, 1000, 2000)
    assert row.money == pytest.approx(16_000)
    assert (row.low, row.high) == (pytest.approx(16_000), pytest.approx(16_000))
    assert row.customers == 0


def test_a_better_step_brings_what_passes_it_from_tomorrow_on():
    # the step to the quote: 16 days of inquiries get through it in time; a fifth of the others is sold
    row = only(bring(base(), Changes(steps={"quote": Fraction(6, 10)})))
    assert (row.what, row.stage, row.before, row.after) == (What.STEP, "quote", 0.5, 0.6)
    assert row.customers == pytest.approx(160 * 0.1 * 0.2)
    assert row.money == pytest.approx(3200)


def test_more_inquiries_bring_what_is_sold_in_time():
    row = only(bring(base(), Changes(inquiries=Fraction(3, 2))))
    assert row.customers == pytest.approx(8)
    assert row.before == pytest.approx(10 * 30.4375)


def test_faster_steps_bring_later_inquiries_inside_the_period():
    # 40 days: nothing of December's inquiries is sold in December; in 20 days those of the first 11 days are
    slow = base(days=(30, 10))
    assert bring(slow, Changes()).customers == 0
    row = only(bring(slow, Changes(days={INQUIRIES: Fraction(1, 2), "quote": Fraction(1, 2)})))
    assert (row.what, row.stage, row.before, row.after) == (What.SPEED, None, pytest.approx(40), pytest.approx(20))
    assert row.customers == pytest.approx(11 * 10 * 0.1)
    assert row.money == pytest.approx(11_000)


def test_in_the_long_run_speed_comes_once():
    """A month far ahead sells what it sold; until its end what was on the way has come."""
    far = base(days=(10, 5), period="2027-06")
    row = only(bring(far, Changes(days={INQUIRIES: Fraction(1, 2), "quote": Fraction(1, 2)})))
    assert row.within == pytest.approx(0)
    assert row.customers == pytest.approx(10 * 0.1 * 7.5)
    tight = base(days=(10, 5), period="2027-06", rooms={"quote": 100})
    held = only(bring(tight, Changes(days={INQUIRIES: Fraction(1, 2)})))
    assert held.within == pytest.approx(0), "what has no room is not sold faster"


def test_one_stage_alone_can_be_faster():
    row = only(bring(base(days=(30, 10)), Changes(days={INQUIRIES: Fraction(1, 2)})))  # 25 days: the first 6
    assert (row.stage, row.before, row.after) == (INQUIRIES, pytest.approx(30), pytest.approx(15))
    assert row.customers == pytest.approx(6)


def test_speed_sells_open_deals_earlier_not_more_of_them():
    # 40 quotes are 5 days old of 45: in 40 days they are decided, in 20 when it goes twice as fast; half is won
    there = [(1, 5.0, 40)]
    slow = base(days=(10, 45), daily=0, there=there, ratios=typed_ratios({}, {"quote": "0.5", "close": "0.5"}))
    row = only(bring(slow, Changes(days={"quote": Fraction(1, 2)})))
    assert row.customers == pytest.approx(20)
    later = base(days=(10, 45), daily=0, there=there, period="2027-01",
        ratios=typed_ratios({}, {"quote": "0.5", "close": "0.5"}))  # fmt: skip
    row = only(bring(later, Changes(days={"quote": Fraction(1, 2)})))
    assert row.customers == pytest.approx(0)
    assert row.within == pytest.approx(-20), "what came in December comes no more in January"


def test_room_caps_the_step_it_belongs_to():
    # at once through all: 10 inquiries a day are 5 quotes a day, 155 in December, a fifth of them sold: 31
    at_once = base(days=(0, 0))
    assert bring(at_once, Changes()).customers == pytest.approx(31)
    row = only(bring(at_once, Changes(rooms={"quote": 100})))
    assert (row.what, row.stage, row.before, row.after) == (What.ROOM, "quote", None, 100)
    assert row.customers == pytest.approx(100 * 0.2 - 31)
    assert only(bring(at_once, Changes(rooms={INQUIRIES: 200}))).customers == pytest.approx(20 - 31)
    assert only(bring(at_once, Changes(rooms={"close": 12}))).customers == pytest.approx(12 - 31)
    assert only(bring(at_once, Changes(rooms={"quote": 155}))).customers == pytest.approx(0)


def test_a_tight_step_makes_what_comes_before_it_worth_nothing():
    tight = base(days=(0, 0), rooms={"quote": 100})
    found = bring(tight, Changes(steps={"quote": Fraction(6, 10)}, inquiries=Fraction(2), rooms={"quote": 200}))
    worth = {row.what: row.customers for row in found.rows}
    assert worth == {What.STEP: pytest.approx(0), What.INQUIRIES: pytest.approx(0), What.ROOM: pytest.approx(11)}
    # together: 200 quotes of the 372 that would come; 40 sold instead of 20
    assert found.together.customers == pytest.approx(20)


def test_what_waits_is_taken_when_there_is_room():
    # 31 open inquiries move on tomorrow, all at once; the quotes take one a day: all are taken by the 31st
    waiting = base(days=(10, 0), daily=0, there=[(0, 9.0, 62)], ratios=typed_ratios({}, {"quote": "0.5", "close": "1"}))
    assert bring(waiting, Changes()).customers == pytest.approx(31)
    assert only(bring(waiting, Changes(rooms={"quote": 31}))).customers == pytest.approx(0)
    assert only(bring(waiting, Changes(rooms={"quote": 20}))).customers == pytest.approx(-11)


def test_open_deals_bring_what_the_plan_credits_them():
    there = [(0, 3.0, 7), (0, float("nan"), 2), (1, 2.0, 5)]
    same = typed_ratios({}, {"quote": "0.5", "close": "0.5"})
    for period in (DECEMBER, "2027-01"):
        held = base(daily=0, there=there, period=period, ratios=same)
        assert bring(held, Changes()).within == pytest.approx(credit_of(held.outlook).expected)


def test_an_open_deal_cannot_be_more_than_sure():
    there, same = [(1, 2.0, 6)], typed_ratios({}, {"quote": "0.5", "close": "0.5"})
    row = only(bring(base(daily=0, there=there, ratios=same), Changes(steps={"close": Fraction(1)})))
    assert row.customers == pytest.approx(3)


def test_all_together_are_told_beside_each_alone():
    found = bring(base(), Changes(size=Fraction(11, 10), inquiries=Fraction(11, 10)))
    assert [row.money for row in found.rows] == [pytest.approx(1600), pytest.approx(1600)]
    assert found.together.money == pytest.approx(16_000 * 0.21)


def test_the_range_is_as_wide_as_the_past_is_short():
    def width(of):
        past = [Ratio.counted("quote", of // 2, of), Ratio.counted("close", of // 10, of)]
        row = only(bring(base(ratios=past), Changes(inquiries=Fraction(2))))
        assert row.low < row.money < row.high
        return row.high - row.low

    assert width(100) > 1.8 * width(1000)
    unsure = only(bring(base(average_error=100), Changes(inquiries=Fraction(2))))
    assert unsure.low == pytest.approx(16_000 * (1 - 0.128), rel=0.01)
    assert unsure.high == pytest.approx(16_000 * (1 + 0.128), rel=0.01)


def test_without_money_customers_are_told():
    found = bring(base(average=None), Changes(inquiries=Fraction(2)))
    row = only(found)
    assert (found.money, row.money, row.low) == (None, None, pytest.approx(16))


def test_one_ratio_for_all_stages_has_their_days():
    found = bring(base(ratios=typed_ratios({"close": "0.1"})), Changes())
    assert found.customers == pytest.approx(16)


def test_what_cannot_be_is_refused():
    for wrong in (Changes(steps={"quote": Fraction(3, 2)}), Changes(size=Fraction(0)), Changes(rooms={"quote": -1})):
        with pytest.raises(InputError):
            bring(base(), wrong)
    for wrong in (Changes(steps={"visit": Fraction(1, 2)}), Changes(rooms={"visit": 3})):
        with pytest.raises(UnknownName):
            bring(base(), wrong)


FACTORS = st.fractions(Fraction(1, 4), 3, max_denominator=8)
LENGTHS = st.tuples(st.integers(0, 25), st.integers(0, 25))


@settings(max_examples=40, deadline=None)
@given(LENGTHS, FACTORS, st.integers(1, 300), st.integers(0, 20))
def test_laws(days, factor, room, waiting):
    here = base(days, there=[(0, 1.0, waiting)] if waiting else (), average_error=50)
    now = bring(here, Changes())
    # money scales with the size, and a change that changes nothing is none
    assert only_or_none(bring(here, Changes(size=factor)), now.money * float(factor - 1))
    # more inquiries, a wider step, shorter stays and more room never bring less by the period's end
    for changes in (Changes(inquiries=1 + factor), Changes(steps={"close": Fraction(1, 5) + factor / 5}),
        Changes(days=dict.fromkeys((INQUIRIES, "quote"), 1 / (1 + factor)))):  # fmt: skip
        assert only(bring(here, changes)).customers >= -1e-9
    capped = bring(here, Changes(rooms={"quote": room}))
    assert all(row.customers <= 1e-9 for row in capped.rows)
    assert now.customers + capped.rows[0].customers <= room * 0.2 + 1e-9
    # a limit that is taken away again leaves what was
    again = base(days, there=[(0, 1.0, waiting)] if waiting else (), rooms={"quote": room})
    assert bring(again, Changes(rooms={"quote": None})).rows[0].customers == pytest.approx(-capped.rows[0].customers)


def only_or_none(found, money):
    return not found.rows if money == 0 and not found.rows else found.rows[0].money == pytest.approx(money)
