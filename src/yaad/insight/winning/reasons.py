"""Why a chance is what it is: what of a deal goes together with more closings, or with fewer, than in other open deals.

Each part is made like that of the middling open deal, all else as it is; by how much the log-odds of the chance change
is what it weighs. It says what goes together, and nothing of what makes what.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logit

from yaad.insight.winning.calibrating import AsTheyAre
from yaad.insight.winning.fields import AMOUNT, MONTH, field_said
from yaad.insight.winning.past import NAMED, Ints, Past
from yaad.insight.winning.proving import Model
from yaad.insight.winning.scores import EDGE
from yaad.measures.statistics.spells import Floats
from yaad.text import Message

MOST = 2
WEIGHS = 0.2
"""Less than this in log-odds is not worth a word: at one in two it is five points."""


@dataclass(frozen=True)
class Standing:
    """Open deals as they stand now.

    Attributes:
        deals: index of each in the past.
        places: the stage of each.
        days: since it came there; NaN: unknown.
    """

    deals: Ints
    places: Ints
    days: Floats

    def one(self, at: int) -> "Standing":
        """The deal at this place alone."""
        return Standing(self.deals[at : at + 1], self.places[at : at + 1], self.days[at : at + 1])


def reasons(model: Model, past: Past, standing: Standing, stages: Sequence[str]) -> list[tuple[Message, ...]]:
    """The weightiest reasons of each deal in words, at most `MOST`, the weightiest first."""
    if not len(standing.deals):
        return []
    plain = replace(model, calibrator=AsTheyAre())  # a correction moves all chances alike: it explains none of them
    parts = list(_weights(plain, past, standing))
    weights = np.stack([weight for _, weight in parts])
    order = np.argsort(-np.abs(weights), axis=0, kind="stable")[:MOST]
    return [
        tuple(
            _said(parts[part][0], "more" if weights[part, at] > 0 else "fewer", past, standing.one(at), stages)
            for part in order[:, at].tolist()
            if abs(weights[part, at]) >= WEIGHS
        )
        for at in range(len(standing.deals))
    ]


def _weights(model: Model, past: Past, standing: Standing) -> Iterator[tuple[str, Floats]]:
    """Each part of the deals with its weight for each of them, in log-odds."""
    coded = model.coded(past, standing.deals, past.end)
    middling = None if coded is None else np.broadcast_to(coded.mean(axis=0), coded.shape)
    new = np.zeros(len(standing.days))

    def odds(days: Floats, numbers: Floats | None) -> Floats:
        found: Floats = logit(np.clip(model.chances(standing.places, days, numbers), EDGE, 1 - EDGE))
        return found

    come = odds(new, middling)
    yield "stage", come - float(come.mean())
    aged = odds(standing.days, middling)
    yield "age", aged - come
    if coded is None or model.coding is None:
        return
    whole = odds(standing.days, coded)
    for name in model.coding.fields:
        without = coded.copy()
        columns = model.coding.columns(name)
        without[:, columns] = coded[:, columns].mean(axis=0)
        yield name, whole - odds(standing.days, without)


def _said(part: str, way: str, past: Past, one: Standing, stages: Sequence[str]) -> Message:
    deal, stage, days = int(one.deals[0]), stages[int(one.places[0])], one.days[0]
    if part == "stage":
        return Message(f"chances.stage_{way}", {"stage": stage})
    if part == "age":
        return Message(f"chances.age_{way}", {"n": int(np.nan_to_num(days)), "stage": stage})
    if part == AMOUNT:
        known = not np.isnan(past.amounts(one.deals, np.array([past.end]))[0])
        return Message(f"chances.amount_{way}" if known else f"chances.none_{way}", {"field": field_said(part)})
    if part == MONTH:
        return Message(f"chances.month_{way}", {"month": Message(f"chances.month_{int(past.month[deal])}")})
    value = past.values[part][deal]
    if value is None:
        return Message(f"chances.none_{way}", {"field": field_said(part)})
    key = part if part in NAMED else "own"
    return Message(f"chances.{key}_{way}", {"field": field_said(part), "value": str(value)})
