"""A server of companies, started as anybody starts it; what it prints, mails among it, stands in a file."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LINK = re.compile(r"http://127\.0\.0\.1:\d+/join/\S+")


@dataclass
class Home:
    """A running server.

    Attributes:
        base: its address.
        told: the file in which it stands what it printed.
        entry: the address of the first run.
        variables: how it is set, for commands beside it.
    """

    base: str
    told: Path
    entry: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def link(self) -> str:
        """The link of the last mail."""
        return LINK.findall(self.told.read_text("utf-8"))[-1]


@contextmanager
def serving_home(folder: Path, lang: str):
    """``with serving_home(folder, lang) as home``: a server over an empty home."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = folder / "told"
    said = {
        "YAAD_HOME": str(folder / "home"),
        "YAAD_SECRET_KEY": secrets.token_urlsafe(48),
        "YAAD_ADDRESS": f"http://127.0.0.1:{port}",
        "YAAD_TWO_FACTOR": "optional",
        "YAAD_LANG": lang,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "yaad", "serve", "--home", said["YAAD_HOME"]]
    with told.open("w") as out, subprocess.Popen(command, stdout=out, env=os.environ | said) as process:
        try:
            for _ in range(2400):
                found = re.search(r"http://\S+/setup/\?key=\S+", told.read_text("utf-8"))
                if found and _answers(port):
                    break
                assert process.poll() is None, told.read_text("utf-8")
                time.sleep(0.1)
            yield Home(f"http://127.0.0.1:{port}", told, found[0], said)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
