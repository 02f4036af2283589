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
