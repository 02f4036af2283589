"""The catalogue of measures: each one declaration, one query → sufficient statistics, one pure function to finish it.

`measure`, `funnel`, `dwell`, `conversion`, `stage_ratios` and `explain` answer a `Scope`: Ibis tables as of a day with
a period and a breakdown. Estimators stand in `statistics`, the measures themselves in `catalogue`.
"""

from yaad.measures.behind import Behind, behind
from yaad.measures.conversions import (
    StageRatio,
    StageRatios,
    conversion,
    conversion_notes,
    default_window,
    stage_ratios,
    way_lengths,
)
from yaad.measures.definition import AsOf, Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import DIMENSIONS
from yaad.measures.dwells import BASES, dwell
from yaad.measures.funnels import funnel
from yaad.measures.quality import filled_columns, quality
from yaad.measures.registry import REGISTRY, adds_up, every_measure, explain, find, holds_in_parts, measure
from yaad.measures.scope import Scope, are_many
from yaad.measures.snapshots import month_ends
from yaad.measures.stuck import open_stays, stalled_deals, stuck_deals
from yaad.measures.tellable import Tellable, tellable

__all__ = [
    "BASES",
    "DIMENSIONS",
    "REGISTRY",
    "AsOf",
    "Behind",
    "Censoring",
    "Family",
    "Good",
    "Kind",
    "Measure",
    "Scope",
    "StageRatio",
    "StageRatios",
    "Tellable",
    "Unit",
    "adds_up",
    "are_many",
    "behind",
    "conversion",
    "conversion_notes",
    "default_window",
    "dwell",
    "every_measure",
    "explain",
    "filled_columns",
    "find",
    "funnel",
    "holds_in_parts",
    "measure",
    "month_ends",
    "open_stays",
    "quality",
    "stage_ratios",
    "stalled_deals",
    "stuck_deals",
    "tellable",
    "way_lengths",
]
