"""Simulated companies written as the file that a company would export, and the book that it becomes."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from yaad.book import Book
from yaad.demo import History


def write(folder: Path, history: History, columns: Mapping[str, Sequence[str]] | None = None) -> tuple[Path, Path]:
    """One row a deal with a moment for each stage, and its mapping.

    Args:
        folder: where the two files go.
        history: the company.
        columns: the company's own columns, one text a deal that has come by the last day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world, paths, now = history.world, history.paths, history.cut()
    stages = [step.stage for step in world.steps]
    own = dict(columns or {})
    head = ["id", "source", "rep", "amount", *stages, "closed", "outcome", *own]
    file, mapping = folder / "deals.csv", folder / "deals.yaml"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        for deal in range(history.visible()):
            entered = [_moment(history, at) for at in paths.entered[deal, :-1]]
            won, lost = paths.entered[deal, -1] < now, paths.lost[deal] < now
            reached = int((paths.entered[deal, :-1] < now).sum()) - 1
            outcome = world.won if won else world.lost if lost else stages[reached]
            closed = _moment(history, min(paths.entered[deal, -1], paths.lost[deal]))
            source = world.sources[paths.source[deal]].name if world.sources else ""
            rep = world.reps[paths.rep[deal]].name if world.reps else ""
            row = [f"D{deal}", source, rep, f"{paths.amount[deal]:.0f}", *entered, closed, outcome]
            writer.writerow([*row, *(values[deal] for values in own.values())])
    read = {
        "kind": "deals",
        "shape": "wide",
        "columns": {"id": "id", "source": "source", "rep": "rep", "amount": "amount", "closed": "closed"}
        | {"stage": "outcome"},
        "stages": [
            *({"name": stage, "entered": stage} for stage in stages),
            {"name": world.won, "type": "won"},
            {"name": world.lost, "type": "lost"},
        ],
        "dates": "iso",
        "currency": "ILS",
        "zone": world.zone,
    }
    mapping.write_text(yaml.safe_dump(read, sort_keys=False), encoding="utf-8")
    return file, mapping


def book_of(folder: Path, history: History, columns: Mapping[str, Sequence[str]] | None = None) -> Book:
    """The book of a company that was written so."""
    file, mapping = write(folder, history, columns)
    book = Book.create(folder / "book")
    book.import_files([file], mapping=mapping, as_of=history.as_of)
    return book


def outcomes(history: History) -> np.ndarray:
    """``won``, ``lost`` or ``open`` of each deal that has come by the last day."""
    count, now = history.visible(), history.cut()
    won, lost = history.paths.entered[:count, -1] < now, history.paths.lost[:count] < now
    return np.where(won, "won", np.where(lost, "lost", "open"))


def _moment(history: History, days: float) -> str:
    if not days < history.cut():
        return ""
    start = dt.datetime.combine(history.world.start, dt.time())
    return (start + dt.timedelta(seconds=int(days * 86_400))).isoformat(sep=" ")
