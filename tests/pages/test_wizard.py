"""The way of a stranger's file through the pages: ambiguous, of an old encoding, large; told, stopped, begun again."""

import os
import re
import signal
import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.pages.steps import PATIENCE, press, send, settled

from yaad.book import Book
from yaad.text import Message, render

pytestmark = pytest.mark.browser

ROWS = int(os.environ.get("YAAD_WIZARD_ROWS", "200000"))
"""Of the large file; `make check-long` takes a million."""
HEBREW = re.compile("[א-ת]")
LANGUAGES = ("he", "en")


# ---- what only people know ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_order_of_stages_is_chosen_and_may_be_put_right(visit, empty, tmp_path, axe, lang):
    file = tmp_path / "deals.csv"
    file.write_text(
        "id,entered,closed,stage\n1,2025-04-23,2025-06-25,Won\n2,2025-05-24,,Blue\n3,2025-01-22,,Green\n"
        "4,2025-01-22,,Red\n",
        "utf-8",
    )
    page = visit(empty, "/files/", lang=lang, width=390)
    send(page, file)
    settled(page)
    fields = page.locator(".place select")
    for _ in range(4):
        if fields.count() or not page.locator(".qc").count():
            break
        for card in page.locator(".qc").all():
            card.locator("input[type=radio]").first.check()
        press(page, ".questions .btn.p")
        settled(page)
    assert fields.count() == 3
    assert [one.input_value() for one in fields.all()] == ["", "", ""]
    assert axe(page) == []
    for field in fields.all():
        field.select_option("Red")
    press(page, ".questions .btn.p")
    settled(page)
    assert page.locator("[role=alert]").is_visible()
    for field, stage in zip(fields.all(), ("Red", "Green", "Blue"), strict=True):
        field.select_option(stage)
    press(page, ".questions .btn.p")
    settled(page)
    assert page.locator(".before .facts dt").all_inner_texts()[:3] == ["Red", "Green", "Blue"]
    page.seen.check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_stage_that_names_its_end_is_taken_and_may_be_put_right(visit, empty, tmp_path, axe, lang):
    file = tmp_path / "deals.csv"
    file.write_text(
        "id,entered,closed,stage\n1,2025-04-23,2025-06-25,נסגר - זכייה\n2,2025-05-24,,פנייה\n"
        "3,2025-01-22,2025-02-22,Closed – Lost\n",
        "utf-8",
    )
    page = visit(empty, "/files/", lang=lang, width=390)
    send(page, file)
    settled(page)

    def taken():
        names, types = (page.locator(f".before .facts {part}").all_inner_texts() for part in ("dt", "dd"))
        return dict(zip(names, types, strict=True))

    won, lost = (render(Message(f"show.outcome_{kind}"), lang) for kind in ("won", "lost"))
    assert page.locator(".questions").count() == 0
    assert (taken()["נסגר - זכייה"], taken()["Closed – Lost"]) == (won, lost)
    page.click(".restage summary")
    assert axe(page) == []
    page.locator(".restage select").nth(list(taken()).index("Closed – Lost")).select_option("not_inquiry")
    press(page, ".restage button")
    settled(page)
    assert taken()["Closed – Lost"] == render(Message("show.outcome_not_inquiry"), lang)
    assert taken()["נסגר - זכייה"] == won
    page.seen.check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_alone_are_said_and_nothing_is_asked(visit, full, tmp_path, axe, lang):
    file = tmp_path / "deals.csv"
    file.write_text("id,stage,created\n", "utf-8")
    page = visit(full, "/files/", lang=lang, width=390)
    send(page, file)
    settled(page)
    assert page.locator("h1").inner_text() == render(Message("web.no_rows_title"), lang)
    assert page.locator(".qc").count() == 0
    assert page.locator(".acts button").count() == 0
    assert axe(page) == []
    press(page, ".acts a")
    assert page.locator(".drop").is_visible()


# ---- an old encoding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hebrew_of_windows_is_shown_readable_to_be_confirmed(visit, empty, tmp_path, axe, lang):
    names = ("רשת שקד (סניף 3)", "אולפני לביא", "קבוצת גלעד", "עיריית מגדל")
    days = ("2026-01-13,2026-02-14,Won", "2026-03-15,,Lead", "2026-03-15,2026-04-20,Lost", "2026-05-01,,Lead")
    rows = [f"{number},{name},{rest}" for number, (name, rest) in enumerate(zip(names, days, strict=True), 1)]
    file = tmp_path / "לידים (סופי).csv"
    file.write_bytes("\n".join(["id,לקוח,entered,closed,stage", *rows, ""]).encode("windows-1255"))
    page = visit(empty, "/files/", lang=lang)
    send(page, file)
    settled(page)
    told = page.locator(".confirm")
    assert "windows-1255" in told.inner_text()
    assert told.locator("select").input_value() == "windows-1255"
    assert set(names) <= set(page.locator(".preview td").all_inner_texts())
    assert "לקוח" in page.locator(".preview th").all_inner_texts()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [width, width]
        assert axe(page) == []
    assert page.locator(".acts .btn.p").is_visible()
    for encoding, is_hebrew in (("windows-1252", False), ("windows-1255", True)):
        told.locator("select").select_option(encoding)
        press(page, ".reread button")
        settled(page)
        assert bool(HEBREW.search("".join(page.locator(".preview td").all_inner_texts()))) == is_hebrew
        assert told.locator("select").input_value() == encoding
    page.seen.check()


# ---- large ones: told, stopped, begun again ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    file, mapping = company.write(folder)
    head, *rest = file.read_text("utf-8").splitlines()
    with file.open("w", encoding="utf-8") as out:
        out.write(head + "\n")
        for part in range(ROWS // len(rest)):
            out.writelines(line.replace("D-", f"D{part}-", 1) + "\n" for line in rest)
    return file, mapping


def latest(root):
    with closing(sqlite3.connect(root / "server" / "jobs.sqlite", timeout=20)) as db:
        return db.execute("SELECT pid, phase, done, state FROM job ORDER BY rowid DESC LIMIT 1").fetchone()


@contextmanager
def held(root, reached):
    """The job's process held still as soon as (phase, done) is reached, so that nothing here hangs on speed."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        pid, phase, done, state = latest(root)
        assert state in ("waiting", "running"), (state, phase, done)
        if pid and reached(phase, done):
            os.kill(pid, signal.SIGSTOP)
            break
        time.sleep(0.01)
    else:
        raise AssertionError((phase, done))
    try:
        yield done
    finally:
        os.kill(pid, signal.SIGCONT)


def stop(page, root):
    """Press the button that stops, while the process is held: it finds the word to end when it goes on."""
    page.evaluate("document.querySelector('main form button').click()")
    status = Path(f"/proc/{latest(root)[0]}/status")
    until = time.monotonic() + PATIENCE
    while not int(re.search(r"ShdPnd:\s*(\w+)", status.read_text("utf-8"))[1], 16) & 1 << signal.SIGTERM - 1:
        assert time.monotonic() < until
        time.sleep(0.01)


def shown(page):
    """The phase that the page names."""
    return page.locator(".phases [aria-current]").inner_text()


def word(phase, lang):
    return render(Message(f"web.phase_{phase}"), lang)


def wait_for(page, phase, lang):
    page.wait_for_function(
        "word => document.querySelector('.phases [aria-current]')?.innerText === word", arg=word(phase, lang)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_large_file_is_told_stopped_and_begun_again(visit, serve, large, tmp_path, axe, lang):
    root = tmp_path / "book"
    with serve(root) as served:
        page = visit(served, "/files/", lang=lang)
        send(page, *large)
        with held(root, lambda phase, done: phase == "reading" and done > 0) as first:
            wait_for(page, "reading", lang)
            page.wait_for_selector("progress[value]")
            assert render(Message("web.cancel_reading"), lang) in page.inner_text("main")
            assert axe(page) == []
        with held(root, lambda phase, done: phase == "reading" and done > first):
            address = page.url
            page.close()  # the tab is closed; the work goes on and is found again
            page = visit(served, "/files/", lang=lang)
            assert page.locator(f".past a[href='{address.removeprefix(served.base)}']").count() == 1
            page.goto(served.base + "/plan/")
            assert page.locator("#answer .huge").is_visible()
            page.goto(address)
            assert shown(page) == word("reading", lang)
            stop(page, root)
        settled(page)
        assert page.locator("h1").inner_text() == render(Message("web.was_stopped"), lang)
        press(page, "main form .btn.p")
        settled(page)
        assert page.locator(".acts .btn.p").count() == 1
        press(page, ".acts .btn.p")
        with held(root, lambda phase, done: phase == "reading" and done > 0):
            assert render(Message("web.cancel_importing"), lang) in page.inner_text("main")
            stop(page, root)
        settled(page)
        assert render(Message("web.stopped_note"), lang) in page.inner_text("main")
        assert Book.create(root).is_empty
        press(page, ".acts .btn.p")
        with held(root, lambda phase, done: phase == "storing" and done > 0) as first:
            wait_for(page, "storing", lang)
            assert axe(page) == []
        with held(root, lambda phase, done: phase == "storing" and done > first):
            wait_for(page, "storing", lang)
            stop(page, root)
        settled(page)
        assert render(Message("web.stopped_note"), lang) in page.inner_text("main")
        assert Book.create(root).is_empty
        press(page, ".acts .btn.p")
        settled(page)
        assert f"{ROWS:,}" in page.locator(".sum b").first.inner_text()
        page.seen.check()
    with closing(Book.open(root)) as book:
        assert len(book.imports()) == 1
