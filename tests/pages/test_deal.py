"""The page of a deal in a browser: opened from the board, noted on, given a next step, won with why, taken back."""

import re

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser


@pytest.fixture(params=["he", "en"])
def lang(request):
    return request.param


WORDS = {
    "he": ("לא נקבע צעד הבא", "מענה מהיר", "נסגרה ב־", "הסיבה: ", "מה נעשה טוב: "),
    "en": ("No next step is agreed", "Answered quickly", "Won on ", "Why: ", "Done well: "),
}


def plain(text):
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", text)


def lead(page):
    return plain(page.inner_text(".top .lead"))


def opened(visit, worked, lang, *, js=True, width=1440):
    """The page of the first deal of the board, by its name there; and its id."""
    page = visit(worked, "/pipeline/", lang=lang, js=js, width=width)
    card = page.locator(".deal").first
    deal = card.get_attribute("data-deal")
    with page.expect_navigation():
        card.locator("b a").click()
    assert page.url.partition("?")[2] == f"id={deal}"
    return page, deal


def test_a_deal_is_opened_noted_on_given_a_step_and_all_is_taken_back(visit, worked, lang):
    page, _ = opened(visit, worked, lang)
    none = WORDS[lang][0]
    assert none in lead(page)
    page.fill("#note textarea", 'Noa said: "<b>soon</b>"')
    press(page, "#note .btn")
    assert 'Noa said: "<b>soon</b>"' in page.inner_text(".dline li:first-child")
    page.fill("#step [name=next_step]", "לשלוח שרטוט")
    page.fill("#step [name=next_step_day]", "2031-01-05")
    press(page, "#step .btn")
    assert "לשלוח שרטוט" in lead(page)
    assert none not in lead(page)
    press(page, "#done .btn")
    assert none in lead(page)
    press(page, ".dline li:first-child .btn")
    assert "soon" not in page.inner_text(".dline")
    page.seen.check()


def test_a_quote_without_a_link_and_a_file_are_written_on_one_machine_and_taken_back(visit, worked):
    page, _ = opened(visit, worked, "en", width=390)
    page.click("#quotes summary")
    page.fill("#quote [name=title]", "<i>מטבח</i>")
    page.fill("#quote [name=amount]", "42,000")
    press(page, "#quote .btn.p")
    quotes = plain(page.inner_text("#quotes"))
    assert "<i>מטבח</i>" in quotes
    assert "42,000" in quotes
    assert "no link for the customer" in quotes
    assert page.locator("#quotes a[href*='/q/'], #quotes a[href*='wa.me']").count() == 0
    press(page, "#done .btn")
    page.locator("details:has(#attach) summary").click()
    file = {"name": "drawing.html", "mimeType": "text/html", "buffer": b"<script>document.title = 'run'</script>"}
    page.set_input_files("#attach input[type=file]", file)
    press(page, "#attach .btn")
    assert "drawing.html" in page.inner_text(".dline li:first-child")
    with page.expect_download() as taken:
        page.click(".dline li:first-child a.go")
    assert taken.value.suggested_filename == "drawing.html"
    press(page, "#done .btn")
    assert "drawing.html" not in page.inner_text(".dline")
    page.seen.check()


def test_a_deal_is_won_with_why_and_what_was_done_well_and_taken_back(visit, worked, lang):
    page, deal = opened(visit, worked, lang, js=False)
    _, fast, won, because, well = WORDS[lang]
    press(page, ".dacts a[href*=close]")
    page.fill(".dclose [name=other]", "אמון")
    page.locator(".dpick label", has_text=fast).click()
    page.fill(".dclose [name=text]", "Sent a sample")
    press(page, ".dclose .btn.p")
    assert won in lead(page)
    assert f"{because}אמון" in lead(page)
    line = plain(page.inner_text(".dline li:first-child"))
    assert f"{well}{fast}" in line
    assert f"{well}Sent a sample" in line
    page.goto(f"{worked.base}/pipeline/")
    assert page.locator(f'.deal[data-deal="{deal}"]').count() == 0
    page.go_back()
    press(page, "#done .btn")
    assert won not in lead(page)
    page.goto(f"{worked.base}/pipeline/")
    assert page.locator(f'.deal[data-deal="{deal}"]').count() == 1


def test_a_deal_is_reached_by_phone_and_message_and_fits_a_phone(visit, worked, lang):
    page, _ = opened(visit, worked, lang, width=390)
    call, message = (page.get_attribute(f".dacts a[href^='{way}']", "href") for way in ("tel:", "https://wa.me/"))
    assert re.fullmatch(r"tel:\+97254555\d{4}", call)
    assert message.startswith(f"https://wa.me/{call.removeprefix('tel:+')}?text=")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    low = page.evaluate(
        """() => [...document.querySelectorAll(".dpage .btn, .dacts .btn")].filter(
             one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.innerText)"""
    )
    assert low == []


def test_no_answer_is_one_press(visit, worked):
    page, _ = opened(visit, worked, "en")
    press(page, ".dquick .btn")
    assert "Call – no answer" in plain(page.inner_text(".dline li:first-child"))
    press(page, "#done .btn")
