"""All that a book knows of its deals, cut at any day: what had been seen by then, and nothing that came later.

Times are days since 1970 as instants (UTC), lengths are days. A stay goes from the first entry of a stage to the first
entry of a later one, or to the end of the deal. Stages that were skipped are stays of no length, so that the way of
every deal is whole; stays of unknown or impossible times are left out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yaad.measures import Scope
from yaad.measures.dimensions import floats, integers
from yaad.measures.funnels import Followed, first_stays
from yaad.measures.statistics import Ending, Spells
from yaad.measures.statistics.spells import Floats
from yaad.measures.winning import StageChances, standing

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]

SECONDS = 86_400.0
_ENDS = ("won", "lost")
NEVER = np.inf
NAMED = ("source", "owner", "product", "branch", "campaign")
"""Columns of deals whose values may go together with winning; they have no history of their own."""
A_DAY = 1.0
"""What changes so near to the closing of a deal is changed by it."""
MOST_DEALS = 20_000
"""A model learns from so many deals, spread evenly over the history; more would hardly change it."""


@dataclass(frozen=True)
class Stays:
    """Stays as they had been seen at an instant; one place in each array a stay.

    Attributes:
        deal: index of the deal in `Past`.
        place: of the stage.
        days: length so far.
        ending: an `Ending`.
        entered: instant of the entry.
    """

    deal: Ints
    place: Ints
    days: Floats
    ending: Ints
    entered: Floats

    @property
    def running(self) -> Bools:
        """The stays of deals that were open."""
        return np.asarray(self.ending == Ending.OPEN)


@dataclass(frozen=True)
class Past:
    """The deals of a book with their stays.

    Attributes:
        number: the book's number of each deal.
        won, lost: how it ended.
        closed: instant of its end; infinite while it is open, NaN where nobody knows when it ended.
        born: instant of its beginning, NaN when unknown.
        stay_deal, stay_place, stay_entered, stay_left, stay_ending: the stays; see `Stays`.
        values: field → its value for each deal, None where it has none.
        amount: the deal's own amount, NaN where it has none.
        handed: deals that came to their person at their end: who closed them; another had them until `A_DAY` before.
        told_deal, told_at, told_amount: amounts that moves told, by deal and time.
        end: the data's instant.
        stages: how many stages there are.
        open_deal, open_place, open_days: the open deals as they stand now; NaN days: unknown.
        decided_ever: how many deals of the book were decided on a known day, also those that are not looked at.
    """

    number: Ints
    won: Bools
    lost: Bools
    closed: Floats
    born: Floats
    stay_deal: Ints
    stay_place: Ints
    stay_entered: Floats
    stay_left: Floats
    stay_ending: Ints
    values: Mapping[str, Texts]
    amount: Floats
    handed: Bools
    told_deal: Ints
    told_at: Floats
    told_amount: Floats
    end: float
    stages: int
    open_deal: Ints
    open_place: Ints
    open_days: Floats
    decided_ever: int

    @property
    def decided(self) -> Bools:
        """The deals that are won or lost."""
        return self.won | self.lost

    def seen(self, at: float) -> Stays:
        """The stays as they had been seen at an instant."""
        began = np.flatnonzero(self.stay_entered <= at)
        left = self.stay_left[began]
        ended = left <= at
        days = np.where(ended, left, at) - self.stay_entered[began]
        ending = np.where(ended, self.stay_ending[began], Ending.OPEN)
        return Stays(self.stay_deal[began], self.stay_place[began], days, ending, self.stay_entered[began])

    def open_at(self, at: float) -> tuple[Ints, Ints, Floats]:
        """The deals that were open at an instant: index, place of their stage, days there."""
        stays = self.seen(at)
        here = stays.running & ~(self.closed[stays.deal] <= at)
        return stays.deal[here], stays.place[here], stays.days[here]

    def chances_at(self, at: float) -> StageChances:
        """The chances by stage and age, by what had been seen at an instant."""
        stays = self.seen(at)
        spells = tuple(
            Spells.count(stays.days[stays.place == place], stays.ending[stays.place == place])
            for place in range(self.stages)
        )
        decided = np.zeros((self.stages + 1, 3), dtype=np.int64)  # nobody asks these chances for counts
        return StageChances(Followed({}, decided, spells, 0))

    def outcomes(self, deals: Ints, at: float) -> tuple[Floats, Bools]:
        """What had become of deals by an instant: 1 won, 0 lost, and which were decided.

        Those that were still open count with their chance by stage and age as of then: left out they would make the
        decided ones look better than all, since deals are won sooner than they are lost.
        """
        ended = self.closed[deals] <= at
        found = (ended & self.won[deals]).astype(np.float64)
        still, place, days = self.open_at(at)
        chance = np.zeros(len(self.number))
        chance[still] = self.chances_at(at).chances(place, days)
        found[~ended] = chance[deals[~ended]]
        return found, ended

    def amounts(self, deals: Ints, at: Floats) -> Floats:
        """The amount of each deal as it was told by an instant; NaN where it was told only later, or never."""
        found = self.amount[deals]
        if not len(self.told_deal):
            return found
        first = np.searchsorted(self.told_deal, deals, side="left")
        tells = (first < len(self.told_deal)) & (self.told_deal[np.minimum(first, len(self.told_deal) - 1)] == deals)
        keys = self.told_deal + self._of_day(self.told_at)
        last = np.searchsorted(keys, deals + self._of_day(at), side="right") - 1
        known = tells & (last >= first)
        found[tells] = np.nan
        found[known] = self.told_amount[last[known]]
        return found

    def _of_day(self, at: Floats) -> Floats:
        """An instant as a part of one, so that it may stand behind a whole number."""
        start, end = float(self.told_at.min()) - 1.0, max(float(self.told_at.max()), self.end) + 1.0
        return np.clip((at - start) / (end - start), 0.0, 1 - 1e-9)

    @cached_property
    def month(self) -> Ints:
        """The calendar month in which each deal came, 1–12; 0 where that is unknown."""
        known = ~np.isnan(self.born)
        months = np.zeros(len(self.born), dtype=np.int64)
        days = np.floor(self.born[known]).astype("datetime64[D]")
        months[known] = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
        return months


def past_of(scope: Scope) -> Past:
    """The past of a book: all that are open, and about `MOST_DEALS` to learn from."""
    whole = scope.asking(by=(), all_time=True).of_watched()
    deals = whole.run(whole.deals.select("deal", "outcome", "created_at", "closed_at", "amount", "custom", *NAMED))
    decided_ever = int(
        pc.sum(pc.and_(pc.is_in(deals["outcome"], pa.array(_ENDS)), pc.is_valid(deals["closed_at"]))).as_py() or 0
    )
    deals = deals.sort_by("deal")
    learnt = _spread(_instants(deals["created_at"]))
    kept = learnt | np.asarray(pc.equal(deals["outcome"], "open"), dtype=bool)
    deals, learnt = deals.filter(pa.array(kept)), learnt[kept]
    number = integers(deals, "deal")
    outcome = np.array(deals["outcome"].to_pylist(), dtype=object)
    won, lost = np.asarray(outcome == "won"), np.asarray(outcome == "lost")
    closed = np.where(won | lost, _instants(deals["closed_at"]), NEVER)
    stays = _stays(whole, number, won, closed)
    stays = stays[:, learnt[stays[0].astype(np.int64)]]
    told = _told_amounts(whole, number)
    still = whole.run(standing(whole, whole.deals).select("deal", "place", "days"))
    at, known = _places(number, integers(still, "deal"))
    return Past(
        number=number,
        won=won,
        lost=lost,
        closed=closed,
        born=_instants(deals["created_at"]),
        stay_deal=stays[0].astype(np.int64),
        stay_place=stays[1].astype(np.int64),
        stay_entered=stays[2],
        stay_left=stays[3],
        stay_ending=stays[4].astype(np.int64),
        values={name: np.array(deals[name].to_pylist(), dtype=object) for name in NAMED} | _own(deals["custom"]),
        amount=_no_zero(floats(deals, "amount")),
        handed=_handed(whole, number, deals["owner"], closed),
        told_deal=told[0].astype(np.int64),
        told_at=told[1],
        told_amount=told[2],
        end=_instant(whole.as_of_at),
        stages=len(whole.stages),
        open_deal=at[known].astype(np.int64),
        open_place=integers(still, "place")[known],
        open_days=floats(still, "days")[known],
        decided_ever=decided_ever,
    )


def _places(number: Ints, deal: Ints) -> tuple[Ints, Bools]:
    """Where deals stand among `number`, and which of them do."""
    if not len(number):
        return np.zeros(len(deal), dtype=np.int64), np.zeros(len(deal), dtype=bool)
    at = np.minimum(np.searchsorted(number, deal).astype(np.int64), len(number) - 1)
    return at, np.asarray(number[at] == deal)


def _spread(born: Floats) -> Bools:
    """Which deals a model learns from: every so-manieth in the order in which they came, whatever became of them.

    The latest ones alone would know nothing of long stays, and the open ones beside them would look as if nothing were
    ever lost.
    """
    every = -(-len(born) // MOST_DEALS)
    place = np.empty(len(born), dtype=np.int64)
    place[np.argsort(born, kind="stable")] = np.arange(len(born))
    return np.asarray(place % max(every, 1) == 0)


def _stays(scope: Scope, number: Ints, won: Bools, closed: Floats) -> Floats:
    """Deal, place, entered, left and ending of each stay, those of skipped stages included."""
    first = first_stays(scope, scope.watched_visits)
    rows = scope.run(first.select("deal", "position", "entered", "first_ended", "days"))
    deal, entered, days = integers(rows, "deal"), _instants(rows["entered"]), floats(rows, "days")
    ended = np.array(rows["first_ended"].to_pylist(), dtype=object)
    of, known = _places(number, deal)
    known &= ~np.isnan(entered) & (days >= 0)  # NaN is not
    entered, days, ended = entered[known], days[known], ended[known]
    ending = np.where(ended == "advanced", int(Ending.ADVANCED), np.where(ended == "lost", int(Ending.LOST), 0))
    kept = ended != "impossible"
    left = np.where(ending == Ending.OPEN, NEVER, entered + days)
    place = integers(rows, "position")[known]
    stays: Floats = np.stack([of[known], place, entered, left, ending]).astype(np.float64)[:, kept]
    return np.concatenate([stays, _skipped(stays, len(scope.stages), won, closed)], axis=1)


def _skipped(stays: np.ndarray, stages: int, won: Bools, closed: Floats) -> np.ndarray:
    """Stays of no length in the stages that a deal passed without standing in them, when it came to the next one."""
    if not stages:
        return np.empty((5, 0))
    came = np.full((len(won), stages + 1), np.nan)
    came[stays[0].astype(np.int64), stays[1].astype(np.int64)] = stays[2]
    came[won, stages] = closed[won]
    following = came.copy()
    for before in range(stages - 1, -1, -1):
        following[:, before] = np.where(np.isnan(came[:, before]), following[:, before + 1], came[:, before])
    first = np.argmax(~np.isnan(came), axis=1)
    passed = np.isnan(came[:, :stages]) & ~np.isnan(following[:, :stages])
    passed &= np.arange(stages)[None, :] >= first[:, None]  # where it came from before that nobody knows
    deal, place = np.nonzero(passed)
    moment = following[deal, place]
    return np.stack([deal, place, moment, moment, np.full(len(deal), int(Ending.ADVANCED))]).astype(np.float64)


def _handed(scope: Scope, number: Ints, owner: pa.ChunkedArray, closed: Floats) -> Bools:
    """Deals whose person is who made the last move, while until a day before the closing somebody else had them."""
    handed = np.zeros(len(number), dtype=bool)
    moves = scope.moves.filter(scope.moves.by.notnull())
    rows = scope.run(moves.select("deal", "sort_at", "seq", "by"))
    at, known = _places(number, integers(rows, "deal"))
    of, when, seq = at[known], _instants(rows["sort_at"])[known], integers(rows, "seq")[known]
    if not len(of):
        return handed
    person = np.array([*rows["by"].to_pylist(), *owner.to_pylist()], dtype=object)
    _, code = np.unique(np.array([str(name) for name in person], dtype=object), return_inverse=True)
    mover, owned = code[: rows.num_rows][known], code[rows.num_rows :]
    order = np.lexsort((seq, when, of))
    of, when, mover = of[order], when[order], mover[order]
    last = np.flatnonzero(np.diff(of, append=-1))
    is_early = when <= closed[of] - A_DAY
    early = np.full(len(number), -1)
    early[of[is_early]] = mover[is_early]  # the last one that is assigned stays
    deal = of[last]
    handed[deal] = (mover[last] == owned[deal]) & (early[deal] >= 0) & (early[deal] != owned[deal])
    return handed & np.isfinite(closed)


def _told_amounts(scope: Scope, number: Ints) -> tuple[Floats, Floats, Floats]:
    """Amounts that moves told: deal, instant and amount, by deal and time."""
    moves = scope.moves.filter(scope.moves.amount.notnull())
    rows = scope.run(moves.select("deal", "sort_at", "amount"))
    deal, told_at, amount = integers(rows, "deal"), _instants(rows["sort_at"]), _no_zero(floats(rows, "amount"))
    at, known = _places(number, deal)
    order = np.lexsort((told_at[known], at[known]))
    return at[known][order].astype(np.float64), told_at[known][order], amount[known][order]


def _own(custom: pa.ChunkedArray) -> dict[str, Texts]:
    """The company's own columns."""
    rows = [dict(row) if row else {} for row in custom.to_pylist()]
    names = sorted({name for row in rows for name in row})
    return {name: np.array([row.get(name) or None for row in rows], dtype=object) for name in names}


def _no_zero(amounts: Floats) -> Floats:
    """An amount of 0 is no amount."""
    return np.where(amounts == 0, np.nan, amounts)


def _instants(column: pa.ChunkedArray) -> Floats:
    """Instants as days since 1970; NaN where there is none."""
    micros = pc.cast(pc.cast(column, pa.timestamp("us", tz="UTC")), pa.int64())
    return np.asarray(pc.cast(micros, pa.float64()).to_numpy(), dtype=np.float64) / (SECONDS * 1e6)


def _instant(at: dt.datetime) -> float:
    return at.timestamp() / SECONDS
