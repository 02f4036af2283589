"""Estimators on counted spells and values, in NumPy: no engine, no names of stages, no language."""

from yaad.measures.statistics.aalen_johansen import (
    IMMATURE,
    Incidence,
    Share,
    aalen_johansen,
    chained,
    expected_share,
)
from yaad.measures.statistics.intervals import LEVEL, Estimate, mean_of, share_of_sum, wilson, wilson_effective
from yaad.measures.statistics.kaplan_meier import Curve, kaplan_meier
from yaad.measures.statistics.samples import Sample
from yaad.measures.statistics.spells import Ending, Spells, pooled

__all__ = [
    "IMMATURE",
    "LEVEL",
    "Curve",
    "Ending",
    "Estimate",
    "Incidence",
    "Sample",
    "Share",
    "Spells",
    "aalen_johansen",
    "chained",
    "expected_share",
    "kaplan_meier",
    "mean_of",
    "pooled",
    "share_of_sum",
    "wilson",
    "wilson_effective",
]
