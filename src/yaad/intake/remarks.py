"""What is said of a known export once it is read: what it cannot tell, and the traps it is known for."""

import re
from collections.abc import Iterable

import numpy as np

from yaad.intake.deciding.days import PIVOT
from yaad.intake.deciding.spellings import HIDDEN
from yaad.intake.decisions import Decisions
from yaad.intake.kinds import Kind, Shape
from yaad.intake.mapping import Mapping
from yaad.intake.reading import SHEET
from yaad.intake.totals import total_rows
from yaad.model import StageType
from yaad.text import Message

TWO_DIGITS = re.compile(r"^\d{1,2}([./-])\d{1,2}\1\d{2}$")
SAMPLE = 1000
"""Distinct days that are looked at."""
BESIDE = {
    StageType.ATTEMPT: "intake.note_attempts",
    StageType.ON_HOLD: "intake.note_on_hold",
    StageType.NOT_INQUIRY: "intake.note_not_inquiries",
}
"""Types that are no steps of a sale → how they are said, since they change what is counted."""


def once(notes: Iterable[Message]) -> tuple[Message, ...]:
    """Notes in their order, each once."""
    kept: list[Message] = []
    for note in notes:
        if note not in kept:
            kept.append(note)
    return tuple(kept)


def remark_types(found: Decisions) -> None:
    """Say which stages are attempts, on hold, or no inquiries."""
    for kind, key in BESIDE.items():
        names = [rule.name for rule in found.mapping.stages if rule.type is kind]
        if names:
            found.notes.append(Message(key, {"stages": ", ".join(names)}))


def remark_rows(found: Decisions) -> None:
    """Say how two-digit years are read, and that a file's name holds marks that nobody sees."""
    pivot = found.mapping.year_pivot if found.mapping.year_pivot is not None else PIVOT
    short = any(TWO_DIGITS.search(day) for parts, _ in found.dates.values() for day in parts.days[:SAMPLE])
    if short:
        values: dict[str, object] = {"last": f"{pivot:02d}", "year": str(2000 + pivot), "next": str(1900 + pivot + 1)}
        found.notes.append(Message("intake.note_year_pivot", values))
    _remark_totals(found)
    if found.kind is Kind.CALLS and not _tells(found, "phone") and not _tells(found, "deal"):
        found.notes.append(Message("intake.note_calls_alone"))
    if SHEET in found.table.columns and SHEET not in found.fields.values() and "owner" not in found.fields:
        found.notes.append(Message("intake.note_sheet_column", {"column": SHEET}))
    for grid in found.table.grids:
        found.notes += grid.found.notes
        if re.search(HIDDEN, grid.source.name):
            plain = re.sub(HIDDEN, "", grid.source.name)
            found.notes.append(Message("intake.note_file_name_marks", {"name": plain}))


def _tells(found: Decisions, name: str) -> bool:
    """Some row has a value of the field."""
    texts = found.text(name)
    return texts is not None and texts.null_count < len(texts)


def _remark_totals(found: Decisions) -> None:
    """Say which rows are taken for totals, and how they are taken if they are none."""
    if "id" not in found.fields or found.mapping.totals is not None:
        return
    rows = np.flatnonzero(total_rows(found.table, found.fields["id"]))
    if len(rows):
        first = [column[int(rows[0])].as_py() for column in found.table.columns.values()]
        lines = ", ".join(str(line) for line in found.table.lines[rows[:5]]) + ("…" if len(rows) > 5 else "")
        example = next((str(cell) for cell in first if cell is not None and str(cell).strip()), "")
        found.notes.append(Message("intake.note_totals", {"n": len(rows), "rows": lines, "example": example[:40]}))


def remark(found: Decisions) -> None:
    """Say that the history stands elsewhere, that nothing is lost, that stages are only numbers."""
    remark_types(found)
    export = found.export.export if found.export is not None else None
    if export is None or not found.mapping.stages:
        return
    if export.history and found.mapping.shape is not Shape.WIDE:
        found.notes.append(Message("presets.history_elsewhere", {"export": Message(f"presets.{export.history}")}))
    if "archived" in export.traps and not _any_lost(found):
        found.notes.append(Message("presets.trap_archived"))
    if _only_numbers(found.mapping):
        found.notes.append(Message("presets.trap_numbers"))


def _any_lost(found: Decisions) -> bool:
    """Some row is lost, by its stage or by another column."""
    flagged = found.flags.get(StageType.LOST.value)
    return bool(flagged is not None and flagged.any()) or any(r.type is StageType.LOST for r in found.mapping.stages)


def _only_numbers(mapping: Mapping) -> bool:
    """The open stages have numbers for names."""
    names = [rule.name for rule in mapping.stages if rule.type is StageType.OPEN]
    return bool(names) and all(name.isdecimal() for name in names)
