"""Without a network: what is typed is kept on the device and said so, and sent once when it is back, by whose it is."""

import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.browser
SAYS = {"he": "נשמר במכשיר, יישלח", "en": "Kept on this device, will be sent"}
SENT = {"he": "נשלח.", "en": "Sent."}
PHONES = {"he": "055-700 1001", "en": "055-700 1002"}
ENTRIES = "() => yaadQueue.all('entries')"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A server of one company; its address, where its pages begin, and cookies of who sells, one to be signed out."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [
        sys.executable,
        str(Path(__file__).parent / "selling_served.py"),
        str(tmp_path_factory.mktemp("selling")),
    ]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, text=True)
    base, prefix, ben, cyd, leaves = (process.stdout.readline().strip() for _ in range(5))
    yield SimpleNamespace(base=base, pages=base + prefix, prefix=prefix, ben=ben, cyd=cyd, leaves=leaves)
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.fixture
def device(chromium, house):
    """``device(lang, …)`` → a phone on which nobody has signed in yet, and its page."""
    made = []

    def make(lang="en", **more):
        context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce", **more)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "yaad_lang", "value": lang, "url": house.base}])
        made.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return context, page

    yield make
    for context in made:
        context.close()


def sign_in(context, house, cookie):
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": house.base}])


def wait_until(page, asked, want=True):
    """Until an expression of the page is what is wanted; the policy lets nothing be looked at from inside."""
    for _ in range(1200):
        found = page.evaluate(asked)
        if found == want:
            return
        page.wait_for_timeout(50)
    raise AssertionError((asked, found, want))


def is_ready(page):
    """The worker keeps its page, and the device knows the deals of who signed in."""
    wait_until(page, "() => caches.keys().then((names) => names.length)", 1)
    wait_until(page, "() => caches.match('/offline/en/').then((found) => Boolean(found))")
    wait_until(page, "() => Boolean(navigator.serviceWorker.controller)")
    wait_until(page, "() => yaadQueue.here().then((known) => Boolean(known?.deals))")


def take(page, phone, name):
    form = page.locator("form[data-keeps=inquiry]")
    form.locator("[name=phone]").fill(phone)
    form.locator("[name=name]").fill(name)
    form.locator('[name=channel][value="whatsapp"]').check(force=True)
    form.locator(".btn.p").click()


def waiting(page, house, name):
    page.goto(f"{house.pages}inquiries/")
    return page.locator(".waiting .card", has_text=name).count()


@pytest.mark.parametrize("lang", ["he", "en"])
def test_both_forms_go_on_without_a_network_and_what_they_say_is_sent_once(device, house, lang):
    context, page = device(lang)
    sign_in(context, house, house.ben)
    page.goto(house.base)
    assert page.url == f"{house.pages}my-day/"
    is_ready(page)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    name, note = f"Offline {lang}", f"A visit without a network {lang}"
    take(page, PHONES[lang], name)
    page.locator("[data-queue] li").wait_for()
    page.locator("[data-kept-said]:not([hidden])").wait_for()
    assert SAYS[lang] in page.inner_text("[data-kept-said]")
    assert name in page.inner_text("[data-queue]")
    page.goto(f"{house.pages}deal/?id=here-Ben-4")  # any page
    page.locator("[data-queue] li").wait_for()
    form = page.locator("form[data-keeps=visit]")
    assert name in page.inner_text("[data-queue]")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "he" else "ltr")
    form.locator("select").select_option("here-Ben-4")
    form.locator("textarea").fill(note)
    form.locator("[name=next_step]").fill(f"Call again {lang}")
    form.locator("[name=next_step_day]").fill("2030-01-01")
    form.locator(".btn.p").click()
    page.locator("[data-queue] li").nth(1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    heights = page.evaluate(
        "[...document.querySelectorAll('.btn, input:not([type=radio]), select, .chips span')]"
        ".map((one) => one.getBoundingClientRect().height).filter((one) => one)"
    )
    assert min(heights) >= 44
    context.set_offline(False)  # the page is told, and sends
    wait_until(page, ENTRIES, [])
    page.locator("[data-queue]").wait_for(state="hidden")
    page.locator("[data-sent] li").nth(1).wait_for()
    page.reload()
    page.goto(f"{house.pages}my-day/")
    page.locator("[data-sent] li").nth(1).wait_for()
    assert page.inner_text("[data-sent]").count(SENT[lang]) == 2
    page.locator("[data-sent] a", has_text=name).click()  # what came of it
    page.wait_for_url(f"{house.pages}inquiries/**")
    page.locator("[data-sent] li").wait_for()
    page.locator("[data-sent] button").click()
    page.locator("[data-sent]").wait_for(state="hidden")
    page.goto(f"{house.pages}deal/?id=here-Ben-4")
    story = page.inner_text("main")
    assert story.count(note) == 1
    assert f"Call again {lang}" in story
    assert waiting(page, house, name) == 1
    assert page.problems == []


def test_the_worker_sends_what_waits_while_no_page_is_open(device, house):
    context, page = device()
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}my-day/")
    is_ready(page)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    take(page, "055-700 1099", "Sent by the worker")
    page.locator("[data-kept-said]:not([hidden])").wait_for()
    tags = "() => navigator.serviceWorker.ready.then((one) => one.sync.getTags())"
    wait_until(page, tags, ["yaad-queue"])
    context.set_offline(False)
    other = context.new_page()
    other.goto(house.base + page.evaluate("() => document.querySelector('link[rel=icon]').getAttribute('href')"))
    page.close()
    seen, worker = context.new_cdp_session(other), []
    seen.on("ServiceWorker.workerRegistrationUpdated", lambda told: worker.extend(told["registrations"]))
    seen.send("ServiceWorker.enable")
    for _ in range(600):
        if worker:
            break
        other.wait_for_timeout(50)
    registration = worker[0]["registrationId"]
    seen.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": house.base, "registrationId": registration, "tag": "yaad-queue", "lastChance": False},
    )
    for _ in range(600):
        if "Sent by the worker" in context.request.get(f"{house.pages}inquiries/").text():
            break
        other.wait_for_timeout(100)
    other.goto(f"{house.pages}my-day/")
    other.locator("[data-sent] li", has_text="Sent by the worker").wait_for()
    wait_until(other, ENTRIES, [])
    assert waiting(other, house, "Sent by the worker") == 1


def test_what_arrived_though_nobody_heard_of_it_is_written_once(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}inquiries/new/")
    arrived = []

    def lose(route):
        if route.request.method != "POST" or arrived:
            route.fallback()
            return
        arrived.append(route.fetch().status)  # the server has written it
        route.abort("connectionreset")

    context.route("**/inquiries/new/", lose)
    take(page, "055-700 2001", "Heard by nobody")
    page.locator("[data-queue] li").wait_for()
    assert arrived == [200]
    (entry,) = page.evaluate(ENTRIES)
    assert entry["tried"] is True
    assert page.locator("[data-act=edit]").is_hidden()  # it may have been written as it is
    page.reload()
    wait_until(page, ENTRIES, [])
    assert waiting(page, house, "Heard by nobody") == 1
    assert "times" not in page.locator(".waiting .card", has_text="Heard by nobody").inner_text()
    with page.expect_navigation():
        page.locator(".waiting .card", has_text="Heard by nobody").locator("button[value=wrote]").click()
    assert waiting(page, house, "Heard by nobody") == 0


def test_another_account_on_the_device_neither_sees_nor_sends_it(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    take(page, "055-700 3001", "Only of Ben")
    page.locator("[data-queue] li").wait_for()
    sign_in(context, house, house.cyd)
    context.set_offline(False)  # his page is still open, and would send
    page.wait_for_timeout(700)
    (entry,) = page.evaluate(ENTRIES)
    assert entry["who"] != ""
    page.goto(f"{house.pages}inquiries/new/")
    wait_until(page, "() => yaadQueue.here().then((known) => known.who === document.body.dataset.who)")
    assert "Only of Ben" not in page.inner_text("body")
    page.locator("[data-queue]").wait_for(state="hidden")
    assert len(page.evaluate(ENTRIES)) == 1
    assert page.evaluate("() => yaadQueue.send('').then((sent) => sent.length)") == 0  # as the worker does
    assert waiting(page, house, "Only of Ben") == 0
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}my-day/")
    wait_until(page, ENTRIES, [])
    assert waiting(page, house, "Only of Ben") == 1


def test_what_is_refused_stays_with_its_reason_and_is_mended_or_thrown_away(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    for _ in range(2):
        page.locator(".quick .btn.p").click()  # nothing is typed
        page.wait_for_timeout(200)
    page.locator("[data-queue] li").nth(1).wait_for()
    context.set_offline(False)
    page.locator("[data-state=refused]:not([hidden])").nth(1).wait_for()
    assert "Not taken:" in page.inner_text("[data-queue]")
    assert "Type a number or a name" in page.inner_text("[data-queue]")
    page.locator("[data-queue] li").first.locator("summary").click()
    page.locator("[data-queue] li").first.locator("[data-act=drop]").click()
    wait_until(page, "() => yaadQueue.all('entries').then((rows) => rows.length)", 1)
    page.reload()
    page.locator("[data-state=refused]:not([hidden])").wait_for()  # it is not sent again by itself
    page.locator("[data-act=edit]").click()
    page.locator("form[data-edits]").wait_for()
    take(page, "055-700 4001", "Typed after all")
    page.locator("#done").wait_for()
    assert page.evaluate(ENTRIES) == []
    assert waiting(page, house, "Typed after all") == 1


def test_what_is_mended_is_not_sent_meanwhile_and_becomes_one_entry(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    take(page, "055-700 6001", "Mended once")
    page.locator("[data-queue] li [data-act=edit]").click()
    page.locator("form[data-edits]").wait_for()
    context.set_offline(False)
    page.wait_for_timeout(700)
    assert len(page.evaluate(ENTRIES)) == 1
    page.keyboard.press("Escape")  # it goes as it was, after all
    wait_until(page, ENTRIES, [])
    assert page.locator("form[data-edits]").count() == 0
    context.set_offline(True)
    take(page, "055-700 6002", "Before")
    page.locator("[data-queue] li [data-act=edit]").click()
    page.locator("form[data-edits]").wait_for()
    page.locator("form[data-keeps=inquiry] [name=name]").fill("Mended twice")
    context.set_offline(False)
    page.locator("form[data-keeps=inquiry] .btn.p").click()
    page.locator("#done").wait_for()
    assert page.evaluate(ENTRIES) == []
    context.set_offline(True)
    take(page, "055-700 6003", "Sent elsewhere")
    page.locator("[data-queue] li [data-act=edit]").click()
    page.locator("form[data-edits]").wait_for()
    context.set_offline(False)
    other = context.new_page()
    other.goto(f"{house.pages}my-day/")  # another window takes it as left, and sends it
    wait_until(other, ENTRIES, [])
    page.locator("form[data-keeps=inquiry] [name=name]").fill("Too late")
    page.locator("form[data-keeps=inquiry] .btn.p").click()
    page.locator("[data-sent-said]:not([hidden])").wait_for()
    assert "sent in the meantime" in page.inner_text("[data-sent-said]")
    assert page.evaluate(ENTRIES) == []
    assert page.input_value("form[data-keeps=inquiry] [name=name]") == "Too late"
    page.goto(f"{house.pages}inquiries/")
    counts = {
        name: page.locator(".waiting .card", has_text=name).count()
        for name in ("Mended once", "Before", "Mended twice", "Sent elsewhere", "Too late")
    }
    assert counts == {"Mended once": 1, "Before": 0, "Mended twice": 1, "Sent elsewhere": 1, "Too late": 0}
    assert page.problems == []


def test_what_always_fails_stands_in_nobodys_way(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}inquiries/new/")
    context.set_offline(True)
    for number, name in enumerate(("Fails always", "Goes on")):
        take(page, f"055-700 700{number}", name)
        page.locator("[data-queue] li").nth(number).wait_for()

    def fail(route):
        if "Fails" in (route.request.post_data or ""):
            route.fulfill(status=500, body="")
        else:
            route.fallback()

    context.route("**/inquiries/new/", fail)
    context.set_offline(False)
    page.locator("[data-state=failed]:not([hidden])").wait_for()
    wait_until(page, "() => yaadQueue.all('entries').then((rows) => rows.length)", 1)
    assert "Fails always" in page.inner_text("[data-queue]")
    assert "tried again" in page.inner_text("[data-queue]")
    context.unroute("**/inquiries/new/")
    page.reload()
    wait_until(page, ENTRIES, [])
    assert waiting(page, house, "Fails always") == waiting(page, house, "Goes on") == 1


def test_names_of_deals_leave_the_device_when_one_may_come_in_no_more(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.ben)
    page.goto(f"{house.pages}my-day/")
    knows = "() => yaadQueue.here().then((known) => Boolean(known?.deals))"
    wait_until(page, knows)
    context.route("**/device/", lambda route: route.fulfill(status=404, body=""))
    page.goto(f"{house.base}/c/c000000000000/my-day/")  # as any page of a company that is not one's own
    wait_until(page, knows, want=False)
    assert page.problems == []


def test_who_was_signed_out_is_told_so_and_it_is_sent_after_a_sign_in(device, house):
    context, page = device(service_workers="block")
    sign_in(context, house, house.cyd)
    page.goto(f"{house.pages}inquiries/new/")
    name = house.cyd.partition("=")[0]
    context.clear_cookies(name=name)
    take(page, "055-700 5001", "After a sign-in")
    page.locator("[data-state=out]:not([hidden])").wait_for()
    assert page.locator('[data-state=out] a[href="/account/login/"]').is_visible()
    sign_in(context, house, house.cyd)
    page.reload()
    wait_until(page, ENTRIES, [])
    assert waiting(page, house, "After a sign-in") == 1


def test_signing_out_asks_of_what_waits_and_leaves_nothing_on_the_device(device, house):
    context, page = device(service_workers="allow")
    sign_in(context, house, house.leaves)  # a session of its own: signing out ends it
    page.goto(f"{house.pages}my-day/")
    is_ready(page)
    page.evaluate(
        "() => yaadQueue.put('entries', {key: 'a', who: `${document.body.dataset.who.split('-')[0]}-c000000000000`,"
        " kind: 'inquiry', to: '/c/c000000000000/inquiries/new/', device: '/c/c000000000000/device/',"
        " at: 'x', fields: []})"
    )
    page.evaluate(
        "() => yaadQueue.put('entries', {key: 'b', who: 'another-c000000000000', kind: 'inquiry',"
        " to: '/c/c000000000000/inquiries/new/', device: '/c/c000000000000/device/', at: 'x', fields: []})"
    )
    page.goto(f"{house.base}/account/logout/")
    page.locator("[data-left]:not([hidden])").wait_for()
    assert page.inner_text("[data-n]") == "1"
    page.locator("main form button").click()
    page.wait_for_url("**/account/login/")
    left = page.evaluate(
        """() => new Promise((done) => { const asked = indexedDB.open('yaad'); asked.onsuccess = () => {
             const act = asked.result.transaction(['entries', 'here']);
             const rows = [act.objectStore('entries').getAllKeys(), act.objectStore('here').getAllKeys()];
             act.oncomplete = () => done(rows.map((one) => one.result)); } })"""
    )
    assert left == [["b"], []]
    assert page.evaluate("() => caches.keys()") == []
