"""The win chance of each open deal: told by the way that was best on past days that it had not seen, or withheld.

`win_chances` is the only door. `past` cuts what a book knows at any day, `fields` says which fields may speak,
`hazards` and `boosting` are the ways beside stage and age, `proving` plays the past again, `ladder` chooses, `reasons`
gives words; `choosing` picks some of the deals.
"""

from yaad.insight.winning.chances import stage_rates, win_chances
from yaad.insight.winning.choosing import Order, Wanted, chosen
from yaad.insight.winning.fields import Refused
from yaad.insight.winning.result import HIGH, LOW, DealChance, Kept, Level, StageRate, WinChances
from yaad.insight.winning.scores import Scores

__all__ = [
    "HIGH",
    "LOW",
    "DealChance",
    "Kept",
    "Level",
    "Order",
    "Refused",
    "Scores",
    "StageRate",
    "Wanted",
    "WinChances",
    "chosen",
    "stage_rates",
    "win_chances",
]
