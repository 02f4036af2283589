"""The verb that takes an inquiry in."""

from typing import Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

Told = Annotated[str, typer.Option(metavar="TEXT")]


@on_the_book
def inquiry(
    asked: Asked,
    *,
    name: Told = "",
    firm: Told = "",
    phone: Told = "",
    email: Told = "",
    text: Told = "",
    channel: Told = "phone",
    source: Told = "",
    campaign: Told = "",
    product: Told = "",
    branch: Told = "",
    owner: Told = "",
    key: Annotated[str | None, typer.Option("--key", metavar="TEXT")] = None,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Take an inquiry in."""
    from yaad.model.inquiries import Touch

    touch = Touch(
        name=name,
        company=firm,
        phone=phone,
        email=email,
        text=text,
        channel=channel,
        source=source,
        campaign=campaign,
        product=product,
        branch=branch,
        owner=owner,
    )
    with asked.opened() as book:
        found = book.inquiry(touch, at=moment(at, book.zone), by=who(person), key=key)
    told = {"deal": found.deal_id, "is_new": found.is_new, "owner": found.owner, "seq": found.entry.seq}
    undo = f"yaad undo {found.deal_id} {found.begun or found.entry.seq}"
    key_said = "cli.inquiry_new" if found.is_new else "cli.inquiry_folded"
    asked.screen.told(Message(key_said, {"deal": found.deal_id, "owner": found.owner or "–", "undo": undo}), **told)
