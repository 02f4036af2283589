"""Expressions compared by several threads at once.

The library keeps what it found by the addresses of what it compared, in one dictionary for all threads, and strikes it
out as either ends. Two threads that do so at once leave an answer behind that nobody strikes out: what later lies at
that address may be taken for equal to something that it is not, and the end of the other raises an error that nobody
catches. (A collection of garbage in the middle of it does the same within one thread.)

So here an answer is kept for as long as one comparison lasts, by the thread that makes it, together with what was
compared, so that no address is given anew meanwhile. One comparison of a large expression meets the same parts many
times; later comparisons of the same ones begin anew, and mostly end at once, as their hashes differ or both are one.
"""

import threading

from ibis.common.bases import Comparable

_KNOWN = threading.local()


def _equals(self: Comparable, other: object) -> bool:
    if self is other:
        return True
    if type(self) is not type(other):
        return False
    known: dict[tuple[int, int], tuple[bool, object, object]] | None = getattr(_KNOWN, "found", None)
    if known is not None:
        return _looked_up(known, self, other)
    _KNOWN.found = {}
    try:
        return _looked_up(_KNOWN.found, self, other)
    finally:
        _KNOWN.found = None


def _looked_up(known: dict[tuple[int, int], tuple[bool, object, object]], one: Comparable, other: object) -> bool:
    pair = (id(one), id(other))
    if pair not in known:
        known[pair] = (bool(one.__equals__(other)), one, other)
    return known[pair][0]


def compare_by_thread() -> None:
    """Have the library compare expressions in this way, in this process; a second call changes nothing."""
    Comparable.__eq__ = _equals
    if "__del__" in vars(Comparable):
        del Comparable.__del__
