"""The server as a Django app: its tables of accounts, companies and entries."""

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class Server(AppConfig):
    """Named so in the tables: ``server_company`` and so on."""

    name = "yaad.server"
    label = "server"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The companies' books find their journals here, and the database guards what it holds."""
        from yaad.server import acting, guards, journal

        journal.register()
        connection_created.connect(_guarded, dispatch_uid=acting.__name__)
        post_migrate.connect(_put, sender=self, dispatch_uid=guards.__name__)


def _guarded(*, connection: BaseDatabaseWrapper, **_more: object) -> None:
    from yaad.server import acting

    acting.guard(connection)


def _put(*, using: str, **_more: object) -> None:
    from yaad.server import guards, upgrading

    if using == upgrading.owner():
        guards.put(using)
