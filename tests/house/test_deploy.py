"""The files by which the server is put up hold what they should: no root, no open port, no sample key."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_compose_is_whole_and_says_nothing_secret():
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    yaad = told["services"]["yaad"]
    assert yaad["read_only"] is True
    assert yaad["cap_drop"] == ["ALL"]
    assert yaad["ports"] == ["127.0.0.1:8765:8765"]
    assert all(port.startswith("127.0.0.1:") for one in told["services"].values() for port in one.get("ports", []))
    assert "YAAD_SECRET_KEY" not in yaad["environment"]
    wanted = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))
    sample = {line.partition("=")[0] for line in (DEPLOY / "env.sample").read_text("utf-8").splitlines() if "=" in line}
    assert wanted == sample
    assert set(told["volumes"]) == {"home", "database"}


def test_every_variable_is_one_that_the_server_knows():
    known = " ".join(path.read_text("utf-8") for path in (DEPLOY.parent / "src" / "yaad" / "server").glob("*.py"))
    for name in ("compose.yaml", "env.sample", "Containerfile", "yaad.service"):
        for variable in re.findall(r"\bYAAD_[A-Z_]+", (DEPLOY / name).read_text("utf-8")):
            assert f'"{variable}"' in known, (name, variable)


def test_the_container_is_no_root_and_checks_what_it_installs():
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("USER")] == ["10001:10001"]
    assert any("--require-hashes" in line for line in lines)
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert all((DEPLOY.parent / name).exists() for name in copied), copied


def test_the_service_is_held_tight():
    told = configparser.ConfigParser(strict=False, interpolation=None)
    told.optionxform = str
    told.read(DEPLOY / "yaad.service")
    service = told["Service"]
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "PrivateDevices", "RestrictSUIDSGID"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ExecStart"].endswith("yaad serve")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is absent")
def test_systemd_understands_the_service(tmp_path):
    text = (DEPLOY / "yaad.service").read_text("utf-8").replace("/usr/local/lib/yaad/bin/yaad", "/bin/true")
    (tmp_path / "yaad.service").write_text(text, "utf-8")
    words = ["systemd-analyze", "verify", str(tmp_path / "yaad.service")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "yaad.service" not in done.stderr, done.stderr
    (tmp_path / "yaad.service").write_text(text.replace("ProtectSystem=strict", "ProtectSytem=strict"), "utf-8")
    planted = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "ProtectSytem" in planted.stderr


def locked(name: str) -> dict[str, str]:
    """Package → version, of a lock."""
    text = (DEPLOY.parent / "requirements" / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def test_what_is_served_is_what_was_checked_without_the_checks():
    served, checked = locked("served.txt"), locked("all.txt")
    assert len(served) > 50
    assert served.items() <= checked.items()
    wanted = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    for one in [*wanted, "psycopg"]:
        assert re.match(r"[a-z0-9.-]+", one)[0] in served, one
    assert not {"pytest", "mypy", "ruff", "playwright", "schemathesis"} & set(served)
