"""The company that is measured: a million deals and their moves, as a file and as a book."""

import time
from pathlib import Path

import pyarrow.csv

from yaad.book import Book
from yaad.demo import Group, Rep, World, simulate

DAYS = 730
MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at, rep: rep}
stages: [Inquiry, Meeting, Quote, Negotiation, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
"""


def world(deals: int) -> World:
    return World(
        days=DAYS,
        inquiries_a_day=deals / DAYS,
        reps=tuple(Rep(name=f"Rep {number:02d}", share=1 / 40) for number in range(40)),
        sources=tuple(Group(name=name, share=0.25) for name in ("site", "phone", "referral", "campaign")),
    )


def write_file(folder: Path, deals: int) -> tuple[Path, Path]:
    """The moves as a CSV of events, and its map."""
    moves = simulate(world(deals), seed=1).tables()["moves"]
    events = moves.select(["deal_id", "to_stage", "at", "by"]).rename_columns(["deal", "stage", "at", "rep"])
    path, mapping = folder / "events.csv", folder / "events.yaml"
    pyarrow.csv.write_csv(events, path)
    mapping.write_text(MAP, "utf-8")
    return path, mapping


def import_file(folder: Path) -> float:
    """Seconds to bring the file into a new book."""
    start = time.perf_counter()
    book = Book.create(folder / "book")
    book.import_files([folder / "events.csv"], mapping=folder / "events.yaml")
    book.close()
    return time.perf_counter() - start


def visits_files(folder: Path) -> list[str]:
    """The Parquet files of the book's stage visits."""
    from yaad.facts import Lake

    lake = Lake.open(folder / "book")
    return lake.files("stage_visits", lake.pin())
