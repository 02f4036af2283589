"""The pages of plans and levers: open deals credited, the narrow step first, what pays within the period."""

import json

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def data(visit, full):
    """``data(address)``: the same figures as JSON."""

    def read(address):
        page = visit(full, address, lang="en")
        assert page.status == 200
        return json.loads(page.inner_text("pre") if page.locator("pre").count() else page.inner_text("body"))

    return read


def test_the_open_deals_are_credited_on_the_page_as_in_its_data(visit, full, data):
    found = data("/plan.json?target=20&period=2027-01")
    page = visit(full, "/plan/?target=20&period=2027-01", lang="en")
    said = page.locator(".credit").inner_text()
    assert (
        f"The {found['period']['open']} open deals should bring {round(found['period']['from_open'])} customer" in said
    )
    assert page.input_value("select[name=period]") == "2027-01"
    assert page.locator(".mile li .by").count() == len(found["needed"])
    page.seen.check()


def test_the_narrow_step_stands_before_the_inquiries(visit, full):
    page = visit(full, "/plan/?target=20&period=2027-01&room2=3", lang="en")
    assert "bottleneck" in page.locator(".tight").inner_text().lower()
    before, after = (page.locator(part).bounding_box()["y"] for part in (".tight", "#answer .huge"))
    assert before < after
    assert visit(full, "/plan/?target=20&period=2027-01", lang="en").locator(".tight").count() == 0


def test_a_limit_that_is_no_number_and_a_period_that_is_over_are_said(visit, full):
    for form in ("room1=many", "period=2020-01", "faster=200&inquiries=5", "days=0", "sale=much", "cost.Google=free"):
        page = visit(full, f"/plan/?target=5&{form}", lang="he")
        assert page.status == 400, form
        assert page.locator("[role=alert]").is_visible()


MOVED = "target=20&period=2027-01&come=150&sale=200&days=50"


def test_what_was_moved_is_told_in_money_as_in_the_data(visit, full, data):
    """Without a script: the sliders are fields of a form that is sent."""
    told = data(f"/plan.json?{MOVED}")["changes"]
    assert [row["what"] for row in told["changes"]] == ["inquiries", "size", "speed"]
    assert told["changes"][1]["money"] == pytest.approx(told["money"]), "twice the size is twice the money"
    assert told["together"]["money"] > max(row["money"] for row in told["changes"])
    page = visit(full, f"/plan/?{MOVED}", lang="en", js=False)
    rows = page.locator("section[aria-labelledby=h-changes] .levs li")
    assert rows.count() == 4
    for row, said in zip([*told["changes"], told["together"]], rows.all_inner_texts(), strict=True):
        assert said.count("+") >= 1, said
        assert row["low"] < row["money"] < row["high"] or row["low"] == row["high"]
    assert [page.input_value(f"#{name}") for name in ("come", "sale", "days")] == ["150", "200", "50"]


def test_a_slider_that_moves_tells_at_once(visit, full):
    page = visit(full, "/plan/?target=20&period=2027-01", lang="he")
    changes = page.locator("section[aria-labelledby=h-changes]")
    assert changes.locator(".levs").count() == 0
    page.locator("#sale").fill("120")
    page.wait_for_selector("section[aria-labelledby=h-changes] .levs li")
    assert "עסקה ממוצעת" in changes.inner_text()
    assert page.locator("output[for=sale]").inner_text() == "120%"
    page.seen.check()


def test_levers_stand_by_what_they_bring_within_the_period(visit, full, data):
    found = data("/levers.json")
    worth = [lever["within_money"] for lever in found["levers"]]
    assert worth == sorted(worth, reverse=True)
    page = visit(full, "/levers/", lang="he")
    assert page.locator(".levs li .do").count() > 0
    assert page.locator("nav a[aria-current=page]").first.inner_text() == "נקודות שיפור"
    page.seen.check()
    assert data("/leaks.json")["compared"] > 0
