"""Secrets of second steps that are set up, sealed under the server's key: who has the database alone makes no code.

The key stands in no backup. With another one nobody's codes are right any more, and whoever runs the server takes the
second step away (`yaad reset-second-step`), so that it is set up anew.
"""

import base64
import hmac
import logging
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.crypto import salted_hmac

MARK = "sealed:"
NONCE_BYTES = 12
SALT = "yaad.server.sign_in.sealing"

log = logging.getLogger("yaad.sign_in")


def seal(text: str) -> str:
    """A secret as the database keeps it (AES-256-GCM); one that is sealed already stays as it is."""
    if text.startswith(MARK):
        return text
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MARK + base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), None)).decode()


def unseal(kept: str) -> str:
    """The secret; where it was sealed under another key, one drawn of this key, so that no code from before fits it."""
    if not kept.startswith(MARK):
        return kept
    try:
        sealed = base64.b64decode(kept.removeprefix(MARK), validate=True)
        return AESGCM(_key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        log.warning("a second step was sealed under another key of the server, or was changed: no code fits it")
        return base64.b32encode(hmac.digest(_key(), kept.encode(), "sha256")).decode().rstrip("=")


def _key() -> bytes:
    return salted_hmac(SALT, "sealed", algorithm="sha256").digest()
