"""The page of one's own tokens."""

import re

from django.test import Client


def test_a_token_is_made_shown_once_used_and_taken_back(team):
    client = team.client("rep")
    address = f"{team.here.prefix}tokens/"
    assert client.get(address).status_code == 200
    made = client.post(address, {"name": "Nightly", "scope": ["read"], "days": "30"})
    told = re.search(r"yaad_[\w-]{43}", made.content.decode())[0]
    headers = {"Authorization": f"Bearer {told}"}
    asked = f"/api/v1/companies/{team.here.id}/funnel"
    assert Client(HTTP_HOST="127.0.0.1").get(asked, headers=headers).status_code == 200
    again = client.get(address).content.decode()
    assert "Nightly" in again
    assert told not in again
    form = re.search(r'action="([^"]+/revoke/)"', again)[1]
    assert team.client("manager").post(form).status_code == 404
    assert client.post(form).status_code == 302
    assert Client(HTTP_HOST="127.0.0.1").get(asked, headers=headers).status_code == 401


def test_what_is_wrong_is_said_above_the_form(team):
    client = team.client("rep")
    for wrong in ({"name": ""}, {"days": "400"}, {"days": "x"}, {"scope": ["import"]}, {"scope": []}):
        given = {"name": "Nightly", "scope": ["read"], "days": "30"} | wrong
        answer = client.post(f"{team.here.prefix}tokens/", given)
        assert answer.status_code == 400
        assert "yaad_" not in answer.content.decode()


def test_who_may_have_no_tokens_has_no_page(team):
    assert team.client("viewer").get(f"{team.here.prefix}tokens/").status_code == 403
    assert f"{team.here.prefix}tokens/" not in team.client("viewer").get(f"{team.here.prefix}funnel/").content.decode()


def test_the_making_and_the_end_stand_in_the_audit_log_without_the_token(team):
    from yaad.server.models import AuditEvent

    client = team.client("owner")
    client.post(f"{team.here.prefix}tokens/", {"name": "Logged", "scope": ["read"], "days": "1"})
    last = AuditEvent.objects.filter(company=team.here.id).order_by("-seq").first()
    assert (last.action, last.detail["scopes"]) == ("token.made", ["read"])
    assert "yaad_" not in str(last.detail)
