"""What each command touches, declared in one table; who runs one that touches a server is its keeper.

A command that is not in the table is a fault of the build (`tests/house`), and works on no company of a server.
"""

from collections.abc import Mapping
from enum import StrEnum


class Policy(StrEnum):
    """What a command touches."""

    READS = "reads"
    """A book, or a company of a server; nothing of it is changed."""
    WRITES = "writes"
    """The same, and it may be changed."""
    OWN_BOOK = "own book"
    """A book in a folder of one's own, never a company of a server."""
    HOME = "home"
    """A whole server, its companies together."""
    WORDS = "words"
    """Nothing: words before other commands."""


OF_A_COMPANY = (Policy.READS, Policy.WRITES)
"""With ``--company`` these work on a company of a server: by its keeper, with a line in its audit log."""

_DECLARED: Mapping[Policy, str] = {
    Policy.READS: """funnel dwell conversion measure measures explain chances plan whatif levers leaks forecast backtest
        moved digest my-day opt-outs doctor export workbook imports source-list source-show kpi kpi-check kpi-list
        target-list target-status target-propose customers deal person-export""",
    Policy.WRITES: """import judge inquiry opt-out new change did move win lose note undo undo-import rebuild watch pull
        source-add source-remove source-secret source-run kpi-add kpi-remove target-set target-split target-remove
        target-undo
        customers-margin person-erase person-go-on""",
    Policy.OWN_BOOK: "xray mcp demo",
    Policy.HOME: "serve check backup restore tidy reset-second-step",
    Policy.WORDS: "source target person",
}
POLICIES: Mapping[str, Policy] = {name: policy for policy, names in _DECLARED.items() for name in names.split()}
"""Command, one of a group under its name too, such as ``source-add`` → what it touches."""
