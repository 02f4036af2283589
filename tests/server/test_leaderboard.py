"""Who stands where: places counted by hand, and nothing of others beyond what the company's setting allows."""

import datetime as dt
from decimal import Decimal

import pytest

# Won by each in October: the first two of each person's deals; see `tests.people.rows`.
SALES = {"Ann": 2001, "Ben": 2021, "Eli": 2041, "Cyd": 2061, "Dan": 2081}
TARGETS = {"Ann": 1000, "Ben": 4042, "Eli": 2041, "Cyd": 20610, "Dan": 41620}
BY_TARGET = ["Ann", "Eli", "Ben", "Cyd", "Dan"]
PERIOD = "?period=2026-10"


@pytest.fixture(scope="module")
def targets(team):
    """Each person's own target of October."""
    from yaad.book import Book
    from yaad.model import Whose

    book, at = Book.open(team.here.root), dt.datetime(2026, 10, 21, tzinfo=dt.UTC)
    for name, value in TARGETS.items():
        book.goals.set(value, "2026-10", whose=Whose(owner=name), at=at, by="owner")
    book.close()


def _board(team, name: str, shown: str = "off"):
    """What an account sees, read through the server's own way."""
    from yaad.server.leaderboard import board
    from yaad.server.models import Company
    from yaad.server.scoping import on_behalf_of, scope

    Company.objects.filter(pk=team.here.id).update(transparency=shown)
    access = scope(team.here.accounts[name].pk, team.here.id)
    with on_behalf_of(access):
        return board(access, "2026-10")


def test_without_targets_net_sales_alone_count(team):
    from yaad.insight.standings import Result, standings

    found = standings([Result(name, Decimal(value)) for name, value in SALES.items()])
    assert [one.result.name for one in found.rows] == ["Dan", "Cyd", "Eli", "Ben", "Ann"]
    assert found.by_target is False


def test_equal_ones_share_a_place_and_who_has_no_target_has_none():
    from yaad.insight.standings import Result, standings

    said = [("A", 5, 10), ("B", 10, 20), ("C", 9, 10), ("D", 900, None), ("E", 1, 10)]
    results = [Result(name, Decimal(got), None if want is None else Decimal(want)) for name, got, want in said]
    found = standings(results)
    assert [(one.place, one.result.name) for one in found.rows] == [(1, "C"), (2, "A"), (2, "B"), (4, "E")]
    assert [one.name for one in found.apart] == ["D"]


def test_one_sees_the_first_three_oneself_and_who_is_next_above():
    from yaad.insight.standings import Result, standings

    found = standings([Result(f"P{n}", Decimal(100 - n)) for n in range(9)])
    assert [one.result.name for one in found.beside("P6")] == ["P0", "P1", "P2", "P5", "P6"]
    assert [one.result.name for one in found.beside("P1")] == ["P0", "P1", "P2"]
    assert [one.result.name for one in found.beside("")] == ["P0", "P1", "P2"]


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        ("off", [(None, "Cyd", 2061.0)]),
        ("rank", [(4, "Cyd", 2061.0)]),
        ("names", [(1, "Ann", None), (2, "Eli", None), (3, "Ben", None), (4, "Cyd", 2061.0)]),
        ("amounts", [(1, "Ann", 2001.0), (2, "Eli", 2041.0), (3, "Ben", 2021.0), (4, "Cyd", 2061.0)]),
    ],
)
def test_who_sells_sees_what_the_setting_allows(team, targets, shown, seen):
    found = _board(team, "rep_south", shown)
    assert [(one.place, one.name, one.achieved) for one in found.rows] == seen
    assert found.of == (None if shown == "off" else 5)
    page = team.client("rep_south").get(f"{team.here.prefix}board/{PERIOD}").content.decode()
    others = {"Ann", "Eli", "Ben"} if shown in ("names", "amounts") else set()
    assert {name for name in BY_TARGET if f"<bdi>{name}</bdi>" in page} == {"Cyd"} | others
    assert "Dan" not in page  # nobody sees who is last
    assert page.count('class="sums"') == (4 if shown == "amounts" else 1)


def test_who_leads_a_team_sees_that_team_alone_whatever_the_setting(team, targets):
    for shown in ("off", "amounts"):
        found = _board(team, "manager", shown)
        assert [(one.place, one.name) for one in found.rows] == [(1, "Ann"), (2, "Eli"), (3, "Ben")]


def test_the_owner_sees_all(team, targets):
    found = _board(team, "owner")
    assert [one.name for one in found.rows] == BY_TARGET
    assert [one.achieved for one in found.rows] == [SALES[name] for name in BY_TARGET]
    assert found.rows[0].share == pytest.approx(2.001)


def test_who_is_nobody_in_the_data_sees_nobody(team, targets):
    from yaad.server.models import Membership

    part = Membership.objects.filter(account=team.here.accounts["rep"])
    part.update(person="")
    try:
        for shown in ("off", "rank", "names", "amounts"):
            assert _board(team, "rep", shown).rows == ()
    finally:
        part.update(person="Ben")


def test_who_sees_no_persons_has_no_board(team):
    assert team.client("viewer").get(f"{team.here.prefix}board/").status_code == 403
    assert team.client("owner").get(f"{team.here.prefix}board/?period=never").status_code == 400


def test_the_reckoning_over_all_leaves_no_trace_in_what_one_sees(team, targets):
    from yaad.server.models import Company

    Company.objects.filter(pk=team.here.id).update(transparency="amounts")
    client = team.client("rep_south")
    client.get(f"{team.here.prefix}board/{PERIOD}")
    told = client.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert "markherecyd" in told
    assert not any(f"markhere{name.lower()}" in told for name in ("Ann", "Ben", "Eli", "Dan"))


MIXED = """deal,created,closed,stage,amount,currency,rep
1,2026-10-01,2026-10-13,Won,1200,ILS,Ann
2,2026-10-02,2026-10-14,Won,300,ILS,Ben
3,2026-10-03,2026-10-15,Won,700,USD,Ben
4,2026-10-04,,Quote,950,ILS,Ben
"""
STAGES = {"stage:Quote": "open", "stage:Won": "won"}


def test_of_several_currencies_the_companys_is_summed_and_the_rest_is_said(team, tmp_path):
    from contextlib import closing

    from django.test import Client
    from tests.people import PASSWORD

    from yaad.book import Book
    from yaad.server import companies
    from yaad.server.leaderboard import board
    from yaad.server.models import Account
    from yaad.server.scoping import on_behalf_of, scope

    owner = Account.objects.create_user("mixed@here.example", PASSWORD, name="mixed")
    made = companies.begin(owner, "Mixed", zone="Asia/Jerusalem", currency="ILS", country="IL", vat=Decimal("0.18"))
    (tmp_path / "deals.csv").write_text(MIXED, "utf-8")
    access = scope(owner.pk, made.pk)
    with on_behalf_of(access):
        with closing(Book.create(companies.folder_of(made.pk))) as book:
            book.import_files([tmp_path / "deals.csv"], answers=STAGES)
        found = board(access, "2026-10")
    assert [(one.name, one.achieved) for one in found.rows] == [("Ann", 1200.0), ("Ben", 300.0)]
    assert [(one.key, one.values["n"], one.values["currency"]) for one in found.notes] == [("goals.left_out", 1, "USD")]
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(owner)
    for page in ("board/", "goals/", "forecast/", "plan/", "levers/", "kpis/", ""):
        said = client.get(f"/c/{made.pk}/{page}{PERIOD if page in ('board/', 'goals/') else ''}")
        assert said.status_code == 200, page
        if page in ("board/", "goals/"):
            assert "is not in the sums, which are in" in said.content.decode()


def test_who_sees_all_is_not_asked_who_they_are(team):
    said = team.client("owner").get(f"{team.here.prefix}board/?period=2020-01").content.decode()
    assert "Nobody has said yet" not in said
    assert "Nobody has sold yet" in said
