"""What a simulated company is like: the parameters that make its history, and so its truth."""

from dataclasses import dataclass
from datetime import date, timedelta

from yaad.demo.hours import OfficeHours
from yaad.model import Pipeline, Stage, StageType


@dataclass(frozen=True)
class Step:
    """One open stage, and how deals leave it.

    Attributes:
        stage: its name.
        advance: chance that a deal moves on rather than being lost here.
        advance_days: half of those that move on do so within so many days.
        loss_days: the same for those that are lost; longer, since dead deals are closed late.
        spread: standard deviation of the logarithm of either time (they are lognormal).
    """

    stage: str
    advance: float
    advance_days: float
    loss_days: float
    spread: float = 0.8


@dataclass(frozen=True)
class Group:
    """A source, a product or a campaign: its part of the inquiries, and what it does to their chances.

    Attributes:
        name: its name.
        share: its weight among the others.
        odds: added to the log-odds of each step; one value counts for every step, none for no difference.
    """

    name: str
    share: float = 1.0
    odds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Rep(Group):
    """A person who sells: skill by step, the branch, and the day (from the company's first) of joining."""

    branch: str = ""
    joined: int = 0


STEPS = (
    Step("Inquiry", 0.65, 5, 15),
    Step("Meeting", 0.77, 10, 25),
    Step("Quote", 0.40, 15, 35),
    Step("Negotiation", 0.50, 12, 30),
)
"""The four steps of the studies: .65 × .77 × .40 × .50 = .1001 of the inquiries become customers."""


@dataclass(frozen=True)
class World:
    """A simulated company.

    Attributes:
        start, days: its history covers ``[start, start + days)``.
        inquiries_a_day: mean inquiries on a day (on the first one when there is growth).
        growth: inquiries on the last day ÷ inquiries on the first; 4 means that they quadruple.
        drift: added per year to the log-odds of every step, by the day on which the inquiry came.
        frailty: standard deviation of what makes one deal likelier than another and that no column tells.
        speed: all times are multiplied by it; 0.8 is 20 % faster.
        steps, won, lost: the pipeline.
        sources, reps, products, campaigns: groups that an inquiry belongs to; empty means none.
        lost_reasons: name and share.
        amount: median money of a deal; `amount_spread` is the standard deviation of its logarithm,
            `amount_missing` the part of deals without one.
        months, weekdays: factors of the inquiries by month (January first) and weekday (Monday first).
        hours: when the office works; moves outside of it wait for it. None: round the clock, every day.
        back: part of the stays that are interrupted by a step back.
        skip: part of the deals that move on which pass a stage without standing in it (never the first).
        reopened: part of the stays that are interrupted by a closing that did not last.
    """

    start: date = date(2025, 1, 1)
    days: int = 365
    inquiries_a_day: float = 6.0
    growth: float = 1.0
    drift: float = 0.0
    frailty: float = 0.0
    speed: float = 1.0
    steps: tuple[Step, ...] = STEPS
    won: str = "Won"
    lost: str = "Lost"
    sources: tuple[Group, ...] = ()
    reps: tuple[Rep, ...] = ()
    products: tuple[Group, ...] = ()
    campaigns: tuple[Group, ...] = ()
    lost_reasons: tuple[Group, ...] = ()
    amount: float = 5000.0
    amount_spread: float = 0.8
    amount_missing: float = 0.0
    currency: str | None = None
    tax: str = "unknown"
    zone: str = "UTC"
    months: tuple[float, ...] = (1.0,) * 12
    weekdays: tuple[float, ...] = (1.0,) * 7
    hours: OfficeHours | None = None
    back: float = 0.0
    skip: float = 0.0
    reopened: float = 0.0

    @property
    def as_of(self) -> date:
        """The last day of the history."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def pipeline(self) -> Pipeline:
        """The stages as the product knows them."""
        ends = (Stage(self.won, StageType.WON), Stage(self.lost, StageType.LOST))
        return Pipeline((*(Stage(step.stage) for step in self.steps), *ends))
