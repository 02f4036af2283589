"""Work that is done beside the requests: one thing after the other, so that who asks meanwhile is not held up."""

import logging
import queue
import threading
from collections.abc import Callable
from contextvars import copy_context

from django.db import close_old_connections

log = logging.getLogger("yaad.beside")
Work = Callable[[], None]

_line: queue.SimpleQueue[Work] = queue.SimpleQueue()
_begin = threading.Lock()
_worker: threading.Thread | None = None


def beside(work: Work) -> None:
    """Do something soon, on behalf of who asks for it now."""
    context = copy_context()
    _line.put(lambda: context.run(work))
    _begun()


def _begun() -> None:
    """There is one thread for all of it; it ends with the process."""
    global _worker  # noqa: PLW0603 – there is one
    with _begin:
        if _worker is None or not _worker.is_alive():
            _worker = threading.Thread(target=_work, name="yaad-beside", daemon=True)
            _worker.start()


def _work() -> None:
    while True:
        work = _line.get()
        try:
            work()
        except Exception:  # the next ones are not to blame for it
            log.exception("what was done beside the requests has failed")
        finally:
            close_old_connections()
