"""What is decided of a table, step by step: what it holds, which column is which field, how each is read."""

from collections.abc import Mapping as Plain
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import Mask
from yaad.intake.deciding.amounts import AmountDecision, Numbers
from yaad.intake.deciding.dates import DateDecision
from yaad.intake.deciding.days import PIVOT, Order
from yaad.intake.deciding.moments import Dates, Moments, cleaned, read_moments
from yaad.intake.deciding.spellings import called_alike
from yaad.intake.deciding.yearless import NEAR, near_years
from yaad.intake.fields import FIELDS, MONTH, Field, Value
from yaad.intake.kinds import Kind
from yaad.intake.mapping import Mapping
from yaad.intake.presets import Recognised
from yaad.intake.table import Table
from yaad.text import Message

BEGINS = ("entered", "created")
OF_STAGES = ("stage", "from")
ENDS = ("closed", "won", "lost")
POINTS = {"point": ".", "comma": ","}


@dataclass
class Decisions:
    """What is known of a table; filled step by step by `decide`.

    Attributes:
        table: the rows.
        mapping: the mapping as far as it is decided.
        answers: question's id → answer.
        kind: what the rows are.
        fields: our field → column.
        dates: field → its column taken apart, and how to read it.
        numbers: the same for numbers.
        flags: fields that say yes or no instead of a date.
        outside: reason → rows that are no deals of the file's: deleted ones, lines below the table.
        export: the known export that the file is, by its headers.
        wide: stage → the column of its date, where columns are named like stages and the mapping names none.
        how: column → how we know.
        questions: what is open.
        notes: what is said of the file as a whole.
        sampled: the rows are a sample of a larger file; an answer may be of rows that it lacks.
        spellings: field of names → spellings, and for each the one that stands for it, where more rows than these are
            known.
    """

    table: Table
    mapping: Mapping
    answers: Plain[str, str]
    kind: Kind = Kind.DEALS
    fields: dict[str, str] = field(default_factory=dict)
    dates: dict[str, tuple[Moments, DateDecision]] = field(default_factory=dict)
    numbers: dict[str, tuple[Numbers, AmountDecision]] = field(default_factory=dict)
    flags: dict[str, Mask] = field(default_factory=dict)
    outside: dict[str, Mask] = field(default_factory=dict)
    export: Recognised | None = None
    wide: dict[str, str] = field(default_factory=dict)
    how: dict[str, Message] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    sampled: bool = False
    spellings: dict[str, tuple[pa.Array, pa.Array]] = field(default_factory=dict)

    @property
    def proposed(self) -> bool:
        """The columns are our proposal, not the mapping's word."""
        return not self.mapping.columns

    @property
    def zone(self) -> str:
        """The zone that local times are read by."""
        return self.mapping.zone or "UTC"

    def field(self, name: str) -> Field:
        """A field of this kind; a stage's own date is one too, and a month's own targets."""
        own = Field(name, name, Value.AMOUNT if name.startswith(MONTH) else Value.MOMENT)
        return FIELDS[self.kind].get(name, own)

    def null_words(self, name: str) -> tuple[str, ...]:
        """Texts of a field's column that mean no value."""
        column = self.fields[name]
        words = self.mapping.null_words
        return next((words[key] for key in (name, column) if key in words), ())

    def text(self, name: str) -> pa.Array | None:
        """A field's texts, cleaned; None when the file has no such column."""
        if name not in self.fields:
            return None
        texts = cleaned(self.table.columns[self.fields[name]], self.null_words(name))
        same = self.mapping.same_stages if name in OF_STAGES else {}
        return called_alike(texts, same) if same else texts

    def present(self, *names: str) -> Mask | None:
        """Rows with a date in any of some fields; None when the file has none of them."""
        found = [self.dates[name][0].present for name in names if name in self.dates]
        found += [self.flags[name] for name in names if name in self.flags]
        return np.logical_or.reduce(found) if found else None

    def read_dates(self, name: str, order: Order | None = None) -> Dates:
        """A field's dates, read as decided, or by another order of day and month."""
        parts, decision = self.dates[name]
        order = order or decision.order
        pivot = self.mapping.year_pivot if self.mapping.year_pivot is not None else PIVOT
        year, serial = decision.year, decision.serial
        if year == NEAR:
            parts, year = near_years(parts, order, pivot, serial), None
        return read_moments(parts, order, self.zone, pivot=pivot, serial=serial, year=year)
