"""The rows of large files in bins on disk: all rows of one id in one of them, in the order of the file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yaad.intake.arrow import Codes, codes, pc, text_ends, whole
from yaad.intake.deciding.moments import cleaned
from yaad.intake.deciding.spellings import commonest
from yaad.intake.files import Source
from yaad.intake.reading import Chunk, Found, Grid, Progress, RecordReader, kept_chunks, together
from yaad.intake.report import Tally

BIN = 48 << 20
"""Bytes of a file in one bin: what is held at once while it is understood is some ten times as much."""
BUFFER = 1 << 18
"""Records that are sorted into bins at a time."""
MOST_SPELLINGS = 2_000_000
"""Different names in a column; beyond them a name is one however it is spelled within a bin, not between two."""
LINE = "#line"
"""The column of the record's place in the file, beside the file's own; no file has one of this name."""
LETTERS = 256
"""A text's letters weigh by their place; beyond so many the weights begin again."""

_WEIGHTS = np.random.default_rng(20_240_101).integers(1, 1 << 63, LETTERS, np.uint64) | np.uint64(1)


def bins_for(sizes: Sequence[int]) -> int:
    """How many bins for files of these sizes: a power of two, so that the bins of a larger file lie within these."""
    return 1 << max(0, (sum(sizes) // BIN).bit_length())


def bin_of(ids: pa.Array, bins: int) -> Codes:
    """The bin of each id; the first where it is null. The same id has the same bin in every file.

    >>> bin_of(pa.array(["D-1", "D-2", "D-1", None]), 1).tolist()
    [0, 0, 0, 0]
    """
    mixed = _mixed(pc.fill_null(ids, ""))
    mixed[np.asarray(ids.is_null().to_numpy(zero_copy_only=False), np.bool_)] = 0
    return np.asarray(mixed >> np.uint64(64 - 16), np.int32) * bins >> 16  # the top bits: bins nest in bins


def _mixed(texts: pa.Array) -> npt.NDArray[np.uint64]:
    """A number for each text, evenly spread: its bytes by the weights of their places, stirred."""
    texts = whole(texts)
    offsets = text_ends(texts).astype(np.int64)
    data = texts.buffers()[2]
    letters = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    place = np.arange(len(letters)) - np.repeat(offsets[:-1] - offsets[0], lengths)
    with np.errstate(over="ignore"):
        weighed = (letters.astype(np.uint64) + np.uint64(1)) * _WEIGHTS[place % LETTERS]
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(weighed, dtype=np.uint64)))
        told = sums[offsets[1:] - offsets[0]] - sums[offsets[:-1] - offsets[0]]
        told ^= told >> np.uint64(31)
        told *= np.uint64(0x9E3779B97F4A7C15)
        told ^= told >> np.uint64(29)
        told *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(told ^ (told >> np.uint64(32)), np.uint64)


@dataclass(frozen=True)
class Binned:
    """One large file, its records in bins.

    Attributes:
        source: the file.
        headers: its columns.
        found: how it was read.
        tally: the account of its reading; the records in the bins are all others.
        folder: where the bins stand.
        sizes: of each bin, its records.
    """

    source: Source
    headers: tuple[str, ...]
    found: Found
    tally: Tally
    folder: Path
    sizes: tuple[int, ...]

    @property
    def bins(self) -> int:
        """How many."""
        return len(self.sizes)

    def has_rows(self, number: int) -> bool:
        """Whether a bin holds any record."""
        return self.sizes[number] > 0

    def grid(self, number: int, *, first: bool) -> Grid:
        """The records of a bin, taken out of it, as a file by itself; the account of the reading is the first's."""
        path = self.folder / str(number)
        with pa.memory_map(str(path)) as file:
            table = pa.ipc.open_stream(file).read_all()
        path.unlink()
        tally = self.tally if first else Tally()
        tally.rows_in = table.num_rows + len(tally.rejects) + tally.skipped_by.total()
        rows = whole(table[LINE]).to_numpy()
        columns = {name: table[name] for name in self.headers}
        found = self.found if first else replace(self.found, notes=[])
        return Grid(self.source, self.headers, rows, columns, tally, found)


@dataclass(frozen=True)
class Key:
    """The column of ids, and its texts that mean no value."""

    header: str
    null_words: tuple[str, ...] = ()


def into_bins(
    reader: RecordReader,
    key: Key,
    bins: int,
    folder: Path,
    *,
    names: "Mapping[str, Spellings]",
    on_progress: Progress | None,
) -> Binned:
    """Write the records of a file to their bins.

    Args:
        reader: of the file.
        key: the column of ids.
        bins: how many.
        folder: where, made for this file.
        names: column → where the spellings of the names in it are counted.
        on_progress: called with what is read and the total.

    Raises:
        InputError: the file is broken, or two counts of its records differ.
    """
    folder.mkdir(parents=True)
    sizes = np.zeros(bins, np.int64)
    with ExitStack() as stack:
        writers: list[pa.ipc.RecordBatchStreamWriter] = []
        for table in _buffers(reader, on_progress):
            if not writers:
                way = pa.ipc.IpcWriteOptions(compression="lz4")
                writers = [
                    stack.enter_context(pa.ipc.new_stream(str(folder / str(number)), table.schema, options=way))
                    for number in range(bins)
                ]
            for name, spellings in names.items():
                spellings.count(cleaned(table[name]))
            number = bin_of(cleaned(table[key.header], key.null_words), bins)
            order = np.argsort(number, kind="stable")
            ends = np.searchsorted(number[order], np.arange(bins + 1))
            table = table.take(pa.array(order)).combine_chunks()  # noqa: PLW2901 - the same records in another order
            sizes += np.diff(ends)
            for place in np.flatnonzero(np.diff(ends)).tolist():
                writers[place].write_table(table.slice(ends[place], ends[place + 1] - ends[place]))
    return Binned(reader.source, reader.headers, reader.found, reader.tally, folder, tuple(sizes.tolist()))


def _buffers(reader: RecordReader, on_progress: Progress | None) -> Iterator[pa.Table]:
    """The records of a file, many at a time, each with its line; at least one table, be it empty."""
    held: list[Chunk] = []
    told = False
    for chunk in kept_chunks(reader, on_progress):
        held.append(chunk)
        if sum(len(one.rows) for one in held) >= BUFFER:
            yield _table(reader.headers, held)
            held, told = [], True
    if held or not told:
        yield _table(reader.headers, held)


def _table(headers: Sequence[str], chunks: Sequence[Chunk]) -> pa.Table:
    lines, columns = together(headers, chunks)
    return pa.table({**columns, LINE: pa.array(lines)})


class Spellings:
    """How often each spelling of the names in a column occurs in all of the files."""

    def __init__(self) -> None:
        self._counts: pa.Table | None = pa.table({"name": pa.array([], pa.string()), "n": pa.array([], pa.int64())})

    def count(self, texts: pa.Array) -> None:
        """Some more rows of the column."""
        if self._counts is None:
            return
        number, distinct = codes(texts)
        counts = np.bincount(number[number >= 0], minlength=len(distinct))
        both = pa.concat_tables([self._counts, pa.table({"name": distinct, "n": pa.array(counts, pa.int64())})])
        sums = both.group_by("name", use_threads=False).aggregate([("n", "sum")]).rename_columns(["name", "n"])
        self._counts = sums if sums.num_rows <= MOST_SPELLINGS else None

    def chosen(self) -> tuple[pa.Array, pa.Array] | None:
        """Spellings, and for each the one that stands for it; None where they are too many to know."""
        if self._counts is None:
            return None
        names = whole(self._counts["name"])
        best = commonest(names, whole(self._counts["n"]).to_numpy())
        return names, names.take(pa.array(best))
