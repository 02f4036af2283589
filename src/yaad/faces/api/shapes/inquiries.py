"""Answers about inquiries."""

from yaad.faces.api.shapes.common import Day, Moment, Told


class InquiryTaken(Told):
    """What became of a touch."""

    deal_id: str
    is_new: bool
    owner: str
    seq: int


class InquiryWaiting(Told):
    """An open inquiry that nobody answered yet."""

    deal_id: str
    name: str
    phone: str | None
    email: str | None
    owner: str | None
    stage: str
    came_day: Day
    came: Moment | None
    minutes: int | None
    is_late: bool
    source: str | None
    last_source: str | None
    campaign: str | None
    touches: int
    said: str
    asked_not: str | None


class InquiriesWaiting(Told):
    """The inquiries that wait, who waits longest first; apart who turned to us again, and who was handed on since.

    In ``handed`` ``came`` is when it was.
    """

    n: int
    older: int
    has_log: bool
    answer_minutes: int
    day_minutes: int
    inquiries: list[InquiryWaiting]
    n_again: int
    again: list[InquiryWaiting]
    n_handed: int
    handed: list[InquiryWaiting]
