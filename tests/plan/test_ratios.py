"""Ratios: read exactly, held to a funnel's laws, changed one step at a time."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad.errors import CannotTell, InputError, UnknownName
from yaad.plan import Ratio, check_ratios, read_ratio, typed_ratios, with_step
from yaad.plan.ratios import steps_of


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0.5", Fraction(1, 2)),
        (".1", Fraction(1, 10)),
        ("1", Fraction(1)),
        ("1.", Fraction(1)),
        ("50%", Fraction(1, 2)),
        (" 12.5 % ", Fraction(1, 8)),
        ("100%", Fraction(1)),
        ("1/3", Fraction(1, 3)),
        ("842 / 8000", Fraction(421, 4000)),
    ],
)
def test_ratios_are_read_exactly(text, exact):
    assert read_ratio(text) == exact


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0%",
        "1.1",
        "101%",
        "50",
        "3/2",
        "1/0",
        "-0.1",
        "+0.5",
        "0,5",
        "half",
        "nan",
        "inf",
        "1e-9",
        "½",
        "1/2%",
    ],
)
def test_what_is_no_ratio_is_refused_with_its_stage(text):
    with pytest.raises(InputError) as caught:
        typed_ratios({"quote": text})
    assert "quote" in caught.value.say("en")
    assert "quote" in caught.value.say("he")


def test_an_endless_number_is_refused_at_once():
    with pytest.raises(InputError):
        read_ratio("1e-999999999")
    with pytest.raises(InputError):
        read_ratio("0." + "1" * 100_000)


def test_ratios_of_inquiries_and_of_steps_say_the_same():
    of_inquiries = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})
    of_steps = typed_ratios({}, {"quote": "50%", "negotiation": "40%", "close": "1/2"})
    mixed = typed_ratios(
        {"quote": "0.5", "close": "0.1"}, {"negotiation": "0.4"}, order=["quote", "negotiation", "close"]
    )
    assert of_inquiries == of_steps == mixed


def test_mixed_ratios_without_an_order_are_asked_about():
    with pytest.raises(InputError, match="order of the stages"):
        typed_ratios({"quote": "0.5", "close": "0.1"}, {"negotiation": "0.4"})


def test_a_stage_that_the_order_lacks_is_named():
    with pytest.raises(UnknownName, match="close"):
        typed_ratios({"close": "0.1"}, {"quote": "0.5"}, order=["quote"])


def test_a_stage_given_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        typed_ratios({"quote": "0.5"}, {"quote": "0.5"}, order=["quote"])


def test_no_ratio_is_refused():
    with pytest.raises(InputError, match="at least one ratio"):
        typed_ratios({})
    with pytest.raises(InputError):
        check_ratios([])


def test_a_funnel_never_grows():
    with pytest.raises(InputError, match="more reach close than quote"):
        typed_ratios({"quote": "0.2", "close": "0.5"})


def test_ratios_from_the_past_keep_their_counts():
    ratio = Ratio.counted("close", 842, 8000)
    assert ratio.of_inquiries == Fraction(842, 8000)
    assert (ratio.reached, ratio.of) == (842, 8000)


@pytest.mark.parametrize(("reached", "of"), [(0, 100), (0, 0)])
def test_nothing_is_planned_from_a_stage_that_nobody_reached(reached, of):
    with pytest.raises(CannotTell, match="close"):
        Ratio.counted("close", reached, of)


COUNTED = [
    Ratio.counted("quote", 500, 1000),
    Ratio.counted("negotiation", 200, 1000),
    Ratio.counted("close", 100, 1000),
]


def test_each_step_knows_how_many_it_lost():
    assert [(step.won, step.lost) for step in steps_of(COUNTED)] == [(500, 500), (200, 300), (100, 100)]


def test_a_step_set_by_hand_leaves_the_others_as_uncertain_as_they_were():
    changed = with_step(COUNTED, "quote", Fraction(3, 5))
    assert [ratio.of_inquiries for ratio in changed] == [Fraction(3, 5), Fraction(6, 25), Fraction(3, 25)]
    assert [(step.won, step.lost) for step in steps_of(changed)] == [(None, None), (200, 300), (100, 100)]
    again = with_step(changed, "close", Fraction(1, 4))
    assert [(step.ratio, step.won) for step in steps_of(again)] == [
        (Fraction(3, 5), None),
        (Fraction(2, 5), 200),
        (Fraction(1, 4), None),
    ]


def test_a_step_of_an_unknown_stage_is_named():
    with pytest.raises(UnknownName, match="Did you mean quote"):
        with_step(COUNTED, "qoute", Fraction(1, 2))


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.integers(1, 10**6))
def test_typed_ratios_lose_nothing(parts, whole):
    counts = sorted((min(part, whole) for part in parts), reverse=True)
    typed = typed_ratios({f"s{place}": f"{count}/{whole}" for place, count in enumerate(counts)})
    assert [ratio.of_inquiries for ratio in typed] == [Fraction(count, whole) for count in counts]
    steps = steps_of(typed)
    product = Fraction(1)
    for step in steps:
        product *= step.ratio
    assert product == typed[-1].of_inquiries
