"""Every page says whose rows are seen, and an account that is nobody of the data is told so."""

import pytest

UNTIED = "Your account is not connected to a name in the data yet"


@pytest.fixture(scope="module")
def untied(team):
    """An account that sells and is nobody of the data yet; one that leads a team without people."""
    from yaad.server.models import Account, Membership

    team.client("owner").post(f"{team.here.prefix}people/teams/", {"name": "valley", "above": ""})
    for name, part in (("new", {"role": "rep"}), ("lead", {"role": "manager", "team": "valley"})):
        account = Account.objects.create_user(f"{name}@here.example", "correct horse battery staple", name=name)
        Membership.objects.create(company_id=team.here.id, account=account, **part)
        team.here.accounts[name] = account
    return team


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("owner", None),
        ("consultant", None),
        ("viewer", None),
        ("manager", "Teams <bdi>north, port</bdi>"),
        ("rep", "Deals of <bdi>Ben</bdi>"),
        ("rep_south", "Deals of <bdi>Cyd</bdi>"),
    ],
)
def test_beside_the_company_stands_whose_rows_are_seen(untied, name, said):
    page = untied.client(name).get(untied.here.prefix).content.decode()
    assert page.count('<small class="whose">') == (0 if said is None else 1)
    assert said is None or page.count(said) == 2  # beside the pages, and at the top of a phone
    assert UNTIED not in page


@pytest.mark.parametrize("path", ["", "funnel/", "goals/", "board/", "dwell/"])
def test_an_account_without_a_name_is_told_on_every_page(untied, path):
    assert UNTIED in untied.client("new").get(untied.here.prefix + path).content.decode()


def test_who_sees_no_deal_is_not_told_that_the_data_lack_them(untied):
    seen, unseen = (untied.client(name).get(untied.here.prefix).content.decode() for name in ("owner", "new"))
    assert "What these data cannot tell" in seen
    assert "What these data cannot tell" not in unseen
    assert "It typically takes" in seen
    assert "It typically takes" not in unseen


def test_who_leads_an_empty_team_is_told_that(untied):
    page = untied.client("lead").get(untied.here.prefix).content.decode()
    assert "Nobody is in your team yet" in page
    assert UNTIED not in page
