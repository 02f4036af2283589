"""A small company made for the pages: four stages, Hebrew and English names, and names that want to do harm."""

import csv
import datetime as dt
import random
from pathlib import Path

AS_OF = dt.date(2026, 11, 23)
STAGES = ("פנייה", "פגישה", "הצעת מחיר", "מו״מ")
HOSTILE = ("<script>alert(1)</script>", "Novatek Ltd.", '=HYPERLINK("http://x")', "רשת שקד (סניף 3)", "{{7*7}}")
HEADER = ("id", "name", "rep", "source", "phone", "amount", *STAGES, "closed", "outcome")
MAPPING = """kind: deals
shape: wide
columns: {id: id, name: name, rep: rep, source: source, phone: phone, amount: amount, closed: closed, stage: outcome}
stages:
  - {name: פנייה, entered: פנייה}
  - {name: פגישה, entered: פגישה}
  - {name: הצעת מחיר, entered: הצעת מחיר}
  - {name: מו״מ, entered: מו״מ}
  - {name: נסגר, type: won}
  - {name: לא נסגר, type: lost}
dates: iso
currency: ILS
zone: Asia/Jerusalem
"""
PASSING = (0.55, 0.6, 0.45, 0.68)
DAYS = (3, 8, 18, 12)
LOSING = 25  # a deal that does not move on is lost so many days later, or is still open


def rows(count: int = 400, seed: int = 7) -> list[dict[str, str]]:
    """The rows of the file; the same ones each time."""
    draw = random.Random(seed)
    return [_row(draw, number) for number in range(1, count + 1)]


def _row(draw: random.Random, number: int) -> dict[str, str]:
    row = dict.fromkeys(HEADER, "")
    row["id"] = f"D-{number:04}"
    row["name"] = HOSTILE[number - 1] if number <= len(HOSTILE) else f"לקוח {number}"
    row["rep"] = draw.choice(("יואב כהן", "Michal A.", "עומר חדד"))
    row["source"] = draw.choice(("Google", "WhatsApp", "הפניה", ""))
    row["phone"] = f"054-555-{number:04}"
    row["amount"] = str(draw.randrange(8, 120) * 1000)
    day = dt.date(2026, 1, 4) + dt.timedelta(days=draw.randrange(0, 300))
    for stage, passing, days in zip(STAGES, PASSING, DAYS, strict=True):
        row[stage] = day.isoformat()
        moves_on = draw.random() < passing
        day += dt.timedelta(days=draw.randrange(1, 2 * days) if moves_on else draw.randrange(2, 2 * LOSING))
        if day > AS_OF:
            return row | {"outcome": stage}
        if not moves_on:
            return row | {"closed": day.isoformat(), "outcome": "לא נסגר"}
    return row | {"closed": day.isoformat(), "outcome": "נסגר"}


def write(folder: Path) -> tuple[Path, Path]:
    """The file and its mapping."""
    file, mapping = folder / "עסקאות.csv", folder / "company.yaml"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER)
        writer.writeheader()
        writer.writerows(rows())
    mapping.write_text(MAPPING, "utf-8")
    return file, mapping
