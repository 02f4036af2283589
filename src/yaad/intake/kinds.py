"""What a file holds, and how it tells the history of a deal."""

from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a file are; the values are those of ``--as``."""

    DEALS = "deals"
    EVENTS = "events"
    STAGE_HISTORY = "stage_history"
    ACCOUNTS = "accounts"
    PRODUCTS = "products"
    ORDERS = "orders"
    LINES = "lines"
    ACTIVITIES = "activities"
    CALLS = "calls"
    CONTRACTS = "contracts"
    TARGETS = "targets"


class Shape(StrEnum):
    """How a file of deals or events tells their history.

    * ``snapshot`` – one row a deal, only where it stands now;
    * ``two_dates`` – one row a deal, when it came and when it ended;
    * ``wide`` – one row a deal, a date a stage;
    * ``events`` – one row a move (to a stage, or from one to another).
    """

    SNAPSHOT = "snapshot"
    TWO_DATES = "two_dates"
    WIDE = "wide"
    EVENTS = "events"


HISTORY = frozenset({Kind.EVENTS, Kind.STAGE_HISTORY})
"""Kinds with one row a move."""
DEALS_LIKE = HISTORY | {Kind.DEALS}
"""Kinds that give deals and their moves."""
