"""The same weeks by boosted trees: they find bends that a logistic model cannot, and need many deals for it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from yaad.insight.winning.fields import Coding
from yaad.insight.winning.hazards import LAST, NEWS, Rows
from yaad.measures.statistics.spells import Floats

SEED = 1


@dataclass(frozen=True)
class Boosted:
    """Boosted trees over stage, week and fields (histogram gradient boosting).

    Attributes:
        model: of scikit-learn.
        coding: of the fields; a kind is one number here, not a column of its own.
    """

    model: Any
    coding: Coding

    @classmethod
    def fit(cls, rows: Rows, coding: Coding) -> "Boosted | None":
        """Fit; None where not every end was seen."""
        if not set(NEWS) <= set(np.unique(rows.ending).tolist()):
            return None
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(
            max_iter=40,
            learning_rate=0.15,
            max_leaf_nodes=8,
            min_samples_leaf=50,
            l2_regularization=5.0,
            early_stopping=False,
            random_state=SEED,
        )
        model.fit(np.column_stack([rows.place, rows.week, coding.compact(rows.coded)]), rows.ending)
        return cls(model, coding)

    def weekly(self, place: int, coded: Floats) -> Floats:
        """See `hazards.Weekly`."""
        weeks = LAST + 1
        each = np.repeat(self.coding.compact(coded), weeks, axis=0)
        week = np.tile(np.arange(weeks), len(coded))
        told = self.model.predict_proba(np.column_stack([np.full(len(week), place), week, each]))
        return np.asarray(told, dtype=np.float64).reshape(len(coded), weeks, 3)
