"""Estimators on counted spells and values, in NumPy: no engine, no names of stages, no language."""

from yaad.measures.statistics.aalen_johansen import (
    IMMATURE,
    Incidence,
    Share,
    aalen_johansen,
    chained,
    expected_share,
)
from yaad.measures.statistics.bg_nbd import BgNbd, fit_bg_nbd
from yaad.measures.statistics.gamma_gamma import GammaGamma, correlation, fit_gamma_gamma
from yaad.measures.statistics.histories import Histories
from yaad.measures.statistics.intervals import LEVEL, Estimate, mean_of, share_of_sum, wilson, wilson_effective
from yaad.measures.statistics.kaplan_meier import Curve, kaplan_meier
from yaad.measures.statistics.likelihoods import NoFit
from yaad.measures.statistics.pareto_nbd import ParetoNbd, fit_pareto_nbd
from yaad.measures.statistics.samples import Sample
from yaad.measures.statistics.sbg import Sbg, fit_sbg
from yaad.measures.statistics.spells import Ending, Spells, pooled

__all__ = [
    "IMMATURE",
    "LEVEL",
    "BgNbd",
    "Curve",
    "Ending",
    "Estimate",
    "GammaGamma",
    "Histories",
    "Incidence",
    "NoFit",
    "ParetoNbd",
    "Sample",
    "Sbg",
    "Share",
    "Spells",
    "aalen_johansen",
    "chained",
    "correlation",
    "expected_share",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "fit_sbg",
    "kaplan_meier",
    "mean_of",
    "pooled",
    "share_of_sum",
    "wilson",
    "wilson_effective",
]
