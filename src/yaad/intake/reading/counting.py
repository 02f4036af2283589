"""The second count of a file's records, by other and simpler means than its reader: what both must agree on."""

import codecs
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from yaad.intake.files import BLOCK, Source

QUOTE, CR, LF = 34, 13, 10
OPEN, CLOSE = (91, 123), (93, 125)
EVENT = re.compile(rb"<(?:\w+:)?event[\s>/]")


def blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """A text file's bytes; those of UTF-16 are turned into UTF-8 so that a line's end is one byte."""
    wide = encoding.lower().startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield decoder.decode(block).encode("utf-8", "replace") if wide else block


def count_lines(path: Path, encoding: str, *, escape: bool) -> int:
    """Records of a text table: ends of lines where the number of quotes so far is even.

    This is wrong only where a quote stands inside an unquoted cell (``5" pipe``); see `count_records`.
    """
    records, quotes, last = 0, 0, b""
    for raw in blocks(path, encoding):
        block = raw.replace(b'\\"', b"''") if escape else raw
        if b'"' not in block and not quotes % 2 and b"\r" not in block:
            records += block.count(b"\n")
        else:
            values = np.frombuffer(block, np.uint8)
            marks = np.flatnonzero(values == QUOTE)
            ends = np.flatnonzero((values == LF) | (values == CR) if b"\r" in block else values == LF)
            if b"\r" in block or last == b"\r":
                before = np.where(ends > 0, values[ends - 1], ord(last) if last else 0)
                ends = ends[~((values[ends] == LF) & (before == CR))]
            records += int(((np.searchsorted(marks, ends) + quotes) % 2 == 0).sum())
            quotes += len(marks)
        last = block[-1:]
    return records + (last not in (b"\r", b"\n", b""))


def count_records(path: Path, encoding: str, delimiter: str, *, escape: bool) -> int:
    """Records of a text table by walking from sign to sign: slower than `count_lines`, right with stray quotes."""
    sign = re.escape(delimiter.encode())
    token = re.compile(rb'\\.|"|\r\n|\r|\n|' + sign if escape else rb'"|\r\n|\r|\n|' + sign)
    text = b"".join(blocks(path, encoding)).removeprefix(b"\xef\xbb\xbf")
    records, inside, start, place = 0, False, True, 0
    for found in token.finditer(text):
        sign_found, begin = found[0], found.start()
        start = start and begin == place
        place = found.end()
        if sign_found == b'"':
            inside, start = _after_quote(inside=inside, start=start, text=text, place=place)
        elif not inside:
            start = not sign_found.startswith(b"\\")
            records += sign_found[:1] in b"\r\n"
    return records + (not text.endswith((b"\r", b"\n")))


def _after_quote(*, inside: bool, start: bool, text: bytes, place: int) -> tuple[bool, bool]:
    """A quote opens a cell at its start; inside, it closes the cell or is the first of a doubled pair."""
    if not inside:
        return start, False
    return False, text[place : place + 1] == b'"'


def count_events(source: Source) -> int:
    """Events of an event log, by the number of their opening tags."""
    count, tail = 0, b""
    opener = gzip.open if source.gzipped else open
    with opener(source.path, "rb") as file:
        while block := file.read(BLOCK):
            text = tail + block
            cut = text.rfind(b"<")
            tail = text[cut:] if cut >= 0 and len(text) - cut < 64 else b""
            count += len(EVENT.findall(text[: len(text) - len(tail)]))
    return count + len(EVENT.findall(tail))


def count_json_lines(path: Path) -> int:
    """Lines of a file that has a record a line."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def count_json_records(path: Path, encoding: str, *, bare: bool, order: int) -> int:
    """Objects that stand directly in a list of a JSON document, by its brackets alone.

    Args:
        path: of the document.
        encoding: its codec.
        bare: the document is the list; else the list stands in its one object.
        order: which of that object's lists of objects it is, from 0.
    """
    depth, quoted, carry = 0, False, b""
    in_list = fresh = False
    lists = [0] if bare else []
    for raw in blocks(path, encoding):
        held = carry + raw
        keep = len(held) - len(held.rstrip(b"\\"))
        held, carry = (held[: len(held) - keep], held[len(held) - keep :]) if keep else (held, b"")
        plain = np.frombuffer(held.replace(b"\\\\", b"__").replace(b'\\"', b"__"), np.uint8)
        outside = (np.cumsum(plain == QUOTE) + quoted) % 2 == 0
        quoted = not bool(outside[-1]) if len(plain) else quoted
        places = np.flatnonzero(outside & np.isin(plain, OPEN + CLOSE))
        signs = plain[places]
        steps = np.where(np.isin(signs, OPEN), 1, -1)
        levels = depth + np.cumsum(steps)
        depth = int(levels[-1]) if len(levels) else depth
        near = (steps == 1) & (levels == (1 if bare else 2))
        inner = (steps == 1) & (levels == (2 if bare else 3)) & (signs == OPEN[1])
        if bare:
            lists[0] += int(inner.sum())
            continue
        for sign, opens in zip(signs[near | inner].tolist(), near[near | inner].tolist(), strict=True):
            if opens:
                in_list = fresh = sign == OPEN[0]
            elif in_list:
                lists += [0] * fresh
                fresh = False
                lists[-1] += 1
    return lists[order] if order < len(lists) else 0
