"""Files on a deal: attached, listed, taken home."""

import base64
import binascii
import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yaad.book.papers import MOST
from yaad.errors import InputError
from yaad.faces.api.asking import not_empty
from yaad.faces.api.deals import WRITTEN, Act, written
from yaad.faces.api.declared import File, reads, takes_out, writes
from yaad.faces.api.parameters import DealId, Name, Number
from yaad.faces.api.shapes import deals as shapes
from yaad.faces.api.shapes import papers as own_shapes
from yaad.server.roles import Capability
from yaad.server.state import opened
from yaad.text import Message

router = Router()
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
OfFile = Annotated[Number, Field(examples=[411])]


Content = Annotated[str, Field(max_length=MOST * 3 // 2, examples=["JVBERi0xLjcK"])]


def bytes_of(content: str) -> bytes:
    """Bytes that are sent in Base64.

    Raises:
        InputError: they are not.
    """
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(Message("papers.no_base64")) from None


class NewFile(Act):
    """A file.

    Attributes:
        file_name: as people call it.
        content: its bytes in Base64.
    """

    file_name: Name
    content: Content


@reads(
    router,
    "/deals/{path:deal_id}/files",
    Capability.ROWS,
    own_shapes.DealFiles,
    example={"files": [{"seq": 411, "file_name": "drawing.pdf", "size": 120000}]},
)
def deal_files(request: HttpRequest, deal_id: DealId) -> Json:
    """The files of a deal, the latest first."""
    del request
    not_empty()
    found = opened().shelf.once(lambda book: book.files_of_deal(deal_id))
    return {
        "files": [
            {
                "seq": one.seq,
                "at": one.at.astimezone(dt.UTC).isoformat(),
                "by": one.by,
                "file_name": one.file_name,
                "size": one.size,
            }
            for one in found
        ]
    }


@writes(
    router,
    "/deals/{path:deal_id}/file",
    Capability.WRITE,
    shapes.DealWritten,
    body={"file_name": "drawing.pdf", "content": "JVBERi0xLjcK"},
    example=WRITTEN,
    matched=True,
)
def attach_file(request: HttpRequest, deal_id: DealId, body: NewFile) -> Json:
    """Attach a file to a deal."""
    content = bytes_of(body.content)
    return written(
        request,
        deal_id,
        body.at,
        lambda book, at, by, key: book.attach(deal_id, body.file_name, [content], at=at, by=by, key=key),
    )


@takes_out(router, "/deals/{path:deal_id}/files/{int:number}", Capability.ROWS, "bin")
def deal_file(request: HttpRequest, deal_id: DealId, number: OfFile) -> File:
    """A file of a deal, by the number of the entry that attached it."""
    del request
    not_empty()
    entry, path = opened().shelf.once(lambda book: book.file_of_deal(deal_id, number))
    return File(path.read_bytes(), "bin", entry.file_name, f"deal-file-{number}")
