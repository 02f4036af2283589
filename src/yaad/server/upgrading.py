"""The tables of the database, made or brought up to this version; as their owner, where there is one."""

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from yaad.server.acting import as_server
from yaad.server.home import OWNER


def owner() -> str:
    """The connection of the tables' owner."""
    return OWNER if OWNER in connections else DEFAULT_DB_ALIAS


def upgrade() -> None:
    """Make the tables, or bring them up to this version, and put the guards up."""
    with as_server():
        call_command("migrate", database=owner(), verbosity=0)
