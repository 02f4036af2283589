"""What a sender says, as touches: names of fields in both languages, and the shapes that advertisers and WhatsApp send.

- Meta's lead advertisements: ``field_data`` – ``[{"name": …, "values": […]}]`` – at the top, or in ``entry/changes``.
- Google's lead forms: ``user_column_data`` – ``[{"column_id": …, "string_value": …}]`` – and ``lead_id``.
- WhatsApp Business: messages in ``entry/changes/value``, the names of the senders beside them.
- Anything else: one object, or a form, whose members are called as people call them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

import yaml

from yaad.errors import InputError
from yaad.intake.deciding.folding import fold
from yaad.model.inquiries import Touch
from yaad.text import Message

Json = Any  # what a sender says may be of any kind

FEW = 40
"""Fields that nobody knows are told in the text, up to so many."""
OWN_FIELDS = frozenset({"google_key", "api_version", "is_test", "form_id", "adgroup_id", "creative_id", "gcl_id",
                        "created_time", "ad_id", "adset_id", "page_id", "platform"})  # fmt: skip


@dataclass(frozen=True)
class Read:
    """One touch that was read.

    Attributes:
        touch: what it says; of source, campaign and channel only what the sender said.
        id: by which the sender knows it; empty: by none.
    """

    touch: Touch
    id: str = ""


@cache
def meanings() -> Mapping[str, str]:
    """What senders call a field, folded → what it says (`fields.yaml`)."""
    said = yaml.safe_load((files("yaad.server.doors") / "fields.yaml").read_text("utf-8"))
    return {fold(word): what for what, lists in said.items() for words in lists for word in words}


def body_of(body: bytes, content_type: str) -> Json:
    """What was sent, as an object.

    Raises:
        InputError: it is neither JSON nor a form.
    """
    try:
        told = body.decode("utf-8-sig")
        if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(told, keep_blank_values=True, strict_parsing=bool(told), max_num_fields=500))
        return json.loads(told)
    except (ValueError, RecursionError):
        raise InputError(Message("inquiries.unreadable")) from None


def touches(plain: Json) -> list[Read]:
    """The touches of what was sent.

    Raises:
        InputError: nobody can tell who turns to the company, or what they want.
    """
    if not isinstance(plain, dict):
        raise InputError(Message("inquiries.no_object"))
    try:
        found = list(_of_entries(plain["entry"])) if isinstance(plain.get("entry"), list) else [_one(plain)]
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(Message("inquiries.another_shape")) from None
    return [one for one in found if one is not None]


def _of_entries(entries: list[Json]) -> Iterator[Read | None]:
    """What Meta sends: changes, each a lead or messages."""
    for change in (change for entry in entries for change in entry.get("changes", ())):
        value = change["value"]
        if isinstance(value.get("field_data"), list):
            yield _one(value)
        elif "messages" in value:
            yield from _messages(value)
        elif "leadgen_id" in value:
            raise InputError(Message("inquiries.number_alone", {"id": str(value["leadgen_id"])}))
        # whether a message of ours was read is no touch


def _messages(value: Mapping[str, Json]) -> Iterator[Read]:
    names = {one["wa_id"]: one["profile"]["name"] for one in value.get("contacts", ()) if "profile" in one}
    for one in value["messages"]:
        sender = str(one["from"])
        said = one.get("text", {}).get("body") or one.get("button", {}).get("text") or f"[{one.get('type', '')}]"
        campaign = (one.get("referral") or {}).get("headline") or ""
        touch = Touch(
            name=_text(names.get(sender, "")),
            phone=f"+{sender.lstrip('+')}",
            text=_text(said),
            channel="whatsapp",
            campaign=_text(campaign),
        )
        yield Read(touch, _text(one.get("id", "")))


def _one(plain: Mapping[str, Json]) -> Read | None:
    """A lead of an advertisement, or an object with fields as people call them."""
    is_ad = any(isinstance(plain.get(name), list) for name in ("field_data", "user_column_data"))
    fields = {name: value for name, value in plain.items() if name not in ("field_data", "user_column_data")}
    fields |= {_text(one["name"]): one.get("values", ()) for one in plain.get("field_data") or ()}
    for one in plain.get("user_column_data") or ():
        fields[_text(one.get("column_id") or one.get("column_name"))] = one.get("string_value", "")
    said: dict[str, str] = {}
    others: list[str] = []
    for name, value in fields.items():
        told, what = _text(value), meanings().get(fold(name))
        if what is not None and told and what not in said:
            said[what] = told
        elif told and what is None and name not in OWN_FIELDS and len(others) < FEW:
            others.append(f"{name}: {told}")
    known = said.pop("id", "")
    name = said.pop("name", "")
    both = f"{said.pop('first', '')} {said.pop('last', '')}".strip()
    text = "\n".join(filter(None, [said.pop("text", ""), *others]))
    touch = Touch(**{**said, "name": name or both, "text": text, "channel": "ad" if is_ad else "form"})
    if not (touch.name or touch.phone or touch.email or touch.company):
        raise InputError(Message("inquiries.nobody_named"))
    return Read(touch, known)


def _text(value: Json) -> str:
    """A value as a text; the first of several."""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    if value is None or isinstance(value, bool | Mapping):
        return "" if value is None or isinstance(value, Mapping) else str(value).lower()
    return str(value).strip()
