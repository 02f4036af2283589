"""Answers about who asks not to be contacted."""

from yaad.faces.api.shapes.common import InPages, Moment, Told


class OptOutWritten(Told):
    """What was written; ``handles`` is how many numbers and addresses of the person are known."""

    seq: int
    what: str
    is_out: bool
    handles: int


class OptOutRefused(Told):
    """A line of a list that is not one number or one address."""

    line: int
    text: str


class OptOutsTaken(Told):
    """What became of a list: rows = taken + known + refused.

    ``handles`` is how many numbers and addresses were written: those taken, and those that are of the same people.
    """

    rows: int
    taken: int
    known: int
    refused: list[OptOutRefused]
    handles: int
    seq: int | None


class OptOut(Told):
    """A number or an address of somebody who asks not to be contacted."""

    handle: str
    what: str
    at: Moment
    by: str
    channel: str
    seq: int


class OptOuts(InPages):
    """Those who ask not to be contacted."""

    opt_outs: list[OptOut]
