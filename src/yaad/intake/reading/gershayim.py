"""Quotes inside Hebrew words, as in ``בע"מ``, that a program did not double when it wrote a quoted cell."""

import csv
import re
from collections.abc import Iterable, Iterator

from yaad.intake.reading.layout import Dialect
from yaad.intake.report import Tally

WITHIN = re.compile('[\u05d0-\u05ea]"(?=[\u05d0-\u05ea])')
"""A quote between two Hebrew letters: no cell ends there."""
FATAL = ("unexpected end of data", "field larger")
"""So begin the faults that the standard library's reader finds at the end of what it is given."""


def with_gershayim(lines: Iterable[str], dialect: Dialect, tally: Tally | None = None) -> Iterator[str]:
    """Lines as they are, but for those whose quoted cells would end inside a Hebrew word: there the quotes are doubled.

    Args:
        lines: of a text table, each with its end.
        dialect: how cells are parted.
        tally: told of each line that was mended.
    """
    for line in lines:
        broken = not dialect.escape and WITHIN.search(line) is not None and _breaks(line, dialect)
        told = _doubled(line, dialect.delimiter) if broken else None
        whole = told is not None and not _breaks(told, dialect)
        if whole and tally is not None:
            tally.flags["inner_quote"] += 1
        yield told if told is not None and whole else line


def _breaks(line: str, dialect: Dialect) -> bool:
    """A quoted cell of the line goes on after its closing quote."""
    try:
        list(dialect.reader([line]))
    except csv.Error as error:
        return not str(error).startswith(FATAL)
    return False


def _doubled(line: str, delimiter: str) -> str | None:
    """The line with the quotes inside the Hebrew words of its quoted cells doubled.

    None where one of them stands in a cell that goes on in the next line: the second count could not follow.

    >>> _doubled('1,"בע"מ",ת"א', ",")
    '1,"בע""מ",ת"א'
    """
    told: list[str] = []
    quoted, begins, place, is_doubled = False, True, 0, False
    while place < len(line):
        sign, step = line[place], 1
        if sign == '"' and quoted:
            pair = line.startswith('""', place)
            within = not pair and WITHIN.match(line, place - 1) is not None
            quoted, step = pair or within, 1 + pair
            is_doubled = quoted and (is_doubled or within)
            sign = '""' if quoted else sign
        else:
            quoted = quoted or (sign == '"' and begins)
        begins = sign == delimiter and not quoted
        told.append(sign)
        place += step
    return None if is_doubled else "".join(told)
