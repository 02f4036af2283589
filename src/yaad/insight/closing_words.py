"""What people said when deals were closed, to be offered to whoever closes the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis

from yaad.measures import Scope
from yaad.model import WinEntry


@dataclass(frozen=True)
class ClosingWords:
    """What people said when deals were closed, the most frequent first.

    Attributes:
        won: why they were won.
        done_well: what was done well.
        lost: why they were lost.
    """

    won: tuple[str, ...]
    done_well: tuple[str, ...]
    lost: tuple[str, ...]


MOST_WORDS = 8
"""So many words of each kind are offered."""
SEVERAL = 2
"""What was said of so many deals is no secret of one of them."""


def closing_words(scope: Scope, wins: Sequence[WinEntry]) -> ClosingWords:
    """What can be offered to whoever closes a deal: of deals that they see, and what was said of several.

    Args:
        scope: the facts.
        wins: the winnings that count.
    """
    deals = scope.table("deals")
    ids = sorted({one.deal_id for one in wins})
    known = deals.filter(deals.deal_id.isin(ids)).select("deal_id") if ids else deals.select("deal_id").limit(0)
    seen = set(scope.run(known)["deal_id"].to_pylist())
    lost = deals.filter((deals.outcome == "lost") & deals.lost_reason.notnull()).group_by("lost_reason")
    counted = lost.aggregate(n=lambda rows: rows.count()).order_by(ibis.desc("n"), "lost_reason").limit(MOST_WORDS)
    return ClosingWords(
        won=_frequent([(one.deal_id, one.reason) for one in wins], seen),
        done_well=_frequent([(one.deal_id, line) for one in wins for line in one.done_well.splitlines()], seen),
        lost=tuple(scope.run(counted)["lost_reason"].to_pylist()),
    )


def _frequent(said: Sequence[tuple[str, str]], seen: set[str]) -> tuple[str, ...]:
    """The words that were said of most deals, each once."""
    of_words: dict[str, set[str]] = {}
    for deal, words in said:
        if words.strip():
            of_words.setdefault(words.strip(), set()).add(deal)
    told = [(-len(deals), words) for words, deals in of_words.items() if len(deals) >= SEVERAL or deals & seen]
    return tuple(words for _, words in sorted(told)[:MOST_WORDS])
