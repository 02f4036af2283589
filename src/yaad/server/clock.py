"""What a server does of itself as time passes: look, minute after minute, at what is due. There is one such clock."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence

EVERY = 30.0
"""Seconds between two looks."""
Round = Callable[[dt.datetime], None]
"""Called with the moment at each look."""

log = logging.getLogger("yaad.clock")


class Clock:
    """A thread that goes its rounds until it is stopped.

    Args:
        rounds: what is looked at, one after the other; what goes wrong in one keeps no other one.
        every: seconds between two looks.
    """

    def __init__(self, rounds: Sequence[Round], every: float = EVERY) -> None:
        self._rounds, self._every = rounds, every
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the first look comes once so many seconds have passed."""
        self._thread = threading.Thread(target=self._go, name="clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no further look, and wait for the end of one that is under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def look(self, now: dt.datetime) -> None:
        """One look at everything."""
        for one in self._rounds:
            if self._stopped.is_set():
                return
            try:
                one(now)
            except Exception:  # the next look may go better
                log.exception("a round was broken off")

    def _go(self) -> None:
        while not self._stopped.wait(self._every):
            self.look(dt.datetime.now(dt.UTC))
