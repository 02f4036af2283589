"""A day of a company without a CRM, in a browser and in both languages: from the inquiry that comes in to the deal won.

An owner at a desk and a seller with a phone; every figure that has moved is the same after the book is made anew.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from urllib.parse import quote

import pytest
from tests.pages.homes import serving_home
from tests.pages.steps import press, settled
from tests.pages.test_pipeline import card, drag, lanes, undo

from yaad.server.doors.signing import sign
from yaad.server.kinds import STARTS
from yaad.server.roles import Kind

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
KPIS = ("inquiries", "win_rate", "won_value", "open_value")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def plain(page, where: str = "main") -> str:
    """What is read there, without the marks of direction."""
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", page.inner_text(where))


@pytest.fixture
def opened(chromium):
    """``opened(size)`` → the page of a browser of its own; anything that it complains of is a failure."""
    contexts, wrong = [], []

    def page(size):
        context = chromium.new_context(viewport=size, reduced_motion="reduce")
        context.set_default_timeout(60_000)
        contexts.append(context)
        found = context.new_page()
        found.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
        found.on("pageerror", lambda one: wrong.append(str(one)))
        return found

    yield page
    for context in contexts:
        context.close()
    assert [one for one in wrong if "409" not in one] == []  # a conflict is told by the browser as well


def begun(owner, home) -> str:
    """The company, its board begun by the first deal; gives what its addresses begin with."""
    owner.goto(home.entry)
    for name, value in {"person": "Dana", "email": "dana@alon.example", "password": PASSWORD, "name": "Alon"}.items():
        owner.fill(f"[name={name}]", value)
    owner.check("[name=kind][value=projects]")
    press(owner, "main form button")
    base = owner.url.removesuffix("files/")
    owner.goto(base + "pipeline/")
    for name, value in {"deal": "D-1", "customer": "מטבחי אלון", "person": "Noa", "amount": "12,000"}.items():
        owner.fill(f"form[action$='first-deal/'] [name={name}]", value)
    press(owner, "form[action$='first-deal/'] .btn.p")
    settled(owner)
    return base


def joined(owner, guest, home, base: str) -> None:
    """The seller is invited, and takes it up on a phone."""
    owner.goto(base + "people/")
    owner.fill("[name=email]", "noa@alon.example")
    owner.select_option("form[action$='/invite/'] [name=role]", "rep")
    owner.select_option("form[action$='/invite/'] [name=person]", "Noa")
    press(owner, "form[action$='/invite/'] button")
    press(owner, "form[action$='/invite/'] button")
    guest.goto(home.link())
    guest.fill("[name=name]", "Noa")
    guest.fill("[name=password]", PASSWORD)
    press(guest, "main form button")


def door(owner, base: str) -> tuple[str, str]:
    """An address for systems, and its secret; what comes by it is Noa's."""
    owner.goto(base + "inquiries/rules/")
    owner.fill("[name=otherwise]", "Noa")
    press(owner, "main form .btn.p")
    owner.goto(base + "inquiries/doors/")
    owner.fill("[name=name]", "Site")
    owner.select_option("[name=kind]", "webhook")
    owner.fill("form.quick [name=source]", "Facebook")
    press(owner, "form.quick .btn.p")
    address, secret = (owner.locator(".door input[readonly]").nth(place).input_value() for place in (0, 1))
    return address, secret


def sent(address: str, secret: str, **said: str) -> dict:
    """What the door answers to a signed inquiry."""
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {"Yaad-Signature": sign(secret, body, int(time.time())), "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=60) as answer:
        return json.load(answer)


def figures(page, base: str) -> dict[str, float | None]:
    """Figures of the scorecard and the steps of the funnel, as programs are told them."""
    ask = page.context.request.get
    kpis = json.loads(ask(base + "kpis.json", timeout=120_000).text())["kpis"]
    found = {one["id"]: one["value"] for one in kpis if one["id"] in KPIS}
    funnel = json.loads(ask(base + "funnel.json", timeout=120_000).text())
    return found | {one["stage"]: one["entered"] for one in funnel["groups"][0]["stages"]}


def open_board(page, base: str, deal: str, stage: str) -> None:
    """The board, and in it a deal in its column."""
    page.goto(base + "pipeline/")
    assert deal in lanes(page)[stage]


def comes(page, deal: str, stage: str) -> None:
    """A colleague's move, without a reload."""
    page.wait_for_selector(f'.lane[data-stage="{stage}"] .deal[data-deal="{deal}"]', timeout=60_000)


def on_by_key(page, deal: str, lang: str) -> None:
    card(page, deal).focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowLeft" if lang == "he" else "Shift+ArrowRight")


def rebuilt(home) -> None:
    """The book made anew from its files and its journal, beside the server that goes on."""
    command = [sys.executable, "-m", "yaad", "rebuild", "--home", home.variables["YAAD_HOME"], "--company", "Alon"]
    done = subprocess.run(
        command, check=False, env=os.environ | home.variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lang", ["he", "en"])
def test_a_day(opened, tmp_path, lang):
    came, met, quoted, bargained, won, _ = STARTS[Kind.PROJECTS].stage_names(lang)
    with serving_home(tmp_path, lang) as home:
        owner, noa = opened(DESK), opened(PHONE)
        base = begun(owner, home)
        joined(owner, noa, home, base)
        address, secret = door(owner, base)
        before = figures(owner, base)
        assert (before["inquiries"], before["open_value"]) == (1, 12_000)

        # an inquiry comes in, and its seller answers it by phone
        said = {"id": "1", "name": "רוני כהן", "phone": "054-777 8881", "message": "מטבח <b>קטן</b>", "campaign": "Nov"}
        assert sent(address, secret, **said) == sent(address, secret, **said) == {"taken": 1, "kept": False}
        noa.goto(base + "inquiries/")
        inquiry = noa.locator(".waiting .card", has_text="רוני כהן")
        assert inquiry.count() == 1
        assert "Facebook" in inquiry.inner_text()
        assert "<b>קטן</b>" in inquiry.inner_text()
        assert inquiry.locator("a[href='tel:+972547778881']").count() == 1
        with noa.expect_navigation():
            inquiry.locator("button[value=called]").click()
        assert inquiry.count() == 0
        assert figures(owner, base)["inquiries"] == 2

        # it becomes a quote, on the phone, while the owner looks at the board
        noa.goto(base + "pipeline/?q=0547778881")
        deal = card(noa, lanes(noa)[came][0]).get_attribute("data-deal")
        open_board(owner, base, deal, came)
        owner.evaluate("window.same = true")
        press(noa, f'.deal[data-deal="{deal}"] b a')
        noa.locator("details", has=noa.locator("#edit")).locator("summary").click()
        noa.fill("#edit [name=amount]", "18,500")
        press(noa, "#edit .btn.p")
        noa.select_option("#move select", quoted)
        press(noa, "#move .btn")
        comes(owner, deal, quoted)
        assert owner.evaluate("window.same"), "by itself"

        # two on one board: by mouse, by keys, a conflict, and back
        drag(owner, "D-1", met)
        noa.goto(base + "pipeline/")
        assert "D-1" in lanes(noa)[met]
        card(owner, "D-1").locator("select").select_option(bargained)  # chosen, and not sent yet
        on_by_key(noa, "D-1", lang)
        assert "D-1" in lanes(noa)[quoted]
        owner.wait_for_timeout(3000)
        with owner.expect_navigation() as answer:
            card(owner, "D-1").locator(".mover").evaluate("one => one.requestSubmit()")
        assert answer.value.status == 409
        assert quoted in owner.inner_text(".say-error")
        assert "D-1" in lanes(owner)[quoted], "nothing was overwritten"
        undo(noa)
        assert "D-1" in lanes(noa)[met]
        comes(owner, "D-1", met)

        # won, with why and what was done well
        press(noa, f'.deal[data-deal="{deal}"] b a')
        press(noa, f".dacts a[href*='{quote(won)}']")
        noa.fill(".dclose [name=other]", "אמון")
        noa.locator(".dclose [name=well]").first.check(force=True)
        noa.fill(".dclose [name=text]", "Sent a sample")
        press(noa, ".dclose .btn.p")
        line = plain(noa, ".dline li:first-child")
        assert "Sent a sample" in line
        assert "אמון" in plain(noa)
        owner.wait_for_selector(f'.deal[data-deal="{deal}"]', state="detached", timeout=60_000)

        # every figure has moved at once, and stands when the book is made anew
        after = figures(owner, base)
        assert after["inquiries"] == 2
        assert (after["won_value"], after["open_value"], after["win_rate"]) == (18_500, 12_000, 1)
        assert (before[came], after[came], after[quoted]) == (1, 2, 1)
        rebuilt(home)
        assert figures(owner, base) == after
        assert figures(noa, base) == after, "all of it is hers"
