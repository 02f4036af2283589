"""The forecast of the demo company divided: its parts sum to the whole, and what each has won is counted by hand."""

import pytest


@pytest.mark.parametrize("by", ["product", "team", "owner", "source"])
def test_the_parts_sum_to_the_whole(demo, by):
    told = demo.forecast(by=by).content
    assert len(told.parts) > 2
    assert [one.period.name for one in told.won] == ["2026-11", "2026-12", "2027-01", "2026-Q4"]
    for quantity in ("won", "money"):
        for at, whole in enumerate(getattr(told, quantity)):
            parts = [getattr(part, quantity)[at] for part in told.parts]
            assert whole.mean > 0
            for what in ("mean", "so_far"):
                of_all = sum(getattr(one, what) for one in parts)
                assert of_all == pytest.approx(getattr(whole, what), rel=1e-6, abs=1e-6), (quantity, whole.period, what)
            drawn = sum(one.from_open + one.from_new for one in parts)
            assert drawn == pytest.approx(whole.from_open + whole.from_new, rel=0.1), "drawn once more, part by part"
            assert all(one.low <= one.mean <= one.high for one in parts)


def test_what_a_product_has_won_so_far(demo):
    rows = demo.facts.run(demo.facts.deals).to_pylist()
    for part in demo.forecast(by="product").content.parts:
        won = [
            row
            for row in rows
            if row["product"] == part.name and row["outcome"] == "won" and f"{row['closed_day']:%Y-%m}" == "2026-11"
        ]
        assert part.won[0].so_far == len(won)
        assert part.money[0].so_far == pytest.approx(sum(float(row["amount"] or 0) for row in won))
