"""Every field of the server's tables is tagged; what an account is told of itself, and its erasure, go by the tags."""

import json

import pytest
from django.db import models
from tests.people import PASSWORD

from yaad.errors import InputError


def test_every_field_is_tagged(home):
    from yaad.server.personal import unplaced, untagged

    assert untagged() == []
    assert unplaced() == []


def test_a_field_that_nobody_tagged_is_named(home, monkeypatch):
    from django.apps import apps

    from yaad.server import personal
    from yaad.server.models import Token

    class Pet(models.Model):
        name = models.TextField()

        class Meta:
            app_label = "server"

    try:
        assert personal.untagged([Pet]) == ["server.Pet.id", "server.Pet.name"]
        fields = dict(personal.FIELDS["server.Token"])
        del fields["name"]
        monkeypatch.setitem(personal.FIELDS, "server.Token", fields)
        assert personal.untagged([Token]) == ["server.Token.name"]
        monkeypatch.setitem(personal.FIELDS, "server.Pet", {"name": personal.Says.WHO})
        assert personal.unplaced() == ["server.Pet"]
    finally:
        del apps.all_models["server"]["pet"]
        apps.clear_cache()


@pytest.fixture
def someone(team):
    """An account with a row in every table that knows accounts, and everything that is said of it."""
    import datetime as dt

    from allauth.account.models import EmailAddress, EmailConfirmation
    from allauth.mfa.models import Authenticator
    from django.utils import timezone

    from yaad.server import audit
    from yaad.server.models import Account, Answered, Invitation, Membership, Session, Token

    one = Account.objects.create_user("noa@here.example", PASSWORD, name="Noa Lev")
    Membership.objects.create(company_id=team.here.id, account=one, role="rep", person="Noa in data")
    address = EmailAddress.objects.create(user=one, email=one.email, primary=True)
    EmailConfirmation.objects.create(email_address=address, key="confirm-key")
    Authenticator.objects.create(user=one, type="totp", data={"secret": "totp-secret"})
    later = timezone.now() + dt.timedelta(days=1)
    more = {"company_id": team.here.id, "account": one}
    Token.objects.create(**more, name="Noa's phone", prefix="prefix-1", digest="d1", expires_at=later)
    Answered.objects.create(**more, key="key-of-noa", digest="d2", body="answered to noa")
    Invitation.objects.create(
        company_id=team.here.id,
        role="rep",
        email="NOA@here.example",
        digest="d3",
        expires_at=later,
        person="Noa in data",
    )
    Session.objects.create(session_key="s1", session_data="", expire_date=later, account_id=one.pk, agent="Noa's agent")
    audit.record(team.here.id, one.pk, "token.made", f"account:{one.pk}", {"n": 1})
    yield one
    Invitation.objects.filter(digest="d3").delete()
    Session.objects.filter(session_key="s1").delete()
    Account.objects.get(pk=one.pk).delete()


def rows_of(account, when_it_was=None):
    """Table → what its rows of an account say in personal fields."""
    from django.apps import apps

    from yaad.server.personal import FIELDS, GOES, STAYS, Says, whose

    told = {}
    for table in (*GOES, *STAYS):
        names = [name for name, says in FIELDS[table].items() if says in (Says.WHO, Says.TEXT, Says.SECRET)]
        found = apps.get_model(table).objects.filter(whose(table, when_it_was or account))
        told[table] = [str(getattr(row, name)) for row in found for name in names if getattr(row, name)]
    return told


def test_all_of_ones_own_is_told_and_no_secret(team, someone):
    from yaad.server import own_account
    from yaad.server.personal import GOES, STAYS

    told = own_account.export(someone)
    assert set(told) == {*GOES, *STAYS}
    text = json.dumps(told, default=str)
    for known in ("noa@here.example", "Noa Lev", "Noa in data", "Noa's phone", "Noa's agent", "answered to noa"):
        assert known in text
    for secret in ("totp-secret", "confirm-key", "prefix-1", "argon2", "d1"):
        assert f'"{secret}' not in text
    assert "Ann" not in text


def test_an_account_ends_with_all_that_says_who_it_was(team, someone):
    import copy

    from yaad.server import audit, own_account
    from yaad.server.models import Account, AuditEvent, Membership

    before, was = rows_of(someone), copy.copy(someone)
    assert all(before[table] for table in before if table != "server.AuditEvent")
    with pytest.raises(InputError, match="address"):
        own_account.erase(someone, "somebody@here.example")
    assert rows_of(someone) == before
    own_account.erase(someone, " Noa@here.example ")
    now = Account.objects.get(pk=someone.pk)
    left = [value for rows in rows_of(now, was).values() for value in rows]
    gone = {value for rows in before.values() for value in rows}
    assert gone.isdisjoint(left)
    assert not now.is_active
    assert not now.has_usable_password()
    assert Membership.objects.get(account=now).ended_at is not None
    assert AuditEvent.objects.filter(company=team.here.id, action="account.erased", actor=now.pk).count() == 1
    assert audit.verify(team.here.id) is None


def test_a_company_keeps_an_owner(team):
    from yaad.server import own_account
    from yaad.server.models import Account

    owner = team.there.accounts["owner"]
    with pytest.raises(InputError, match="Company there"):
        own_account.erase(owner, owner.email)
    assert Account.objects.get(pk=owner.pk).is_active
