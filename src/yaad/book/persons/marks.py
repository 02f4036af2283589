"""The list of those who were erased: keyed digests of what they were known by, never the words themselves.

It lies beside the book, with its key in a file of its own. An import and a rebuild hold every file against it, so that
an old export does not bring a person back. A digest cannot be read back; who has both files can only try out whether a
number that they know already is on the list.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from yaad.book.disk import appearing
from yaad.errors import BookError
from yaad.intake import fold
from yaad.intake.deciding.phones import phones_in
from yaad.model.calendar import ISRAEL
from yaad.text import Message

FILE = "erased.json"
KEY = "erased.key"
STAND_IN = "erased"
"""So begins what stands instead of an erased value: a word that no spelling rule changes, the same for all of one."""
SIZE = 12


class Known(StrEnum):
    """By what somebody was known."""

    PHONE = "phone"
    MAIL = "mail"
    NAME = "name"
    """A name; it tells in rows that are the person's by something else."""
    ALONE = "alone"
    """A name that nobody else bears."""
    SHARED = "shared"
    """A number or an address that others have too; it tells beside the name."""
    COMMON = "common"
    """What stands in a company's own column of theirs and of many others: it stays."""
    WORD = "word"
    """A word of a name; it tells in rows that are the person's."""
    DEAL = "deal"
    LONGER = "longer"
    """A name of somebody else that holds this one in it."""
    FIRST = "first"
    """The first word of a name that is looked for in texts: where it does not stand, nothing more is tried."""
    SELLER = "seller"
    """The name of a person who sells, in columns of such persons."""


def last_erasing(root: Path) -> int:
    """Changes when somebody is put on the list of the book in a folder, and when they are gone; 0 while it is empty."""
    path = root / FILE
    return path.stat().st_mtime_ns if path.exists() else 0


@dataclass(frozen=True)
class Erased:
    """One person who was erased, or is being erased.

    Attributes:
        mark: what stands instead of their values.
        at: when it was asked.
        done: when it was seen that nothing is left; empty until then.
        digests: by what they were known → digests.
        asked: how often it was asked for; it is done for what was known the last time.
        countries: whose numbers theirs were read as where no code told it: they are met again when read so.
    """

    mark: str
    at: str
    done: str = ""
    digests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: int = 1
    countries: tuple[str, ...] = (ISRAEL,)

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> "Erased":
        """One as they stand in a file."""
        digests = {known: tuple(told) for known, told in plain["digests"].items()}
        return cls(**{**plain, "digests": digests, "countries": tuple(plain.get("countries", (ISRAEL,)))})


class Marks:
    """The list of a book.

    Args:
        root: the folder of the book.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read()

    def _read(self) -> None:
        try:
            plain = json.loads((self._root / FILE).read_text("utf-8"))
        except FileNotFoundError:
            plain = []
        self.persons = tuple(map(Erased.of_plain, plain))
        self._key = bytes.fromhex((self._root / KEY).read_text("ascii")) if self.persons else b""
        self._by_digest: dict[str, str] = {}
        for one in self.persons:
            for known, digests in one.digests.items():
                self._by_digest |= dict.fromkeys((f"{known}:{digest}" for digest in digests), one.mark)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The list as it stands now, and nobody else changes it."""
        self._key = self._made_key()
        with (self._root / KEY).open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # let go of when the file is closed
            key = self._key
            self._read()
            self._key = key
            yield

    def __bool__(self) -> bool:
        return bool(self.persons)

    @property
    def unfinished(self) -> tuple[Erased, ...]:
        """Those whose erasing was begun and not seen to its end."""
        return tuple(one for one in self.persons if not one.done)

    @property
    def stamp(self) -> frozenset[tuple[str, int]]:
        """Changes with every person who is put on the list, or put on it again."""
        return frozenset((one.mark, one.asked) for one in self.persons)

    @property
    def countries(self) -> tuple[str, ...]:
        """As whose numbers those on the list were read."""
        return tuple(sorted({country for one in self.persons for country in one.countries}))

    def add(self, values: Mapping[Known, Iterable[str]], at: dt.datetime, country: str = ISRAEL) -> Erased:
        """Put a person on the list, or what is newly known of one who is on it: that is to be erased from now on.

        Args:
            values: by what they are known, folded.
            at: now.
            country: as whose numbers theirs were read.
        """
        with self._alone():
            digests = {known.value: {self.digest(known, value) for value in told} for known, told in values.items()}
            strong = {f"{known}:{one}" for known in (Known.PHONE, Known.MAIL) for one in digests.get(known, ())}
            marks = {self._by_digest.get(key) for key in strong}
            before = next((one for one in self.persons if one.mark in marks), None)
            if before is not None:
                for known, told in before.digests.items():
                    digests.setdefault(known, set()).update(told)
            mark = before.mark if before else STAND_IN + secrets.token_hex(3)
            kept = {known: tuple(sorted(told)) for known, told in digests.items() if told}
            countries = {country, *(before.countries if before else ())}
            asked = before.asked + 1 if before else 1
            found = Erased(mark, at.isoformat(), "", kept, asked=asked, countries=tuple(sorted(countries)))
            self._write((*(one for one in self.persons if one.mark != mark), found))
        return found

    def finish(self, seen: Iterable[Erased], at: dt.datetime) -> None:
        """Say of those who were seen to be erased that nothing of them is left; not of who was asked for since."""
        done = {(one.mark, one.asked) for one in seen}
        with self._alone():
            self._write(
                tuple(
                    replace(one, done=at.isoformat()) if not one.done and (one.mark, one.asked) in done else one
                    for one in self.persons
                )
            )

    def take_over(self, key: str, persons: Iterable[Erased]) -> None:
        """Put those on the list who stand on another one of the same key, and are not or less known of here.

        Raises:
            BookError: the other list was made with another key.
        """
        path = self._root / KEY
        if not self.persons:
            with appearing(path) as partial:
                partial.touch(mode=0o600)
                partial.write_text(key, "ascii")
        elif path.read_text("ascii") != key:
            raise BookError(Message("person.other_key", {"path": str(self._root / FILE)}))
        with self._alone():
            mine = {one.mark: one for one in self.persons}
            for one in persons:
                if one.mark not in mine or mine[one.mark].asked < one.asked:
                    mine[one.mark] = replace(one, done="")
            self._write(tuple(mine.values()))

    def reopen(self, known: frozenset[tuple[str, int]]) -> None:
        """Erase those again who came on the list while something was brought in that did not know of them.

        Args:
            known: `stamp` of the list as it was known then.
        """
        with self._alone():
            self._write(
                tuple(
                    one if (one.mark, one.asked) in known else replace(one, done="", asked=one.asked + 1)
                    for one in self.persons
                )
            )

    def of(self, known: Known, value: str) -> str | None:
        """What stands instead of a value, which is compared in its folded form; None where nobody was known by it."""
        return self._by_digest.get(f"{known.value}:{self.digest(known, value)}")

    def holds(self, who: str) -> bool:
        """Whether somebody on the list was known by what is typed: a name, a number or an address."""
        told = {Known.NAME: [folded_name(who)], Known.SELLER: [folded_name(who)], Known.MAIL: [folded_mail(who)]}
        told[Known.PHONE] = list(folded_phones(who, self.countries))
        return any(self.of(known, value) for known, values in told.items() for value in values)

    def digest(self, known: Known, value: str) -> str:
        """The keyed digest of a value."""
        told = f"{known.value}:{value}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(told, key=self._key, digest_size=SIZE).hexdigest()

    def _made_key(self) -> bytes:
        path = self._root / KEY
        if not path.exists():
            with appearing(path) as partial:
                partial.touch(mode=0o600)
                partial.write_text(secrets.token_hex(32), "ascii")
        return bytes.fromhex(path.read_text("ascii"))

    def _write(self, persons: tuple[Erased, ...]) -> None:
        with appearing(self._root / FILE) as partial:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps([asdict(one) for one in persons]), "utf-8")
            with partial.open("rb") as written:
                os.fsync(written.fileno())
        self._read()


def folded_name(text: str) -> str:
    """A name in one form for comparing."""
    return " ".join(fold(text).replace(",", " ").split())


def folded_mail(text: str) -> str:
    """An address in one form for comparing."""
    return text.strip().casefold()


def folded_phones(text: str, countries: Iterable[str] = (ISRAEL,)) -> Iterator[str]:
    """The numbers of a text in one form for comparing; without a code they may be of any of these countries."""
    for country in countries:
        yield from phones_in(text, country)
