"""Stages and shape: what the deals' stages are, in which order, and how the file tells when deals entered them."""

import glob
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, Question
from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.contents import decide_values, history_places
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import stage_date_columns
from yaad.intake.deciding.moments import cleaned
from yaad.intake.deciding.stages import (
    MOST,
    Marks,
    Places,
    StageSeen,
    ask_unlisted,
    dated,
    is_known,
    propose_opening,
    propose_stages,
    stages_seen,
    unlisted,
    with_answers,
)
from yaad.intake.deciding.words import PLACE, stage_words
from yaad.intake.decisions import BEGINS, ENDS, Decisions
from yaad.intake.kinds import HISTORY, Kind, Shape
from yaad.intake.mapping import REST, Mapping, StageRule
from yaad.intake.outcomes import (
    FIRST_STAGE,
    LOST_STAGE,
    WON_STAGE,
    chances,
    is_hebrew,
    marks_of_history,
    speaks_hebrew,
    with_endings,
)
from yaad.intake.unmapped import NONE, holds_dates
from yaad.intake.wide import seen_in, type_of
from yaad.model import StageType
from yaad.text import Message

STAGE_FIELDS = frozenset(
    {"stagename", "stage name", "stage", "stage id", "dealstage", "deal stage", "status", "שלב", "סטטוס"}
)
"""What a history of all fields calls the changes that are moves between stages."""
ANSWERS = {"activities": "activity", "ignore": "ignore"}
"""Part of the mapping → the answer that puts an event there."""


def decide_stages(found: Decisions) -> None:
    """The stages, their types and order: the mapping's, else proposed; what neither tells is asked."""
    texts, found.wide = found.text("stage"), _called(found, found.wide)
    if texts is not None and found.kind in HISTORY:
        texts = pc.if_else(pa.array(of_stages(found)), texts, pa.scalar(None, pa.string()))
    seen: list[StageSeen] = []
    if texts is not None:
        places = None if found.mapping.stages else history_places(found)
        begun, ended = found.present(*BEGINS), found.present(*ENDS)
        seen = stages_seen(texts, entered=begun, closed=ended, places=places, marks=_marks(found))
        seen += _left_only(found, seen, places)
        seen += _answered_only(found, seen)
    if found.mapping.stages:
        others = _without_answered(found, unlisted(seen, found.mapping.stages))
        rules = with_answers(found.mapping.stages, others, found.answers)
        found.mapping = replace(found.mapping, stages=rules)
        _ask_others(found, seen)
    elif texts is not None:
        _propose(found, seen)
    elif found.wide:
        _propose_wide(found)
    else:
        found.mapping = replace(found.mapping, stages=_as_usual(found, _without_column(found)))
    _complete(found)
    if found.kind is Kind.DEALS:
        _decide_shape(found, seen)
    else:
        found.mapping = replace(found.mapping, shape=Shape.EVENTS)


def _left_only(found: Decisions, seen: list[StageSeen], places: Places | None) -> list[StageSeen]:
    """Stages that a history only tells deals left: nobody moved back into them."""
    texts = found.text("from") if found.kind in HISTORY else None
    if texts is None:
        return []
    texts = pc.if_else(pa.array(of_stages(found)), texts, pa.scalar(None, pa.string()))
    known = {fold(stage.name) for stage in seen}
    before = stages_seen(texts, places=places - 0.5 if places is not None else None)
    return [stage for stage in before if fold(stage.name) not in known]


def _answered_only(found: Decisions, seen: list[StageSeen]) -> list[StageSeen]:
    """Stages of a large file that a question on other rows than the sample's was about."""
    known = {fold(stage.name) for stage in seen}
    names = [question.partition(":")[2] for question in found.answers if question.startswith("stage:")]
    return [StageSeen(name, 0) for name in names if found.sampled and fold(name) not in known]


def _marks(found: Decisions) -> Marks:
    """Marks of won and lost that go by the stage (a status beside it does not), and chances."""
    if found.kind is not Kind.DEALS:
        return Marks(*marks_of_history(found))
    by_stage = "ended" in found.fields and "outcome" not in found.fields
    won, lost = (found.flags.get(name) if by_stage else None for name in ("won", "lost"))
    chance, over = chances(found), [found.flags[name] for name in ("won", "lost") if name in found.flags]
    if over:  # a deal that ended has the chance of its end, not of its stage
        chance = np.where(np.logical_or.reduce(over), np.nan, chance)
    return Marks(won, lost, chance)


def of_stages(found: Decisions) -> Mask:
    """Rows of a history that tell of stages: in one of all fields, those whose field is the stage."""
    names = found.text("field")
    if names is None:
        return np.ones(len(found.table), np.bool_)
    kept = [text for text in names.unique().to_pylist() if text and fold(text) in STAGE_FIELDS]
    return mask(pc.is_in(names, value_set=pa.array(kept, pa.string())))


def is_activity(mapping: Mapping, kind: Kind, stage: str) -> bool:
    """An event that is no stage and is loaded as an activity: named so, or left over where nothing ignores it."""
    if any(fnmatchcase(stage, pattern) for pattern in mapping.activities):
        return True
    return kind is Kind.EVENTS and not mapping.activities and not is_ignored(mapping, stage)


def is_ignored(mapping: Mapping, stage: str) -> bool:
    """An event that the mapping leaves out."""
    return any(pattern == REST or fnmatchcase(stage, pattern) for pattern in mapping.ignore)


def _ask_others(found: Decisions, seen: list[StageSeen]) -> None:
    """Stages of the file that the mapping neither lists nor leaves out are asked about."""
    others = [
        stage
        for stage in unlisted(seen, found.mapping.stages)
        if not is_ignored(found.mapping, stage.name) and not is_activity(found.mapping, found.kind, stage.name)
    ]
    found.questions += ask_unlisted(seen, others, found.mapping.stages, history=found.kind in HISTORY)


def _propose(found: Decisions, seen: list[StageSeen]) -> None:
    column = found.fields["stage"]
    told = _told(found.answers.get("stages"))
    if told:
        found.mapping = replace(found.mapping, stages=told).with_same_stages(found.mapping.same_stages)
        _ask_others(found, seen)
        return
    if len(seen) > MOST or (found.kind is Kind.EVENTS and sum(map(is_known, seen)) * 2 < len(seen)):
        found.questions.append(_ask_all(column, seen))
        return
    known = {fold(stage.name) for stage in seen}
    dated = {fold(s.name): s for s in seen_in(found.table, _stage_columns(found, seen))}
    seen = [replace(s, place=s.place if s.place is not None else _place(dated.get(fold(s.name)))) for s in seen]
    passed = [s for key, s in dated.items() if key not in known and (s.passed or type_of(s.name) is not None)]
    stages = _without_answered(found, [*seen, *(one for one in passed if one.count)])
    beside = found.kind is Kind.DEALS and "outcome" in found.fields
    answers = {**_of_the_book(found.mapping), **found.answers}
    decision = propose_stages(stages, answers, history=found.kind in HISTORY, beside=beside)
    rules = with_endings(found, decision.rules) if found.kind is Kind.DEALS else decision.rules
    found.mapping = replace(found.mapping, stages=rules)
    found.questions += decision.questions
    names = ", ".join(rule.name for rule in rules)
    found.how[column] = Message("intake.how_stages", {"stages": names})


def _of_the_book(mapping: Mapping) -> dict[str, str]:
    """What the book says of its stages that are in the file under other names; it is not asked again."""
    same = set(map(fold, mapping.same_stages.values()))
    return {f"stage:{rule.name}": rule.type.value for rule in mapping.usual_stages if fold(rule.name) in same}


def _stage_columns(found: Decisions, seen: list[StageSeen]) -> dict[str, str]:
    """Stage → the column that says when deals came to it: by the columns' own words and by the stages' names."""
    taken = set(found.fields.values())
    free = [header for header in found.table.columns if header not in taken]
    named = _dates_of(found, free, [stage.name for stage in seen])
    columns = {stage: header for stage, header in named.items() if holds_dates(found.table, header)}
    return columns | {stage: header for stage, header in found.wide.items() if header not in columns.values()}


def _dates_of(found: Decisions, headers: Sequence[str], stages: Sequence[str]) -> dict[str, str]:
    """Stage → the column that is named after it, also where the file has another name for it than the book."""
    return _called(found, stage_date_columns(headers, [*stages, *found.mapping.same_stages]))


def _called(found: Decisions, columns: dict[str, str]) -> dict[str, str]:
    """The columns of stages' dates, each under the name that the stage has in the book; of two of one, the first."""
    same = {fold(name): to for name, to in found.mapping.same_stages.items()}
    named: dict[str, str] = {}
    for stage, header in columns.items():
        named.setdefault(same.get(fold(stage), stage), header)
    return named


def _place(stage: StageSeen | None) -> float | None:
    return stage.place if stage is not None else None


def _propose_wide(found: Decisions) -> None:
    """The stages that columns of dates are named after; won and lost also where only a field of ours tells of them."""
    answers = {**_of_the_book(found.mapping), **found.answers}
    decision = propose_stages(seen_in(found.table, found.wide), answers, history=False)
    rules = list(decision.rules)
    for rule in _without_column(found, rules)[1:]:
        if rule.type.value in found.fields and all(other.type is not rule.type for other in rules):
            rules.append(rule)
    rules = [*_before_first(found, rules), *rules]
    found.mapping = replace(found.mapping, stages=dated(rules, found.wide))
    found.questions += decision.questions
    found.notes.append(Message("intake.how_wide", {"stages": ", ".join(found.wide.values())}))


def _before_first(found: Decisions, rules: Sequence[StageRule]) -> list[StageRule]:
    """The stage of deals that came by the file and have no date of any open stage: they never got to its first one.

    A first stage that is called as inquiries are, or of which nobody knows its place, is where deals come.
    """
    opened = [rule.name for rule in rules if rule.type is StageType.OPEN]
    columns = [found.wide[name] for name in opened if name in found.wide]
    if not opened or opened[0] not in found.wide or stage_words().open.get(fold(opened[0]), 0) < PLACE:
        return []
    begun = [mask(pc.is_valid(found.text(name))) for name in BEGINS if name in found.fields]
    there = [mask(pc.is_valid(cleaned(found.table.columns[column]))) for column in columns]
    if not begun or not (np.logical_or.reduce(begun) & ~np.logical_or.reduce(there)).any():
        return []
    made_up = _as_usual(found, _without_column(found, rules))[0]
    return [] if fold(made_up.name) in {fold(rule.name) for rule in rules} else [made_up]


def _without_answered(found: Decisions, seen: list[StageSeen]) -> list[StageSeen]:
    """Without the events that the answers call activities or leave out; the mapping keeps those by name."""
    for answer in ("activities", "ignore"):
        names = [glob.escape(s.name) for s in seen if found.answers.get(f"stage:{s.name}") == ANSWERS[answer]]
        if names:
            kept = (*getattr(found.mapping, answer), *names)
            found.mapping = replace(found.mapping, **{answer: kept})  # type: ignore[arg-type]  # both parts are patterns
    return [s for s in seen if found.answers.get(f"stage:{s.name}") not in ANSWERS.values()]


def _told(answer: str | None) -> tuple[StageRule, ...]:
    """Stages as an answer names them, in order: ``New, Quote, Signed=won, Dropped=lost``."""
    rules: list[StageRule] = []
    for part in (answer or "").split(",") if answer != NONE else ():
        name, _, kind = part.partition("=")
        if name.strip():
            known = kind.strip() in [one.value for one in StageType]
            rules.append(StageRule(name.strip(), StageType(kind.strip())) if known else StageRule(part.strip()))
    return tuple(rules)


def _ask_all(column: str, seen: list[StageSeen]) -> Question:
    """The question for a log whose events are not named as stages are: which of them are stages, in which order."""
    values: dict[str, object] = {"column": column, "n": len(seen)}
    examples = tuple(Message("intake.evidence_order", {"stage": s.name, "n": s.count}) for s in seen[:12])
    return Question(
        "stages", Message("intake.ask_stages", values), examples, {}, "stages: [A, B, {name: C, type: won}]"
    )


def _without_column(found: Decisions, beside: Sequence[StageRule] = ()) -> tuple[StageRule, ...]:
    """Stages of a file that has only dates: one open stage, and won and lost where there is a date of them.

    Args:
        found: what is decided of the file.
        beside: stages that the file names.
    """
    hebrew = speaks_hebrew(found, beside)
    rules = [StageRule(FIRST_STAGE[hebrew])]
    if {"won", "closed"} & found.fields.keys():
        rules.append(StageRule(WON_STAGE[hebrew], StageType.WON))
    if "lost" in found.fields or found.mapping.not_won == StageType.LOST.value:
        rules.append(StageRule(LOST_STAGE[hebrew], StageType.LOST))
    return tuple(rules)


def _as_usual(found: Decisions, made_up: Sequence[StageRule]) -> tuple[StageRule, ...]:
    """Stages that no file names, as the book calls its first ones of their types."""
    usual = reversed(found.mapping.usual_stages)
    names = {rule.type: rule.name for rule in usual}  # the first one of a type is the last to be put
    return tuple(replace(rule, name=names.get(rule.type, rule.name)) for rule in made_up)


def _complete(found: Decisions) -> None:
    """There is always an open stage: a file of ended deals alone names none.

    Raises:
        InputError: the mapping has a column of wins (or losses) and no stage for them.
    """
    rules = found.mapping.stages
    if rules and not any(rule.type is StageType.OPEN for rule in rules):
        hebrew = is_hebrew(rule.name for rule in rules)
        found.mapping = replace(found.mapping, stages=(StageRule(FIRST_STAGE[hebrew]), *rules))
    for name, kind in (("won", StageType.WON), ("lost", StageType.LOST)):
        if name in found.fields and rules and not any(rule.type is kind for rule in rules):
            raise InputError(Message("intake.map_no_stage_of_type", {"type": kind.value, "field": name}))


def _decide_shape(found: Decisions, seen: list[StageSeen]) -> None:
    mapping = found.mapping
    own_dates = {rule.name: rule.entered for rule in mapping.stages if rule.entered}
    if not own_dates and mapping.shape in (None, Shape.WIDE):
        taken = set(found.fields.values())
        free = [header for header in found.table.columns if header not in taken]
        names = [rule.name for rule in mapping.stages]
        matched = _dates_of(found, free, names) | found.wide
        own_dates = {name: column for name, column in matched.items() if fold(name) in set(map(fold, names))}
        if mapping.shape is None and len(own_dates) < 2:
            own_dates = {}
    shape = mapping.shape or _shape(found, wide=bool(own_dates))
    found.mapping = replace(mapping, shape=shape, stages=dated(mapping.stages, own_dates))
    if shape is Shape.WIDE:
        _decide_stage_dates(found)
    elif "entered" in found.fields and mapping.entered_opens is None and found.mapping.stages:
        opened = [rule for rule in found.mapping.stages if rule.type is StageType.OPEN]
        name, how = propose_opening(opened, seen)
        found.mapping = replace(found.mapping, entered_opens=name)
        found.notes.append(how)


def _shape(found: Decisions, *, wide: bool) -> Shape:
    if wide:
        return Shape.WIDE
    begins, ends = (any(name in found.fields for name in names) for names in (BEGINS, ENDS))
    return Shape.TWO_DATES if begins and ends else Shape.SNAPSHOT


def _decide_stage_dates(found: Decisions) -> None:
    """The dates a stage are columns like others; in doubt they are read as the rest of the file.

    Raises:
        InputError: the mapping names a column that the file lacks.
    """
    for rule in found.mapping.stages:
        if rule.entered is None:
            continue
        column = found.table.find(rule.entered)
        if column is None:
            values: dict[str, object] = {"column": rule.entered, "columns": ", ".join(found.table.columns)[:300]}
            raise InputError(Message("intake.column_absent", values), file=found.table.grids[0].source.name)
        found.fields[stage_field(rule.name)] = column
    decide_values(found)


def stage_field(stage: str) -> str:
    """The field that stands for a stage's own date."""
    return f"entered {stage}"


def silent_stages(found: Decisions) -> tuple[str, ...]:
    """Open stages that the file has no history for.

    With one date of entry nobody can tell which of the later stages a deal passed; with a date a stage, only the
    stages without one are silent.
    """
    mapping = found.mapping
    if mapping.silent is not None:
        return mapping.silent
    opened = [rule for rule in mapping.stages if rule.type is StageType.OPEN]
    if mapping.shape is Shape.EVENTS or not opened:
        return ()
    if mapping.shape is Shape.WIDE:
        begins = any(name in found.fields for name in BEGINS)
        return tuple(rule.name for place, rule in enumerate(opened) if not rule.entered and not (place == 0 and begins))
    opening = mapping.stage(mapping.entered_opens) if mapping.entered_opens else None
    return tuple(rule.name for rule in opened[opened.index(opening) + 1 if opening else 1 :])
