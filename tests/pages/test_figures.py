"""What pages say is what the book says, in every rendering and also without scripts."""

import csv
import io
import json
import re

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser


def numbers(text: str) -> list[str]:
    return re.findall(r"\d[\d,.]*", text)


@pytest.fixture
def funnel_of(company):
    """Counted from the rows by hand: stage → entered."""
    rows = company.rows()
    return {stage: sum(bool(row[stage]) for row in rows) for stage in company.STAGES}


def test_the_funnel_without_scripts(visit, full, funnel_of, company):
    page = visit(full, "/funnel/", lang="he", js=False)
    shown = {}
    for item in page.locator(".sgs .sg:not(.end)").all():
        shown[item.locator(".nm").inner_text()] = int(item.locator(".v").inner_text().replace(",", ""))
    assert shown == funnel_of
    won = sum(row["outcome"] == "נסגר" for row in company.rows())
    assert page.locator(".sgs .sg.end .v").inner_text() == str(won)
    assert page.locator(".ten").first.inner_text().strip()


def test_one_address_answers_page_object_and_file(visit, full, funnel_of):
    page = visit(full, "/funnel/?by=source", lang="he")
    request = page.context.request
    for address, headers in (("/funnel.json", {}), ("/funnel/", {"Accept": "application/json"})):
        told = json.loads(request.get(full.base + address, headers=headers).text())
        assert {row["stage"]: row["entered"] for row in told["stages"]} == funnel_of
    grouped = json.loads(request.get(full.base + "/funnel.json?by=source").text())
    assert sum(group["stages"][0]["entered"] for group in grouped["groups"]) == next(iter(funnel_of.values()))
    answer = request.get(full.base + "/funnel.csv?by=source")
    rows = list(csv.reader(io.StringIO(answer.text().removeprefix("\ufeff"))))
    assert len(rows) == 1 + sum(len(group["stages"]) for group in grouped["groups"])
    assert "attachment" in answer.headers["content-disposition"]


def test_no_cell_of_a_file_is_run_by_a_spreadsheet(visit, full):
    request = visit(full, "/files/", lang="he").context.request
    for address in ("/calls.csv", "/stuck.csv", "/why/inquiries.csv", "/funnel.csv?by=name"):
        for row in csv.reader(io.StringIO(request.get(full.base + address).text().removeprefix("\ufeff"))):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t")), (address, cell)
                assert not cell.startswith("-") or re.fullmatch(r"-?\d[\d.]*", cell), (address, cell)


def test_filters_are_links(visit, full):
    page = visit(full, "/funnel/", lang="en")
    press(page, ".strip a:has-text('2026-10')")
    assert page.url.endswith("/funnel/?period=2026-10")
    press(page, ".strip a:has-text('Source')")
    assert page.url.endswith("/funnel/?by=source&period=2026-10")
    assert page.locator(".groups tbody tr").count() == 4
    assert page.locator(".strip a[aria-current]").all_inner_texts() == ["2026-10", "Source"]


def test_only_periods_with_data_are_offered(visit, full, company):
    page = visit(full, "/funnel/", lang="en")
    offered = page.locator("ul[aria-labelledby=f-period] a").all_inner_texts()[1:]
    first = company.STAGES[0]
    came = [row[first] for row in company.rows()] + [
        row["closed"] for row in company.rows() if row["outcome"] == "נסגר"
    ]
    months = {day[:7] for day in came}
    assert [name for name in offered if len(name) == 7 and "Q" not in name] == sorted(months, reverse=True)[:2]
    assert [name for name in offered if len(name) == 4] == sorted({month[:4] for month in months}, reverse=True)[:2]


def test_any_two_stages(visit, full, company):
    page = visit(full, "/funnel/", lang="he", js=False)
    page.select_option("select[name=start]", "פגישה")
    page.select_option("select[name=end]", "נסגר")
    press(page, ".between button")
    shown = [int(text.replace(",", "")) for text in page.locator(".facts dd").all_inner_texts()]
    rows = [row for row in company.rows() if row["פגישה"]]
    won, lost = (sum(row["outcome"] == name for row in rows) for name in ("נסגר", "לא נסגר"))
    assert shown == [len(rows), won, lost, len(rows) - won - lost]


def test_why_this_number_opens_above_the_page_and_is_a_page_without_scripts(visit, full):
    page = visit(full, "/measures/", lang="en")
    page.locator(".figs li", has_text="Win rate").first.locator("a").click()
    page.wait_for_selector("dialog[open] .rule")
    assert page.locator("dialog[open] table tbody tr").count() > 0
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.seen.check()
    plain = visit(full, "/measures/", lang="en", js=False)
    with plain.expect_navigation():
        plain.locator(".figs li", has_text="Win rate").first.locator("a").click()
    assert "/why/win_rate/" in plain.url
    assert plain.locator(".rule").is_visible()


def test_ten_deals_to_call_are_open_and_can_be_called(visit, full, company):
    page = visit(full, "/", lang="he")
    rows = {row["name"]: row for row in company.rows()}
    names = page.locator(".calls .tx b").all_inner_texts()
    assert 0 < len(names) <= 10
    for name in names:
        assert rows[name]["outcome"] in company.STAGES
    numbers_shown = page.eval_on_selector_all(".calls a[href^='tel:']", "all => all.map(a => a.getAttribute('href'))")
    assert len(numbers_shown) == len(names)


def test_the_slider_answers_at_once(visit, full):
    page = visit(full, "/plan/?target=50", lang="en")
    before = page.locator("#answer .huge").inner_text()
    page.locator("#step0").fill("20")
    page.wait_for_function("before => document.querySelector('#answer .huge').textContent !== before", arg=before)
    assert page.locator("output[for=step0]").inner_text() == "20%"
    assert "step0=20" in page.url
    after = page.locator("#answer .huge").inner_text()
    (needed,) = re.findall(r"([\d,]+) new inquiries", page.locator("#plan-lead").inner_text())
    assert f"about {needed} new inquiries" in page.locator(".credit").inner_text()
    page.reload()
    assert page.locator("#answer .huge").inner_text() == after
    page.seen.check()


def test_the_plan_works_as_a_plain_form(visit, full):
    page = visit(full, "/plan/", lang="he", js=False)
    page.fill("#target", "10")
    press(page, ".planform .btn.p")
    ten = int(numbers(page.locator("#answer .huge").inner_text())[0].replace(",", ""))
    page.fill("#target", "20")
    press(page, ".planform .btn.p")
    twenty = int(numbers(page.locator("#answer .huge").inner_text())[0].replace(",", ""))
    assert abs(twenty - 2 * ten) <= 1
    assert page.locator("#answer .sure div").count() == 3


def test_the_steps_beside_the_target(visit, full):
    page = visit(full, "/plan/?target=50", lang="en")
    page.click("[data-step='1']")
    page.wait_for_function("() => document.querySelector('#plan-lead').textContent.includes('51')")
    assert page.input_value("#target") == "51"


@pytest.mark.parametrize("form", ["target=0", "target=x", "target=5&step0=0", "deadline=soon", "target_value=-3"])
def test_what_a_plan_cannot_mean_is_said(visit, full, form):
    page = visit(full, f"/plan/?{form}", lang="he")
    assert page.status == 400
    assert page.locator("[role=alert]").is_visible()


def test_a_damaged_book_is_said_in_words(visit, company, serve, tmp_path):
    from yaad.book import Book

    file, mapping = company.write(tmp_path)
    book = Book.create(tmp_path / "book")
    book.import_files([file], mapping=mapping)
    book.close()
    with serve(tmp_path / "book") as served:
        assert visit(served, "/funnel/", lang="he").status == 200
        (tmp_path / "book" / "current.json").write_text("{}", "utf-8")
        page = visit(served, "/funnel/", lang="he")
        assert page.status == 409
        assert "current.json" in page.locator("[role=alert]").inner_text()
