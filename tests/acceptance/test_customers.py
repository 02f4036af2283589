"""The published figures of orders and contracts, imported as a user would and asked of the catalogue."""

import pytest

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def cdnow(imported):
    return imported("cdnow", "cdnow/cdnow_transactions.csv")


@pytest.fixture(scope="module")
def telco(imported):
    return imported("telco", "telco_churn/Telco-Customer-Churn.csv")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("orders", 6696),
        ("revenue", 244_091.94),
        ("active_customers", 2357),
        ("aov", 36.4534),
        ("orders_per_customer", 2.8409),
        ("repeat_rate", 0.48324),
        ("days_between_orders", 34),
        ("top_customers_share", 0.50807),
    ],
)
def test_orders(cdnow, name, value):
    assert cdnow.figure(name)["value"] == pytest.approx(value, rel=5e-5)


def test_the_mean_time_between_orders_stands_beside(cdnow):
    assert cdnow.figure("days_between_orders")["beside"]["mean_days"] == pytest.approx(70.861, abs=0.001)


def test_value_over_time_is_told_with_its_range(cdnow):
    figure = cdnow.figure("clv")
    assert figure["low"] < figure["value"] < figure["high"]
    assert figure["unit"] == "USD"


def test_contracts(telco):
    (file,) = telco.report["files"]
    assert (file["rows_in"], file["loaded"], file["rejected"]) == (7043, 7043, 0)
    churn, tenure = telco.figure("churn_rate"), telco.figure("tenure")
    assert churn["value"] == pytest.approx(0.26537, abs=5e-6)
    assert tenure["value"] == pytest.approx(54.492, abs=0.001)
    stay = [tenure["beside"][f"stay_{months}"] for months in (12, 24, 48, 72)]
    assert stay == pytest.approx([0.8432, 0.7887, 0.7088, 0.5928], abs=5e-5)
    assert tenure["beside"]["mean_so_far"] == pytest.approx(32.37, abs=0.005)  # beside, never alone


def test_the_customers_of_cdnow_in_one_picture(cdnow):
    found = cdnow("customers", "--all")
    assert sum(state["customers"] for state in found["states"].values()) == 2357 == found["list_of"]
    assert found["states"]["once"]["customers"] == round((1 - 0.48324) * 2357)
    assert found["figures"]["clv"]["value"] == pytest.approx(cdnow.figure("clv")["value"])
    assert sum(row["n"] for row in found["cohorts"]["rows"]) == 2357
    assert [row["came"] for row in found["cohorts"]["rows"]] == ["1997-01", "1997-02", "1997-03"]
    # of 10 who are said to have stopped about so many have: none of those named is more likely alive than not
    named = [row for row in found["list"] if row["state"] == "stopped"]
    assert max(row["still_buying"] for row in named) < 0.3
    assert found["really_stopped"] == pytest.approx(1 - sum(row["still_buying"] for row in named) / len(named))


def test_who_is_named_by_september_buys_little_until_june(imported):
    """Of nine months nothing was shown: of those said to have stopped few buy again, of those who stay most do."""
    import csv
    from pathlib import Path

    yaad = imported("cdnow", "cdnow/cdnow_transactions.csv", book="september")
    found = yaad("customers", "--all", "--as-of", "1997-09-30")
    file = next(Path(yaad.book).joinpath("originals").iterdir())
    with file.open(encoding="utf-8") as lines:
        bought = {row["Id"] for row in csv.DictReader(lines) if row["Date"] > "1997-09-30"}

    def again(state):
        names = [row["customer"] for row in found["list"] if row["state"] == state]
        return len(bought.intersection(names)) / len(names)

    assert again("stopped") <= 0.3
    assert again("stays") >= 0.6
    assert again("stopped") < again("due") < again("stays")


def test_the_customers_of_telco_stay_as_published(telco):
    found = telco("customers", "--cohorts", "--every", "year")
    whole = found["whole"]
    assert whole["n"] == 7043
    assert found["by_contract"]
    told = [whole["shares"][years - 1]["share"] for years in (1, 2, 4, 6)]
    assert told == pytest.approx([0.8432, 0.7887, 0.7088, 0.5928], abs=5e-5)
    assert sum(row["n"] for row in found["rows"]) == 7043
    states = telco("customers", "--stopped")["states"]
    assert states["stopped"]["customers"] == 1869 == round(0.26537 * 7043)
