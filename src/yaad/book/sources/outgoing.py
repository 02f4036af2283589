"""Connections to the outside: only to public addresses, and to the very ones that were checked.

A host's name is looked up once; where it points a moment later changes nothing. Hosts of a company's own network are
asked only where whoever starts the process names them in the variable `ALLOWED`; no page and no file of a book can.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from yaad.errors import InputError
from yaad.text import Message

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → its addresses, as texts."""

UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is public in IPv6 so far; of it the parts below are not."""
NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in (
        "168.63.129.16/32",  # where Azure tells a machine about itself: public by its number, inside by its nature
        "192.0.0.0/24",  # of the protocols themselves; also where one cloud tells a machine about itself
        "192.88.99.0/24",  # 6to4 relays
        "2001::/32",  # Teredo and 6to4 carry an IPv4 address that may be anything
        "2002::/16",
        "3fff::/20",  # for documents
    )
)
OWN_NETWORKS = tuple(
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1/128", "fc00::/7")
)
"""What a host that was named may be: a company's own network, or this machine."""
OF_A_CLOUD = ipaddress.ip_address("fd00:ec2::254")
"""Where a cloud tells a machine its keys: never asked, whoever names it."""
ALLOWED = "YAAD_ALLOW_HOSTS"
"""Variable: hosts of the own network that may be asked, ``files.company.local 10.0.0.7:8443``, parted by blanks or
commas."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HTTPS_PORT, HTTP_PORT = 443, 80


def _looked_up(host: str, port: int) -> list[str]:
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: not of this machine, of a network of its own, or kept for a purpose.

    >>> told = ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::808:808", "64:ff9b::a00:1")
    >>> [is_public(ipaddress.ip_address(one)) for one in told]
    [True, False, False, True, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in UNICAST:
            return False
    if address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global:
        return False
    return not any(address in one for one in NOT_PUBLIC if one.version == address.version)


def is_own_network(address: Address) -> bool:
    """Whether an address may be a host that was named: of a company's own network or this machine, and no other.

    >>> told = ("10.0.0.1", "::ffff:192.168.1.1", "127.0.0.1", "169.254.169.254", "fd00:ec2::254", "224.0.0.1")
    >>> [is_own_network(ipaddress.ip_address(one)) for one in told]
    [True, True, True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    inside = any(address in one for one in OWN_NETWORKS if one.version == address.version)
    return inside and address != OF_A_CLOUD


def is_loopback(host: str) -> bool:
    """Whether a host is this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("127.0.0.1.example.com")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Outgoing:
    """The way out.

    Attributes:
        resolve: how the addresses of a host are found.
        own_machine: whether this machine may be asked too, and by plain http; for tests.
        named: hosts of the own network that may be asked, each ``host`` or ``host:port``; https as elsewhere, plain
            http on this machine alone.
    """

    resolve: Resolve = _looked_up
    own_machine: bool = False
    named: frozenset[str] = frozenset()

    def is_named(self, host: str, port: int) -> bool:
        """Whether whoever started the process named this host.

        >>> way = way_out({"YAAD_ALLOW_HOSTS": "Files.local, [fd12::7]:8443"})
        >>> way.is_named("files.local", 443), way.is_named("fd12::7", 8443), way.is_named("fd12::7", 443)
        (True, True, False)
        """
        return host.lower() in self.named or f"{host.lower()}:{port}" in self.named

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """The addresses of a host, all of them public.

        Raises:
            InputError: there are none, or one is neither public nor of a host that was named: a host that has both is
                as bad as one that has not.
        """
        try:
            told = self.resolve(host, port)
            found = tuple(dict.fromkeys(ipaddress.ip_address(one.partition("%")[0]) for one in told))
        except (OSError, ValueError, UnicodeError):
            found = ()
        if not found:
            raise InputError(Message("sources.out_unknown", {"host": host}))
        named = self.is_named(host, port)
        for address in found:
            if not (is_public(address) or (self.own_machine and address.is_loopback)):
                if not named:
                    raise InputError(Message("sources.out_inside", {"host": host, "setting": f"{ALLOWED}={host}"}))
                if not is_own_network(address):
                    raise InputError(Message("sources.out_never", {"host": host}))
        return found

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """A connection to a checked address of the host, the first that answers.

        Raises:
            InputError: see `addresses`.
            OSError: none answers.
        """
        refused: OSError | None = None
        for address in self.addresses(host, port):
            try:
                made = socket.create_connection((str(address), port), timeout)
            except OSError as error:
                refused = error
                continue
            with suppress(OSError):
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        raise refused or OSError

    def checked(self, url: str) -> SplitResult:
        """The parts of an address that is https and without a name or a password in it.

        Plain http is for this machine alone, where that may be asked: nothing of it goes over a wire.

        Raises:
            InputError: it is another address.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or HTTP_PORT
        except ValueError:
            raise InputError(Message("sources.only_https")) from None
        here = is_loopback(host) and (self.own_machine or self.is_named(host, port))
        fine = parts.scheme == "https" or (parts.scheme == "http" and here)
        # signs that are left out or written otherwise on the way make it another address than the one that is kept
        is_plain = all(sign.isprintable() and not sign.isspace() for sign in url)
        if not fine or not is_plain or not host or "@" in parts.netloc or parts.fragment:
            raise InputError(Message("sources.only_https"))
        return parts

    def session(self, session: requests.Session) -> requests.Session:
        """The session, going out this way alone: no proxy of the machine, no password of a ``.netrc``, no redirect."""
        session.trust_env = False
        session.auth = lambda request: request
        session.get_redirect_target = lambda resp: None  # noqa: ARG005 - called by this name
        adapter = _adapter(self)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


PUBLIC = Outgoing()
"""The way out where nobody named a host of the own network."""


def way_out(environ: Mapping[str, str]) -> Outgoing:
    """The way out of a running Yaad: public addresses, and the hosts that its variable names."""
    told = environ.get(ALLOWED, "").lower().replace("[", "").replace("]", "").replace(",", " ")
    return Outgoing(named=frozenset(told.split()))


def _adapter(way: Outgoing) -> HTTPAdapter:
    """What makes the connections of a session; TLS still holds the certificate to the host's name."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return way.connect(self._dns_host, self.port or HTTP_PORT, _seconds(self.timeout))

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return way.connect(self._dns_host, self.port or HTTPS_PORT, _seconds(self.timeout))

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain  # pyright: ignore[reportAssignmentType]  # urllib3's own do not fit its protocol either

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure  # pyright: ignore[reportAssignmentType]  # as above: a flaw of their protocol

    made = HTTPAdapter()
    made.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return made


def _seconds(timeout: object) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else None
