"""What is told of the chances of the open deals."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from yaad.insight.winning.fields import Refused
from yaad.insight.winning.scores import Scores
from yaad.text import Message

HIGH, LOW = 0.5, 0.2


class Level(StrEnum):
    """A chance in one word: at least one in two, less than one in five, between them."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @classmethod
    def of(cls, chance: float) -> "Level":
        """The level of a chance of 0–1."""
        if chance >= HIGH:
            return cls.HIGH
        return cls.LOW if chance < LOW else cls.MEDIUM

    @property
    def words(self) -> Message:
        """What it is called."""
        return Message(f"chances.level_{self.value}")


@dataclass(frozen=True)
class Kept:
    """What became of the deals of one level on past days.

    Attributes:
        level: said then.
        n: how many deals it was said of, one for each day.
        said: how many of them were to be won by their chances.
        won: how many were won; what is still open counts with its chance by stage and age.
    """

    level: Level
    n: int
    said: float
    won: float


@dataclass(frozen=True)
class StageRate:
    """Of the deals that came to a stage, the share that is won in the end.

    Attributes:
        stage: its name.
        rate: 0–1; None when nothing was decided there.
        low, high: its range at 95 %.
        immature: too much is undecided to give one number.
        n: deals behind it that have left the stage.
    """

    stage: str
    rate: float | None
    low: float | None
    high: float | None
    immature: bool
    n: int


@dataclass(frozen=True)
class DealChance:
    """An open deal with its chance.

    Attributes:
        deal_id, name, owner, stage, amount, currency: of the deal.
        days: since it came to its stage; None when unknown.
        chance: to be won, 0–1; None where it is withheld.
        reasons: what raises or lowers it against a middling open deal, the weightiest first.
        waiting: how long it has been in its stage, against what is usual there.
        next_step: what the deal itself says, else what to do.
        number: the book's own number of the deal.
    """

    deal_id: str
    name: str
    owner: str | None
    stage: str
    amount: float | None
    currency: str | None
    days: float | None
    chance: float | None
    reasons: tuple[Message, ...]
    waiting: Message
    next_step: Message | str
    number: int = 0

    @property
    def level(self) -> Level | None:
        """The chance in one word."""
        return None if self.chance is None else Level.of(self.chance)


@dataclass(frozen=True)
class WinChances:
    """The chances of all open deals, and how sure they are.

    Attributes:
        as_of: the data's day.
        method: by which they are told (`Method`); None where they are withheld.
        withheld: why they are, in words, and what would unlock them.
        decided: decided deals behind them.
        deals: the likeliest first; by how long they wait where chances are withheld.
        stages: the share won from each stage.
        scores: of each way and of the base rate, on past days that they had not seen; none where there were none.
        kept: how the levels turned out on those days, for the way that is told.
        days: how many past days that were.
        correction: how the chances were put right: none, sigmoid, isotonic.
        fields: used beside stage and age.
        refused: fields that were left out, with the reason.
        expected: the sum of the chances: how many of the open deals are won on average.
    """

    as_of: dt.date
    method: str | None
    withheld: Message | None
    decided: int
    deals: tuple[DealChance, ...]
    stages: tuple[StageRate, ...]
    scores: tuple[Scores, ...] = ()
    kept: tuple[Kept, ...] = ()
    days: int = 0
    correction: str = "none"
    fields: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def expected(self) -> float | None:
        """See the class."""
        return None if self.method is None else sum(deal.chance or 0.0 for deal in self.deals)
