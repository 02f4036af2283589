"""One case a name, in a process of its own: ``python -m benchmarks.intake.cases NAME FOLDER`` prints its seconds."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path


def _bare(folder: Path, name: str) -> Callable[[], object]:
    import duckdb

    def run() -> object:
        rows = duckdb.read_csv(str(folder / name), all_varchar=True)
        return rows.aggregate(", ".join(f'max(strlen("{name}"))' for name in rows.columns) + ", count(*)").fetchall()

    return run


def bare_xlsx(folder: Path) -> Callable[[], object]:
    from python_calamine import CalamineWorkbook

    def run() -> object:
        sheet = CalamineWorkbook.from_path(str(folder / "deals.xlsx")).get_sheet_by_index(0)
        return sum(1 for _ in sheet.iter_rows())

    return run


def _understand(folder: Path, name: str) -> Callable[[], object]:
    from yaad.intake import load, understand

    def run() -> object:
        understood = understand(folder / name)
        assert not understood.questions, understood.questions
        batch = load(folder / name, understood.mapping, understood=understood)
        return {table: rows.num_rows for table, rows in batch.tables.items()}

    return run


def _store(folder: Path, name: str, book_name: str) -> Callable[[], object]:
    from yaad.book import Book

    path = folder / book_name

    def run() -> object:
        book = Book.open(path) if path.exists() else Book.create(path)
        report = book.import_files([folder / name])
        book.close()
        stored = report.stored
        return {part: getattr(stored, part) for part in ("new", "changed", "unchanged")}

    return run


CASES: dict[str, Callable[[Path], Callable[[], object]]] = {
    "bare_csv": partial(_bare, name="deals.csv"),
    "understand_csv": partial(_understand, name="deals.csv"),
    "import_csv": partial(_store, name="deals.csv", book_name="book"),
    "again_csv": partial(_store, name="deals.csv", book_name="book"),
    "changed_csv": partial(_store, name="changed.csv", book_name="book"),
    "bare_xlsx": bare_xlsx,
    "understand_xlsx": partial(_understand, name="deals.xlsx"),
    "import_xlsx": partial(_store, name="deals.xlsx", book_name="book-xlsx"),
    "bare_large": partial(_bare, name="large.csv"),
    "import_large": partial(_store, name="large.csv", book_name="book-large"),
}


if __name__ == "__main__":
    run = CASES[sys.argv[1]](Path(sys.argv[2]))
    start = time.perf_counter()
    answer = run()
    print(json.dumps({"seconds": round(time.perf_counter() - start, 2), "answer": repr(answer)}))
