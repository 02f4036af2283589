"""An amount that a file splits over several columns, one a product: an answer may name their sum."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from yaad.intake.arrow import pc
from yaad.intake.deciding.amounts import decide_amounts, read_amounts, take_numbers_apart
from yaad.intake.deciding.folding import fold
from yaad.intake.decisions import Decisions
from yaad.intake.table import Table
from yaad.intake.unmapped import ask_unmapped
from yaad.text import Message

PLUS = " + "
"""Stands between the columns of a sum: ``סכום 1 + סכום 2``."""
WIDE = pa.decimal128(30, 4)
"""Wider than an amount: a sum that no amount holds is rejected later, not here."""
NUMBERED = re.compile(r"(.+?)[\s_#.-]*\d{1,2}")


def add_sums(found: Decisions) -> None:
    """Make the columns that the mapping or an answer names as a sum of others."""
    told = [*found.mapping.columns.values(), found.answers.get("column:amount", "")]
    for name in told:
        parts = [found.table.find(part) for part in name.split(PLUS)]
        known = [part for part in parts if part is not None]
        if len(parts) > 1 and len(known) == len(parts) and name not in found.table.columns:
            columns = found.table.columns | {name: pa.chunked_array([_sum(found, known)])}
            found.table = replace(found.table, columns=columns)


def _sum(found: Decisions, parts: Sequence[str]) -> pa.Array:
    """The sum of some columns as text; null where none of them has a value, the text itself where one is no number."""
    total, odd = pa.nulls(len(found.table), WIDE), pa.nulls(len(found.table), pa.string())
    for part in parts:
        numbers = take_numbers_apart(found.table.columns[part], amounts=True)
        read = read_amounts(numbers, decide_amounts(numbers, part).point or ".")
        both = pc.add(pc.coalesce(total, pa.scalar(0, WIDE)), read.values.cast(WIDE)).cast(WIDE)
        total = pc.coalesce(both, total)
        texts = found.table.columns[part].combine_chunks().cast(pa.string())
        for rows in read.faults.values():  # such a row is rejected with what stands there
            odd = pc.if_else(pa.array(rows), texts, odd)
    return pc.coalesce(odd, total.cast(pa.string()))


def ask_amount(found: Decisions, headers: Sequence[str]) -> None:
    """Which column is the amount, where no header says it; columns of one name and a number may be its parts."""
    if not headers or "column:amount" in found.answers:
        return
    question = ask_unmapped(found.table, "amount", headers)
    series = _series(found.table, headers)
    if series:
        together = PLUS.join(series)
        sums = {together: Message("intake.option_sum", {"n": len(series), "columns": ", ".join(series)})}
        question = replace(question, options=sums | question.options)
    found.questions.append(question)


def _series(table: Table, headers: Sequence[str]) -> list[str]:
    """The columns of amounts that share a name but for a number; none where one of them is alone."""
    names = {header: fold(match[1]) for header in headers if (match := NUMBERED.fullmatch(header.strip()))}
    alike = [header for header in table.columns if header in names]
    return alike if len(alike) > 1 and len({names[header] for header in alike}) == 1 else []
