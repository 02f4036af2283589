"""Nobody is left in a company without an owner, whichever way an account goes."""

import pytest
from tests.people import PASSWORD

from yaad.book.persons import Part
from yaad.errors import InputError


@pytest.fixture
def made(team):
    """Begins a company of an owner; it is gone afterwards."""
    import shutil

    from yaad.server import companies
    from yaad.server.models import Account, Company, Membership

    found = []

    def begin(name):
        account = Account.objects.create_user(f"{name}@alone.example", PASSWORD, name=name)
        found.append((account, companies.begin(account, f"Company of {name}", zone="UTC")))
        return found[-1]

    yield begin
    for account, company in found:
        Membership.objects.filter(company=company).delete()
        Company.objects.filter(pk=company.pk).update(deleted_at="2026-11-01T00:00Z")
        Account.objects.filter(pk=account.pk).update(is_active=False)
        shutil.rmtree(companies.folder_of(company.pk), ignore_errors=True)


def joins(company, account, **part):
    from yaad.server.models import Membership

    return Membership.objects.create(company=company, account=account, **part)


def lines(company):
    from yaad.server.models import AuditEvent

    return list(AuditEvent.objects.filter(company=company.pk).order_by("seq").values_list("action", flat=True))


@pytest.mark.parametrize("part", [{"role": "rep"}, {"role": "owner", "until": "2999-01-01T00:00Z"}])
def test_ones_own_account_stays_while_others_work_in_a_company_without_another_owner(team, made, part):
    from yaad.server import own_account
    from yaad.server.models import Account

    account, company = made("kim")
    other = joins(company, team.here.accounts["rep"], **part)
    with pytest.raises(InputError) as refused:
        own_account.erase(account, account.email)
    assert refused.value.message.values == {"name": company.name}
    assert Account.objects.get(pk=account.pk).is_active
    other.role, other.until = "owner", None
    other.save()
    own_account.erase(account, account.email)
    company.refresh_from_db()
    assert company.deleted_at is None
    assert lines(company)[-1] == "account.erased"


@pytest.mark.parametrize("gone", [{"ended_at": "2026-01-01T00:00Z"}, {"until": "2026-01-01T00:00Z"}])
def test_a_company_in_which_nobody_else_works_is_retired_with_the_account(team, made, gone):
    from yaad.server import audit, own_account
    from yaad.server.models import Account

    account, company = made("lee")
    joins(company, team.here.accounts["rep"], role="consultant", **gone)
    own_account.erase(account, account.email)
    company.refresh_from_db()
    assert company.deleted_at is not None
    assert lines(company)[-2:] == ["account.erased", "company.retired"]
    assert not Account.objects.get(pk=account.pk).is_active
    assert audit.verify(company.pk) is None


def test_who_keeps_the_server_erases_no_last_owner_either(team, made):
    from yaad.server import companies, persons
    from yaad.server.keeper import keeper_of
    from yaad.server.models import Account

    account, company = made("max")
    joins(company, team.here.accounts["rep"], role="rep")
    with pytest.raises(InputError) as refused:
        persons.erase(keeper_of(company.pk), account.email, Part.SELLER)
    assert refused.value.message.key == "person.last_owner"
    assert not (companies.folder_of(company.pk) / "erased.json").exists(), "nothing is begun"
    assert Account.objects.get(pk=account.pk).is_active
