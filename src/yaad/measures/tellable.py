"""Which measures of the catalogue these data can tell, and which column would unlock the others."""

from dataclasses import dataclass

from yaad.measures.catalogue import FLOW, TIMES
from yaad.measures.registry import every_measure, measure
from yaad.measures.scope import Scope
from yaad.model import Figure
from yaad.text import Message

UNLOCKS = {
    "measures.no_amounts_won": "amount",
    "measures.no_amounts_lost": "amount",
    "measures.no_amounts_open": "amount",
    "errors.mixed_money": "currency",
    "errors.mixed_tax": "tax",
    "measures.none_timed": "created_day",
    "measures.ends_untold_why": "closed_day",
    "measures.no_losses": "outcome",
    "measures.no_log": "activities",
    "measures.no_calls": "calls",
    "measures.no_times": "time_of_day",
    "measures.no_meetings": "meetings",
    "measures.no_visits": "visits",
    "measures.no_states": "meeting_outcome",
    "measures.no_walk_ins": "walk_in_source",
    "measures.no_expected_close": "expected_close_day",
    "measures.none_due": "expected_close_day",
    "measures.no_lines": "lines",
    "measures.no_list_prices": "price_list",
    "measures.no_owners": "owner",
    "measures.no_reasons": "lost_reason",
}
"""Why a figure cannot be told → the column of deals, or what else, that would unlock it.

What only time can tell is not here.
"""

NO_LOSSES = "measures.no_losses"
"""The win rate of a book without a lost deal is 1 by construction: it stands as told nowhere but in its own place."""

BY_STAGE = frozenset(each.id for each in (*FLOW, *TIMES))
"""Measures that leave out a stage without a history."""


@dataclass(frozen=True)
class Tellable:
    """Whether one measure can be told from these data.

    Attributes:
        id: of the measure.
        can: whether there is a figure for all of the book.
        why: why there is none.
        column: the column of deals that would unlock it; None where only time or another decision would.
        without: stages that it leaves out since the data have no history for them.
    """

    id: str
    can: bool
    why: Message | None = None
    column: str | None = None
    without: tuple[str, ...] = ()


def tellable(scope: Scope) -> list[Tellable]:
    """Each measure of the catalogue, in its order; decided by the measure itself, asked of the whole book."""
    silent = tuple(sorted(scope.pipeline.silent))
    figures = measure(list(every_measure(scope.own)), scope.asking(by=(), all_time=True))
    return [_tellable(figure, silent if figure.id in BY_STAGE else ()) for figure in figures]


def _tellable(figure: Figure, silent: tuple[str, ...]) -> Tellable:
    why = figure.why
    if figure.value is not None and (why is None or why.key != NO_LOSSES):
        return Tellable(figure.id, can=True, without=silent)
    return Tellable(figure.id, can=False, why=why, column=UNLOCKS.get(why.key) if why else None, without=silent)
