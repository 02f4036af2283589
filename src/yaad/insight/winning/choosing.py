"""Some of the open deals with their chances: those of a person, a stage or a level, in the order that is wanted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from yaad.insight.winning.result import DealChance, Level, WinChances


class Order(StrEnum):
    """What stands first: the likeliest, the largest, or those that wait longest."""

    CHANCE = "chance"
    AMOUNT = "amount"
    DAYS = "days"


@dataclass(frozen=True)
class Wanted:
    """Which deals, and in which order; empty texts mean all.

    Attributes:
        owner: the person.
        stage: where the deals are.
        level: of their chance.
        words: all of them stand in the name, the id, the person or the stage of the deal.
        order: what stands first.
    """

    owner: str = ""
    stage: str = ""
    level: Level | None = None
    words: str = ""
    order: Order = Order.CHANCE

    def fits(self, deal: DealChance) -> bool:
        """Whether a deal is one of them."""
        if (self.owner and deal.owner != self.owner) or (self.stage and deal.stage != self.stage):
            return False
        if self.level is not None and deal.level is not self.level:
            return False
        text = " ".join((deal.name, deal.deal_id, deal.owner or "", deal.stage)).casefold()
        return all(word in text for word in self.words.casefold().split())


def chosen(told: WinChances, wanted: Wanted) -> WinChances:
    """The same chances with the wanted deals alone; what was tried on the past is of all of them as before."""
    deals = [deal for deal in told.deals if wanted.fits(deal)]
    return replace(told, deals=tuple(sorted(deals, key=_KEYS[wanted.order])))


_KEYS: dict[Order, Callable[[DealChance], tuple[object, ...]]] = {
    Order.CHANCE: lambda deal: (0.0 if deal.chance is None else -deal.chance,),
    # amounts of one currency together: those of two cannot be held against each other
    Order.AMOUNT: lambda deal: (deal.amount is None, deal.currency or "", -(deal.amount or 0.0)),
    Order.DAYS: lambda deal: (deal.days is None, -(deal.days or 0.0)),
}
