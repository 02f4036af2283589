"""The server as a Django app: its tables of accounts, companies and entries."""

from django.apps import AppConfig


class Server(AppConfig):
    """Named so in the tables: ``server_company`` and so on."""

    name = "yaad.server"
    label = "server"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The companies' books find their journals here."""
        from yaad.server import journal

        journal.register()
