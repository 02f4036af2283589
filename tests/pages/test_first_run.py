"""In a browser, in both languages: the first run, an invitation that is taken up, the way from company to company."""

import re

import pytest
from tests.pages.homes import serving_home
from tests.pages.steps import press

from yaad.text import Message, render

PASSWORD = "correct horse battery staple"
FIRST = re.compile(r"/c/c[0-9a-f]{12}/files/$")

pytestmark = pytest.mark.browser


def _company(page, name: str, kind: str) -> None:
    page.fill("[name=name]", name)
    page.check(f"[name=kind][value={kind}]")
    press(page, "main form button")


def _says(lang: str, key: str, **values: object) -> str:
    return render(Message(key, values), lang)


@pytest.mark.parametrize("lang", ["he", "en"])
def test_from_nothing_to_two_people_who_go_between_two_companies(chromium, tmp_path, lang):
    names = {"he": ("אלון ציוד", "נועה כהן", "לקוח אחד"), "en": ("Alon Office", "Noa Cohen", "One client")}[lang]
    with serving_home(tmp_path, lang) as home:
        owner = chromium.new_context().new_page()
        wrong: list[str] = []
        owner.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
        owner.goto(home.entry)
        assert owner.get_attribute("html", "dir") == ("rtl" if lang == "he" else "ltr")
        owner.fill("[name=person]", "Dana")
        owner.fill("[name=email]", "dana@alon.example")
        owner.fill("[name=password]", PASSWORD)
        _company(owner, names[0], "phone")
        owner.wait_for_url(FIRST)  # the next thing is to bring a file in
        assert owner.is_visible("input[type=file]", strict=False)
        first = owner.url.removesuffix("files/")

        press(owner, "nav a[href$='/people/']")
        owner.fill("[name=email]", "noa@alon.example")
        owner.select_option("[name=role]", "viewer")
        press(owner, "form[action$='/invite/'] button")
        assert _says(lang, "people.means_viewer") in owner.inner_text("main")
        press(owner, "form[action$='/invite/'] button")
        assert "noa@alon.example" in owner.inner_text("[role=status]:not([hidden])")

        guest = chromium.new_context().new_page()
        guest.goto(home.link())
        assert names[0] in guest.inner_text("h1")
        guest.fill("[name=name]", names[1])
        guest.fill("[name=password]", PASSWORD)
        press(guest, "main form button")
        assert guest.url.startswith(first)
        assert guest.inner_text("body").count(names[0]) >= 1
        guest.goto(home.link())
        assert _says(lang, "people.no_invitation") in guest.inner_text("main")
        guest.goto(home.base + "/companies/new/")
        assert _says(lang, "people.may_not_begin") in guest.inner_text("main")

        owner.goto(first + "people/")
        assert names[1] in owner.inner_text("main")
        press(owner, ".rail a.others")
        press(owner, "a[href='/companies/new/']")
        _company(owner, names[2], "orders")
        second = owner.url.removesuffix("files/")
        assert second != first
        assert names[2] in owner.inner_text(".rail .client")
        owner.set_viewport_size({"width": 390, "height": 844})
        owner.click(".tabbar summary")
        press(owner, ".tabbar a[href='/?all']")
        assert [one.inner_text() for one in owner.query_selector_all(".companies b")] == sorted(names[::2])
        press(owner, f"text={names[0]}")
        assert owner.url.startswith(first)
        guest.goto(second)
        assert _says(lang, "server.no_such_company") in guest.inner_text("main")

        # who is in one company is invited into another, and goes from one to the other
        owner.goto(second + "people/")
        owner.fill("[name=email]", "noa@alon.example")
        owner.select_option("[name=role]", "consultant")
        press(owner, "form[action$='/invite/'] button")
        press(owner, "form[action$='/invite/'] button")
        guest.goto(home.link())
        assert names[2] in guest.inner_text("h1")
        assert guest.locator("[name=password]").count() == 0, "who has an account needs no other one"
        press(guest, "main form button")
        assert guest.url.startswith(second)
        assert names[2] in guest.inner_text(".rail .client")
        for name, place in ((names[0], first), (names[2], second)):
            press(guest, ".rail a.others")
            assert [one.inner_text() for one in guest.query_selector_all(".companies b")] == sorted(names[::2])
            press(guest, f"text={name}")
            assert guest.url.startswith(place)
            assert name in guest.inner_text(".rail .client")
        assert wrong == []
        owner.goto(home.entry)
        assert _says(lang, "web.no_page") in owner.inner_text("main")
