"""Week by week in each stage: does a deal move on, is it lost, or does it stay? Pooled over stages and deals.

A row for each week that a deal was seen in a stage, its end 0 (stays), 1 (moves on), 2 (lost); one multinomial
logistic model with L2 over all rows, so that open deals teach as long as they were watched and no longer (discrete-time
competing hazards). What is known of a deal: its stage, its weeks there – free in each stage –, and its fields, whose
effect is shared by the stages and bent by each.

The chance to move on from a stage is the sum over the weeks still to come of being there × moving on; the chance to be
won is the product over the stages still to come. Sources: Allison 1982 (Sociol. Methodol. 13:61); Tutz & Schmid 2016,
*Modeling Discrete Time-to-Event Data*, ch. 8.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from yaad.insight.winning.fields import Coding
from yaad.insight.winning.past import Ints, Past
from yaad.measures.statistics import Ending
from yaad.measures.statistics.spells import Floats

WEEK = 7.0
LAST = 40
"""From this week on all weeks are alike."""
BEYOND = 104
"""So many weeks after `LAST` are looked ahead; who would need longer is not won in this sense."""
OF_AGE = 4
AGE_SCALE, SHARED_SCALE, BENT_SCALE = 3.0, 0.12, 0.06
"""How far the parts of the model may go from nothing: standard deviations of their coefficients under L2."""
CHUNK = 5_000
NEWS = (int(Ending.ADVANCED), int(Ending.LOST))


class Weekly(Protocol):
    """A model of what happens in a week."""

    def weekly(self, place: int, coded: Floats) -> Floats:
        """Staying, moving on and being lost in each week of a stage; shape (deals, weeks, 3)."""
        ...


@dataclass(frozen=True)
class Rows:
    """Weeks of deals in stages.

    Attributes:
        place, week: of each.
        ending: what happened in it.
        coded: the deal's fields as numbers, shape (rows, width).
    """

    place: Ints
    week: Ints
    ending: Ints
    coded: Floats


def rows_at(past: Past, coding: Coding, at: float) -> Rows:
    """The weeks as they had been seen at an instant; the last one of a deal that was open is not over, and left out."""
    stays = past.seen(at)
    last = np.minimum((stays.days // WEEK).astype(np.int64), LAST)
    coded = coding.code(past, stays.deal, stays.entered)
    whose = np.repeat(np.arange(len(last)), last + 1)
    week = np.arange(len(whose)) - np.repeat(np.cumsum(last + 1) - (last + 1), last + 1)
    is_last = week == last[whose]
    ending = np.where(is_last, stays.ending[whose], int(Ending.OPEN))
    kept = ~(is_last & (ending == Ending.OPEN))
    return Rows(stays.place[whose[kept]], week[kept], ending[kept], coded[whose[kept]])


def of_age(week: np.ndarray) -> Floats:
    """What a model knows of a week: that it is one, and its age by three curves; shape (…, `OF_AGE`)."""
    log = np.log1p(week)
    return np.stack([np.ones_like(log), log, log**2, np.minimum(week, 2.0)], axis=-1)


@dataclass(frozen=True)
class Hazards:
    """The logistic model.

    Attributes:
        age: coefficients of the age in each stage, shape (stages, `OF_AGE`, 3).
        effects: coefficients of the fields in each stage, shape (stages, width, 3).
    """

    age: Floats
    effects: Floats

    @classmethod
    def fit(cls, rows: Rows, stages: int) -> "Hazards | None":
        """Fit; None where not every end was seen."""
        if not set(NEWS) <= set(np.unique(rows.ending).tolist()):
            return None
        import scipy.sparse as sp
        from sklearn.linear_model import LogisticRegression

        width = rows.coded.shape[1]
        n = len(rows.place)
        coded = sp.csr_array(rows.coded)
        in_stage = sp.csr_array((np.ones(n), (np.arange(n), rows.place)), shape=(n, stages))
        blocks = [_by_stage(in_stage, sp.csr_array(of_age(rows.week.astype(np.float64)))) * AGE_SCALE]
        if width:
            blocks += [coded * SHARED_SCALE, _by_stage(in_stage, coded) * BENT_SCALE]
        model = LogisticRegression(C=1.0, solver="newton-cholesky", fit_intercept=False)
        model.fit(sp.csr_matrix(sp.hstack(blocks)), rows.ending)
        found = model.coef_.T
        cut = stages * OF_AGE
        age = found[:cut].reshape(stages, OF_AGE, 3) * AGE_SCALE
        shared = found[cut : cut + width] * SHARED_SCALE
        bent = found[cut + width :].reshape(stages, width, 3) * BENT_SCALE
        return cls(age, shared[None] + bent)

    def weekly(self, place: int, coded: Floats) -> Floats:
        """See `Weekly`."""
        by_age = of_age(np.arange(LAST + 1, dtype=np.float64)) @ self.age[place]
        score = (coded @ self.effects[place])[:, None, :] + by_age[None]
        score -= score.max(axis=2, keepdims=True)
        found = np.exp(score)
        share: Floats = found / found.sum(axis=2, keepdims=True)
        return share


def _by_stage(in_stage: Any, part: Any) -> Any:  # noqa: ANN401 – sparse arrays have no types of their own
    """Columns of `part` for each stage, 0 in rows of another one."""
    import scipy.sparse as sp

    stages = in_stage.shape[1]
    return sp.csr_array(sp.hstack([part.multiply(in_stage[:, [place]]) for place in range(stages)]))


def winning(model: Weekly, stages: int, places: Ints, days: Floats, coded: Floats) -> Floats:
    """The chance of each deal to be won.

    Args:
        model: what happens in a week.
        stages: how many there are.
        places: the stage of each deal.
        days: how long it has been there; NaN: as new.
        coded: its fields as numbers.
    """
    found = np.ones(len(places))
    weeks = np.minimum(np.nan_to_num(days) // WEEK, LAST).astype(np.int64)
    for start in range(0, len(places), CHUNK):
        part = slice(start, start + CHUNK)
        for place in range(stages):
            here = np.flatnonzero(places[part] <= place) + start
            if len(here):
                began = np.where(places[here] == place, weeks[here], 0)
                found[here] *= _moving_on(model.weekly(place, coded[here]), began)
    return found


def _moving_on(weekly: Floats, began: Ints) -> Floats:
    """The chance to move on from a stage for deals that have come to the week `began` there."""
    still = np.arange(weekly.shape[1])[None, :] >= began[:, None]
    stays = np.where(still, weekly[:, :, 0], 1.0)
    there = np.cumprod(stays, axis=1)
    before = np.concatenate([np.ones((len(began), 1)), there[:, :-1]], axis=1)
    on = (before * np.where(still, weekly[:, :, 1], 0.0)).sum(axis=1)
    last = weekly[:, -1]
    leaves = np.maximum(last[:, 1] + last[:, 2], 1e-12)
    later: Floats = there[:, -1] * last[:, 1] / leaves * (1 - last[:, 0] ** BEYOND)
    return np.asarray(on + later)
