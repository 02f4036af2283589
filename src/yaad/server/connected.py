"""Connections to the database of threads that answer no request: given back when their work is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def given_back() -> Iterator[None]:
    """Work on this thread's own connections, and leave none behind: nobody else would ever close them."""
    try:
        yield
    finally:
        connections.close_all()
