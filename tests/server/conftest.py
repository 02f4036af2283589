"""One book served, as on somebody's own machine; and two companies with an object of each kind."""

from types import SimpleNamespace

import pytest


@pytest.fixture(scope="module")
def served(home, tmp_path_factory):
    """The pages over an empty book; gives its `Opened` state."""
    from django.test import override_settings

    from yaad.book import Book
    from yaad.server import settings, state
    from yaad.server.place import Place

    root = tmp_path_factory.mktemp("served") / "book"
    Book.create(root).close()
    place = Place(root)
    told = dict(settings.settings_for(place, lang="en"))
    del told["DATABASES"], told["INSTALLED_APPS"]  # cannot be changed once Django has been made
    with override_settings(**told):
        yield state.open_place(place)
        state.close()


@pytest.fixture(autouse=True)
def _alone(writes_alone):
    """Every write of these tests is held to it."""


@pytest.fixture
def anonymous(served):
    """A browser that was not let in."""
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def inside(served, monkeypatch):
    """A browser that came in by a token of its own."""
    from django.test import Client

    from yaad.server import entrance

    monkeypatch.setattr(entrance, "token", entrance.Token())
    client = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert client.get(f"/enter/?token={entrance.token.value}").status_code == 302
    return client


@pytest.fixture(scope="module")
def world(team):
    """Both companies with an object of each kind, and no job that is really begun."""
    from tests.server.objects import nothing_begins, objects_of

    patch = pytest.MonkeyPatch()
    nothing_begins(patch.setattr)
    yield SimpleNamespace(team=team, objects={one: objects_of(one, getattr(team, one)) for one in ("here", "there")})
    patch.undo()


@pytest.fixture
def large(team, monkeypatch):
    """Both companies as if their books were large, and as if nothing had been answered yet."""
    from yaad.server import companies, state

    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", 0)
    state.close()
    state.open_companies(companies.folder_of)
    yield team
    state.close()
    state.open_companies(companies.folder_of)  # nobody takes them for large ones
