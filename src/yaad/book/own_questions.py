"""What the book itself asks of files that leave nothing else open: whether they belong to it, and to now."""

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

from yaad.errors import Question
from yaad.facts import Pin
from yaad.intake import Understanding, day_in, load
from yaad.model import StageType
from yaad.text import Message

OTHER_STAGES = "stages:other"
"""The question whether a file of other stages is to be chained to the book's own."""

OLDER = "list:older"
"""The question whether a list of an earlier day than the book's latest one is to be brought in."""

ADD = "add"
"""The answer that brings the files in."""


def own_questions(
    paths: Sequence[Path], understood: Understanding, pin: Pin, originals: Collection[str], answered: Collection[str]
) -> tuple[tuple[Question, ...], tuple[Message, ...]]:
    """The questions of a book on files that are understood, and what is said of those that were answered.

    Args:
        paths: the files.
        understood: what they say; it leaves nothing open.
        pin: the book.
        originals: hashes of the files that the book was made of; a list that it had before is not asked about.
        answered: questions that are answered already.
    """
    asked = (_other_stages(understood, pin), _older_list(paths, understood, pin, originals))
    open_ = tuple(one for one in asked if one is not None and one.id not in answered)
    told = tuple(Message(f"{one.text.key}_added", one.text.values) for one in asked if one and one.id in answered)
    return open_, told


def latest_list(pin: Pin) -> dt.date | None:
    """The day of the book's latest list."""
    return max((pin.export_days[seq] for seq in pin.snapshots), default=None)


def _other_stages(understood: Understanding, pin: Pin) -> Question | None:
    """None of the stages is one of the book's."""
    mappings = (understood.mapping, *understood.mapping.parts.values())
    theirs = {rule.name for one in mappings for rule in one.stages if rule.type is StageType.OPEN}
    ours = {stage.name for stage in pin.pipeline.open}
    if not ours or not theirs or ours & theirs:
        return None
    values: dict[str, object] = {"theirs": ", ".join(sorted(theirs)), "ours": ", ".join(sorted(ours))}
    options = {ADD: Message("book.other_stages_add")}
    return Question(OTHER_STAGES, Message("book.other_stages", values), options=options, map_line="")


def _older_list(
    paths: Sequence[Path], understood: Understanding, pin: Pin, originals: Collection[str]
) -> Question | None:
    """A list is older than the latest one, and the book never had it."""
    known = latest_list(pin)
    fresh = [file for file in understood.files if file.sha256 not in originals]
    days = [day for file in fresh if (day := day_in(file.name)) is not None]
    if known is None or not any(day < known for day in days):
        return None
    lists = load(paths, understood.mapping, understood=understood).lists  # only the deals tell whose day it is
    older = [one.day for one in lists if one.day < known and not one.originals <= set(originals)]
    if not older:
        return None
    values: dict[str, object] = {"day": older[0], "known": known}
    options = {ADD: Message("book.older_list_add")}
    return Question(OLDER, Message("book.older_list", values), options=options, map_line="")
