"""The X-ray says what the book says, answers three questions on each page, and lays them on four sheets."""

import datetime as dt
import io
import json
import sys
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from yaad.book import Book
from yaad.errors import InputError, YaadError
from yaad.intake import Kind
from yaad.reports import Source, pdf, workbook, xray, xray_writer
from yaad.reports.paper import for_paper, paper_html
from yaad.show import say_plain
from yaad.text import LANGUAGES, Message

IDS = ["quality", "funnel", "time", "plan"]
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><rect width="60" height="20"/></svg>'


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request, imported):
    book, report = imported
    return xray(book, request.param, source=Source.of(report), company="Novatek Ltd.", target=12)


def test_each_page_answers_three_questions(made):
    assert [page.id for page in made.pages] == IDS
    for page in made.pages:
        for lines in (page.says, page.sure, page.todo):
            assert lines
            assert all(say_plain(line, made.lang).strip() for line in lines)


def test_the_figures_are_the_books(made, imported):
    book, _ = imported
    quality, funnel, time, plan = (page.data for page in made.pages)
    file = quality["files"][0]
    assert (file["rows_in"], file["loaded"], file["rejected"], file["skipped"]) == (120, 120, 0, 0)
    assert (quality["figures"]["won"], quality["figures"]["lost"], quality["figures"]["open"]) == (34, 33, 53)
    assert funnel["stages"] == book.funnel().to_dict(made.lang)["stages"]
    assert time["stages"] == book.dwell().to_dict(made.lang)["stages"]
    assert time["deals"] == book.deals_to_call().to_dict(made.lang)["deals"]
    deadline = dt.date(2026, 8, 31)  # the end of the third month after the data's day, 9 May
    assert plan["plan"] == book.plan(12, deadline=deadline).to_dict(made.lang)


def test_no_measure_is_tried_that_is_not_shown(imported, monkeypatch):
    """The whole catalogue takes longer than the rest of the X-ray, and the paper says nothing of it."""
    book, report = imported

    def tried(_scope: object) -> None:
        raise AssertionError("every measure is tried")

    monkeypatch.setattr("yaad.measures.tellable", tried)
    with pytest.raises(AssertionError):
        book.doctor()
    made = xray(book, "en", source=Source.of(report), company="Novatek Ltd.", target=12)
    assert made.pages[0].data["findings"]


def test_the_paper_shows_what_the_data_say(made):
    """Each figure of the leak and of the plan stands on the paper as it stands in the data."""
    html = paper_html(made)
    leak = made.pages[1].data["leak"]
    assert leak["lost"] == 33
    assert say_plain(made.pages[1].says[0], made.lang).count("33") == 1
    for row in made.pages[3].data["plan"]["needed"]:
        assert f">{row['count']}<" in html


def test_without_a_target_the_last_full_quarter_is_repeated(imported):
    book, _ = imported
    made = xray(book, "en")
    assert made.as_of == dt.date(2026, 5, 9)
    plan = made.pages[3]
    won = book.measure("won", period="2026-Q1").content[0].value
    assert plan.data["plan"]["target"] == won
    assert "Q1 2026" in " ".join(say_plain(line, "en") for line in plan.says)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_book_that_has_hardly_begun_says_what_it_cannot(beginner, lang):
    made = xray(beginner, lang)
    assert [page.id for page in made.pages] == IDS
    assert made.pages[3].data["plan"] is None
    assert {"amount", "source", "phone", "owner"} <= {gap["column"] for gap in made.pages[0].data["cannot_tell"]}
    html = paper_html(made)
    for page in made.pages:
        assert f'id="{page.id}"' in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_that_cannot_be_speaks_of_no_option_that_paper_lacks(beginner, lang):
    page = xray(beginner, lang).pages[3]
    said = [say_plain(one, lang) for one in (*page.says, *page.sure, *page.todo)]
    assert page.data["plan"] is None
    assert say_plain(Message("reports.no_plan_window"), lang) in said
    assert not any("ratios" in one or "--" in one for one in said)


def test_remarks_stand_on_their_page(imported):
    book, _ = imported
    made = xray(book, "he", remarks=["צוות חזק", "3: להתקשר היום", "2030: a year is no page", "4:00 is no page"])
    assert made.pages[0].remarks == ("צוות חזק", "2030: a year is no page", "4:00 is no page")
    assert made.pages[2].remarks == ("להתקשר היום",)


def test_a_remark_and_a_name_are_text_never_markup(imported):
    book, _ = imported
    html = paper_html(xray(book, "en", company="<b>x</b>", remarks=["<script>alert(1)</script>"]))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_a_target_must_be_a_count(imported):
    with pytest.raises(InputError):
        xray(imported[0], "en", target=0)


def test_a_logo_must_be_a_picture(imported, tmp_path):
    book, _ = imported
    logo = tmp_path / "logo.svg"
    logo.write_bytes(LOGO)
    assert "data:image/svg+xml;base64," in paper_html(xray(book, "en", logo=logo))
    with pytest.raises(InputError):
        xray(book, "en", logo=tmp_path / "absent.png")
    text = tmp_path / "logo.txt"
    text.write_text("x")
    with pytest.raises(InputError):
        xray(book, "en", logo=text)


def test_names_get_the_direction_of_their_first_letter():
    assert for_paper("<bdi>Novatek Ltd.</bdi>") == '<bdi dir="ltr">Novatek Ltd.</bdi>'
    assert for_paper("<bdi>12 כרמל</bdi>") == '<bdi dir="rtl">12 כרמל</bdi>'


def test_a_pdf_is_four_sheets_with_its_words(made, tmp_path, text_of):
    path = tmp_path / "xray.pdf"
    xray_writer(path)(made)
    sheets = text_of(path)
    assert len(sheets) == 4
    assert all("Novatek Ltd" in sheet for sheet in sheets)
    assert "120" in sheets[0]
    assert "33" in sheets[1]
    assert [str(number) in sheet for number, sheet in enumerate(sheets, 1)] == [True] * 4


def test_long_pages_are_set_closer(imported, tmp_path, text_of):
    """Remarks push a page over its sheet; set once more, closer, it takes less."""
    book, _ = imported
    path = tmp_path / "xray.pdf"
    path.write_bytes(pdf(xray(book, "en", remarks=["3: " + "Call these first. " * 60])))
    assert len(text_of(path)) == 4


def test_ranges_stand_left_to_right_in_hebrew(made, tmp_path, text_of):
    if made.lang != "he":
        pytest.skip("Hebrew only")
    path = tmp_path / "xray.pdf"
    xray_writer(path)(made)
    low, high = (made.pages[2].data["total"][key] for key in ("low", "high"))
    shown = "–".join(f"{end:.1f}".removesuffix(".0") for end in (low, high) if end is not None)
    assert shown in "".join(text_of(path))


def test_nothing_outside_is_read(imported, tmp_path):
    """A picture that asks for a file of this machine gets none."""
    book, _ = imported
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG")
    logo = tmp_path / "logo.svg"
    logo.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{secret.as_uri()}"/></svg>'
    )
    assert pdf(xray(book, "en", logo=logo)).startswith(b"%PDF")


def test_without_its_system_libraries_the_error_says_what_to_install(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(YaadError) as caught:
        pdf(made)
    assert "libpango-1.0-0" in caught.value.say(made.lang)


def test_the_workbook_holds_the_same_as_numbers(made):
    book = openpyxl.load_workbook(io.BytesIO(workbook(made)))
    assert all(bool(sheet.sheet_view.rightToLeft) == (made.lang == "he") for sheet in book)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if cell.hyperlink]
    numbers = {cell.value for cell in cells if cell.data_type == "n"}
    assert {120, 34, 33, 53} <= numbers
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {say_plain(page.says[0], made.lang) for page in made.pages} <= texts


@pytest.mark.parametrize("name", ["xray.txt", "xray", "xray.pdf.exe"])
def test_other_endings_are_refused_before_anything_is_read(name):
    with pytest.raises(InputError):
        xray_writer(Path(name))


def test_the_data_are_plain(made):
    json.dumps(made.to_dict(), allow_nan=False)


def test_a_remark_on_a_page_that_there_is_not_is_refused_with_the_pages(imported):
    book, _ = imported
    for remark in ("9: foo", "0: foo", "12. foo"):
        with pytest.raises(InputError) as caught:
            xray(book, "en", remarks=[remark])
        assert caught.value.message.key == "reports.no_such_page"
        assert "1 the data, 2 the funnel, 3 the times, 4 the plan" in caught.value.say("en")


def test_files_without_deals_make_no_xray(tmp_path):
    lines = tmp_path / "lines.csv"
    lines.write_text("line id,order id,product,quantity,price\n1,7,A,2,30\n2,7,B,1,40\n")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([lines], kind=Kind.LINES)
        with pytest.raises(InputError) as caught:
            xray(book, "en")
    assert caught.value.message.key == "reports.xray_needs_deals"
    assert "order lines (2)" in caught.value.say("en")
    assert "שורות הזמנה (2)" in caught.value.say("he")
