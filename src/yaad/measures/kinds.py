"""What an activity was, and how it went, by the words that people write of it (`kinds.yaml`, in both languages).

A kind is what its longest known word says; one without a known word is some other contact with the customer. How it
went stands in a column of the company's own that is called so (status, תוצאה …), else in the kind itself.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import ibis
import ibis.expr.types as ir
import yaml

from yaad.measures.pictures import once_a_picture
from yaad.measures.scope import Scope

MARKS = re.compile(r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u05f3\u05f4\u200e\u200f'\"`´’‘“”„]")
SEPARATORS = re.compile(r"[^\w]+|_+")


class Did(StrEnum):
    """What was done."""

    MEETING = "meeting"
    VISIT = "visit"
    WALK_IN = "walk_in"
    CALL = "call"
    MESSAGE = "message"
    NOTE = "note"  # something the company wrote for itself: no contact
    OTHER = "other"


class Went(StrEnum):
    """How it went."""

    PLANNED = "planned"
    HELD = "held"
    NO_SHOW = "no_show"  # of a call: nobody answered
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Words:
    """The words of `kinds.yaml`, folded: what they say by word."""

    kinds: dict[str, str]
    states: dict[str, str]
    incoming: dict[str, str]
    columns: dict[str, str]
    cancelled_orders: dict[str, str]


@dataclass(frozen=True)
class Told:
    """The words of one book, recognised.

    Attributes:
        kinds: text of ``kind`` → what was done.
        incoming: texts of ``kind`` that say that it came from the customer.
        states: text of ``kind`` → how it went.
        column: the company's own column of how it went; None where there is none.
        column_states: text of that column → how it went.
    """

    kinds: dict[str, Did]
    incoming: frozenset[str]
    states: dict[str, Went]
    column: str | None
    column_states: dict[str, Went]

    def kinds_of(self, *did: Did) -> list[str]:
        """The book's texts for these kinds."""
        return sorted(text for text, what in self.kinds.items() if what in did)


@cache
def known_words() -> Words:
    """The words that are known, read once."""
    said = yaml.safe_load((files("yaad.measures") / "kinds.yaml").read_text("utf-8"))

    def folded(lists: Iterable[Iterable[str]], meaning: str) -> dict[str, str]:
        return {fold_words(word): meaning for words in lists for word in words}

    def by_meaning(section: dict[str, list[list[str]]]) -> dict[str, str]:
        return {word: meaning for name, lists in section.items() for word, meaning in folded(lists, name).items()}

    return Words(
        by_meaning(said["kinds"]),
        by_meaning(said["states"]),
        folded(said["incoming"], "incoming"),
        folded(said["columns"], "column"),
        folded(said["cancelled_orders"], "cancelled"),
    )


def fold_words(text: str) -> str:
    """A text as its words are compared: without case, signs and marks, parted by single spaces.

    >>> fold_words("No-Show (Zoom)"), fold_words("פגישת  היכרות – ב״זום״")
    ('no show zoom', 'פגישת היכרות בזום')
    """
    plain = MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return SEPARATORS.sub(" ", plain).strip()


def meaning_of(text: str, words: dict[str, str]) -> str | None:
    """What the longest known word in a text says; None where it holds none.

    >>> meaning_of("Sales meeting: no show", known_words().states), meaning_of("Sent flowers", known_words().kinds)
    ('no_show', None)
    """
    padded = f" {fold_words(text)} "
    found = [word for word in words if f" {word} " in padded]
    return words[max(found, key=lambda word: (len(word), word))] if found else None


@once_a_picture
def told_of(scope: Scope) -> Told:
    """What the activities of this book say of themselves: its own texts, recognised."""
    words = known_words()
    texts, names = _said(scope, _kinds), _said(scope, _columns)
    column = next((name for name in sorted(names) if fold_words(name) in words.columns), None)
    values = _said(scope, _cells, column) if column else []
    return Told(
        kinds={text: Did(meaning_of(text, words.kinds) or Did.OTHER) for text in texts},
        incoming=frozenset(text for text in texts if meaning_of(text, words.incoming)),
        states=_states(texts, words),
        column=column,
        column_states=_states(values, words),
    )


def state_of(activities: ir.Table, told: Told) -> ir.StringValue:
    """How each activity went, where anybody said so: ``planned``, ``held``, ``no_show``, ``cancelled``; else null."""
    by_kind = _cases(activities.kind, told.states)
    if told.column is None:
        return by_kind
    return ibis.coalesce(_cases(activities.custom.get(told.column), told.column_states), by_kind)


def did_what(activities: ir.Table, told: Told) -> ir.StringValue:
    """What each activity was, as in `Did`; one without a kind is some other contact."""
    return _cases(activities.kind, told.kinds).fill_null(Did.OTHER.value)


def _states(texts: Iterable[str], words: Words) -> dict[str, Went]:
    found = ((text, meaning_of(text, words.states)) for text in texts)
    return {text: Went(state) for text, state in found if state}


def _cases(column: ir.Value, meanings: dict[str, Did] | dict[str, Went]) -> ir.StringValue:
    by_meaning: dict[str, list[str]] = {}
    for text, meaning in sorted(meanings.items()):
        by_meaning.setdefault(meaning.value, []).append(text)
    cases = [(column.isin(texts), meaning) for meaning, texts in sorted(by_meaning.items())]
    return ibis.cases(*cases, else_=ibis.null("string")) if cases else ibis.null("string")


def _said(scope: Scope, build: Callable[..., ir.Table], *about: str) -> list[str]:
    return sorted(scope.rows(build, *about)["said"].to_pylist())


def _kinds(scope: Scope) -> ir.Table:
    activities = scope.table("activities")
    return _distinct(activities.select(said=activities.kind))


def _columns(scope: Scope) -> ir.Table:
    activities = scope.table("activities")
    return _distinct(activities.select(said=activities.custom.keys().unnest()))


def _cells(scope: Scope, column: str) -> ir.Table:
    activities = scope.table("activities")
    return _distinct(activities.select(said=activities.custom.get(column)))


def _distinct(said: ir.Table) -> ir.Table:
    return said.filter(said.said.notnull()).distinct()
