"""What the figures mean: where most is lost, which deals to call and why, what the data cannot tell."""

from yaad.insight.board import SHOWN, Board, Standing, Wanted, Yardsticks, board, board_of, standing_of, yardsticks
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
    "Standing",
    "TenMore",
    "Wanted",
    "Yardsticks",
    "board",
    "board_of",
    "deals_to_call",
    "find_leaks",
    "gaps",
    "standing_of",
    "where_most_is_lost",
    "yardsticks",
]
