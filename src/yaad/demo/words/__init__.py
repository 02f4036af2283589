"""The names of the demo companies, one module a language. All people, customers and numbers in them are invented."""

from yaad.demo.words.english import ENGLISH
from yaad.demo.words.hebrew import HEBREW
from yaad.demo.words.pack import Item, Kind, Pack, Solution

PACKS: dict[str, Pack] = {"he": HEBREW, "en": ENGLISH}

__all__ = ["PACKS", "Item", "Kind", "Pack", "Solution"]
