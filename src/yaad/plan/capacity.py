"""How much a team can carry: the step that has no room for more is named before more inquiries are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from yaad.errors import InputError, UnknownName
from yaad.plan.backwards import INQUIRIES
from yaad.plan.ratios import Ratio, check_ratios
from yaad.text import Message


@dataclass(frozen=True)
class Room:
    """One step with a limit.

    Attributes:
        stage: the step; `INQUIRIES` for the first.
        comes: how many would come to it.
        room: how many it can take.
    """

    stage: str
    comes: Fraction
    room: Fraction

    @property
    def is_enough(self) -> bool:
        """Whether all that come can be taken."""
        return self.comes <= self.room


@dataclass(frozen=True)
class Carried:
    """What a team makes of inquiries when some of its steps are limited.

    Attributes:
        come: inquiries that come.
        counts: how many pass each row: the inquiries, then one a ratio; the last are the customers.
        rooms: the steps that have a limit, in order.
        binding: the step that has too little room and lets fewest customers through; None when all can be carried.
        inquiries: the most inquiries that can be carried whole; None without limits.
    """

    come: Fraction
    counts: tuple[Fraction, ...]
    rooms: tuple[Room, ...]
    binding: Room | None
    inquiries: Fraction | None

    @property
    def customers(self) -> Fraction:
        """Customers in the end."""
        return self.counts[-1]

    @property
    def more(self) -> int | None:
        """Inquiries that can be carried beside these; None without limits."""
        return None if self.inquiries is None else max(floor(self.inquiries - self.come), 0)


def carry(inquiries: int | Fraction, ratios: Sequence[Ratio], limits: Mapping[str, Fraction | int]) -> Carried:
    """What so many inquiries become when some steps can take only so many.

    What a step cannot take is lost to it; what it takes goes on by the ratios after it.

    Args:
        inquiries: how many come in the period.
        ratios: the funnel.
        limits: stage (or `INQUIRIES`) → how many can be taken there in the same period.

    Raises:
        UnknownName: a limit of no stage.
        InputError: the ratios are no funnel, or a limit is below 0.

    >>> from yaad.plan import typed_ratios
    >>> article = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})
    >>> [int(carry(500, article, {"quote": room}).customers) for room in (260, 240, 200, 160)]
    [50, 48, 40, 32]
    """
    check_ratios(ratios)
    names = [INQUIRIES, *(ratio.stage for ratio in ratios)]
    for stage, room in limits.items():
        if stage not in names:
            raise UnknownName("stage", stage, names)
        if room < 0:
            raise InputError(Message("levers.bad_room", {"stage": stage, "text": str(room)}))
    parts = [Fraction(1), *(ratio.of_inquiries for ratio in ratios)]
    come, counts, rooms = Fraction(inquiries), [], []
    passed = come
    for place, (stage, part) in enumerate(zip(names, parts, strict=True)):
        if place:
            passed = passed * part / parts[place - 1]
        if stage in limits:
            room = Fraction(limits[stage])
            rooms.append(Room(stage, come * part, room))
            passed = min(passed, room)
        counts.append(passed)
    part_of = dict(zip(names, parts, strict=True))
    most = {room.stage: room.room / part_of[room.stage] for room in rooms}
    tight = [room for room in rooms if not room.is_enough]
    binding = min(tight, key=lambda room: most[room.stage], default=None)
    return Carried(come, tuple(counts), tuple(rooms), binding, min(most.values(), default=None))


def named_limits(said: Mapping[str, int], first: str, names: Sequence[str], months: float = 1.0) -> dict[str, Fraction]:
    """Limits of a month as limits of a period, by the names of the funnel.

    Args:
        said: stage → deals a month; capitals do not matter, and `INQUIRIES` is the first stage.
        first: name of the first stage.
        names: stages of the ratios.
        months: how many months the period is.

    Raises:
        UnknownName: no such stage.

    >>> named_limits({"inquiry": 300, "quote": 200}, "Inquiry", ["Quote", "Won"], 3)
    {'inquiries': Fraction(900, 1), 'Quote': Fraction(600, 1)}
    """
    known = {name.casefold(): name for name in names} | {first.casefold(): INQUIRIES, INQUIRIES: INQUIRIES}
    found = {}
    for stage, room in said.items():
        if stage.casefold() not in known:
            raise UnknownName("stage", stage, [first, *names])
        found[known[stage.casefold()]] = room * Fraction(months).limit_denominator(1000)
    return found


def read_limits(pairs: Mapping[str, str]) -> dict[str, int]:
    """Limits as typed: stage → deals a month.

    Raises:
        InputError: one of them is no whole number.
    """
    limits = {}
    for stage, text in pairs.items():
        digits = text.strip().replace(",", "")
        if not digits.isdecimal() or len(digits) > 12:
            raise InputError(Message("levers.bad_room", {"stage": stage, "text": text}))
        limits[stage] = int(digits)
    return limits
