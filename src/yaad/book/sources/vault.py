"""Passwords and tokens of sources: encrypted in the book's folder, under a key that never lies there.

secrets.enc     name of a source → since when its secret is kept, under which key, for which place, and the secret
                itself (AES-256-GCM). It is bound to the source's name and to the place it was given for: whoever makes
                the source lead elsewhere has no secret any more.
secret.key      32 random bytes; in the user's folder of settings, or where the variable ``YAAD_VAULT_KEY_FILE`` says.
"""

import base64
import datetime as dt
import hashlib
import json
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yaad.book.sources import SECRETS
from yaad.errors import InputError
from yaad.text import Message

KEY_VARIABLE = "YAAD_VAULT_KEY_FILE"
KEY_BYTES, NONCE_BYTES = 32, 12
OWN_ALONE = 0o600
LONGEST = 16 * 1024
"""Characters of a secret: a private key fits."""


def key_path(environ: Mapping[str, str]) -> Path:
    """Where the key lies.

    >>> str(key_path({"YAAD_VAULT_KEY_FILE": "/safe/yaad.key"})), str(key_path({"XDG_CONFIG_HOME": "/home/d/.config"}))
    ('/safe/yaad.key', '/home/d/.config/yaad/secret.key')
    """
    if said := environ.get(KEY_VARIABLE, ""):
        return Path(said)
    folder = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA") or str(Path.home() / ".config")
    return Path(folder) / "yaad" / "secret.key"


class Vault:
    """The secrets of one book.

    Args:
        root: the folder of the book.
        key: where the key lies, or is made on first use.
    """

    def __init__(self, root: Path, key: Path) -> None:
        self._path, self._key, self._root = root / SECRETS, key, root

    def __repr__(self) -> str:
        return "Vault()"

    def keep(self, name: str, place: str, secret: str, at: dt.datetime) -> None:
        """Keep the secret of a source, in the place of an earlier one.

        Raises:
            InputError: it is empty or too long, or the key cannot be used.
        """
        if not secret.strip() or len(secret) > LONGEST:
            raise InputError(Message("sources.secret_empty", {"n": LONGEST}))
        key = self._read_key(make=True)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, secret.encode(), _bound(name, place))
        told = {"since": at.isoformat(), "key": _mark(key), "place": place, "sealed": _text(nonce + sealed)}
        self._write(self._all() | {name: told})

    def secret(self, name: str, place: str) -> str:
        """The secret of a source; "" where none is kept.

        Raises:
            InputError: the key is another one or absent, the secret was given for another place, or it was changed.
        """
        told = self._all().get(name)
        if told is None:
            return ""
        key = self._read_key(make=False)
        if told["key"] != _mark(key):
            raise InputError(Message("sources.secret_other_key", {"path": str(self._key), "name": name}))
        if told["place"] != place:
            raise InputError(Message("sources.secret_other_place", {"place": told["place"], "name": name}))
        try:
            sealed = base64.b64decode(told["sealed"], validate=True)
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(name, place)).decode()
        except (InvalidTag, ValueError):
            raise InputError(Message("sources.secret_damaged", {"name": name})) from None

    def since(self, name: str) -> dt.datetime | None:
        """Since when a secret is kept; None where none is. The key is not needed."""
        told = self._all().get(name)
        return dt.datetime.fromisoformat(told["since"]) if told else None

    def forget(self, name: str) -> None:
        """Keep the secret of a source no longer."""
        told = self._all()
        if told.pop(name, None) is not None:
            self._write(told)

    def _all(self) -> dict[str, dict[str, str]]:
        try:
            plain = json.loads(self._path.read_text("utf-8"))
            return {
                str(name): {field: str(one[field]) for field in ("since", "key", "place", "sealed")}
                for name, one in plain.items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(Message("sources.secrets_damaged", {"path": str(self._path)})) from None

    def _write(self, told: dict[str, dict[str, str]]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.part")
        part.unlink(missing_ok=True)
        _write_new(part, json.dumps(told, ensure_ascii=False, indent=1).encode())
        part.replace(self._path)

    def _read_key(self, *, make: bool) -> bytes:
        path = self._key
        if path.resolve().is_relative_to(self._root.resolve()):
            raise InputError(Message("sources.key_in_book", {"path": str(path), "variable": KEY_VARIABLE}))
        try:
            if make and not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write_new(path, _text(secrets.token_bytes(KEY_BYTES)).encode() + b"\n")
            mode, told = path.stat().st_mode, path.read_bytes()
        except FileNotFoundError:
            raise InputError(Message("sources.key_absent", {"path": str(path), "variable": KEY_VARIABLE})) from None
        except OSError as error:
            values: dict[str, object] = {"path": str(path), "why": error.strerror or type(error).__name__}
            raise InputError(Message("sources.key_unread", values)) from None
        if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
            raise InputError(Message("sources.key_open", {"path": str(path)}))
        try:
            key = base64.b64decode(told.strip(), validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise InputError(Message("sources.key_odd", {"path": str(path)}))
        return key


def _bound(name: str, place: str) -> bytes:
    return json.dumps([name, place]).encode()


def _mark(key: bytes) -> str:
    """A mark by which a key is known again, and which tells nothing of it."""
    return hashlib.sha256(b"yaad key mark" + key).hexdigest()[:16]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _write_new(path: Path, raw: bytes) -> None:
    """Write a file that was not there, for its owner's eyes alone."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_ALONE)
    with os.fdopen(number, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
