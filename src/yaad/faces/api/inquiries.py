"""Inquiries: taken in by a program, and those that wait for an answer."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book import Book
from yaad.faces.api.asking import not_empty
from yaad.faces.api.deals import moment_of
from yaad.faces.api.declared import key_of, reads, writes
from yaad.faces.api.parameters import AsOf, Body, Long, Text, day
from yaad.faces.api.shapes import inquiries as shapes
from yaad.model.inquiries import Touch
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.writing import write_once
from yaad.show import plain

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


class NewInquiry(Body):
    """Somebody turns to the company.

    Attributes:
        channel: phone, whatsapp, form, ad, email, walk_in or referral.
        owner: to whom it is handed; as the company's rules say when absent.
        consent: the words that they agreed to.
        at: when; now when absent.
    """

    name: Text = ""
    company: Text = ""
    phone: Text = ""
    email: Text = ""
    text: Long = ""
    channel: Annotated[Text, Field(examples=["form"])] = "form"
    source: Text = ""
    campaign: Text = ""
    product: Text = ""
    branch: Text = ""
    owner: Text = ""
    consent: Long = ""
    at: dt.datetime | None = None


@writes(
    router,
    "/inquiries",
    Capability.WRITE,
    shapes.InquiryTaken,
    status=201,
    body={"name": "Dana Levi", "phone": "+972501234567", "source": "Website", "channel": "form", "text": "A kitchen"},
    example={"deal_id": "INQ-3f2a9c0d41b7", "is_new": True, "owner": "Noa", "seq": 411},
)
def take_inquiry(request: HttpRequest, body: NewInquiry) -> Json:
    """Take an inquiry in. One person's touches within the company's days are one inquiry."""
    not_empty()
    access = current()
    touch = Touch(**body.model_dump(exclude={"at"}))

    def take(book: Book) -> Json:
        at = moment_of(body.at, book.zone)
        found = book.inquiry(touch, at=at, by=access.name, key=key_of(request))
        return {"deal_id": found.deal_id, "is_new": found.is_new, "owner": found.owner, "seq": found.entry.seq}

    return write_once(take)


@reads(
    router,
    "/inquiries",
    Capability.ROWS,
    shapes.InquiriesWaiting,
    kept=False,
    example={
        "n": 1,
        "older": 0,
        "has_log": True,
        "answer_minutes": 60,
        "inquiries": [{"deal_id": "INQ-3f2a9c0d41b7", "name": "Dana Levi", "minutes": 25, "is_late": False}],
        "n_again": 0,
        "again": [],
        "n_handed": 0,
        "handed": [],
    },
)
def waiting_inquiries(request: HttpRequest, created_from: AsOf = None, created_to: AsOf = None) -> Json:
    """Open inquiries that nobody answered yet, who waits longest first; and who turned to us again since an answer.

    Apart those that were handed on, and with which nobody has done anything since.
    """
    del request
    not_empty()
    first, last, now = day(created_from, "created_from"), day(created_to, "created_to"), dt.datetime.now(dt.UTC)
    found = opened().shelf.once(lambda book: book.unanswered(now, first, last))
    lists = {"inquiries": found.inquiries, "again": found.again, "handed": found.handed}
    told = {name: value for name, value in vars(found).items() if name not in lists}
    return told | {name: [plain(vars(one)) for one in those] for name, those in lists.items()}
