"""Where the money leaks: what advances less than before, or less than others like it, after the open deals are counted.

Each step is held against its own past, and each source, product, person and branch, and each kind of deals that a
column of the company's own tells (`segments`), against the others and against its own past, like with like (source ×
size of the deal). Most of so many comparisons differ by luck, so one is named only if it survives all of them together
(Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289, at 10 %), and what another leak at the same step explains – a
branch by one of its people – is not named twice.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yaad.errors import InputError
from yaad.insight.segments import segments
from yaad.measures import Scope, measure
from yaad.measures.dimensions import integers
from yaad.measures.funnels import first_stays, follow, funnel_statistics
from yaad.measures.statistics import Ending, Share
from yaad.measures.statistics.standardised import Gap, Rows, standardised_gap
from yaad.text import Message

Integers = NDArray[np.int64]
DIMENSIONS = ("source", "product", "owner", "branch")
SURE = 0.10
"""Of the leaks named, so many may be luck."""
RECENT_DAYS = 91
BEFORE_DAYS = 365
MONTH_DAYS = 30.4375
ENOUGH = 30
"""Deals that a group must have at a step to be looked at."""
WATCHED = 10
FEWEST_PEOPLE = 2
"""People that somebody is held beside."""
MOST = 0.6
"""At least so much of a group must have others to be compared with."""
SLOWEST = 0.95
"""An advance counts within the days in which so many of those that advanced did, of the group and of all."""
LOST = 0.25
"""So much of what does not advance must be lost more than with others: else the group is only slower."""
UNLIKE = 0.2
"""Deals without an amount may not be so much commoner among the lost: else amounts tell the end, not the size."""
SIZES = 4
PAST, OTHERS = "past", "others"
NOW = 2
NOTHING = Gap(0.0, 0.0, 0.0, 0, 0)
ENDINGS = {"open": Ending.OPEN, "advanced": Ending.ADVANCED, "lost": Ending.LOST}


@dataclass(frozen=True, eq=False)
class Entries:
    """Stays of deals in stages, with what they are compared by; each array one place a row.

    Attributes:
        place: stage.
        rows: the stays; a stratum is a source × size of the deal, `by_size` the size alone.
        by_size: stratum for comparisons of sources.
        when: 2 in the last months, 1 in the year before them.
        groups: dimension → the group of each row, −1 for none.
        names: dimension → names of its groups.
    """

    place: Integers
    rows: Rows
    by_size: Integers
    when: Integers
    groups: Mapping[str, Integers]
    names: Mapping[str, tuple[str, ...]]

    def rows_for(self, dimension: str | None) -> Rows:
        """The stays, in strata fit for a dimension: sources are held against each other within a size."""
        return replace(self.rows, stratum=self.by_size) if dimension == "source" else self.rows


@dataclass(frozen=True)
class Cell:
    """One comparison.

    Attributes:
        place: the stage.
        dimension, group: what is compared; None: the whole step.
        against: ``past`` or ``others``.
        gap: how far below.
        recent: stays that began in the last months.
        open: deals that stand there now.
        horizon: days within which an advance counts.
    """

    place: int
    dimension: str | None
    group: str | None
    against: str
    gap: Gap
    recent: int
    open: int
    horizon: int


@dataclass(frozen=True)
class Leaking:
    """A leak.

    Attributes:
        stage, next_stage: deals come to the one and too few of them to the other.
        dimension, group: whose; None: of all. `called` is what people call the group.
        against: ``past`` or ``others``.
        rate, expected: part that goes on, and part of others like it (or of the year before).
        low, high: ends of `rate` − `expected` in 8 of 10 cases.
        n: deals behind it.
        open: of them, those that stand there now.
        customers: customers lost to it in a month; `money` what they would bring, `money_low` and `money_high` in 8 of
            10 cases; None where amounts do not tell.
        unit: currency.
        sure: the chance that a leak so large is mere luck, among all comparisons.
        first, then: what to do: what pays soon, and what lasts.
    """

    stage: str
    next_stage: str
    dimension: str | None
    group: str | None
    against: str
    rate: float
    expected: float
    low: float
    high: float
    n: int
    open: int
    customers: float
    money: float | None
    money_low: float | None
    money_high: float | None
    unit: str | None
    sure: float
    first: Message
    then: Message

    @property
    def called(self) -> str | None:
        """The group in words; see `called`."""
        return called(self)


@dataclass(frozen=True)
class Leaks:
    """All leaks that stand out, the most money first.

    Attributes:
        rows: the leaks.
        compared: how many comparisons were made.
        as_of: the data's day.
    """

    rows: tuple[Leaking, ...]
    compared: int
    as_of: dt.date


@dataclass(frozen=True)
class Found:
    """Comparisons that stand out, and the chance that each is luck among all of them."""

    cells: tuple[tuple[Cell, float], ...]
    compared: int


def find_leaks(scope: Scope) -> Leaks:
    """Where the money leaks, by all that the book has seen of the last fifteen months."""
    whole = scope.asking(by=(), all_time=True)
    found = stand_out(entries_of(whole))
    if not found.cells:
        return Leaks((), found.compared, scope.as_of)
    deals = follow(whole, whole.rows(funnel_statistics))[0]
    later = [_told(deals.expected(place + 1, deals.stages)) for place in range(deals.stages - 1)] + [1.0]
    average = _average(whole)
    rows = [_leaking(whole, cell, sure, later[cell.place], average) for cell, sure in found.cells]
    rows.sort(key=lambda leak: (-(leak.money or 0.0), -leak.customers))
    return Leaks(tuple(rows), found.compared, scope.as_of)


def of_person(entries: Entries, person: str) -> tuple[Cell, ...]:
    """How a person's deals go on from each step beside others like them, whichever of the two is more.

    Only steps at which both sides have enough deals, watched long enough, are told; and nothing while there are fewer
    than `FEWEST_PEOPLE` others, of whom the comparison would tell one by one.
    """
    people = entries.names.get("owner", ())
    if person not in people or len(people) <= FEWEST_PEOPLE:
        return ()
    found = []
    for place in np.unique(entries.place).tolist():
        horizon = _horizon(entries.rows.only((entries.place == place) & (entries.when > 0)))
        if horizon is None:
            continue
        cell = _asked(entries, Cell(place, "owner", person, OTHERS, NOTHING, 0, 0, horizon))
        found += [cell] if cell is not None else []
    return tuple(found)


def called(one: Cell | Leaking) -> str | None:
    """What people call a group: its name, beside that of its column where the column is the company's own."""
    if one.group is None or one.dimension in DIMENSIONS:
        return one.group
    return f"{one.dimension}: {one.group}"


# ---- comparing --------------------------------------------------------------------------------------------------


def stand_out(entries: Entries) -> Found:
    """The comparisons that survive all of them together, each named once."""
    from scipy.stats import false_discovery_control  # takes a second to load, which other pages need not pay

    cells = list(_cells(entries))
    if not cells:
        return Found((), 0)
    adjusted = false_discovery_control([cell.gap.chance for cell in cells])
    below = [(cell, float(sure)) for cell, sure in zip(cells, adjusted, strict=True) if _stands_out(cell, sure)]
    below.sort(key=lambda one: one[0].gap.chance)
    named = [one for one in below if not _is_explained(entries, one[0], [other for other, _ in below])]
    return Found(tuple(named), len(cells))


def _stands_out(cell: Cell, sure: float) -> bool:
    """Whether a comparison survives all of them, and deals are lost there rather than slow."""
    return bool(sure <= SURE and cell.gap.lost >= -LOST * cell.gap.value)


def _cells(entries: Entries) -> Iterator[Cell]:
    """Each step against its own past, and each group at each step against the others and against its own past."""
    for place in np.unique(entries.place).tolist():
        horizon = _horizon(entries.rows.only((entries.place == place) & (entries.when > 0)))
        if horizon is None:
            continue
        whole = Cell(place, None, None, PAST, NOTHING, 0, 0, horizon)
        questions = [whole]
        for dimension, names in entries.names.items():
            for name in names:
                one = replace(whole, dimension=dimension, group=name)
                questions += [replace(one, against=OTHERS), one]
        for question in questions:
            cell = _asked(entries, question)
            if cell is not None:
                yield cell


def _horizon(rows: Rows) -> int | None:
    """Days within which nearly all advanced that did; None when none advanced."""
    went = rows.ended == Ending.ADVANCED
    if not went.any():
        return None
    days, n = rows.days[went], rows.n[went]
    order = np.argsort(days)
    return int(days[order][np.searchsorted(np.cumsum(n[order]), SLOWEST * n.sum())])


def _asked(entries: Entries, cell: Cell, only: Callable[[], NDArray[np.bool_]] | None = None) -> Cell | None:
    """A comparison with its answer; None where too little is known, or it is too early.

    Args:
        entries: the stays.
        cell: the comparison.
        only: the rows that it is asked of; all when absent.
    """
    here = (entries.place == cell.place) & (entries.when > 0)
    if only is not None:
        here &= only()
    mine = _of_group(entries, cell)
    if cell.against == PAST:
        here &= mine
        inside = entries.when[here] == NOW
    else:
        here &= entries.groups[cell.dimension or ""] >= 0
        inside = mine[here]
    rows = entries.rows_for(cell.dimension).only(here)
    if min(rows.n[inside].sum(), rows.n[~inside].sum()) < ENOUGH:
        return None
    horizon = max(cell.horizon, _horizon(rows.only(inside)) or 0)
    reach = min(horizon, _watched(rows.only(inside)))
    if 2 * reach < horizon:
        return None
    gap = standardised_gap(rows, inside, reach)
    if gap is None or gap.n < ENOUGH or gap.n < MOST * (gap.n + gap.left_out):
        return None
    recent, standing = inside & (entries.when[here] == NOW), inside & (rows.ended == Ending.OPEN)
    return replace(cell, gap=gap, recent=int(rows.n[recent].sum()), open=int(rows.n[standing].sum()), horizon=reach)


def _of_group(entries: Entries, cell: Cell) -> NDArray[np.bool_]:
    """The rows that a comparison is about; those of a whole step are all."""
    if cell.dimension is None or cell.group is None:
        return np.ones(len(entries.place), dtype=bool)
    code = entries.names[cell.dimension].index(cell.group)
    return np.asarray(entries.groups[cell.dimension] == code)


def _watched(rows: Rows) -> int:
    """The longest stay, in days, at which ten are still watched."""
    order = np.argsort(rows.days)
    watched = np.cumsum(rows.n[order][::-1])[::-1]
    long = np.flatnonzero(watched >= min(WATCHED, watched.max(initial=0)))
    return int(rows.days[order][long[-1]]) if len(long) else 0


def _is_explained(entries: Entries, cell: Cell, others: Sequence[Cell]) -> bool:
    """Whether another comparison that stands out at the same step is all there is to this one.

    Of two that explain each other the surer one, which comes first, is named.
    """
    for place, other in enumerate(others):
        if other is cell or other.place != cell.place:
            continue
        if _explains(entries, other, cell) and (place < others.index(cell) or not _explains(entries, cell, other)):
            return True
    return False


def _explains(entries: Entries, other: Cell, cell: Cell) -> bool:
    """Whether nothing is left of a comparison without another one's stays; where it has no others, among these alone.

    A branch is explained by one of its people when the rest of it is like the others; the person is not explained by
    the branch when the person is below the rest of it.
    """
    if other.group is None or (other.dimension, other.group) == (cell.dimension, cell.group):
        return True
    rest = _asked(entries, cell, lambda: ~_of_group(entries, other))
    if rest is None:
        rest = _asked(entries, cell, lambda: _of_group(entries, other))
    return rest is None or rest.gap.chance > SURE


# ---- reading ----------------------------------------------------------------------------------------------------


def entries_of(scope: Scope) -> Entries:
    """The stays of a book with what they are compared by, one row for each different one."""
    stays = first_stays(scope, scope.watched_visits)
    stays = stays.filter(stays.first_ended.isin(list(ENDINGS)) & stays.days.notnull() & (stays.days >= 0))
    deals = scope.deals
    own = segments(scope, frozenset(DIMENSIONS))
    of_own = {f"own_{at}": deals.custom.get(name) for at, name in enumerate(own)}
    beside = deals.select(of="deal", of_product="product", of_branch="branch", size=_size(scope), **of_own)
    both = stays.join(beside, stays.deal == beside.of)
    begin = [ibis.literal(scope.as_of - dt.timedelta(days=days)) for days in (RECENT_DAYS, RECENT_DAYS + BEFORE_DAYS)]
    entered = both.entered_day
    when = ibis.cases((entered.isnull(), 0), (entered > begin[0], NOW), (entered > begin[1], 1), else_=0)
    wanted = both.select(
        place=both["position"].cast("int64"), ended=both.first_ended, day=both.days.floor().cast("int64"),
        when=when.cast("int64"), size=both["size"].cast("int64"), source=both.source, product=both.of_product,
        owner=both.owner, branch=both.of_branch, **{name: both[name] for name in of_own},
    )  # fmt: skip
    wanted = wanted.filter(wanted.when > 0)
    table = scope.run(wanted.group_by(wanted.columns).aggregate(n=wanted.count()))
    groups, names = {}, {}
    for dimension, column in (*zip(DIMENSIONS, DIMENSIONS, strict=True), *zip(own, of_own, strict=True)):
        groups[dimension], names[dimension] = _codes(table[column])
    size = integers(table, "size")
    ended = np.array([int(ENDINGS[text]) for text in table["ended"].to_pylist()], dtype=np.int64)
    rows = Rows(integers(table, "day"), ended, integers(table, "n"), (groups["source"] + 1) * SIZES + size)
    return Entries(integers(table, "place"), rows, size, integers(table, "when"), groups, names)


def _codes(column: pa.ChunkedArray) -> tuple[Integers, tuple[str, ...]]:
    """A column's values as numbers, −1 for none, and their names."""
    values = column.combine_chunks().dictionary_encode()
    names = [str(name) for name in values.dictionary.to_pylist()]
    codes = np.array(pc.fill_null(values.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    for code, name in enumerate(names):
        if not name.strip():
            codes[codes == code] = -1
    return codes, tuple(names)


def _size(scope: Scope) -> ir.IntegerValue:
    """The third of all amounts that a deal's is in, from 1; 0 where it has none, or where amounts tell the end."""
    deals = scope.deals
    amount = deals.amount.cast("float64")
    has = deals.amount.notnull() & (deals.amount != 0)
    seen = scope.run(
        deals.aggregate(
            lost=deals.count(where=deals.outcome == "lost"),
            won=deals.count(where=deals.outcome == "won"),
            lost_has=deals.count(where=(deals.outcome == "lost") & has),
            won_has=deals.count(where=(deals.outcome == "won") & has),
            low=amount.quantile(1 / 3, where=has),
            high=amount.quantile(2 / 3, where=has),
        )
    ).to_pylist()[0]
    parts = [seen[f"{end}_has"] / seen[end] if seen[end] else 0.0 for end in ("won", "lost")]
    if seen["low"] is None or abs(parts[0] - parts[1]) > UNLIKE:
        return ibis.literal(0)
    return ibis.cases((~has, 0), (amount <= seen["low"], 1), (amount <= seen["high"], 2), else_=3)


# ---- telling ----------------------------------------------------------------------------------------------------


def _leaking(scope: Scope, cell: Cell, sure: float, later: float, mean: tuple[float | None, str | None]) -> Leaking:
    average, unit = mean
    months = RECENT_DAYS / MONTH_DAYS
    low, high = cell.gap.range
    closings = cell.recent / months * later
    stage = scope.stages[cell.place]
    following = scope.stages[cell.place + 1] if cell.place + 1 < len(scope.stages) else scope.won_name
    first, then = _actions(cell, stage)
    money = [None if average is None else max(-gap, 0.0) * closings * average for gap in (cell.gap.value, high, low)]
    return Leaking(
        stage=stage, next_stage=following, dimension=cell.dimension, group=cell.group, against=cell.against,
        rate=cell.gap.rate, expected=cell.gap.expected, low=low, high=high, n=cell.gap.n, open=cell.open,
        customers=-cell.gap.value * closings, money=money[0], money_low=money[1], money_high=money[2], unit=unit,
        sure=sure, first=first, then=then,
    )  # fmt: skip


def _actions(cell: Cell, stage: str) -> tuple[Message, Message]:
    """What pays soon – the deals that stand there now, else those lost last – and what lasts."""
    whose: dict[str, object] = {"stage": stage} if cell.group is None else {"stage": stage, "group": called(cell)}
    of = "all" if cell.group is None else "group"
    with_whom = "owner" if cell.dimension == "owner" else of
    standing = Message(f"levers.now_open_{with_whom}", whose | {"n": cell.open})
    first = standing if cell.open else Message(f"levers.now_lost_{of}", whose)
    usual = cell.dimension if cell.dimension in DIMENSIONS else "own"
    then = f"levers.then_{usual}" if cell.against == OTHERS else f"levers.then_past_{of}"
    return first, Message(then, whose)


def _average(scope: Scope) -> tuple[float | None, str | None]:
    """The mean won deal and its currency; None where the data do not tell."""
    try:
        (figure,) = measure(["deal_value_mean"], scope)
    except InputError:  # amounts in several currencies
        return None, None
    return (None if figure.value is None else float(figure.value)), figure.unit


def _told(share: Share) -> float:
    return share.floor if share.rate is None else share.rate
