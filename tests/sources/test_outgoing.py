"""The way out: public addresses alone, and the very one that was checked."""

import datetime as dt
import ipaddress
import ssl

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from yaad.book.sources.outgoing import ALLOWED, Outgoing, is_public, way_out
from yaad.errors import InputError

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "0.0.0.0", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "168.63.129.16", "192.88.99.1", "192.0.0.192",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:10.0.0.1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::", "2001:0:53aa:64c:0:0:80ff:fffe", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "3fff::1", "4000::1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "20.1.2.3"]


def answers(*lists):
    """A resolver that answers by one list after the other, the last one for ever; it counts how often it is asked."""
    left = list(lists)

    def resolve(host, port):
        resolve.asked.append((host, port))
        return left.pop(0) if len(left) > 1 else left[0]

    resolve.asked = []
    return resolve


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_refused_alone_and_beside_a_public_address(address, monkeypatch):
    monkeypatch.setattr("socket.create_connection", None)
    for told in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(InputError) as caught:
            Outgoing(answers(told)).connect("files.example", 443, 1)
        assert caught.value.message.key == "sources.out_inside"


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_outside_may_be_asked(address):
    assert [str(one) for one in Outgoing(answers([address])).addresses("files.example", 443)] == [
        str(ipaddress.ip_address(address))
    ]


@given(st.ip_addresses(v=4))
def test_an_address_is_no_better_for_its_other_writings(address):
    number = int(address)
    for other in (ipaddress.IPv6Address((0xFFFF << 32) | number), ipaddress.IPv6Address((0x64FF9B << 96) | number)):
        assert is_public(other) == is_public(address)
    assert not is_public(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))


@pytest.mark.parametrize("told", [[], ["no address"], OSError()])
def test_a_name_without_an_address_is_told(told):
    def resolve(host, port):
        if isinstance(told, OSError):
            raise told
        return told

    with pytest.raises(InputError) as caught:
        Outgoing(resolve).connect("files.example", 443, 1)
    assert caught.value.message.key == "sources.out_unknown"


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::1]"])
def test_odd_writings_of_this_machine_are_seen_through(host):
    with pytest.raises(InputError):
        Outgoing().connect(host.strip("[]"), 443, 1)


def test_the_address_that_was_checked_is_the_one_that_is_asked(loopback, monkeypatch):
    """Rebinding: the second answer of the name leads inside; it is never asked for."""
    loopback.route = lambda *asked: (200, {"ok": True}, {})
    resolve = answers(["127.0.0.1"], ["10.0.0.1"])
    port = loopback.server.server_port
    monkeypatch.setattr("socket.getaddrinfo", only_numbers(monkeypatch))
    with Outgoing(resolve, own_machine=True).session(requests.Session()) as session:
        assert session.get(f"http://files.example:{port}/deals.csv", timeout=5).json() == {"ok": True}
        assert resolve.asked == [("files.example", port)]
        assert loopback.asked[0][4]["Host"] == f"files.example:{port}"
    with (
        Outgoing(resolve, own_machine=True).session(requests.Session()) as session,
        pytest.raises(InputError) as caught,
    ):
        session.get(f"http://files.example:{port}/deals.csv", timeout=5)
    assert caught.value.message.key == "sources.out_inside"
    assert len(loopback.asked) == 1


def only_numbers(monkeypatch):
    """The system's look-up, which must see addresses alone, never the name again."""
    import socket

    real = socket.getaddrinfo

    def looked_up(host, *rest, **more):
        ipaddress.ip_address(host)
        return real(host, *rest, **more)

    return looked_up


def test_no_proxy_and_no_password_of_the_machine(loopback, monkeypatch, tmp_path):
    loopback.route = lambda *asked: (200, {}, {})
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password y\n")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Outgoing(own_machine=True).session(requests.Session()) as session:
        session.get(f"{loopback.url}/x", timeout=5)
    assert "Authorization" not in loopback.asked[0][4]


@pytest.fixture
def certificate(tmp_path):
    """A certificate of ``files.example`` that stands for its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("files.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def test_the_certificate_is_held_to_the_name_and_not_to_the_address(loopback, certificate):
    loopback.route = lambda *asked: (200, {"ok": True}, {})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    told = []
    context.sni_callback = lambda sock, name, its: told.append(name)
    loopback.server.socket = context.wrap_socket(loopback.server.socket, server_side=True)
    loopback.server.handle_error = lambda *asked: None  # a client that does not trust us hangs up
    port = loopback.server.server_port
    with Outgoing(answers(["127.0.0.1"]), own_machine=True).session(requests.Session()) as session:
        session.verify = str(certificate)
        assert session.get(f"https://files.example:{port}/", timeout=5).json() == {"ok": True}
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"https://other.example:{port}/", timeout=5)
    with (
        Outgoing(answers(["127.0.0.1"]), own_machine=True).session(requests.Session()) as session,
        pytest.raises(requests.exceptions.SSLError),
    ):
        session.get(f"https://files.example:{port}/", timeout=5)
    assert told[:2] == ["files.example", "other.example"]


@pytest.mark.parametrize(
    "url",
    ["http://files.example/x", "ftp://files.example/x", "file:///etc/passwd", "https://me:pass@files.example/x",
     "https://me@files.example/x", "https:///x", "https://files.example/#x", "https://files.example:port/", "", "//x/y",
     "http://localhost/", "http://127.0.0.1.files.example/", "https://files.example/a b", "https://files.example/a\nb",
     "https://fi\tles.example/x"],
)  # fmt: skip
def test_only_https_without_a_password(url):
    with pytest.raises(InputError) as caught:
        Outgoing().checked(url)
    assert caught.value.message.key == "sources.only_https"


def test_this_machine_by_plain_http_only_where_it_is_said():
    assert Outgoing(own_machine=True).checked("http://127.0.0.1:8000/x").port == 8000
    with pytest.raises(InputError):
        Outgoing(own_machine=True).checked("http://files.example/x")


# ---- hosts that were named by whoever starts the process ------------------------------------------------------------

OWN = ["10.0.0.7", "172.31.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "::1", "fd12::7", "::ffff:10.0.0.7"]


def named(told, *addresses):
    return Outgoing(answers(list(addresses)), named=way_out({ALLOWED: told}).named)


@pytest.mark.parametrize("address", OWN)
def test_a_host_that_was_named_may_stand_inside_and_no_other(address):
    way = named("files.local, other.local:8443", address)
    assert len(way.addresses("Files.local", 443)) == 1
    assert len(way.addresses("other.local", 8443)) == 1
    for host, port in (("other.local", 443), ("x.files.local", 443), ("files.local.example", 443), ("third", 443)):
        with pytest.raises(InputError) as caught:
            way.addresses(host, port)
        assert caught.value.message.key == "sources.out_inside"
        assert caught.value.message.values["setting"] == f"{ALLOWED}={host}"


def is_of_own_network(told):
    """Told by lists of its own."""
    address = ipaddress.ip_address(told.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    own = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1", "fc00::/7")
    return told != "fd00:ec2::254" and any(
        address in ipaddress.ip_network(one) for one in own if ipaddress.ip_network(one).version == address.version
    )


@pytest.mark.parametrize("address", [one for one in INSIDE if not is_of_own_network(one)])
def test_a_name_opens_no_other_kind_of_address(address):
    with pytest.raises(InputError) as caught:
        named("files.local", address).connect("files.local", 443, 1)
    assert caught.value.message.key == "sources.out_never"


def test_a_named_host_that_leads_elsewhere_a_moment_later_is_refused():
    way = Outgoing(answers(["10.0.0.7"], ["169.254.169.254"]), named=frozenset({"files.local"}))
    assert way.addresses("files.local", 443)
    with pytest.raises(InputError) as caught:
        way.addresses("files.local", 443)
    assert caught.value.message.key == "sources.out_never"


def test_plain_http_of_a_named_host_on_this_machine_alone():
    way = named("127.0.0.1:8000 files.local")
    assert way.checked("http://127.0.0.1:8000/x").port == 8000
    for url in ("http://127.0.0.1:8001/x", "http://files.local/x", "http://localhost:8000/x"):
        with pytest.raises(InputError) as caught:
            way.checked(url)
        assert caught.value.message.key == "sources.only_https"
    assert way.checked("https://files.local/x").hostname == "files.local"


def test_nobody_named_means_nobody():
    assert way_out({}).named == way_out({ALLOWED: " , "}).named == frozenset()
