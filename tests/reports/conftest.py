"""Books to report on: a small company by hand, and one that has hardly begun."""

import csv
import datetime as dt
import shutil
import subprocess

import pytest

from yaad.book import Book

STAGES = ("Inquiry", "Meeting", "Quote")
NAMES = ("Novatek Ltd.", "כרמל (בע״מ)", "=1+1", "+972-50-1234567", "@SUM(A1)", "-5", "＝EVIL()", "Alon [North]")


def deal(number: int) -> dict[str, str]:
    """One of 120 deals: each third is won, each third lost, the rest open; sources take turns."""
    start = dt.date(2026, 1, 1) + dt.timedelta(days=number)
    outcome = ("Won", "Lost", STAGES[number % 3])[number % 3 if number < 100 else 2]
    closed = start + dt.timedelta(days=10 + number % 20) if outcome in ("Won", "Lost") else None
    return {
        "deal id": f"D{number:03d}",
        "name": NAMES[number % len(NAMES)],
        "owner": ("Dana", "Avi O'Neil")[number % 2],
        "source": ("Search", "פייסבוק", "Referral")[number % 7 % 3],
        "stage": outcome,
        "amount": str(1000 + 10 * number),
        "created": start.isoformat(),
        "closed": closed.isoformat() if closed else "",
        "phone": f"+972501234{number:03d}",
        "city": '=HYPERLINK("x")' if number == 7 else "חיפה",
    }


MAP = """kind: deals
shape: two_dates
zone: UTC
columns: {id: deal id, name: name, owner: owner, source: source, stage: stage, amount: amount, entered: created,
          closed: closed, phone: phone}
entered_opens: Inquiry
currency: ILS
stages: [{name: Inquiry}, {name: Meeting}, {name: Quote}, {name: Won, type: won}, {name: Lost, type: lost}]
"""


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """The file and the mapping of the small company."""
    folder = tmp_path_factory.mktemp("company")
    mapping = folder / "company.yaml"
    mapping.write_text(MAP, "utf-8")
    return write(folder / "עסקאות.csv", [deal(number) for number in range(120)]), mapping


@pytest.fixture(scope="session")
def imported(company, tmp_path_factory):
    """The small company's book and the account of its import."""
    file, mapping = company
    book = Book.create(tmp_path_factory.mktemp("books") / "book")
    report = book.import_files([file], mapping=mapping)
    yield book, report
    book.close()


@pytest.fixture(scope="session")
def beginner(tmp_path_factory):
    """A book of 20 open deals without amounts, sources or phones."""
    folder = tmp_path_factory.mktemp("beginner")
    rows = [
        {"deal id": str(number), "name": f"לקוח {number}", "stage": "Inquiry", "created": f"2026-03-{number:02d}"}
        for number in range(1, 21)
    ]
    mapping = folder / "map.yaml"
    mapping.write_text(
        "kind: deals\nshape: two_dates\nzone: UTC\ncolumns: {id: deal id, name: name, stage: stage, entered: created}\n"
        "entered_opens: Inquiry\nstages: [{name: Inquiry}, {name: Won, type: won}, {name: Lost, type: lost}]\n",
        "utf-8",
    )
    book = Book.create(folder / "book")
    book.import_files([write(folder / "deals.csv", rows)], mapping=mapping)
    yield book
    book.close()


@pytest.fixture(scope="session")
def text_of():
    """``text_of(path)``: the words of a PDF, page by page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler's pdftotext is absent")

    def read(path) -> list[str]:
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
        return done.stdout.decode().split("\f")[:-1]

    return read
