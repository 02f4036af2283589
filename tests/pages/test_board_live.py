"""Two people on one board: what one does the other sees without a reload, and nothing under their hands is lost."""

import pytest
from tests.pages.test_pipeline import by_form, card, first, lanes, undo

pytestmark = pytest.mark.browser


def here(page, deal, stage):
    """Wait until a card stands in a column."""
    page.wait_for_selector(f'.lane[data-stage="{stage}"] .deal[data-deal="{deal}"]', timeout=60_000)


@pytest.mark.parametrize("lang", ["he", "en"])
def test_a_move_of_one_is_seen_by_the_other_without_a_reload(visit, worked, lang):
    page, other = visit(worked, "/pipeline/", lang=lang), visit(worked, "/pipeline/", lang=lang)
    other.evaluate("window.same = true")
    stage, deal, onward = first(page)
    by_form(page, deal, onward)
    here(other, deal, onward)
    undo(page)
    here(other, deal, stage)
    assert other.evaluate("window.same")


def test_a_search_that_is_being_typed_and_the_card_with_the_focus_stay(visit, worked):
    page, other = visit(worked, "/pipeline/", lang="en"), visit(worked, "/pipeline/", lang="en")
    stage, deal, onward = first(page)
    kept = next(one for name, deals in lanes(other).items() for one in deals if one != deal)
    other.fill(".bsearch input[name=q]", "half a wo")
    card(other, kept).focus()
    by_form(page, deal, onward)
    here(other, deal, onward)
    assert other.input_value(".bsearch input[name=q]") == "half a wo"
    assert other.evaluate("document.activeElement.dataset.deal") == kept
    undo(page)
    here(other, deal, stage)


def test_who_has_a_choice_open_keeps_it_and_is_told_of_the_conflict(visit, worked):
    page, other = visit(worked, "/pipeline/", lang="en"), visit(worked, "/pipeline/", lang="en")
    stage, deal, onward = first(page)
    back = [name for name in lanes(other) if name and name not in (stage, onward)][-1]
    chosen = card(other, deal).locator("select")
    chosen.focus()
    chosen.select_option(back)
    by_form(page, deal, onward)
    other.wait_for_timeout(3000)  # longer than a stream takes to tell
    assert deal in lanes(other)[stage]
    assert chosen.input_value() == back
    with other.expect_navigation() as answer:
        chosen.evaluate("one => one.form.requestSubmit()")
    assert answer.value.status == 409
    assert onward in other.inner_text(".say-error")
    undo(page)


def test_a_choice_that_is_made_and_not_sent_stays(visit, worked):
    page, other = visit(worked, "/pipeline/", lang="en"), visit(worked, "/pipeline/", lang="en")
    stage, deal, onward = first(page)
    kept, back = next((one, name) for name, deals in lanes(other).items() for one in deals if one != deal)
    chosen = card(other, kept).locator("select")
    other_stage = next(one for one in chosen.locator("option").all_inner_texts() if one != back)
    chosen.select_option(other_stage)
    other.evaluate("document.activeElement.blur()")
    by_form(page, deal, onward)
    other.wait_for_timeout(3000)  # longer than a stream takes to tell
    assert deal in lanes(other)[stage]
    assert chosen.input_value() == other_stage
    chosen.select_option(back)
    other.evaluate("document.activeElement.blur()")
    here(other, deal, onward)
    undo(page)


def test_while_the_columns_cannot_be_had_they_are_asked_for_now_and_then(visit, worked):
    page, other = visit(worked, "/pipeline/", lang="en"), visit(worked, "/pipeline/", lang="en")
    stage, deal, onward = first(page)
    asked, answers = [], iter([lambda route: route.abort(), lambda route: route.fulfill(status=202, body="")])

    def answered(route):
        asked.append(route.request.url)
        next(answers, lambda one: one.continue_())(route)

    other.route("**/pipeline/lanes/**", answered)
    by_form(page, deal, onward)
    here(other, deal, onward)
    assert len(asked) == 3
    undo(page)
    here(other, deal, stage)


def test_a_board_that_a_form_answered_stays_as_narrow_as_it_was(visit, worked):
    page = visit(worked, "/pipeline/", lang="en")
    stage, deal, onward = first(page)
    other = visit(worked, f"/pipeline/?q={deal}", lang="en")
    by_form(page, deal, onward)
    here(other, deal, onward)
    seen = next(name for name in lanes(page) if name and name not in (stage, onward))
    card(other, deal).locator("[name=seen]").evaluate("(one, seen) => { one.value = seen; }", seen)
    assert by_form(other, deal, stage).status == 409
    before = sum(map(len, lanes(other).values()))
    undo(page)
    here(other, deal, stage)
    assert sum(map(len, lanes(other).values())) == before < sum(map(len, lanes(page).values()))
