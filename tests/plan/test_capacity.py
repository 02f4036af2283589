"""A step without room is named before more inquiries are asked for."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import InputError, UnknownName
from yaad.plan import INQUIRIES, Ratio, typed_ratios, what_if
from yaad.plan.capacity import carry, read_limits

ARTICLE = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})


@pytest.mark.parametrize(("room", "customers"), [(240, 48), (200, 40), (160, 32)])
def test_quotes_that_the_team_cannot_write_bring_no_customers(room, customers):
    found = carry(500, ARTICLE, {"quote": room})
    assert found.customers == customers
    assert (found.binding.stage, found.binding.comes, found.binding.room) == ("quote", 250, room)
    assert found.more == 0
    assert found.counts == (500, room, room * Fraction(2, 5), customers)


def test_with_room_enough_the_rest_of_it_is_told_in_inquiries():
    found = carry(500, ARTICLE, {"quote": 300, "negotiation": 110})
    assert found.binding is None
    assert found.customers == 50
    assert (found.inquiries, found.more) == (550, 50)  # 110 negotiations are 550 inquiries


def test_of_two_narrow_steps_the_one_that_lets_fewest_through_is_named():
    assert carry(500, ARTICLE, {"quote": 240, "negotiation": 60}).binding.stage == "negotiation"
    assert carry(500, ARTICLE, {"quote": 100, "negotiation": 60}).binding.stage == "quote"
    assert carry(500, ARTICLE, {INQUIRIES: 100, "quote": 60}).binding.stage == INQUIRIES


def test_a_limit_of_no_stage_and_no_number_are_refused():
    with pytest.raises(UnknownName):
        carry(500, ARTICLE, {"demo": 5})
    with pytest.raises(InputError):
        carry(500, ARTICLE, {"quote": -1})
    with pytest.raises(InputError, match="200"):
        read_limits({"quote": "many"})
    assert read_limits({"quote": "1,200"}) == {"quote": 1200}


@given(
    st.integers(1, 5000),
    st.lists(st.integers(1, 1000), min_size=1, max_size=4),
    st.lists(st.integers(0, 3000), min_size=4, max_size=4),
)
def test_limits_never_add_and_more_room_never_takes(inquiries, parts, rooms):
    ratios = [Ratio(f"s{at}", Fraction(part, 1000)) for at, part in enumerate(sorted(parts, reverse=True))]
    limits = {ratio.stage: room for ratio, room in zip(ratios, rooms, strict=False)}
    held = carry(inquiries, ratios, limits)
    assert held.customers <= carry(inquiries, ratios, {}).customers
    wider = carry(inquiries, ratios, {stage: room + 1 for stage, room in limits.items()})
    assert held.customers <= wider.customers
    assert (held.binding is None) == all(room.is_enough for room in held.rooms)
    if held.binding is None:  # what is said to fit does fit, and one more does not
        assert carry(inquiries + held.more, ratios, limits).binding is None
        assert carry(inquiries + held.more + 1, ratios, limits).binding is not None


def test_a_what_if_holds_back_what_has_no_room():
    found = what_if(500, ARTICLE, 1000, limits={"quote": 200})
    assert [row.count for row in found.expected] == [500, 200, 80, 40]
    assert found.expected[1].high == 200
    assert found.chance == what_if(400, ARTICLE).chance
    assert found.value == 40_000
    assert what_if(300, ARTICLE, limits={"quote": 200}).expected == what_if(300, ARTICLE).expected
