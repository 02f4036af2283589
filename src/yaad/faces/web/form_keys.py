"""The key of a form, which makes a form that is sent twice one entry; never one that the house gives its own."""

import hashlib
import uuid
from collections.abc import Mapping


def form_key(given: Mapping[str, str]) -> str:
    """The key that a form came with, a new one where it has none.

    The house's own keys hold a colon after what they are of (``joined:…``, ``opened:…``): what comes from outside and
    holds one is kept as a digest, so that nobody takes or forges a key of the house.

    >>> form_key({"key": "3f2a-step"})
    '3f2a-step'
    >>> form_key({"key": "joined:4:7"})[:9]
    'form:c674'
    """
    told = given.get("key", "")
    if ":" in told:
        return f"form:{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return told or uuid.uuid4().hex
