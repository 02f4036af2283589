"""Versions of what can be changed: told with it, and held to when a program changes it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

from yaad.errors import YaadError
from yaad.text import Message

LETTERS = 16


class Conflict(YaadError):
    """Something is not as it was when the program read it."""


def version_of(told: Mapping[str, Any]) -> str:
    """The version of something as it is told: other when any of it is other."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:LETTERS]


def hold(request: HttpRequest, now: Callable[[], str], said: Message | None = None) -> None:
    """Go on only if it still is as the program read it; call it where nothing can come between this and the change.

    Args:
        request: whose ``If-Match`` names the version that was read; without one nothing is held.
        now: gives the version as it stands.
        said: what is said of it; that it has changed when absent.

    Raises:
        Conflict: it is another version by now.
    """
    seen = request.headers.get("If-Match")
    if seen is None or seen.strip() == "*":
        return
    if f'"{now()}"' not in tags(seen):
        raise Conflict(said or Message("api.changed_since"))


def tags(told: str) -> list[str]:
    """The tags that a header names."""
    return [one.strip() for one in told.split(",")]
