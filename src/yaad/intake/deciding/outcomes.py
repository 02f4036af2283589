"""How a deal stands, where a column beside its stage says so: open, won, lost, deleted."""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Mask, codes
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.words import stage_words

OPEN, WON, LOST, DELETED = "open", "won", "lost", "deleted"
STATE_CODES = {"0": OPEN, "1": WON, "2": LOST}
"""Numbers that Microsoft's records have for their state."""


def outcome_of(text: str) -> str | None:
    """What a word says of a deal; None for a word that says something else.

    >>> outcome_of("Won"), outcome_of("זכייה"), outcome_of("Deleted"), outcome_of("Negotiation"), outcome_of("On hold")
    ('won', 'won', 'deleted', None, 'open')
    """
    words, key = stage_words(), fold(text)
    sorts = ((WON, words.won), (LOST, words.lost), (OPEN, words.standing | words.on_hold), (DELETED, words.deleted))
    return next((name for name, known in sorts if key in known), None)


def read_outcomes(texts: pa.Array) -> dict[str, Mask] | None:
    """Rows by what the column says of them; None when some of it is no outcome, or all of it one."""
    number, distinct = codes(texts)
    words = distinct.to_pylist()
    told = [STATE_CODES.get(word) for word in words]
    if None in told or not told:
        told = [outcome_of(word) for word in words]
    if None in told or not told:
        return None
    return {
        name: np.asarray(np.append(np.array([one == name for one in told], np.bool_), np.False_)[number], np.bool_)
        for name in (WON, LOST, DELETED)
    }
