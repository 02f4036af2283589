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

JSON = "application/json"
NO_MESSAGES = ("reaction", "system", "unsupported")
"""Kinds of messages with which nobody turns to the company."""
NAMED, VALUED = ("name", "column_id", "column_name", "key", "label"), ("values", "value", "string_value")
"""How lists of named fields call the name and the value."""
NOT_AGREED = "not agreed"
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
    return {word: what for what, words in _words().items() if what != NOT_AGREED for word in words}


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    said = yaml.safe_load((files("yaad.server.doors") / "fields.yaml").read_text("utf-8"))
    return {what: tuple(fold(word) for words in lists for word in words) for what, lists in said.items()}


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


def as_body(part: Json) -> bytes:
    """A part of what was sent, as it is sent again."""
    return json.dumps(part, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def parts_of(plain: Json) -> list[Json]:
    """What was sent, taken apart: each part is one lead or one message, and is read as a body of its own.

    Raises:
        InputError: it is no object.
    """
    if not isinstance(plain, dict):
        raise InputError(Message("inquiries.no_object"))
    if not isinstance(plain.get("entry"), list):
        return [plain]
    found: list[Json] = []
    for entry in plain["entry"]:
        for change in entry.get("changes", ()) if isinstance(entry, dict) else [entry]:
            value = change.get("value") if isinstance(change, dict) else None
            messages = value.get("messages") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(messages, list):
                found += [_alone(value | {"messages": [one]}) for one in messages]
            else:
                found.append(_alone(value))
    return found


def _alone(value: Json) -> Json:
    return {"entry": [{"changes": [{"value": value}]}]}


def touch_of(part: Json) -> Read | None:
    """The touch of one part; None of what is none, such as that a message of ours was read, or a test.

    Raises:
        InputError: nobody can tell who turns to the company, or what they want.
    """
    try:
        return _of_value(part["entry"][0]["changes"][0]["value"]) if "entry" in part else _one(part)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise InputError(Message("inquiries.another_shape")) from None


def _of_value(value: Mapping[str, Json]) -> Read | None:
    """What Meta sends: a lead, or a message."""
    if isinstance(value.get("field_data"), list):
        return _one(value)
    if "messages" in value:
        return _message(value, value["messages"][0])
    if "leadgen_id" in value:
        raise InputError(Message("inquiries.number_alone", {"id": str(value["leadgen_id"])}))
    return None


def _message(value: Mapping[str, Json], one: Mapping[str, Json]) -> Read | None:
    if one.get("type") in NO_MESSAGES:
        return None
    names = {each["wa_id"]: each["profile"]["name"] for each in value.get("contacts", ()) if "profile" in each}
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
    return Read(touch, _text(one.get("id", "")))


def _fields_of(plain: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Names and values, also of those that stand in an object or in a list of named ones."""
    for name, value in plain.items():
        if isinstance(value, Mapping):  # an id in there is that of something else
            yield from (
                (each if meanings().get(fold(each)) != "id" else f"{name} {each}", of) for each, of in value.items()
            )
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for one in value:
                named = next((_text(one[word]) for word in NAMED if one.get(word)), name)
                yield named, next((one[word] for word in VALUED if word in one), "")
        else:
            yield name, value


def _one(plain: Mapping[str, Json]) -> Read | None:
    """A lead of an advertisement, or an object with fields as people call them."""
    if plain.get("is_test") is True:
        return None
    is_ad = any(isinstance(plain.get(name), list) for name in ("field_data", "user_column_data"))
    said: dict[str, str] = {}
    others: list[str] = []
    for name, value in _fields_of(plain):
        told, what = _text(value), meanings().get(fold(name))
        if what == "consent" and fold(told) in _words()[NOT_AGREED]:
            continue
        if what is not None and told and what not in said:
            said[what] = told
        elif told and what is None and name not in OWN_FIELDS:
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
