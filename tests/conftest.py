"""What all tests share: where the public sets stand, and that no test reaches the network."""

import gc
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, nothing of the law. A commit is held to the same examples
# wherever it is tested; `make check-long` searches for others.
settings.register_profile("yaad", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("yaad")

LONG = (
    "pages/test_sources.py", "intake/test_large.py", "pages/test_wizard.py", "book/test_killed.py",
    "pages/test_files.py", "reports/test_export_back.py", "pages/test_pasted.py", "intake/test_import_laws.py",
    "book/test_lists.py", "intake/reading/test_laws.py", "book/test_watched.py", "facts/test_portions.py",
    "measures/test_laws_of_all.py",
)  # fmt: skip
"""Files that take most of a minute or more, of the browser and of the engine by turns."""
SHORT = ("house", "model", "text")
"""Folders of files that take seconds."""

DATABASES = ("database", "database_owner")
"""Fields of `Home` that a run over PostgreSQL sets."""
SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin first and short ones come last, so that no worker is left alone with one; else by chance."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(tests).as_posix() if item.path.is_relative_to(tests) else ""
        return LONG.index(file) if file in LONG else len(LONG) + (file.partition("/")[0] in SHORT)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was loaded stays loaded: whatever gives memory back would look through all of it, some times an import."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public sets beside the project; a test that needs it is skipped by name where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("../shared/data is absent")
    return data


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Django, made once for the whole run: a server of companies over an empty database.

    It is SQLite, unless the run was started over a PostgreSQL of its own (`tests/server/test_on_postgresql.py`).
    """
    from tests.people import ADDRESS, KEY

    from yaad.server import acting, upgrading
    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    found = Home(tmp_path_factory.mktemp("home"), ADDRESS, KEY, lang="en", two_factor="optional")
    found = replace(found, **{name: os.environ.get(f"YAAD_TEST_{name.upper()}", "") for name in DATABASES})
    configure_server(found)
    beside_a_browser()
    upgrading.upgrade()
    emptied_by_tests()
    with acting.as_server():  # what a test writes and looks up itself; a request says anew for whom it is
        yield found


def beside_a_browser() -> None:
    """Let tests reach the database although the browser of the page tests leaves a loop running in its worker.

    The variable by which Django allows it would reach the servers that tests start, and `yaad check` refuses it.
    """
    from django.utils import asyncio

    def none() -> None:
        raise RuntimeError("no loop of Django's is running")

    asyncio.get_running_loop = none


def emptied_by_tests() -> None:
    """Let the command ``flush`` empty tables that only grow: between tests, and nowhere else."""
    from django.db import connection, connections

    from yaad.server.guards import lifted
    from yaad.server.upgrading import owner

    def flush(_operations, statements):
        with lifted(owner()), connections[owner()].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    # of the class: once the browser's loop runs, Django takes another connection in this thread
    type(connection.ops).execute_sql_flush = flush


@pytest.fixture
def writes_alone(monkeypatch):
    """Refuse whatever is written into a book on somebody's behalf beside others who write in the company."""
    from yaad.book import Book
    from yaad.server import scoping, writing

    def held(name):
        write = getattr(Book, name)

        def written(book, *given, **named):
            access = scoping._current.get()
            if access is not None:
                lock = writing._alone.get(access.company)
                assert lock is not None, f"{name} in {access.company!r}, where nobody writes alone"
                assert lock._is_owned(), f"{name} beside others who may write"
            return write(book, *given, **named)

        monkeypatch.setattr(Book, name, written)

    for name in ("write", "add_measures", "remove_measure"):
        held(name)


@pytest.fixture(scope="module")
def team(home, tmp_path_factory):
    """Two companies with people of every role, served; the database is empty again afterwards."""
    from django.core.management import call_command
    from tests.people import Team, begin

    from yaad.server import companies, state

    folder = tmp_path_factory.mktemp("team")
    state.open_companies(companies.folder_of)
    both = Team(begin("here", folder / "here"), begin("there", folder / "there"))
    yield both
    state.close()
    for company in (both.here, both.there):
        shutil.rmtree(company.root, ignore_errors=True)  # a test may have taken it away
    call_command("flush", verbosity=0, interactive=False)
