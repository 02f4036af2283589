"""Who asks not to be contacted: said of one person or of a list, taken back, and told."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book import Book
from yaad.book.opt_outs import OptedOut
from yaad.faces.api.asking import not_empty
from yaad.faces.api.deals import moment_of
from yaad.faces.api.declared import key_of, reads, writes
from yaad.faces.api.paging import Listing
from yaad.faces.api.parameters import Body, Count, Cursor, Text
from yaad.faces.api.shapes import opt_outs as shapes
from yaad.measures.opted_out import Handles
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.writing import write_once

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
LONGEST_LIST = 2_000_000


class OptOutSaid(Body):
    """Somebody asks not to be contacted, or may be again.

    Attributes:
        deal_id: of a deal of theirs; or
        phone, email: by which they are known.
        what: calls, or marketing.
        channel: by which way they said so: phone, whatsapp, email, form, walk_in, list or other.
        is_out: false: they take it back.
        undoes: number of an entry that says it, of one or of a whole list: it counts no more.
        at: when; now when absent.
    """

    deal_id: Text = ""
    phone: Text = ""
    email: Text = ""
    what: Annotated[Text, Field(examples=["calls"])] = "calls"
    channel: Annotated[Text, Field(examples=["phone"])] = "other"
    is_out: bool = True
    undoes: int | None = None
    at: dt.datetime | None = None


class OptOutList(Body):
    """A list of those who ask not to be contacted.

    Attributes:
        text: a number or an address a line.
        what, channel, at: see `OptOutSaid`.
    """

    text: Annotated[str, Field(max_length=LONGEST_LIST)]
    what: Annotated[Text, Field(examples=["calls"])] = "calls"
    channel: Annotated[Text, Field(examples=["list"])] = "list"
    at: dt.datetime | None = None


@writes(
    router,
    "/opt-outs",
    Capability.WRITE,
    shapes.OptOutWritten,
    status=201,
    body={"phone": "+972501234567", "what": "calls", "channel": "phone"},
    example={"seq": 411, "what": "calls", "is_out": True, "handles": 1},
)
def opt_out(request: HttpRequest, body: OptOutSaid) -> Json:
    """Say that somebody asks not to be contacted, or may be again; their number then stands on no list."""
    not_empty()
    access = current()

    def write(book: Book) -> Json:
        how: Json = {"at": moment_of(body.at, book.zone), "by": access.name, "key": key_of(request)}
        if body.undoes is not None:
            said = book.opt_out_numbered(body.undoes)
            back = book.unsay(said.seq, **how)
            return {"seq": back.seq, "what": said.what, "is_out": not said.is_out, "handles": len(said.handles)}
        how |= {"channel": body.channel, "is_out": body.is_out}
        if body.deal_id:
            entry = book.opt_out_of_deal(body.deal_id, body.what, **how)
        else:
            entry = book.opt_out(Handles.of(body.phone, body.email, book.dials_in), body.what, **how)
        return {"seq": entry.seq, "what": entry.what, "is_out": entry.is_out, "handles": len(entry.handles)}

    return write_once(write)


@writes(
    router,
    "/opt-outs/list",
    Capability.PEOPLE,
    shapes.OptOutsTaken,
    status=201,
    body={"text": "+972501234567\ndana@example.com\nnobody", "what": "marketing"},
    example={"rows": 3, "taken": 2, "known": 0, "refused": [{"line": 3, "text": "nobody"}], "handles": 3, "seq": 412},
)
def opt_out_list(request: HttpRequest, body: OptOutList) -> Json:
    """Take a list in, a number or an address a line: its rows are those taken, those known before and those refused."""
    not_empty()
    access = current()

    def write(book: Book) -> Json:
        at = moment_of(body.at, book.zone)
        found = book.opt_out_list(
            body.text, body.what, at=at, by=access.name, channel=body.channel, key=key_of(request)
        )
        return {
            "rows": found.rows,
            "taken": found.taken,
            "known": found.known,
            "refused": [{"line": line, "text": text} for line, text in found.refused.items()],
            "handles": found.taken + found.beside,
            "seq": None if found.entry is None else found.entry.seq,
        }

    return write_once(write)


@reads(
    router,
    "/opt-outs",
    Capability.PEOPLE,
    shapes.OptOuts,
    example={"opt_outs": [{"handle": "+972501234567", "what": "calls", "channel": "phone"}], "next": None},
)
def opt_outs(request: HttpRequest, cursor: Cursor = "", limit: Count = 50) -> Json:
    """Those who ask not to be contacted, page by page."""
    del request
    not_empty()
    every = opened().shelf.once(lambda book: book.opted_out())
    listing: Listing[OptedOut] = Listing(
        "opt_outs", lambda one: f"{one.handle} {one.what}", lambda one: {**vars(one), "at": one.at.isoformat()}
    )
    return listing.page(every, cursor, limit)
