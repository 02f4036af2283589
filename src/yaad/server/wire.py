"""Messages as JSON and back, on their way out of a job's process."""

from collections.abc import Mapping
from typing import Any

from yaad.text import Message

KEY = "message"

Json = Any  # a JSON value of any kind


def pack(value: object) -> Json:
    """A value as JSON; messages keep their key, so that each reader's language says them.

    >>> pack(Message("web.rows", {"n": 3}))
    {'message': 'web.rows', 'values': {'n': 3}}
    """
    if isinstance(value, Message):
        return {KEY: value.key, "values": {name: pack(item) for name, item in value.values.items()}}
    if isinstance(value, Mapping):
        return {str(name): pack(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def unpack(value: Json) -> Json:
    """Back from `pack`.

    >>> unpack([{"message": "web.rows", "values": {"n": 3}}])
    [Message(key='web.rows', values={'n': 3})]
    """
    if isinstance(value, dict):
        if set(value) == {KEY, "values"}:
            return Message(value[KEY], {name: unpack(item) for name, item in value["values"].items()})
        return {name: unpack(item) for name, item in value.items()}
    return [unpack(item) for item in value] if isinstance(value, list) else value
