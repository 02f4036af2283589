"""Links that reach a customer: by telephone, by a message with prepared words, and the way to their address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from yaad.intake.deciding.addresses import address_of
from yaad.intake.deciding.phones import fold_phone

WAZE = "https://waze.com/ul"


@dataclass(frozen=True)
class Reach:
    """How a customer is reached; empty where there is no way.

    Attributes:
        call: the number as a link dials it.
        message: address of WhatsApp with the prepared words.
        way: address of Waze.
        place: the address as it is written.
    """

    call: str = ""
    message: str = ""
    way: str = ""
    place: str = ""


def reach(phone: str | None, custom: Mapping[str, str], country: str | None, words: str) -> Reach:
    """How a customer is reached.

    Args:
        phone: as it is written.
        custom: the company's own columns; an address stands in one of them.
        country: to which numbers without a code belong (ISO code); None: nobody says.
        words: prepared, of a message.
    """
    number = fold_phone(phone, country or "") if phone else None
    place = address_of(custom)
    return Reach(
        call=number or _dialled(phone or ""),
        message="" if number is None else f"https://wa.me/{number.lstrip('+')}?" + urlencode({"text": words}),
        way=f"{WAZE}?" + urlencode({"q": place, "navigate": "yes"}) if place else "",
        place=place,
    )


def _dialled(phone: str) -> str:
    return "".join(one for one in phone if one.isdigit() or one == "+")
