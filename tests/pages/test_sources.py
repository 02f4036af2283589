"""Recurring sources in a browser: added, run, asked about, stopped, taken away; what a page may not do."""

import re
import threading

import pytest
from tests.pages.steps import press, settled
from tests.sources.servers import Loopback

from yaad.book import Book
from yaad.text import Message, render

pytestmark = pytest.mark.browser

LANGUAGES = ("he", "en")
SECRET = "tok-0123456789-secret"
DEALS = "deal,stage,entered,closed\nA,Won,2026-01-01,2026-01-09\nB,Talk,2026-01-02,\n"
MAP = (
    "kind: deals\nshape: two_dates\n"
    "columns: {id: deal, stage: stage, entered: entered, closed: closed}\nentered_opens: Talk\n"
    "stages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: Asia/Jerusalem\n"
)
ODD = "number,status,came,ended\n1,Won,01/02/2026,03/04/2026\n2,Talk,05/06/2026,\n"


class Files:
    """A server of this machine that hands out the files that it has; it waits before each while it is held."""

    def __init__(self):
        self.loopback = Loopback()
        self.loopback.route = self.answer
        self.url, self.asked = self.loopback.url, self.loopback.asked
        self.bodies, self.free = {}, threading.Event()
        self.free.set()

    def answer(self, method, path, query, body):
        self.free.wait(60)
        return (200, self.bodies[path].encode(), {}) if path in self.bodies else (500, b"", {})

    def close(self):
        self.free.set()
        self.loopback.close()


@pytest.fixture
def files():
    made = Files()
    yield made
    made.close()


@pytest.fixture
def started(tmp_path, monkeypatch, files, serve):
    """A server over a book that knows one file; whoever starts it allows the server of the files."""
    monkeypatch.setenv("YAAD_ALLOW_HOSTS", "127.0.0.1")
    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "first.csv").write_text(DEALS)
    (tmp_path / "map.yaml").write_text(MAP)
    book = Book.create(tmp_path / "book")
    book.import_files([tmp_path / "first.csv"], mapping=tmp_path / "map.yaml")
    book.close()
    with serve(tmp_path / "book") as served:
        served.root = tmp_path / "book"
        yield served


def said(key, lang, **values):
    return render(Message(key, values), lang)


def add(page, base, name, address, *, secret="", when=""):
    page.goto(base + "/sources/add/http/")
    page.fill("[name=name]", name)
    page.fill("[name=url]", address)
    if secret:
        page.click(".sourceform summary")
        page.fill("[name=secret]", secret)
    page.select_option("[name=when]", when)
    press(page, ".sourceform .btn.p")


def run(page):
    press(page, "form[action$='/run/'] button")
    settled(page)


def well(page, axe):
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        assert axe(page) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_source_is_added_run_seen_and_taken_away(visit, started, files, axe, forbidden, lang):
    files.bodies["/deals.csv"] = DEALS + "C,Talk,2026-01-03,\nD,Talk,20x6-01-03,\n"
    page = visit(started, "/files/", lang=lang)
    press(page, "a[href='/sources/']")
    assert said("web.no_sources_is", lang) in page.inner_text("main")
    well(page, axe)
    press(page, "a[href='/sources/add/http/']")
    well(page, axe)
    add(page, started.base, "מכירות", files.url + "/deals.csv", secret=SECRET, when="daily")
    assert page.locator("h1").inner_text() == "מכירות"
    assert said("web.source_never_is", lang) in page.inner_text("main")
    assert said("web.source_secret_kept", lang) in page.inner_text("main")
    run(page)
    assert files.asked[0][4]["Authorization"] == f"Bearer {SECRET}"
    assert [int(text) for text in page.locator(".sum b").all_inner_texts()] == [4, 1, 1, 2]
    page.click("details.astable summary")
    words = page.inner_text("main")
    assert said("sources.was_done", lang) in words
    assert str(started.root) not in words, "a path of this machine"
    assert not forbidden[lang].search(words)
    refused = page.context.request.get(started.base + page.get_attribute("a[href$='rejects/0.csv']", "href"))
    assert "20x6-01-03" in refused.text()
    assert page.context.request.get(page.url + "rejects/0.xlsx").body().startswith(b"PK")
    assert page.context.request.get(page.url + "rejects/7.csv").status == 404
    well(page, axe)
    run(page)
    assert said("sources.was_unchanged", lang) in page.inner_text("main")
    page.goto(started.base + "/sources/")
    assert said("sources.was_unchanged", lang) in page.inner_text(".sources li")
    assert said("sources.each_day", lang, at="06:00") in page.inner_text(".sources li")
    assert page.inner_text(".sources .place") == files.url + "/deals.csv"
    well(page, axe)
    press(page, ".sources a")
    page.click(f"summary:has-text('{said('web.source_remove_ask', lang)}')")
    press(page, "form[action$='/remove/'] button")
    assert said("web.no_sources", lang) in page.inner_text("main")
    assert not list((started.root / "sources").glob("*.yaml"))
    assert SECRET not in (started.root / "secrets.enc").read_text()
    page.goto(started.base + "/files/")
    assert "deals.csv" in page.inner_text(".past"), "what it brought stays"
    page.seen.check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_file_leaves_open_is_answered_on_the_way_of_other_files(visit, started, files, axe, lang):
    files.bodies["/odd.csv"] = ODD
    page = visit(started, "/sources/", lang=lang)
    add(page, started.base, "pbx", files.url + "/odd.csv")
    run(page)
    words = page.inner_text("main")
    assert said("sources.was_asked", lang) in words
    assert said("web.source_waits", lang, n=1) in words
    assert page.locator(".waits li").count() > 0
    assert "yaad source" not in words, "a page answers by itself"
    well(page, axe)
    page.goto(started.base + "/sources/")
    press(page, "form[action$='/answer/'] button")
    address = page.url
    settled(page)
    page.goto(started.base + "/source/pbx/")
    press(page, "form[action$='/answer/'] button")
    assert page.url == address, "the same file is not asked about twice"
    for _ in range(8):
        settled(page)
        if not page.locator(".qc").count():
            break
        for card in page.locator(".qc").all():
            card.locator("input[type=radio]").first.check()
        press(page, ".questions .btn.p")
    press(page, ".before .acts .btn.p")
    settled(page)
    assert page.locator(".sum b").first.inner_text() == "2"
    assert not list((started.root / "sources" / "pbx").rglob("odd*")), "it waits no longer"
    press(page, "a[href='/source/pbx/']")
    assert said("sources.was_done", lang) in page.inner_text("main")
    assert [int(text) for text in page.locator(".sum b").all_inner_texts()] == [2, 2, 0, 0]
    files.bodies["/odd.csv"] = ODD + "3,Talk,07/06/2026,\n"
    run(page)
    assert said("sources.was_done", lang) in page.inner_text("main"), "a file like it leaves nothing open"
    page.seen.check()


def test_a_run_is_stopped_and_begun_again(visit, started, files):
    files.bodies["/deals.csv"] = DEALS + "C,Talk,2026-01-03,\n"
    page = visit(started, "/sources/", lang="en")
    add(page, started.base, "crm", files.url + "/deals.csv")
    files.free.clear()
    press(page, "form[action$='/run/'] button")
    assert page.locator(".phases [aria-current]").inner_text() == said("web.phase_fetching", "en")
    press(page, "form[action$='/cancel/'] button")
    assert said("web.stopped_note", "en") in page.inner_text("main")
    files.free.set()
    run(page)
    assert said("sources.was_done", "en") in page.inner_text("main")
    page.seen.check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_goes_wrong_is_said_in_words(visit, started, files, lang):
    page = visit(started, "/sources/", lang=lang)
    add(page, started.base, "crm", files.url + "/none.csv")
    run(page)
    words = page.inner_text("main")
    assert said("sources.was_failed", lang) in words
    assert said("sources.pull_status", lang, system="crm", status=500) in words
    (started.root / "sources" / "crm.yaml").write_text("kind: [http\n")
    page.goto(started.base + "/sources/")
    assert "crm.yaml" in page.inner_text(".sources")


def test_the_secret_is_replaced_and_shown_nowhere(visit, started, files, axe):
    files.bodies["/deals.csv"] = DEALS
    page = visit(started, "/sources/", lang="en")
    add(page, started.base, "crm", files.url + "/deals.csv", secret="the-first-one")
    page.click(f"summary:has-text('{said('web.source_secret_replace', 'en')}')")
    assert page.input_value("[name=secret]") == ""
    assert axe(page) == []
    page.fill("[name=secret]", SECRET)
    press(page, "form[action$='/secret/'] button")
    run(page)
    assert files.asked[-1][4]["Authorization"] == f"Bearer {SECRET}"
    told = [page.content(), page.context.request.get(started.base + "/sources/").text()]
    add(page, started.base, "crm", files.url + "/deals.csv", secret=SECRET)  # refused: the name is taken
    assert said("web.no_source_exists", "en", name="crm") in page.inner_text("[role=alert]")
    assert page.input_value("[name=url]") == files.url + "/deals.csv"
    assert not any(SECRET in text for text in (*told, page.content()))
    assert not any(SECRET.encode() in path.read_bytes() for path in started.root.rglob("*") if path.is_file())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_run_is_not_added_and_said_without_words_of_the_command_line(visit, started, lang):
    page = visit(started, "/sources/", lang=lang)
    for name, url in (
        ("a b", "https://files.example/x.csv"),
        ("../x", "https://files.example/x.csv"),
        ("a", "http://files.example/x.csv"),
        ("a", "file:///etc/passwd"),
        ("a", "https://me:pass@files.example/x.csv"),
        ("a", "https://files.example/x.csv?token=abc"),
    ):
        add(page, started.base, name, url)
        alert = page.inner_text("[role=alert]")
        assert bool(re.search(r"[\u0590-\u05ff]", alert)) == (lang == "he"), url
        assert not re.search(r"yaad source|--\w", alert)
        assert page.input_value("[name=url]") == url
    assert not list((started.root / "sources").glob("*"))


def test_a_page_names_no_folder_and_no_host_of_the_own_network(visit, started, files, monkeypatch, serve, tmp_path):
    page = visit(started, "/sources/", lang="en")
    assert "yaad source add NAME folder" in page.inner_text("main")
    assert page.locator("a[href='/sources/add/folder/']").count() == 0
    request = page.context.request
    for path in ("/sources/add/folder/", "/source/none/", "/source/..%2F..%2Fx/"):
        assert request.get(started.base + path).status == 404, path
    page.goto(started.base + "/sources/add/hubspot/")
    token = page.input_value("[name=csrfmiddlewaretoken]")
    form = {
        "csrfmiddlewaretoken": token,
        "name": "hub",
        "secret": "x",
        "path": "/etc",
        "url": files.url,
    }
    headers = {"Referer": started.base + "/sources/add/hubspot/"}
    assert request.post(started.base + "/sources/add/folder/", form=form, headers=headers).status == 404
    assert request.post(started.base + "/sources/add/hubspot/", form=form, headers=headers).status == 200
    kept = (started.root / "sources" / "hub.yaml").read_text()
    assert kept == "kind: hubspot\n", "what the form does not ask for is not taken"
    for path in ("/sources/add/http/", "/source/hub/run/", "/source/hub/secret/", "/source/hub/remove/"):
        assert request.post(started.base + path, form={"name": "x"}).status == 403, path
        assert request.get(started.base + path).status in (200, 405), path
    assert (started.root / "sources" / "hub.yaml").is_file()
    monkeypatch.delenv("YAAD_ALLOW_HOSTS")
    with serve(tmp_path / "other") as served:
        page = visit(served, "/sources/", lang="en")
        add(page, served.base, "inside", files.url.replace("http:", "https:") + "/deals.csv")
        run(page)
        alert = page.inner_text("[role=alert]")
        assert "yaad source add NAME folder --path FOLDER" in alert
        assert "YAAD_ALLOW_HOSTS=127.0.0.1" in alert
    assert files.asked == []


def test_a_watched_folder_is_shown_and_run(visit, started, tmp_path):
    from yaad.book.sources.named import Source
    from yaad.book.sources.running import Sources
    from yaad.book.sources.vault import Vault

    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "deals.csv").write_text(DEALS + "C,Talk,2026-01-03,\n")
    Sources(started.root, Vault(started.root, tmp_path / "key")).add(Source("exchange", "folder", path=str(folder)))
    page = visit(started, "/sources/", lang="en")
    assert page.inner_text(".sources .place") == str(folder)
    press(page, ".sources a")
    assert page.locator("form[action$='/secret/']").count() == 0
    run(page)
    assert said("sources.was_done", "en") in page.inner_text("main")
    assert (folder / "done" / "deals.csv").is_file()


def test_a_system_is_pulled_from_with_the_token_that_was_typed(visit, started, files):
    pytest.importorskip("dlt")
    from tests.sources.test_pulling import Salesforce  # the documented answers

    files.loopback.route = Salesforce()
    page = visit(started, "/sources/add/salesforce/", lang="en")
    page.fill("[name=name]", "sf")
    page.fill("[name=url]", files.url)
    page.fill("[name=secret]", SECRET)
    press(page, ".sourceform .btn.p")
    run(page)
    assert files.asked[0][4]["Authorization"] == f"Bearer {SECRET}"
    for _ in range(9):
        if not page.locator("form[action$='/answer/']").count() and not page.locator(".qc").count():
            break
        if page.locator(".qc").count():
            for card in page.locator(".qc").all():
                card.locator("input[type=radio]").first.check()
            press(page, ".questions .btn.p")
        else:
            press(page, "form[action$='/answer/'] button")
        settled(page)
    if page.locator(".before").count():
        press(page, ".before .acts .btn.p")
        settled(page)
        press(page, "a[href='/source/sf/']")
    assert said("sources.was_done", "en") in page.inner_text("main")
    page.seen.check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_form_is_filled_by_the_keyboard_and_without_scripts(visit, started, files, lang):
    page = visit(started, "/sources/add/http/", lang=lang, js=False)
    page.focus("[name=name]")
    page.keyboard.type("crm")
    page.keyboard.press("Tab")
    page.keyboard.type(files.url + "/deals.csv")
    page.keyboard.press("Tab")  # the summary of what signs in
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.focus(".sourceform .btn.p")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{started.base}/source/crm/"
    assert "schedule: every" in (started.root / "sources" / "crm.yaml").read_text()
