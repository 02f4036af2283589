"""What somebody brings in waits for them and for who sees everything; a report tells each what they see."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yaad.server.scoping import on_behalf_of, scope
from yaad.server.state import opened


@pytest.fixture
def draft(team):
    """A file that the manager of the north dropped; gone afterwards."""
    file = SimpleUploadedFile("mine.csv", b"deal,stage\n1,Meeting\n")
    answer = team.client("manager").post(f"{team.here.prefix}files/", {"files": file})
    address = answer.headers["Location"]
    yield address
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        desk = opened()
        job = json.loads((desk.uploads.path(address.split("/")[-2]) / "draft.json").read_text("utf-8"))["job"]
        desk.jobs.cancel(job)
        desk.uploads.forget_files(address.split("/")[-2])


def test_a_draft_is_seen_by_who_brought_it_and_by_who_sees_everything(team, draft):
    from yaad.server.models import Membership

    assert draft.startswith(f"{team.here.prefix}files/")
    assert team.client("manager").get(draft).status_code == 200
    assert team.client("owner").get(draft).status_code == 200
    assert team.client("rep").get(draft).status_code == 403
    part = Membership.objects.filter(account=team.here.accounts["rep_south"])
    part.update(role="manager", team="south")
    try:
        other = team.client("rep_south")
        assert other.get(draft).status_code == 404
        assert draft not in other.get(f"{team.here.prefix}files/").content.decode()
        assert other.post(draft + "start/").status_code == 404
    finally:
        part.update(role="rep", team="")
    there = draft.replace(team.here.prefix, team.there.prefix)
    assert team.client("owner", team.there).get(there).status_code == 404


def test_sources_are_the_owners(team):
    assert team.client("owner").get(f"{team.here.prefix}sources/").status_code == 200
    assert team.client("manager").get(f"{team.here.prefix}sources/").status_code == 403
    assert "sources/" not in team.client("manager").get(f"{team.here.prefix}files/").content.decode()
