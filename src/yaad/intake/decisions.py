"""All decisions on a table: what it holds, which column is which field, how each is read, stages and shape."""

from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.arrow import Ints, Mask, codes, mask, pc
from yaad.intake.deciding.amounts import AmountDecision, Numbers, decide_amounts, take_numbers_apart
from yaad.intake.deciding.dates import DateDecision, decide_dates
from yaad.intake.deciding.days import PIVOT, Order
from yaad.intake.deciding.flags import read_flags
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import currency_in, propose_fields, propose_kind, stage_date_columns, tax_in
from yaad.intake.deciding.moments import Dates, Moments, cleaned, read_moments, take_apart
from yaad.intake.deciding.stages import Places
from yaad.intake.deciding.words import header_words
from yaad.intake.deciding.yearless import NEAR, near_years
from yaad.intake.fields import FIELDS, MONTH, NEEDED, Field, Value, known_fields
from yaad.intake.files import Format
from yaad.intake.kinds import DEALS_LIKE, HISTORY, Kind, Shape
from yaad.intake.mapping import ALL, Mapping
from yaad.intake.presets import Export, Recognised, recognise
from yaad.intake.reading import COLOURS
from yaad.intake.sums import add_sums, ask_amount
from yaad.intake.table import Table
from yaad.intake.twins import ask_twins
from yaad.intake.unmapped import NONE, ask_unmapped, holds_amounts, holds_dates, options_of, with_columns_line
from yaad.intake.wide import LEAST, ask_stage_dates, stage_dates, told_dates
from yaad.text import Message

POINTS = {"point": ".", "comma": ","}
SHORTENED = r"^\d[.,]\d+[Ee]\+\d+$"
BEGINS = ("entered", "created")
ENDS = ("closed", "won", "lost")


@dataclass
class Decisions:
    """What is known of a table; filled step by step by `decide`.

    Attributes:
        table: the rows.
        mapping: the mapping as far as it is decided.
        answers: question's id → answer.
        kind: what the rows are.
        fields: our field → column.
        dates: field → its column taken apart, and how to read it.
        numbers: the same for numbers.
        flags: fields that say yes or no instead of a date.
        outside: reason → rows that are no deals of the file's: deleted ones, lines below the table.
        export: the known export that the file is, by its headers.
        wide: stage → the column of its date, where columns are named like stages and the mapping names none.
        how: column → how we know.
        questions: what is open.
        notes: what is said of the file as a whole.
    """

    table: Table
    mapping: Mapping
    answers: Plain[str, str]
    kind: Kind = Kind.DEALS
    fields: dict[str, str] = field(default_factory=dict)
    dates: dict[str, tuple[Moments, DateDecision]] = field(default_factory=dict)
    numbers: dict[str, tuple[Numbers, AmountDecision]] = field(default_factory=dict)
    flags: dict[str, Mask] = field(default_factory=dict)
    outside: dict[str, Mask] = field(default_factory=dict)
    export: Recognised | None = None
    wide: dict[str, str] = field(default_factory=dict)
    how: dict[str, Message] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    @property
    def proposed(self) -> bool:
        """The columns are our proposal, not the mapping's word."""
        return not self.mapping.columns

    @property
    def zone(self) -> str:
        """The zone that local times are read by."""
        return self.mapping.zone or "UTC"

    def field(self, name: str) -> Field:
        """A field of this kind; a stage's own date is one too, and a month's own targets."""
        own = Field(name, name, Value.AMOUNT if name.startswith(MONTH) else Value.MOMENT)
        return FIELDS[self.kind].get(name, own)

    def null_words(self, name: str) -> tuple[str, ...]:
        """Texts of a field's column that mean no value."""
        column = self.fields[name]
        words = self.mapping.null_words
        return next((words[key] for key in (name, column) if key in words), ())

    def text(self, name: str) -> pa.Array | None:
        """A field's texts, cleaned; None when the file has no such column."""
        if name not in self.fields:
            return None
        return cleaned(self.table.columns[self.fields[name]], self.null_words(name))

    def present(self, *names: str) -> Mask | None:
        """Rows with a date in any of some fields; None when the file has none of them."""
        found = [self.dates[name][0].present for name in names if name in self.dates]
        found += [self.flags[name] for name in names if name in self.flags]
        return np.logical_or.reduce(found) if found else None

    def read_dates(self, name: str) -> Dates:
        """A field's dates, read as decided."""
        parts, decision = self.dates[name]
        pivot = self.mapping.year_pivot if self.mapping.year_pivot is not None else PIVOT
        year, serial = decision.year, decision.serial
        if year == NEAR:
            parts, year = near_years(parts, decision.order, pivot, serial), None
        return read_moments(parts, decision.order, self.zone, pivot=pivot, serial=serial, year=year)


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
        found.mapping, found.wide = replace(found.mapping, stages=rules), {}


def ask_needed(found: Decisions) -> None:
    """Fields without which a kind cannot be read, once it is known which columns hold what they promise."""
    twins = any(question.id.startswith("column:") for question in found.questions)
    by_month = any(name.startswith(MONTH) for name in found.fields)
    by_month |= found.kind is Kind.TARGETS and any(question.id.startswith("year:") for question in found.questions)
    for name in NEEDED[found.kind]:
        if name not in found.fields and not twins and not by_month:
            found.questions.append(_ask_column(found, name))
    dated = found.wide or any(rule.entered for rule in found.mapping.stages)
    dated = dated or any(question.id == "stages" for question in found.questions)
    if found.kind is Kind.DEALS and not dated and not _tells_outcome(found.fields):
        found.questions.append(_ask_column(found, "stage"))
    elif found.proposed and found.kind is Kind.DEALS and not dated:
        _ask_colours(found)


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


def ask_wide(found: Decisions) -> None:
    """Several columns of dates that no header explains, and no column of stages: which are stages is one question.

    An answer gives the stages; ``none`` leaves the columns to the other questions.
    """
    told = bool({"stages", "column:stage"} & found.answers.keys()) or bool(found.mapping.stages)
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
    if not found.proposed or found.kind is not Kind.DEALS or needed:
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


def decide_values(found: Decisions) -> None:
    """How each column of dates and numbers is read; a proposed column that holds no such thing is let go."""
    fresh = [name for name in found.fields if name not in {*found.dates, *found.numbers, *found.flags}]
    for name in fresh:
        value = found.field(name).value
        if value in (Value.MOMENT, Value.DAY):
            _decide_dates(found, name)
        elif value not in (Value.TEXT, Value.FLAG):
            _decide_numbers(found, name)
    _follow_siblings(found)
    decided = [(found.dates.get(name) or found.numbers.get(name)) for name in fresh]
    found.questions += [one[1].question for one in decided if one is not None and one[1].question is not None]
    dated = [found.dates[name] for name in fresh if name in found.dates]
    found.questions += [one[1].year_question for one in dated if one[1].year_question is not None]
    _keep(found)


def _decide_dates(found: Decisions, name: str) -> None:
    column, mapping = found.fields[name], found.mapping
    values = found.table.columns[column]
    flags = read_flags(values) if name in ("won", "lost") else None
    if flags is not None:
        found.flags[name] = flags
        found.how[column] = Message("intake.how_flags")
        return
    told = mapping.setting(mapping.dates, name, column) or found.answers.get(f"dates:{column}")
    order = Order(told) if told in [one.value for one in Order] else None
    parts = take_apart(values, found.null_words(name))
    year = mapping.setting(mapping.year, name, column) or found.answers.get(f"year:{column}")
    decision = decide_dates(parts, column, told=order, epoch=found.table.epochs.get(column), year=year)
    if decision.null_words:
        _remember_null_words(found, name, decision.null_words)
        parts = take_apart(values, found.null_words(name))
    if found.proposed and decision.dates < 0.5:
        _let_go(found, name, decision.dates)
        return
    found.dates[name] = (parts, decision)
    found.how[column] = decision.how


def _decide_numbers(found: Decisions, name: str) -> None:
    column, mapping = found.fields[name], found.mapping
    values = found.table.columns[column]
    told = mapping.setting(mapping.decimal, name, column) or found.answers.get(f"decimal:{column}") or ""
    parts = take_numbers_apart(values, found.null_words(name))
    point = POINTS.get(told)
    decision = decide_amounts(parts, column, told="." if point == "." else "," if point else None)
    if decision.null_words:
        _remember_null_words(found, name, decision.null_words)
        parts = take_numbers_apart(values, found.null_words(name))
    clock = found.field(name).value is Value.SECONDS  # may be written as 0:01:30
    if found.proposed and decision.numbers < 0.5 and not clock:
        _let_go(found, name, decision.numbers)
        return
    found.numbers[name] = (parts, decision)
    found.how[column] = decision.how


def _remember_null_words(found: Decisions, name: str, words: tuple[str, ...]) -> None:
    kept = tuple(dict.fromkeys((*found.null_words(name), *words)))
    found.mapping = replace(found.mapping, null_words=found.mapping.null_words | {name: kept})


def _let_go(found: Decisions, name: str, share: float) -> None:
    """A column that does not hold what its name promises is kept as it is.

    Where some of it does, or it would be when a deal came or what it is worth, that is said.
    """
    column = found.fields.pop(name)
    found.how.pop(column, None)
    if share or (name in (*BEGINS, "amount") and len(cleaned(found.table.columns[column]).drop_null())):
        found.notes.append(Message("intake.note_let_go", {"column": column, "percent": f"{share:.0%}"}))


def _follow_siblings(found: Decisions) -> None:
    """A column in doubt is written as the file's other columns, when those that show their order agree."""
    sure = {d.order for _, d in found.dates.values() if d.order in (Order.DAY_FIRST, Order.MONTH_FIRST)}
    if len(sure) != 1:
        return
    order = sure.pop()
    assert order is not None
    for name, (parts, decision) in found.dates.items():
        doubtful = decision.question is not None and not _contradicts(decision)
        if doubtful:
            how = Message("intake.how_dates_siblings", {"order": Message(f"intake.order_{order.value}")})
            found.dates[name] = (parts, replace(decision, order=order, how=how, question=None))
            found.how[found.fields[name]] = how


def _contradicts(decision: DateDecision) -> bool:
    """The column itself holds dates of both orders, or of another calendar."""
    if decision.question is not None and decision.question.text.key == "intake.ask_hebrew_dates":
        return True
    evidence = decision.question.evidence[0].values if decision.question else {}
    return bool(evidence.get("day_first") and evidence.get("month_first"))


def _keep(found: Decisions) -> None:
    """Write the decisions into the mapping, so that the next file is read alike even if it shows less."""
    orders = {found.fields[name]: d.order.value for name, (_, d) in found.dates.items() if d.order is not None}
    if not found.mapping.dates and orders:
        same = len(set(orders.values())) == 1 and len(orders) == len(found.dates)
        found.mapping = replace(found.mapping, dates={ALL: next(iter(orders.values()))} if same else orders)
    elif answered := {c: o for c, o in orders.items() if f"dates:{c}" in found.answers}:
        found.mapping = replace(found.mapping, dates=found.mapping.dates | answered)
    years = {found.fields[name]: d.year for name, (_, d) in found.dates.items() if d.year is not None}
    found.mapping = replace(found.mapping, year=found.mapping.year | years) if years else found.mapping
    points = {
        found.fields[name]: "point" if d.point == "." else "comma"
        for name, (parts, d) in found.numbers.items()
        if d.point is not None and parts.exact is None
    }
    if fresh := {
        column: point
        for column, point in points.items()
        if found.mapping.setting(found.mapping.decimal, column) is None
    }:
        found.mapping = replace(found.mapping, decimal=found.mapping.decimal | fresh)


def decide_money(found: Decisions) -> None:
    """Currency and VAT, from signs beside the numbers and from headers; what nothing says stays unknown."""
    columns = [found.fields[name] for name in found.numbers if found.field(name).value is Value.AMOUNT]
    signs: set[str] = set()
    for _, decision in found.numbers.values():
        signs |= set(decision.currencies)
    named = {code for column in columns if (code := currency_in(column))}
    if not found.mapping.currency and "currency" not in found.fields:
        only = signs or named
        if len(only) == 1:
            found.mapping = replace(found.mapping, currency={ALL: next(iter(only))})
    taxes = {tax for column in columns if (tax := tax_in(column))}
    if not found.mapping.tax and len(taxes) == 1:
        found.mapping = replace(found.mapping, tax={ALL: taxes.pop()})
    priced = found.kind in DEALS_LIKE | {Kind.ORDERS, Kind.PRODUCTS, Kind.LINES, Kind.CONTRACTS}
    unknown = not found.mapping.currency and "currency" not in found.fields and len(signs) < 2
    if columns and priced and unknown:
        found.notes.append(Message("intake.note_currency_unknown"))


def decide_zone(found: Decisions) -> None:
    """The zone of local times: the mapping's; else Israel's for Hebrew columns, UTC for others. It is said."""
    if found.mapping.zone is None:
        hebrew = any("\u05d0" <= letter <= "\u05ea" for header in found.table.columns for letter in header)
        zone = "Asia/Jerusalem" if hebrew else "UTC"
        found.mapping = replace(found.mapping, zone=zone)
        if any(len(parts.times) or parts.instants is not None for parts, _ in found.dates.values()):
            found.notes.append(Message("intake.note_zone", {"zone": zone}))


def history_places(found: Decisions) -> Places | None:
    """Each event's place in its deal's history, 0–1, by time and then by place in the file."""
    ids, at = found.text("id"), found.dates.get("at")
    if found.kind not in HISTORY or ids is None or at is None:
        return None
    number, _ = codes(ids)
    moments: Ints = pc.fill_null(found.read_dates("at").at.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    order = np.lexsort((np.arange(len(number)), moments, number))
    counts = np.bincount(number + 1)
    starts = np.concatenate(([0], np.cumsum(counts)))[:-1]
    places = np.empty(len(number), np.float64)
    places[order] = np.arange(len(number)) - starts[number[order] + 1]
    return places / np.maximum(counts[number + 1] - 1, 1)
