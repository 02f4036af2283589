"""Columns that no header claims: those that hold dates or amounts are asked about, never passed over in silence."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import yaml

from yaad.errors import Question
from yaad.intake.arrow import mask, pc, whole
from yaad.intake.deciding.amounts import decide_amounts, take_numbers_apart
from yaad.intake.deciding.dates import decide_dates
from yaad.intake.deciding.flags import read_flags
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned, take_apart
from yaad.intake.deciding.words import header_words
from yaad.intake.table import Table
from yaad.text import Message

NONE = "none"
"""The answer that leaves the columns as they are."""
ENOUGH = 0.9
"""Share of a column's values that must be dates (or numbers) for it to be asked about."""
SAMPLE = 1000
"""Values that are looked at before a whole column is taken apart."""
CODES = r"^[+0]\d"
"""How telephone numbers and the like begin, and amounts do not."""


def holds_dates(table: Table, header: str) -> bool:
    """At least nine of ten values of a column are dates; day numbers of a workbook are not taken for such."""
    return all(_dates(part, header) for part in _parts(table, header))


def _dates(values: pa.ChunkedArray, header: str) -> bool:
    decision = decide_dates(take_apart(values), header)
    filled = len(cleaned(values).drop_null()) > 0
    return filled and decision.dates >= ENOUGH


def holds_amounts(table: Table, header: str) -> bool:
    """At least nine of ten values of a column are numbers that may be amounts: no yes and no, no codes."""
    words = set(fold(header).split())
    if words & set(header_words().codes):
        return False
    return all(_amounts(part, header) for part in _parts(table, header))


def _amounts(values: pa.ChunkedArray, header: str) -> bool:
    if pa.types.is_temporal(values.type) or pa.types.is_boolean(values.type) or read_flags(whole(values)) is not None:
        return False
    texts = cleaned(values).drop_null()
    coded = mask(pc.match_substring_regex(texts, pattern=CODES))
    if not len(texts) or coded.mean() > 1 - ENOUGH:
        return False
    return decide_amounts(take_numbers_apart(values, amounts=True), header).numbers >= ENOUGH


def _parts(table: Table, header: str) -> Sequence[pa.ChunkedArray]:
    """Some values of a column and then all of it, so that a long column of texts is soon let go."""
    column = table.columns[header]
    return (column.drop_null().slice(0, SAMPLE), column) if len(column) > SAMPLE else (column,)


def example(table: Table, header: str) -> str:
    """Some value of a column, not an empty one."""
    texts = cleaned(table.columns[header].slice(0, 10 * SAMPLE)).drop_null()
    return str(texts[0].as_py())[:40] if len(texts) else ""


def options_of(table: Table, headers: Sequence[str]) -> dict[str, Message]:
    """Columns as answers, each with its name and a value."""
    return {
        header: Message("intake.option_column", {"column": header, "example": example(table, header)})
        for header in headers
    }


def ask_unmapped(table: Table, field: str, headers: Sequence[str]) -> Question:
    """Which of some columns is a field; or none of them is."""
    text = Message("intake.ask_column", {"field": Message(f"intake.field_{field}")})
    options = options_of(table, headers) | {NONE: Message("intake.option_none")}
    return Question(f"column:{field}", text, (), options)


def with_columns_line(questions: Sequence[Question], fields: dict[str, str], names: Sequence[str]) -> list[Question]:
    """Questions on columns, each with one whole line for a mapping: what is known, and the first answer of each.

    Args:
        questions: all questions of a file.
        fields: our field → column, as far as it is known.
        names: fields that a mapping may name.
    """
    asked = [q for q in questions if q.id.startswith("column:") and q.id.removeprefix("column:") in names]
    line = {name: column for name, column in fields.items() if name in names}
    for question in asked:
        free = [option for option in question.options if option != NONE and option not in line.values()]
        if chosen := (free or list(question.options))[:1]:
            line = {name: column for name, column in line.items() if column != chosen[0]}
            line[question.id.removeprefix("column:")] = chosen[0]
    flow = yaml.safe_dump(line, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6).strip()
    return [replace(q, map_line=f"columns: {flow}") if q in asked else q for q in questions]
