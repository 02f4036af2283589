"""How deals stand by other columns than the stage: a status beside it, flags of won, ended, archived, deleted."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Plain
from dataclasses import replace

import numpy as np

from yaad.errors import Question
from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.deciding.amounts import decide_amounts, read_amounts, take_numbers_apart
from yaad.intake.deciding.flags import read_flags
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import cleaned
from yaad.intake.deciding.outcomes import DELETED, LOST, WON, read_outcomes
from yaad.intake.deciding.words import header_words
from yaad.intake.decisions import Decisions
from yaad.intake.fields import Value
from yaad.intake.kinds import Kind
from yaad.intake.mapping import NOT_WON, StageRule
from yaad.intake.presets import key_of
from yaad.model import StageType
from yaad.text import Message

FIRST_STAGE = {True: "פנייה", False: "Inquiry"}
WON_STAGE = {True: "נסגר בהצלחה", False: "Won"}
LOST_STAGE = {True: "לא נסגר", False: "Lost"}
"""Names that stages get where the file has none of its own; by whether they are to be Hebrew."""
HEBREW = "he"
ENDINGS = ((StageType.WON, WON_STAGE), (StageType.LOST, LOST_STAGE))


def decide_outcomes(found: Decisions) -> None:
    """Read the columns of yes and no, and a status that says nothing but open, won, lost and deleted."""
    _take_wins(found)
    yes = {name: mask for name in list(found.fields) if (mask := _flag(found, name)) is not None}
    if DELETED in yes:
        found.outside[DELETED] = yes[DELETED]
    if found.kind is not Kind.DEALS:
        return
    _take_status(found)
    said = _status(found)
    if DELETED in said:
        found.outside[DELETED] = said[DELETED] | found.outside.get(DELETED, np.zeros(len(found.table), np.bool_))
    won = said.get(WON)
    if won is not None:
        found.flags[WON] = won | found.flags.get(WON, np.zeros(len(won), np.bool_))
    if (lost := _not_won(found)) is not None:
        found.flags[LOST] = lost
    lost = _lost(found, said, yes)
    if lost is not None:
        found.flags[LOST] = lost


def _flag(found: Decisions, name: str) -> Mask | None:
    """A field of yes and no; a proposed column that says anything else is let go.

    That a customer left is not: without it everybody would seem to have stayed, so rows that say neither are rejected.
    """
    if found.field(name).value is not Value.FLAG:
        return None
    column = found.fields[name]
    read = read_flags(found.table.columns[column])
    if read is None and found.proposed and name != "left":
        del found.fields[name]
        found.how.pop(column, None)
    elif read is not None:
        found.how[column] = Message("intake.how_flags")
    return read


def flags_beside(found: Decisions, names: Plain[str, int]) -> str | None:
    """A free column of yes and no by its name, where no column tells how deals stand."""
    if not found.proposed or {"stage", "won", "lost", "outcome"} & found.fields.keys():
        return None
    free = [name for name in found.table.columns if name not in found.fields.values() and fold(name) in names]
    return next((name for name in free if read_flags(found.table.columns[name]) is not None), None)


def _take_wins(found: Decisions) -> None:
    """A column of yes and no that is called by a sale alone tells how deals stand."""
    told = {"column:won", "column:stage"} & found.answers.keys()
    column = None if found.kind is not Kind.DEALS or told else flags_beside(found, header_words().wins)
    says = None if column is None else read_flags(found.table.columns[column])
    if column is not None and says is not None:
        found.fields["won"], found.flags[WON] = column, says
        found.how[column] = Message("intake.how_flags")


def _take_status(found: Decisions) -> None:
    """A free column called status, beside one of stages, is the outcome if that is all it speaks of."""
    if not found.proposed or "outcome" in found.fields or "stage" not in found.fields:
        return
    names = header_words().outcomes
    for header in sorted(found.table.columns, key=lambda one: names.get(fold(one), len(names))):
        if fold(header) in names and header not in found.fields.values():
            said = read_outcomes(cleaned(found.table.columns[header]))
            if said is not None and (said[WON].any() or said[LOST].any()):
                found.fields["outcome"] = header
                return


def _status(found: Decisions) -> dict[str, Mask]:
    texts = found.text("outcome")
    if texts is None:
        return {}
    said = read_outcomes(texts)
    column = found.fields["outcome"]
    if said is None and found.proposed:
        del found.fields["outcome"]
        found.how.pop(column, None)
    elif said is not None:
        found.how[column] = Message("intake.how_outcome")
    return said or {}


def _not_won(found: Decisions) -> Mask | None:
    """Rows of a *no* in a column of wins, where they are told to be lost; asked where no other column tells."""
    silent = not {"stage", "lost", "outcome", "ended", "active"} & found.fields.keys()
    if WON not in found.flags or "won" not in found.fields or not silent:
        return None
    column, words = found.fields["won"], header_words()
    if found.mapping.not_won is None and fold(column) not in {*words.wins, *words.endings}:
        return None  # of a system that says no of open deals too
    no = mask(pc.is_valid(cleaned(found.table.columns[column]))) & ~found.flags[WON]
    answer = found.answers.get("not_won")
    if answer in NOT_WON and found.mapping.not_won is None:
        found.mapping = replace(found.mapping, not_won=answer)
    if found.mapping.not_won is None and not found.mapping.stages and no.any():
        values: dict[str, object] = {"n": int(no.sum()), "of": len(no), "column": column}
        options = {one: Message(f"intake.option_not_won_{one}") for one in NOT_WON}
        text = Message("intake.ask_not_won", values)
        found.questions.append(Question("not_won", text, (), options, "not_won: lost"))
    return no if found.mapping.not_won == LOST else None


def _lost(found: Decisions, said: dict[str, Mask], yes: dict[str, Mask]) -> Mask | None:
    """Lost by the status; ended and not won; archived without a chance."""
    rows: list[Mask] = [said[LOST]] if LOST in said else []
    if LOST in found.flags:
        rows.append(found.flags[LOST])
    if "ended" in yes and WON in found.flags:
        rows.append(yes["ended"] & ~found.flags[WON])
    if "active" in yes:
        chance = chances(found)
        rows.append(~yes["active"] & (np.isnan(chance) | (chance == 0)))
    return np.logical_or.reduce(rows) if rows else None


def marks_of_history(found: Decisions) -> tuple[Mask | None, Mask | None]:
    """Rows of a history that the export itself marks as won, and as closed and not won."""
    export = found.export.export if found.export is not None else None
    if export is None:
        return None, None
    columns = [export.column(list(found.table.columns), (key_of(name),)) for name in ("is_won", "is_closed")]
    won, ended = (read_flags(found.table.columns[column]) if column else None for column in columns)
    return (None, None) if won is None or ended is None else (won, ended & ~won)


def chances(found: Decisions) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The chance that the file gives each deal, as it writes it; not a number where it gives none."""
    column = chance_column(found)
    if column is None:
        return np.full(len(found.table), np.nan)
    parts = take_numbers_apart(found.table.columns[column])
    decision = decide_amounts(parts, column)
    values = read_amounts(parts, decision.point or ".").values.cast("float64")
    return np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), np.float64)


def chance_column(found: Decisions) -> str | None:
    """The column of chances, by its name and because it holds numbers."""
    export = found.export.export if found.export else None
    keys = export.columns.get("probability", ()) if export else ()
    named = export.column(list(found.table.columns), keys) if export else None
    names = header_words().chances
    headers = [named] if named else [h for h in found.table.columns if fold(h) in names or key_of(h) in names]
    for header in headers:
        if header not in found.fields.values():
            parts = take_numbers_apart(found.table.columns[header])
            if decide_amounts(parts, header).numbers == 1.0:
                return header
    return None


def with_endings(found: Decisions, rules: tuple[StageRule, ...]) -> tuple[StageRule, ...]:
    """The stages, and a won (lost) one where only another column tells of wins (losses)."""
    kept = list(rules)
    hebrew = speaks_hebrew(found, kept)
    for kind, names in ENDINGS:
        told = kind.value in found.fields or (kind.value in found.flags and found.flags[kind.value].any())
        if told and all(rule.type is not kind for rule in kept):
            kept.append(StageRule(names[hebrew], kind))
    return tuple(kept)


def speaks_hebrew(found: Decisions, stages: Sequence[StageRule] = ()) -> bool:
    """Whether stages that we make up have Hebrew names: as the columns or the other stages, else as the company speaks.

    Args:
        found: what is decided of the file.
        stages: those that it names itself; beside English ones stand English ones.
    """
    names = [stage.name for stage in stages]
    return is_hebrew([*found.table.columns, *names]) or (not names and found.mapping.usual_language == HEBREW)


def is_hebrew(names: Iterable[str]) -> bool:
    """Some of the names are Hebrew."""
    return any("\u05d0" <= letter <= "\u05ea" for name in names for letter in name)


def remember_duplicates(found: Decisions) -> None:
    """Which of several rows with one id counts, where the export is known to repeat it."""
    rule = found.export.export.duplicates if found.export else None
    if rule is not None and found.mapping.duplicates is None:
        found.mapping = replace(found.mapping, duplicates=rule)
