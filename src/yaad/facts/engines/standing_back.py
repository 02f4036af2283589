"""Who goes first where processors are few: threads that compute for later stand behind those that answer people now."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Made = TypeVar("Made")

LAST = 19
"""Nobody stands further behind."""
_aside: list[ThreadPoolExecutor] = []


def engines_stand_back(steps: int) -> None:
    """Let all engines that this process opens from now on work behind its other threads, whoever opens them.

    Args:
        steps: of the system's own priority, of 19, behind the thread that says so; 0: each stands where who opens it
            does.
    """
    while _aside:
        _aside.pop().shutdown()
    if steps:
        made = ThreadPoolExecutor(1, "yaad-engines", step_back, (steps,))
        made.submit(threading.get_ident).result()  # its thread begins here, where this one stands
        _aside.append(made)


def step_back(steps: int) -> None:
    """Let this thread, and all that it begins, stand behind the others of its process; Linux alone tells them apart."""
    if sys.platform == "linux" and steps:
        with contextlib.suppress(OSError):  # some containers keep it to themselves
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, min(LAST, os.getpriority(os.PRIO_PROCESS, thread) + steps))


def behind(make: Callable[[], Made]) -> Made:
    """Make an engine whose threads stand where `engines_stand_back` says: they stand as who begins them does."""
    return _aside[-1].submit(make).result() if _aside else make()
