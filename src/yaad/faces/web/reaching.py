"""Links that reach a customer: by telephone, by a message with prepared words, and the way to their address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from yaad.faces.web.templatetags.say import language
from yaad.intake.deciding.addresses import address_of
from yaad.intake.deciding.phones import SEVERAL, SHORTEST, fold_phone, takes_messages
from yaad.server.state import opened
from yaad.show.speech import say_plain
from yaad.text import Message

PLAIN_MAIL = re.compile(r"[\w.!#$%'*+/=^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
"""One address of mail and nothing beside it: whoever types more than that into a form would write our letters."""
WAZE = "https://waze.com/ul"


@dataclass(frozen=True)
class Reach:
    """How a customer is reached; empty where there is no way.

    Attributes:
        call: the number as a link dials it.
        message: address of WhatsApp with the prepared words; a number that is no mobile one has none.
        way: address of Waze.
        place: the address as it is written.
        mail: link that begins a letter.
    """

    call: str = ""
    message: str = ""
    way: str = ""
    place: str = ""
    mail: str = ""


def reach(
    phone: str | None, custom: Mapping[str, str], country: str | None, words: str, email: str | None = None
) -> Reach:
    """How a customer is reached.

    Args:
        phone: as it is written.
        custom: the company's own columns; an address stands in one of them.
        country: to which numbers without a code belong (ISO code); None: nobody says.
        words: prepared, of a message.
        email: as it is written.
    """
    number = fold_phone(phone, country or "") if phone else None
    place = address_of(custom)
    return Reach(
        call=number or dialled(phone or ""),
        message=""
        if number is None or not takes_messages(number)
        else f"https://wa.me/{number.lstrip('+')}?" + urlencode({"text": words}),
        way=f"{WAZE}?" + urlencode({"q": place, "navigate": "yes"}) if place else "",
        place=place,
        mail=mail_to(email or ""),
    )


def reach_on_list(phone: str | None, email: str | None = None) -> Reach:
    """How somebody on a list is reached, with words that greet nobody by name."""
    book = opened().shelf.book
    words = say_plain(Message("deal.hello_nobody", {"company": book.name}), language())
    return reach(phone, {}, book.dials_in, words, email)


def mail_to(email: str) -> str:
    """The link that begins a letter; empty of anything but one plain address.

    >>> mail_to("Dana+a@example.com"), mail_to("x@y.com?bcc=z@y.com"), mail_to("a@b.com, c@d.com")
    ('mailto:Dana%2Ba@example.com', '', '')
    """
    return "mailto:" + quote(email.strip(), safe="@") if PLAIN_MAIL.fullmatch(email.strip()) else ""


def dialled(phone: str) -> str:
    """A number in its own digits, as a link dials it; of several in a cell the first one.

    >>> dialled("054-111 1111 / 052-2223333"), dialled("050/1234567"), dialled("+44 20 7946 0958")
    ('0541111111', '0501234567', '+442079460958')
    """
    several = [part for part in SEVERAL.split(phone) if sum(map(str.isdigit, part)) >= SHORTEST]
    return "".join(one for one in (several[0] if several else phone) if one.isdigit() or one == "+")
