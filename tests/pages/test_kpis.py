"""The scorecard in a browser: its figures counted by hand, the same as data, and drilled down to the deals."""

import csv
import io
import json
import re

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser

SCRIPTS_OFF = {"js": False, "lang": "he"}


@pytest.fixture
def august(company):
    """What August held, counted from the rows: inquiries, and what was decided in it."""
    rows = company.rows()
    decided = [row for row in rows if row["closed"].startswith("2026-08")]
    return {
        "inquiries": [row for row in rows if row[company.STAGES[0]].startswith("2026-08")],
        "won": [row for row in decided if row["outcome"] == "נסגר"],
        "win_rate": decided,
    }


def shown(page, measure):
    return page.locator(f"#kpi-{measure} .kv b").inner_text()


def test_the_scorecard_says_what_was_counted(visit, full, august):
    page = visit(full, "/kpis/?period=2026-08", **SCRIPTS_OFF)
    assert shown(page, "inquiries") == str(len(august["inquiries"]))
    assert shown(page, "won") == str(len(august["won"]))
    request = page.context.request
    told = json.loads(request.get(full.base + "/kpis.json?period=2026-08").text())
    values = {row["id"]: row["value"] for row in told["kpis"]}
    assert (values["inquiries"], values["won"]) == (len(august["inquiries"]), len(august["won"]))
    assert values["win_rate"] == pytest.approx(len(august["won"]) / len(august["win_rate"]))
    rows = list(
        csv.DictReader(io.StringIO(request.get(full.base + "/kpis.csv?period=2026-08").text().lstrip("\ufeff")))
    )
    assert len(rows) == len(told["kpis"])
    assert next(iter(rows[0].values())) == page.locator(".kn a").first.inner_text()
    assert page.locator("svg.spark").count() > 0
    page.seen.check()


def test_each_change_is_said_in_words(visit, full):
    page = visit(full, "/kpis/?period=2026-08", lang="en")
    for chip in page.locator(".kc .chip").all():
        assert re.search(r"[a-z]{3}", chip.inner_text()), chip.inner_text()


def test_time_runs_from_left_to_right_in_both_languages(visit, full):
    lines = {}
    for lang in ("he", "en"):
        page = visit(full, "/kpis/inquiries/?period=2026-08", lang=lang)
        lines[lang] = page.locator("svg.spark polyline").get_attribute("points")
        months = page.locator("section[aria-labelledby=h-series] tbody th").all_inner_texts()
        assert months == sorted(months)
        assert months[-1] == "2026-08"
    assert lines["he"] == lines["en"]
    places = [float(point.split(",")[0]) for point in lines["en"].split()]
    assert places == sorted(places)


def test_a_figure_leads_to_the_deals_it_rests_on(visit, full, august):
    page = visit(full, "/kpis/won/?period=2026-08&by=owner", **SCRIPTS_OFF)
    rows = page.locator("section[aria-labelledby=h-won] tbody tr")
    counted = {}
    for place in range(rows.count()):
        counted[rows.nth(place).locator("th").inner_text()] = int(rows.nth(place).locator("td").first.inner_text())
    assert sum(counted.values()) == len(august["won"])
    first = rows.first.locator("th").inner_text()
    with page.expect_navigation():
        rows.first.locator("td a").click()
    assert "/kpis/won/deals/" in page.url
    names = page.locator("section[aria-labelledby=h-rows] tbody tr")
    by_hand = {row["id"] for row in august["won"] if row["rep"] == first}
    assert names.count() == counted[first] == len(by_hand)
    assert {name for row in names.all_inner_texts() for name in re.findall(r"D-\d{4}", row)} == by_hand
    page.seen.check()


def test_rows_come_page_by_page(visit, full, company):
    page = visit(full, "/kpis/inquiries/deals/", **SCRIPTS_OFF)
    seen = set()
    while True:
        seen |= set(re.findall(r"D-\d{4}", page.locator("section[aria-labelledby=h-rows] tbody").inner_text()))
        if not page.locator("a[rel=next]").count():
            break
        press(page, "a[rel=next]")
    assert seen == {row["id"] for row in company.rows()}
    told = page.context.request.get(full.base + "/kpis/inquiries/deals.json").text()
    assert len(json.loads(told)["rows"]) == len(seen)


def test_a_measure_is_looked_for_by_its_name(visit, full):
    page = visit(full, "/kpis/", **SCRIPTS_OFF)
    page.fill("input[name=q]", "סגירות")
    press(page, ".ksearch button")
    names = page.locator(".kn a").all_inner_texts()
    assert "סגירות" in names
    assert "פניות" not in names
    page.fill("input[name=q]", "אין דבר כזה")
    press(page, ".ksearch button")
    assert page.locator(".empty").is_visible()


@pytest.mark.parametrize(
    "address", ["/kpis/nothing/", "/kpis/won/deals/?page=0", "/kpis/?by=nothing", "/kpis/?period=x"]
)
def test_what_is_not_there_is_said(visit, full, address):
    page = visit(full, address, lang="en")
    assert page.status in (400, 404)
    assert page.locator("h1").inner_text().strip()


def test_an_empty_book_leads_to_its_files(visit, empty):
    assert visit(empty, "/kpis/").url.endswith("/files/")
