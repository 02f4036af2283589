"""An import that is killed: the book is as before or as after, and the same import comes through cleanly afterwards."""

import importlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOMENTS = 20


def test_nothing_half_done_is_seen(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    killed = importlib.import_module("benchmarks.killed")
    found = list(killed.trials(killed.Room(tmp_path), MOMENTS))
    assert len(found) == MOMENTS
    assert [one for one in found if not one["clean"]] == []
    assert sum(not one["ended"] for one in found) >= MOMENTS / 2, "the kills came too late to tell anything"
