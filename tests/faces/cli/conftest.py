"""The command line in this process: words in, exit code and what was printed out."""

import json
from dataclasses import dataclass

import pytest

from yaad.faces.cli import main


@dataclass(frozen=True)
class Done:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        """The one object on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def yaad(capsys, monkeypatch):
    """``yaad("funnel", "--json")``; English unless the words say otherwise, no book but the one they name."""
    for name in ("YAAD_BOOK", "YAAD_ENGINE", "YAAD_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("YAAD_LANG", "en")

    def run(*words: str) -> Done:
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run
