"""Files of several kinds: each kind by itself, ids turned into names, the stages of deals known to their history."""

from collections.abc import Mapping as Plain
from collections.abc import Sequence
from dataclasses import replace

from yaad.errors import InputError, Question
from yaad.intake.columns import (
    ask_kind,
)
from yaad.intake.decided import Several, Study, study_rows
from yaad.intake.kinds import DEALS_LIKE, Kind
from yaad.intake.mapping import Mapping, StageRule
from yaad.intake.outcomes import FIRST_STAGE
from yaad.intake.parts import Names, Part, joined_rules, linked, named, names_in
from yaad.intake.remarks import once
from yaad.intake.study import PART_SIGN, Readings
from yaad.intake.table import stack
from yaad.intake.unmapped import NONE
from yaad.text import Message


def study_several(readings: Readings, told: Plain[str, str]) -> Study:
    """Each kind of rows by itself, ids turned into names, the stages of the deals known to their history."""
    readings, asked = _with_told_kinds(readings, told)
    lists, studies = names_in(readings.parts), dict[str, Study]()
    notes = list(readings.notes)
    notes += [part.export.message for part in readings.parts if part.kind is None and part.export is not None]
    left = [grid.source.name for part in readings.parts if part.is_unknown for grid in part.grids]
    notes += [Message("intake.note_left_aside", {"names": ", ".join(left), "n": len(left)})] if left else []
    given = readings.mapping
    prepared: dict[str, Readings] = {}
    for part in readings.parts:
        if part.kind is not None:
            prepared[part.name], used = _prepared(part, readings, lists)
            notes += [Message("intake.how_named", {"field": Message(f"intake.field_{one.of}")}) for one in used]
    told_of = {part.name: _answers_of(part, readings.parts, told) for part in readings.parts}
    rules = _shared_stages(readings.parts, prepared, told_of)
    for part in readings.parts:
        if part.kind is not None:
            own = prepared[part.name]
            if rules and not own.mapping.stages and part.kind in DEALS_LIKE:
                own = replace(own, mapping=replace(own.mapping, stages=rules))
            studies[part.name] = study_rows(own, part.kind, told_of[part.name])
    _refuse_other_parts(told, studies)
    whole = replace(given, parts={name: one.mapping for name, one in studies.items()})
    first = next(iter(studies))
    questions = asked + [_of_part(question, name, first) for name, one in studies.items() for question in one.questions]
    several = Several(readings.parts, studies, whole, once(notes))
    return Study(readings, questions=questions, several=several)


def _with_told_kinds(readings: Readings, told: Plain[str, str]) -> tuple[Readings, list[Question]]:
    """Files of unknown content that were given by themselves are asked about; tables of a database are left aside."""
    parts: list[Part] = []
    asked: list[Question] = []
    for part in readings.parts:
        answer = told.get(f"{part.name}{PART_SIGN}kind", "")
        own = not part.grids[0].source.whole
        if part.is_unknown and answer in [kind.value for kind in Kind]:
            part = replace(part, kind=Kind(answer))  # noqa: PLW2901 - the same part, with what was told
        elif part.is_unknown and own and answer != NONE and not readings.mapping.parts:
            question = ask_kind(Message("intake.ask_kind", {"columns": ", ".join(part.headers)[:300]}))
            options = question.options | {NONE: Message("intake.option_leave_aside")}
            asked.append(replace(question, id=f"{part.name}{PART_SIGN}kind", options=options, map_line=""))
        parts.append(part)
    return replace(readings, parts=tuple(parts)), asked


def _prepared(part: Part, readings: Readings, lists: Sequence[Names]) -> tuple[Readings, tuple[Names, ...]]:
    """A part as one table with names in the place of ids, and the lists that gave them."""
    whole = readings.mapping
    usual = Mapping(
        kind=part.kind,
        usual_zone=whole.usual_zone,
        usual_currency=whole.usual_currency,
        usual_tax=whole.usual_tax,
        usual_language=whole.usual_language,
        usual_stages=whole.usual_stages,
        same_stages=whole.same_stages,
    )
    mapping = whole.parts.get(part.name, usual)
    table, used = named(linked(stack(part.grids), part, readings.parts), part, lists)
    listed = next((one.stages for one in used if one.stages), ())
    if listed and not mapping.stages and part.kind in DEALS_LIKE:
        mapping = replace(mapping, stages=listed).with_same_stages(mapping.same_stages)
    return Readings(part.grids, table, mapping), used


def _shared_stages(
    parts: Sequence[Part], prepared: Plain[str, Readings], told: Plain[str, Plain[str, str]]
) -> tuple[StageRule, ...]:
    """The stages of deals and their history together: in the history's order, of the types that the deals' file shows.

    Stages whose type is open in either are left out: they are asked about.
    """
    both = [part for part in parts if part.kind in DEALS_LIKE]
    if len(both) < 2 or any(prepared[part.name].mapping.stages for part in both):
        return ()
    answers = {key: value for part in both for key, value in told[part.name].items() if key.startswith("stage:")}
    known: list[tuple[StageRule, ...]] = []
    for part in both:
        mine = study_rows(prepared[part.name], part.kind, {**told[part.name], **answers})
        asked = {question.id for question in mine.questions}
        rules = [rule for rule in mine.mapping.stages if f"stage:{rule.name}" not in asked]
        known.append(tuple(rule for rule in rules if not _is_added(rule, mine)))
    return joined_rules(known[1], known[0])


def _is_added(rule: StageRule, study: Study) -> bool:
    """The open stage that deals which all ended were given: their history has open ones of its own."""
    texts = study.decisions.text("stage") if study.decisions is not None else None
    named_so = texts is not None and rule.name in texts.unique().to_pylist()
    return rule.name in FIRST_STAGE.values() and not named_so


def _answers_of(part: Part, parts: Sequence[Part], told: Plain[str, str]) -> dict[str, str]:
    """The answers to questions on a part; those of the first part stand without its name."""
    mine = {key.partition(PART_SIGN)[2]: value for key, value in told.items() if key.startswith(part.name + PART_SIGN)}
    if part is parts[0]:
        mine |= {key: value for key, value in told.items() if PART_SIGN not in key}
    return mine


def _refuse_other_parts(told: Plain[str, str], studies: Plain[str, Study]) -> None:
    kinds = {key for key in told if key.endswith(f"{PART_SIGN}kind")}
    names = {key.partition(PART_SIGN)[0] for key in told if PART_SIGN in key and key not in kinds} - set(studies)
    if names:
        values: dict[str, object] = {"question": f"{names.pop()}{PART_SIGN}…", "known": ", ".join(studies)}
        raise InputError(Message("intake.answer_unknown", values))


def _of_part(question: Question, name: str, first: str) -> Question:
    """A question on a part: its id and its line of a mapping say which."""
    line = f"parts: {{{name}: {{{question.map_line}}}}}" if question.map_line else ""
    own = question.id if name == first else f"{name}{PART_SIGN}{question.id}"
    return replace(question, id=own, map_line=line)
