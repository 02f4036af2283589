"""Secrets are kept encrypted, under a key that is elsewhere, for the place they were given for."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.book.sources import SECRETS
from yaad.book.sources.vault import LONGEST, Vault, key_path
from yaad.errors import InputError

SECRET = "hunter2-hunter2-סוד"
AT = dt.datetime(2026, 5, 5, 12, tzinfo=dt.UTC)
PLACE = "https://files.example"


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "book", tmp_path / "config" / "yaad" / "secret.key")


def refused(call):
    with pytest.raises(InputError) as caught:
        call()
    for lang in ("he", "en"):
        assert SECRET not in caught.value.say(lang)
    return caught.value.message.key


def test_a_secret_comes_back_and_stands_nowhere_in_the_clear(vault, tmp_path):
    assert (vault.secret("crm", PLACE), vault.since("crm")) == ("", None)
    vault.keep("crm", PLACE, SECRET, AT)
    vault.keep("calls", "sftp://pbx.example:22", "other", AT)
    assert (vault.secret("crm", PLACE), vault.since("crm")) == (SECRET, AT)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes()
            assert path.stat().st_mode & 0o077 == 0
    key = (tmp_path / "config" / "yaad" / "secret.key").read_text().strip()
    assert key not in (tmp_path / "book" / SECRETS).read_text()
    vault.forget("crm")
    assert (vault.secret("crm", PLACE), vault.secret("calls", "sftp://pbx.example:22")) == ("", "other")


def test_the_same_secret_is_never_written_alike(vault, tmp_path):
    seen = set()
    for _ in range(5):
        vault.keep("crm", PLACE, SECRET, AT)
        seen.add(json.loads((tmp_path / "book" / SECRETS).read_text())["crm"]["sealed"])
    assert len(seen) == 5


def test_another_key_another_place_and_a_changed_file_are_told(vault, tmp_path):
    vault.keep("crm", PLACE, SECRET, AT)
    other = Vault(tmp_path / "book", tmp_path / "other.key")
    assert refused(lambda: other.secret("crm", PLACE)) == "sources.key_absent"
    other.keep("calls", PLACE, "x", AT)
    assert refused(lambda: other.secret("crm", PLACE)) == "sources.secret_other_key"
    assert other.since("crm") == AT
    assert refused(lambda: vault.secret("crm", "https://elsewhere.example")) == "sources.secret_other_place"
    path = tmp_path / "book" / SECRETS
    plain = json.loads(path.read_text())
    for field, value, key in (
        ("place", "https://elsewhere.example", "sources.secret_other_place"),
        ("sealed", plain["calls"]["sealed"], "sources.secret_damaged"),
        ("sealed", "AAAA", "sources.secret_damaged"),
        ("sealed", "*", "sources.secret_damaged"),
    ):
        path.write_text(json.dumps(plain | {"crm": plain["crm"] | {field: value}}))
        assert refused(lambda: vault.secret("crm", PLACE)) == key
    # a place that was changed on both sides does not open it either, nor does another source's secret
    path.write_text(json.dumps(plain | {"crm": plain["crm"] | {"place": "https://elsewhere.example"}}))
    assert refused(lambda: vault.secret("crm", "https://elsewhere.example")) == "sources.secret_damaged"
    path.write_text(json.dumps({"calls": plain["crm"]}))
    assert refused(lambda: vault.secret("calls", PLACE)) == "sources.secret_damaged"
    for odd in ("[]", "{", '{"crm": {}}', '{"crm": 1}'):
        path.write_text(odd)
        assert refused(lambda: vault.secret("crm", PLACE)) == "sources.secrets_damaged"


def test_the_key_lies_outside_of_the_book_and_is_for_one_pair_of_eyes(tmp_path):
    inside = Vault(tmp_path / "book", tmp_path / "book" / "secret.key")
    assert refused(lambda: inside.keep("crm", PLACE, SECRET, AT)) == "sources.key_in_book"
    (tmp_path / "link").symlink_to(tmp_path / "book")
    assert (
        refused(lambda: Vault(tmp_path / "book", tmp_path / "link" / "k").keep("crm", PLACE, SECRET, AT))
        == "sources.key_in_book"
    )
    key = tmp_path / "k"
    vault = Vault(tmp_path / "book", key)
    vault.keep("crm", PLACE, SECRET, AT)
    key.chmod(0o644)
    assert refused(lambda: vault.secret("crm", PLACE)) == "sources.key_open"
    key.chmod(0o600)
    for odd in ("", "short", "\u05d0", "A" * 43):
        key.write_text(odd)
        assert refused(lambda: vault.secret("crm", PLACE)) == "sources.key_odd"
    key.unlink()
    key.mkdir()
    assert refused(lambda: vault.secret("crm", PLACE)) == "sources.key_unread"


@pytest.mark.parametrize("secret", ["", " \n", "x" * (LONGEST + 1)])
def test_no_secret_is_told(vault, secret, tmp_path):
    assert refused(lambda: vault.keep("crm", PLACE, secret, AT)) == "sources.secret_empty"
    assert not (tmp_path / "book").exists()


@given(secret=st.text(min_size=1, max_size=200).filter(str.strip), name=st.text(min_size=1), place=st.text())
def test_any_secret_comes_back(tmp_path_factory, secret, name, place):
    folder = tmp_path_factory.mktemp("vault")
    vault = Vault(folder / "book", folder / "key")
    vault.keep(name, place, secret, AT)
    assert vault.secret(name, place) == secret


def test_where_the_key_lies(tmp_path):
    assert key_path({"HOME": "/x"}).parts[-3:] == (".config", "yaad", "secret.key")
