"""Sessions of browsers, and what is remembered for a while: tries that failed, codes that were used."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A browser's session.

    Attributes:
        account_id: who is signed in; None: nobody yet.
        agent: how the browser calls itself.
        signed_in_at: when they signed in.
    """

    account_id = models.BigIntegerField(null=True, db_index=True)
    agent = models.CharField(max_length=200, blank=True)
    signed_in_at = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls):  # type: ignore[no-untyped-def] # noqa: ANN206 – Django's own has no type
        """The engine that reads and writes these rows."""
        from yaad.server.sign_in.sessions import SessionStore

        return SessionStore


class Remembered(models.Model):
    """A row of Django's cache on the database; a cache in memory would forget the limits with every restart."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """Named as the setting of the cache names it."""

        db_table = "yaad_remembered"

    def __str__(self) -> str:
        return self.cache_key
