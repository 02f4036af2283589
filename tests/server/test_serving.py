import socket

import pytest

from yaad.errors import InputError
from yaad.server.serving import listen


def test_only_this_machine_is_served():
    for host in ("0.0.0.0", "10.0.0.1", "example.com", ""):
        with pytest.raises(InputError, match="this machine alone"):
            listen(host, 0)


def test_the_next_free_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as found:
            assert port < found.getsockname()[1] < port + 50


def test_any_port_is_free():
    with listen("127.0.0.1", 0) as found:
        assert found.getsockname()[1] > 0
