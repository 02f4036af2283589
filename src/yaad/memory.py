"""Memory: which allocator serves the large tables, and that what was freed goes back between two large steps."""

import contextlib
import ctypes
import gc
import sys

import pyarrow as pa

with contextlib.suppress(NotImplementedError):  # Arrow is built without it on some systems
    # of what an import frees, Arrow's usual allocator holds more: the peak is a tenth higher with it
    pa.set_memory_pool(pa.jemalloc_memory_pool())


def give_back() -> None:
    """Let the allocators return what they hold for later: a step of another kind would grow on top of it."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
        if trim is not None:
            trim(0)
