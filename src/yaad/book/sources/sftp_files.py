"""A file by SFTP (the extra ``sftp``): from a server whose key is known, only when it has changed, only whole."""

import base64
import hashlib
import io
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from yaad.book.sources.arriving import CHUNK, Fetched, Known, Outside, Receiving, own_name
from yaad.book.sources.patience import waits
from yaad.errors import InputError
from yaad.text import Message

PORT = 22
CONNECT, ANSWER = 10.0, 60.0
"""Seconds to connect, and for each answer."""
AT_ONCE = 64
"""Parts of a file that are asked for before the first has come."""
BEGIN = "-----BEGIN"
"""A secret that begins so is a private key."""
RSA = ("rsa-sha2-512", "rsa-sha2-256")
"""Newer ways to sign with a key of the kind ``ssh-rsa``."""


@dataclass(frozen=True)
class SftpAsk:
    """A file to be asked for.

    Attributes:
        source: the name of the source.
        host, port, path: where it is.
        login: the user's name there.
        secret: password or private key.
        fingerprint: of the server's key, ``SHA256:…``; empty where the list of known servers has it.
        known_hosts: that list, as OpenSSH writes it.
    """

    source: str
    host: str
    port: int
    path: str
    login: str
    secret: str
    fingerprint: str
    known_hosts: Path

    def __repr__(self) -> str:
        return f"SftpAsk({self.source!r})"

    @property
    def place(self) -> str:
        """Where the file is, in one text."""
        return f"sftp://{self.login}@{self.host}:{self.port}{self.path}"


def fetch_sftp(ask: SftpAsk, known: Known, folder: Path, outside: Outside) -> Fetched | None:
    """The file, or None where it has the size and the time of the last one.

    Raises:
        InputError: the server's key is not known or another one, it refuses or cannot be reached; the file is too
            large, too slow, or changed while it was read.
    """
    ssh = _library()
    before = known if known.place == ask.place else Known()
    tried = 0
    while True:
        try:
            with _client(ssh, ask, outside) as client:
                return _taken(client, ask, before, folder, outside)
        except (OSError, EOFError, ssh.SSHException):
            if not waits(tried, None, outside.wait):
                raise _no(ask, "pull_cut") from None
        tried += 1


# paramiko comes without types: `Any` stands for its classes here.


@contextmanager
def _client(ssh: Any, ask: SftpAsk, outside: Outside) -> Iterator[Any]:  # noqa: ANN401 – a library without types
    with (
        closing(outside.way.connect(ask.host, ask.port, CONNECT)) as connection,
        closing(ssh.Transport(connection)) as transport,
    ):
        transport.banner_timeout = transport.auth_timeout = ANSWER
        listed = _listed(ssh, ask)
        _ask_for_kinds_of(transport, listed)
        transport.start_client(timeout=ANSWER)
        _hold_to(transport.get_remote_server_key(), listed, ask)
        _log_in(ssh, transport, ask)
        with closing(ssh.SFTPClient.from_transport(transport)) as client:
            client.get_channel().settimeout(ANSWER)
            yield client


def _taken(client: Any, ask: SftpAsk, before: Known, folder: Path, outside: Outside) -> Fetched | None:  # noqa: ANN401 – a library without types
    try:
        told = _stat(client, ask)
        if before.sha256 and (told.size, told.mtime) == (before.size, before.mtime):
            return None
        path = folder / own_name(ask.path, ask.source)
        received = Receiving(ask.source, path, outside)
        if told.size > outside.most_bytes:
            raise received.too_large()
        with closing(client.open(ask.path, "rb")) as file:
            file.prefetch(told.size, AT_ONCE)
            while chunk := file.read(CHUNK):
                received.add(chunk)
        after = _stat(client, ask)
    except FileNotFoundError:
        raise _no(ask, "get_absent") from None
    except PermissionError:
        raise _no(ask, "get_refused") from None
    if (received.size, after) != (told.size, told):
        raise _no(ask, "get_growing")
    return Fetched(path, replace(told, sha256=received.digest("sha256").hex()))


def _stat(client: Any, ask: SftpAsk) -> Known:  # noqa: ANN401 – a library without types
    told = client.stat(ask.path)
    if not stat.S_ISREG(told.st_mode or stat.S_IFREG):
        raise _no(ask, "get_absent")
    return Known(ask.place, size=int(told.st_size or 0), mtime=int(told.st_mtime or 0))


def fingerprint(key: bytes) -> str:
    """The fingerprint of a server's key, as OpenSSH shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _listed(ssh: Any, ask: SftpAsk) -> dict[str, bytes]:  # noqa: ANN401 – a library without types
    """Kind of key → the key that is listed for the server; nothing where a fingerprint was given."""
    if ask.fingerprint or not ask.known_hosts.is_file():
        return {}
    try:
        hosts = ssh.HostKeys(str(ask.known_hosts))
    except (OSError, ValueError, ssh.SSHException):
        return {}
    found = hosts.lookup(ask.host if ask.port == PORT else f"[{ask.host}]:{ask.port}") or {}
    return {kind: found[kind].asbytes() for kind in found}


def _ask_for_kinds_of(transport: Any, listed: dict[str, bytes]) -> None:  # noqa: ANN401 – a library without types
    """Let the server show a key of a kind that is listed: it may have several."""
    options = transport.get_security_options()
    fit = tuple(kind for kind in options.key_types if ("ssh-rsa" if kind in RSA else kind) in listed)
    if fit:
        options.key_types = fit


def _hold_to(key: Any, listed: dict[str, bytes], ask: SftpAsk) -> None:  # noqa: ANN401 – a library without types
    """A server that is not known is never believed."""
    shown = fingerprint(key.asbytes())
    if ask.fingerprint:
        if shown != ask.fingerprint:
            raise _no(ask, "sftp_changed", shown=shown)
    elif key.get_name() not in listed:
        raise _no(ask, "sftp_unknown", shown=shown, host=ask.host)
    elif listed[key.get_name()] != key.asbytes():
        raise _no(ask, "sftp_changed", shown=shown)


def _log_in(ssh: Any, transport: Any, ask: SftpAsk) -> None:  # noqa: ANN401 – a library without types
    try:
        if ask.secret.lstrip().startswith(BEGIN):
            transport.auth_publickey(ask.login, _private_key(ssh, ask))
        else:
            transport.auth_password(ask.login, ask.secret)
    except ssh.AuthenticationException:  # not tried again: some servers shut a user out
        raise _no(ask, "get_refused") from None


def _private_key(ssh: Any, ask: SftpAsk) -> Any:  # noqa: ANN401 – a library without types
    for kind in (ssh.Ed25519Key, ssh.ECDSAKey, ssh.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(ask.secret.strip() + "\n"))
        except (ssh.SSHException, ValueError, TypeError):
            continue
    raise _no(ask, "sftp_key")


def _library() -> Any:  # noqa: ANN401 – a library without types
    try:
        return import_module("paramiko")
    except ImportError:
        raise InputError(Message("sources.sftp_extra")) from None


def _no(ask: SftpAsk, key: str, **values: object) -> InputError:
    return InputError(Message(f"sources.{key}", {"system": ask.source, **values}))
