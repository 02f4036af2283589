"""What the figures mean: where most is lost, which deals to call and why, what the data cannot tell."""

from yaad.insight.board import SHOWN, Board, Wanted, board
from yaad.insight.calls import CallDeal, deals_to_call
from yaad.insight.gaps import Gap, gaps
from yaad.insight.leaking import Leaking, Leaks, find_leaks
from yaad.insight.leaks import Leak, TenMore, where_most_is_lost

__all__ = [
    "SHOWN",
    "Board",
    "CallDeal",
    "Gap",
    "Leak",
    "Leaking",
    "Leaks",
    "TenMore",
    "Wanted",
    "board",
    "deals_to_call",
    "find_leaks",
    "gaps",
    "where_most_is_lost",
]
