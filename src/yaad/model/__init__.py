"""The vocabulary: stages, periods, money, what people can write, the tables and the figures they give."""

from yaad.model.calendar import Calendar
from yaad.model.entries import (
    DealEntry,
    Entry,
    EntryKind,
    LoseEntry,
    MoveEntry,
    NoteEntry,
    RetractEntry,
    SettingEntry,
    TargetEntry,
    UndoEntry,
    WinEntry,
)
from yaad.model.figures import (
    FEW,
    Cell,
    ConversionRow,
    DwellRow,
    Dwells,
    Explanation,
    Figure,
    Finding,
    Funnel,
    FunnelRow,
    Snapshot,
)
from yaad.model.money import Money, Tax, read_amount, single_unit
from yaad.model.periods import Grain, Period, end_of_month_after, parse_day
from yaad.model.stages import NOT_INQUIRY_PLACE, RESTING, STILL_OPEN, Pipeline, Stage, StageType
from yaad.model.tables import SCHEMAS

__all__ = [
    "FEW",
    "NOT_INQUIRY_PLACE",
    "RESTING",
    "SCHEMAS",
    "STILL_OPEN",
    "Calendar",
    "Cell",
    "ConversionRow",
    "DealEntry",
    "DwellRow",
    "Dwells",
    "Entry",
    "EntryKind",
    "Explanation",
    "Figure",
    "Finding",
    "Funnel",
    "FunnelRow",
    "Grain",
    "LoseEntry",
    "Money",
    "MoveEntry",
    "NoteEntry",
    "Period",
    "Pipeline",
    "RetractEntry",
    "SettingEntry",
    "Snapshot",
    "Stage",
    "StageType",
    "TargetEntry",
    "Tax",
    "UndoEntry",
    "WinEntry",
    "end_of_month_after",
    "parse_day",
    "read_amount",
    "single_unit",
]
