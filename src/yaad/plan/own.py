"""The company's own funnel with the open deals counted: expected shares as the ratios of a plan."""

from collections.abc import Sequence
from fractions import Fraction

from yaad.measures import Scope
from yaad.measures.funnels import Followed, follow, funnel_statistics
from yaad.measures.statistics import Share
from yaad.measures.statistics.shrinkage import as_counts
from yaad.plan.ratios import Ratio

FINEST = 10**6
"""Denominators up to which an expected share is written as a fraction."""


def followed(scope: Scope) -> list[Followed]:
    """The deals of each group of a question, followed through the stages."""
    return follow(scope, scope.rows(funnel_statistics))


def expected_ratios(deals: Followed, names: Sequence[str]) -> list[Ratio]:
    """Of the inquiries, the part that will come to each stage when all is decided, as sure as the deals make it.

    Each step is its expected share (Aalen–Johansen: open deals are undecided, not lost), with as many counts behind it
    as a plain ratio would need to be as sure. Where nothing can be expected yet the counts of today stand.

    Args:
        deals: all deals of the company, or of a group.
        names: the stages after the first, and won.

    Raises:
        CannotTell: no deal came to a stage.
    """
    ratios: list[Ratio] = []
    part = Fraction(1)
    for place, name in enumerate(names):
        share = deals.shares[place]
        won, of = as_counts(share)
        if not is_expected(share):
            counted = Ratio.counted(name, deals.entered(place + 1), deals.entered(place))
            part *= counted.of_inquiries
            reached, before = counted.reached, counted.of
        else:
            part = min((part * Fraction(share.rate or 0.0)).limit_denominator(FINEST), part)
            reached, before = round(won), round(of)
        ratios.append(Ratio(name, part, reached, deals.entered(0), before))
    return ratios


def is_expected(share: Share) -> bool:
    """Whether a step of `expected_ratios` is its expected share, and not what is counted today."""
    return bool(share.rate) and round(as_counts(share)[0]) >= 1


def whole_share(deals: Followed) -> Share:
    """Of the inquiries of a group, the part that will be won."""
    return deals.expected(0, deals.stages)
