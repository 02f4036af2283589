"""The tables of the database beside those that this version knows: what is to be added, and whether they are newer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from yaad.errors import BookError
from yaad.text import Message


@dataclass(frozen=True)
class Standing:
    """Steps of the tables, each as ``app.name``.

    Attributes:
        done: those that the database has taken.
        ahead: those that it has not taken yet.
        unknown: those that it has taken and this version does not know: a newer one was here.
    """

    done: tuple[str, ...]
    ahead: tuple[str, ...]
    unknown: tuple[str, ...]


def standing(using: str = "default") -> Standing:
    """Where the database stands.

    Args:
        using: the connection.
    """
    connection = connections[using]
    taken = set(MigrationRecorder(connection).applied_migrations())
    loader = MigrationExecutor(connection).loader
    known = set(loader.disk_migrations)
    for key, one in loader.disk_migrations.items():
        known |= {key, *one.replaces}
    ours = loader.migrated_apps
    ahead = [key for key in loader.graph.nodes if key not in taken]
    unknown = [key for key in taken - known if key[0] in ours]
    return Standing(_told(taken), _told(ahead), _told(unknown))


def newer_than_ours(steps: Iterable[str]) -> list[str]:
    """Those of these steps that this version does not know, though they are of tables that it knows."""
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    return sorted(one for one in steps if one not in known and one.partition(".")[0] in loader.migrated_apps)


def refuse_newer(using: str = "default") -> None:
    """Go on only with tables that this version knows.

    Raises:
        BookError: a newer version was here; names its steps.
    """
    if found := standing(using).unknown:
        raise BookError(Message("house.newer_schema", {"steps": ", ".join(found)}))


def _told(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(f"{app}.{name}" for app, name in keys))
