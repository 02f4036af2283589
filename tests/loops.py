"""A loop of its own for what is asynchronous: the browser of the page tests leaves one running in its worker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context


def run(what):
    """Run it to its end in a thread of its own, on behalf of whom this thread acts."""

    def here():
        from django.conf import settings
        from django.db import connections

        try:
            return asyncio.run(what)
        finally:
            if settings.configured:
                connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(copy_context().run, here).result()
