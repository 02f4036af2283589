"""The pipeline as a board: a deal goes on by form, mouse and keyboard; a conflict is said; all is taken back."""

import json

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser


@pytest.fixture(params=["he", "en"])
def lang(request):
    return request.param


def told(page, worked):
    """Count of open deals as programs and other pages are told it."""
    found = json.loads(page.context.request.get(f"{worked.base}/kpis.json", timeout=120_000).text())
    return next(row["value"] for row in found["kpis"] if row["id"] == "open")


def lanes(page):
    """Stage → ids of the cards in its column."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".lane")].map(
             lane => [lane.dataset.stage, [...lane.querySelectorAll(".deal")].map(one => one.dataset.deal)]))"""
    )


def first(page):
    """A stage with a deal that has one behind it, the first deal in it, and that next stage."""
    found = lanes(page)
    names = [name for name in found if name]
    at = next(place for place, name in enumerate(names[:-1]) if found[name])
    return names[at], found[names[at]][0], names[at + 1]


def card(page, deal):
    return page.locator(f'.deal[data-deal="{deal}"]')


def by_form(page, deal, stage):
    """Move a card by its own form; gives the answer."""
    card(page, deal).locator("select").select_option(stage)
    with page.expect_navigation() as answer:
        card(page, deal).locator(".mover button").click()
    return answer.value


def drag(page, deal, onward):
    """Drag a card by its name onto the head of a column, as a hand does."""
    name, head = card(page, deal).locator("b"), page.locator(f'.lane[data-stage="{onward}"] h2')
    head.scroll_into_view_if_needed()
    start, end = name.bounding_box(), head.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    with page.expect_navigation():
        page.mouse.up()


def undo(page):
    press(page, "#done .btn")


def test_a_deal_is_moved_by_its_form_without_scripts_and_taken_back(visit, worked, lang):
    page = visit(worked, "/pipeline/", lang=lang, js=False)
    stage, deal, onward = first(page)
    by_form(page, deal, onward)
    assert deal in lanes(page)[onward]
    assert onward in page.inner_text("#done")
    undo(page)
    assert deal in lanes(page)[stage]


def test_a_deal_is_dragged_and_moved_by_keys(visit, worked, lang):
    page = visit(worked, "/pipeline/", lang=lang)
    stage, deal, onward = first(page)
    drag(page, deal, onward)
    assert deal in lanes(page)[onward]
    undo(page)
    card(page, deal).focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowLeft" if lang == "he" else "Shift+ArrowRight")
    assert deal in lanes(page)[onward]
    undo(page)
    assert deal in lanes(page)[stage]


def test_arrows_go_from_deal_to_deal(visit, worked):
    page = visit(worked, "/pipeline/", lang="en")
    stage = next(name for name, deals in lanes(page).items() if len(deals) > 1)
    above, below = lanes(page)[stage][:2]
    card(page, above).focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.deal") == below


def test_who_saw_another_stage_is_told_and_nothing_is_overwritten(visit, worked, lang):
    page, other = visit(worked, "/pipeline/", lang=lang), visit(worked, "/pipeline/", lang=lang, js=False)
    _stage, deal, onward = first(page)
    by_form(page, deal, onward)
    back = [name for name in lanes(other) if name and name != onward][-1]
    assert by_form(other, deal, back).status == 409
    assert onward in other.inner_text(".say-error")
    assert deal in lanes(other)[onward]
    undo(page)


def test_a_deal_is_written_down_counts_and_goes_again(visit, worked, lang):
    page = visit(worked, "/pipeline/", lang=lang)
    before = told(page, worked)
    page.click(".newdeal summary")
    page.fill(".newdeal input[name=account]", "מטבחי אלון O'Neil")
    page.fill(".newdeal input[name=phone]", "050-123 4567")
    page.fill(".newdeal input[name=amount]", "12,500")
    page.fill(".newdeal input[name=next_step]", "להתקשר")
    press(page, ".newdeal .btn.p")
    assert "מטבחי אלון O'Neil" in page.inner_text("#done")
    assert told(page, worked) == before + 1
    page.goto(f"{worked.base}/pipeline/?q=0501234567")
    assert page.locator(".deal").count() == 1
    assert page.locator(".deal b").inner_text() == "מטבחי אלון O'Neil"
    page.go_back()
    undo(page)
    assert told(page, worked) == before


def test_a_deal_without_a_name_is_refused_with_what_was_typed(visit, worked):
    page = visit(worked, "/pipeline/", lang="en")
    page.click(".newdeal summary")
    page.fill(".newdeal input[name=amount]", "77")
    press(page, ".newdeal .btn.p")
    assert "customer or a phone" in page.inner_text(".say-error")
    assert page.input_value(".newdeal input[name=amount]") == "77"


def test_what_is_narrowed_stays_so_after_a_move(visit, worked):
    page = visit(worked, "/pipeline/?only=no_step", lang="en")
    assert page.locator(".strip [aria-current=true]").inner_text() == "No next step"
    stage, deal, onward = first(page)
    by_form(page, deal, onward)
    assert "only=no_step" in page.url
    undo(page)
    assert "only=no_step" in page.url
    assert deal in lanes(page)[stage]
    page.goto(f"{worked.base}/pipeline/?only=overdue")
    assert page.locator(".deal").count() == 0
    assert "show all" in page.inner_text(".empty")
    page.goto(f"{worked.base}/pipeline/?owner=Michal+A.")
    owners = {one.partition(" · ")[0] for one in page.locator(".deal > small").all_inner_texts()}
    assert owners == {"Michal A."}
