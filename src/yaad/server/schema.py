"""The tables of the database beside those that this version knows: what is to be added, and whether they are newer."""

from dataclasses import dataclass

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
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


def refuse_newer(using: str = "default") -> None:
    """Go on only with tables that this version knows.

    Raises:
        BookError: a newer version was here; names its steps.
    """
    if found := standing(using).unknown:
        raise BookError(Message("house.newer_schema", {"steps": ", ".join(found)}))


def _told(keys: "list[tuple[str, str]] | set[tuple[str, str]]") -> tuple[str, ...]:
    return tuple(sorted(f"{app}.{name}" for app, name in keys))
