"""What people say will come, by the column of a CRM in which they say it, and what came: by person."""

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from yaad.measures.columns import custom_names
from yaad.measures.scope import Scope
from yaad.model import Period

Sums = dict[str | None, tuple[float, float]]


def folded(text: str) -> str:
    """A name or a word without what people write differently.

    >>> folded("Forecast_Category Name"), folded("best-case")
    ('forecastcategoryname', 'bestcase')
    """
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def category_column(scope: Scope, names: frozenset[str]) -> str | None:
    """The company's own column in which people say how sure they are of a deal.

    Args:
        scope: the facts.
        names: what it may be called, `folded`.
    """
    return next((name for name in custom_names(scope) if folded(name) in names), None)


def by_category(scope: Scope, period: Period, column: str, words: Mapping[str, frozenset[str]]) -> Sums:
    """Person → money of the open deals due in a period that are said to come: for sure, and at best (these included).

    A deal without a day on which it is to close, or whose day has passed, counts in the period that runs: nobody said
    that it comes later. In a period that has not begun only deals count that are due in it.

    Args:
        scope: the facts.
        period: in which, or until whose end, a deal is due.
        column: see `category_column`.
        words: ``commit`` and ``best`` → the words of the column, `folded`.
    """
    deals = scope.deals
    due = deals.expected_close_day.isnull() | (deals.expected_close_day < ibis.literal(period.end))
    if period.start > scope.as_of:
        due = (deals.expected_close_day >= ibis.literal(period.start)) & due
    rows = deals.filter((deals.outcome == "open") & (deals.amount > 0) & due)
    told = rows.group_by(owner="owner", category=rows.custom.get(column)).aggregate(
        total=rows.amount.sum().cast("float64")
    )
    found: Sums = {}
    for row in scope.run(told).to_pylist():
        word = folded(row["category"] or "")
        sure = row["total"] if word in words["commit"] else 0.0
        best = sure + (row["total"] if word in words["best"] else 0.0)
        commit_before, best_before = found.get(row["owner"], (0.0, 0.0))
        found[row["owner"]] = (commit_before + sure, best_before + best)
    return found


def brought(scope: Scope, period: Period) -> Sums:
    """Person → deals won in a period by the data's day, and their money."""
    deals = scope.deals
    rows = deals.filter((deals.outcome == "won") & _within(deals, period.start, period.end))
    told = rows.group_by("owner").aggregate(
        n=rows.count().cast("float64"), total=rows.amount.sum().cast("float64").fill_null(0.0)
    )
    return {row["owner"]: (row["n"], row["total"]) for row in scope.run(told).to_pylist()}


def _within(deals: ir.Table, start: dt.date, end: dt.date) -> ir.BooleanValue:
    return (deals.closed_day >= ibis.literal(start)) & (deals.closed_day < ibis.literal(end))
