"""Tasks that the tests of the jobs run in child processes."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from yaad.errors import InputError
from yaad.text import Message


def add(arguments, report):
    report(1, 2)
    report(2, 2)
    return {"sum": sum(arguments["numbers"])}


def wait(arguments, report):
    report(1, 10, "halfway")
    time.sleep(60)


def once(arguments, report):
    """Waits the first time; done the second."""
    mark = Path(arguments["mark"])
    if mark.exists():
        return {"again": True}
    mark.touch()
    report(1, 10)
    time.sleep(60)
    return {}


def be_interrupted(arguments, report):
    report(1, 10)
    try:
        time.sleep(60)
    except BaseException:  # noqa: BLE001 – the stop is a class of the process, not of a module
        raise RuntimeError("Query interrupted") from None  # as an engine says it


def refuse(arguments, report):
    raise InputError(Message("errors.file_absent", {"path": "deals.csv"}))


def die(arguments, report):
    os._exit(3)


def break_down(arguments, report):
    raise ZeroDivisionError


def leave(arguments, report):
    """Leaves temporary files behind, and a process that goes on writing them."""
    folder = Path(tempfile.mkdtemp())
    (folder / "half.parquet").write_bytes(b"x" * 1000)
    (folder / "book").symlink_to(arguments["elsewhere"])
    code = (
        "import time, pathlib, sys\nfor n in range(600): pathlib.Path(sys.argv[1]).write_text(str(n)); time.sleep(0.1)"
    )
    subprocess.Popen([sys.executable, "-c", code, str(folder / "reader.tmp")])
    while not (folder / "reader.tmp").exists():
        time.sleep(0.02)
    report(1, 10, tempfile.gettempdir())
    if not arguments["ends"]:
        time.sleep(60)
    return {"folder": tempfile.gettempdir()}
