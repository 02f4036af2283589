"""Who sends: signatures over what was sent, compared in constant time.

Ours is ``Yaad-Signature: t=<seconds since 1970>,v1=<HMAC-SHA256 of "<t>." and the body, in hex>``, fresh ones alone.
Meta signs the body alone (``X-Hub-Signature-256``), Google sends its key inside of it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

OURS, OF_META = "Yaad-Signature", "X-Hub-Signature-256"
FRESH = 300
"""Seconds within which a signature is taken, before and after."""
TOLD = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: int) -> str:
    """The signature of a body, as a sender puts it into `OURS`.

    >>> sign("secret", b"{}", 1700000000)[:18]
    't=1700000000,v1=ea'
    """
    return f"t={at},v1={_digest(secret, str(at).encode() + b'.' + body)}"


def is_signed(secret: str, body: bytes, headers: Mapping[str, str], now: float, google_key: object = None) -> bool:
    """Whether the sender knows the secret of the door; never where there is none.

    Args:
        secret: of the door.
        body: as it was sent.
        headers: of the request.
        now: seconds since 1970.
        google_key: what the body says under this name.
    """
    if not secret:
        return False
    if told := headers.get(OURS):
        found = TOLD.fullmatch(told.strip())
        if found is None or abs(now - int(found[1])) > FRESH:
            return False
        return hmac.compare_digest(_digest(secret, found[1].encode() + b"." + body), found[2])
    if told := headers.get(OF_META):
        return hmac.compare_digest(f"sha256={_digest(secret, body)}".encode(), told.strip().encode())
    return isinstance(google_key, str) and hmac.compare_digest(
        google_key.encode("utf-8", "surrogatepass"), secret.encode()
    )


def _digest(secret: str, told: bytes) -> str:
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
