"""Any file or CRM export → canonical tables, with a report of every row.

`understand` says what files hold, how we know, and what must be asked; `load` turns them into the tables of a `Batch`.
All cells are read as text; encoding, delimiter, header, dates, decimals and stages are decided by evidence over whole
columns and asked where the data do not decide. The decisions are a `Mapping`, a readable YAML file that is used again.
"""

from yaad.intake.batch import MOVES, Batch, Brought, Listed, latest
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.words import names_a_quote
from yaad.intake.files import keep_pasted
from yaad.intake.kinds import Kind, Shape
from yaad.intake.large.portions import LargeBatch
from yaad.intake.loading import load
from yaad.intake.mapping import Join, Mapping, Settings, StageRule
from yaad.intake.reading import Progress
from yaad.intake.refused import Refused
from yaad.intake.report import REJECTS, FileReport
from yaad.intake.snapshots import day_in, without_day
from yaad.intake.sums import PLUS
from yaad.intake.typed import TypedAmount, typed_amount
from yaad.intake.understanding import ColumnUnderstanding, FileUnderstanding, Understanding, understand

__all__ = [
    "MOVES",
    "PLUS",
    "REJECTS",
    "Batch",
    "Brought",
    "ColumnUnderstanding",
    "FileReport",
    "FileUnderstanding",
    "Join",
    "Kind",
    "LargeBatch",
    "Listed",
    "Mapping",
    "Progress",
    "Refused",
    "Settings",
    "Shape",
    "StageRule",
    "TypedAmount",
    "Understanding",
    "day_in",
    "fold",
    "keep_pasted",
    "latest",
    "load",
    "names_a_quote",
    "typed_amount",
    "understand",
    "without_day",
]
