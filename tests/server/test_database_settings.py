"""The database by one setting, and its owner by another."""

import pytest
from tests.people import ADDRESS, KEY

from yaad.errors import InputError
from yaad.server.home import OWNER, Home

SAID = {"YAAD_SECRET_KEY": KEY, "YAAD_ADDRESS": ADDRESS}
SERVES = "postgresql://serves:p%40ss@db.example:5433/yaad"
OWNS = "postgresql://owns:other@db.example:5433/yaad"


def test_a_file_in_the_home_unless_another_is_said(tmp_path):
    found = Home.from_environment(SAID | {"YAAD_HOME": str(tmp_path)}).databases()
    assert list(found) == ["default"]
    assert found["default"]["NAME"] == str(tmp_path / "yaad.sqlite")
    assert found["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous = FULL" in found["default"]["OPTIONS"]["init_command"]


def test_postgresql_with_an_owner_is_two_connections_of_one_database():
    found = Home.from_environment(SAID | {"YAAD_DATABASE": SERVES, "YAAD_DATABASE_OWNER": OWNS}).databases()
    told = {name: (one["USER"], one["PASSWORD"], one["HOST"], one["PORT"], one["NAME"]) for name, one in found.items()}
    assert told == {
        "default": ("serves", "p@ss", "db.example", "5433", "yaad"),
        OWNER: ("owns", "other", "db.example", "5433", "yaad"),
    }


def test_no_connection_outlives_the_thread_that_began_it():
    """Each request has a thread of its own, which nobody comes back to."""
    found = Home.from_environment(SAID | {"YAAD_DATABASE": SERVES, "YAAD_DATABASE_OWNER": OWNS}).databases()
    assert {(one["CONN_MAX_AGE"], one["CONN_HEALTH_CHECKS"]) for one in found.values()} == {(0, True)}


@pytest.mark.parametrize(
    "owner", [SERVES, OWNS.replace("5433", "5432"), OWNS.replace("/yaad", "/other"), "mysql://x/y"]
)
def test_an_owner_of_another_database_or_the_same_user_is_refused(owner):
    with pytest.raises(InputError, match="YAAD_DATABASE_OWNER"):
        Home.from_environment(SAID | {"YAAD_DATABASE": SERVES, "YAAD_DATABASE_OWNER": owner})


def test_an_owner_without_a_database_is_refused():
    with pytest.raises(InputError, match="YAAD_DATABASE_OWNER"):
        Home.from_environment(SAID | {"YAAD_DATABASE_OWNER": OWNS})


def test_sqlite_is_opened_so_that_a_write_survives_a_power_cut(home):
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for the disk by itself")
    with connection.cursor() as cursor:
        told = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    assert told == [2, "wal"]
