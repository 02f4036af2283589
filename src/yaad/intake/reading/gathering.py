"""Records that name their own values: their columns are known only when the last one was read."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.reading.port import WIDEST, Chunk, Progress
from yaad.text import Message


class Gathered:
    """Parts of a file, each with the columns that its records have; a part that lacks a column has nulls there.

    Attributes:
        columns: names in the order of their first record.
        count: records so far.
    """

    def __init__(self, name: str) -> None:
        self.columns: dict[str, None] = {}
        self.count = 0
        self._name = name
        self._parts: list[tuple[Sequence[int], dict[str, pa.Array]]] = []

    def take(self, records: Sequence[dict[str, Any]], places: Sequence[int]) -> None:
        """Turn some records into columns of text.

        Raises:
            InputError: too many columns.
            UnicodeEncodeError: some value is no text; nothing is taken then.
        """
        known = dict(self.columns)
        for record in records:
            for key in record:
                known.setdefault(key)
        if len(known) > WIDEST:
            raise InputError(Message("intake.file_too_wide", {"name": self._name, "widest": WIDEST}))
        arrays = {key: pa.array([record.get(key) for record in records], pa.string()) for key in known}
        self._parts.append((places, arrays))
        self.columns, self.count = known, self.count + len(records)

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All parts in order."""
        done = 0
        for places, arrays in self._parts:
            count = len(places)
            nulls = pa.nulls(count, pa.string())
            yield Chunk(np.array(places, np.int64), [arrays.get(key, nulls) for key in self.columns])
            done += count
            if on_progress is not None:
                on_progress(done, self.count)
