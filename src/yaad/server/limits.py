"""How often somebody may ask: so many times a minute each, counted in this process."""

import threading
import time
from collections import OrderedDict

WINDOW = 60.0
KNOWN = 10_000
"""Askers that are remembered; who asked longest ago is forgotten first."""


class Limit:
    """So many in a minute for each who asks.

    >>> limit = Limit(2)
    >>> [limit.wait("one", now) for now in (0.0, 1.0, 2.0, 61.0)], limit.wait("two", 2.0)
    ([0, 0, 58, 0], 0)
    """

    def __init__(self, most: int) -> None:
        """Args: how many in a minute."""
        self.most = most
        self._asked: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str, now: float | None = None) -> int:
        """Count one more; how many seconds to wait before it, 0 when it may go on.

        Args:
            who: asks.
            now: seconds of any clock that runs on; this machine's when absent.
        """
        moment = time.monotonic() if now is None else now
        with self._lock:
            began, count = self._asked.pop(who, (moment, 0))
            if moment - began >= WINDOW:
                began, count = moment, 0
            self._asked[who] = (began, count + 1)
            if len(self._asked) > KNOWN:
                self._asked.popitem(last=False)
        return 0 if count < self.most else max(1, round(began + WINDOW - moment))


asking = Limit(600)
"""Requests of one token, or of one account that has signed in."""
