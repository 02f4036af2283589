"""Expected closings: open deals that are past theirs, and how much later than expected deals close.

Due are the deals whose expected closing has come, decided or open. A deal that is closed by its day, won or lost, did
not slip. The expected day is the one that stands on the deal now; where people put it off again and again, these
figures come out too good.
"""

from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.deals import shown
from yaad.measures.definition import AsOf, Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import asked, flags, floats, grouped, groups, integers
from yaad.measures.finishing import counted_share, estimated
from yaad.measures.lengths import counted
from yaad.measures.scope import Scope
from yaad.measures.statistics import Ending, Estimate, Spells, kaplan_meier
from yaad.model.figures import FEW, Figure
from yaad.text import Message

EXPECTED = "expected_close_day"
AS_TODAY = Message("measures.expected_as_today")
"""What these figures do not see, and what does."""


def _open(scope: Scope) -> ir.Table:
    """The open deals asked about by the day they came, and whether each is past its expected closing."""
    deals = asked(scope, scope.deals, "created_day")
    deals = deals.filter(deals.outcome == "open")
    return deals.mutate(is_over=deals.expected_close_day < ibis.literal(scope.as_of))


def _open_statistics(scope: Scope) -> ir.Table:
    deals = _open(scope)
    told = deals.expected_close_day.notnull()
    return grouped(
        scope, deals, open=deals.count(), told=deals.count(where=told), over=deals.count(where=deals.is_over)
    )


def _overdue(table: pa.Table, scope: Scope) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        running, told, over = (int(integers(rows, name).sum()) for name in ("open", "told", "over"))
        why = Message("measures.no_expected_close" if running else "measures.none_open")
        figures.append(
            counted_share(
                scope,
                "overdue_share",
                over,
                told,
                by,
                why=None if told else why,
                beside={"overdue": over, "without_date": running - told},
            )
        )
    return figures


def _due(scope: Scope) -> ir.Table:
    """The due deals asked about by their expected closing, with the ``days`` that each is late; 0: it is not.

    ``running``: it is open, and will be later still. Closed on an unknown day: nobody knows, so the days are null.
    """
    deals = asked(scope, scope.deals, EXPECTED)
    deals = deals.filter(deals.expected_close_day.notnull() & (deals.expected_close_day < ibis.literal(scope.as_of)))
    running = deals.outcome == "open"
    end = ibis.ifelse(running, ibis.literal(scope.as_of), deals.closed_day)
    days = end.delta(deals.expected_close_day, unit="day").cast("float64")
    late = ibis.greatest(days, ibis.literal(0.0, type="float64"))
    return deals.mutate(running=running, days=ibis.ifelse(days.isnull(), ibis.null("float64"), late))


def _due_statistics(scope: Scope) -> ir.Table:
    return counted(scope, _due(scope), "running")


def _slipped(table: pa.Table, scope: Scope) -> list[Figure]:
    """Late ÷ due."""
    figures = []
    for by, rows in groups(scope, table):
        days, count = floats(rows, "days"), integers(rows, "n")
        known = ~np.isnan(days)
        n, late = int(count[known].sum()), int(count[days > 0].sum())
        figures.append(
            counted_share(
                scope,
                "slipped_share",
                late,
                n,
                by,
                why=AS_TODAY if n else Message("measures.none_due"),
                beside={"late": late, "left_out": int(count[~known].sum())},
            )
        )
    return figures


def _slip_days(table: pa.Table, scope: Scope) -> list[Figure]:
    """The typical lateness of those that are late, open ones counted until today."""
    figures = []
    for by, rows in groups(scope, table):
        days, count = floats(rows, "days"), integers(rows, "n")
        late = days > 0
        ending = np.where(flags(rows, "running")[late], Ending.OPEN, Ending.ADVANCED)
        spells = Spells.count(days[late], ending, count[late])
        value, low, high = kaplan_meier(spells).estimate(0.5)
        if spells.total - spells.running < 2:
            low = high = None
        why = Message("measures.too_many_open", {"n": spells.running}) if spells.total else _why_none(days, count)
        figures.append(
            estimated(
                scope,
                "slip_days",
                Estimate(value, low, high),
                Unit.DAYS,
                n=spells.total,
                by=by,
                why=why if value is None else AS_TODAY,
                beside={"n_open": spells.running, "due": int(count[~np.isnan(days)].sum())},
            )
        )
    return figures


def _why_none(days: np.ndarray, count: np.ndarray) -> Message:
    return Message("measures.none_late" if count[~np.isnan(days)].sum() else "measures.none_due")


def _due_rows(scope: Scope, *, late: bool) -> ir.Table:
    deals = _due(scope)
    deals = deals.filter(deals.days > ibis.literal(0.0, type="float64")) if late else deals.filter(deals.days.notnull())
    return shown(scope, deals.mutate(late_days=deals.days), EXPECTED, "late_days")


def _open_rows(scope: Scope) -> ir.Table:
    deals = _open(scope)
    return shown(scope, deals.filter(deals.expected_close_day.notnull()), EXPECTED, "is_over")


SLIPS = (
    Measure(
        id="overdue_share",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        date_column="created_day",
        as_of=AsOf.STATE,
        good=Good.DOWN,
        source="Zoho Motivator, overdue deals, of the open ones with a date; interval: Wilson 1927",
        statistics=_open_statistics,
        finish=_overdue,
        rows=_open_rows,
        minimum=FEW,
    ),
    Measure(
        id="slipped_share",
        kind=Kind.RATIO,
        unit=Unit.RATE,
        date_column=EXPECTED,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.DOWN,
        source="Ebsta, slipped deals, of all that were due; interval: Wilson 1927",
        statistics=_due_statistics,
        finish=_slipped,
        rows=partial(_due_rows, late=False),
        minimum=FEW,
        has_rival=True,
    ),
    Measure(
        id="slip_days",
        kind=Kind.DURATION,
        unit=Unit.DAYS,
        date_column=EXPECTED,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.DOWN,
        source="Kaplan & Meier 1958; interval: Brookmeyer & Crowley 1982",
        statistics=_due_statistics,
        finish=_slip_days,
        rows=partial(_due_rows, late=True),
        minimum=FEW,
    ),
)
