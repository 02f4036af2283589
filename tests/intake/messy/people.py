"""The people and things that the messy sheets speak of: the same ones each time."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

FIRST = ("דנה", "יוסי", "מיכל", "אורי", "רונית", "שלמה", "תמר", "אבי", "נועה", "משה", "הילה", "עידן")
LAST = ("לוי", "כהן", "מזרחי", "פרץ", "ביטון", "דהן", "אברהם", "פרידמן", "שפירא", "גולן")
REPS = ("גיא", "ענת", "ליאור")
SOURCES = ("גוגל", "פייסבוק", "המלצה", "שילוט")
PRODUCTS = ("מרפסת", "פרגולה", "סגירת חורף", "חלון")


@dataclass(frozen=True)
class Inquiry:
    """One inquiry as it truly was.

    Attributes:
        number: from 1.
        name: of the customer; each has one of their own.
        phone: as people write it; each has one of their own.
        day: when it came.
        amount: without VAT; None where nobody wrote one.
        end: won, lost, or None while it is open.
        rep, source, product: as the words say.
    """

    number: int
    name: str
    phone: str
    day: dt.date
    amount: Decimal | None
    end: str | None
    rep: str
    source: str
    product: str


def inquiries(seed: int, count: int = 200, start: dt.date = dt.date(2025, 1, 2), days: int = 150) -> list[Inquiry]:
    """So many inquiries in the order in which they came."""
    draw = random.Random(seed)
    came = sorted(draw.randrange(days) for _ in range(count))
    return [
        Inquiry(
            number,
            f"{draw.choice(FIRST)} {draw.choice(LAST)} {number}",
            f"05{draw.choice('0248')}-{2_000_000 + seed * 10_000 + number * 7}",
            start + dt.timedelta(days=day),
            Decimal(draw.randrange(20, 900) * 50) if draw.random() < 0.85 else None,
            draw.choices(("won", "lost", None), (25, 35, 40))[0],
            draw.choice(REPS),
            draw.choice(SOURCES),
            draw.choice(PRODUCTS),
        )
        for number, day in enumerate(came, start=1)
    ]
