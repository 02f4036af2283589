"""An inquiry is taken in within seconds by the keyboard, waits until it is said what was done, and is taken back."""

import shutil

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser
SAYS = {
    "he": ("הפנייה של {name} נרשמה", "הפנייה של {name} כבר מוכרת", "נרשם אצל {name}"),
    "en": ("{name} is written down", "{name} is known already", "Written down for {name}"),
}
PHONES = {"he": "054-777 8881", "en": "054-777 9992"}


@pytest.fixture(scope="module")
def mine(filled, serve, tmp_path_factory):
    """A server whose book is a copy: what is written here is seen by no other test."""
    with serve(shutil.copytree(filled, tmp_path_factory.mktemp("inquiries") / "book")) as served:
        yield served


@pytest.mark.parametrize("lang", ["he", "en"])
@pytest.mark.parametrize("js", [True, False])
def test_an_inquiry_is_taken_in_folded_answered_and_taken_back(visit, mine, lang, js):
    name = f"רוני {'כהן' if js else 'לוי'} {'א' if lang == 'he' else 'ב'}"  # each case has an inquiry of its own
    began, folded, answered = (words.format(name=name) for words in SAYS[lang])
    phone = PHONES[lang].replace("777", "777" if js else "666")
    page = visit(mine, "/inquiries/", lang=lang, js=js)
    if js:
        with page.expect_navigation():
            page.keyboard.press("n")
        page.keyboard.type(phone)  # the first field has the keys already
    else:
        page.goto(f"{mine.base}/inquiries/new/")
        page.fill("[name=phone]", phone)
    page.locator("[name=name]").fill(name)
    page.check('[name=channel][value="whatsapp"]', force=True)
    page.locator("[name=name]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert began in page.inner_text("#done")
    page.fill("[name=phone]", "+972" + phone[1:].replace("-", " "))
    page.check('[name=channel][value="email"]', force=True)
    press(page, ".quick .btn.p")
    assert folded in page.inner_text("#done")
    page.goto(f"{mine.base}/inquiries/?when=today")
    card = page.locator(".waiting .card", has_text=name)
    assert card.count() == 1
    assert card.locator('a[href^="tel:+972"]').count() == 1
    assert card.locator('a[href^="https://wa.me/972"]').count() == 1
    with page.expect_navigation():
        card.locator('button[value="wrote"]').click()
    assert answered in page.inner_text("#done")
    assert page.locator(".waiting .card", has_text=name).count() == 0
    press(page, "#done .btn")
    assert page.locator(".waiting .card", has_text=name).count() == 1
    with page.expect_navigation():
        page.locator(".waiting .card", has_text=name).locator('button[value="called"]').click()


def test_fingers_find_what_they_press_and_nothing_is_wider_than_a_phone(visit, mine):
    page = visit(mine, "/inquiries/new/", lang="he", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".quick input, .quick .btn, .chips span")]
             .filter(one => !["hidden", "radio"].includes(one.type))
             .map(one => one.getBoundingClientRect().height).filter(height => height)"""
    )
    assert sizes
    assert min(sizes) >= 44
