"""The win chance of open deals against what became of them, in simulated companies that are known to their end.

Companies of 5 inquiries a day and four steps; deals differ in a way that no column tells (frailty .7) but for one
field that tells half of it. The chances are learnt from what the last day shows and held against the deals' real ends.
Beside them stand the share won of the decided deals of each stage, which is what most tools print, and stage and age
alone.

Companies in which nothing tells deals apart: one step whose wins and losses take equally long, so that neither stage
nor age nor field says anything; and companies whose outcomes were dealt out anew among the decided deals. There the
chances must be withheld. A field that is filled in by the outcome must be refused.

Bounds: AUC at least .74, mean distance of chance and share won at most .04, expected ÷ won .88–1.15; withheld in at
least nine of ten companies without a signal; told in at least nine of ten with one, and then better on the deals' real
ends than the same share for all, in nine of ten (each with two Monte Carlo standard errors).
"""

from dataclasses import replace
from typing import Any

import numpy as np

from yaad.demo import Group, History, Rep, Step, World, simulate
from yaad.insight.winning.ladder import Chosen, choose
from yaad.insight.winning.past import Past
from yaad.insight.winning.proving import Method, Model
from yaad.insight.winning.scores import log_losses, scored
from yaad.measures.statistics import Ending

SIGNAL = World(inquiries_a_day=5, frailty=0.7)
SOURCES = tuple(Group(f"source {at}") for at in range(4))
REPS = tuple(Rep(f"rep {at}") for at in range(6))
NOTHING = World(days=365, inquiries_a_day=4, steps=(Step("Talk", 0.4, 20, 20),), sources=SOURCES, reps=REPS)
DEALT = World(days=365, inquiries_a_day=4, sources=SOURCES, reps=REPS)
FIELD = "field"
"""The company's own column that tells half of what makes deals differ."""
NO_TOLD = np.zeros(0)


def past_of(history: History, fields: dict[str, np.ndarray]) -> Past:
    """What the last day of a company shows.

    Args:
        history: the company.
        fields: own columns by name, one value a deal (also of those that are still to come).
    """
    paths, now, places = history.paths, history.cut(), len(history.world.steps)
    count = history.visible()
    entered, lost_at, lost_step = paths.entered[:count], paths.lost[:count], paths.lost_step[:count]
    won, lost = entered[:, places] < now, lost_at < now
    closed = np.where(won, entered[:, places], np.where(lost, lost_at, np.inf))
    parts = []
    for place in range(places):
        deal = np.flatnonzero(entered[:, place] < now)
        onward = entered[deal, place + 1]
        away = np.where(lost_step[deal] == place, lost_at[deal], np.inf)
        left = np.minimum(onward, away)
        ending = np.where(onward <= away, int(Ending.ADVANCED), int(Ending.LOST))
        seen = left < now
        left, ending = np.where(seen, left, np.inf), np.where(seen, ending, int(Ending.OPEN))
        parts.append((deal, np.full(len(deal), place), entered[deal, place], left, ending))
    deal, place, came, left, ending = (np.concatenate(part) for part in zip(*parts, strict=True))
    groups = {"source": (history.world.sources, paths.source), "owner": (history.world.reps, paths.rep)}
    named = {
        name: np.array([kinds[at].name for at in chosen[:count]], dtype=object)
        for name, (kinds, chosen) in groups.items()
        if kinds
    }
    own = {name: values[:count].astype(object) for name, values in fields.items()}
    still = np.flatnonzero(np.isinf(closed))
    stage = (entered[still, :places] < now).sum(axis=1) - 1
    return Past(
        number=np.arange(count),
        won=won,
        lost=lost,
        closed=closed,
        born=paths.born[:count],
        stay_deal=deal,
        stay_place=place,
        stay_entered=came,
        stay_left=left,
        stay_ending=ending,
        values=named | own,
        amount=paths.amount[:count],
        handed=np.zeros(count, dtype=np.bool_),
        told_deal=NO_TOLD.astype(np.int64),
        told_at=NO_TOLD,
        told_amount=NO_TOLD,
        end=now,
        stages=places,
        open_deal=still,
        open_place=stage,
        open_days=now - entered[still, stage],
        decided_ever=int((won | lost).sum()),
    )


def with_field(days: int, seed: int) -> tuple[History, Past]:
    """A company of which one field tells half of what makes its deals differ."""
    history = simulate(replace(SIGNAL, days=days), seed)
    hidden = history.paths.hidden
    told = 0.7 * hidden + np.random.default_rng([seed, 1]).normal(0, 0.7, len(hidden))
    return history, past_of(history, {FIELD: np.array([f"{value:.3f}" for value in told], dtype=object)})


def dealt_anew(past: Past, seed: int) -> Past:
    """The same deals with their outcomes dealt out anew; who is won passes the stages that were left at that moment."""
    decided = np.flatnonzero(past.decided)
    won = past.won.copy()
    won[decided] = np.random.default_rng([seed, 2]).permutation(won[decided])
    last = np.isfinite(past.stay_left) & (past.stay_left == past.closed[past.stay_deal])
    of_winner = won[past.stay_deal]
    ending = np.where(last, np.where(of_winner, int(Ending.ADVANCED), int(Ending.LOST)), past.stay_ending)
    ended = np.flatnonzero(last & of_winner)
    left = past.stages - 1 - past.stay_place[ended]
    deal = np.repeat(past.stay_deal[ended], left)
    place = np.repeat(past.stay_place[ended], left) + 1
    place = place + np.arange(len(place)) - np.repeat(np.cumsum(left) - left, left)
    at = past.closed[deal]
    return replace(
        past,
        won=won,
        lost=past.decided & ~won,
        stay_deal=np.concatenate([past.stay_deal, deal]),
        stay_place=np.concatenate([past.stay_place, place]),
        stay_entered=np.concatenate([past.stay_entered, at]),
        stay_left=np.concatenate([past.stay_left, at]),
        stay_ending=np.concatenate([ending, np.full(len(deal), int(Ending.ADVANCED))]),
    )


def leaking(past: Past, seed: int) -> Past:
    """The same deals with a field that says the outcome of nearly every decided deal, and of no open one."""
    rng = np.random.default_rng([seed, 3])
    says = np.where(past.decided & (rng.random(len(past.won)) < 0.98), past.won, rng.random(len(past.won)) < 0.5)
    return replace(past, values={**past.values, "leak": np.where(says, "signed", "not signed").astype(object)})


def said_now(chosen: Chosen, past: Past) -> np.ndarray | None:
    """The chances of the open deals; None where they are withheld."""
    model = chosen.model
    if model is None:
        return None
    return model.chances(past.open_place, past.open_days, model.coded(past, past.open_deal, past.end))


def share_of_decided(past: Past) -> np.ndarray:
    """What most tools say of an open deal: won ÷ decided of those that came to its stage, whatever its age."""
    found = np.zeros(len(past.open_deal))
    for place in np.unique(past.open_place).tolist():
        came = np.unique(past.stay_deal[past.stay_place == place])
        decided = came[past.decided[came]]
        found[past.open_place == place] = past.won[decided].mean() if len(decided) else 0.0
    return found


def signal(days: int, companies: int) -> dict[str, Any]:
    """Companies with a signal: what was said of their open deals, held against the deals' real ends."""
    ends, told, better, methods = [], 0, [], []
    said: dict[str, list[np.ndarray]] = {"chances": [], "stage and age": [], "share of the decided": []}
    for seed in range(companies):
        history, past = with_field(days, seed)
        chosen = choose(past)
        chances = said_now(chosen, past)
        methods.append(chosen.model.method.value if chosen.model else "withheld")
        if chances is None:
            continue
        told += 1
        end = np.isfinite(history.paths.entered[past.open_deal, past.stages]).astype(np.float64)
        by_age = Model.learn(Method.STAGE_AGE, past, (), past.end)
        assert by_age is not None
        ends.append(end)
        said["chances"].append(chances)
        said["stage and age"].append(by_age.chances(past.open_place, past.open_days, None))
        said["share of the decided"].append(share_of_decided(past))
        base = np.full(len(end), past.won.sum() / past.decided.sum())
        better.append(log_losses(end, chances).mean() < log_losses(end, base).mean())
    outcome = np.concatenate(ends)
    found: dict[str, Any] = {"companies": companies, "told in": told, "better than the base rate": int(sum(better))}
    found["ways"] = {name: methods.count(name) for name in sorted(set(methods))}
    for name, parts in said.items():
        row = scored(
            name, outcome, np.concatenate(parts), np.arange(len(outcome)), np.ones(len(outcome), dtype=np.bool_)
        )
        figures = {"auc": row.auc, "brier": row.brier, "ece": row.ece, "expected ÷ won": row.ratio}
        found[name] = {"open deals": row.n} | {figure: round(value, 3) for figure, value in figures.items()}
    return found


def nothing(companies: int) -> dict[str, Any]:
    """Companies without a signal: in how many chances were withheld."""
    found: dict[str, Any] = {"companies of each kind": companies}
    for name, world in (("one step", NOTHING), ("outcomes dealt anew", DEALT)):
        withheld = 0
        for seed in range(companies):
            past = past_of(simulate(world, seed), {})
            chosen = choose(past if world is NOTHING else dealt_anew(past, seed))
            withheld += chosen.model is None
        found[name] = withheld
    return found


def leaks(companies: int) -> dict[str, Any]:
    """Companies with a field that is filled in by the outcome: in how many it was refused, and in how many it spoke."""
    refused = spoke = 0
    for seed in range(companies):
        past = leaking(past_of(simulate(replace(SIGNAL, days=182, inquiries_a_day=3), seed), {}), seed)
        chosen = choose(past)
        refused += any(one.field == "leak" and (one.auc or 0.0) > 0.95 for one in chosen.refused)
        spoke += "leak" in chosen.fields
    return {"companies": companies, "refused": refused, "spoke": spoke}


def checks(found: dict[str, Any]) -> dict[str, bool]:
    """Whether each bound holds."""
    held: dict[str, bool] = {}
    for name in (name for name in found if name.startswith("signal")):
        part = found[name]
        row, n = part["chances"], part["companies"]
        held |= {
            f"{name}: ranks right, AUC at least .74": row["auc"] >= 0.74,
            f"{name}: chances are meant, within .04": row["ece"] <= 0.04,
            f"{name}: as many close as were expected, .88–1.15": 0.88 <= row["expected ÷ won"] <= 1.15,
            f"{name}: told in 9 of 10": part["told in"] >= 0.9 * n - 2 * (0.09 * n) ** 0.5,
            f"{name}: better than the same share for all, 9 of 10 of those": part["better than the base rate"]
            >= 0.9 * part["told in"] - 2 * (0.09 * part["told in"]) ** 0.5,
            f"{name}: nearer than the share of the decided": row["brier"] < part["share of the decided"]["brier"],
        }
    none = found["nothing"]
    n = none["companies of each kind"]
    held |= {
        f"no signal, {name}: withheld in 9 of 10": none[name] >= 0.9 * n - 2 * (0.09 * n) ** 0.5
        for name in ("one step", "outcomes dealt anew")
    }
    leak = found["leaks"]
    held["a field that is filled in by the outcome is refused"] = leak["refused"] == leak["companies"]
    held["and speaks for no chance"] = leak["spoke"] == 0
    return held


def run(*, full: bool) -> dict[str, Any]:
    """All figures, with the bounds they are held to.

    Args:
        full: 20 companies of each length with a signal, 40 of each kind without one, 10 with a leak; else 6, 4 and 1.
    """
    many, none, leaky = (20, 40, 10) if full else (6, 4, 1)
    found: dict[str, Any] = {"signal, 182 days": signal(182, many)}
    if full:
        found["signal, 365 days"] = signal(365, many)
    found |= {"nothing": nothing(none), "leaks": leaks(leaky)}
    held = checks(found)
    return {**found, "checks": held, "accepted": all(held.values())}
