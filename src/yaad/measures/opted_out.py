"""Who asks not to be contacted, met in any spelling: the one rule by which numbers leave lists of people to contact.

A person is known by telephone, as the whole world dials it, and by mail. Of who asks not to be called, and of who wants
no offers, the number stands on no list: whoever turns to them anyway sees it on the page of the deal, with what they
asked. Of who wants no offers the address of mail does not either.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yaad.intake.deciding.phones import REPEATED, is_made_up, phones_among
from yaad.model import OptOutEntry
from yaad.model.opt_outs import CALLS, MARKETING

IN_MAIL = r"[^\s@,;/<>()\[\]\"]"
MAIL = re.compile(rf"(?<!{IN_MAIL}){IN_MAIL}{{1,64}}@{IN_MAIL}{{1,255}}\.{IN_MAIL}{{1,63}}(?!{IN_MAIL})")
"""An address of mail in a cell, which may hold several; bounded as addresses are, so that no text takes long."""
LETTERED = re.compile(r"[A-Za-z](?:[^A-Za-z]*[A-Za-z]){2}")
"""Letters that may stand for digits, as in 1-800-FLOWERS."""
PHONE, EMAIL = "phone", "email"
NAMES = ("customer", "account", "contact", "name")
"""Columns that name somebody: by the number or the address itself where nothing else is known of them."""
Said = Mapping[str, OptOutEntry]
"""What somebody asks, in a word of `yaad.model.opt_outs.OPT_OUTS` → the entry that says so."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Handles:
    """By what a person is known."""

    phones: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()

    @classmethod
    def of(cls, phone: str | None, email: str | None, country: str) -> "Handles":
        """From cells as people write them; of each the numbers and addresses that are somebody's.

        >>> Handles.of("050-123 4567", " Dana@Example.com ", "IL")
        Handles(phones=frozenset({'+972501234567'}), mails=frozenset({'dana@example.com'}))
        """
        phones = frozenset(one for one in phones_among(phone or "", country) if not is_made_up(one))
        return cls(phones, frozenset(one.casefold() for one in MAIL.findall(email or "")))

    def meet(self, other: "Handles") -> bool:
        """Whether both are of one person."""
        return bool(self.phones & other.phones or self.mails & other.mails)

    def __iter__(self) -> Iterator[str]:
        yield from sorted(self.phones)
        yield from sorted(self.mails)

    def __bool__(self) -> bool:
        return bool(self.phones or self.mails)


def nobody_was(_handle: str) -> str | None:
    """What stands instead of a number or an address where nobody was erased: nothing."""
    return None


@dataclass(frozen=True)
class OptOuts:
    """Those who ask not to be contacted.

    Attributes:
        said: number or address → what they ask.
        country: to which numbers without a code belong (ISO code).
        erased: what stands in `said` instead of a number or an address of who was erased; None of nobody who was.
    """

    said: Mapping[str, Said] = field(default_factory=dict)
    country: str = "IL"
    erased: Callable[[str], str | None] = nobody_was

    def __bool__(self) -> bool:
        return bool(self.said)

    def of(self, phone: str | None, email: str | None = None) -> Said:
        """What whoever has this number or this address asks; nothing of who asks nothing."""
        if not self.said or not self.may_be(phone or "", email or ""):
            return {}
        found: dict[str, OptOutEntry] = {}
        for handle in self._known(Handles.of(phone, email, self.country)):
            for what, entry in self.said.get(handle, {}).items():
                if what not in found or (found[what].at, found[what].seq) < (entry.at, entry.seq):
                    found[what] = entry
        return found

    def word(self, phone: str | None, email: str | None = None) -> str | None:
        """What they ask in one word, not to be called before all; None of who asks nothing."""
        return _first(self.of(phone, email))

    def hidden(self, row: Row) -> dict[str, Any]:
        """A row of a list as it may be told: without the number of who asks it, and ``asked_not``, what they ask.

        A name that is the number itself is not told either, so whoever names a deal by its row gives this one.
        """
        told = dict(row)
        if not self.said:
            return told | {"asked_not": None}
        said = dict(self.of(row.get(PHONE), row.get(EMAIL)))
        for name in (PHONE, EMAIL):
            if name in told and _hides(said, name):
                told[name] = None
        for name in NAMES:
            if isinstance(cell := told.get(name), str) and (by_name := self._of_name(cell)):
                said |= by_name
                if self.hides_name(cell):
                    told[name] = None
        return told | {"asked_not": _first(said)}

    def hides_name(self, name: str) -> bool:
        """Whether a name is, or holds, a number or an address that is not told."""
        return bool(self._of_name(name)) and (
            _hides(self.of(name), PHONE) or _hides(self.of(None, name), EMAIL)  # each as the column of its own is
        )

    def _of_name(self, name: str) -> Said:
        if "@" not in name and not any(map(str.isdecimal, name)):
            return {}
        return self.of(name, name)

    def hide(self, rows: pa.Table) -> pa.Table:
        """Rows of any table as they may be told on a list."""
        if not self.said or not rows.num_rows:
            return rows
        for name in (one for one in NAMES if one in rows.column_names):
            if _is_text(rows.schema.field(name).type):
                gone = [one for one in pc.unique(rows[name]).to_pylist() if one and self.hides_name(one)]
                if gone:
                    is_gone = pc.is_in(rows[name], value_set=pa.array(gone, rows.schema.field(name).type))
                    rows = _without(rows, name, is_gone)
        columns = [name for name in (PHONE, EMAIL) if name in rows.column_names]
        if not columns:
            return rows
        looked = pa.array(self._candidates(rows), pa.int64())
        told = rows.select(columns).take(looked).to_pylist()
        found = {
            place: self.of(row.get(PHONE), row.get(EMAIL)) for place, row in zip(looked.to_pylist(), told, strict=True)
        }
        for name in columns:
            places = [place for place, said in found.items() if _hides(said, name)]
            if places:
                every = pa.array(range(rows.num_rows), pa.int64())
                rows = _without(rows, name, pc.is_in(every, value_set=pa.array(places, pa.int64())))
        return rows

    def _known(self, handles: Handles) -> Iterable[str]:
        for one in handles:
            yield one
            if self._has_marks and (mark := self.erased(one)) is not None:
                yield mark

    @cached_property
    def _has_marks(self) -> bool:
        """Whether one of them was erased: a number of theirs that comes again is met by what stands instead of it."""
        return any(not one.startswith("+") and "@" not in one for one in self.said)

    @cached_property
    def _ends(self) -> frozenset[str]:
        return frozenset(one[-REPEATED:] for one in self.said if one.startswith("+"))

    def may_be(self, phone: str, email: str) -> bool:
        """Whether it is worth to look closer, told in a moment: never no where `of` finds anything."""
        if self._has_marks or "@" in email:
            return True
        digits = "".join(one for one in phone if one.isdecimal())
        if not digits:
            return False
        if len(digits) < REPEATED or not digits.isascii() or LETTERED.search(phone) or ".0" in phone:
            return True
        return any(digits[at : at + REPEATED] in self._ends for at in range(len(digits) - REPEATED + 1))

    def _candidates(self, rows: pa.Table) -> list[int]:
        """Places of the rows that are worth to look at."""
        texts = [
            rows[name].to_pylist() if name in rows.column_names else [None] * rows.num_rows for name in (PHONE, EMAIL)
        ]
        each = zip(*texts, strict=True)
        return [place for place, (phone, email) in enumerate(each) if self.may_be(phone or "", email or "")]


def _first(said: Said) -> str | None:
    """What they ask in one word, not to be called before all."""
    return next((what for what in (CALLS, MARKETING) if what in said), None)


def _hides(said: Said, column: str) -> bool:
    """Whether a column is not told of who asks this: of mail only who wants no offers asks that."""
    return bool(said) if column == PHONE else MARKETING in said


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _without(rows: pa.Table, name: str, is_gone: pa.Array) -> pa.Table:
    """The rows with nothing in a column where it is gone."""
    values = pc.if_else(is_gone, pa.scalar(None, rows[name].type), rows[name])
    return rows.set_column(rows.column_names.index(name), rows.schema.field(name), values)
