"""Files with one row a deal – snapshot, two dates, a date a stage – as deals and moves."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Codes, Ints, Mask, codes, mask, pc
from yaad.intake.batch import Shaped, typed_table
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import Dates
from yaad.intake.duplicates import Duplicates
from yaad.intake.fields import DESCRIPTIVE
from yaad.intake.kinds import Shape
from yaad.intake.mapping import Mapping, StageRule
from yaad.intake.shapes.slots import Slot, in_time_order, moves_table, named, slot
from yaad.intake.shaping import stage_field
from yaad.intake.sieve import Sieve
from yaad.intake.values import Values, has_date, instants
from yaad.memory import give_back
from yaad.model import STILL_OPEN, StageType
from yaad.model.tables import DEALS

NOTHING = -1


@dataclass(frozen=True)
class Standing:
    """Where each row stands.

    Attributes:
        rule: row → place of its stage among the mapping's stages; `NOTHING` without one.
        in_open: rows whose stage is an open one.
        names: the stages' names.
        ended: row → place of the won or lost stage that it ended in; `NOTHING` while open.
        closing: when it ended; null where unknown or open.
    """

    rule: Codes
    in_open: Mask
    names: pa.Array
    ended: Codes
    closing: Dates | None


def settle_duplicates(values: Values, duplicates: Duplicates | None) -> None:
    """Of rows with one id one is kept: equal ones merge, the newest by its date of change or as the mapping says."""
    if duplicates is None:
        return
    sieve, rule = values.sieve, values.found.mapping.duplicates
    sieve.skip(duplicates.equal, "duplicate")
    if rule == "reject":
        sieve.reject(duplicates.others, values.found.fields["id"], "intake.rejected_repeated_id")
    else:
        kept = duplicates.first if rule == "first" else duplicates.last
        sieve.skip(duplicates.others & ~kept, "superseded")


def deals_batch(values: Values, duplicates: Duplicates | None) -> Shaped:
    """Tables ``deals`` and ``moves`` of a file with one row a deal."""
    sieve = values.sieve
    ids = values.keys("id")
    settle_duplicates(values, duplicates)
    for name in (*values.found.dates, *values.found.numbers):  # whatever cannot be read rejects its row
        values.dates(name)
        values.amounts(name)
    standing = _standing(values)
    slots = _wide(values, standing) if values.found.mapping.shape is Shape.WIDE else _two_dates(values, standing)
    _flag(sieve, slots, standing, listed=values.found.mapping.snapshots)
    rows = np.flatnonzero(sieve.alive)
    moves = moves_table(slots, ids, sieve.alive)
    give_back()
    tables = {"deals": _deals(values, standing, ids, rows), "moves": moves}
    return Shaped(tables, {"deals": rows, "moves": moves["seq"].to_numpy() // max(len(slots), 1)})


def stage_numbers(texts: pa.Array | None, rules: tuple[StageRule, ...], rows: int) -> Codes:
    """Each row's place of its stage among the rules; `NOTHING` where there is none."""
    if texts is None:
        return np.full(rows, NOTHING, np.int32)
    places = {fold(rule.name): place for place, rule in enumerate(rules)}
    number, distinct = codes(texts)
    of_text = np.array([*(places.get(fold(text), NOTHING) for text in distinct.to_pylist()), NOTHING], np.int32)
    return np.asarray(of_text[number], np.int32)


def _standing(values: Values) -> Standing:
    """The stage of each row, whether and when it ended; rows that say neither are rejected.

    The stage decides where it is a won or lost one; else the columns of wins and losses do, of two dates the later.
    """
    found, rows = values.found, len(values)
    rules = found.mapping.stages
    rule = stage_numbers(values.text("stage"), rules, rows)
    types = np.array([*(one.type.value for one in rules), "none"])
    still = np.isin(types[rule], [kind.value for kind in STILL_OPEN])
    ended = np.where(still, NOTHING, rule).astype(np.int32)
    endings = {kind: values.dates(kind.value) for kind in (StageType.WON, StageType.LOST)}
    won, lost = (_says(values, kind, endings[kind]) for kind in (StageType.WON, StageType.LOST))
    lost_later = won & lost & (_instants(endings[StageType.LOST], rows) > _instants(endings[StageType.WON], rows))
    undecided = ended == NOTHING
    for kind, says in ((StageType.WON, won & ~lost_later), (StageType.LOST, lost & (~won | lost_later))):
        place = next((i for i, one in enumerate(rules) if one.type is kind), NOTHING)
        ended = np.where(undecided & says, place, ended).astype(np.int32)
    closing = values.dates("closed")
    for kind, dates in endings.items():
        if dates is not None:
            closing = _merged(dates, closing, types[ended] == kind.value)
    if "stage" in found.fields:
        values.sieve.reject((rule == NOTHING) & (ended == NOTHING), found.fields["stage"], "intake.rejected_no_stage")
    names = pa.array([one.name for one in rules], pa.string())
    return Standing(rule, still, names, ended, closing)


def _says(values: Values, kind: StageType, dates: Dates | None) -> Mask:
    """Rows that a column of wins (or losses) names: by yes and no, or by having a date."""
    flags = values.found.flags.get(kind.value)
    if flags is not None:
        return flags
    return has_date(dates) if dates is not None else np.zeros(len(values), np.bool_)


def _instants(dates: Dates | None, rows: int) -> Ints:
    return instants(dates) if dates is not None else np.zeros(rows, np.int64)


def _merged(one: Dates, other: Dates | None, rows: Mask) -> Dates:
    """Dates of `one` in some rows (where it has one), else of `other`."""
    choose = pa.array(rows & has_date(one))
    nothing = pa.scalar(None, one.at.type), pa.scalar(None, pa.date32()), pa.scalar(None, pa.bool_())
    at, day, whole_day = (other.at, other.day, other.whole_day) if other is not None else nothing
    return Dates(
        at=pc.if_else(choose, one.at, at),
        day=pc.if_else(choose, one.day, day),
        whole_day=pc.if_else(choose, one.whole_day, whole_day),
    )


def _opened(mapping: Mapping) -> list[str]:
    return [rule.name for rule in mapping.stages if rule.type is StageType.OPEN]


def _begins(values: Values) -> list[Slot]:
    """When the deal came: ``created`` opens the first open stage, ``entered`` the one the mapping names."""
    mapping = values.found.mapping
    first = _opened(mapping)[0]
    opening = mapping.stage(mapping.entered_opens) if mapping.entered_opens else None
    slots = []
    for name, stage in (("created", first), ("entered", opening.name if opening else first)):
        dates = values.dates(name)
        if dates is not None:
            slots.append(slot(has_date(dates), stage, dates))
    return slots


def _current(standing: Standing, last: Codes) -> Slot:
    """The open stage of now, at an unknown time, where no dated move has led to it."""
    filled = standing.in_open & (standing.rule != last)
    return slot(filled, named(standing.rule, standing.names), None)


def _closing(standing: Standing) -> Slot:
    return slot(standing.ended != NOTHING, named(standing.ended, standing.names), standing.closing)


def _two_dates(values: Values, standing: Standing) -> list[Slot]:
    """Came, stands, ended. A deal that ended and has no date of coming was in the first open stage, once."""
    rules = values.found.mapping.stages
    begins = _begins(values)
    last = np.full(len(values), NOTHING, np.int32)
    for one in begins:
        last = np.where(one.filled, stage_numbers(one.stage, rules, len(values)), last).astype(np.int32)
    current = _current(standing, last)
    lost_track = (last == NOTHING) & ~current.filled
    stands = (standing.ended == NOTHING) & lost_track
    mapping = values.found.mapping
    opening = mapping.stage(mapping.entered_opens) if mapping.entered_opens else None
    first = _opened(mapping)[0]
    unknown = [
        slot(lost_track & ~stands, first, None),
        slot(stands, opening.name if opening else first, None),
    ]
    return [*begins, *unknown, current, _closing(standing)]


def _wide(values: Values, standing: Standing) -> list[Slot]:
    """A date a stage, in the order of the dates; then where it stands and how it ended.

    The date of the end stands last whatever it says: a deal that was won before its last stage is won, with a time that
    is impossible, and was not opened again.
    """
    rules = values.found.mapping.stages
    ended, closing = _ended_wide(values, standing)
    dated = _begins(values)
    for place, rule in enumerate(rules):
        dates = values.dates(stage_field(rule.name))
        if dates is not None:
            dated.append(slot(has_date(dates) & (ended != place), rule.name, dates))
    ordered = in_time_order(dated) if dated else []
    last = np.full(len(values), NOTHING, np.int32)
    for one in ordered:
        last = np.where(one.filled, stage_numbers(one.stage, rules, len(values)), last).astype(np.int32)
    current = _current(standing, last)
    nowhere = (last == NOTHING) & ~current.filled
    begun = slot(nowhere, _opened(values.found.mapping)[0], None)
    return [*ordered, begun, current, slot(ended != NOTHING, named(ended, standing.names), closing)]


def _ended_wide(values: Values, standing: Standing) -> tuple[Codes, Dates | None]:
    """The won or lost stage that each row ended in, and when.

    As the stage or the columns of wins and losses say; where the file has none of these, the closing with a date, of
    two the later.
    """
    ended, closing = standing.ended, standing.closing
    told = "stage" in values.found.fields
    latest = np.full(len(values), np.iinfo(np.int64).min)
    for place, rule in enumerate(values.found.mapping.stages):
        dates = values.dates(stage_field(rule.name)) if rule.type in (StageType.WON, StageType.LOST) else None
        if dates is None:
            continue
        later = has_date(dates) & (instants(dates) >= latest) & (standing.ended == NOTHING)
        if not told:
            ended = np.where(later, place, ended).astype(np.int32)
            latest = np.where(later, instants(dates), latest)
    for place, rule in enumerate(values.found.mapping.stages):
        dates = values.dates(stage_field(rule.name))
        if dates is not None and rule.type in (StageType.WON, StageType.LOST):
            closing = _merged(dates, closing, ended == place)
    return ended, closing


def _flag(sieve: Sieve, slots: list[Slot], standing: Standing, *, listed: bool) -> None:
    """Odd things that are kept and told: an end before the last stage, a deal without any date.

    What has no date in a list may have that of another list: of `listed` deals nothing is said here.
    """
    before_end = np.full(len(sieve.alive), np.iinfo(np.int64).min)
    days, any_date = before_end.copy(), np.zeros(len(before_end), np.bool_)
    for one in slots[:-1]:
        here = one.filled & one.dated
        before_end = np.where(here, np.maximum(before_end, one.at), before_end)
        days = np.where(here, np.maximum(days, one.day), days)
        any_date |= here
    end = slots[-1]
    ended = end.filled & end.dated & any_date
    by_day = np.logical_or.reduce([one.whole_day & one.filled for one in slots])
    negative = np.where(by_day, end.day < days, end.at < before_end)
    sieve.flag("negative_duration", ended & negative)
    sieve.flag("undated", ~any_date & ~(end.filled & end.dated) & (not listed))
    if standing.closing is not None:
        sieve.flag("close_date_on_open", (standing.ended == NOTHING) & has_date(standing.closing))


def _deals(values: Values, standing: Standing, ids: pa.Array, rows: Ints) -> pa.Table:
    """One row a deal with all that describes it; columns that the file lacks are left out."""
    take = pa.array(rows)

    def loaded(column: pa.Array) -> pa.Array:
        return column if len(rows) == len(column) else column.take(take)

    columns: dict[str, pa.Array] = {"custom": values.custom(rows)}  # first, for it takes the most memory
    columns["deal_id"] = loaded(ids)
    for name in DESCRIPTIVE:
        texts = values.text(name)
        if texts is not None:
            columns[name] = loaded(texts)
    amounts = values.amounts("amount")
    if amounts is not None:
        columns["amount"] = loaded(amounts.values)
        columns["currency"] = loaded(values.currency("amount"))
        columns["tax"] = loaded(values.tax("amount"))
    expected = _expected(values, standing)
    if expected is not None:
        columns["expected_close_day"] = loaded(expected)
    due = values.dates("next_step_day")
    if due is not None:
        columns["next_step_day"] = loaded(due.day)
    columns["file"], columns["row"] = loaded(values.files()), loaded(values.lines())
    return typed_table(columns, DEALS)


def _expected(values: Values, standing: Standing) -> pa.Array | None:
    """The day a deal is expected to close: its own column, or the closing date of a deal that is still open."""
    own = values.dates("expected_close")
    if standing.closing is None or values.found.mapping.shape is None:
        return own.day if own is not None else None
    opened = pa.array((standing.ended == NOTHING) & has_date(standing.closing))
    later = pc.if_else(opened, standing.closing.day, pa.scalar(None, pa.date32()))
    if own is not None:
        return pc.coalesce(own.day, later)
    return later if mask(pc.is_valid(later)).any() else None
