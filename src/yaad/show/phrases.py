"""Phrases that several results share: titles, groups, names of well-known steps, sentences strung together."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache

from yaad.model import Cell, Period
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, name
from yaad.text import LANGUAGES, Message, day, has_key, render

# Steps that people call by the same names everywhere; their aliases and plurals stand in the catalogue.
STEPS = ("inquiry", "meeting", "demo", "quote", "negotiation", "closing")

NOTHING_HERE = (Message("show.nothing_here"),)
"""What stands below a table that no deal came into."""

OUR_WORDS = ("outcome", "first_ended", "tax", "weekday", "direction", "went", "answer", "reached")
"""Columns whose values are words of ours."""


def tens(chance: float) -> int:
    """A chance as so many of ten; never ten, since nothing is certain.

    >>> tens(0.62), tens(0.97), tens(0.02)
    (6, 9, 0)
    """
    return min(round(chance * 10), 9)


def title(what: Said, as_of: dt.date | None, period: Period | None, lang: str) -> Said:
    """What is shown, of which period, as of when."""
    if as_of is None:
        return what
    if period is None:
        return Message("show.title", {"what": what, "day": day(as_of, lang)})
    return Message("show.title_period", {"what": what, "day": day(as_of, lang), "period": period.name})


def group_columns(groups: Sequence[Mapping[str, Cell]]) -> tuple[Column, ...]:
    """One column a dimension; dimensions are called by the name that they were asked by, or the catalogue's."""
    keys = list(dict.fromkeys(key for by in groups for key in by))
    return tuple(Column(key, dimension(key), Kind.NAME) for key in keys)


def dimension(key: str) -> Said:
    """The word for a dimension: the catalogue's, or the name of the company's own column."""
    return Message(f"show.by_{key}") if has_key(f"show.by_{key}", LANGUAGES[0]) else key


def group_cells(by: Mapping[str, Cell], columns: Sequence[Column]) -> tuple[Shown, ...]:
    """The cells of `group_columns` for one group."""
    return tuple(value_cell(column.key, by.get(column.key)) for column in columns)


def value_cell(key: str, value: Cell) -> Shown:
    """A value of a dimension: in words where the value is a word of ours (won, lost, open …), else as it is."""
    if key == "hour" and isinstance(value, int):
        return Shown(value, f"{value:02}:00")
    word = f"show.{key}_{value}"
    return Shown(value, Message(word)) if key in OUR_WORDS and has_key(word, LANGUAGES[0]) else name(value)


@cache
def step_of(stage: str) -> str | None:
    """The well-known step that a stage's name stands for, or None.

    >>> step_of("Quotes"), step_of("Prospecting")
    ('quote', None)
    """
    wanted = stage.strip().casefold()
    for step in STEPS:
        for lang in LANGUAGES:
            if wanted in render(Message(f"show.names_{step}"), lang).casefold().split("|"):
                return step
    return None


def stage_said(stage: str) -> Said:
    """A step of a plan in words: well-known ones by their plural, others by the name that was typed."""
    step = step_of(stage)
    return Message(f"show.steps_{step}") if step else stage


def together(parts: Sequence[Said]) -> Said:
    """Parts of a sentence, parted by commas."""
    joined = parts[-1]
    for part in reversed(parts[:-1]):
        joined = Message("show.and_then", {"first": part, "rest": joined})
    return joined


def group_said(key: str, value: Cell) -> Said:
    """A group's value in words."""
    return value_cell(key, value).said


def groups_said(by: Mapping[str, Cell]) -> Said:
    """What a group is called: its values together; empty for the whole."""
    said = [group_said(key, value) for key, value in by.items()]
    if not said:
        return ""
    joined = said[-1]
    for part in reversed(said[:-1]):
        joined = Message("show.and_then", {"first": part, "rest": joined})
    return joined


def measure_said(measure_id: str, own: Message | None = None) -> Said:
    """What a measure is called: by the company's own name for it, else by the catalogue's."""
    if own is not None:
        return own
    key = f"measures.{measure_id}.name"
    return Message(key) if has_key(key, LANGUAGES[0]) else measure_id


def team_said(key: str, name: str, lang: str) -> Said:
    """A team in a line: with the word for it, unless its name has the word already.

    Args:
        key: of the words around a ``team``.
        name: of the team.
        lang: of the words.
    """
    word = render(Message("people.team_word"), lang)
    return name if word.casefold() in name.casefold().split() else Message(key, {"team": name})


def parted(parts: Sequence[Message]) -> Message:
    """Independent parts of a line, parted by a middle dot."""
    joined = parts[-1]
    for part in reversed(parts[:-1]):
        joined = Message("show.and_beside", {"first": part, "rest": joined})
    return joined
