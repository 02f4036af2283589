"""One Django for the whole run: its settings are made once, over a book in a temporary folder."""

import pytest


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """The pages configured over an empty book; gives its `Opened` state."""
    from yaad.book import Book
    from yaad.server import settings, state
    from yaad.server.place import Place

    root = tmp_path_factory.mktemp("served") / "book"
    Book.create(root).close()
    place = Place(root)
    settings.configure(place, lang="en")
    yield state.open_place(place)
    state.close()


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
