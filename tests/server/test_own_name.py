"""Who works on a machine of their own is called by a name of people, or "me"; never "root"."""

import getpass

import pytest

from yaad.server import own_name


@pytest.fixture
def account(monkeypatch):
    """``account(name, full)``: who is signed in on the machine."""

    def of(name, full=""):
        monkeypatch.setattr(getpass, "getuser", lambda: name)
        monkeypatch.setattr(own_name, "_full_name", lambda _account: full)

    return of


@pytest.mark.parametrize(
    ("name", "full", "lang", "called"),
    [
        ("root", "", "he", "אני"),
        ("root", "root", "en", "me"),
        ("dana", "", "he", "dana"),
        ("dana", "Dana Levi", "he", "Dana Levi"),
    ],
)
def test_what_somebody_is_called(account, name, full, lang, called):
    account(name, full)
    assert own_name.own_name(lang) == called
