"""The program in `examples` does its day's reading against a served home."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from tests.api.conftest import token_of

DAY = Path(__file__).parents[2] / "examples" / "day.py"


class Silent(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def address(team):
    from django.core.handlers.wsgi import WSGIHandler

    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def read(address: str, token: str) -> subprocess.CompletedProcess:
    env = os.environ | {"YAAD_TOKEN": token, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, DAY, address]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_days_reading(team, address):
    told = read(address, token_of(team, "manager", "read"))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Company here\n")
    assert "Open deals: 6\n" in told.stdout  # two each of Ann, Ben and Eli
    assert "won of those decided: 50%" in told.stdout
    assert "Cyd" not in told.stdout


def test_a_refusal_is_told_in_words(team, address):
    told = read(address, "yaad_wrong")
    assert (told.returncode, told.stdout) == (1, "")
    assert "Who is asking?" in told.stderr
