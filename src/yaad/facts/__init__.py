"""The facts of a book: its tables on disk, what people write in between, and stays and lives built from moves."""

from yaad.facts.anew import Anew
from yaad.facts.carried import said_of
from yaad.facts.engines import Engine, engine_named
from yaad.facts.facts import Facts
from yaad.facts.fold import Tail, checked_values, fold, undone
from yaad.facts.histories import History
from yaad.facts.journal import FILES as JOURNAL_FILES
from yaad.facts.journal import (
    Journal,
    KeyTaken,
    SqliteJournal,
    fitting,
    is_kept_elsewhere,
    journal_of,
    keep_elsewhere,
    kept_for,
    register_keeper,
)
from yaad.facts.lake import Lake
from yaad.facts.list_store import DatedList, store_lists
from yaad.facts.lives import LIFE_COLUMNS, build_lives
from yaad.facts.overlays import Kept
from yaad.facts.pin import Pin, end_of_day, read_pin
from yaad.facts.said import settings_of
from yaad.facts.settle import settle
from yaad.facts.store import Stored, store
from yaad.facts.texts import as_text, is_same_text
from yaad.facts.upserts import Counts
from yaad.facts.visits import build_visits

__all__ = [
    "JOURNAL_FILES",
    "LIFE_COLUMNS",
    "Anew",
    "Counts",
    "DatedList",
    "Engine",
    "Facts",
    "History",
    "Journal",
    "Kept",
    "KeyTaken",
    "Lake",
    "Pin",
    "SqliteJournal",
    "Stored",
    "Tail",
    "as_text",
    "build_lives",
    "build_visits",
    "checked_values",
    "end_of_day",
    "engine_named",
    "fitting",
    "fold",
    "is_kept_elsewhere",
    "is_same_text",
    "journal_of",
    "keep_elsewhere",
    "kept_for",
    "read_pin",
    "register_keeper",
    "said_of",
    "settings_of",
    "settle",
    "store",
    "store_lists",
    "undone",
]
