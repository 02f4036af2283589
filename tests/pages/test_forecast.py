"""The page of the forecast: computed as a job, then the same figures as Python, in files and in both languages."""

import importlib.util
import json
from contextlib import closing
from pathlib import Path

import pytest
from tests.book.steady_deals import write

from yaad.book import Book

pytestmark = pytest.mark.browser
_SPEC = importlib.util.spec_from_file_location("steps_of_pages", Path(__file__).parent / "steps.py")
_STEPS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_STEPS)


@pytest.fixture(scope="module")
def served(serve, tmp_path_factory):
    """A book of its own, in which the past is computed by the first visit."""
    folder = tmp_path_factory.mktemp("forecast")
    file, mapping = write(folder)
    with closing(Book.create(folder / "אלון")) as book:
        book.import_files([file], mapping=mapping)
    with serve(folder / "אלון") as running:
        yield running


@pytest.fixture
def tested(visit, served):
    """The same once the past is computed."""
    visit(served, "/forecast.json", lang="en")  # what is loaded on first use takes a while on a busy machine
    page = visit(served, "/forecast/", lang="en")
    assert page.status == 200
    if page.locator("#progress").count():
        assert "not checked yet" in page.locator("#right").inner_text()
        _STEPS.settled(page)
    page.wait_for_selector("#right table")
    return served


@pytest.fixture
def book(served):
    with closing(Book.open(served.root)) as opened:
        yield opened


def data(page):
    return json.loads(page.inner_text("pre") if page.locator("pre").count() else page.inner_text("body"))


@pytest.mark.parametrize("lang", ["he", "en"])
def test_it_is_well_and_says_one_thing_first(visit, tested, axe, forbidden, lang):
    page = visit(tested, "/forecast/", lang=lang)
    lead = page.locator("#forecast-lead").inner_text()
    assert lead.startswith({"he": "עד סוף ספטמבר 2026", "en": "By the end of September 2026"}[lang])
    for width, theme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        assert axe(page) == []
    assert not forbidden[lang].search(page.inner_text("main"))
    assert "forecast." not in page.inner_text("main")  # no key without its words
    assert page.locator("#right td, #right th").count() > 30
    page.seen.check()


def test_the_files_say_what_python_says(visit, tested, book):
    assert data(visit(tested, "/forecast.json?by=owner", lang="he")) == book.forecast(by="owner").to_dict("he")
    assert data(visit(tested, "/backtest.json", lang="en")) == book.backtest().to_dict("en")
    made = book.forecast(by="source").content
    assert sum(part.won[0].mean for part in made.parts) == pytest.approx(made.won[0].mean)


def test_a_target_typed_has_its_chance(visit, tested, book):
    typed = round(book.forecast().content.money[0].mean)
    page = visit(tested, "/forecast/", lang="en")
    page.fill("input[name=target]", f"{typed:,}")
    _STEPS.press(page, "section[aria-labelledby=h-aim] button")
    chance = round(100 * book.forecast(target=typed).content.money[0].target_chance)
    assert page.locator(".chance b").inner_text() == f"{chance}%"
    assert visit(tested, "/forecast/?target=many", lang="en").status == 400


def test_what_moved_between_chosen_days_adds_up(visit, tested, book):
    found = data(visit(tested, "/moved.json?since=2026-08-27&until=2026-09-09", lang="en"))
    assert found["before"]["deals"] + sum(row["count"] for row in found["changes"]) == found["after"]["deals"]
    page = visit(tested, "/forecast/?since=2026-08-27&until=2026-09-09", lang="en")
    rows = page.locator("#moved table").first.locator("tbody tr, tfoot tr").all_inner_texts()
    counts = [int(row.split("\t")[1].replace("−", "-").replace("+", "").replace(",", "")) for row in rows]
    assert sum(counts[:-1]) == counts[-1] == found["after"]["deals"]
    assert visit(tested, "/forecast/?since=2026-09-09&until=2026-08-27", lang="en").status == 400


def test_what_a_person_says_is_written_on_the_page(visit, tested, book):
    page = visit(tested, "/forecast/", lang="he")
    assert page.locator("#said table").count() == 0
    page.select_option("#said select", "Dana")
    page.fill("#said input[name=commit]", "9,000")
    page.fill("#said input[name=best]", "8000")
    _STEPS.press(page, "#said button")
    assert page.locator("#said [role=alert]").is_visible()
    assert page.input_value("#said input[name=commit]") == "9,000"
    page.fill("#said input[name=best]", "12000")
    _STEPS.press(page, "#said button")
    assert page.locator("#said tbody tr").count() == 1
    assert data(visit(tested, "/judgements.json", lang="en")) == book.judgements().to_dict("en")
    assert visit(tested, "/forecast/", lang="en").locator("#right table").count() > 0  # what was computed stands
