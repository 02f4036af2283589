"""The quotes of a deal, as people wrote them: which hold, which were withdrawn."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from yaad.facts import undone
from yaad.model import DealEntry, QuoteEntry, QuoteOpenedEntry, QuoteWithdrawnEntry


@dataclass(frozen=True)
class Quote:
    """A quote that was not taken back.

    Attributes:
        entry: what it says.
        withdrawn: the entry by which it does not hold any more; None: it was not withdrawn.
    """

    entry: QuoteEntry
    withdrawn: QuoteWithdrawnEntry | None = None

    @property
    def until(self) -> dt.date | None:
        """The last day on which it holds."""
        return None if self.entry.until is None else dt.date.fromisoformat(self.entry.until)

    def holds(self, today: dt.date) -> bool:
        """Whether it is still offered."""
        return self.withdrawn is None and (self.until is None or today <= self.until)


def counting(entries: Sequence[DealEntry]) -> list[DealEntry]:
    """Those that count: what is said of a quote that was taken back counts no more either."""
    gone = undone(entries)
    left = [one for one in entries if one.seq not in gone]
    known = {one.seq for one in left if isinstance(one, QuoteEntry)}
    return [one for one in left if not isinstance(one, QuoteOpenedEntry | QuoteWithdrawnEntry) or one.quote in known]


def quotes_of(entries: Sequence[DealEntry]) -> list[Quote]:
    """The quotes of a deal that were not taken back, the latest first.

    Args:
        entries: all that was written of the deal.
    """
    left = counting(entries)
    withdrawn = {one.quote: one for one in left if isinstance(one, QuoteWithdrawnEntry)}
    found = (Quote(one, withdrawn.get(one.seq)) for one in left if isinstance(one, QuoteEntry))
    return sorted(found, key=lambda one: one.entry.seq, reverse=True)
