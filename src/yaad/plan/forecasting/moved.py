"""What moved between two days: each deal that was open on one of them stands under one heading, and all add up.

Headings, the first that fits: on the later day the deal is *won*, *lost* or no inquiry any more (*left_out*); it was
not open on the earlier day and came since (*new*) or was closed then (*reopened*); it was to close by the later day,
not by the earlier one, and is still open (*slipped*); its amount has *grown* or *shrunk*; it is the *same*.

Law: open on the earlier day + all changes = open on the later day, in deals, in money and in expected money. A deal
that came and ended in between was open on neither day: it stands under no heading, and it is told how many did.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yaad.measures.movements import OpenDeal
from yaad.text import Message


class Heading(StrEnum):
    """What became of a deal between two days."""

    NEW = "new"
    REOPENED = "reopened"
    WON = "won"
    LOST = "lost"
    LEFT_OUT = "left_out"
    SLIPPED = "slipped"
    GROWN = "grown"
    SHRUNK = "shrunk"
    SAME = "same"


CLOSED = {"won": Heading.WON, "lost": Heading.LOST, "not_inquiry": Heading.LEFT_OUT}


@dataclass(frozen=True)
class Line:
    """One deal that moved, or did not.

    Attributes:
        heading: where it stands.
        before, after: the open deal on each day; None where it was not open.
    """

    heading: Heading
    before: OpenDeal | None
    after: OpenDeal | None

    @property
    def deal(self) -> OpenDeal:
        """The deal as it was last seen open."""
        found = self.after or self.before
        if found is None:
            raise ValueError(self)
        return found

    @property
    def both(self) -> tuple[OpenDeal, ...]:
        """The deal on each day on which it was open."""
        return tuple(one for one in (self.before, self.after) if one is not None)

    @property
    def money(self) -> float:
        """By how much it changed the money of the open deals."""
        return _amount(self.after) - _amount(self.before)

    @property
    def expected(self) -> float:
        """By how much it changed their expected money."""
        return (self.after.expected if self.after else 0.0) - (self.before.expected if self.before else 0.0)


def _amount(deal: OpenDeal | None) -> float:
    return deal.amount or 0.0 if deal else 0.0


@dataclass(frozen=True)
class Change:
    """All deals under one heading.

    Attributes:
        deals: how many stand there.
        count, money, expected: by how much they changed the number, the money and the expected money of open deals.
    """

    heading: Heading
    deals: int
    count: int
    money: float
    expected: float


@dataclass(frozen=True)
class Level:
    """The open deals of one day."""

    deals: int
    money: float
    expected: float


@dataclass(frozen=True)
class Moved:
    """What moved between two days.

    Attributes:
        since, until: the ends of the two days.
        before, after: the open deals on each.
        changes: one for each heading, in its order; they add up to after − before.
        lines: each deal, those that changed most money first.
        unit: currency of the money; None when unknown.
        no_money: why money cannot be told.
        passed: won or lost → how many came and ended so in between.
        notes: what to know about it.
    """

    since: date
    until: date
    before: Level
    after: Level
    changes: tuple[Change, ...]
    lines: tuple[Line, ...]
    unit: str | None = None
    no_money: Message | None = None
    passed: Mapping[Heading, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to know about it."""
        return tuple(Message(f"forecast.passed_{heading.value}", {"n": n}) for heading, n in self.passed.items())


def what_moved(
    before: Sequence[OpenDeal],
    after: Sequence[OpenDeal],
    became: dict[int, str],
    days: tuple[date, date],
    *,
    ended: Mapping[int, str] | None = None,
    unit: str | None = None,
    no_money: Message | None = None,
) -> Moved:
    """Put the deals that were open on one of two days under their headings.

    Args:
        before: open on the earlier day.
        after: open on the later day.
        became: deal → its outcome on the later day.
        days: the two days.
        ended: deal → its outcome, of all that came and ended in between.
        unit: currency of the amounts.
        no_money: why amounts cannot be added up.
    """
    then, now = ({deal.deal: deal for deal in deals} for deals in (before, after))
    lines = [
        Line(_heading(then.get(deal), now.get(deal), became.get(deal, ""), days), then.get(deal), now.get(deal))
        for deal in dict.fromkeys((*then, *now))
    ]
    changes = tuple(_change(heading, [line for line in lines if line.heading is heading]) for heading in Heading)
    lines.sort(key=lambda line: (-abs(line.money), -abs(line.expected), line.deal.deal))
    counts = Counter(outcome for deal, outcome in (ended or {}).items() if deal not in then and deal not in now)
    passed = {heading: counts[heading.value] for heading in (Heading.WON, Heading.LOST) if counts[heading.value]}
    return Moved(*days, _level(before), _level(after), changes, tuple(lines), unit, no_money, passed)


def _heading(before: OpenDeal | None, after: OpenDeal | None, became: str, days: tuple[date, date]) -> Heading:
    since, until = days
    if after is None:
        return CLOSED.get(became, Heading.LEFT_OUT)
    if before is None:
        return Heading.NEW if after.came is None or after.came > since else Heading.REOPENED
    due = before.expected_close
    if due is not None and since < due <= until:
        return Heading.SLIPPED
    change = _amount(after) - _amount(before)
    if not change:
        return Heading.SAME
    return Heading.GROWN if change > 0 else Heading.SHRUNK


def _change(heading: Heading, lines: Sequence[Line]) -> Change:
    count = sum((line.after is not None) - (line.before is not None) for line in lines)
    return Change(heading, len(lines), count, sum(line.money for line in lines), sum(line.expected for line in lines))


def _level(deals: Sequence[OpenDeal]) -> Level:
    return Level(len(deals), sum(_amount(deal) for deal in deals), sum(deal.expected for deal in deals))
