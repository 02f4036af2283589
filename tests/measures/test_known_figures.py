"""Published figures of public sets, which must come out to the last digit that was published."""

import pytest

from yaad.measures import Scope, conversion, default_window, dwell, funnel, measure, stage_ratios
from yaad.model import Period

pytestmark = pytest.mark.shared


def asked(scope: Scope, *, by=(), period=None) -> Scope:
    from dataclasses import replace

    return replace(scope, by=tuple(by), period=Period.parse(period) if period else None)


def value(scope, name, **question):
    (figure,) = measure([name], asked(scope, **question))
    return figure.value


class TestMaven:
    def test_counts(self, maven):
        (inquiries,) = measure(["inquiries"], maven)
        assert (inquiries.value, inquiries.beside["undated"]) == (8800, 500)
        assert value(maven, "inquiries_undated") == 500
        assert [value(maven, name) for name in ("deals", "won", "lost", "open")] == [8800, 4238, 2473, 2089]

    def test_win_rate(self, maven):
        (rate,) = measure(["win_rate"], maven)
        assert (rate.value, rate.n, rate.level) == (pytest.approx(0.631501, abs=5e-7), 6711, 0.95)
        assert (rate.low, rate.high) == (pytest.approx(0.619887, abs=5e-7), pytest.approx(0.642964, abs=5e-7))

    def test_win_rate_by_the_month_of_closing(self, maven):
        rates = measure(["win_rate"], asked(maven, by=["month"]))
        assert [rate.by["month"] for rate in rates] == [f"2017-{month:02}" for month in range(3, 13)]
        published = [0.8207, 0.4863, 0.5441, 0.8284, 0.4912, 0.5682, 0.7921, 0.4929, 0.5286, 0.7849]
        assert [rate.value for rate in rates] == pytest.approx(published, abs=5e-5)

    def test_quarters(self, maven):
        won, worth, rate = (measure([name], asked(maven, by=["quarter"])) for name in ("won", "won_value", "win_rate"))
        assert [each.by["quarter"] for each in won] == ["2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"]
        assert [each.value for each in won] == [531, 1254, 1257, 1196]
        assert [each.value for each in worth] == [1134672, 3086111, 2982255, 2802496]
        assert [each.value for each in rate] == pytest.approx([0.8207, 0.6171, 0.6141, 0.6025], abs=5e-5)

    def test_a_period_is_one_of_the_months(self, maven):
        assert value(maven, "won", period="2017-06") == 531
        assert value(maven, "won_value", period="2017-06") == 1338466
        assert value(maven, "won", period="2017-06-01..2017-06-30") == 531

    def test_money(self, maven):
        (worth,) = measure(["won_value"], maven)
        assert (worth.value, worth.unit, worth.n, worth.low, worth.level) == (10_005_534, None, 4238, None, None)
        assert value(maven, "deal_value_mean") == pytest.approx(2360.909, abs=5e-4)
        assert value(maven, "deal_value_median") == 1117

    @pytest.mark.parametrize(("name", "of"), [("open_value", "open"), ("win_rate_value", "lost")])
    def test_no_money_is_told_where_most_have_no_amount(self, maven, name, of):
        (figure,) = measure([name], maven)
        assert (figure.value, figure.low, figure.high, figure.level) == (None, None, None, None)
        assert figure.why.key == f"measures.no_amounts_{of}"

    def test_times(self, maven):
        names = ("days_to_close", "days_to_close_mean", "sales_cycle", "sales_cycle_mean")
        assert [value(maven, name) for name in names] == [
            45,
            pytest.approx(47.985, abs=5e-4),
            57,
            pytest.approx(51.782, abs=5e-4),
        ]

    def test_funnel(self, maven):
        (flow,) = funnel(maven)
        prospecting, engaging = flow.stages
        assert (prospecting.entered, prospecting.advanced, prospecting.lost, prospecting.open) == (8800, 8300, 0, 500)
        assert (engaging.entered, engaging.advanced, engaging.lost, engaging.open) == (8300, 4238, 2473, 1589)
        assert (flow.won, flow.undated) == (4238, 500)
        assert engaging.immature
        assert engaging.low <= engaging.rate_expected <= engaging.high

    def test_dwell(self, maven):
        (times,) = dwell(maven)
        prospecting, engaging = times.stages
        assert (prospecting.n, prospecting.median_days, prospecting.left_out) == (0, None, 500)
        assert (engaging.median_days, engaging.low, engaging.high) == (69, 67, 70)
        assert (engaging.q25_days, engaging.q75_days) == (10, 107)
        assert engaging.mean_closed_days == pytest.approx(47.985, abs=5e-4)
        assert (engaging.n, engaging.n_open) == (8300, 1589)
        assert times.total.median_days == 69

    def test_stalled_and_stuck(self, maven):
        stalled, stuck = measure(["stalled", "stuck"], maven)
        assert (stalled.value, stalled.beside["limit_days"]) == (1291, 138)
        assert stuck.value == 1364

    def test_people(self, maven):
        rates = {figure.by["rep"]: figure for figure in measure(["win_rate"], asked(maven, by=["rep"]))}
        assert len(rates) == 30
        worth = {figure.by["rep"]: figure.value for figure in measure(["won_value"], asked(maven, by=["rep"]))}
        assert max(worth, key=worth.get) == "Darcel Schlecht"
        assert worth["Darcel Schlecht"] == 1_153_214
        assert (rates["Darcel Schlecht"].beside["won"], rates["Darcel Schlecht"].n) == (349, 553)
        assert rates["Hayden Neloms"].value == pytest.approx(107 / 152)
        assert rates["Lajuana Vencill"].value == pytest.approx(127 / 231)

    def test_products(self, maven):
        rates = {figure.by["product"]: figure.value for figure in measure(["win_rate"], asked(maven, by=["product"]))}
        published = {
            "GTX Basic": 0.6372, "GTX Plus Basic": 0.6213, "GTX Plus Pro": 0.6430, "GTXPro": 0.6356,
            "MG Advanced": 0.6033, "MG Special": 0.6484, "GTK 500": 0.6000,
        }  # fmt: skip
        assert rates == pytest.approx(published, abs=5e-5)


class TestBpi:
    def test_funnel(self, bpi):
        (flow,) = funnel(bpi)
        assert [row.entered for row in flow.stages] == [13087, 7367, 5113, 5015, 3254]
        assert [row.lost for row in flow.stages] == [5720, 2185, 95, 1530, 912]
        assert [row.open for row in flow.stages] == [0, 69, 3, 231, 96]
        published = [0.5629, 0.6940, 0.9808, 0.6489, 0.6902]
        assert [row.rate for row in flow.stages] == pytest.approx(published, abs=5e-5)
        assert (flow.won, value(bpi, "open")) == (2246, 399)

    def test_expected_is_above_what_is_counted_where_deals_are_open(self, bpi):
        (flow,) = funnel(bpi)
        for row in flow.stages:
            assert (
                row.rate_expected == pytest.approx(row.rate, abs=1e-9)
                if not row.open
                else row.rate_expected > row.rate - 1e-9
            )

    def test_win_rate_and_share_of_all(self, bpi):
        assert value(bpi, "win_rate") == pytest.approx(0.1770, abs=5e-5)
        assert value(bpi, "conversion_rate") == pytest.approx(0.1716, abs=5e-5)

    def test_dwell(self, bpi):
        (times,) = dwell(bpi)
        published = [0.0005, 0.2953, 0.0022, 10.9618, 4.0720]
        assert [row.median_days for row in times.stages] == pytest.approx(published, abs=5e-5)
        closed = [0.101, 2.826, 0.033, 14.343, 5.215]
        assert [row.mean_closed_days for row in times.stages] == pytest.approx(closed, abs=5.1e-4)
        assert [row.n_open for row in times.stages] == [0, 69, 3, 231, 96]

    def test_dwell_by_stay(self, bpi):
        (times,) = dwell(bpi, "visit")
        assert times.stages[3].median_days == pytest.approx(10.574, abs=5e-4)
        assert times.stages[4].median_days == pytest.approx(3.873, abs=5e-4)
        assert times.stages[3].n > 5015

    def test_days_from_submitting_to_approval(self, bpi):
        assert value(bpi, "sales_cycle") == pytest.approx(14.437, abs=5e-4)
        assert value(bpi, "sales_cycle_mean") == pytest.approx(16.659, abs=5e-4)

    def test_months(self, bpi):
        came = measure(["inquiries"], asked(bpi, by=["month"]))
        assert [each.value for each in came] == [1, 2392, 2944, 2118, 2748, 2884]
        approved = measure(["won"], asked(bpi, by=["month"]))
        assert [each.value for each in approved] == [227, 497, 406, 400, 496, 220]
        shares = measure(["conversion_rate"], asked(bpi, by=["month"]))[1:]
        assert [each.value for each in shares] == pytest.approx([0.2086, 0.1562, 0.1775, 0.1772, 0.1467], abs=5e-5)

    @pytest.mark.parametrize(("days", "share"), [(7, 0.0096), (14, 0.0830), (30, 0.1603), (60, 0.1771)])
    def test_won_within_a_window_of_those_watched_so_long(self, bpi, days, share):
        won = stage_ratios(bpi, days).rows[-1]
        assert won.reached / won.of == pytest.approx(share, abs=3e-4)


class TestOlist:
    def test_conversion(self, olist):
        (row,) = conversion(olist)
        assert (row.entered, row.reached, row.undecided) == (8000, 842, 7158)
        assert row.rate == pytest.approx(0.10525)

    def test_where_no_loss_is_written_down_nothing_is_expected(self, olist):
        (row,) = conversion(olist)
        assert row.rate_expected is None
        assert (row.low, row.high) == (pytest.approx(0.1165, abs=5e-5), 1)

    def test_time_to_winning_without_the_impossible_one(self, olist):
        (cycle,) = measure(["sales_cycle"], olist)
        assert (cycle.value, cycle.n, cycle.beside["left_out"]) == (14, 841, 1)
        (mean,) = measure(["sales_cycle_mean"], olist)
        assert mean.value == pytest.approx((48.441 * 842 + 2) / 841, abs=1e-3)

    @pytest.mark.parametrize(("days", "share"), [(7, 0.0355), (14, 0.0535), (30, 0.0694), (60, 0.0809), (90, 0.0865)])
    def test_won_within_a_window(self, olist, days, share):
        won = stage_ratios(olist, days).rows[-1]
        assert (won.stage, won.of) == ("Won", 8000)
        assert won.reached / won.of == pytest.approx(share, abs=6e-5)
        (row,) = conversion(olist, window_days=days)
        assert row.rate == pytest.approx(share, abs=6e-5)
        assert row.rate_expected == pytest.approx(share, abs=6e-5)

    def test_ratios_of_all(self, olist):
        ratios = stage_ratios(olist, None)
        assert [(row.stage, row.reached, row.of) for row in ratios.rows] == [("Won", 842, 8000)]
        assert default_window(olist) == 162

    def test_sources(self, olist):
        rates = {f.by["source"]: f for f in measure(["conversion_rate"], asked(olist, by=["source"]))}
        assert (rates["organic_search"].n, rates["organic_search"].beside["reached"]) == (2296, 271)
        assert rates["unknown"].value == pytest.approx(0.1629, abs=5e-5)
        assert (rates[None].n, rates[None].beside["reached"]) == (60, 14)
        assert list(rates)[-1] is None

    def test_months(self, olist):
        came = measure(["inquiries"], asked(olist, by=["month"]))
        assert [each.value for each in came] == [4, 239, 386, 312, 416, 445, 200, 1141, 1028, 1174, 1352, 1303]
        won = measure(["won"], asked(olist, by=["month"]))
        assert [each.value for each in won] == [3, 73, 113, 147, 207, 122, 57, 37, 33, 23, 21, 6]
