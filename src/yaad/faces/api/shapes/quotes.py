"""Answers about the quotes of a deal."""

from yaad.faces.api.shapes.common import Day, Moment, Told


class DealQuote(Told):
    """A quote; ``address`` is that of its public page, and ``holds`` is false once it ended or was withdrawn."""

    seq: int
    at: Moment
    by: str
    title: str
    text: str
    amount: str | None
    currency: str | None
    tax: str | None
    until: Day | None
    url: str
    lang: str
    file_name: str
    phone: str
    mail: str
    holds: bool
    withdrawn: bool
    address: str | None
    times: int
    first_opened: Moment | None
    last_opened: Moment | None


class DealQuotes(Told):
    """The quotes of a deal that were not taken back, the latest first."""

    quotes: list[DealQuote]
