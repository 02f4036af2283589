"""Every address that an owner can open, once in a browser: no script, style or eval of its own, and no complaint."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
SERVED = Path(__file__).parent / "every_page_served.py"
REPORTS = """window.told = [];
document.addEventListener("securitypolicyviolation", e => window.told.push(e.violatedDirective));"""
REFUSED = "Failed to load resource: the server responded with a status of"
"""What a browser says of a page that is answered with 4xx, whatever is in it."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The address of a server, the key of the owner's session, and all pages."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, str(SERVED), str(tmp_path_factory.mktemp("every")), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        base, key, *pages = iter(lambda: process.stdout.readline().strip(), "")
        yield base, key, pages
        process.terminate()


@pytest.fixture
def browser(chromium, house):
    """A page in which the owner has signed in, and a list of what it complains of."""
    base, key, _pages = house
    context = chromium.new_context()
    name, _, value = key.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": base}])
    context.set_default_timeout(60_000)
    context.add_init_script(REPORTS)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda one: wrong.append(one) if one.type in ("error", "warning") else None)
    yield page, wrong
    context.close()


def complaints(page, wrong, address, base):
    """What the browser says against a page, and its status."""
    wrong.clear()
    answer = page.goto(base + address, wait_until="load")
    told = page.evaluate("window.told")
    status = answer.status if answer else 0
    of_page = [one for one in wrong if not isinstance(one, str)]
    said = [f"{one.text} {one.location['url']}" for one in of_page if not _is_of(one, base + address)]
    return status, [*told, *said, *(one for one in wrong if isinstance(one, str))]


def _is_of(message, address):
    """Whether a message only says that the page itself was refused."""
    return message.text.startswith(REFUSED) and message.location["url"] == address


def test_every_page_keeps_to_the_policy_in_a_browser(browser, house):
    (page, wrong), (base, _key, pages) = browser, house
    statuses, found = {}, {}
    for address in pages:
        statuses[address], told = complaints(page, wrong, address, base)
        if told:
            found[address] = told
    assert found == {}
    assert len(pages) > 50
    assert not [address for address, status in statuses.items() if status >= 500]
    assert sum(status == 200 for status in statuses.values()) > 40


def test_a_script_a_style_and_an_eval_of_a_pages_own_are_told(browser, house):
    (page, wrong), (base, _key, _pages) = browser, house
    # a page outside of any company: no worker stands between the browser and what is planted
    policy = page.goto(base + "/no-such-page/", wait_until="load").headers["content-security-policy"]
    planted = "<p style='color:red'>x</p><script>window.ran = 1</script>"

    def answer(route):
        route.fulfill(
            body=f"<!doctype html>{planted}", headers={"content-security-policy": policy, "content-type": "text/html"}
        )

    page.route("**/planted/", answer)
    _status, told = complaints(page, wrong, "/planted/", base)
    assert {one.partition("-")[0] for one in told[:2]} == {"script", "style"}
    assert len(told) >= 4
    assert page.evaluate("window.ran") is None
