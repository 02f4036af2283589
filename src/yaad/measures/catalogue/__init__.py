"""The measures, one file a family that shares its rule."""

from yaad.measures.catalogue.clv_simple import SIMPLE
from yaad.measures.catalogue.counts import COUNTS
from yaad.measures.catalogue.customers import CUSTOMERS
from yaad.measures.catalogue.cycles import CYCLES
from yaad.measures.catalogue.flow import FLOW
from yaad.measures.catalogue.goals import GOALS
from yaad.measures.catalogue.idle import IDLE
from yaad.measures.catalogue.orders import ORDERS
from yaad.measures.catalogue.rates import RATES
from yaad.measures.catalogue.staying import STAYING
from yaad.measures.catalogue.times import TIMES
from yaad.measures.catalogue.values import VALUES
from yaad.measures.catalogue.winning import WINNING

__all__ = [
    "COUNTS",
    "CUSTOMERS",
    "CYCLES",
    "FLOW",
    "GOALS",
    "IDLE",
    "ORDERS",
    "RATES",
    "SIMPLE",
    "STAYING",
    "TIMES",
    "VALUES",
    "WINNING",
]
