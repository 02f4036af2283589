"""Rows and texts without those who were erased, whatever file or table they come from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from yaad.book.persons.marks import Known, Marks, folded_mail, folded_name, folded_phones

MAIL = re.compile(r"[^\s@<>,;:\"'()\[\]]+@[^\s@<>,;:\"'()\[\]]+\.[^\W\d_]+")
NUMBER = re.compile(r"(?<![\w.])[+(]?\d[\d\s().\-–\u05be/]{5,}\d(?![\w])")
GROUP = re.compile(r"\d+")
WORD = re.compile(r"[^\W_](?:[\w'’\"`\u05f4\u05f3\u05be\-–]*[\w'’\u05f3])?")
PREFIXES = re.compile(r"^[\u05d5\u05d4\u05d1\u05db\u05dc\u05de\u05e9]{1,2}(?=[\u05d0-\u05ea]{2})")
"""Hebrew writes *and*, *to*, *from* and the like as letters before the first word of a name."""
LEAST_DIGITS, MOST_WORDS = 8, 6


class Role(StrEnum):
    """What a column is, for erasing."""

    SELLER = "seller"
    NAME = "name"
    ACCOUNT = "account"
    CONTACT = "contact"
    TEXT = "text"
    ID = "id"
    FIGURE = "figure"
    OTHER = "other"
    LOOSE = "loose"
    """Nobody knows what the columns are."""


TELLING = frozenset({Role.NAME, Role.ACCOUNT, Role.CONTACT, Role.LOOSE})
"""Columns that say whose the row is; others do where it has none of these. A text may speak of anybody."""


class Cleaner:
    """Finds those who were erased in rows and texts, and puts what stands instead of them there.

    Args:
        marks: the list.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._texts: dict[str, str] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._firsts: dict[str, tuple[int, ...]] = {}

    def row(self, cells: Sequence[str | None], roles: Sequence[Role]) -> list[str | None] | None:
        """A row without them; None where nothing in it is theirs."""
        owners = self.owners(cells, roles)
        found = [self._cell(cell, role, owners) if cell else cell for cell, role in zip(cells, roles, strict=True)]
        if owners and Role.ID not in roles:
            self._name(found, roles, min(owners))
        return found if found != list(cells) else None

    def owners(self, cells: Sequence[str | None], roles: Sequence[Role]) -> frozenset[str]:
        """Of whom a row is: by number, mail, deal or a name of their own."""
        told = [(cell, role) for cell, role in zip(cells, roles, strict=True) if cell]
        telling = TELLING if any(role in TELLING for _, role in told) else TELLING | {Role.OTHER}
        found: set[str] = set()
        for cell, role in told:
            if role in telling:
                found |= self._owned(cell)
            if role in (Role.ID, Role.LOOSE) and (mark := self._marks.of(Known.DEAL, cell.strip())):
                found.add(mark)
        return frozenset(found)

    def text(self, text: str) -> str:
        """A text without them: numbers, addresses, and names that nobody else bears."""
        if text not in self._texts:
            if len(self._texts) > 200_000:
                self._texts.clear()
            self._texts[text] = self._cleaned(text)
        return self._texts[text]

    def seller(self, text: str) -> str:
        """The name of a person who sells."""
        return self._marks.of(Known.SELLER, folded_name(text)) or text

    def of_deal(self, deal: str) -> str | None:
        """The mark of whom a deal is; None of nobody on the list."""
        return self._marks.of(Known.DEAL, deal.strip())

    def _name(self, cells: list[str | None], roles: Sequence[Role], mark: str) -> None:
        """In a file without ids the number alone may tell whose rows belong together; then a name does from now on."""
        named = [place for place, role in enumerate(roles) if role in (Role.NAME, Role.ACCOUNT)]
        if named and not any(cells[place] for place in named):
            cells[named[0]] = mark

    def _owned(self, cell: str) -> frozenset[str]:
        """Whose a cell says its row is."""
        if cell not in self._known:
            if len(self._known) > 200_000:
                self._known.clear()
            found = {self._marks.of(Known.ALONE, folded_name(cell))}
            found |= {self._marks.of(Known.PHONE, phone) for phone in self._phones(cell)}
            found |= {self._marks.of(Known.MAIL, folded_mail(mail)) for mail in MAIL.findall(cell)}
            self._known[cell] = frozenset(found - {None})  # type: ignore[arg-type] # None was taken out
        return self._known[cell]

    def _cell(self, cell: str, role: Role, owners: Iterable[str]) -> str:
        if role is Role.SELLER:
            return self.seller(cell)
        if role is Role.FIGURE:
            return cell
        for mark in owners:
            if self._is_of(cell, role, mark):
                return mark
        return self.text(cell)

    def _is_of(self, cell: str, role: Role, mark: str) -> bool:
        """Whether a cell of a row of theirs is to go as a whole."""
        if role in (Role.NAME, Role.CONTACT, Role.TEXT):
            return True
        if role is Role.ID:
            return self._marks.of(Known.NAME, folded_name(cell)) == mark
        if mark in self._owned(cell) or self._marks.of(Known.NAME, folded_name(cell)) == mark:
            return True
        if role is Role.ACCOUNT:
            return False
        words = (fold for word in WORD.findall(cell) for fold in _spellings(word))
        return any(self._marks.of(Known.WORD, word) == mark for word in words)

    def _cleaned(self, text: str) -> str:
        found = MAIL.sub(lambda one: self._marks.of(Known.MAIL, folded_mail(one[0])) or one[0], text)
        found = NUMBER.sub(self._number, found)
        return self._names(found)

    def _phones(self, cell: str) -> Iterator[str]:
        if sum(map(str.isdecimal, cell)) < LEAST_DIGITS:
            return
        yield from folded_phones(cell)
        for one in NUMBER.finditer(cell):
            yield from folded_phones(one[0])

    def _number(self, found: re.Match[str]) -> str:
        """A run of digits without their numbers; several may stand side by side."""
        text = found[0]
        groups = [(one.start(), one.end()) for one in GROUP.finditer(text)]
        for size in range(min(MOST_WORDS, len(groups)), 0, -1):
            for first in range(len(groups) - size + 1):
                start, end = groups[first][0], groups[first + size - 1][1]
                start -= start > 0 and text[start - 1] in "+("
                for phone in folded_phones(text[start:end]):
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
        for size in range(min(MOST_WORDS, len(words) - place), 1, -1) if cuts else ():
            start, end = words[place].start(), words[place + size - 1].end()
            for cut in cuts:
                name = folded_name(text[start + cut : end])
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
