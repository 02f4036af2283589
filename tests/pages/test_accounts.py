"""Signing in, in a browser and in both languages: a second step set up, a code, a passkey; under a strict policy."""

import importlib.util
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pages.steps import press

HERE = Path(__file__).parent


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SERVED = HERE / "accounts_served.py"
PASSWORD = _load(SERVED).PASSWORD
CODES = _load(HERE.parent / "server" / "codes.py")
KEY_OF_A_LAPTOP = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A server of companies; gives its address."""
    command = [sys.executable, str(SERVED), str(tmp_path_factory.mktemp("accounts")), str(_free()), "he"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture
def page(chromium, house, request):
    """A page of a browser in the language of the test; anything it complains of is a failure."""
    problems = []
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": "yaad_lang", "value": request.param, "url": house}])
    opened = context.new_page()
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda told: problems.append(told.text) if told.type in ("error", "warning") else None)
    yield opened
    context.close()
    assert problems == []


def enter(page, house: str, email: str) -> None:
    page.goto(house + "/")
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def leave(page, house: str) -> None:
    page.goto(house + "/account/logout/")
    page.click("main form button")
    page.wait_for_url("**/account/login/")


def narrow(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 390, page.url


@pytest.mark.browser
@pytest.mark.parametrize("page", ["he", "en"], indirect=True)
def test_a_second_step_is_set_up_and_asked_for(page, house):
    enter(page, house, "dana@alon.example")
    page.wait_for_url("**/account/set-up/")
    narrow(page)
    page.click("main .ways a >> nth=0")
    page.wait_for_selector(".picture svg")
    narrow(page)
    secret = page.inner_text(".secret").replace(" ", "")
    page.fill("[name=code]", CODES.code_of(secret))
    page.click("main form button")
    page.wait_for_url("**/account/codes/")
    narrow(page)
    spare = page.locator("ol.codes li").all_inner_texts()
    assert len({code for code in spare if re.fullmatch(r"\d{4} \d{4}", code)}) == 10
    page.click("main a.btn.p")
    page.wait_for_url("**/c/c*/**")
    leave(page, house)

    enter(page, house, "dana@alon.example")
    page.wait_for_url("**/account/second/")
    narrow(page)
    page.fill("[name=code]", CODES.code_of(secret, 1))  # the code of now was used up
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/c*/**")

    page.goto(house + "/account/")
    narrow(page)
    press(page, 'a[href="/account/app/remove/"]')
    page.click("main form button")
    page.wait_for_url("**/account/")
    assert page.locator(".told").count() == 1
    leave(page, house)


@pytest.mark.browser
@pytest.mark.parametrize("page", ["he", "en"], indirect=True)
def test_a_passkey_takes_the_place_of_mail_and_password(page, house):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_OF_A_LAPTOP})["authenticatorId"]
    enter(page, house, "yoav@alon.example")
    page.wait_for_url("**/c/c*/**")
    page.goto(house + "/account/passkeys/add/")
    narrow(page)
    page.click("main form button")
    page.wait_for_url("**/account/codes/")
    leave(page, house)

    page.click("form[data-passkey] button")
    page.wait_for_url("**/c/c*/**")
    leave(page, house)

    enter(page, house, "yoav@alon.example")
    page.wait_for_url("**/account/second/")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/c/c*/**")

    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    leave(page, house)
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-failed]:not([hidden])")  # nobody showed a finger or a face
    assert page.url.endswith("/account/login/")

    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.click("form[data-passkey] button")
    page.wait_for_url("**/c/c*/**")
    page.goto(house + "/account/")
    press(page, 'a[href$="/remove/"]')
    page.click("main form button")
    page.wait_for_url("**/account/")
    leave(page, house)
