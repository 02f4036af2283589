"""The measures, one file a family that shares its rule."""

from yaad.measures.catalogue.answers import ANSWERS
from yaad.measures.catalogue.baskets import BASKETS
from yaad.measures.catalogue.calls import CALLS
from yaad.measures.catalogue.closings import CLOSINGS
from yaad.measures.catalogue.clv_simple import SIMPLE
from yaad.measures.catalogue.counts import COUNTS
from yaad.measures.catalogue.customers import CUSTOMERS
from yaad.measures.catalogue.cycles import CYCLES
from yaad.measures.catalogue.doing import DOING
from yaad.measures.catalogue.flow import FLOW
from yaad.measures.catalogue.goals import GOALS
from yaad.measures.catalogue.idle import IDLE
from yaad.measures.catalogue.meetings import MEETINGS
from yaad.measures.catalogue.orders import ORDERS
from yaad.measures.catalogue.people import PEOPLE
from yaad.measures.catalogue.rates import RATES
from yaad.measures.catalogue.reaching import REACHING
from yaad.measures.catalogue.reasons import REASONS
from yaad.measures.catalogue.slips import SLIPS
from yaad.measures.catalogue.staying import STAYING
from yaad.measures.catalogue.times import TIMES
from yaad.measures.catalogue.values import VALUES
from yaad.measures.catalogue.velocity import VELOCITY
from yaad.measures.catalogue.walk_ins import WALK_INS
from yaad.measures.catalogue.winning import WINNING

__all__ = [
    "ANSWERS",
    "BASKETS",
    "CALLS",
    "CLOSINGS",
    "COUNTS",
    "CUSTOMERS",
    "CYCLES",
    "DOING",
    "FLOW",
    "GOALS",
    "IDLE",
    "MEETINGS",
    "ORDERS",
    "PEOPLE",
    "RATES",
    "REACHING",
    "REASONS",
    "SIMPLE",
    "SLIPS",
    "STAYING",
    "TIMES",
    "VALUES",
    "VELOCITY",
    "WALK_INS",
    "WINNING",
]
