"""What people do with a customer while a deal is open: calls (their metadata) and other activities."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from yaad.demo.history import History
from yaad.demo.paths import Bools, Floats, Ints

UNANSWERED = 0.28  # part of the outgoing calls that nobody takes


@dataclass(frozen=True, eq=False)
class Calls:
    """Calls in the order of time: index of the deal, days since the company's start, direction, length."""

    deal: Ints
    at: Floats
    outgoing: Bools
    seconds: Ints


@dataclass(frozen=True, eq=False)
class Touches:
    """Other activities in the order of time: index of the deal, days since the company's start, index of the kind."""

    deal: Ints
    at: Floats
    kind: Ints


def draw_calls(history: History, rng: Generator) -> Calls:
    """Calls of every deal up to the company's last day: a first answer to the inquiry, others while it is open."""
    paths, cut = history.paths, history.cut()
    first = paths.born + rng.lognormal(np.log(0.12), 1.1, len(paths.born))
    answered = np.flatnonzero((first < np.minimum(paths.ended, cut)) & (rng.random(len(first)) < 0.93))
    deal, at = _while_open(history, 0.35, rng)
    deal, at = _in_order(history, np.concatenate([answered, deal]), np.concatenate([first[answered], at]), rng)
    outgoing = rng.random(len(deal)) < 0.72
    seconds = np.rint(rng.lognormal(np.log(170), 0.85, len(deal))).astype(np.int64)
    seconds[outgoing & (rng.random(len(deal)) < UNANSWERED)] = 0
    return Calls(deal, at, outgoing, seconds)


def draw_touches(history: History, kinds: int, rng: Generator) -> Touches:
    """Other activities of every deal up to the company's last day."""
    deal, at = _in_order(history, *_while_open(history, 0.25, rng), rng)
    return Touches(deal, at, rng.integers(kinds, size=len(deal)))


def _while_open(history: History, pace: float, rng: Generator) -> tuple[Ints, Floats]:
    """Moments spread over the open time of each deal: about `pace` × (days open)^0.7 of them."""
    paths, cut = history.paths, history.cut()
    length = np.maximum(np.minimum(paths.ended, cut) - paths.born, 0.0)
    deal = np.repeat(np.arange(len(length)), rng.poisson(pace * length**0.7))
    return deal, paths.born[deal] + length[deal] * rng.random(len(deal))


def _in_order(history: History, deal: Ints, at: Floats, rng: Generator) -> tuple[Ints, Floats]:
    """By time, without what comes after the last day; what falls outside working hours is done in the next ones."""
    world, ends = history.world, history.paths.ended[deal]
    if world.hours:
        opens, closes = world.hours.span(at, world.start)
        later = opens + (np.minimum(closes, ends) - opens) * rng.random(len(at))
        at = np.where(at < opens, later, at)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < history.cut()]
    return deal[order], at[order]
