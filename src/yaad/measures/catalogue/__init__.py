"""The measures, one file a family that shares its rule."""

from yaad.measures.catalogue.counts import COUNTS
from yaad.measures.catalogue.cycles import CYCLES
from yaad.measures.catalogue.flow import FLOW
from yaad.measures.catalogue.goals import GOALS
from yaad.measures.catalogue.idle import IDLE
from yaad.measures.catalogue.rates import RATES
from yaad.measures.catalogue.times import TIMES
from yaad.measures.catalogue.values import VALUES
from yaad.measures.catalogue.winning import WINNING

__all__ = ["COUNTS", "CYCLES", "FLOW", "GOALS", "IDLE", "RATES", "TIMES", "VALUES", "WINNING"]
