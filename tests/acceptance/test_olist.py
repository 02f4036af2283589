"""The published figures of leads and wins in two files."""

import pytest

pytestmark = pytest.mark.shared


def test_each_file_counts_its_own_rows(olist):
    assert {file["name"]: (file["rows_in"], file["rejected"]) for file in olist.report["files"]} == {
        "olist_marketing_qualified_leads_dataset.csv": (8000, 0),
        "olist_closed_deals_dataset.csv": (842, 0),
    }
    for file in olist.report["files"]:
        assert file["rows_in"] == file["loaded"] + file["rejected"] + file["skipped"]


def test_conversion(olist):
    (stage,) = olist("funnel")["stages"]
    assert (stage["entered"], stage["advanced"], stage["lost"], stage["open"]) == (8000, 842, 0, 7158)
    assert stage["rate"] == pytest.approx(0.10525)


def test_by_source(olist):
    groups = olist("funnel", "--by", "source")["groups"]
    counts = {
        group["by"]["source"]: (group["stages"][0]["entered"], group["stages"][0]["advanced"]) for group in groups
    }
    assert counts["organic_search"] == (2296, 271)
    assert counts["social"] == (1350, 75)
    assert counts[None] == (60, 14)
    assert sum(entered for entered, _ in counts.values()) == 8000


def test_days_to_win(olist):
    assert olist.figure("sales_cycle")["value"] == 14
    # one win is dated two days before its lead: kept, flagged, and left out of times
    assert olist.figure("sales_cycle_mean")["n"] == 841


def test_plan(olist):
    everything = olist("plan", "--target", "50", "--ratios", "all")
    assert everything["needed"][0] == {"stage": "inquiries", "count": 476} | everything["needed"][0]
    mature = olist("plan", "--target", "50", "--window", "90")
    assert mature["needed"][0]["count"] == 579
    assert set(mature["chance"]) == {"0.5", "0.8", "0.9"}


def test_what_if(olist):
    result = olist("whatif", "--inquiries", "120", "--ratios", "all")
    assert result["needed"][-1]["count"] == pytest.approx(12.63, abs=0.4)
