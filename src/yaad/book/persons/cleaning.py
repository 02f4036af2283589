"""Rows and texts without those who were erased, whatever file or table they come from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from yaad.book.persons.marks import Known, Marks, folded_mail, folded_name, folded_phones

MAIL = re.compile(r"[^\s@<>,;:\"'()\[\]]+@[^\s@<>,;:\"'()\[\]]+\.[^\W\d_]+")
NUMBER = re.compile(r"(?<![\d.])[+(]?\d[\d\s().\-–\u05be/\u200e\u200f\u202a-\u202e\u2066-\u2069]{5,}\d(?!\d)")
GROUP = re.compile(r"\d+")
WORD = re.compile(r"[^\W_](?:[\w'’\"`\u0591-\u05c7\u05f4\u05f3\-–]*[\w'’\u0591-\u05bd\u05bf-\u05c7\u05f3])?")
PREFIXES = re.compile(r"^[\u05d5\u05d4\u05d1\u05db\u05dc\u05de\u05e9]{1,4}(?=[\u05d0-\u05ea]{2})")
"""Hebrew writes *and*, *to*, *from* and the like as letters before the first word of a name."""
LEAST_DIGITS, MOST_WORDS = 8, 6
SHORT = re.compile(r"[-+]?(?:\d{1,6}|\d{1,3},\d{3})(?:[.,]\d{1,4})?")
"""A number of a company's own column that is no number of a person: amounts, counts."""
DAY = re.compile(r"(?:\d{1,2}[-./]\d{1,2}[-./](\d{4})|(\d{4})[-./]\d{1,2}[-./]\d{1,2})(?:[T ][\d:.+Z]*)?")
ABOUT_THE_DEAL = 2010
"""A day of a company's own column in this year or later speaks of the deal; an earlier one may be of a birth."""


class Role(StrEnum):
    """What a column is, for erasing."""

    SELLER = "seller"
    NAME = "name"
    ACCOUNT = "account"
    CONTACT = "contact"
    TEXT = "text"
    ID = "id"
    DEAL = "deal"
    """The source's id of a deal; ids of other things may be the same words."""
    OWN = "own"
    """The company's own column, of which nobody has said what it holds."""
    FIGURE = "figure"
    OTHER = "other"
    LOOSE = "loose"
    """Nobody knows what the columns are."""


TELLING = frozenset({Role.NAME, Role.ACCOUNT, Role.CONTACT, Role.LOOSE})
"""Columns that say whose the row is; others do where it has none of these. A text may speak of anybody."""


@dataclass(frozen=True)
class _Cell:
    """Whose a cell says its row is.

    Attributes:
        sure: by a number or an address.
        named: by a name that nobody else bore.
        beside: by a number or an address that others have too: it tells beside the name.
        called: by a name, whoever bears it.
        is_anothers: it holds a number or an address, and of nobody here.
    """

    sure: frozenset[str]
    named: frozenset[str]
    beside: frozenset[str]
    called: frozenset[str]
    is_anothers: bool


class Cleaner:
    """Finds those who were erased in rows and texts, and puts what stands instead of them there.

    Args:
        marks: the list.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._countries = marks.countries
        self._texts: dict[str, str] = {}
        self._known: dict[str, _Cell] = {}
        self._firsts: dict[str, tuple[int, ...]] = {}

    def row(self, cells: Sequence[str | None], roles: Sequence[Role]) -> list[str | None] | None:
        """A row without them; None where nothing in it is theirs."""
        owners, is_anothers = self._told(cells, roles)
        found = [
            self._cell(cell, role, owners, is_anothers=is_anothers) if cell else cell
            for cell, role in zip(cells, roles, strict=True)
        ]
        if owners and Role.ID not in roles and Role.DEAL not in roles:
            self._name(found, roles, min(owners))
        return found if found != list(cells) else None

    def owners(self, cells: Sequence[str | None], roles: Sequence[Role]) -> frozenset[str]:
        """Of whom a row is: by number, mail, deal or a name of their own."""
        return self._told(cells, roles)[0]

    def _told(self, cells: Sequence[str | None], roles: Sequence[Role]) -> tuple[frozenset[str], bool]:
        """Of whom a row is, and whether it has a number or an address of somebody else.

        Where it has, the name says nothing: another person is called so too, or will be one day.
        """
        told = [(cell, role) for cell, role in zip(cells, roles, strict=True) if cell]
        telling = TELLING if any(role in TELLING for _, role in told) else TELLING | {Role.OTHER, Role.OWN}
        sure, named, beside, called, is_anothers = set[str](), set[str](), set[str](), set[str](), False
        for cell, role in told:
            if role in telling:
                one = self._of(cell)
                sure |= one.sure
                named |= one.named
                beside |= one.beside
                called |= one.called
                is_anothers |= one.is_anothers
            if role in (Role.DEAL, Role.LOOSE) and (mark := self._marks.of(Known.DEAL, cell.strip())):
                sure.add(mark)
        found = sure | (beside & called) | (set() if is_anothers else named)
        return frozenset(found), is_anothers and not found

    def text(self, text: str) -> str:
        """A text without them: numbers, addresses, and names that nobody else bears."""
        if text not in self._texts:
            if len(self._texts) > 200_000:
                self._texts.clear()
            self._texts[text] = self._cleaned(text)
        return self._texts[text]

    def seller(self, text: str) -> str:
        """The name of a person who sells."""
        return self._marks.of(Known.SELLER, folded_name(text)) or self.text(text)

    def of_seller(self, text: str) -> str | None:
        """The mark of who sells under exactly this name; None of nobody on the list."""
        return self._marks.of(Known.SELLER, folded_name(text)) if text else None

    def of_deal(self, deal: str) -> str | None:
        """The mark of whom a deal is; None of nobody on the list."""
        return self._marks.of(Known.DEAL, deal.strip())

    def _name(self, cells: list[str | None], roles: Sequence[Role], mark: str) -> None:
        """In a file without ids the number alone may tell whose rows belong together; then a name does from now on."""
        named = [place for place, role in enumerate(roles) if role in (Role.NAME, Role.ACCOUNT)]
        if named and not any(cells[place] for place in named):
            cells[named[0]] = mark

    def _of(self, cell: str) -> "_Cell":
        """Whose a cell says its row is."""
        if cell not in self._known:
            if len(self._known) > 200_000:
                self._known.clear()
            keys = {(Known.PHONE, phone) for phone in self._phones(cell)}
            keys |= {(Known.MAIL, folded_mail(mail)) for mail in MAIL.findall(cell)}
            name = folded_name(cell)
            sure = {self._marks.of(known, key) for known, key in keys} - {None}
            beside = {self._marks.of(Known.SHARED, key) for _, key in keys} - {None}
            self._known[cell] = _Cell(
                frozenset(filter(None, sure)),
                frozenset(filter(None, [self._marks.of(Known.ALONE, name)])),
                frozenset(filter(None, beside)),
                frozenset(filter(None, [self._marks.of(Known.NAME, name)])),
                is_anothers=bool(keys) and not sure and not beside,
            )
        return self._known[cell]

    def _cell(self, cell: str, role: Role, owners: Iterable[str], *, is_anothers: bool) -> str:
        if role is Role.SELLER:
            return self.seller(cell)
        if role is Role.FIGURE:
            return cell
        for mark in owners:
            if self._is_of(cell, role, mark):
                return mark
        if is_anothers and role in (Role.NAME, Role.ACCOUNT) and self._of(cell).named:
            return cell
        return self.text(cell)

    def _is_of(self, cell: str, role: Role, mark: str) -> bool:
        """Whether a cell of a row of theirs is to go as a whole."""
        if role in (Role.NAME, Role.CONTACT, Role.TEXT):
            return True
        if role in (Role.ID, Role.DEAL):
            return self._marks.of(Known.NAME, folded_name(cell)) == mark
        if role is Role.OWN:
            return not self._is_common(cell)
        one = self._of(cell)
        if mark in one.sure | one.named | one.called:
            return True
        if role is Role.ACCOUNT:
            return False
        words = (fold for word in WORD.findall(cell) for fold in _spellings(word))
        return any(self._marks.of(Known.WORD, word) == mark for word in words)

    def _is_common(self, cell: str) -> bool:
        """Whether a value of a company's own column says nothing of a person: a figure, or what many others have."""
        told = cell.strip()
        day = DAY.fullmatch(told)
        if SHORT.fullmatch(told) or (day and int(day[1] or day[2]) >= ABOUT_THE_DEAL):
            return True
        return self._marks.of(Known.COMMON, folded_name(told)) is not None

    def _cleaned(self, text: str) -> str:
        found = MAIL.sub(lambda one: self._marks.of(Known.MAIL, folded_mail(one[0])) or one[0], text)
        found = NUMBER.sub(self._number, found)
        return self._names(found)

    def _phones(self, cell: str) -> Iterator[str]:
        if sum(map(str.isdecimal, cell)) < LEAST_DIGITS:
            return
        yield from folded_phones(cell, self._countries)
        for one in NUMBER.finditer(cell):
            yield from folded_phones(one[0], self._countries)

    def _number(self, found: re.Match[str]) -> str:
        """A run of digits without their numbers; several may stand side by side."""
        text = found[0]
        groups = [(one.start(), one.end()) for one in GROUP.finditer(text)]
        for size in range(min(MOST_WORDS, len(groups)), 0, -1):
            for first in range(len(groups) - size + 1):
                start, end = groups[first][0], groups[first + size - 1][1]
                start -= start > 0 and text[start - 1] in "+("
                for phone in folded_phones(text[start:end], self._countries):
                    if mark := self._marks.of(Known.PHONE, phone):
                        rest = text[end:]
                        return text[:start] + mark + (NUMBER.sub(self._number, rest) if rest.strip() else rest)
        return text

    def _names(self, text: str) -> str:
        words = list(WORD.finditer(text))
        kept, at, place = [], 0, 0
        while place < len(words):
            taken, start, mark = self._name_at(text, words, place)
            if mark:
                kept.append(text[at:start] + mark)
                at = words[place + taken - 1].end()
            place += max(taken, 1)
        return "".join(kept) + text[at:] if kept else text

    def _name_at(self, text: str, words: list[re.Match[str]], place: int) -> tuple[int, int, str]:
        """How many words a known name takes from here, where it begins, and the mark; no mark: it is another's name."""
        cuts = self._begins(words[place][0])
        for size in range(min(MOST_WORDS, len(words) - place), 0, -1) if cuts else ():
            start, end = words[place].start(), words[place + size - 1].end()
            for cut in cuts:
                name = folded_name(text[start + cut : end])
                if " " not in name:  # a first name alone may be anybody's
                    continue
                if self._marks.of(Known.LONGER, name):
                    return size, start, ""
                if mark := self._marks.of(Known.ALONE, name):
                    return size, start + cut, mark
        return 0, 0, ""

    def _begins(self, word: str) -> tuple[int, ...]:
        """Where in a word a known name may begin: at its first letter, or after letters that Hebrew puts before it."""
        if word not in self._firsts:
            if len(self._firsts) > 200_000:
                self._firsts.clear()
            prefix = PREFIXES.match(word)
            self._firsts[word] = tuple(
                cut
                for cut in range(prefix.end() + 1 if prefix else 1)
                if self._marks.of(Known.FIRST, folded_name(word[cut:]).partition(" ")[0])
            )
        return self._firsts[word]


def _spellings(word: str) -> Iterator[str]:
    """A word as it stands, and without the letters that Hebrew puts before it."""
    yield folded_name(word)
    prefix = PREFIXES.match(word)
    for cut in range(1, prefix.end() + 1 if prefix else 1):
        yield folded_name(word[cut:])
