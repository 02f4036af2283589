"""Small results made by hand: a pipeline in both languages, its times, a plan."""

import datetime as dt
from dataclasses import replace

import pytest

from yaad.model import DwellRow, Dwells, Funnel, FunnelRow

AS_OF = dt.date(2026, 11, 23)


@pytest.fixture
def funnel() -> Funnel:
    """1,207 inquiries, of which 103 are won, 110 open and 994 lost."""
    return Funnel(
        stages=(
            FunnelRow("Inquiry", 1207, 604, 565, 38, 604 / 1207, 0.517, 0.49, 0.545),
            FunnelRow("Meeting", 604, 362, 228, 14, 362 / 604, 0.614, 0.57, 0.65),
            FunnelRow("Quote", 362, 152, 161, 49, 152 / 362, 0.486, 0.42, 0.55, immature=True),
            FunnelRow("Negotiation", 152, 103, 40, 9, 103 / 152, 0.72, 0.64, 0.8),
        ),
        won=103,
        undated=0,
        as_of=AS_OF,
    )


@pytest.fixture
def hebrew_funnel(funnel) -> Funnel:
    """The same with Hebrew stages."""
    names = ("פנייה", "פגישה", "הצעת מחיר", "מו״מ")
    return replace(funnel, stages=tuple(replace(row, stage=n) for row, n in zip(funnel.stages, names, strict=True)))


@pytest.fixture
def dwells() -> Dwells:
    """A stage without history, a typical time, and a total whose upper end is not reached."""
    silent = DwellRow("Prospecting", "first", None, None, None, None, None, None, None, None, None, 0, 0)
    engaging = DwellRow(
        "Engaging", "first", 69.0, 67.0, 70.0, 10.0, 107.0, 112.0, 71.2, 140.0, 47.985, 8300, 1589, left_out=3
    )
    total = DwellRow("total", "first", 69.0, 67.0, None, 10.0, 107.0, 112.0, 71.2, 140.0, 47.985, 8300, 1589)
    return Dwells((silent, engaging), total, AS_OF)
