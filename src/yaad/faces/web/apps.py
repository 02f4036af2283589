"""The pages as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the jobs of the pages when the server starts."""

    name = "yaad.faces.web"
    label = "web"

    def ready(self) -> None:
        """Called by Django once."""
        from yaad.server import tasks

        tasks.register()
