"""Companies: chosen, begun, changed, retired; one's own book on one's own machine has none of it."""

import pytest

TYPED = {"name": "Client", "kind": "orders", "country": "GB", "zone": "Europe/London", "currency": "GBP", "vat": "20"}


@pytest.fixture(autouse=True)
def _as_found(team):
    from yaad.server.models import Company, Membership

    kept = [team.here.id, team.there.id]
    before = list(Company.objects.values())
    yield
    Membership.objects.exclude(company__in=kept).delete()
    Company.objects.exclude(pk__in=kept).update(deleted_at="2026-01-01T00:00:00Z")
    for one in before:
        Company.objects.filter(pk=one["id"]).update(**one)


def test_the_only_company_opens_at_once(team):
    assert team.client("owner").get("/").headers["Location"] == team.here.prefix
    assert team.client("owner").get("/?all").status_code == 200


@pytest.mark.parametrize(("name", "status"), [("owner", 302), ("consultant", 302), ("manager", 403), ("viewer", 403)])
def test_who_owns_or_advises_a_company_may_begin_another(team, name, status):
    from yaad.server.models import Company, Membership

    before = Company.objects.count()
    client = team.client(name)
    assert client.post("/companies/new/", TYPED | {"name": f"Client of {name}"}).status_code == status
    assert Company.objects.count() == before + (status == 302)
    if status == 302:
        made = Company.objects.get(name=f"Client of {name}")
        assert (made.currency, str(made.vat), made.zone) == ("GBP", "0.2000", "Europe/London")
        assert Membership.objects.get(company=made).account == team.here.accounts[name]
        chooser = client.get("/").content.decode()
        assert f"Client of {name}" in chooser
        assert "Company here" in chooser
        assert "Company there" not in chooser


def test_the_owner_changes_what_the_company_says(team):
    from yaad.book import Book
    from yaad.server.models import AuditEvent, Company

    said = TYPED | {"name": "Renamed", "transparency": "rank"}
    assert team.client("owner").post(f"{team.here.prefix}company/", said).status_code == 302
    now = Company.objects.get(pk=team.here.id)
    assert (now.name, now.transparency, now.country) == ("Renamed", "rank", "GB")
    assert Book.open(team.here.root).name == "Renamed"
    told = AuditEvent.objects.filter(company=team.here.id).count()
    assert team.client("owner").post(f"{team.here.prefix}company/", said).status_code == 302
    assert AuditEvent.objects.filter(company=team.here.id).count() == told, "nothing was changed"
    assert team.client("owner").post(f"{team.here.prefix}company/", said | {"vat": "-1"}).status_code == 400
    assert team.client("manager").post(f"{team.here.prefix}company/", said | {"name": "Mine"}).status_code == 403
    assert Company.objects.get(pk=team.here.id).name == "Renamed"
    Book.open(team.here.root).rename("Company here")


def test_a_company_is_retired_by_its_typed_name_and_opened_again_by_its_owner(team):
    owner, rep = team.client("owner"), team.client("rep")
    assert owner.post(f"{team.here.prefix}company/retire/", {"typed": "Company"}).status_code == 400
    assert rep.get(f"{team.here.prefix}funnel/").status_code == 200
    assert owner.post(f"{team.here.prefix}company/retire/", {"typed": "Company here"}).headers["Location"] == "/?all"
    assert [client.get(f"{team.here.prefix}funnel/").status_code for client in (owner, rep)] == [404, 404]
    assert rep.post(f"/companies/{team.here.id}/restore/").status_code == 404
    assert team.client("owner", team.there).post(f"/companies/{team.here.id}/restore/").status_code == 404
    assert owner.post(f"/companies/{team.here.id}/restore/").status_code == 302
    assert rep.get(f"{team.here.prefix}funnel/").status_code == 200


def test_an_empty_table_has_the_usual_stages_of_the_kind(team):
    from yaad.server.models import Company

    client, address = team.client("owner"), f"{team.here.prefix}company/start.csv"
    head = client.get(address).content.decode("utf-8-sig").strip().split(",")
    assert head[:2] + head[-4:] == ["Deal", "Customer", "Quote", "Negotiation", "Won", "Not won"]
    Company.objects.filter(pk=team.here.id).update(kind="orders")
    assert client.get(address).content.decode("utf-8-sig").startswith("Order,Customer,")
    assert team.client("manager").get(address).status_code == 403


def test_a_page_leads_to_other_companies_where_there_are_any_and_asks_the_database_once(team):
    """Whoever owns one may begin a further one; of anybody else it is told by the look at their part itself."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from yaad.server.models import Membership

    def leads(name):
        with CaptureQueriesContext(connection) as asked:
            told = team.client(name).get(f"{team.here.prefix}dwell/").content.decode()
        looked = [one["sql"] for one in asked if 'FROM "server_membership"' in one["sql"]]
        assert len(looked) == 1, looked
        return 'href="/?all"' in told

    assert [leads(name) for name in ("owner", "consultant", "rep", "manager")] == [True, True, False, False]
    account = team.here.accounts["rep"]
    part = Membership.objects.create(company_id=team.there.id, account=account, role="viewer")
    try:
        assert leads("rep")
        Membership.objects.filter(pk=part.pk).update(until="2026-01-01T00:00Z")
        assert not leads("rep")
    finally:
        part.delete()
