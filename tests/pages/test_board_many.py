"""Several deals of the board at a time: each is done or told why not, and all of it is taken back at once."""

import pytest
from tests.pages.steps import press
from tests.pages.test_pipeline import by_form, first, lanes, undo

pytestmark = pytest.mark.browser


def pick(page, *deals):
    for deal in deals:
        page.check(f'.deal[data-deal="{deal}"] .pick')


def some(page, n=3):
    """A stage with some deals, and that many of them; and the stage behind it."""
    found = lanes(page)
    names = [name for name in found if name]
    at = next(place for place, name in enumerate(names[:-1]) if len(found[name]) >= n)
    return names[at], found[names[at]][:n], names[at + 1]


@pytest.mark.parametrize(("lang", "js"), [("he", False), ("en", True)])
def test_several_are_moved_and_all_taken_back(visit, worked, lang, js):
    page = visit(worked, "/pipeline/", lang=lang, js=js)
    stage, deals, onward = some(page)
    pick(page, *deals)
    page.select_option("#many select[name=stage]", onward)
    press(page, "#many button[value=move]")
    assert set(deals) <= set(lanes(page)[onward])
    assert page.locator("#many-not").count() == 0
    press(page, "#many-done .btn")
    assert set(deals) <= set(lanes(page)[stage])
    assert page.locator("#many-done .btn").count() == 0


def test_what_was_moved_meanwhile_is_said_and_the_others_go(visit, worked):
    page, other = visit(worked, "/pipeline/", lang="en", js=False), visit(worked, "/pipeline/", lang="en", js=False)
    stage, deals, onward = some(page)
    elsewhere = [name for name in lanes(page) if name and name not in (stage, onward)][-1]
    pick(page, *deals)
    by_form(other, deals[0], elsewhere)
    page.select_option("#many select[name=stage]", onward)
    press(page, "#many button[value=move]")
    assert page.locator("#many-not li").count() == 1
    assert elsewhere in page.inner_text("#many-not li")
    now = lanes(page)
    assert deals[0] in now[elsewhere]
    assert set(deals[1:]) <= set(now[onward])
    press(page, "#many-done .btn")
    undo(other)
    page.goto(f"{worked.base}/pipeline/")
    assert set(deals) <= set(lanes(page)[stage])


def test_a_day_is_set_for_a_row_of_deals_and_a_loss_asks_why(visit, worked):
    page = visit(worked, "/pipeline/", lang="en")
    stage, deals, _onward = some(page)
    page.click(f'.deal[data-deal="{deals[0]}"] .pick')
    page.click(f'.deal[data-deal="{deals[2]}"] .pick', modifiers=["Shift"])
    assert page.inner_text("[data-picked]") == "3"
    page.fill("#many input[name=next_step_day]", "2099-03-05")
    press(page, "#many button[value=step]")
    assert "3 deals were changed" in page.inner_text("#many-done")
    press(page, "#many-done .btn")
    pick(page, *deals[:2])
    press(page, "#many button[value=lose]")
    assert page.inner_text("#many-not").count("why it was lost") == 2
    pick(page, *deals[:2])
    page.fill("#many input[name=reason]", "price")
    press(page, "#many button[value=lose]")
    assert not set(deals[:2]) & {one for cards in lanes(page).values() for one in cards}
    press(page, "#many-done .btn")
    assert set(deals[:2]) <= set(lanes(page)[stage])


def test_nothing_picked_is_said(visit, worked):
    page = visit(worked, "/pipeline/", lang="en")
    press(page, "#many button[value=move]")
    assert "tick the box" in page.inner_text(".say-error")


@pytest.mark.parametrize("lang", ["he", "en"])
def test_to_the_end_a_card_is_taken_by_keys_and_asked_why(visit, worked, lang):
    page = visit(worked, "/pipeline/", lang=lang)
    name = [name for name in lanes(page) if name and lanes(page)[name]][-1]
    deal = lanes(page)[name][0]
    ends = page.evaluate("[...document.querySelectorAll('.lane-end')].map(one => one.dataset.stage)")
    form = f'.deal[data-deal="{deal}"] .mover'
    page.select_option(f"{form} select", ends[0])
    with page.expect_navigation():
        page.click(f"{form} button")
    assert "/deal/close/" in page.url
    assert page.locator("form.dclose input[name=to]").get_attribute("value") == ends[0]
    page.goto(f"{worked.base}/pipeline/")
    assert deal in lanes(page)[name]
    assert first(page)
