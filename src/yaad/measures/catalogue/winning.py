"""What the open deals are worth by their chance: the weighted pipeline.

Each open deal counts with its amount × the chance that it is won (`measures.winning`); a closed deal never does. The
rival definition weighs by one fixed probability a stage, as CRM systems are delivered with; it looks at no age, so that
deals which stand still count as if they were new.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yaad.measures.catalogue.deals import shown
from yaad.measures.definition import AsOf, Censoring, Good, Kind, Measure, Unit
from yaad.measures.dimensions import asked, flags, floats, grouped, groups, integers, key_columns
from yaad.measures.funnels import DEALS, STAYS, follow, funnel_statistics
from yaad.measures.scope import Scope
from yaad.measures.statistics import LEVEL
from yaad.measures.winning import StageChances, between, standing
from yaad.model import Tax, single_unit
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

OPEN = "open_now"
MOST = 0.5
"""No figure where more than this share of the open deals has no amount."""
PAST = ("place", "ended", "days", "n", "undated")
AMOUNTS = ("currency", "tax", "has_amount", "total", "squares")


def _open_now(scope: Scope) -> ir.Table:
    return standing(scope, asked(scope, scope.deals, "created_day"))


def _statistics(scope: Scope) -> ir.Table:
    """All that the book has seen of its stages (the yardstick), and the open deals asked about by stage and days."""
    past = funnel_statistics(scope.asking(by=(), all_time=True))
    still = _open_now(scope)
    has_amount = still.amount.notnull() & (still.amount != 0)
    still = still.mutate(has_amount=has_amount, worth=still.amount.cast("float64"))
    keys = key_columns(scope)
    sums = {"n": still.count(), "total": still.worth.sum(), "squares": (still.worth * still.worth).sum()}
    here = grouped(scope, still, "place", "days", "currency", "tax", "has_amount", **sums)
    return past.select(
        **{key: ibis.null(here[key].type()) for key in keys},
        part=past.part,
        **{name: past[name] for name in PAST},
        currency=ibis.null("string"),
        tax=ibis.null("string"),
        has_amount=ibis.literal(value=False),
        total=ibis.null("float64"),
        squares=ibis.null("float64"),
    ).union(
        here.select(
            **{key: here[key] for key in keys},
            part=ibis.literal(OPEN),
            place=here.place.cast("int64"),
            ended=ibis.null("string"),
            days=here.days,
            n=here.n.cast("int64"),
            undated=ibis.literal(0, type="int64"),
            **{name: here[name] for name in AMOUNTS},
        ),
        distinct=False,
    )


def _finish(table: pa.Table, scope: Scope) -> list[Figure]:
    """The sum of amount × chance in each group, and between what it lies; none where most have no amount.

    While no deal of the book has ended, nobody can tell what they bring: 0 would be the least, and be read as nothing.
    While fewer than `FEW` have, it is not told either, here as on the board.

    Raises:
        InputError: amounts of mixed currency or tax in one group.
    """
    is_past = pc.is_in(table["part"], pa.array([DEALS, STAYS]))
    chances = StageChances(follow(scope.asking(by=(), all_time=True), table.filter(is_past))[0])
    return [_figure(scope, chances, by, rows) for by, rows in groups(scope, table.filter(pc.invert(is_past)))]


def _figure(scope: Scope, chances: StageChances, by: dict[str, Cell], rows: pa.Table) -> Figure:
    n, has_amount = integers(rows, "n"), flags(rows, "has_amount")
    known = rows.filter(pa.array(has_amount))
    single_unit(None if tax in (None, Tax.UNKNOWN.value) else tax for tax in known["tax"].to_pylist())
    unit = single_unit(known["currency"].to_pylist())
    every, having = int(n.sum()), int(n[has_amount].sum())
    why = None
    if every and (every - having) > MOST * every:
        why = Message("measures.no_amounts_open", {"n": every - having, "of": every})
    elif every and not chances.is_known:
        why = Message("measures.none_decided")
    elif every and chances.is_few:
        why = Message("measures.too_few", {"minimum": FEW})
    worth, squares = np.nan_to_num(floats(known, "total")), np.nan_to_num(floats(known, "squares"))
    mean, variance = chances.bring(integers(known, "place"), floats(known, "days"), worth, squares)
    low, high = between(mean, variance, float(worth.sum()))
    told = why is None
    return Figure(
        "weighted_pipeline",
        mean if told else None,
        unit,
        n=having,
        as_of=scope.as_of,
        low=low if told else None,
        high=high if told else None,
        level=LEVEL if told else None,
        period=scope.period,
        by=by,
        why=why,
        beside={"open": every, "open_value": float(worth.sum()), "without_amount": every - having},
    )


def _rows(scope: Scope) -> ir.Table:
    return shown(scope, _open_now(scope), "days")


WINNING = (
    Measure(
        id="weighted_pipeline",
        kind=Kind.DERIVED,
        unit=Unit.MONEY,
        date_column="created_day",
        as_of=AsOf.STATE,
        censoring=Censoring.OPEN_COUNTED,
        good=Good.UP,
        source="chance by stage and age: Putter, Fiocco & Geskus 2007",
        statistics=_statistics,
        finish=_finish,
        rows=_rows,
        has_rival=True,
    ),
)
