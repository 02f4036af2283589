"""Programs with tokens, over the server of two companies."""

import datetime as dt
import json

import pytest
from tests.api.held import hold


class Program:
    """A program that shows a token and asks for addresses of one company; each answer is held to the description."""

    def __init__(self, company: str, token: str, lang: str = "en") -> None:
        from django.test import Client

        self.company = company
        self.client = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": lang}

    def get(self, path: str, query: dict | None = None, *, company: str | None = None, **headers: str):
        address = path if path.startswith("/api/") else f"/api/v1/companies/{company or self.company}{path}"
        return hold(self.client.get(address, query or {}, headers={**self.headers, **_headers(headers)}))

    def post(self, path: str, body: object = None, **headers: str):
        address = f"/api/v1/companies/{self.company}{path}"
        told = json.dumps(body or {})
        return hold(self.client.post(address, told, "application/json", headers={**self.headers, **_headers(headers)}))


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


def token_of(team, name: str, *scopes: str, company=None) -> str:
    """A token of an account in a company; for all that it may, where nothing is said."""
    from yaad.server.scoping import scope
    from yaad.server.tokens import grantable, make

    where = company or team.here
    access = scope(where.accounts[name].pk, where.id)
    return make(access, "test", scopes or grantable(access))[1]


@pytest.fixture(autouse=True)
def _alone(writes_alone):
    """Every write of these tests is held to it."""


@pytest.fixture
def program(team):
    """A program of an account: of all its scopes, or of those that are named."""

    def made(name: str, *scopes: str, lang: str = "en", company=None) -> Program:
        where = company or team.here
        return Program(where.id, token_of(team, name, *scopes, company=where), lang)

    return made


@pytest.fixture
def now():
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def settings_changed():
    """Django's own settings, other for a while."""
    from django.test import override_settings

    return override_settings


@pytest.fixture
def env(home, monkeypatch):
    """A job's process finds the same home."""
    from tests.people import ADDRESS, KEY

    for name, value in (("YAAD_HOME", str(home.folder)), ("YAAD_ADDRESS", ADDRESS), ("YAAD_SECRET_KEY", KEY)):
        monkeypatch.setenv(name, value)
