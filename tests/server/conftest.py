"""One book served, as on somebody's own machine; and two companies with an object of each kind."""

import datetime as dt
from types import SimpleNamespace

import pytest
from tests.people import marker


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
    from django.utils import timezone

    from yaad.book import Book
    from yaad.book.sources.named import Source, SourceFiles
    from yaad.faces.web import computing
    from yaad.server import drafts, made, tokens
    from yaad.server.jobs import Job, State
    from yaad.server.models import Invitation, Membership
    from yaad.server.scoping import current, on_behalf_of, scope
    from yaad.server.state import opened

    patch = pytest.MonkeyPatch()
    patch.setattr(computing, "waiting", lambda what: computing.Waiting(what, Job("x", State.WAITING)))
    objects = {}
    for called, company in (("here", team.here), ("there", team.there)):
        owner = company.accounts["owner"]
        with on_behalf_of(scope(owner.pk, company.id)):
            token, _told = tokens.make(current(), "program", ["read"])
            upload = opened().uploads.keep([], pasted=f"deal,stage\n1,{marker(called, 'Cyd')}\n")
            draft = drafts.start(upload, "")
            draft.save()
            with made.begun() as new:
                new.save()
        folder = company.root / "watched"
        SourceFiles(company.root).save(Source(f"source{called}", "folder", path=str(folder)))
        invitation = Invitation.objects.create(
            company_id=company.id, role="rep", email=f"new@{called}.example", digest=called, by=owner,
            expires_at=timezone.now() + dt.timedelta(days=1),
        )  # fmt: skip
        book = Book.open(company.root)
        objects[called] = {
            "draft": draft.id, "report": new.id, "job": "0" * 16, "import": book.imports()[0].name,
            "token": str(token.pk), "invitation": str(invitation.pk), "source": f"source{called}",
            "member": str(Membership.objects.get(company=company.id, account=company.accounts["rep"]).pk),
        }  # fmt: skip
        book.close()
    yield SimpleNamespace(team=team, objects=objects)
    patch.undo()
