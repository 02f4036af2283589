"""The tutorial is run as it stands: every command ends well and prints the lines that are shown below it."""

import re
import shlex
from pathlib import Path

import pytest

from yaad.faces.cli import main

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial" / "first-week.md").read_text("utf-8")
REST = "…"


def steps():
    """Each command with the lines that it is to print."""
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL):
        for part in block.split("$ yaad ")[1:]:
            command, *lines = part.strip().splitlines()
            yield command, lines


def is_shown(line, printed):
    told = " ".join(line.removesuffix(REST).split())
    lines = [" ".join(one.split()) for one in printed.splitlines()]
    return any(one.startswith(told) if line.endswith(REST) else one == told for one in lines)


def test_it_runs_as_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("YAAD_BOOK", "YAAD_ENGINE", "YAAD_LANG", "YAAD_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "400")
    ran = 0
    for command, lines in steps():
        assert main([*shlex.split(command), "--lang", "en"]) == 0, (command, capsys.readouterr().err)
        printed = capsys.readouterr().out
        assert [line for line in lines if not is_shown(line, printed)] == [], (command, printed)
        ran += 1
    assert ran >= 15


@pytest.mark.parametrize(("line", "shown"), [("a  b …", True), ("a b c", True), ("b …", False), ("a b", False)])
def test_a_line_that_is_not_printed_is_found(line, shown):
    assert is_shown(line, "x\n a b c\n") is shown
