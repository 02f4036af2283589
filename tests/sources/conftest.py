"""Servers on this machine, for as long as a test lasts."""

import pytest
from tests.sources.servers import Loopback, Raw


@pytest.fixture
def loopback():
    made = Loopback()
    yield made
    made.close()


@pytest.fixture
def raw():
    made = Raw()
    yield made
    made.close()
