"""Codes of an app on a phone, by RFC 6238 and not by the server's own hand; and a passkey as a browser makes it."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret: str, step: int = 0) -> str:
    """The code of this moment, `step` half minutes later."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _attestation() -> bytes:
    """A key on P-256 whose point is that of the curve itself: it signs for nobody."""
    from fido2 import cbor

    x = bytes.fromhex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296")
    y = bytes.fromhex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5")
    key = cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})
    data = hashlib.sha256(b"127.0.0.1").digest() + b"\x45" + bytes(4) + bytes(16) + b"\0\x10" + b"k" * 16 + key
    return cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})


CLIENT = b'{"type": "webauthn.create", "challenge": "AAAA", "origin": "http://localhost"}'
PASSKEY = {
    "id": _text(b"k" * 16),
    "rawId": _text(b"k" * 16),
    "type": "public-key",
    "response": {"clientDataJSON": _text(CLIENT), "attestationObject": _text(_attestation())},
    "clientExtensionResults": {},
}
"""A passkey as it is kept."""
