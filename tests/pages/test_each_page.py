"""Each page in both languages, light and dark, desk and phone: nothing broken, nothing foreign, nothing unreadable."""

import re

import pytest
from tests.pages.steps import press

pytestmark = pytest.mark.browser

PAGES = {
    "overview": "/",
    "my day": "/my-day/?owner=Michal%20A.",
    "measured": "/measured/",
    "visit": "/visits/new/",
    "funnel": "/funnel/",
    "funnel by": "/funnel/?by=source&period=2026",
    "time": "/time/",
    "chances": "/chances/",
    "time by": "/time/?by=owner&basis=visit",
    "plan": "/plan/?target=20&inquiries=120&instead=100&period=2027-01&room2=9&come=120&days=80",
    "levers": "/levers/",
    "customers": "/customers/",
    "goals": "/goals/",
    "kpis": "/kpis/?period=2026-09",
    "kpi by": "/kpis/win_rate/?period=2026-Q3&by=owner",
    "measures": "/measures/",
    "doctor": "/doctor/",
    "why": "/why/win_rate/",
    "reports": "/reports/",
    "files": "/files/",
    "sources": "/sources/",
    "source": "/sources/add/sftp/",
}
DIRECTION = {"he": "rtl", "en": "ltr"}
KEY = re.compile(
    r"\b(web|show|measures|plan|intake|book|errors|server|insight|facts|cli|reports|quality|sources|kpis|goals|customers|levers|chances|my_day)\.[a-z_]+"
)
# Each pair of width and appearance is read through in one of the languages: the other one has the same templates.
READ = {"he": ((1440, "light"), (390, "dark")), "en": ((1440, "dark"), (390, "light"))}
BOTH = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))


def words_of(page) -> str:
    """All that a person reads or hears: texts and labels."""
    labels = page.eval_on_selector_all(
        "[aria-label],[title]", "all => all.map(e => (e.ariaLabel || '') + ' ' + e.title)"
    )
    return page.inner_text("body") + " " + page.title() + " " + " ".join(labels)


@pytest.mark.parametrize("lang", DIRECTION)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(visit, full, axe, name, lang):
    page = visit(full, PAGES[name], lang=lang)
    assert page.status == 200
    assert page.get_attribute("html", "dir") == DIRECTION[lang]
    assert page.get_attribute("html", "lang") == lang
    for width, theme in BOTH:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width], (width, theme)
        if (width, theme) in READ[lang]:
            assert axe(page) == [], (width, theme)
    page.seen.check()


@pytest.mark.parametrize("lang", DIRECTION)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_plainly_and_whole(visit, full, forbidden, name, lang):
    page = visit(full, PAGES[name], lang=lang)
    words = words_of(page)
    assert not KEY.search(words)
    if name != "why":
        assert not forbidden[lang].search(words)


def test_names_that_people_typed_are_shown_as_they_are(visit, full, company):
    page = visit(full, "/why/inquiries/", lang="he")
    shown = page.locator("table bdi").all_inner_texts()
    for name in company.HOSTILE:
        assert name in shown
    page.seen.check()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_nothing_from_elsewhere(visit, full, name):
    page = visit(full, PAGES[name], lang="he")
    page.context.set_offline(True)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Heebo', 'שלום Yaad 12'))")
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    assert page.evaluate("document.querySelectorAll('[style], style, script:not([src])').length") == 0
    assert page.seen.hosts == {full.base}


@pytest.mark.parametrize("lang", DIRECTION)
def test_errors_are_said_in_words(visit, full, axe, lang):
    for path, status in (
        ("/no-such-page/", 404),
        ("/funnel/?period=x", 400),
        ("/funnel/?by=nothing", 404),
        ("/why/x/", 404),
    ):
        page = visit(full, path, lang=lang)
        assert page.status == status, path
        assert not KEY.search(words_of(page))
        assert axe(page) == []
        assert page.locator("[role=alert]").inner_text().strip()


def test_the_door_is_said_in_words_without_a_session(chromium, full, axe):
    context = chromium.new_context()
    page = context.new_page()
    assert page.goto(full.base + "/").status == 403
    assert page.locator("[role=alert]").is_visible()
    assert page.locator(".rail").count() == 0
    assert axe(page) == []
    context.close()


@pytest.mark.parametrize("lang", DIRECTION)
def test_ranges_and_signs_read_from_left_to_right(visit, full, lang):
    page = visit(full, "/time/", lang=lang)
    placed = page.evaluate(
        """() => {
          const number = [...document.querySelectorAll('.dw .ln .n')].find(e => /\\d.*[–-].*\\d/.test(e.textContent));
          const text = number.firstChild, at = text.data.search(/[–-]/);
          const x = (from, to) => { const r = document.createRange(); r.setStart(text, from); r.setEnd(text, to);
            return r.getBoundingClientRect().x; };
          return [x(0, 1), x(at, at + 1), x(text.length - 1, text.length)];
        }"""
    )
    assert placed == sorted(placed)


def test_the_skip_link_comes_first_and_leads_to_the_content(visit, full):
    page = visit(full, "/funnel/", lang="en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_language_and_appearance_are_kept_and_the_page_stays(visit, full):
    page = visit(full, "/funnel/?by=source", lang="he")
    press(page, ".rail a[hreflang=en]")
    assert page.get_attribute("html", "lang") == "en"
    assert page.url == f"{full.base}/funnel/?by=source"
    press(page, ".rail .themes a:last-child")
    assert page.get_attribute("html", "data-theme") == "dark"
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(full.base + "/time/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark == "rgb(15, 21, 20)"
    page.seen.check()


def test_a_printed_page_has_no_navigation(visit, full):
    page = visit(full, "/", lang="he")
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert page.locator(".sgs").first.is_visible()
