"""The first steps: what the rows are, and which column is which field of ours; asked where nothing decides."""

from collections.abc import Mapping as Plain
from dataclasses import replace

import numpy as np

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.arrow import codes, mask, pc
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import propose_fields, propose_kind, stage_date_columns
from yaad.intake.deciding.moments import cleaned
from yaad.intake.deciding.words import header_words
from yaad.intake.decisions import BEGINS, ENDS, Decisions
from yaad.intake.fields import FIELDS, MONTH, NEEDED, Value, known_fields
from yaad.intake.files import Format
from yaad.intake.kinds import Kind, Shape
from yaad.intake.mapping import ALL
from yaad.intake.outcomes import flags_beside
from yaad.intake.presets import Export, recognise
from yaad.intake.reading import COLOURS
from yaad.intake.sums import add_sums, ask_amount
from yaad.intake.table import Table
from yaad.intake.twins import ask_twins
from yaad.intake.unmapped import NONE, ask_unmapped, holds_amounts, holds_dates, options_of, with_columns_line
from yaad.intake.wide import LEAST, ask_stage_dates, stage_dates, told_dates
from yaad.model import Tax
from yaad.text import Message

SHORTENED = r"^\d[.,]\d+[Ee]\+\d+$"


def decide_kind(found: Decisions, told: Kind | None) -> None:
    """What the rows are: as told, as the known export that the headers are, or by the columns; asked otherwise."""
    table, answer = found.table, found.answers.get("kind")
    headers = list(table.columns)
    if told is None and answer in [kind.value for kind in Kind]:
        told = Kind(answer)
    if told is None and all(grid.source.format is Format.XES for grid in table.grids):
        told = Kind.EVENTS
    found.export = recognise(headers, told)
    if found.export is not None:
        told = found.export.export.kind
        found.notes.append(found.export.message)
        _take_own(found)
        if told is None:
            values: dict[str, object] = {"name": table.grids[0].source.name, "looks": found.export.message}
            found.questions.append(ask_kind(Message("presets.only_beside", values)))
            return
    kind = told
    if kind is None:
        repeated = _repeats(table)
        wide = not repeated and _is_wide(found, headers)
        names = " ".join(grid.source.name for grid in table.grids)
        kind = Kind.DEALS if wide else propose_kind(headers, repeated_ids=repeated, name=names)
    if kind is None:
        found.questions.append(ask_kind(Message("intake.ask_kind", {"columns": ", ".join(headers)[:300]})))
        return
    found.kind = kind
    found.mapping = replace(found.mapping, kind=kind)


def _take_own(found: Decisions) -> None:
    """Of a table that a book was exported to: its zone and VAT, and that its sums are counted anew."""
    table, export = found.table, export_of(found)
    if export is None or not export.complete:
        return
    zones = {grid.found.zone for grid in table.grids} - {None}
    if found.mapping.zone is None and len(zones) == 1:
        found.mapping = replace(found.mapping, zone=zones.pop())
    taxes = cleaned(table.columns["tax"]).unique().to_pylist() if "tax" in table.columns else []
    if not found.mapping.tax and len(taxes) == 1 and taxes[0] in list(Tax):
        found.mapping = replace(found.mapping, tax={ALL: taxes[0]})


def ask_kind(text: Message) -> Question:
    """What the rows are, where the columns do not tell."""
    options = {one.value: Message(f"intake.kind_{one.value}") for one in Kind}
    return Question("kind", text, (), options, "kind: deals")


def _is_wide(found: Decisions, headers: list[str]) -> bool:
    """The columns hold a date a stage: by the mapping's word, or by their names and values."""
    return any(rule.entered for rule in found.mapping.stages) or bool(stage_dates(found.table, headers))


def _repeats(table: Table) -> bool:
    """The column that would be a history's id holds some id more than once, and not always at one time."""
    fields = propose_fields(list(table.columns), Kind.EVENTS)
    if "id" not in fields:
        return False
    ids = cleaned(table.columns[fields["id"]])
    number, distinct = codes(ids)
    if len(distinct) == len(ids.drop_null()) or "at" not in fields:
        return len(distinct) < len(ids.drop_null())
    when, _ = codes(cleaned(table.columns[fields["at"]]))
    pairs = np.unique(number.astype(np.int64) * (int(when.max(initial=0)) + 2) + when)
    return bool(len(pairs) > len(np.unique(number)))


def decide_fields(found: Decisions) -> None:
    """Which column is which field: the mapping's word, or our proposal held against the values.

    Raises:
        InputError: the mapping names a column that the file lacks, or a field that this kind does not have.
    """
    export = export_of(found)
    if export is not None and export.complete and found.proposed:
        _propose(found)
        return
    if found.kind is Kind.DEALS and not found.mapping.stages and found.mapping.shape in (None, Shape.WIDE):
        known = propose_fields(list(found.table.columns), Kind.DEALS, export_of(found)).items()
        own = {header for name, header in known if found.field(name).value is Value.MOMENT}
        free = [h for h in found.table.columns if h not in own and h not in found.mapping.columns.values()]
        found.wide = stage_dates(found.table, free)
        _take_told_dates(found)
    add_sums(found)
    if found.proposed:
        _propose(found)
        ask_twins(found)
    else:
        for name, header in found.mapping.columns.items():
            if name not in known_fields(found.kind):
                values: dict[str, object] = {"field": name, "kind": Message(f"intake.kind_{found.kind.value}")}
                raise InputError(Message("intake.field_of_other_kind", values), file=found.mapping.name or None)
            column = _column(found, header)
            if column is not None:
                found.fields[name] = column


def _take_told_dates(found: Decisions) -> None:
    """The answer to the question on stages' dates: columns in order, each the date of a stage."""
    rules = told_dates(found.answers.get("stages", ""), found.table)
    if rules and found.answers.get("column:stage") is None:
        mapping = replace(found.mapping, stages=rules)
        found.mapping, found.wide = mapping.with_same_stages(mapping.same_stages), {}


def ask_needed(found: Decisions) -> None:
    """Fields without which a kind cannot be read, once it is known which columns hold what they promise."""
    twins = any(question.id.startswith("column:") for question in found.questions)
    by_month = any(name.startswith(MONTH) for name in found.fields)
    by_month |= found.kind is Kind.TARGETS and any(question.id.startswith("year:") for question in found.questions)
    by_length = found.kind is Kind.CONTRACTS and "months" in found.fields  # its start follows from them
    for name in NEEDED[found.kind]:
        if name not in found.fields and not twins and not by_month and not by_length:
            found.questions.append(_ask_column(found, name))
    dated = found.wide or any(rule.entered for rule in found.mapping.stages)
    dated = dated or any(question.id == "stages" for question in found.questions)
    if found.kind is Kind.DEALS and not dated and not _tells_outcome(found.fields):
        found.questions.append(_ending(found) or _ask_column(found, "stage"))
    elif found.proposed and found.kind is Kind.DEALS and not dated:
        _ask_colours(found)
        question = _ending(found)
        found.questions += [] if question is None or found.questions else [question]
    question = _closed_as_won(found)
    found.questions += [] if question is None else [question]


def _ask_colours(found: Decisions) -> None:
    """Nothing but the colours of the rows may tell how deals stand: whether they do is asked."""
    column = next((name for name in found.table.columns if name in COLOURS), None)
    silent = not {"stage", "won", "lost", "outcome"} & found.fields.keys()
    if column is not None and silent and "column:stage" not in found.answers:
        evidence = tuple(n for grid in found.table.grids for n in grid.found.notes if n.key == "intake.note_colours")
        others = [name for name in found.table.columns if name not in found.fields.values() and name != column]
        options = options_of(found.table, [column, *others]) | {NONE: Message("intake.option_no_colours")}
        text = Message("intake.ask_colours", {"column": column})
        found.questions.append(Question("column:stage", text, evidence, options))


def _ending(found: Decisions) -> Question | None:
    """A column of yes and no may alone tell which deals were won: whether its yes is a sale is asked."""
    told = {"column:won", "column:stage"} & found.answers.keys()
    column = None if told else flags_beside(found, header_words().endings)
    if column is None:
        return None
    options = options_of(found.table, [column]) | {NONE: Message("intake.option_no_colours")}
    return Question("column:won", Message("intake.ask_ending", {"column": column}), (), options)


def _closed_as_won(found: Decisions) -> Question | None:
    """Beside a column of losses, with nothing else that tells of wins, days of closing may be those of wins: asked.

    They may be so where no deal has both days; read as days on which deals are to close, every win would count as open.
    """
    told = {"column:won", "column:stage"} & found.answers.keys()
    others = {"stage", "won", "outcome", "ended", "active"} & found.fields.keys()
    if found.kind is not Kind.DEALS or not found.proposed or told or others:
        return None
    closed, lost = (found.fields.get(name) for name in ("closed", "lost"))
    if closed is None or lost is None or not (holds_dates(found.table, closed) and holds_dates(found.table, lost)):
        return None
    ends, losses = (mask(pc.is_valid(cleaned(found.table.columns[column]))) for column in (closed, lost))
    if (ends & losses).any():
        return None
    evidence = Message("intake.evidence_closed_won", {"n": int(ends.sum()), "column": closed, "lost": lost})
    options = {closed: Message("intake.option_closed_won"), NONE: Message("intake.option_closed_expected")}
    return Question("column:won", Message("intake.ask_closed_won", {"column": closed}), (evidence,), options)


def ask_wide(found: Decisions) -> None:
    """Several columns of dates that no header explains, and no column of stages: which are stages is one question.

    An answer gives the stages; ``none`` leaves the columns to the other questions.
    """
    told = bool({"stages", "column:stage"} & found.answers.keys()) or bool(found.mapping.stages)
    own = export_of(found)
    if own is not None and own.complete:
        return
    if not found.proposed or found.kind is not Kind.DEALS or told or {"stage", *BEGINS, *ENDS} & found.fields.keys():
        return
    free = [header for header in found.table.columns if header not in found.fields.values()]
    dated = [header for header in free if holds_dates(found.table, header)]
    if len(dated) >= LEAST and set(dated) != set(found.wide.values()):  # names of stages alone leave nothing to ask
        found.questions.append(ask_stage_dates(found.table, dated))


def finish_columns(found: Decisions) -> None:
    """Every question on a column carries one whole line for a mapping."""
    found.questions = with_columns_line(found.questions, found.fields, list(FIELDS[found.kind]))


def refuse_lost_digits(found: Decisions) -> None:
    """An id column that a spreadsheet has shortened is refused: several rows may look like one.

    Raises:
        InputError: ids like 1.23457E+11.
    """
    ids = found.text("id")
    if ids is None:
        return
    short = mask(pc.match_substring_regex(ids, pattern=SHORTENED))
    if short.any():
        values: dict[str, object] = {"column": found.fields["id"], "example": ids[int(short.argmax())].as_py()}
        raise InputError(Message("intake.ids_lost", values), file=found.table.grids[0].source.name)


def _tells_outcome(fields: Plain[str, str]) -> bool:
    """The columns say how a deal stands, or are those of mere inquiries, which all stand open."""
    if {"stage", "won", "lost"} & fields.keys():
        return True
    return bool(set(BEGINS) & fields.keys()) and "closed" not in fields


def _column(found: Decisions, header: str) -> str | None:
    answer = found.answers.get(f"column:{header}")
    try:
        column = found.table.find(answer or header)
    except OpenQuestion as twin:
        found.questions += twin.questions
        return None
    if column is None:
        values: dict[str, object] = {"column": header, "columns": ", ".join(found.table.columns)[:300]}
        raise InputError(Message("intake.column_absent", values), file=found.table.grids[0].source.name)
    return column


def _propose(found: Decisions) -> None:
    taken = {*found.wide.values(), *(rule.entered for rule in found.mapping.stages)}
    headers = [name for name in found.table.columns if not name.startswith("#") and name not in taken]
    proposed = propose_fields(headers, found.kind, export_of(found))
    for name in FIELDS[found.kind]:
        answer = found.answers.get(f"column:{name}")
        if answer is not None and (column := found.table.find(answer)) is not None:
            proposed = {other: header for other, header in proposed.items() if header != column} | {name: column}
            proposed |= _other_of(found, name, column)
    stage = proposed.get("stage")
    if stage is not None and not len(cleaned(found.table.columns[stage]).drop_null()):
        del proposed["stage"]  # a column without a value tells no stages
    _name_as_id(found, proposed)
    own = export_of(found)
    if own is not None and own.complete:  # a column that stands empty is one that the book did not have
        needed = NEEDED[found.kind]
        filled = {name for name, header in proposed.items() if len(cleaned(found.table.columns[header]).drop_null())}
        proposed = {name: header for name, header in proposed.items() if name in filled or name in needed}
    found.fields = proposed
    found.how |= {header: Message("intake.how_header_name") for header in proposed.values()}


def export_of(found: Decisions) -> Export | None:
    """The known export that the file is."""
    return found.export.export if found.export is not None else None


def _other_of(found: Decisions, name: str, column: str) -> dict[str, str]:
    """Of two columns that a history's stage may be, the other one is where the deal came from."""
    export = export_of(found)
    options = export.options(list(found.table.columns), name) if export is not None else []
    return {"from": options[0]} if column in options[1:] and "from" in FIELDS[found.kind] else {}


def _name_as_id(found: Decisions, proposed: dict[str, str]) -> None:
    """A column called "deal" is the deal's id where no other column is, and each row has its own value there."""
    name = proposed.get("name")
    if found.kind is not Kind.DEALS or "id" in proposed or name is None:
        return
    values = cleaned(found.table.columns[name])
    single = not values.null_count and len(pc.unique(values)) == len(values) > 0
    if single and fold(name) in header_words().bare_ids:
        proposed["id"] = proposed.pop("name")


def _ask_column(found: Decisions, name: str) -> Question:
    """The question for a needed field: any column may be its answer, those without a field of ours first."""
    taken = set(found.fields.values())
    headers = sorted(found.table.columns, key=lambda header: header in taken)
    text = Message("intake.ask_column", {"field": Message(f"intake.field_{name}")})
    export = export_of(found)
    if export is not None and (options := export.options(headers, name)):
        headers, text = options, Message(f"presets.ask_{export.id}_{name}")
    options_all = options_of(found.table, headers)
    if name == "id" and found.kind is Kind.DEALS and set(BEGINS) & found.fields.keys():
        options_all[NONE] = Message("intake.option_no_id")
    return Question(f"column:{name}", text, (), options_all)


def ask_unclaimed(found: Decisions) -> None:
    """Dates and amounts under headers that we do not know are asked about; a mapping's word on columns is final."""
    needed = any(
        question.id.startswith(("column:", "stages")) for question in found.questions
    )  # may take one of these columns
    own = export_of(found)
    if not found.proposed or found.kind is not Kind.DEALS or needed or (own is not None and own.complete):
        return
    free = [header for header in found.table.columns if header not in found.fields.values()]
    of_stages = {*stage_date_columns(free, ()).values(), *found.wide.values()}
    of_stages |= {rule.entered or "" for rule in found.mapping.stages}
    export = export_of(found)
    free = [h for h in free if h not in of_stages and not (export is not None and export.knows(h))]

    def ask(name: str, headers: list[str]) -> None:
        if headers and f"column:{name}" not in found.answers:
            found.questions.append(ask_unmapped(found.table, name, headers))

    of_stages.discard("")  # dates of stages tell when a deal came and ended
    unstarted = not of_stages and not set(BEGINS) & found.fields.keys()
    unended = not of_stages and not set(ENDS) & found.fields.keys()
    told = any(f"column:{name}" in found.answers for name in BEGINS)
    dated = [header for header in free if holds_dates(found.table, header)] if unstarted or (unended and told) else []
    if unstarted:
        ask("entered", dated)
    if unended and (told or len(dated) > 1):
        ask("closed", [*dated[1:], *dated[:1]] if unstarted else dated)
    if "amount" not in found.fields:
        ask_amount(found, [h for h in free if h not in dated and holds_amounts(found.table, h)])
