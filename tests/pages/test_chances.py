"""The open deals by their chance: the page says what its files say; where nothing tells deals apart it says that."""

import csv
import io
import json
from urllib.parse import urlencode

import numpy as np
import pytest
from tests.insight.companies import book_of, outcomes
from tests.pages.steps import press, settled

from yaad.demo import Group, Step, World, simulate

pytestmark = pytest.mark.browser

SCRIPTS_OFF = {"js": False, "lang": "en"}
NOTHING = World(days=250, inquiries_a_day=2, steps=(Step("Talk", 0.4, 20, 20),), sources=(Group("Web"), Group("Fair")))
"""One stage whose wins and losses take equally long: nothing tells who closes."""


@pytest.fixture
def still_open(company):
    """Rows of the file whose deals are open, by their id."""
    return {row["id"]: row for row in company.rows() if row["outcome"] in company.STAGES}


def told(page, served, query=""):
    return json.loads(page.context.request.get(f"{served.base}/chances.json{query}").text())


def names(page):
    return page.locator(".chs .tx b").all_inner_texts()


def test_the_page_says_what_its_files_say(visit, full, still_open):
    page = visit(full, "/chances/", **SCRIPTS_OFF)
    found = told(page, full)
    assert {deal["deal_id"] for deal in found["deals"]} == set(still_open)
    expected = sum(deal["chance"] for deal in found["deals"])
    assert found["expected"] == pytest.approx(expected)
    lead = page.locator(".lead").inner_text()
    assert f"{len(still_open)} open deals. About {round(expected)} of them" in lead
    assert names(page) == [deal["name"] for deal in found["deals"]]
    levels = page.locator(".chs .chip").all_inner_texts()
    assert levels == [f"{deal['level']} chance" for deal in found["deals"]]
    text = page.context.request.get(f"{full.base}/chances.csv").text().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Deal’s id"] for row in rows] == [deal["deal_id"] for deal in found["deals"]]
    assert [float(row["Chance in percent"]) for row in rows] == pytest.approx([d["chance"] for d in found["deals"]])
    assert page.context.request.get(f"{full.base}/chances.xlsx").ok
    page.seen.check()


def test_links_choose_deals_and_files_follow(visit, full, still_open):
    owner = "יואב כהן"
    page = visit(full, "/chances/", **SCRIPTS_OFF)
    press(page, f".filters a:has-text('{owner}')")
    mine = {number for number, row in still_open.items() if row["rep"] == owner}
    assert page.locator(".chs > li").count() == len(mine)
    press(page, ".sorts a:text-is('amount')")
    with_amount = told(page, full, page.url.partition("/chances/")[2])["deals"]
    assert {deal["deal_id"] for deal in with_amount} == mine
    amounts = [deal["amount"] for deal in with_amount]
    assert amounts == sorted(amounts, reverse=True)
    assert names(page) == [deal["name"] for deal in with_amount]
    assert (
        page.locator(".downloads a")
        .nth(1)
        .get_attribute("href")
        .endswith(f"?{urlencode({'owner': owner, 'sort': 'amount'})}")
    )
    page.fill("input[type=search]", with_amount[0]["name"])
    press(page, ".ksearch .btn")
    assert page.locator(".chs > li").count() == 1
    assert urlencode({"owner": owner}) in page.url
    nobody = visit(full, "/chances/?q=nobody-at-all", **SCRIPTS_OFF)
    assert nobody.locator(".empty").inner_text() == "No open deal fits this choice."
    assert visit(full, "/chances/?level=sure&sort=luck", **SCRIPTS_OFF).locator(".chs > li").count() == len(still_open)
    assert visit(full, "/chances/?page=none", **SCRIPTS_OFF).status == 400


def test_a_deal_says_its_percent_and_its_time_when_it_is_opened(visit, full):
    page = visit(full, "/chances/", **SCRIPTS_OFF)
    first = told(page, full)["deals"][0]
    facts = page.locator(".chs details").first.locator(".facts")
    assert not facts.is_visible()
    page.locator(".chs summary").first.click()
    said = facts.inner_text()
    assert f"{round(100 * first['chance'])}%" in said
    assert first["waiting"] in said
    assert first["deal_id"] in said
    for reason in first["reasons"].split("; "):
        assert reason in said


def test_how_right_that_was_is_said_in_words_and_the_scores_wait_behind(visit, full):
    page = visit(full, "/chances/", **SCRIPTS_OFF)
    found = told(page, full)
    said = page.locator("section[aria-labelledby=h-right] > .notes li").all_inner_texts()
    assert len(said) == len(found["kept"]) > 0
    for sentence, row in zip(said, found["kept"], strict=True):
        assert f"said of {row['n']} deal" in sentence
        assert f"{round(row['won'])} closed" in sentence
    scores = page.locator("section[aria-labelledby=h-right] table")
    assert not scores.is_visible()
    page.click("section[aria-labelledby=h-right] summary")
    assert scores.locator("tbody tr").count() == len(found["scores"])


def test_it_prints_without_its_controls(visit, full):
    page = visit(full, "/chances/", lang="he")
    page.emulate_media(media="print")
    assert page.locator(".chs .tx").first.is_visible()
    for control in (".ksearch", ".filters", ".sorts", ".downloads", ".rail"):
        assert not page.locator(control).first.is_visible(), control


def test_an_empty_book_leads_to_the_files(visit, empty):
    assert visit(empty, "/chances/", lang="he").url.endswith("/files/")


def test_where_nothing_tells_deals_apart_no_chance_is_told(visit, serve, tmp_path, axe):
    """The first visit waits for the job; then the page says why, the share from each stage, and what was left out."""
    history = simulate(NOTHING, seed=1)
    ends = outcomes(history)
    guess = np.random.default_rng(1).random(len(ends)) < 0.5
    signed = np.where(np.where(ends == "open", guess, ends == "won"), "signed", "not signed")
    book_of(tmp_path, history, {"contract": signed.tolist()}).close()
    with serve(tmp_path / "book") as served:
        page = visit(served, "/files/", lang="en")
        early = page.context.request.get(f"{served.base}/chances.json")
        assert (early.status, early.headers["retry-after"]) == (503, "5")
        assert "being computed" in early.json()["error"]
        page.goto(f"{served.base}/chances/")
        settled(page)
        assert axe(page) == []
        found = told(page, served)
        assert found["method"] is None
        assert found["withheld"] in page.locator(".lead").inner_text()
        (stage,) = found["stages"]
        shares = page.locator("section[aria-labelledby=h-instead] tbody tr")
        assert shares.count() == 1
        assert f"{100 * stage['rate']:.1f}".removesuffix(".0") in shares.inner_text()
        left_out = page.locator("section[aria-labelledby=h-left] li").all_inner_texts()
        assert [line.partition(":")[0] for line in left_out] == ["contract"]
        assert page.locator(".chs .chip").count() == 0
        assert page.locator(".chs > li").count() == min(25, int((ends == "open").sum()))
        page.context.add_cookies([{"name": "yaad_lang", "value": "he", "url": served.base}])
        page.goto(f"{served.base}/chances/")
        assert page.locator(".lead").inner_text().startswith("בינתיים אי אפשר לומר מה הסיכוי של כל עסקה")
        page.seen.check()
