"""A server of companies speaks the language of its command on a first visit too."""

import os

import pytest
from typer.testing import CliRunner

from yaad.faces.cli import house
from yaad.faces.cli.app import app


@pytest.mark.parametrize(("said", "told"), [(["--lang", "en"], "en"), (["--lang", "he"], "he"), ([], "he")])
def test_the_language_of_the_command_goes_before_the_variable(tmp_path, monkeypatch, said, told):
    found = []
    monkeypatch.setenv("YAAD_LANG", "he")
    monkeypatch.setattr(house, "serve_home", lambda *_: found.append(os.environ["YAAD_LANG"]))
    answer = CliRunner().invoke(app, ["serve", "--home", str(tmp_path), *said])
    assert (answer.exit_code, found) == (0, [told]), answer.output
