"""What the book itself asks of files that leave nothing else open: whether they belong to it, and to now."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaad.errors import Question
from yaad.facts import Pin
from yaad.intake import Understanding, day_in, load
from yaad.intake.mapping import same_line
from yaad.model import StageType
from yaad.text import Message

OTHER_STAGES = "stages:other"
"""The question whether a file of other stages is to be chained to the book's own."""

OLDER = "list:older"
"""The question whether a list of an earlier day than the book's latest one is to be brought in."""

ADD = "add"
"""The answer that brings the files in as they are."""

ONE_STAGE = f"{OTHER_STAGES}:"
"""So begins the question which stage of the book one of the files is."""


@dataclass(frozen=True)
class Said:
    """What was answered of what the book itself asks.

    Attributes:
        done: the questions that bring the files in as they are.
        same: stage of the files → the stage of the book that it is.
    """

    done: frozenset[str]
    same: Mapping[str, str]


def taken_answers(said: dict[str, str]) -> Said:
    """What was answered of what the book itself asks, taken out of the other answers.

    Args:
        said: question id → answer; a word for all stages at once stands under `OTHER_STAGES`.
    """
    own = {name: said.pop(name) for name in list(said) if is_own(name)}
    of_stages = {name.removeprefix(ONE_STAGE): answer for name, answer in own.items() if name.startswith(ONE_STAGE)}
    return Said(
        frozenset(name for name, answer in own.items() if answer == ADD),
        {name: answer for name, answer in of_stages.items() if answer not in (ADD, "")},
    )


def is_own(question: str) -> bool:
    """Whether a question is one that the book itself asks."""
    return question in (OTHER_STAGES, OLDER) or question.startswith(ONE_STAGE)


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
    stages = _other_stages(understood, pin)
    open_ = [one for one in stages if OTHER_STAGES not in answered and one.id not in answered]
    told = [Message("book.other_stages_added", stages[0].evidence[0].values)] if stages and not open_ else []
    older = _older_list(paths, understood, pin, originals)
    if older is not None and older.id in answered:
        told.append(Message("book.older_list_added", older.text.values))
    elif older is not None:
        open_.append(older)
    return tuple(open_), tuple(told)


def latest_list(pin: Pin) -> dt.date | None:
    """The day of the book's latest list."""
    return max((pin.export_days[seq] for seq in pin.snapshots), default=None)


def _other_stages(understood: Understanding, pin: Pin) -> list[Question]:
    """Where none of the stages is one of the book's: of each, which one it is.

    What was said of some of them already makes none of the others the book's.
    """
    mappings = (understood.mapping, *understood.mapping.parts.values())
    said = {name for one in mappings for name in one.same_stages.values()}
    theirs = {rule.name for one in mappings for rule in one.stages if rule.type is StageType.OPEN} - said
    ours = {stage.name for stage in pin.pipeline.open}
    if not ours or not theirs or ours & theirs:
        return []
    values: dict[str, object] = {"theirs": ", ".join(sorted(theirs)), "ours": ", ".join(sorted(ours))}
    why = (Message("book.other_stages", values),)
    order = [stage.name for stage in pin.pipeline.open]
    options = {name: Message("book.same_stage", {"stage": name}) for name in order} | {
        ADD: Message("book.other_stages_add")
    }
    names = dict.fromkeys(rule.name for one in mappings for rule in one.stages if rule.name in theirs)
    return [
        Question(
            f"{ONE_STAGE}{name}",
            Message("book.which_stage", {"stage": name}),
            evidence=why if not place else (),  # once for all of them
            options=options,
            map_line=same_line({name: order[0]}),
        )
        for place, name in enumerate(names)
    ]


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
