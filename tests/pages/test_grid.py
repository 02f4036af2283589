"""The grid in a browser: cells are walked, changed, pasted and taken back by keys, in both directions of reading."""

from contextlib import closing

import pytest
from tests.book.test_own_columns import MAPPING, ROWS
from tests.pages.steps import press

pytestmark = pytest.mark.browser


def cell(page, row, name):
    return page.locator(".gtable tbody tr").nth(row).locator(f'[data-col="{name}"]')


def at(page):
    """Where the focus is: row and column."""
    return page.evaluate(
        """() => { const cell = document.activeElement.closest("[data-col]");
             return [[...cell.closest("tbody").rows].indexOf(cell.closest("tr")), cell.dataset.col] }"""
    )


def says(page, row, name, value):
    page.wait_for_selector(f'.gtable tbody tr:nth-child({row + 1}) [data-col="{name}"][data-value="{value}"]')
    page.wait_for_function("() => !document.querySelector('.gtable [aria-busy]')")


def paste(page, text):
    """Into the cell where the focus is, as from a spreadsheet."""
    page.evaluate(
        """(text) => { const data = new DataTransfer();
             data.setData("text/plain", text);
             document.activeElement.dispatchEvent(
               new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })) }""",
        text,
    )


def take_back(page):
    page.click("#done .btn")
    page.wait_for_selector("#done .btn", state="detached")


@pytest.mark.parametrize(
    ("lang", "onward", "back"), [("he", "ArrowLeft", "ArrowRight"), ("en", "ArrowRight", "ArrowLeft")]
)
def test_cells_are_walked_changed_and_taken_back_by_keys(visit, worked, axe, lang, onward, back):
    page = visit(worked, "/pipeline/grid/?sort=name", lang=lang)
    assert page.locator(".gtable").get_attribute("role") == "grid"
    assert axe(page) == []
    cell(page, 0, "name").focus()
    for key in (onward, onward, "ArrowDown", back):
        page.keyboard.press(key)
    assert at(page) == [1, "account"]
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Home")
    assert at(page) == [0, "name"]
    before = cell(page, 0, "next_step").get_attribute("data-value")
    cell(page, 0, "next_step").focus()
    page.keyboard.type("O'Neil")  # a first letter begins it, in place of what stood there
    assert cell(page, 0, "next_step").locator("input").input_value() == "O'Neil"
    page.keyboard.press("Escape")
    assert cell(page, 0, "next_step").get_attribute("data-value") == before
    page.keyboard.press("Enter")
    page.keyboard.type("להתקשר <b>")
    page.keyboard.press("Enter")
    says(page, 0, "next_step", "להתקשר <b>")
    assert at(page) == [1, "next_step"]
    assert page.locator(".gtable b").count() == 0
    page.keyboard.press("Control+z")  # as its button takes it back
    page.wait_for_selector("#done .btn", state="detached")
    says(page, 0, "next_step", before)
    cell(page, 0, "next_step").focus()
    page.keyboard.press("F2")
    page.keyboard.press("Tab")
    assert at(page) == [0, "next_step_day"]
    page.seen.check()


def test_who_saw_something_else_is_told_and_the_row_is_as_it_is(visit, worked):
    one, other = (visit(worked, "/pipeline/grid/?sort=name", lang="en") for _ in range(2))
    before = cell(one, 0, "contact").get_attribute("data-value")
    for page, said in ((one, "Dana One"), (other, "Dana Two")):
        cell(page, 0, "contact").focus()
        page.keyboard.type(said)
        page.keyboard.press("Enter")
        says(page, 0, "contact", "Dana One")
    assert "Dana One" in other.inner_text("#grid-said .say-error")
    take_back(one)
    says(one, 0, "contact", before)


def test_a_block_of_cells_is_pasted_and_taken_back_at_once(visit, worked):
    page = visit(worked, "/pipeline/grid/?sort=name", lang="en")
    before = [cell(page, row, "contact").get_attribute("data-value") for row in (0, 1)]
    cell(page, 0, "next_step").focus()
    paste(page, "call\tsoon\nwrite\t2099-03-06\n")
    says(page, 0, "next_step", "call")
    says(page, 1, "next_step", "write")
    assert "soon" in page.inner_text("#grid-said .say-error")
    assert cell(page, 0, "next_step_day").get_attribute("data-value") != "soon"
    assert page.locator("#done input[name=pick]").count() == 2
    take_back(page)
    assert cell(page, 1, "next_step").get_attribute("data-value") != "write"
    assert [cell(page, row, "contact").get_attribute("data-value") for row in (0, 1)] == before


def test_without_scripts_a_row_is_a_form_and_the_board_is_a_tab_away(visit, worked):
    page = visit(worked, "/pipeline/grid/?sort=name", lang="he", js=False, width=390)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator(".gact a").first.click()
    before = page.locator(".edited input[name=contact]").input_value()
    page.locator(".edited input[name=contact]").fill("דנה")
    press(page, ".edited .btn.p")
    assert cell(page, 0, "contact").get_attribute("data-value") == "דנה"
    press(page, "#done .btn")
    assert cell(page, 0, "contact").get_attribute("data-value") == before
    press(page, ".acts .strip a >> nth=0")
    assert page.locator(".lane").count() > 0


def test_a_cell_that_is_changed_twice_and_a_text_of_several_lines_are_no_conflict(visit, worked):
    page = visit(worked, "/pipeline/grid/?sort=name", lang="en")
    before = cell(page, 0, "contact").get_attribute("data-value")
    cell(page, 0, "contact").focus()
    for said in ("Dana A", "Dana B"):
        page.keyboard.type(said)
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowUp")
    page.wait_for_selector("#grid-said input[name=pick]", state="attached")
    page.wait_for_function("() => !document.querySelector('.gtable [aria-busy]')")
    says(page, 0, "contact", "Dana B")
    assert page.locator("#grid-said .say-error").count() == 0
    cell(page, 0, "contact").evaluate("cell => { cell.dataset.value = 'Dana\\nB' }")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("F2")
    assert cell(page, 0, "contact").locator("input").input_value() == "Dana B"
    page.keyboard.press("Enter")
    assert sent == []
    cell(page, 0, "contact").evaluate("cell => { cell.dataset.value = 'Dana B' }")
    cell(page, 0, "contact").focus()
    page.keyboard.type(before or "x")
    page.keyboard.press("Enter")
    says(page, 0, "contact", before or "x")


def test_of_a_block_each_row_is_kept_or_told_and_none_is_lost(visit, worked):
    page = visit(worked, "/pipeline/grid/?sort=name", lang="en")
    rows = page.locator(".gtable tbody tr").count()
    before = [cell(page, row, "next_step").get_attribute("data-value") for row in (0, 1)]
    cell(page, 0, "next_step").focus()
    paste(page, '"call\n""Dana"""\t2099-04-05\nwrite\t2099-04-06\n')
    says(page, 1, "next_step_day", "2099-04-06")
    assert cell(page, 0, "next_step").get_attribute("data-value") == 'call "Dana"'
    assert cell(page, 1, "next_step").get_attribute("data-value") == "write"
    take_back(page)
    cell(page, rows - 1, "contact").focus()
    page.context.set_offline(True)
    paste(page, "Ron\nAnn\nEve")
    page.wait_for_selector("#unsent li")
    assert "Ron" in page.inner_text("#unsent")
    assert page.locator("#grid-said .say-error bdi").first.inner_text() == "2"
    page.context.set_offline(False)
    page.click("#unsent .btn")
    says(page, rows - 1, "contact", "Ron")
    assert page.locator("#unsent").count() == 0
    take_back(page)
    assert [cell(page, row, "next_step").get_attribute("data-value") for row in (0, 1)] == before


def test_the_company_s_own_columns_are_shown_beside_and_stay_as_cells_change(visit, serve, tmp_path):
    from yaad.book import Book

    (tmp_path / "deals.csv").write_text(ROWS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    with serve(tmp_path / "book") as served:
        page = visit(served, "/pipeline/grid/?sort=name", lang="en")
        assert page.locator(".gmore").count() == 0
        page.click(".gown summary")
        page.locator(".gown label", has_text="Colour").click()
        page.click(".gown .btn")
        page.wait_for_selector("thead .gmore")
        assert page.locator("tbody .gmore").all_inner_texts() == ["white", ""]
        cell(page, 0, "next_step").focus()
        page.keyboard.type("call")
        page.keyboard.press("Enter")
        says(page, 0, "next_step", "call")
        assert page.locator("tbody .gmore").all_inner_texts() == ["white", ""]
        with page.expect_navigation():
            page.locator("thead a").first.click()
        assert page.locator("thead .gmore").inner_text() == "Colour"
        page.seen.check()
