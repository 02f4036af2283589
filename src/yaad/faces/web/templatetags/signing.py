"""Parts of the pages of signing in: what was just done, the picture of a key, the fields of a form."""

import ipaddress
import json
from typing import Any

import qrcode
from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString
from qrcode.image.svg import SvgPathImage

from yaad.server.sign_in.words import TOLD

register = template.Library()
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
"""How browsers and systems give themselves away → as people call them; the first that is found counts."""
LONGEST_AGENT = 60
GROUP = 4
"""Letters of a key that stand together."""


@register.simple_tag
def told(request: HttpRequest) -> str:
    """Key of what was just done, once; empty for nothing."""
    return str(request.session.pop(TOLD, ""))


@register.simple_tag
def picture_of(address: str) -> SafeString:
    """The address of a key as a picture that a phone reads."""
    drawn = qrcode.make(address, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")
    return SafeString(drawn)


@register.filter
def in_groups(secret: str) -> str:
    """A key or code in groups of letters that an eye can hold."""
    return " ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


@register.filter
def browser(agent: str) -> str:
    """A browser and its system by the names that people know; what is neither is shown as it calls itself."""
    names = [next((name for sign, name in known if sign in agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or agent[:LONGEST_AGENT] or "–"


@register.simple_tag
def has_a_name() -> bool:
    """Whether the server's address holds a name; browsers keep no passkeys for a bare number."""
    from yaad.server.companies import home  # reads tables, which the server of one book does not have

    try:
        ipaddress.ip_address(home().host)
    except ValueError:
        return True
    return False


@register.filter
def as_json(value: Any) -> str:  # noqa: ANN401 – whatever a passkey is asked
    """A question to a passkey, for the script."""
    return json.dumps(value, default=dict)


@register.inclusion_tag("account/field.html")
def field(bound: Any, hint: str = "") -> dict[str, object]:  # noqa: ANN401 – a field of any form
    """A field with its label, its errors and, where one helps, a hint (a key of the catalogue)."""
    return {"field": bound, "hint": hint}
