"""``python -m benchmarks.killed [--moments N]``: an import killed at random moments; the result is kept as JSON.

Each time a child in which the program is loaded says that it is ready and begins to import into a fresh copy of a
small book; SIGKILL comes at a moment drawn from a fixed seed over the measured length of an import that nobody kills.
Every second import is read in bins, as very large files are.
The book must then be as before or as after, and the same import must come through cleanly.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

import yaad
from yaad.intake import files
from yaad.intake.large import bins

RESULT = Path(__file__).parent / "results" / "killed.json"
SEED = 20260331
DEALS = 4_000
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at}
stages: [New, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
FIRST = "deal,stage,at\nA,New,2026-01-01\nB,New,2026-01-02\nB,Won,2026-01-08\n"
WAYS = 2
"""As any file, and as very large ones: in bins, here several."""
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["yaad.server.tasks", "yaad.intake.large.bins"])
BEFORE = (2, 3, 2, 1)
"""Deals, moves, stays and imports of the book as before."""


class Room:
    """A folder with a small book that is copied for each trial, and the file to import.

    Attributes:
        after: what `figures` are once the file of so many `deals` is in the book.
    """

    def __init__(self, folder: Path, deals: int = DEALS) -> None:
        self.folder, self.after = folder, (deals + 2, 2 * deals + 3, 2 * deals + 2, 2)
        (folder / "map.yaml").write_text(MAP, "utf-8")
        (folder / "first.csv").write_text(FIRST, "utf-8")
        rows = (f"D{n},{stage},2026-01-0{day}\n" for n in range(deals) for stage, day in (("New", 3), ("Quote", 5)))
        (folder / "more.csv").write_text("deal,stage,at\n" + "".join(rows), "utf-8")
        book = yaad.Book.create(folder / "before")
        book.import_files([folder / "first.csv"], mapping=folder / "map.yaml")
        book.close()

    def waiting(self, way: int) -> "Waiting":
        """A child with the program loaded that waits for the word, with a fresh copy of the book."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.folder / "before", place / "book")
        ours, theirs = FORKED.Pipe()
        child = FORKED.Process(target=_import, args=(place, way, theirs))
        child.start()
        theirs.close()
        return Waiting(place, child, ours)

    def length(self, way: int) -> float:
        """Seconds that the import takes when nobody kills it."""
        with self.waiting(way) as one:
            began = one.go()
            one.child.join()
            assert one.child.exitcode == 0
            return time.perf_counter() - began

    def check(self, book: yaad.Book) -> dict[str, object]:
        """What the book says after the kill, and after the same import again."""
        seen = figures(book)
        book.import_files([self.folder / "more.csv"], mapping=self.folder / "map.yaml")
        again = figures(book)
        book.close()
        told = {BEFORE: "before", self.after: "after"}.get(seen, f"half: {seen}")
        return {"seen": told, "clean": seen in (BEFORE, self.after) and again == self.after}


class Waiting:
    """A child that imports into a book of its own as soon as it is told to; its folder goes with it."""

    def __init__(self, place: Path, child: BaseProcess, told: Connection) -> None:
        self.place, self.child, self._told = place, child, told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.join()
        self._told.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def go(self) -> float:
        """Give the word; when that was."""
        assert self._told.recv() == "ready"
        self._told.send("go")
        return time.perf_counter()

    def killed_after(self, seconds: float) -> bool:
        """Let it begin, kill it after so many seconds; whether it had ended before."""
        self.go()
        time.sleep(seconds)
        self.child.kill()
        self.child.join()
        return self.child.exitcode == 0


def _import(place: Path, way: int, told: Connection) -> None:
    """What a child does."""
    os.chdir(place)
    if way:
        files.LARGE, bins.BIN = 0, 20_000
    book = yaad.Book.open("book")
    told.send("ready")
    told.recv()
    book.import_files(["../more.csv"], mapping="../map.yaml")


def figures(book: yaad.Book) -> tuple[int, ...]:
    """What a book holds."""
    tables = [book.facts.table(name) for name in ("deals", "stage_moves", "stage_visits")]
    counts = [book.facts.run(table.aggregate(n=table.count()))["n"][0].as_py() for table in tables]
    return (*counts, len(book.imports()))


def trials(room: Room, moments: int) -> Iterator[dict[str, object]]:
    """Kill at so many moments, drawn from the fixed seed over the length of an import.

    One that had ended before its kill shows that an import takes less than was measured: the next are killed earlier.
    """
    lengths = [max(room.length(way) for _ in range(2)) for way in range(WAYS)]
    draw = random.Random(SEED)
    following = room.waiting(0)
    for number in range(moments):
        way = number % WAYS
        seconds = draw.uniform(0, lengths[way])
        with following as one:
            ended = one.killed_after(seconds)
            if ended:
                lengths[way] = seconds
            if number + 1 < moments:  # the next child opens its book while that of this one is looked at
                following = room.waiting((number + 1) % WAYS)
            yield {"seconds": round(seconds, 4), "ended": ended, **room.check(yaad.Book.open(one.place / "book"))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=1000)
    moments = parser.parse_args().moments
    with tempfile.TemporaryDirectory(prefix="yaad-killed-") as folder:
        found = list(trials(Room(Path(folder)), moments))
    bad = [one for one in found if not one["clean"]]
    result = {
        "seed": SEED,
        "deals": DEALS,
        "moments": len(found),
        "last_second": max((one["seconds"] for one in found), default=0),
        "as_before": sum(one["seen"] == "before" for one in found),
        "as_after": sum(one["seen"] == "after" for one in found),
        "ended_before_the_kill": sum(bool(one["ended"]) for one in found),
        "bad": bad,
        "accepted": not bad,
    }
    print(json.dumps(result, ensure_ascii=False, indent=1))
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if result["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
