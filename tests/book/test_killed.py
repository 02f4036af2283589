"""An import that is killed: the book is as before or as after, and the same import comes through cleanly afterwards."""

import signal
import subprocess
import sys
import time

import pytest

import yaad

MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
FIRST = "deal,stage,at\nA,New,2026-01-01\nB,New,2026-01-02\nB,Won,2026-01-08\n"
DEALS = 30_000


@pytest.mark.parametrize("seconds", [0.6, 1.6, 2.2, 2.8, 3.4])
def test_nothing_half_done_is_seen(tmp_path, seconds):
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    (tmp_path / "first.csv").write_text(FIRST, "utf-8")
    rows = (
        f"D{number},{stage},2026-01-0{day}\n" for number in range(DEALS) for stage, day in (("New", 3), ("Quote", 5))
    )
    (tmp_path / "more.csv").write_text("deal,stage,at\n" + "".join(rows), "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "first.csv"], mapping=tmp_path / "map.yaml")
    command = [sys.executable, "-m", "yaad", "import", "more.csv", "--map", "map.yaml", "--book", "book", "--yes"]
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    running.wait()

    def counts():
        return tuple(figure.value for figure in book.measure("deals", "won", "open").content)

    before, after = (2, 1, 1), (DEALS + 2, 1, DEALS + 1)
    assert counts() in (before, after)
    book.import_files([tmp_path / "more.csv"], mapping=tmp_path / "map.yaml")
    assert counts() == after
    book.rebuild()
    assert counts() == after
