"""Recurring sources: a follow-up workbook that goes out and comes back, a watched folder, systems to pull from."""

from yaad.book.sources.returned import Returned, read_back
from yaad.book.sources.sheet import is_follow_up, write_follow_up

SECRETS = "secrets.enc"
"""The file of a book in which the secrets of its sources are kept, encrypted."""

__all__ = ["SECRETS", "Returned", "is_follow_up", "read_back", "write_follow_up"]
