"""What a picture was asked already: several figures lean on the same small table, and it is computed once."""

import threading
from collections import OrderedDict
from collections.abc import Callable

import pyarrow as pa

MOST = 64 << 20
"""Bytes of results that are kept of one picture; those that nobody asked for longest go first."""
LARGEST = 8 << 20
"""A result above so many bytes is not kept."""
OF_QUERY = 16 << 10
"""Bytes that the query itself is taken to hold."""

Key = tuple[str, str]
"""Whose rows are asked, and the query in the engine's words."""


class Asked:
    """Results of queries over tables that do not change. May be used from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[Key, pa.Table] = OrderedDict()
        self._under_way: dict[Key, threading.Lock] = {}
        self._bytes = 0

    def run(self, query: Key, compute: Callable[[], pa.Table]) -> pa.Table:
        """The result of a query; who asks what is being computed waits for it instead of computing it too.

        Args:
            query: whose rows are asked for what.
            compute: does it.
        """
        with self._lock:
            known = self._known(query)
            if known is not None:
                return known
            turn = self._under_way.setdefault(query, threading.Lock())
        with turn:
            with self._lock:
                known = self._known(query)
            if known is not None:
                return known
            try:
                found = compute()
                self._keep(query, found)
            finally:
                with self._lock:
                    self._under_way.pop(query, None)
        return found

    def _known(self, query: Key) -> pa.Table | None:
        found = self._found.get(query)
        if found is not None:
            self._found.move_to_end(query)
        return found

    def _keep(self, query: Key, found: pa.Table) -> None:
        if found.nbytes > LARGEST:
            return
        with self._lock:
            if query in self._found:
                return
            self._found[query] = found
            self._bytes += found.nbytes + OF_QUERY
            while self._bytes > MOST:
                _, oldest = self._found.popitem(last=False)
                self._bytes -= oldest.nbytes + OF_QUERY
