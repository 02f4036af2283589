"""The plain part of a text table, by Arrow: blocks without a quote or an odd byte, all records of one width."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from yaad.intake.files import BLOCK, Source
from yaad.intake.reading.layout import Dialect
from yaad.intake.reading.port import Chunk, Progress


@dataclass(frozen=True)
class TextLayout:
    """All that is decided of a text table before its records are read.

    Attributes:
        source: the file.
        encoding: its codec.
        dialect: how cells are parted.
        names: cells of the header.
        head_records: records up to and including the header.
        head_lines: lines up to and including the header.
    """

    source: Source
    encoding: str
    dialect: Dialect
    names: tuple[str, ...]
    head_records: int
    head_lines: int


@dataclass(frozen=True)
class Resume:
    """Where the strict reader must go on: bytes and lines already read."""

    offset: int
    lines: int


def plain_blocks(layout: TextLayout, on_progress: Progress | None) -> Iterator[Chunk | Resume]:
    """Chunks of the file as long as it is plain; then, unless the file has ended, one last `Resume`."""
    if layout.encoding.startswith("utf-16") or layout.dialect.escape:
        yield Resume(0, 0)
        return
    with layout.source.path.open("rb") as file:
        head = b"".join(file.readline() for _ in range(layout.head_lines))
        if _has_lone_return(head):
            yield Resume(0, 0)
            return
        offset, lines, carry, ended = len(head), layout.head_lines, b"", False
        while not ended:
            block = file.read(BLOCK)
            ended = not block
            text = carry + block
            cut = len(text) if ended else text.rfind(b"\n") + 1
            part, carry = text[:cut], text[cut:]
            if not part and (ended or len(carry) < 4 * BLOCK):
                continue
            columns = _parse(part, layout)
            if columns is None:
                yield Resume(offset, lines)
                return
            count = len(columns[0])
            yield Chunk(np.arange(lines + 1, lines + count + 1, dtype=np.int64), columns)
            offset, lines = offset + len(part), lines + count
            if on_progress is not None:
                on_progress(offset, layout.source.size)


def _has_lone_return(text: bytes) -> bool:
    return text.count(b"\r") != text.count(b"\r\n")


def _parse(part: bytes, layout: TextLayout) -> list[pa.Array] | None:
    """The columns of a block; None when it is not plain."""
    if not part or b'"' in part or _has_lone_return(part):
        return None
    if not layout.encoding.startswith("utf-8"):
        try:
            part = codecs.decode(part, layout.encoding).encode()
        except UnicodeDecodeError:
            return None
    names = [str(place) for place in range(len(layout.names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(part),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=len(part) + 1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.dialect.delimiter, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != part.count(b"\n") + (not part.endswith(b"\n")):
        return None
    return [table[name].combine_chunks() for name in names]
