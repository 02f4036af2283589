"""What has to be true before a deal goes on from its stage: a few lines in a company's own words, ticked at the move.

Nothing is held back for want of a tick: the move is written with what was ticked and what was not, and both are told.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from unicodedata import category

from yaad.errors import InputError
from yaad.model.entries import Entry, LeavingEntry
from yaad.model.stages import Pipeline, StageType
from yaad.text import Message

EXIT = "exit"
"""The setting: ``exit:<stage>``."""
MOST_LINES = 8
"""Lines of a stage."""
LONGEST_LINE = 120
"""Letters of a line."""
Exits = Mapping[str, tuple[str, ...]]
"""Stage → what has to be true before a deal goes on from it."""


def read_exit(plain: Any) -> tuple[str, ...]:  # noqa: ANN401 – JSON may be anything; it is held to lines here
    """The lines of a stage, each once and without empty ones.

    Raises:
        ValueError: they are no lines.
        InputError: they are too many, or one is too long or holds what cannot be shown.

    >>> read_exit(["Budget is  known", "", "Budget is known"])
    ('Budget is known',)
    """
    if not isinstance(plain, list) or not all(isinstance(one, str) for one in plain):
        raise ValueError(plain)
    if any(category(char) in ("Cc", "Cs") and not char.isspace() for one in plain for char in one):
        raise InputError(Message("exits.not_shown"))
    lines = tuple(dict.fromkeys(filter(None, (" ".join(one.split()) for one in plain))))
    if not lines:
        raise ValueError(plain)
    if len(lines) > MOST_LINES:
        raise InputError(Message("exits.too_many", {"most": MOST_LINES}))
    if any(len(one) > LONGEST_LINE for one in lines):
        raise InputError(Message("exits.too_long", {"most": LONGEST_LINE}))
    return lines


def asked_on(pipeline: Pipeline, exits: Exits, stage: str, to: str) -> tuple[str, ...]:
    """What a move asks: the lines of the stage that is left, where the deal goes on from there or is won.

    A move back, aside, or to a lost stage asks nothing, nor does one out of a stage of rest.
    """
    order = {one.name: (place, one.type) for place, one in enumerate(pipeline.stages)}
    if stage not in order or to not in order:
        return ()
    (here, leaves), (there, comes) = order[stage], order[to]
    is_onward = comes is StageType.WON or (comes is StageType.OPEN and there > here)
    return tuple(exits.get(stage, ())) if leaves is StageType.OPEN and is_onward else ()


def lines_of(exits: Exits) -> frozenset[str]:
    """The lines of all stages."""
    return frozenset(line for lines in exits.values() for line in lines)


def lacking(entries: Iterable[Entry], gone: Collection[int], known: Collection[str]) -> tuple[str, ...]:
    """What a deal went on without, and nobody has ticked since.

    Args:
        entries: what people wrote of it, in their order.
        gone: numbers of entries that were taken back.
        known: lines that the company still asks; nothing else is missing.
    """
    found: dict[str, None] = {}
    counting = (one for one in entries if isinstance(one, LeavingEntry) and one.seq not in gone)
    for entry in sorted(counting, key=lambda one: (one.at, one.seq)):
        found |= dict.fromkeys(entry.without)
        for line in entry.ticked:
            found.pop(line, None)
    return tuple(line for line in found if line in known)
