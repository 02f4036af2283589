"""What the data of a book cannot tell, and which column would unlock it."""

from collections.abc import Collection
from dataclasses import dataclass

from yaad.model import Pipeline
from yaad.text import Message

UNLOCKS = ("created_day", "amount", "lost_reason", "source", "owner", "phone", "expected_close_day", "next_step")
"""Columns of deals whose absence leaves a question without an answer, most telling first."""


@dataclass(frozen=True)
class Gap:
    """One question that the data leave without an answer.

    Attributes:
        about: the question in words; the name of a stage without a history, or the time before the lists.
        words: what is not there, and what to add.
        column: the column of deals to add; None for the history of a stage.
    """

    about: Message | str
    words: Message
    column: str | None = None


def gaps(columns: Collection[str], pipeline: Pipeline) -> list[Gap]:
    """Stages without a history, or without one of the time before the lists, first, then the columns that hold nothing.

    Args:
        columns: columns of deals that hold anything.
        pipeline: the company's stages.
    """
    silent = [Gap(stage, Message("insight.gap_silent")) for stage in sorted(pipeline.silent)]
    if pipeline.watched_since:
        day = {"day": pipeline.watched_since}
        silent.append(Gap(Message("insight.gap_before_lists", {**day}), Message("insight.add_before_lists", {**day})))
    absent = [name for name in UNLOCKS if name not in columns]
    return silent + [Gap(Message(f"insight.gap_{name}"), Message(f"insight.add_{name}"), name) for name in absent]
