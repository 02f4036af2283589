"""Overlays: fields that both a source and a person speak of. Per field the later one stands; people win ties.

The lake's deals carry what stands; what the source told is kept beside, so that an undo finds it again.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from yaad.facts.fold import FieldChange
from yaad.facts.texts import as_text, as_value
from yaad.model import WRITTEN

OVERLAYS = pa.schema(
    [
        ("deal", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),  # what the person wrote; null: that there is none
        ("day", pa.date32()),  # when it was true, in the company's zone
        ("told", pa.string()),  # what the source says; null: nothing
        ("told_day", pa.date32()),  # the day that the source speaks of when it first said so
    ]
)

FIELDS = WRITTEN
"""Columns of deals that entries can change."""

Row = dict[str, object]


@dataclass(frozen=True)
class Overlay:
    """A field of a deal that a person has spoken of."""

    deal: int
    field: str
    value: str | None
    day: dt.date
    told: str | None
    told_day: dt.date | None

    @property
    def standing(self) -> str | None:
        """What stands: the person's word, unless the source spoke later."""
        later = self.told is not None and self.told_day is not None and self.told_day > self.day
        return self.told if later else self.value

    def retold(self, told: str | None, day: dt.date) -> "Overlay":
        """After the source spoke again; the day counts only when it says something else than before."""
        if told == self.told:
            return self
        return Overlay(self.deal, self.field, self.value, self.day, told, day)


@dataclass(frozen=True)
class Kept:
    """A field in which what a person wrote stands against what an import says; `standing` None: that there is none."""

    deal_id: str
    field: str
    told: str
    standing: str | None


def from_table(table: pa.Table) -> dict[tuple[int, str], Overlay]:
    """Overlays by deal and field."""
    return {(row["deal"], row["field"]): Overlay(**row) for row in table.to_pylist()}


def to_table(overlays: Iterable[Overlay]) -> pa.Table:
    """As rows of the lake."""
    return pa.Table.from_pylist([vars(overlay) for overlay in overlays], schema=OVERLAYS)


def overlaid(
    rows: list[Row],
    changes: dict[tuple[str, str], FieldChange],
    present: dict[tuple[int, str], Overlay],
    export_days: dict[int, dt.date],
) -> list[Overlay]:
    """Write into rows of deals what stands, and give the overlays that remain.

    Args:
        rows: the lake's rows of the deals; changed in place.
        changes: what the journal says now of these deals; a field that it speaks of no more falls back to the source.
        present: the overlays that the rows carry already.
        export_days: the pin's.
    """
    remaining = []
    for row in rows:
        for name in FIELDS:
            before = present.get((int(str(row["deal"])), name))
            told = before.told if before else as_text(row[name])
            told_day = before.told_day if before else export_days.get(int(str(row["recorded_seq"])))
            change = changes.get((str(row["deal_id"]), name))
            if change:
                overlay = Overlay(int(str(row["deal"])), name, change.value, change.day, told, told_day)
                row[name] = as_value(name, overlay.standing)
                remaining.append(overlay)
            else:
                row[name] = as_value(name, told)
    return remaining
