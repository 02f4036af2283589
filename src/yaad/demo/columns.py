"""Drawn numbers as columns of a table."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from yaad.demo.paths import Floats, Ints
from yaad.model.tables import AMOUNT, MOMENT

pc: Any = pyarrow.compute
"""Arrow makes these functions when it is imported, so a type checker cannot see them."""


def pick(names: Sequence[str | None], chosen: Ints) -> pa.Array:
    """The chosen names as a column of text; −1 gives null."""
    return pa.array(list(names), pa.string()).take(pa.array(chosen, mask=np.asarray(chosen < 0)))


def deal_ids(deals: Ints) -> pa.Array:
    """Ids of deals by their index: ``D-00001`` for the first one."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(deals + 1), pa.string()), 5, "0")
    return pc.binary_join_element_wise("D", numbers, "-")


def money(amounts: Floats) -> pa.Array:
    """Amounts as exact decimals of two places; NaN gives null."""
    known = np.isfinite(amounts)
    cents = np.rint(np.where(known, amounts, 0.0) * 100).astype(np.int64)
    whole = pa.array(cents, mask=~known).cast(pa.decimal128(21, 0))
    return pc.divide(whole, pa.scalar(100, pa.decimal128(3, 0))).cast(AMOUNT)


def instants(seconds: Ints, start: date, zone: str) -> pa.Array:
    """Local seconds since the first midnight of a company as moments in UTC."""
    first = int(np.datetime64(start, "s").astype(np.int64))
    local = pa.array(seconds + first).cast(pa.timestamp("s"))
    return pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest").cast(MOMENT)
