"""What the database keeps signs nobody in: sessions have a digest for a key, the secrets of second steps are sealed."""

import base64
import importlib
from types import SimpleNamespace

import pytest
from tests.server.codes import code_of


@pytest.fixture
def changed():
    """The step by which an older database becomes so."""
    return importlib.import_module("yaad.server.migrations.0007_nothing_kept_signs_anybody_in").keep


def test_a_secret_is_sealed_each_time_anew_and_opened_again(home):
    from yaad.server.sign_in.sealing import seal, unseal

    sealed = seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert seal("JBSWY3DPEHPK3PXP") != sealed
    assert seal(sealed) == sealed
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"
    assert unseal("JBSWY3DPEHPK3PXP") == "JBSWY3DPEHPK3PXP", "one from before"


@pytest.mark.parametrize("damage", ["other key", "changed", "cut"])
def test_under_another_key_or_changed_it_is_a_secret_that_nobody_knows(home, monkeypatch, caplog, damage):
    from django.conf import settings

    from yaad.server.sign_in.sealing import seal, unseal

    sealed = seal("JBSWY3DPEHPK3PXP")
    if damage == "other key":
        monkeypatch.setattr(settings, "SECRET_KEY", "another key, as long as that of a server has to be: 9876543210")
    sealed = {"changed": sealed[:-6] + "AAAAA=", "cut": sealed[:12]}.get(damage, sealed)
    first, second = unseal(sealed), unseal(sealed)
    assert first == second, "spare codes that are shown are those that hold"
    assert len({first, "JBSWY3DPEHPK3PXP", ""}) == 3
    assert len(base64.b32decode(first + "====")) == 32
    monkeypatch.setattr(settings, "SECRET_KEY", "a third key, as long as that of a server has to be: 9876543210")
    assert unseal(sealed) != first, "who has the database alone does not know it"
    assert "no code fits it" in caplog.text


def test_the_row_of_a_session_holds_no_key_and_its_own_key_opens_nothing(team):
    from yaad.server.models import Session
    from yaad.server.sign_in.sessions import of_key

    client = team.client("owner")
    key = client.cookies["yaad"].value
    row = of_key(key).get()
    assert row.account_id == team.here.accounts["owner"].pk
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(team.here.prefix).status_code == 200
    client.cookies["yaad"] = row.session_key
    assert client.get(team.here.prefix).status_code == 302


def test_a_session_and_a_second_step_from_before_go_on(team, changed):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from django.apps import apps
    from django.core.cache import cache
    from django.db import connection

    from yaad.server.models import Session
    from yaad.server.sign_in.sessions import kept_key, of_key

    client, account = team.client("rep"), team.here.accounts["rep"]
    key = client.cookies["yaad"].value
    of_key(key).update(session_key=key)
    app = Authenticator.objects.create(user=account, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    spare = Authenticator.objects.create(user=account, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 2})
    codes = spare.wrap().generate_codes()
    try:
        for _again in range(2):
            changed(apps, SimpleNamespace(connection=connection))
            assert client.get(team.here.prefix).status_code == 200
            assert not Session.objects.filter(session_key=key).exists()
            assert Session.objects.filter(session_key=kept_key(key)).exists()
            for one in (app, spare):
                one.refresh_from_db()
            assert "JBSWY" not in str(app.data)
            assert "abab" not in str(spare.data)
            assert get_adapter().decrypt(app.data["secret"]) == "JBSWY3DPEHPK3PXP"
            assert app.wrap().validate_code(code_of("JBSWY3DPEHPK3PXP"))
            assert spare.wrap().generate_codes() == codes
            assert spare.data["used_mask"] == 2
            cache.clear()  # a code holds once
    finally:
        app.delete()
        spare.delete()
