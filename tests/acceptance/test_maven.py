"""The published figures of a business-to-business pipeline with two dates a deal, and of its Hebrew twins."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.shared

MAPS = Path(__file__).parent / "maps"


def test_every_row_is_accounted_for(maven):
    (file,) = maven.report["files"]
    assert (file["rows_in"], file["loaded"], file["rejected"], file["skipped"]) == (8800, 8800, 0, 0)
    assert maven.report["as_of"] == "2017-12-31"


def test_inquiries(maven):
    assert maven.figure("inquiries")["value"] == 8800
    assert maven.figure("inquiries_undated")["value"] == 500


def test_win_rate(maven):
    rate = maven.figure("win_rate")
    assert rate["value"] == pytest.approx(4238 / 6711, abs=1e-12)
    assert rate["n"] == 6711
    assert rate["low"] < rate["value"] < rate["high"]
    assert rate["level"] == 0.95


def test_money(maven):
    value = maven.figure("won_value")
    assert value["value"] == 10_005_534
    assert value["unit"] is None
    assert value["low"] is None
    assert maven.figure("deal_value_mean")["value"] == pytest.approx(2360.909, abs=5e-4)
    assert maven.figure("deal_value_median")["value"] == 1117


def test_values_that_the_file_cannot_tell(maven):
    """Lost deals carry 0 and open ones nothing: a rate by value or an open value would be a lie."""
    assert maven.figure("win_rate_value")["value"] is None
    assert maven.figure("open_value")["value"] is None


@pytest.mark.parametrize(
    ("measure", "value"),
    [("days_to_close", 45), ("days_to_close_mean", 47.985), ("sales_cycle", 57), ("sales_cycle_mean", 51.782)],
)
def test_days(maven, measure, value):
    assert maven.figure(measure)["value"] == pytest.approx(value, abs=5e-4)


def test_funnel(maven):
    prospecting, engaging = maven("funnel")["stages"]
    counts = ("entered", "advanced", "lost", "open")
    assert [prospecting[name] for name in counts] == [8800, 8300, 0, 500]
    assert [engaging[name] for name in counts] == [8300, 4238, 2473, 1589]


def test_dwell(maven):
    prospecting, engaging = maven("dwell")["stages"]
    assert (prospecting["n"], prospecting["median_days"]) == (0, None)
    assert (engaging["median_days"], engaging["low"], engaging["high"]) == (69, 67, 70)
    assert (engaging["q25_days"], engaging["q75_days"]) == (10, 107)
    assert (engaging["n"], engaging["n_open"]) == (8300, 1589)
    assert engaging["mean_closed_days"] == pytest.approx(47.985, abs=5e-4)
    assert engaging["mean_days"] > engaging["mean_closed_days"]


def test_stalled_and_stuck(maven):
    assert maven.figure("stalled")["value"] == 1291
    assert maven.figure("stuck")["value"] == 1364


def test_by_close_month(maven):
    rows = maven("measure", "win_rate", "--by", "month")["measures"]
    rates = [round(row["value"], 4) for row in sorted(rows, key=lambda row: row["by"]["month"])]
    assert rates == [0.8207, 0.4863, 0.5441, 0.8284, 0.4912, 0.5682, 0.7921, 0.4929, 0.5286, 0.7849]


def test_by_quarter(maven):
    quarters = [maven.figure("won_value", "--period", f"2017-Q{number}")["value"] for number in (1, 2, 3, 4)]
    assert quarters == [1_134_672, 3_086_111, 2_982_255, 2_802_496]


def test_by_person(maven):
    rows = {row["by"]["rep"]: row for row in maven("measure", "win_rate", "--by", "rep")["measures"]}
    assert len(rows) == 30
    assert (rows["Darcel Schlecht"]["n"], rows["Hayden Neloms"]["n"]) == (553, 152)
    assert rows["Hayden Neloms"]["value"] == pytest.approx(107 / 152)
    assert sum(row["n"] for row in rows.values()) == 6711


def test_by_product_a_custom_or_named_column(maven):
    rows = {row["by"]["product"]: row["value"] for row in maven("measure", "win_rate", "--by", "product")["measures"]}
    assert rows["MG Special"] == pytest.approx(0.6484, abs=5e-5)
    assert rows["GTK 500"] == pytest.approx(0.6)


def test_plan_needs_80_closed_deals_for_50_wins(maven):
    needed = maven("plan", "--target", "50", "--ratios", "all")["needed"]
    assert needed[0]["stage"] == "inquiries"
    assert needed[-1]["count"] == 50


def test_the_same_file_twice_changes_nothing(maven, shared):
    before = maven("measure", "won_value", "inquiries", "stuck")
    again = maven("import", str(shared / "maven_crm/sales_pipeline.csv"), "--as-of", "2017-12-31", "--yes",
                  "--map", str(MAPS / "maven.yaml"))  # fmt: skip
    (file,) = again["files"]
    assert file["rows_in"] == file["loaded"] + file["rejected"] + file["skipped"]
    assert file["skipped"] == 8800
    assert maven("measure", "won_value", "inquiries", "stuck") == before


@pytest.mark.parametrize("name", ["hizdamnuyot_windows1255.csv", "hizdamnuyot_rtl.xlsx"])
def test_the_hebrew_twins_give_the_same_figures(maven, shared, tmp_path, name):
    """Headers, dates, encoding and amounts are decided by the data; the stages by the words."""
    yaad = type(maven)(tmp_path / "ספר #1 [2017]")
    report = yaad("import", str(shared / "maven_crm_hebrew" / name), "--as-of", "2017-12-31", "--yes")
    assert report["files"][0]["loaded"] == 8800
    ids = ["inquiries", "inquiries_undated", "win_rate", "days_to_close", "days_to_close_mean", "sales_cycle",
           "sales_cycle_mean", "stalled", "stuck", "won_value", "deal_value_mean", "deal_value_median"]  # fmt: skip
    strip = ("unit",)
    ours, theirs = (
        [{key: value for key, value in row.items() if key not in strip} for row in book("measure", *ids)["measures"]]
        for book in (yaad, maven)
    )
    assert ours == theirs

    def numbers(book, verb):
        return [{key: value for key, value in row.items() if key != "stage"} for row in book(verb)["stages"]]

    assert numbers(yaad, "funnel") == numbers(maven, "funnel")
    assert numbers(yaad, "dwell") == numbers(maven, "dwell")
    assert yaad.figure("won_value")["unit"] == "ILS"


def test_both_engines_give_the_same_funnel_and_times(maven):
    """Sail runs the same expressions on the same files."""
    pytest.importorskip("pysail")
    for verb in ("funnel", "dwell"):
        duck, sail = maven(verb)["stages"], maven(verb, "--engine", "sail")["stages"]
        for ours, theirs in zip(duck, sail, strict=True):
            assert ours.keys() == theirs.keys()
            for key, value in ours.items():
                expected = pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
                assert theirs[key] == expected, (verb, key)


def test_the_win_chance_of_a_single_deal_is_withheld(maven):
    """Nothing in these columns tells who closes; the amount does, since only decided deals have one."""
    told = maven("chances")
    assert (told["method"], told["expected"]) == (None, None)
    assert told["withheld"].startswith("We tried it on your own past")
    assert told["decided"] == 6711
    assert {deal["chance"] for deal in told["deals"]} == {None}
    assert [(row["field"], row["why"].split(":")[1].strip()[:17]) for row in told["refused"]] == [
        ("amount", "is filled in only")
    ]
    assert {row["method"] for row in told["scores"]} == {"stage_age", "hazards", "trees", "base_rate"}
    shares = {row["stage"]: row for row in told["stages"]}
    assert shares["Engaging"]["low"] < 4238 / 6711 < shares["Engaging"]["high"]
