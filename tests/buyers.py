"""A file of orders of customers who buy and stop, with the truth of who stopped."""

import csv
import datetime as dt
from pathlib import Path

import numpy as np

from yaad.book import Book
from yaad.demo import Bought, draw_purchases

AS_OF = dt.date(2026, 3, 31)
HEADER = ("order_id", "customer", "rep", "date", "amount")
MAPPING = """kind: orders
columns: {id: order_id, account: customer, owner: rep, at: date, amount: amount}
dates: iso
currency: ILS
tax: net
zone: Asia/Jerusalem
"""
CONTRACTS = """customer,rep,start,end,amount
Ada,Lea,2025-01-01,2026-12-31,100
Ben & Sons,Lea,2025-03-01,2025-09-01,200
<b>Cal</b>,Noa,2025-07-01,,300
Dan,Noa,2025-10-01,2026-04-15,400
"""
CONTRACT_MAPPING = """kind: contracts
columns: {account: customer, owner: rep, start: start, end: end, amount: amount}
dates: iso
currency: ILS
tax: net
zone: Asia/Jerusalem
"""


def shop(folder: Path, n: int, seed: int = 3) -> tuple[Path, Bought]:
    """The folder of a book of their orders; each has a mean of its own, around which the customer spends."""
    rng = np.random.default_rng(seed)
    bought = draw_purchases(n, (0.9, 40.0, 0.8, 2.4), rng)
    mean = 600 / rng.gamma(4.0, 1.0, n)
    rows = [(who, 0) for who in range(n)]
    rows += [(int(who), int(day)) for who, day in zip(bought.buyer, bought.day, strict=True)]
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number, (who, day) in enumerate(rows):
            at = AS_OF - dt.timedelta(days=int(bought.age[who]) - day)
            amount = f"{rng.gamma(6, mean[who] / 6):.2f}"
            writer.writerow((f"O{number}", f"לקוח {who}", ("Lea", "Noa")[who % 2], at.isoformat(), amount))
    return _book(folder, "orders.csv", MAPPING), bought


def subscribers(folder: Path) -> Path:
    """The folder of a book of four contracts, as of the same day: one ended, one about to."""
    (folder / "contracts.csv").write_text(CONTRACTS, "utf-8")
    return _book(folder, "contracts.csv", CONTRACT_MAPPING)


def _book(folder: Path, file: str, mapping: str) -> Path:
    (folder / "mapping.yaml").write_text(mapping, "utf-8")
    book = Book.create(folder / "book")
    book.import_files([folder / file], mapping=folder / "mapping.yaml", as_of=AS_OF)
    book.close()
    return book.root
