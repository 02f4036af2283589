"""A home served by one process: looked at first, healthy, measured, told in lines without people, stopped cleanly."""

import inspect
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

PATIENCE = 180


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(home, port: int, **more: str) -> dict[str, str]:
    own = {
        "YAAD_HOME": str(home),
        "YAAD_ADDRESS": f"http://127.0.0.1:{port}",
        "YAAD_SECRET_KEY": secrets.token_urlsafe(48),
        "YAAD_LANG": "en",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAAD_")}
    return kept | own | more


def yaad(*words: str, env: dict[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "yaad", *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def get(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_server_from_its_start_to_its_end(tmp_path):
    """One process is expensive: all that is asked of a running one is asked of this."""
    port = free_port()
    env = environment(tmp_path / "home", port, YAAD_METRICS_TOKEN="a token for the test 1")
    address = env["YAAD_ADDRESS"]
    process = yaad("serve", env=env)
    try:
        line = process.stdout.readline()
        assert f"{address}/setup/?key=" in line, process.stderr.read()
        key = line.partition("?key=")[2].split()[0]
        status, page = get(f"{address}/setup/?key={key}")
        assert (status, "<form" in page) == (200, True)
        get(f"{address}/join/{key}/")

        assert get(f"{address}/healthz") == (200, "ok\n")
        status, told = get(f"{address}/readyz")
        assert (status, json.loads(told)) == (200, {"database": True, "home": True, "engine": True})
        measured(address)

        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode in (0, -signal.SIGTERM)
    told = [json.loads(one) for one in err.splitlines()]
    answered = [one for one in told if one["event"] == "answered"]
    assert [one["route"] for one in answered][:3] == ["setup", "join", "account_login"]
    assert all(one["request"] and one["ms"] >= 0 and one["status"] for one in answered)
    assert key not in err


def measured(address: str) -> None:
    """Figures are read from this machine, or with the token."""
    get(f"{address}/account/login/")  # nobody has an account yet: it leads into the first run
    status, told = get(f"{address}/metrics")
    assert status == 200
    assert 'yaad_requests_total{method="GET",route="account_login",status="302"}' in told
    for name in (
        "yaad_request_seconds_bucket",
        'yaad_jobs{state="running"} 0.0',
        "yaad_questions 0.0",
        "yaad_line 0.0",
        "yaad_journal_lag",
    ):
        assert name in told
    assert get(f"{address}/metrics", **{"X-Forwarded-For": "203.0.113.7"})[0] == 404
    assert get(f"{address}/metrics", Authorization="Bearer wrong")[0] == 404
    both = {"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer a token for the test 1"}
    assert get(f"{address}/metrics", **both)[0] == 200


def test_nothing_starts_without_its_database(tmp_path):
    env = environment(tmp_path / "home", free_port(), YAAD_DATABASE="postgresql://nobody:x@127.0.0.1:1/none")
    looked = yaad("check", "--json", env=env)
    out, err = looked.communicate(timeout=PATIENCE)
    assert looked.returncode == 1, err
    assert [one["name"] for one in json.loads(out)["checks"] if not one["ok"]] == ["database"]


def wrong(env: dict[str, str]) -> list[str]:
    """What is found before anything is opened."""
    from yaad.server.checking import check

    def never(_home: object) -> None:
        raise AssertionError("settings are made although something is wrong")

    return [one.name for one in check(env, configure=never) if not one.holds]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"YAAD_SECRET_KEY": ""}, "settings"),
        ({"YAAD_SECRET_KEY": "change me change me change me change me change me 12345"}, "key"),
        ({"YAAD_ADDRESS": "http://example.com"}, "settings"),
        ({"YAAD_ADDRESS": "https://[::1"}, "settings"),
        ({"YAAD_JOBS": "many"}, "settings"),
    ],
)
def test_what_cannot_be_served_is_named(tmp_path, more, name):
    assert wrong(environment(tmp_path / "home", 8000, **more)) == [name]


def test_all_that_is_missing_is_named_at_once(tmp_path):
    from yaad.server.checking import check

    bare = {"YAAD_HOME": str(tmp_path / "home"), "YAAD_JOBS": "many"}
    found = check(bare, configure=lambda _home: None)
    assert [one.wrong.values["variable"] for one in found] == ["YAAD_SECRET_KEY", "YAAD_ADDRESS", "YAAD_JOBS"]
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_typed_is_the_one_that_is_listened_on(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home = tmp_path / "home"
        served = yaad("serve", "--home", str(home), "--port", str(port), env=environment(home, free_port()))
        _, err = served.communicate(timeout=PATIENCE)
    assert served.returncode != 0
    assert f"127.0.0.1:{port}" in err


def test_a_home_that_others_can_read_is_not_served(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    assert wrong(environment(home, 8000)) == ["home"]
    assert list(home.iterdir()) == []


def a_home(folder, **more: str):
    from yaad.server.home import Home

    return Home(folder, "http://127.0.0.1:1", secrets.token_urlsafe(48), **more)


def test_a_mail_server_that_does_not_answer_is_named(tmp_path):
    from yaad.server import checking

    assert checking._mail(a_home(tmp_path)) is None
    found = checking._mail(a_home(tmp_path, mail="smtp://127.0.0.1:1"))
    assert (found.key, found.values["where"]) == ("house.no_mail", "127.0.0.1:1")


def test_a_second_server_is_refused(home, tmp_path):
    from yaad.errors import InputError
    from yaad.server import serving_home

    serving_home._alone(a_home(tmp_path))
    with pytest.raises(InputError, match="Another server"):
        serving_home._alone(a_home(tmp_path))
    os.close(serving_home._locks.pop())


def test_a_port_that_is_taken_is_named(home):
    from yaad.errors import InputError
    from yaad.server.serving_home import bind

    with bind("127.0.0.1", 0) as taken, pytest.raises(InputError, match="YAAD_LISTEN"):
        bind("127.0.0.1", taken.getsockname()[1])


def test_a_clock_that_went_back_is_found(tmp_path):
    from yaad.server import checking

    (tmp_path / "yaad.sqlite").touch()
    assert checking._clock(a_home(tmp_path)) is None
    later = time.time() + 3600
    os.utime(tmp_path / "yaad.sqlite", (later, later))
    assert checking._clock(a_home(tmp_path)).key == "house.clock_back"


def test_a_line_of_a_library_keeps_its_values_to_itself():
    """And an error tells where it was, not what was typed."""
    import logging
    import sys

    from yaad.server.logs import Lines

    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Not Found: %s", ("/join/secret/",), None)
    assert json.loads(Lines().format(record))["event"] == "Not Found: %s"
    try:
        raise ValueError("dana@example.com")
    except ValueError:
        record = logging.LogRecord("yaad.request", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    record.email, record.status = "dana@example.com", 500
    told = Lines().format(record)
    assert "dana" not in told
    assert json.loads(told)["error"] == "ValueError"
    assert json.loads(told)["status"] == 500


@pytest.mark.parametrize("lang", ["he", "en"])
def test_everything_that_is_looked_at_is_called_by_words(lang):
    from yaad.server import checking
    from yaad.text import Message, render

    names = set(re.findall(r'Found\("(\w+)"', inspect.getsource(checking)))
    assert {"settings", "database"} < names
    told = [render(Message(f"house.looked_{name}"), lang) for name in sorted(names)]
    assert len(set(told)) == len(names)
    assert all(bool(re.search("[א-ת]", one)) == (lang == "he") for one in told)
