"""Start the demo, open three pages in both languages over HTTP as a person would, stop it; exit 0 when all is well."""

import contextlib
import http.cookiejar
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PATIENCE = 300  # seconds until the address must be printed; the demo company is written first
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/enter/\?token=[\w-]+")
PAGES = ("/", "/funnel/", "/plan/")
DIRECTIONS = {"he": "rtl", "en": "ltr"}


class Demo:
    """The demo as a process, and what it printed so far."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "yaad", "demo", "--serve"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def address(self) -> str:
        """The way in, once it is printed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := ADDRESS.search("".join(self.lines).replace("\n", "")):
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise SystemExit("The demo printed no address:\n" + "".join(self.lines))

    def stop(self) -> int:
        """Stop it as a person does, with Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return -1


def browser() -> urllib.request.OpenerDirector:
    """Something that keeps cookies, follows the way in and asks no proxy."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)


def check_page(page: str, html: str, lang: str) -> list[str]:
    """What is wrong with a page; nothing when it is well."""
    wanted = [f'lang="{lang}"', f'dir="{DIRECTIONS[lang]}"', 'id="main"']
    wanted += ["svg"] if page != "/plan/" else ['type="range"', 'class="huge"']
    return [f"{page} ({lang}) lacks {text}" for text in wanted if text not in html]


def check(address: str) -> list[str]:
    """Open the pages; what is wrong with them."""
    base = address.partition("/enter/")[0]
    opener = browser()
    wrong = []
    with contextlib.closing(opener.open(address)) as answer:
        wrong += [] if answer.status == 200 else [f"the way in answers {answer.status}"]
    for lang in DIRECTIONS:
        for page in PAGES:
            with contextlib.closing(opener.open(f"{base}{page}?lang={lang}")) as answer:
                wrong += check_page(page, answer.read().decode(), lang)
    try:
        browser().open(address)
        wrong.append("the way in can be used twice")
    except urllib.error.HTTPError as refused:
        wrong += [] if refused.code == 403 else [f"the second use of the way in answers {refused.code}"]
    return wrong


def main() -> int:
    demo = Demo()
    try:
        wrong = check(demo.address())
    finally:
        ended = demo.stop()
    if ended != 0:
        wrong.append(f"the demo ended with {ended} after Ctrl-C")
    for line in wrong:
        print(line, file=sys.stderr)
    print("demo: all is well" if not wrong else "demo: something is wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
