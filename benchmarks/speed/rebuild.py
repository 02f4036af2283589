"""``python -m benchmarks.speed.rebuild [--deals N] [--entries N]``: a book made anew from originals and journal.

Prints the seconds of the import and of the rebuild, the peak memory, and whether figures are the same before and after,
as one JSON object, which is kept.
"""

import argparse
import datetime as dt
import json
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import commit
from benchmarks.speed import company
from yaad.book import Book
from yaad.facts import Lake, journal_of, settle
from yaad.model import NoteEntry

RESULT = Path(__file__).parent.parent / "results" / "rebuild.json"
AIM = 60
"""Seconds of a million deals."""
MEASURES = ("inquiries", "won", "lost", "open", "win_rate", "sales_cycle", "dwell")


def write_notes(book: Book, entries: int) -> None:
    """So many notes, on deals all over the book; folded into the lake at the end."""
    journal, at = journal_of(book.root), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    table = book.facts.deals
    deals = book.facts.run(table.select("deal_id").limit(max(entries, 1)))["deal_id"].to_pylist()
    for n in range(entries):
        deal = deals[n % len(deals)]
        journal.append(NoteEntry(deal_id=deal, at=at, by="one", key=str(n), text=f"note {n}"))
    settle(Lake.open(book.root), journal, every=1)


def processor() -> float:
    """Seconds that the processors have worked for this and what it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def figures(book: Book) -> dict[str, object]:
    """What each measure says, to twelve digits: sums of floats by several threads differ in the last one."""
    said = json.dumps(book.measure(*MEASURES).to_dict()["measures"], default=str)
    rounded = json.loads(said, parse_float=lambda text: f"{float(text):.12g}")
    return {str(one["id"]): one for one in rounded}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=2_000)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yaad-rebuild-") as name:
        folder = Path(name)
        company.write_file(folder, said.deals)
        imported = company.import_file(folder)
        book = Book.open(folder / "book")
        write_notes(book, said.entries)
        before = figures(book)
        start, before_it = time.perf_counter(), processor()
        book.rebuild()
        seconds, worked, load = time.perf_counter() - start, processor() - before_it, os.getloadavg()[0]
        after = figures(book)
        book.close()
    differ = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    result = {
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(load, 1)},
        "deals": said.deals,
        "entries": said.entries,
        "import_seconds": round(imported, 1),
        "rebuild_seconds": round(seconds, 1),
        "rebuild_processor_seconds": round(worked, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "differ": differ,
        "accepted": not differ and (said.deals < 1_000_000 or seconds <= AIM),
    }
    print(json.dumps(result, indent=1))
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
