"""What each kind of company begins with: its stages, what stands first on its scorecard, what its sellers are called.

One table; an import then says which stages there really are, and the company puts on its scorecard what it likes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yaad.model import StageType
from yaad.server.roles import Kind
from yaad.text import Message, render

ORDER = ("order", "customer", "person", "day", "amount")
"""Columns of a table of orders."""
BESIDE = {
    "on_hold": StageType.ON_HOLD,
    "duplicate": StageType.NOT_INQUIRY,
    "wrong_number": StageType.NOT_INQUIRY,
    "looks_for_work": StageType.NOT_INQUIRY,
    "service": StageType.NOT_INQUIRY,
}
"""What stands beside the steps of a sale, by the last word of its key: where a deal rests, and what never was one."""


@dataclass(frozen=True)
class Start:
    """What a company of one kind begins with.

    Attributes:
        stages: steps of a sale, in order, by the last word of their key (``people.stage_<word>``); none where
            a company has orders and no deals.
        first: measures that stand first on its scorecard.
        seller: what a person who sells is called, by the last word of its key (``people.seller_<word>``).
    """

    stages: tuple[str, ...]
    first: tuple[str, ...]
    seller: str

    def stage_names(self, lang: str) -> list[str]:
        """The stages in words, with those that end a sale.

        >>> STARTS[Kind.PHONE].stage_names("en")
        ['New inquiry', 'Reached', 'Offer', 'Won', 'Not won']
        """
        ends = ("won", "lost") if self.stages else ()
        return [render(Message(f"people.stage_{name}"), lang) for name in (*self.stages, *ends)]

    def beside(self, lang: str) -> dict[str, StageType]:
        """The stages beside the steps in words, each with its type.

        >>> list(STARTS[Kind.PHONE].beside("en")), STARTS[Kind.ORDERS].beside("en")
        (['On hold', 'Duplicate', 'Wrong number', 'Looks for work', 'Service call'], {})
        """
        return {render(Message(f"people.stage_{name}"), lang): kind for name, kind in BESIDE.items() if self.stages}

    def table(self, lang: str) -> list[str]:
        """Heads of an empty table to fill in: the days of each stage, or orders.

        >>> STARTS[Kind.ORDERS].table("en")
        ['Order', 'Customer', 'Sales person', 'Order date', 'Amount before VAT']
        """
        first = ("deal", "customer", "person", "source", "amount", "phone") if self.stages else ORDER
        return [render(Message(f"people.col_{name}"), lang) for name in first] + self.stage_names(lang)


STARTS: Mapping[Kind, Start] = {
    Kind.PROJECTS: Start(
        ("inquiry", "meeting", "quote", "negotiation"),
        ("inquiries", "meetings_held", "win_rate", "won_value", "deal_value_mean", "sales_cycle_mean", "open_value"),
        "seller",
    ),
    Kind.PHONE: Start(
        ("inquiry", "reached", "offer"),
        ("attempts", "contact_rate", "attempts_to_contact", "missed_returned", "answered_within", "won", "win_rate"),
        "phone",
    ),
    Kind.FIELD: Start(
        ("inquiry", "visit", "quote"),
        ("visits_planned", "visits_made", "won", "win_rate", "orders", "revenue", "still_buying"),
        "agent",
    ),
    Kind.RETAIL: Start(
        ("walk_in", "advice", "quote"),
        ("walk_in_rate", "aov", "items_per_basket", "attach_rate", "orders", "revenue"),
        "seller",
    ),
    Kind.SERVICES: Start(
        ("inquiry", "meeting_set", "meeting", "offer"),
        ("inquiries", "first_response", "meetings_set", "meetings_held", "no_show", "win_rate", "won_value"),
        "adviser",
    ),
    Kind.ORDERS: Start(
        (),
        ("revenue", "orders", "aov", "active_customers", "churn_rate", "days_between_orders", "repeat_rate"),
        "agent",
    ),
}
"""Kind of company → what it begins with."""
