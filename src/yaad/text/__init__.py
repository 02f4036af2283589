"""Every word a person reads: messages by key, two catalogues (Hebrew, English), numbers, dates, money.

A sentence is a `Message`: a key such as ``intake.rows_rejected`` and its values. The part of the key before the
first dot names the catalogue file (``locale/he/intake.po``), so that each room keeps its own words.
"""

from yaad.text.catalogue import LANGUAGES, Message, direction, has_key, keys, render
from yaad.text.inert import GUARDED, bare, inert
from yaad.text.numbers import day, days, moment, money, number, percent, plain

__all__ = [
    "GUARDED",
    "LANGUAGES",
    "Message",
    "bare",
    "day",
    "days",
    "direction",
    "has_key",
    "inert",
    "keys",
    "moment",
    "money",
    "number",
    "percent",
    "plain",
    "render",
]
