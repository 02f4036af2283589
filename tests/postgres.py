"""A PostgreSQL of one's own in a temporary folder: from Debian's package, on a free port of this machine alone."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
NAME = "yaad"


def absent() -> str:
    """Why no PostgreSQL can be started here; empty: one can."""
    if not FOLDERS or not (FOLDERS[-1] / "initdb").exists():
        return "PostgreSQL is absent (Debian's package postgresql)"
    if os.getuid() == 0 and (
        shutil.which("runuser") is None or "postgres" not in {one.pw_name for one in pwd.getpwall()}
    ):
        return "PostgreSQL refuses root, and the account postgres is absent"
    return ""


@dataclass(frozen=True)
class Cluster:
    """A running one, with an empty database and three roles: who may everything, the tables' owner, and who serves."""

    folder: Path
    port: int

    def address(self, role: str) -> str:
        """Of the database, as this role."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{NAME}"

    @property
    def variables(self) -> dict[str, str]:
        """By which the tests' server is set."""
        return {"YAAD_TEST_DATABASE": self.address("serves"), "YAAD_TEST_DATABASE_OWNER": self.address("owns")}

    def control(self, *verb: str) -> None:
        """Start or stop it, such as ``stop -m immediate``: as if the power went."""
        _run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-s", *verb)

    def start(self) -> None:
        """Start it, or start it again."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c max_connections=120 -c shared_buffers=32MB"
        self.control("start", "-l", str(self.folder / "log"), "-o", options)


def _run(name: str, *arguments: str) -> None:
    command = [str(FOLDERS[-1] / name), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """One that runs as long as this lasts, and leaves nothing behind."""
    import psycopg

    with tempfile.TemporaryDirectory(prefix="yaad-postgresql-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        _run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        found = Cluster(folder, _free_port())
        found.start()
        try:
            with psycopg.connect(found.address("postgres").replace(NAME, "postgres"), autocommit=True) as admin:
                for role in ("owns", "serves"):
                    admin.execute(f"CREATE ROLE {role} LOGIN")
                admin.execute(f"CREATE DATABASE {NAME} OWNER owns")
            yield found
        finally:
            found.control("stop", "-m", "immediate")
            _gone(found.port)


def _gone(port: int) -> None:
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
