"""The funnel: how many deals reached each stage, went on, were lost or are still there, and what is to be expected.

Deals are followed by the day they came (`created_day`). A deal has reached every stage up to its furthest one: a
skipped stage counts as passed. A reopened deal counts once, by its latest outcome. In each stage
``entered = advanced + lost + open``; the last one's advanced are the won. Where only lists tell the stages, it is the
funnel of the deals that came since the first list (see `Scope.of_watched`).

The expected share comes from the stays (basis first: from the first entry of a stage to the first entry of a later
one, or the end): see `statistics.aalen_johansen`. Deals that passed a stage without a known stay advance there in no
time, open deals of unknown age are undecided from the start, so that the estimate speaks of the very deals that the
counts speak of.
"""

from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.dimensions import asked, floats, grouped, groups, integers, key_columns, without_stage
from yaad.measures.lengths import age, counted
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Share, Spells, chained, expected_share
from yaad.model import FEW, Funnel, FunnelRow
from yaad.model.figures import Cell
from yaad.text import Message

DEALS, STAYS = "deals", "stays"


@dataclass(frozen=True)
class Followed:
    """The deals of one group, followed through the stages.

    Attributes:
        by: the group.
        decided: deals by furthest stage (row: 0… for stages, their count for won) and `Ending` (column).
        spells: the stays of each stage, those that passed it without one included.
        undated: deals of unknown first day.
        stood: deals that are known to have stood in each stage.
    """

    by: dict[str, Cell]
    decided: np.ndarray
    spells: tuple[Spells, ...]
    undated: int
    stood: tuple[int, ...] = ()

    @property
    def stages(self) -> int:
        """How many stages there are before won."""
        return len(self.decided) - 1

    def entered(self, place: int) -> int:
        """Deals that reached the stage at `place`; won, when it is the number of stages."""
        return int(self.decided[place:].sum())

    def lost_between(self, start: int, end: int) -> int:
        """Deals that reached `start`, not `end`, and are lost."""
        return int(self.decided[start:end, Ending.LOST].sum())

    def open_between(self, start: int, end: int) -> int:
        """Deals that reached `start`, not `end`, and are open."""
        return int(self.decided[start:end, Ending.OPEN].sum())

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Of those that entered each stage, the share that will advance."""
        return tuple(expected_share(spells) for spells in self.spells)

    def expected(self, start: int, end: int) -> Share:
        """Of those that reached `start`, the share that will reach `end`."""
        return chained(self.shares[start:end])


def funnel_statistics(scope: Scope) -> ir.Table:
    """Deals by furthest stage and outcome, and stays by stage, end and length, as one table.

    Columns: the breakdown's, ``part`` (deals, stays), ``place`` (stage), ``ended``, ``days``, ``n``, ``undated``.
    """
    scope = scope.of_watched()
    deals = asked(scope, scope.deals, "created_day")
    keys = key_columns(scope)
    counts = grouped(
        scope,
        deals,
        "furthest",
        "outcome",
        n=deals.count(),
        undated=deals.count(where=deals.created_day.isnull()),
    )
    lengths = counted(scope, first_stays(scope, asked(scope, scope.visits, "cohort_day")), "position", "first_ended")
    return counts.select(
        *keys,
        part=ibis.literal(DEALS),
        place=counts.furthest.cast("int64"),
        ended=counts.outcome,
        days=ibis.null("float64"),
        n=counts.n.cast("int64"),
        undated=counts.undated.cast("int64"),
    ).union(
        lengths.select(
            *keys,
            part=ibis.literal(STAYS),
            place=lengths.position.cast("int64"),
            ended=lengths.first_ended,
            days=lengths.days,
            n=lengths.n.cast("int64"),
            undated=ibis.literal(0, type="int64"),
        ),
        distinct=False,
    )


def first_stays(scope: Scope, visits: ir.Table) -> ir.Table:
    """Rows of basis first, with their length so far in ``days``; null where it is unknown or impossible."""
    first = visits.filter(visits["first"])
    still = age(scope, first.entered, first.entered_day, first.whole_days)
    return first.mutate(days=ibis.ifelse(first.first_ended == "open", still, first.first_days))


def follow(scope: Scope, table: pa.Table) -> list[Followed]:
    """The rows of `funnel_statistics` as one `Followed` a group."""
    return [_followed(scope, by, rows) for by, rows in groups(scope, table)]


def funnel(scope: Scope) -> list[Funnel]:
    """The funnel of each group, by the day the deals came.

    Raises:
        UnknownName: no such column.
    """
    whole = without_stage(scope)
    groups_of = follow(whole, whole.rows(funnel_statistics))
    n = sum(each.entered(0) for each in groups_of)
    said = (*watched_since(whole, n), *notes_on(whole.of_watched()))
    return [_funnel(whole, each, said) for each in groups_of]


def watched_since(scope: Scope, n: int) -> tuple[Message, ...]:
    """That `n` deals are counted, those that came since the first list, where only lists tell the stages."""
    day = scope.pipeline.watched_since
    return (Message("measures.deals_since", {"n": n, "day": day}),) if day else ()


def between_lists(scope: Scope) -> tuple[Message, ...]:
    """What goes unseen between lists, where moves have their day from a list."""
    gap = scope.list_gap
    return () if gap is None else (Message("measures.between_lists", {"n": gap}),)


def notes_on(scope: Scope) -> tuple[Message, ...]:
    """What the files cannot tell – stages without a history, what goes on between lists – and who was no inquiry."""
    silent = [stage.name for stage in scope.pipeline.open if stage.name in scope.pipeline.silent]
    notes = [Message("measures.silent_stages", {"stages": ", ".join(silent), "n": len(silent)})] if silent else []
    notes += between_lists(scope)
    if scope.left_out is not None:
        count = int(scope.asking(by=()).rows(_left_out, scope.left_out)["n"][0].as_py())
        stages = ", ".join(stage.name for stage in scope.pipeline.not_inquiries)
        notes += [Message("measures.not_inquiries", {"n": count, "stages": stages})] if count else []
    return tuple(notes)


def _left_out(scope: Scope, left: ir.Table) -> ir.Table:
    rows = asked(scope, left, "created_day")
    return rows.aggregate(n=rows.count())


def _followed(scope: Scope, by: dict[str, Cell], rows: pa.Table) -> Followed:
    stages = len(scope.stages)
    deals = rows.filter(pc.equal(rows["part"], DEALS))
    decided = np.zeros((stages + 1, 3), dtype=np.int64)
    ending = _codes(deals["ended"], {"won": Ending.ADVANCED, "lost": Ending.LOST})
    # a deal that was won and then reopened is not won: only its latest outcome may stand at the end
    place = np.where(ending == Ending.ADVANCED, stages, np.clip(integers(deals, "place"), 0, max(stages - 1, 0)))
    np.add.at(decided, (place, ending), integers(deals, "n"))
    stays = rows.filter(pc.equal(rows["part"], STAYS))
    at = integers(stays, "place")
    spells = tuple(
        _spells(stays.filter(pa.array(at == stage)), int(decided[stage:].sum()), int(decided[stage, Ending.LOST]))
        for stage in range(stages)
    )
    n, in_turn = integers(stays, "n"), np.array([end != "impossible" for end in stays["ended"].to_pylist()], dtype=bool)
    stood = tuple(int(n[(at == stage) & in_turn].sum()) for stage in range(stages))
    return Followed(by, decided, spells, int(integers(deals, "undated").sum()), stood)


def _spells(stays: pa.Table, entered: int, lost: int) -> Spells:
    """The stays of a stage, one for each deal that entered it."""
    ending = _codes(stays["ended"], {"advanced": Ending.ADVANCED, "lost": Ending.LOST, "impossible": -1})
    days, n = floats(stays, "days"), integers(stays, "n")
    known = ~np.isnan(days) & (ending >= 0)
    spells = Spells.count(days[known], ending[known], n[known])
    open_unknown = int(n[np.isnan(days) & (ending == Ending.OPEN)].sum())
    lost_unknown = max(lost - int(spells.lost.sum()), 0)
    passed = max(entered - spells.total - open_unknown - lost_unknown, 0)
    at_once = Spells.count([0.0] * 3, list(Ending), [open_unknown, passed, lost_unknown])
    return spells.joined(at_once) if at_once.total else spells


def _codes(column: pa.ChunkedArray, codes: dict[str, int]) -> np.ndarray:
    """Texts as numbers; any other text is `Ending.OPEN`."""
    if not len(column):
        return np.empty(0, dtype=np.int64)
    texts = column.combine_chunks().dictionary_encode()
    known = np.array([codes.get(text, Ending.OPEN) for text in texts.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(known[texts.indices.to_numpy(zero_copy_only=False)])


def _funnel(scope: Scope, deals: Followed, said: tuple[Message, ...]) -> Funnel:
    rows = tuple(_row(name, deals, place) for place, name in enumerate(scope.stages))
    return Funnel(
        rows,
        won=deals.entered(deals.stages),
        undated=deals.undated,
        as_of=scope.as_of,
        period=scope.period,
        by=deals.by,
        notes=(*said, *_passed(rows)),
    )


def _passed(rows: tuple[FunnelRow, ...]) -> tuple[Message, ...]:
    """Which stages deals skipped: they count there as passed."""
    return tuple(
        Message("measures.passed", {"n": row.passed, "stage": row.stage, "entered": row.entered})
        for row in rows
        if row.passed
    )


def _row(name: str, deals: Followed, place: int) -> FunnelRow:
    entered, advanced = deals.entered(place), deals.entered(place + 1)
    share, lost = deals.shares[place], deals.lost_between(place, place + 1)
    return FunnelRow(
        stage=name,
        entered=entered,
        advanced=advanced,
        lost=lost,
        open=deals.open_between(place, place + 1),
        rate=advanced / entered if entered else None,
        rate_expected=share.rate,
        low=share.low,
        high=share.high,
        immature=share.immature,
        passed=max(entered - deals.stood[place], 0) if deals.stood else 0,
        few=entered > 0 and advanced + lost < FEW,
    )
