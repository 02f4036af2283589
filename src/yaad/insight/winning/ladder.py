"""From little data to much: which way tells the chances, and whether any of them may.

Below `FEW` decided deals: the share won from each stage, and nothing of a single deal. Up to `SOME`: stage and age.
Above: hazards, if they were better on past days. Above `MANY`: trees, if they were better than those by more than one
standard error. Whatever is best is told only if it beat the base rate on past days by `SURE` standard errors.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from yaad.insight.winning.fields import Refused, allowed
from yaad.insight.winning.past import Past
from yaad.insight.winning.proving import (
    FEW,
    SURE,
    Method,
    Model,
    Progress,
    Proof,
    Tried,
    days_of,
    methods_for,
    played_again,
)
from yaad.insight.winning.scores import Scores, beats_base_rate
from yaad.measures.statistics.spells import NONE, Floats
from yaad.text import Message


@dataclass(frozen=True)
class Chosen:
    """The way that tells the chances.

    Attributes:
        model: learnt from all that is known; None where chances are withheld.
        withheld: why.
        scores: of every way and of the base rate.
        fields: used beside stage and age.
        refused: left out.
        decided: decided deals in all.
        days: past days that were played again.
        said, outcome: what the chosen way said on past days, and what became of it; see `proving.Day`.
    """

    model: Model | None
    withheld: Message | None
    decided: int
    scores: tuple[Scores, ...] = ()
    fields: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    days: int = 0
    said: Floats = field(default_factory=lambda: NONE)
    outcome: Floats = field(default_factory=lambda: NONE)


def choose(past: Past, on_progress: Progress | None = None) -> Chosen:
    """Play the past again, choose the way that was best, and learn it from all that is known.

    Args:
        past: of the book.
        on_progress: called with parts of the work done and parts in all.
    """
    decided = past.decided_ever
    methods = methods_for(decided)
    if not methods:
        return Chosen(None, Message("chances.withheld_few", {"n": decided, "needed": FEW}), decided)
    days = days_of(past)
    if not days:
        return Chosen(None, Message("chances.withheld_untested"), decided)
    tell = _counting(len(days) * len(methods) + 1, on_progress)
    fields, refused = allowed(past, past.end) if len(methods) > 1 else ((), ())
    proof = Proof(tuple(played_again(past, methods, fields, days, tell)), past, decided)
    found = {method: proof.tried(method) for method in proof.methods}
    best = _best(proof, found)
    scores = (*(tried.scores for tried in found.values()), proof.base_rate())
    if not beats_base_rate(found[best].scores, SURE):
        return Chosen(None, Message("chances.withheld_base_rate"), decided, scores, (), refused, len(days))
    model = Model.learn(best, past, fields, past.end)
    tell()
    if model is None:
        return Chosen(None, Message("chances.withheld_untested"), decided, scores, (), refused, len(days))
    used = model.coding.fields if model.coding is not None else ()
    said, calibrator = found[best].said, found[best].calibrator
    model = replace(model, calibrator=calibrator)
    return Chosen(model, None, decided, scores, used, refused, len(days), said, proof.outcome)


def _best(proof: Proof, found: dict[Method, Tried]) -> Method:
    best = Method.STAGE_AGE
    if Method.HAZARDS in found and found[Method.HAZARDS].scores.log_loss < found[best].scores.log_loss:
        best = Method.HAZARDS
    if Method.TREES in found and proof.is_clearly_better(Method.TREES, best):
        best = Method.TREES
    return best


def _counting(total: int, on_progress: Progress | None) -> Callable[[], None]:
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done, total)

    return tell
