"""What somebody brings in waits for them and for who sees everything; a report tells each what they see."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yaad.server.scoping import on_behalf_of, scope
from yaad.server.state import opened


@pytest.fixture
def draft(team):
    """A file that the owner dropped; gone afterwards."""
    file = SimpleUploadedFile("mine.csv", b"deal,stage\n1,Meeting\n")
    answer = team.client("owner").post(f"{team.here.prefix}files/", {"files": file})
    address = answer.headers["Location"]
    yield address
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        desk = opened()
        job = json.loads((desk.uploads.path(address.split("/")[-2]) / "draft.json").read_text("utf-8"))["job"]
        desk.jobs.cancel(job)
        desk.uploads.forget_files(address.split("/")[-2])


@pytest.mark.parametrize("name", ["manager", "rep", "viewer", "consultant"])
def test_who_does_not_see_everything_brings_nothing_in(team, draft, name):
    """A file speaks of deals whoever they belong to, and the account of an import tells what it changed."""
    client = team.client(name)
    assert client.get(f"{team.here.prefix}files/").status_code == 403
    assert client.get(draft).status_code == 403
    assert client.post(draft + "start/").status_code == 403


def test_a_consultant_with_the_grant_does(team, draft):
    from yaad.server.models import Membership

    part = Membership.objects.filter(account=team.here.accounts["consultant"])
    part.update(may_import=True)
    try:
        assert team.client("consultant").get(draft).status_code == 200
    finally:
        part.update(may_import=False)


def test_a_draft_is_not_there_in_another_company(team, draft):
    there = draft.replace(team.here.prefix, team.there.prefix)
    assert team.client("owner", team.there).get(there).status_code == 404


def test_sources_are_the_owners(team):
    assert team.client("owner").get(f"{team.here.prefix}sources/").status_code == 200
    assert team.client("manager").get(f"{team.here.prefix}sources/").status_code == 403


def job_of(team, draft):
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        return json.loads((opened().uploads.path(draft.split("/")[-2]) / "draft.json").read_text("utf-8"))["job"]


def test_while_an_upload_is_at_work_nothing_begins_anew(team, draft, monkeypatch):
    from yaad.server.jobs import Job, Jobs, State

    client, job = team.client("owner"), job_of(team, draft)
    monkeypatch.setattr(Jobs, "progress", lambda _self, name: Job(name, State.RUNNING))
    for address in ("answer/", "start/", "read/"):
        answer = client.post(draft + address, {"q:stage:Meeting": "open"})
        assert (answer.status_code, answer.headers["Location"]) == (302, draft)
    assert job_of(team, draft) == job


@pytest.fixture
def grant(team):
    """The consultant may bring files in, as long as this lasts."""
    from yaad.server.models import Membership

    part = Membership.objects.filter(account=team.here.accounts["consultant"])
    part.update(may_import=True)
    yield
    part.update(may_import=False)


@pytest.mark.usefixtures("grant")
def test_a_job_of_another_is_not_there_and_stays_at_work(team, draft, monkeypatch):
    """A consultant sees what the owner brings in; to stop it, or to follow a taking back, is for whom it works."""
    from yaad.server.jobs import Job, Jobs, State

    ended, owner = [], team.here.accounts["owner"].pk
    monkeypatch.setattr(Jobs, "progress", lambda _self, name: Job(name, State.RUNNING, account=owner))
    monkeypatch.setattr(Jobs, "cancel", lambda _self, name: ended.append(name))
    monkeypatch.setattr(Jobs, "latest", lambda *_about: Job("0" * 16, State.RUNNING, account=owner))
    undoing, computing = (
        f"{team.here.prefix}{end}" for end in (f"imports/undoing/{'0' * 16}/", "computing/chances/cancel/")
    )
    client = team.client("consultant")
    assert client.get(draft).status_code == 200
    assert [client.post(draft + "cancel/").status_code, client.get(undoing).status_code] == [404, 404]
    assert [client.post(computing).status_code, ended] == [404, []]
    client = team.client("owner")
    assert client.get(undoing).status_code == 200
    assert [client.post(address).status_code for address in (draft + "cancel/", computing)] == [302, 302]
    assert len(ended) == 2
