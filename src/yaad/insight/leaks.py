"""Where most is lost: the step with most lost deals, what they were worth, and whether the open ones may change it."""

from dataclasses import dataclass, replace

import ibis.expr.types as ir

from yaad.errors import InputError
from yaad.measures import Scope, funnel, measure
from yaad.measures.catalogue.values import finish_value, value_statistics
from yaad.measures.winning import StageChances
from yaad.model import FEW
from yaad.text import Message


@dataclass(frozen=True)
class Leak:
    """The step where most deals are lost.

    Attributes:
        stage, next_stage: they came to the one and not to the other.
        where: that stage in a sentence; where stages without a history follow, all from the one to the other.
        entered, lost, open: deals there.
        lost_in_all: lost deals of the whole way.
        certain: it stays the worst even if every open deal of any other step is lost too.
        value: what the lost ones were worth; None with the reason in `why` when most have no amount.
        unit: its currency, None when unknown.
        words: all of it in one sentence.
        ten: what ten more that move on are worth, by what became of those that did.
    """

    stage: str
    next_stage: str
    entered: int
    lost: int
    open: int
    lost_in_all: int
    certain: bool
    value: float | None
    unit: str | None
    why: Message | None
    words: Message
    where: Message | str
    ten: "TenMore | None" = None

    @property
    def is_few(self) -> bool:
        """Whether so few have ended that where most are lost may be chance."""
        return self.lost_in_all < FEW


@dataclass(frozen=True)
class TenMore:
    """What ten deals that were lost at a step become when they move on like those that did.

    Attributes:
        closings: of the ten, how many are won in the end: 10 × the expected share of the later stages.
        value: ``closings`` × the mean won deal; None when that is not known.
        unit: its currency, None when unknown.
        is_closing: to move on from the step is to be won.
    """

    closings: float
    value: float | None
    unit: str | None
    is_closing: bool = False


def where_most_is_lost(scope: Scope) -> Leak | None:
    """The step with most lost deals, by the day the deals came; None when none was lost.

    Raises:
        UnknownName: no such column.
    """
    whole = scope.asking(by=())
    flow = funnel(whole)[0]
    rows = flow.stages
    lost_in_all = sum(row.lost for row in rows)
    if not lost_in_all:
        return None
    place = max(range(len(rows)), key=lambda at: rows[at].lost)
    worst = rows[place]
    following = rows[place + 1].stage if place + 1 < len(rows) else scope.won_name
    certain = all(worst.lost > row.lost + row.open for row in rows if row is not worst)
    value, unit, why = _value(whole.of_watched(), place)
    where: Message | str = worst.stage
    if _silent_between(scope, worst.stage, following):
        where = Message("insight.from_to", {"stage": worst.stage, "next_stage": following})
    values: dict[str, object] = {
        "stage": where, "next_stage": following, "lost": worst.lost, "entered": worst.entered,
    }  # fmt: skip
    words = Message("insight.leak" if certain else "insight.leak_open", values)
    return Leak(
        worst.stage, following, worst.entered, worst.lost, worst.open, lost_in_all, certain, value, unit, why, words,
        where, _ten_more(whole, place),
    )  # fmt: skip


def _silent_between(scope: Scope, stage: str, following: str) -> bool:
    """Whether stages whose history nobody knows stand between two: a deal lost there may have stood in any of them."""
    names = [one.name for one in scope.pipeline.open]
    end = names.index(following) if following in names else len(names)
    return bool(scope.pipeline.silent & set(names[names.index(stage) + 1 : end]))


def _ten_more(scope: Scope, place: int) -> TenMore | None:
    """Ten more deals that move on from a stage; None while none of the later ones was won."""
    last = place + 1 == len(scope.stages)
    later = 1.0 if last else StageChances.of(scope).from_stage(place + 1)
    if not later:
        return None
    try:
        (mean,) = measure(["deal_value_mean"], scope.asking(all_time=True))
    except InputError:  # amounts in several currencies
        return TenMore(10 * later, None, None, last)
    value = None if mean.value is None else 10 * later * float(mean.value)
    return TenMore(10 * later, value, mean.unit, last)


def _worth(lost: Scope) -> ir.Table:
    return value_statistics(lost, day="created_day", outcomes=("lost",))


def _value(scope: Scope, place: int) -> tuple[float | None, str | None, Message | None]:
    """What the deals lost at a place were worth, its currency, or why it cannot be told."""
    deals = scope.deals
    last = place == len(scope.stages) - 1
    there = deals.filter(deals.furthest >= place if last else deals.furthest == place)
    lost = replace(scope, deals=there)
    table = lost.rows(_worth)
    try:
        (figure,) = finish_value(table, lost, measure="lost_value", outcome="lost")
    except InputError as error:  # amounts in several currencies: the step is named without them
        return None, None, error.message
    value = None if figure.value is None else float(figure.value)
    return value, figure.unit, figure.why
