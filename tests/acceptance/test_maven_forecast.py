"""A business-to-business pipeline whose sales close at the ends of quarters: the backtest must see it."""

import pytest

pytestmark = pytest.mark.shared


def test_the_course_of_a_quarter_is_seen(maven):
    found = maven("backtest")
    assert len(found["days"]) == 8
    missed = {(row["quantity"], row["method"], row["horizon"]): row["wape"] for row in found["scores"]}
    for quantity in ("won", "money"):
        assert missed[quantity, "quarterly", 1] < 0.75 * missed[quantity, "run_rate", 1]
        assert missed[quantity, "quarterly", 0] < missed[quantity, "run_rate", 0]
        assert found["best"][quantity] == "quarterly"
    told = maven("forecast")
    assert told["methods"] == {"won": "quarterly", "money": "quarterly"}
    first, second, third = [row["mean"] for row in told["periods"] if row["quantity"] == "won"][:3]
    assert first < second < third  # January, February, March
