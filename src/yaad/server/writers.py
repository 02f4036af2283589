"""Who has last written what, and when: they see their own work, whatever may be shown to others meanwhile."""

import threading
import time

MOST = 10_000
"""Accounts that are remembered."""

_last: dict[tuple[str, int | None], float] = {}
_lock = threading.Lock()


def has_written(company: str, account: int | None) -> None:
    """Somebody has written something now, or a job of theirs has."""
    with _lock:
        if len(_last) >= MOST:
            _last.clear()
        _last[company, account] = time.monotonic()


def written(company: str, account: int | None) -> float:
    """When somebody last wrote, on the clock of `time.monotonic`; 0 where they did not."""
    return _last.get((company, account), 0.0)
