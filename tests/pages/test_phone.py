"""A phone in the hand: what is tapped is large enough, deals stand before what narrows them, the menu is in groups."""

import pytest

pytestmark = pytest.mark.browser
SMALL = """() => [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
  .filter((one) => one.checkVisibility() && one.getClientRects().length && !one.matches('.pick'))
  .map((one) => [Math.round(one.getBoundingClientRect().height), one.outerHTML.slice(0, 90)])
  .filter(([height]) => height > 1 && height < 44)"""
PAGES = ("/my-day/?owner=Michal%20A.", "/pipeline/", "/measured/", "/inquiries/", "/forecast/")


@pytest.mark.parametrize("path", PAGES)
def test_whatever_is_tapped_is_large_enough(visit, full, path):
    page = visit(full, path, lang="he")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(SMALL) == []


def test_files_are_taken_from_the_first_page_with_a_finger(visit, full):
    page = visit(full, "/", lang="en")
    page.set_viewport_size({"width": 390, "height": 844})
    links = [one.bounding_box()["height"] for one in page.locator("main .downloads a").all()]
    assert len(links) >= 3
    assert min(links) >= 44


def test_deals_stand_before_what_narrows_them_and_the_address_keeps_it(visit, full):
    page = visit(full, "/pipeline/", lang="en")
    page.set_viewport_size({"width": 390, "height": 844})
    search = page.locator("details.narrow input[name=q]")
    assert search.is_hidden()
    assert page.locator(".lane").first.bounding_box()["y"] < 844
    page.click("details.narrow > summary")
    search.fill("no such deal anywhere")
    search.press("Enter")
    page.wait_for_url("**/pipeline/?*q=no+such+deal*")
    assert search.is_visible(), "what finds nothing stays open"
    assert page.locator("details.narrow > summary .chip").inner_text() == "no such deal anywhere"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{full.base}/pipeline/")
    assert search.is_visible(), "a desk has room for it"
    assert page.locator("details.narrow > summary").is_hidden()


def test_a_book_of_one_s_own_has_five_tabs_and_a_menu_in_groups(visit, full):
    page = visit(full, "/my-day/?owner=Michal%20A.", lang="en")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".tabbar a").all_inner_texts() == ["Today", "Deals", "Inquiry", "Target", "Team"]
    page.click(".menu summary")
    assert page.locator(".menu h2").all_inner_texts() == ["Goals & forecast", "Manage"]
    box = page.locator(".menu .more-in").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.get_attribute(".tabbar a:last-child", "href") == "/kpis/?by=owner"
    told = page.request.get(f"{full.base}/my-day.txt?owner=Michal%20A.")
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.text().startswith("Good morning, Michal A. · ")
