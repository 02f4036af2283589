"""The chance of each open deal, with its reasons; or why none is told, and the share won from each stage instead."""

from dataclasses import replace

import numpy as np

from yaad.insight.calls import CallDeal, deals_to_call
from yaad.insight.winning.ladder import Chosen, choose
from yaad.insight.winning.past import Past, past_of
from yaad.insight.winning.proving import Progress
from yaad.insight.winning.reasons import Standing, reasons
from yaad.insight.winning.result import DealChance, Kept, Level, StageRate, WinChances
from yaad.measures import Scope
from yaad.measures.opted_out import OptOuts
from yaad.measures.statistics.spells import Floats
from yaad.measures.winning import StageChances
from yaad.text import Message

ALL = 1_000_000_000


def win_chances(scope: Scope, on_progress: Progress | None = None) -> WinChances:
    """The chances of all open deals of a book; its period and breakdown are not looked at.

    Args:
        scope: the question.
        on_progress: called with parts of the work done and parts in all.
    """
    whole = scope.asking(by=(), all_time=True)
    past = past_of(whole)
    chosen = choose(past, on_progress)
    told = _told(past, chosen, whole.stages)
    everybody = replace(whole, opt_outs=OptOuts())  # a chance is told of all, and no number
    waiting = deals_to_call(everybody, ALL, {number: chance for number, (chance, _) in told.items()})
    if chosen.model is None:
        deals = [_deal(call, None, ()) for call in sorted(waiting, key=lambda one: -(one.days or 0.0))]
    else:
        deals = [_deal(call, *told.get(call.number, (call.chance, ()))) for call in waiting]
        deals.sort(key=lambda one: -(one.chance or 0.0))
    return WinChances(
        as_of=whole.as_of,
        method=None if chosen.model is None else chosen.model.method.value,
        withheld=chosen.withheld,
        decided=chosen.decided,
        deals=tuple(deals),
        stages=stage_rates(whole),
        scores=chosen.scores,
        kept=kept(chosen.outcome, chosen.said),
        days=chosen.days,
        correction="none" if chosen.model is None else chosen.model.calibrator.name,
        fields=chosen.fields,
        refused=chosen.refused,
    )


def stage_rates(scope: Scope) -> tuple[StageRate, ...]:
    """Of the deals that came to each stage, the share that is won in the end, open ones counted until today."""
    chances = StageChances.of(scope)
    found = []
    for place, stage in enumerate(scope.stages):
        share = chances.share_from(place)
        decided = int(chances.deals.decided[place:, 1:].sum())
        found.append(StageRate(stage, share.rate, share.low, share.high, share.immature, decided))
    return tuple(found)


def kept(outcome: Floats, said: Floats) -> tuple[Kept, ...]:
    """How the levels turned out: of the deals that each was said of, how many were to be won, and how many were."""
    levels = np.array([Level.of(chance).value for chance in said], dtype=object)
    found = []
    for level in Level:
        here = np.asarray(levels == level.value)
        if here.any():
            found.append(Kept(level, int(here.sum()), float(said[here].sum()), float(outcome[here].sum())))
    return tuple(found)


def _told(past: Past, chosen: Chosen, stages: tuple[str, ...]) -> dict[int, tuple[float, tuple[Message, ...]]]:
    """The book's number of each open deal → its chance and its reasons."""
    model = chosen.model
    if model is None or not len(past.open_deal):
        return {}
    standing = Standing(past.open_deal, past.open_place, past.open_days)
    chance = model.chances(standing.places, standing.days, model.coded(past, standing.deals, past.end))
    why = reasons(model, past, standing, stages)
    numbers = past.number[standing.deals].tolist()
    return {number: (float(chance[at]), why[at]) for at, number in enumerate(numbers)}


def _deal(call: CallDeal, chance: float | None, why: tuple[Message, ...]) -> DealChance:
    return DealChance(
        deal_id=call.deal_id,
        name=call.name,
        owner=call.owner,
        stage=call.stage,
        amount=call.amount,
        currency=call.currency,
        days=call.days,
        chance=chance,
        reasons=why,
        waiting=call.waiting,
        next_step=call.next_step,
        number=call.number,
    )
