"""A table copied in a spreadsheet and pasted on the page of files."""

import pytest
from tests.pages.steps import press, settled

from yaad.text import Message, render

pytestmark = pytest.mark.browser

# As a spreadsheet copies it: tabs, and a cell of two lines in quotes.
PASTED = (
    "מס׳\tלקוח\tשלב\tתאריך פנייה\tתאריך סגירה\tעיר\n"
    '1\tרשת שקד\tנסגר בהצלחה\t13/01/2026\t14/02/2026\t"חיפה\nוהקריות"\n'
    "2\tNovatek Ltd.\tפגישה\t15/03/2026\t\t\n"
    "3\tאולפני לביא\tלא נסגר\t15/03/2026\t20/04/2026\tלוד\n"
)
NAME = {"he": "טבלה מודבקת", "en": "pasted table"}
# What a browser does on Ctrl+V once the clipboard holds this text, and beside it the picture that spreadsheets add.
CTRL_V = """text => {
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  clipboard.items.add(new File(["picture"], "image.png", {type: "image/png"}));
  document.body.dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: clipboard, bubbles: true, cancelable: true}));
}"""


def send(page):
    press(page, ".dropform .btn.p")
    settled(page)


def confirm(page):
    press(page, ".acts .btn.p")
    settled(page)


def area(page):
    page.locator("summary", has=page.locator("xpath=../label/textarea")).click()
    return page.locator("textarea[name=pasted]")


def rows_of(page):
    return [int(text.replace(",", "")) for text in page.locator(".sum b").all_inner_texts()]


@pytest.mark.parametrize("lang", ["he", "en"])
def test_a_pasted_table_goes_the_whole_way(visit, serve, tmp_path, axe, lang):
    with serve(tmp_path / "book") as served:
        page = visit(served, "/files/", lang=lang)
        page.evaluate(CTRL_V, PASTED)
        assert page.locator(".chosen li").all_inner_texts() == [NAME[lang]]
        page.evaluate(CTRL_V, PASTED)
        assert page.locator(".chosen li").count() == 1, "a second paste takes the place of the first"
        assert axe(page) == []
        send(page)
        assert page.locator(".qc").count() == 0
        assert "רשת שקד" in page.inner_text("main")
        confirm(page)
        assert rows_of(page) == [3, 3, 0, 0]

        page.goto(served.base + "/files/")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        area(page).fill(PASTED.replace("פגישה", "נסגר בהצלחה"))
        assert axe(page) == []
        send(page)
        confirm(page)
        assert rows_of(page) == [3, 1, 0, 2]
        difference = render(Message("book.difference", {"new": 0, "changed": 1, "unchanged": 2}), lang)
        assert difference in page.inner_text("main")

        page.goto(served.base + "/files/")
        listed = page.locator("[aria-labelledby=h-in] li")
        assert [NAME[lang] in text for text in listed.all_inner_texts()] == [True, True]
        listed.first.locator("summary").click()
        with page.expect_navigation():
            listed.first.locator("button").click()
        page.wait_for_url("**/files/", timeout=60_000)
        assert page.locator("[aria-labelledby=h-in] li").count() == 1
        page.seen.check()


def test_pasting_needs_no_scripts(visit, empty):
    page = visit(empty, "/files/", lang="he", js=False, width=390)
    area(page).fill(PASTED)
    send(page)
    assert "רשת שקד" in page.inner_text("main")
    assert page.locator(".acts .btn.p").count() == 1


@pytest.mark.parametrize("lang", ["he", "en"])
def test_an_empty_paste_is_said_on_the_page_itself(visit, empty, axe, lang):
    page = visit(empty, "/files/", lang=lang, js=False)
    area(page).fill(" \n\t\n")
    with page.expect_navigation():
        page.click(".dropform .btn.p")
    assert page.locator("[role=alert]").inner_text().strip()
    assert page.locator(".drop").is_visible()
    page = visit(empty, "/files/", lang=lang)
    area(page).fill(" \n")
    page.click(".dropform .btn.p")
    assert page.evaluate("document.querySelector('#files').validity.valueMissing")
    assert axe(page) == []


def test_what_is_pasted_into_a_field_or_is_no_table_stays_there(visit, empty):
    page = visit(empty, "/files/", lang="en")
    page.evaluate(CTRL_V.replace("clipboard.items.add", "void "), "one word")
    assert page.locator(".chosen li").count() == 0
    area(page).evaluate(CTRL_V.replace("document.body", "document.querySelector('textarea')"), PASTED)
    assert page.locator(".chosen li").count() == 0


def test_a_paste_that_is_too_large_for_a_form_is_said(visit, empty):
    page = visit(empty, "/files/", lang="en", js=False)
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.context.request.post(
        empty.base + "/files/", multipart={"csrfmiddlewaretoken": token, "pasted": "a\tb\n" * (1 << 23)}
    )
    assert answer.status == 413
    assert "CSV or XLSX" in answer.text()
