"""The public pages of quotes: the secrets of their addresses, and how often each was opened.

quotes/<id>.json    one public page, in the folder of the book

What it shows stands in the journal. Here lie its key, as those of the doors do, and counts: an opening is no entry.
"""

import datetime as dt
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from yaad.book.disk import appearing
from yaad.book.ids import ID, id_of

FOLDER = "quotes"
KEY_BYTES = 24
_changing = threading.Lock()


@dataclass(frozen=True)
class QuoteLink:
    """One public page.

    Attributes:
        id: as it is kept, and as the entry of the quote names it.
        deal: the source's id of the deal.
        key: the part of its address that nobody guesses.
        times: how often it was opened.
        first, last: when it was, for the first and for the last time (ISO).
        is_told: the journal says that it was opened.
    """

    id: str
    deal: str
    key: str
    times: int = 0
    first: str | None = None
    last: str | None = None
    is_told: bool = False

    @property
    def secret(self) -> str:
        """The last part of its address."""
        return f"{self.id}-{self.key}"

    @property
    def opened_last(self) -> dt.datetime | None:
        """When it was opened for the last time."""
        return None if self.last is None else dt.datetime.fromisoformat(self.last)

    @property
    def opened_first(self) -> dt.datetime | None:
        """When it was opened for the first time."""
        return None if self.first is None else dt.datetime.fromisoformat(self.first)


def link_id(deal_id: str, key: str) -> str:
    """The id of the page of a quote: the same for the same form of the same deal."""
    return id_of(deal_id, key)


class QuoteLinks:
    """The public pages of the quotes of a book.

    Args:
        root: the folder of the book.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def make(self, deal_id: str, name: str) -> QuoteLink:
        """The page of an id; made where there is none yet."""
        with _changing:
            found = self.of(name)
            if found is None:
                found = QuoteLink(name, deal_id, secrets.token_urlsafe(KEY_BYTES))
                self._write(found)
        return found

    def of(self, name: str) -> QuoteLink | None:
        """The page of an id; None where there is none."""
        if not ID.fullmatch(name):
            return None
        try:
            return QuoteLink(**json.loads((self._folder / f"{name}.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def by_secret(self, secret: str) -> QuoteLink | None:
        """The page of an address."""
        name, _, key = secret.partition("-")
        found = self.of(name)
        return found if found and secrets.compare_digest(found.key.encode(), key.encode()) else None

    def count(self, name: str, now: dt.datetime) -> QuoteLink | None:
        """The page was opened once more."""
        with _changing:
            found = self.of(name)
            if found is None:
                return None
            at = now.astimezone(dt.UTC).isoformat()
            counted = replace(found, times=found.times + 1, first=found.first or at, last=at)
            self._write(counted)
        return counted

    def told(self, name: str) -> None:
        """The journal says by now that it was opened."""
        with _changing:
            if found := self.of(name):
                self._write(replace(found, is_told=True))

    def _write(self, link: QuoteLink) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with appearing(self._folder / f"{link.id}.json") as partial:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(asdict(link), ensure_ascii=False), "utf-8")


def forget_links(root: Path, is_theirs: Callable[[str], bool]) -> int:
    """Let the public pages of some deals go, as if they had never been; gives how many.

    Args:
        root: the folder of the book.
        is_theirs: whether a deal, by its source's id, is one of them.
    """
    gone = 0
    for path in sorted((root / FOLDER).glob("*.json")):
        found = QuoteLinks(root).of(path.stem)
        if found is not None and is_theirs(found.deal):
            path.unlink(missing_ok=True)
            gone += 1
    return gone
