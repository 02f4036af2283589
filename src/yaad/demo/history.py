"""What a company's files would show of its deals on a given day: nothing that happens later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from yaad.demo.columns import deal_ids, instants, money, pick
from yaad.demo.paths import Floats, Ints, Paths, draw_paths
from yaad.demo.truth import Truth, truth_of
from yaad.demo.world import Group, World
from yaad.model import Pipeline
from yaad.model.tables import AMOUNT, CUSTOM

DAY_SECONDS = 86_400


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves that are visible, by deal and time.

    Attributes:
        deal: index of the deal.
        second: whole seconds since the company's first midnight, local.
        stage: index of the stage entered: open ones from 0, then won, then lost.
    """

    deal: Ints
    second: Ints
    stage: Ints


@dataclass(frozen=True, eq=False)
class History:
    """A simulated company: its world, and every deal's way including what is still to come.

    Attributes:
        world: its parameters.
        paths: all deals until their end.
    """

    world: World
    paths: Paths

    @property
    def pipeline(self) -> Pipeline:
        """The stages as the product knows them."""
        return self.world.pipeline

    @property
    def as_of(self) -> date:
        """The last day of the history."""
        return self.world.as_of

    @cached_property
    def truth(self) -> Truth:
        """What an estimate should come to."""
        return truth_of(self.world, self.paths)

    @property
    def stage_names(self) -> list[str]:
        """Names by the index of a stage: open ones, won, lost."""
        return [stage.name for stage in self.pipeline.stages]

    def cut(self, as_of: date | None = None) -> float:
        """Days from the company's start to the end of `as_of` (its last day when None)."""
        return float(((as_of or self.as_of) - self.world.start).days + 1)

    def visible(self, as_of: date | None = None) -> int:
        """How many deals have come by the end of a day; they are the first ones."""
        return int(np.searchsorted(self.paths.born, self.cut(as_of)))

    def moves(self, as_of: date | None = None) -> Moves:
        """Every move up to the end of a day."""
        paths, cut = self.paths, self.cut(as_of)
        steps = len(self.world.steps)
        parts: list[tuple[Ints, Floats, int | Ints, int | Ints]] = []
        for place in range(steps + 1):
            happened = paths.entered[:, place] < cut
            if place < steps:
                happened &= ~paths.skipped[:, place]
            deal = np.flatnonzero(happened)
            parts.append((deal, paths.entered[deal, place], place, 4 * place))
        deal = np.flatnonzero(paths.lost < cut)
        parts.append((deal, paths.lost[deal], steps + 1, 4 * steps))
        aside = paths.detours
        seen = aside.at < cut
        rank = 4 * aside.step[seen] + 1 + aside.second[seen]
        parts.append((aside.deal[seen], aside.at[seen], aside.stage[seen], rank))
        return _sorted(parts)

    def stage_now(self, as_of: date | None = None) -> Ints:
        """Index of the stage in which each visible deal stands at the end of a day, shape (visible,)."""
        moves = self.moves(as_of)
        last = np.flatnonzero(np.diff(moves.deal, append=-1))
        return moves.stage[last]

    def tables(self, as_of: date | None = None) -> dict[str, pa.Table]:
        """Deals and moves in the form in which intake hands them on, as of the end of a day."""
        return {"deals": self._deals(as_of), "moves": self._moves(as_of)}

    def _deals(self, as_of: date | None) -> pa.Table:
        world, paths, count = self.world, self.paths, self.visible(as_of)
        lost = paths.lost[:count] < self.cut(as_of)
        rep = paths.rep[:count]
        branches = [member.branch or None for member in world.reps]
        columns: dict[str, pa.Array] = {
            "deal_id": deal_ids(np.arange(count)),
            "owner": pick(_names(world.reps), rep),
            "source": pick(_names(world.sources), paths.source[:count]),
            "product": pick(_names(world.products), paths.product[:count]),
            "branch": pick(branches, rep),
            "campaign": pick(_names(world.campaigns), paths.campaign[:count]),
            "lost_reason": pick(_names(world.lost_reasons), np.where(lost, paths.lost_reason[:count], -1)),
            "amount": money(paths.amount[:count]),
            "currency": pa.repeat(pa.scalar(world.currency, pa.string()), count),
            "tax": pa.repeat(world.tax, count),
            "expected_close_day": pa.nulls(count, pa.date32()),
            "custom": pa.nulls(count, CUSTOM),
            "file": pa.repeat("", count),
            "row": pa.array(np.arange(2, count + 2)),
        }
        for name in ("name", "account", "contact", "phone", "email", "next_step"):
            columns[name] = pa.nulls(count, pa.string())
        return pa.table({name: columns[name] for name in DEAL_COLUMNS})

    def _moves(self, as_of: date | None) -> pa.Table:
        moves = self.moves(as_of)
        at = instants(moves.second, self.world.start, self.world.zone)
        days = np.datetime64(self.world.start) + moves.second // DAY_SECONDS
        return pa.table(
            {
                "deal_id": deal_ids(moves.deal),
                "sort_at": at,
                "seq": pa.array(np.arange(len(moves.deal))),
                "to_stage": pick(self.stage_names, moves.stage),
                "at": at,
                "day": pa.array(days, pa.date32()),
                "whole_day": pa.repeat(pa.scalar(False), len(moves.deal)),  # noqa: FBT003 - Arrow's own signature
                "by": pick(_names(self.world.reps), self.paths.rep[moves.deal]),
                "amount": pa.nulls(len(moves.deal), AMOUNT),
            }
        )


DEAL_COLUMNS = (
    "deal_id", "name", "owner", "source", "product", "account", "contact", "phone", "email", "branch", "campaign",
    "lost_reason", "next_step", "amount", "currency", "tax", "expected_close_day", "custom", "file", "row",
)  # fmt: skip


def simulate(world: World | None = None, seed: int = 1) -> History:
    """Draw a company from its parameters (those of the studies when none are given).

    >>> history = simulate(World(days=30), seed=7)
    >>> history.tables()["moves"].column_names[:5]
    ['deal_id', 'sort_at', 'seq', 'to_stage', 'at']
    >>> [round(rate, 4) for rate in history.truth.rates.reached]
    [0.65, 0.5005, 0.2002, 0.1001]
    """
    world = world or World()
    return History(world, draw_paths(world, seed))


def _sorted(parts: Sequence[tuple[Ints, Floats, int | Ints, int | Ints]]) -> Moves:
    """Moves by deal, then time, then the order of the way."""
    deal = np.concatenate([part[0] for part in parts])
    second = (np.concatenate([part[1] for part in parts]) * DAY_SECONDS).astype(np.int64)
    stage, rank = (np.concatenate([np.broadcast_to(part[place], len(part[0])) for part in parts]) for place in (2, 3))
    # one integer a move sorts several times faster than three keys: 24 bits of deal, 31 of seconds, 8 of rank
    order = np.argsort((deal << 39) | (second << 8) | rank, kind="stable")
    return Moves(deal[order], second[order], stage[order].astype(np.int64))


def _names(groups: Sequence[Group]) -> list[str | None]:
    return [group.name for group in groups]
