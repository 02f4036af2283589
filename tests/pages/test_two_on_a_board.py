"""Two people on one board: drag and keys, what a stage needs, a conflict, taking back, and a win with its reasons."""

import pytest
from tests.pages.steps import press
from tests.pages.test_pipeline import by_form, card, drag, first, lanes, told, undo

pytestmark = pytest.mark.browser
BUDGET, HOSTILE = "ידוע מה התקציב", "<b>O'Neil</b> {0}"


@pytest.fixture
def asking(visit, worked):
    """The first stage of the board with a deal asks two things; afterwards nothing."""
    page = visit(worked, "/pipeline/", lang="en", js=False)
    stage, deal, onward = first(page)

    def say(lines):
        page.goto(f"{worked.base}/pipeline/exits/")
        page.locator(f'.exit:has(input[name=stage][value="{stage}"]) textarea').fill(lines)
        press(page, ".exits .btn.p")

    say(f"{BUDGET}\n{HOSTILE}")
    yield stage, deal, onward
    say("")


@pytest.mark.parametrize("lang", ["he", "en"])
def test_two_people_work_on_one_board(visit, worked, lang, asking):
    stage, deal, onward = asking
    mine, theirs = visit(worked, "/pipeline/", lang=lang), visit(worked, "/pipeline/", lang=lang)
    late = visit(worked, "/pipeline/", lang=lang, js=False)
    before = told(mine, worked)

    drag(mine, deal, onward)  # the stage asks: what is ticked and what is not goes with the move
    assert "/deal/leave/" in mine.url
    assert mine.locator(".ticks input").count() == 2
    assert mine.locator(".ticks b").count() == 0
    mine.check(f'.ticks input[value="{BUDGET}"]')
    press(mine, ".dclose .btn.p")
    assert deal in lanes(mine)[onward]
    assert HOSTILE in mine.inner_text("#done")
    assert BUDGET not in mine.inner_text("#done")
    assert HOSTILE in card(mine, deal).inner_text()

    moved = f'.lane[data-stage="{onward}"] .deal[data-deal="{deal}"]'  # the other one sees it come, and what it lacks
    theirs.wait_for_selector(moved, state="attached")
    assert HOSTILE in card(theirs, deal).inner_text()

    assert by_form(late, deal, onward).status == 409  # who saw it where it was is asked nothing, but told
    assert onward in late.inner_text(".say-error")
    elsewhere = [name for name in lanes(mine) if name and name not in (stage, onward)][-1]
    late.goto(f"{worked.base}/pipeline/")
    by_form(late, deal, stage)  # back asks nothing
    assert deal in lanes(late)[stage]
    theirs.wait_for_selector(f'.lane[data-stage="{stage}"] .deal[data-deal="{deal}"]', state="attached")
    mine.goto(f"{worked.base}/pipeline/")
    undo_late = late.locator("#done .btn")

    card(theirs, deal).focus()  # by keys
    with theirs.expect_navigation():
        theirs.keyboard.press("Shift+ArrowLeft" if lang == "he" else "Shift+ArrowRight")
    for box in theirs.locator(".ticks input").all():
        box.check()
    press(theirs, ".dclose .btn.p")
    assert HOSTILE not in theirs.inner_text("#done")
    mine.wait_for_selector(moved, state="attached")  # a card that comes meanwhile would say what is so by now
    assert by_form_at(mine, deal, stage, elsewhere).status == 409
    assert onward in mine.inner_text(".say-error")
    undo(theirs)
    assert deal in lanes(theirs)[stage]
    with late.expect_navigation():
        undo_late.click()
    assert deal in lanes(late)[onward]

    theirs.goto(f"{worked.base}/pipeline/")  # won, by the end of the board: why, and what was done well
    ends = theirs.locator(".lane-end.is-won").first.get_attribute("data-stage")
    by_form(theirs, deal, ends)
    theirs.check(".dclose input[name=reason] >> nth=0")
    theirs.check(".dclose input[name=well] >> nth=0")
    reason = theirs.locator(".dclose input[name=reason]:checked").get_attribute("value")
    press(theirs, ".dclose .btn.p")
    assert reason in theirs.inner_text(".dline li >> nth=0")
    mine.wait_for_selector(f'.deal[data-deal="{deal}"]', state="detached")
    assert told(mine, worked) == before - 1
    press(theirs, "#done .btn")
    mine.wait_for_selector(f'.deal[data-deal="{deal}"]', state="attached")
    assert told(mine, worked) == before
    mine.goto(f"{worked.base}/pipeline/")
    by_form(mine, deal, stage)  # as it was before all of this
    theirs.seen.check()


def by_form_at(page, deal, seen, stage):
    """Send the form of a card as it was drawn while the deal stood elsewhere."""
    form = card(page, deal).locator(".mover")
    form.locator("[name=seen]").evaluate("(one, seen) => { one.value = seen }", seen)
    form.locator("select").select_option(stage)
    with page.expect_navigation() as answer:
        form.locator("button").click()
    return answer.value
