"""Columns of dates that can be read both ways, beside columns of the file that cannot: read alike where that fits.

What does not fit is a date before the deal came or after it ended, one after the day in the file's name, and one that
is far from all other dates of the file, while the other reading has fewer such dates. Then the column is asked about,
as it is where the columns that show their order differ.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import Floats, pc
from yaad.intake.deciding.dates import DateDecision
from yaad.intake.deciding.days import EPOCH, Order
from yaad.intake.decisions import BEGINS, ENDS, Decisions
from yaad.intake.fields import FIELDS
from yaad.intake.snapshots import day_of
from yaad.text import Message

PLANNED = ("expected_close", "next_step_day", "start", "end")
"""Dates that may lie ahead: they stay within no range."""
FAR = 31
"""Days beyond all other dates of a file that one of a column in doubt may lie and still fit."""
OTHER = {Order.DAY_FIRST: Order.MONTH_FIRST, Order.MONTH_FIRST: Order.DAY_FIRST}


@dataclass(frozen=True)
class _Fit:
    """How one reading fits the other columns: rows against their order in time, rows beyond or far beyond them."""

    misfits: int
    beyond: int
    far: int


def follow_siblings(found: Decisions) -> None:
    """Decide columns in doubt by the columns that show their order, or add to their questions what those say."""
    doubtful = [name for name, (_, one) in found.dates.items() if one.question is not None and not _contradicts(one)]
    shown = {name: one.order for name, (_, one) in found.dates.items() if one.order is not None and one.order in OTHER}
    if not doubtful or not shown:
        return
    if len(set(shown.values())) > 1:
        for name in doubtful:
            _tell(found, name, Message("intake.evidence_sure_differ", _columns_of_each(found, shown)))
        return
    order = next(iter(shown.values()))
    days = {name: _days(found, name) for name, (_, one) in found.dates.items() if _is_sure(one)}
    followed: list[str] = []
    for name in doubtful:
        mine, other = (_fit(found, name, _days(found, name, one), days) for one in (order, OTHER[order]))
        if mine.misfits > other.misfits or (mine.misfits == other.misfits and _is_out_of_range(mine, other)):
            n, others = (mine.misfits, other.misfits) if mine.misfits else (mine.far, other.far)
            values: dict[str, object] = {"order": _name(order), "n": n, "other": others}
            _tell(found, name, Message("intake.evidence_siblings", values))
        else:
            _follow(found, name, order)
            followed.append(found.fields[name])
    if followed:
        values = {"columns": ", ".join(followed), "n": len(followed), "order": _name(order)}
        found.notes.append(Message("intake.note_dates_siblings", values))


def _is_out_of_range(mine: _Fit, other: _Fit) -> bool:
    """A reading gives dates far from all others, and the other reading none, and fewer beyond them."""
    return mine.far > 0 == other.far and other.beyond < mine.beyond


def _is_sure(decision: DateDecision) -> bool:
    return decision.question is None and decision.year_question is None


def _contradicts(decision: DateDecision) -> bool:
    """The column itself holds dates of both orders, or of another calendar."""
    if decision.question is not None and decision.question.text.key == "intake.ask_hebrew_dates":
        return True
    evidence = decision.question.evidence[0].values if decision.question else {}
    return bool(evidence.get("day_first") and evidence.get("month_first"))


def _days(found: Decisions, name: str, order: Order | None = None) -> Floats:
    """Each row's day since 1970; not a number where it has none."""
    days = found.read_dates(name, order).day.cast(pa.int32()).cast(pa.float64())
    return np.asarray(pc.fill_null(days, np.nan).to_numpy(zero_copy_only=False), np.float64)


def _fit(found: Decisions, name: str, days: Floats, others: dict[str, Floats]) -> _Fit:
    """How days of a column fit those of the columns that are sure."""
    wrong = np.zeros(len(days), np.bool_)
    for other, theirs in others.items():
        if _comes_before(found, name, other):
            wrong |= days > theirs
        if _comes_before(found, other, name):
            wrong |= days < theirs
    actual = [theirs for other, theirs in others.items() if other not in PLANNED and not np.isnan(theirs).all()]
    if name in PLANNED or not actual:
        return _Fit(int(wrong.sum()), 0, 0)
    low, high = min(np.nanmin(one) for one in actual), max(np.nanmax(one) for one in actual)
    if (listed := day_of(found.table.grids)) is not None and (last := listed.toordinal() - EPOCH) >= high:
        wrong |= days > last  # the list was taken on that day
    beyond, far = (days < low) | (days > high), (days < low - FAR) | (days > high + FAR)
    return _Fit(int(wrong.sum()), int(beyond.sum()), int(far.sum()))


def _comes_before(found: Decisions, one: str, other: str) -> bool:
    """A field's date is never later than another's."""
    stages = [name for name in found.fields if name not in FIELDS[found.kind]]  # the date of a stage each
    if one in BEGINS:
        return other in (*stages, *ENDS, "expected_close", "next_step_day", "updated", "at")
    if one in stages:
        return other in ENDS
    return (one, other) == ("start", "end") or (one in ENDS and other == "updated")


def _follow(found: Decisions, name: str, order: Order) -> None:
    parts, decision = found.dates[name]
    how = Message("intake.how_dates_siblings", {"order": _name(order)})
    found.dates[name] = (parts, replace(decision, order=order, how=how, question=None))
    found.how[found.fields[name]] = how


def _tell(found: Decisions, name: str, evidence: Message) -> None:
    """Add what the other columns say to the question on a column."""
    parts, decision = found.dates[name]
    question = decision.question
    assert isinstance(question, Question)
    told = replace(question, evidence=(*question.evidence, evidence))
    found.dates[name] = (parts, replace(decision, question=told))


def _columns_of_each(found: Decisions, shown: dict[str, Order]) -> dict[str, object]:
    return {one.value: ", ".join(found.fields[n] for n, order in shown.items() if order is one) for one in OTHER}


def _name(order: Order) -> Message:
    return Message(f"intake.order_{order.value}")
