"""Before an invitation is sent it is said that somebody is here or invited already; its end is seen where it waits."""

import re

import pytest


@pytest.fixture(scope="module")
def invited(team):
    """A consultant who is invited until the end of 2027 and brings files in."""
    asked = {"email": "cons@there.example", "role": "consultant", "may_import": "1", "until": "2027-12-31"}
    told = team.client("owner").post(f"{team.here.prefix}people/invite/", asked | {"sure": "1"})
    assert told.status_code == 302
    return team


@pytest.mark.parametrize(
    ("address", "said"),
    [("rep@here.example", "is in the company already"), ("cons@there.example", "was invited already")],
)
def test_the_preview_says_who_needs_no_invitation(invited, address, said):
    told = invited.client("owner").post(f"{invited.here.prefix}people/invite/", {"email": address, "role": "viewer"})
    assert told.status_code == 400
    assert said in told.content.decode()


def test_a_waiting_invitation_says_its_end_and_its_right(invited):
    page = invited.client("owner").get(f"{invited.here.prefix}people/").content.decode()
    line = re.search(r"cons@there\.example.*?</small>", page, re.DOTALL)[0]
    assert "brings files in" in line
    assert "Access until and including" in line
    assert "31 Dec 2027" in line


def test_a_team_that_has_people_says_why_it_stays(invited):
    owner, manager = (
        invited.client(name).get(f"{invited.here.prefix}people/").content.decode() for name in ("owner", "manager")
    )
    assert owner.count("Can be removed once nobody is in it") == 3
    assert "Can be removed once nobody is in it" not in manager


def test_the_last_owner_hears_it_before_they_say_yes(invited):
    from yaad.server.models import Membership

    part = Membership.objects.get(company=invited.here.id, account=invited.here.accounts["owner"])
    address = f"{invited.here.prefix}people/{part.pk}/"
    told = invited.client("owner").post(address, {"role": "viewer"})
    assert told.status_code == 400
    assert 'name="sure"' not in told.content.decode()
    assert invited.client("owner").post(address, {"role": "owner"}).status_code == 200
