"""From a dropped file to the first answers, in a browser."""

import csv
import io
import re
from contextlib import closing

import pytest
from tests.pages.steps import press, send, settled

from yaad.book import Book
from yaad.text import Message, render

pytestmark = pytest.mark.browser

AMBIGUOUS = """id,entered,closed,stage,lost reason
1,03/04/2025,05/06/2025,Won,
2,04/05/2025,,Lead,
3,01/02/2025,03/03/2025,Lost,price
"""


def test_an_empty_book_leads_to_the_files_and_plans_with_an_example(visit, serve, axe, tmp_path):
    with serve(tmp_path / "book") as served:
        page = visit(served, "/", lang="en")
        assert page.url.endswith("/files/")
        assert page.locator(".drop").is_visible()
        page.goto(served.base + "/plan/?target=50&step0=50&step1=40&step2=50")
        assert page.locator("#answer .huge").inner_text() == "500"
        assert page.locator("#answer .mile b").all_inner_texts() == ["500", "250", "100", "50"]
        assert page.locator("#answer .sure b").all_inner_texts() == ["500", "560", "590"]
        assert axe(page) == []
        page.seen.check()


def test_a_file_with_its_mapping_becomes_first_answers(visit, empty, company, tmp_path, forbidden, axe):
    file, mapping = company.write(tmp_path)
    page = visit(empty, "/files/", lang="he")
    send(page, file, mapping)
    settled(page)
    assert not forbidden["he"].search(page.inner_text("main"))
    assert file.name in page.inner_text("main")
    assert axe(page) == []
    with page.expect_navigation():
        page.click(".acts .btn.p")
    settled(page)
    rows = [int(text.replace(",", "")) for text in page.locator(".sum b").all_inner_texts()]
    assert rows[0] == len(company.rows()) == sum(rows[1:])
    assert page.locator(".sgs").is_visible()
    assert page.locator(".calls li").count() > 0
    assert page.locator(".cant").count() > 0
    assert not forbidden["he"].search(page.inner_text("main"))
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        assert axe(page) == []
    page.seen.check()


@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_the_data_do_not_decide_is_asked_with_nothing_chosen_before(visit, empty, tmp_path, axe, lang):
    file = tmp_path / "deals.csv"
    file.write_text(AMBIGUOUS, "utf-8")
    page = visit(empty, "/files/", lang=lang)
    send(page, file)
    settled(page)
    for _ in range(6):
        if not page.locator(".qc").count():
            break
        assert page.locator(".qc input:checked").count() == 0
        assert axe(page) == []
        assert page.locator(".acts .btn.p").count() == 0
        for card in page.locator(".qc").all():
            if card.locator("input[type=radio]").count():
                card.locator("input[type=radio]").first.check()
            else:
                card.locator("input").first.fill("Lead")
        with page.expect_navigation():
            page.click(".questions .btn.p")
        settled(page)
    assert page.locator(".acts .btn.p").count() == 1
    assert axe(page) == []
    before = page.locator(".before").inner_text()
    assert render(Message("web.rows_found", {"n": 3}), lang) in before
    assert render(Message("intake.option_day_first", {"example": ""}), lang).lstrip(": ") in before
    for stage, outcome in (("Lead", "open"), ("Won", "won"), ("Lost", "lost")):
        said = page.locator(".before .facts div", has_text=stage).locator("dd").inner_text()
        assert said == render(Message(f"show.outcome_{outcome}"), lang)
    assert page.evaluate(
        "document.querySelector('.before .facts').compareDocumentPosition(document.querySelector('.acts .btn.p'))"
        " & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    mapping = page.context.request.get(page.url + "mapping.yaml").text()
    assert "kind: deals" in mapping
    page.seen.check()


@pytest.mark.parametrize("lang", ["he", "en"])
def test_an_answer_that_is_a_column_is_named(visit, empty, tmp_path, lang):
    file = tmp_path / "deals.csv"
    file.write_text("מספר,entered,closed,מצב לקוח,city\n1,2025-04-03,2025-06-05,Handed over,Haifa\n", "utf-8")
    page = visit(empty, "/files/", lang=lang, width=390)
    send(page, file)
    settled(page)
    card = page.locator(".qc", has=page.locator("input[value='מצב לקוח']"))
    option = card.locator("label", has=page.locator("input[value='מצב לקוח']"))
    assert option.locator("b bdi").inner_text() == "מצב לקוח"
    assert "Handed over" in option.locator("small").inner_text()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last, bar = page.locator("main a, main button").last.bounding_box(), page.locator(".tabbar").bounding_box()
    assert last["y"] + last["height"] <= bar["y"]
    page.seen.check()


def test_all_of_it_works_without_scripts(visit, empty, company, tmp_path):
    file, mapping = company.write(tmp_path)
    page = visit(empty, "/files/", lang="en", js=False)
    send(page, file, mapping)
    settled(page)
    with page.expect_navigation():
        page.click(".acts .btn.p")
    settled(page)
    assert page.locator(".sum b").count() == 4


@pytest.mark.parametrize(
    ("name", "content"), [("empty.csv", b""), ("deals.xlsx", b"PK\x03\x04broken"), ("a.csv", b"\x00\x01\x02" * 99)]
)
@pytest.mark.parametrize("lang", ["he", "en"])
def test_a_file_that_cannot_be_read_is_said_in_words(visit, empty, tmp_path, name, content, lang):
    (tmp_path / name).write_bytes(content)
    page = visit(empty, "/files/", lang=lang)
    send(page, tmp_path / name)
    settled(page)
    alert = page.locator("[role=alert]")
    assert alert.is_visible()
    assert bool(re.search(r"[\u0590-\u05ff]", alert.inner_text())) == (lang == "he")
    page.seen.check()


def test_refused_rows_can_be_fetched_with_their_reasons(visit, empty, company, tmp_path):
    file, mapping = company.write(tmp_path)
    lines = file.read_text("utf-8").splitlines()
    broken = lines[1].replace("2026-", "20x6-")
    file.write_text("\n".join([lines[0], broken, *lines[2:]]) + "\n", "utf-8")
    page = visit(empty, "/files/", lang="en")
    send(page, file, mapping)
    settled(page)
    with page.expect_navigation():
        page.click(".acts .btn.p")
    settled(page)
    rows = [int(text.replace(",", "")) for text in page.locator(".sum b").all_inner_texts()]
    assert rows[2] == 1
    answer = page.context.request.get(empty.base + page.locator("a[href$='rejects/0/']").get_attribute("href"))
    told = list(csv.reader(io.StringIO(answer.text().removeprefix("\ufeff"))))
    assert len(told) == 2
    assert told[1][0] == "2"
    mend = page.context.request.get(empty.base + page.locator("a[href$='mend.xlsx']").get_attribute("href"))
    assert mend.body().startswith(b"PK")
    assert not re.search(r"/(rejects|differences)/", page.inner_text("main")), "a path of this machine"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_running_import_can_be_stopped(visit, empty, company, tmp_path):
    file, mapping = company.write(tmp_path)
    head, *rest = file.read_text("utf-8").splitlines()
    many = [line.replace("D-", f"D{part}-", 1) for part in range(300) for line in rest]
    file.write_text("\n".join([head, *many]) + "\n", "utf-8")
    page = visit(empty, "/files/", lang="en")
    send(page, file, mapping)
    page.wait_for_selector("#progress")
    assert page.locator("#progress progress").count() == 1
    with page.expect_navigation():
        page.click("main form .btn")
    settled(page)
    assert page.locator("h1").inner_text() == "Stopped as you asked"
    page.goto(empty.base + "/files/")
    assert page.locator(".past li").count() > 0


def test_foreign_drafts_and_numbers_are_nowhere(visit, empty):
    page = visit(empty, "/files/", lang="en")
    for path in ("/files/0123456789abcdef/", "/files/..%2Fserver/", "/files/0123456789abcdef/rejects/0/"):
        assert page.context.request.get(empty.base + path).status == 404


def test_after_an_import_the_xray_is_made_and_taken_home(visit, serve, company, tmp_path, forbidden, axe):
    file, mapping = company.write(tmp_path)
    with serve(tmp_path / "book") as served:
        page = visit(served, "/files/", lang="he")
        send(page, file, mapping)
        settled(page)
        with page.expect_navigation():
            page.click(".acts .btn.p")
        settled(page)
        page.click(".acts form .btn")
        page.wait_for_selector(".row a.btn.p", timeout=60_000)
        assert not forbidden["he"].search(page.inner_text("main"))
        assert axe(page) == []
        links = [link.get_attribute("href") for link in page.locator(".row a.btn").all()]
        assert [link.rpartition(".")[2] for link in links] == ["pdf", "xlsx"]
        for link, head in zip(links, (b"%PDF", b"PK"), strict=True):
            answer = page.context.request.get(served.base + link)
            assert answer.status == 200
            assert answer.body().startswith(head)
            assert "attachment" in answer.headers["content-disposition"]
        page.goto(served.base + "/reports/")
        assert page.locator(".past li").count() == 1
        tables = {link.get_attribute("href") for link in page.locator("#main .mapt a").all()}
        assert {f"/tables/deals.{ending}" for ending in ("xlsx", "csv", "parquet")} <= tables
        for address in sorted(tables):
            assert page.context.request.get(served.base + address).status == 200, address
        for address in ("/tables/secrets.csv", "/reports/0123456789abcdef/", "/reports/../x/xray.pdf"):
            assert page.context.request.get(served.base + address).status == 404, address
        page.seen.check()


def test_a_report_without_its_own_words_is_refused_in_words(visit, full, axe):
    page = visit(full, "/reports/", lang="en")
    page.fill("input[name=target]", "many")
    press(page, ".xrayform .btn")
    assert page.locator(".say-error").count() == 1
    assert "many" in page.inner_text("main")
    assert axe(page) == []


@pytest.mark.parametrize(("lang", "width"), [("he", 390), ("en", 1440)])
def test_an_import_is_taken_back(visit, serve, company, tmp_path, axe, lang, width):
    file, mapping = company.write(tmp_path)
    with serve(tmp_path / "book") as served:
        page = visit(served, "/files/", lang=lang, width=width)
        send(page, file, mapping)
        settled(page)
        with page.expect_navigation():
            page.click(".acts .btn.p")
        settled(page)
        page.goto(served.base + "/files/")
        listed = page.locator("[aria-labelledby=h-in] li")
        assert listed.count() == 1
        assert file.name in listed.inner_text()
        assert axe(page) == []
        brought = listed.locator("a").get_attribute("href")
        send(page, file, mapping)  # the same file again is no failure: it is here already
        settled(page)
        with page.expect_navigation():
            page.click(".acts .btn.p")
        settled(page)
        assert page.locator("h1").inner_text() == render(Message("wizard.here_already"), lang)
        assert page.locator(".top .lead a").get_attribute("href") == brought
        assert axe(page) == []
        page.goto(served.base + "/files/")
        listed.locator("summary").click()  # what would go is said first
        with page.expect_navigation():
            listed.locator("button").click()
        page.wait_for_url("**/files/", timeout=60_000)
        assert page.locator("[aria-labelledby=h-in]").count() == 0
        page.goto(served.base + "/")
        assert page.url.endswith("/files/")
        page.seen.check()


def test_a_follow_up_workbook_comes_back_without_questions(visit, serve, company, tmp_path):
    file, mapping = company.write(tmp_path)
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([file], mapping=mapping)
        book.follow_up(tmp_path / "follow-up.xlsx", lang="he")
    with serve(tmp_path / "book") as served:
        page = visit(served, "/files/", lang="he")
        send(page, tmp_path / "follow-up.xlsx")
        settled(page)
        assert page.locator(".qc").count() == 0
        with page.expect_navigation():
            page.click(".acts .btn.p")
        settled(page)
        rows, loaded, rejected, unchanged = (each.inner_text() for each in page.locator(".sum b").all())
        assert (loaded, rejected) == ("0", "0")
        assert rows == unchanged != "0"
        page.seen.check()
