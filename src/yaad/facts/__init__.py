"""The facts of a book: its tables on disk, what people write in between, and stays and lives built from moves."""

from yaad.facts.lives import LIFE_COLUMNS, build_lives
from yaad.facts.visits import build_visits

__all__ = ["LIFE_COLUMNS", "build_lives", "build_visits"]
