"""What the figures mean: where most is lost, and which open deals to call, each with its reason in words."""

from yaad.insight.calls import CallDeal, deals_to_call
from yaad.insight.leaks import Leak, where_most_is_lost

__all__ = ["CallDeal", "Leak", "deals_to_call", "where_most_is_lost"]
