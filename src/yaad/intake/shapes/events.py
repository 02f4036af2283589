"""Files with one row a move – event logs, field histories – as deals, moves and activities."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Codes, Ints, Mask, codes, mask, pc, whole
from yaad.intake.batch import MOVES, Shaped, as_moments, typed_table
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.moments import Dates, cleaned
from yaad.intake.fields import DESCRIPTIVE
from yaad.intake.kinds import Kind
from yaad.intake.shapes.deals import NOTHING, stage_numbers
from yaad.intake.shaping import is_activity, is_ignored, of_stages
from yaad.intake.values import Values, has_date, instants
from yaad.model import StageType
from yaad.model.tables import ACTIVITIES, AMOUNT, DEALS


def events_batch(values: Values) -> Shaped:
    """Tables ``deals``, ``moves`` and (where events are no stage) ``activities``."""
    sieve = values.sieve
    ids = values.keys("id")
    at = values.dates("at")
    texts = values.text("stage")
    assert at is not None
    assert texts is not None
    sieve.skip(~of_stages(values.found), "other_field")
    source = values.text("from")
    if source is not None:  # it says where a deal still stands
        sieve.skip(mask(pc.is_null(texts)) & mask(pc.is_valid(source)), "no_move")
    sieve.reject(mask(pc.is_null(texts)), values.found.fields["stage"], "intake.rejected_no_stage")
    order = values.dates("sort_at")  # of a book's own moves: a time that is not known has its place among the others
    placed = has_date(at) if order is None else has_date(at) | has_date(order)
    sieve.reject(~placed, values.found.fields["at"], "intake.rejected_no_time")
    for name in (*values.found.dates, *values.found.numbers):  # whatever cannot be read rejects its row
        values.dates(name)
        values.amounts(name)
    rule = stage_numbers(texts, values.found.mapping.stages, len(values))
    activity = _activities_among(values, texts, rule)
    moving = sieve.alive & (rule != NOTHING)
    history = History(values, ids, at, rule, moving)
    sieve.flag("stage_again", history.again())
    tables = {"deals": history.deals(), "moves": history.moves()}
    origins = {"deals": history.last_rows(), "moves": tables["moves"]["seq"].to_numpy() // 2}
    rows = np.flatnonzero(sieve.alive & activity)
    if len(rows):
        tables["activities"], origins["activities"] = _activities(values, ids, texts, at, rows), rows
    return Shaped(tables, origins)


def _activities_among(values: Values, texts: pa.Array, rule: Codes) -> Mask:
    """Events that are activities; those that the mapping leaves out are skipped."""
    mapping, kind = values.found.mapping, values.found.kind
    number, distinct = codes(texts)
    names = distinct.to_pylist()
    activity = np.array([*(is_activity(mapping, kind, name) for name in names), False], np.bool_)[number]
    activity &= rule == NOTHING
    ignored = np.array([*(is_ignored(mapping, name) for name in names), False], np.bool_)[number]
    values.sieve.skip(ignored & (rule == NOTHING) & ~activity, "ignored")
    return np.asarray(activity, np.bool_)


CREATION = frozenset({"created", "add time", "create date", "created date", "createdate", "creation", "נוצר"})
"""What histories of all fields call the row that says when a deal came."""
HOUR = 3_600_000_000


class History:
    """The moves of a file of events, by deal."""

    def __init__(self, values: Values, ids: pa.Array, at: Dates, rule: Codes, moving: Mask) -> None:
        self._values = values
        self._ids = ids
        self._at = at
        self._rule = rule
        self._rows: Ints = np.flatnonzero(moving)
        self._deal, self._deals = codes(ids.take(pa.array(self._rows)))
        order = values.dates("sort_at")
        self._instants = instants(order) if order is not None else _in_file_order(instants(at), at.twice)
        self._order = np.lexsort((self._rows, self._instants[self._rows], self._deal))
        change = np.diff(self._deal[self._order], prepend=NOTHING) != 0
        self._first = self._rows[self._order[change]]  # the first move of each deal, in the order of `_deals`
        self._last_of = (
            np.append(np.flatnonzero(change)[1:], len(self._rows)) - 1 if len(self._rows) else np.zeros(0, np.int64)
        )

    def again(self) -> Mask:
        """Rows that say the stage in which the deal stands already, since something else of it changed."""
        ordered = self._rows[self._order]
        same = (np.diff(self._deal[self._order]) == 0) & (np.diff(self._rule[ordered]) == 0)
        rows = np.zeros(len(self._values), np.bool_)
        rows[ordered[1:][same]] = True
        return rows

    def last_rows(self) -> Ints:
        """The row of each deal's last move, in the order of `deals`: what is said of a deal is what was said last."""
        return np.asarray(self._rows[self._order[self._last_of]], np.int64)

    def moves(self) -> pa.Table:
        """Every event of a stage as a move, and where a deal stood before its first one."""
        take, rows = pa.array(self._rows), self._rows
        amounts = self._values.amounts("amount")
        by = self._values.text("by")
        names = pa.array([rule.name for rule in self._values.found.mapping.stages], pa.string())
        columns = [
            self._ids.take(take),
            as_moments(self._instants[rows]),
            pa.array(rows * 2 + 1),
            names.take(pa.array(self._rule[rows])),
            self._at.at.take(take),
            self._at.day.take(take),
            pc.fill_null(self._at.whole_day.take(take), False),  # noqa: FBT003 - Arrow's own signature
            by.take(take) if by is not None else pa.nulls(len(rows), pa.string()),
            amounts.values.take(take) if amounts is not None else pa.nulls(len(rows), AMOUNT),
        ]
        moves = pa.table(columns, schema=MOVES)
        before = self._creations(names)
        return pa.concat_tables([before, moves]).combine_chunks() if before.num_rows else moves

    def _creations(self, names: pa.Array) -> pa.Table:
        """The creation of a deal: in the stage its first event came from, else (when only its date is known) the first.

        Its time is that of the column ``created``, where the file has it and it is not after the first event.
        """
        values, first = self._values, self._first
        rules = values.found.mapping.stages
        source = stage_numbers(values.text("from"), rules, len(values))[first]
        created = values.dates("created") or _created(values, self._ids, self._at)
        known = np.zeros(len(first), np.bool_)
        at = np.zeros(len(first), np.int64)
        if created is not None:
            at = instants(created)[first]
            known = has_date(created)[first] & (at <= self._instants[first])
            opening = next(i for i, rule in enumerate(rules) if rule.type is StageType.OPEN)
            source = np.where((source == NOTHING) & known, opening, source).astype(np.int32)
        needed = np.flatnonzero((source != NOTHING) & (source != self._rule[first]))
        rows, unknown = first[needed], ~known[needed]
        at = np.where(unknown, 0, at[needed])
        days = created.day.take(pa.array(rows)) if created is not None else pa.nulls(len(rows), pa.date32())
        whole_day = created.whole_day.take(pa.array(rows)) if created is not None else pa.nulls(len(rows), pa.bool_())
        dated = pa.array(~unknown)
        columns = [
            self._ids.take(pa.array(rows)),
            as_moments(at),
            pa.array(rows * 2),
            names.take(pa.array(source[needed])),
            as_moments(at, unknown),
            pc.if_else(dated, days, pa.scalar(None, pa.date32())),
            pc.fill_null(pc.and_(dated, whole_day), False),  # noqa: FBT003 - Arrow's own signature
            pa.nulls(len(rows), pa.string()),
            pa.nulls(len(rows), AMOUNT),
        ]
        return pa.table(columns, schema=MOVES)

    def deals(self) -> pa.Table:
        """One row a deal: what its events say of it last; columns that never change within it are kept as its own."""
        values = self._values
        count = len(self._deals)
        columns: dict[str, pa.Array] = {"deal_id": self._deals}
        for name in DESCRIPTIVE:
            texts = values.text(name)
            if texts is not None:
                columns[name] = self._latest(texts)
        movers = values.text("by")
        if "owner" not in columns and movers is not None and values.found.kind is Kind.EVENTS:
            columns["owner"] = self._latest(movers)  # a log that knows no owner: the person is who moved the deal last
        amounts = values.amounts("amount")
        if amounts is not None:
            columns["amount"] = self._latest(amounts.values)
            columns["currency"] = self._latest(values.currency("amount"))
            columns["tax"] = self._latest(values.tax("amount"))
        arrival = np.full(count, len(values), np.int64)
        np.minimum.at(arrival, self._deal, self._rows)
        if constant := self._constant_columns():
            columns["custom"] = values.custom(self._first, constant)
        take = pa.array(arrival)
        columns["file"], columns["row"] = values.files().take(take), values.lines().take(take)
        return typed_table(columns, DEALS)

    def _latest(self, column: pa.Array) -> pa.Array:
        """Of each deal, the last value that its events have (null when none has one)."""
        ordered = self._rows[self._order]
        filled = mask(pc.is_valid(column.take(pa.array(ordered))))
        place = (
            np.maximum.accumulate(np.where(filled, np.arange(len(ordered)), -1))
            if len(ordered)
            else np.zeros(0, np.int64)
        )
        starts = np.append(0, self._last_of[:-1] + 1) if len(self._last_of) else self._last_of
        best = place[self._last_of]
        none = best < starts
        return column.take(pa.array(ordered[np.where(none, 0, best)], mask=none))

    def _constant_columns(self) -> list[str]:
        """Columns that no field uses and that say one thing within each deal."""
        table, take = self._values.found.table, pa.array(self._rows)
        kept = []
        for name in self._values.unused():
            number, distinct = codes(cleaned(whole(table.columns[name])).take(take))
            if len(distinct) and self._is_constant(number, len(distinct)):
                kept.append(name)
        return kept

    def _is_constant(self, number: Codes, distinct: int) -> bool:
        pairs = self._deal.astype(np.int64) * (distinct + 1) + number
        return len(np.unique(pairs)) == len(self._deals)


def _created(values: Values, ids: pa.Array, at: Dates) -> Dates | None:
    """When deals came, by the rows of a history of all fields that tell of it."""
    names = values.text("field")
    if names is None:
        return None
    number, distinct = codes(names)
    tells = np.array([*(fold(name) in CREATION for name in distinct.to_pylist()), False], np.bool_)[number]
    rows = np.flatnonzero(tells & has_date(at))
    if not len(rows):
        return None
    deal, deals = codes(ids)
    row_of = np.full(len(deals) + 1, NOTHING, np.int64)
    row_of[deal[rows]] = rows
    row_of[-1] = NOTHING
    take = pa.array(row_of[deal], mask=row_of[deal] < 0)
    return Dates(at.at.take(take), at.day.take(take), at.whole_day.take(take))


def _in_file_order(moments: Ints, twice: Mask | None) -> Ints:
    """Instants to order by: times of an hour that the clock showed twice are one, so that the file's order stands."""
    if twice is None or not twice.any():
        return moments
    return np.where(twice, moments // HOUR * HOUR, moments)


def _activities(values: Values, ids: pa.Array, texts: pa.Array, at: Dates, rows: Ints) -> pa.Table:
    """Events that are no stage, known by deal, name, time and number among equals: the same file twice is the same."""
    take = pa.array(rows)
    by = values.text("by")
    columns = {
        "activity_id": numbered_keys([ids.take(take), texts.take(take), at.at.take(take)]),
        "deal_id": ids.take(take),
        "kind": texts.take(take),
        "at": at.at.take(take),
        "day": at.day.take(take),
        "whole_day": at.whole_day.take(take),
        "custom": values.custom(rows, [name for name in values.unused() if not name.startswith("case:")]),
        "file": values.files().take(take),
        "row": values.lines().take(take),
    }
    if by is not None:
        columns["by"] = by.take(take)
    return typed_table(columns, ACTIVITIES)


def numbered_keys(parts: Sequence[pa.Array]) -> pa.Array:
    """An id of rows that have none: their parts, and the number of the row among those with the same parts."""
    cells = [pc.fill_null(_plain(part), "") for part in parts]
    key = pc.binary_join_element_wise(*cells, "|")
    number, _ = codes(key)
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=NOTHING))
    lengths = np.diff(np.append(starts, len(order)))
    nth = np.empty(len(order), np.int64)
    nth[order] = np.arange(len(order)) - np.repeat(starts, lengths) + 1
    return pc.binary_join_element_wise(key, pa.array(nth).cast(pa.string()), "|")


def _plain(part: pa.Array) -> pa.Array:
    return part.cast(pa.int64()).cast(pa.string()) if pa.types.is_timestamp(part.type) else part.cast(pa.string())
