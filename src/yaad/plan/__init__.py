"""What to do to reach a target: planning backwards, what-if, and until when inquiries still help.

Pure functions of ratios and counts; the company's own ratios come from the measures through the book.
"""

from yaad.plan.backwards import INQUIRIES, Amount, Needed, Plan, closings_for_value, plan_backwards
from yaad.plan.lags import (
    END,
    LOST,
    OPEN,
    WON,
    Lag,
    LastUseful,
    arrivals_to_wins,
    by_month,
    last_useful_dates,
    with_dates,
)
from yaad.plan.ratios import Ratio, check_ratios, read_ratio, typed_ratios, with_step
from yaad.plan.whatif import Expected, WhatIf, what_if

__all__ = [
    "END",
    "INQUIRIES",
    "LOST",
    "OPEN",
    "WON",
    "Amount",
    "Expected",
    "Lag",
    "LastUseful",
    "Needed",
    "Plan",
    "Ratio",
    "WhatIf",
    "arrivals_to_wins",
    "by_month",
    "check_ratios",
    "closings_for_value",
    "last_useful_dates",
    "plan_backwards",
    "read_ratio",
    "typed_ratios",
    "what_if",
    "with_dates",
    "with_step",
]
