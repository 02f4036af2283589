"""A server over a small company, and a real browser that comes in by the printed address."""

import importlib.util
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_socket
from tests.pages.served import Server

HERE = Path(__file__).parent
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _load(name: str, path: Path):
    """A module of the tests by its file; the folders of tests are no packages."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def company():
    return _load("company_of_the_pages", HERE / "company.py")


@pytest.fixture(scope="session")
def forbidden():
    """Language → pattern of what the first floor never says; the house's own list."""
    import re

    words = _load("house_words", HERE.parent / "house" / "test_words.py").FORBIDDEN
    edges = {"he": (r"(?<!\w)(", r")(?!\w)"), "en": (r"\b(", r")\b")}
    return {lang: re.compile(edges[lang][0] + "|".join(words[lang]) + edges[lang][1], re.IGNORECASE) for lang in words}


@pytest.fixture(autouse=True)
def _no_network():
    """Our own tests reach this machine alone, as the pages do."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket._remove_restrictions()


class Served(Server):
    """A running server and the state of a browser that came in."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.base = self.entry.partition("/enter/")[0]
        self.root = root
        self.state = None


@contextmanager
def serving(root: Path):
    served = Served(root)
    try:
        yield served
    finally:
        served.stop()


@pytest.fixture(scope="session")
def serve():
    """``with serve(folder) as served``: a server of its own."""
    return serving


@pytest.fixture(scope="session")
def filled(company, tmp_path_factory):
    """The folder of a book that holds the company; it is copied and never served itself."""
    from yaad.book import Book

    folder = tmp_path_factory.mktemp("pages")
    file, mapping = company.write(folder)
    root = folder / "אלון ציוד משרדי"
    book = Book.create(root)
    book.import_files([file], mapping=mapping)
    book.win_chances()
    book.close()
    return root


@contextmanager
def _served_copy(filled: Path, folder: Path):
    with serving(shutil.copytree(filled, folder / filled.name)) as served:
        yield served


@pytest.fixture(scope="session")
def full(filled, tmp_path_factory):
    """A server whose book holds the company, as it was brought in: no test leaves a deal other than it was."""
    with _served_copy(filled, tmp_path_factory.mktemp("full")) as served:
        yield served


@pytest.fixture(scope="session")
def worked(filled, tmp_path_factory):
    """A server over a copy of the same book in which tests move, add and end deals."""
    with _served_copy(filled, tmp_path_factory.mktemp("worked")) as served:
        yield served


@pytest.fixture
def empty(tmp_path_factory):
    """A server whose book is empty, for one test alone: what a book knows changes what is asked of the next file."""
    with serving(tmp_path_factory.mktemp("empty") / "book") as served:
        yield served


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Debian's chromium is absent")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


LEFT = "net::ERR_ABORTED"
"""How the browser calls a request that it gave up because the page was left before the answer came."""


class Seen:
    """What a page did while it was looked at."""

    def __init__(self, page, base: str) -> None:
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        self.base = base
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self.hosts.add("/".join(request.url.split("/")[:3])))

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _failed(self, request) -> None:
        if request.failure != LEFT:
            self.problems.append(f"failed: {request.url} {request.failure}")

    def check(self) -> None:
        assert self.problems == []
        assert self.hosts <= {self.base}


@pytest.fixture
def visit(chromium):
    """``visit(served, path, lang=…, width=…, theme=…, js=…)`` → the page, with ``page.seen``."""
    contexts = []

    def enter(served: Served) -> None:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(served.entry)
        served.state = context.storage_state()
        context.close()

    def make(served, path, *, lang="he", width=1440, theme="light", js=True):
        if served.state is None:
            enter(served)
        context = chromium.new_context(
            storage_state=served.state,
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            java_script_enabled=js,
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        context.add_cookies([{"name": "yaad_lang", "value": lang, "url": served.base}])
        page = context.new_page()
        page.seen = Seen(page, served.base)
        page.status = page.goto(served.base + path, wait_until="load").status
        return page

    yield make
    for context in contexts:
        context.close()


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` → what axe-core finds wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    core = Axe()

    def read(page) -> list[str]:
        found = core.run(page, options={"runOnly": RULES})
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found.response["violations"]
            for node in one["nodes"][:2]
        ]

    return read
