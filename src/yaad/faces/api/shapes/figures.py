"""Answers that tell what was measured."""

from pydantic import Field

from yaad.faces.api.shapes.common import Day, Group, InPages, OfPeriod, Row, Told, Words
from yaad.model import Cell


class Measured(Told):
    """A measure of the catalogue."""

    id: str
    kind: str
    unit: str
    words: str


class Measures(Told):
    """All measures."""

    measures: list[Measured]


class Value(Told):
    """A figure."""

    id: str
    value: float | str | None
    unit: str | None
    n: int | None
    low: float | None
    high: float | None
    level: float | None
    period: OfPeriod | None
    as_of: Day | None
    by: Group
    why: str | None
    beside: dict[str, Cell]


class Values(Told):
    """Figures."""

    measures: list[Value]


class ValuesOf(Values, InPages):
    """Figures of the groups of a breakdown."""


class Why(Told):
    """What stands behind a measure."""

    id: str
    rule: str
    sql: str
    rows: list[Row]
    rows_total: int


class Stuck(Why, InPages):
    """The deals that are stuck, page by page."""


class Matched(Told):
    """Which days are compared."""

    against: str
    now: OfPeriod
    then: OfPeriod
    now_working_days: int
    then_working_days: int
    is_running: bool
    same_feasts_moved: bool


class Compared(Told):
    """A figure against that of other days."""

    value: float | None
    n: int | None
    change: float | None
    change_low: float | None
    change_high: float | None
    per_working_day: bool
    verdict: str
    why: str | None


class Point(Told):
    """A figure of one of the last periods."""

    period: str
    value: float | None
    n: int | None
    is_running: bool


class Aim(Told):
    """A target of a measure."""

    target: float | None
    attained: float | None
    missing: float | None
    is_met: bool | None


class Kpi(Told):
    """A row of the scorecard."""

    id: str
    name: str
    family: str
    good: str
    value: float | None
    unit: str | None
    n: int | None
    low: float | None
    high: float | None
    level: float | None
    by: Group
    why: str | None
    beside: dict[str, Cell]
    comparisons: dict[str, Compared]
    series: list[Point]
    goal: Aim | None


class Scorecard(InPages):
    """The scorecard of a period."""

    period: OfPeriod
    as_of: Day | None
    by: list[str]
    compared: list[Matched]
    kpis: list[Kpi]
    left_out: list[str]


class Behind(InPages):
    """The rows behind a figure."""

    id: str
    group: Group
    period: OfPeriod | None
    as_of: Day | None
    rows: list[Row]
    rows_total: int
    offset: int


class FunnelStage(Told):
    """A stage of a funnel; ``entered = advanced + lost + open``."""

    stage: str
    entered: int
    advanced: int
    lost: int
    open: int
    rate: float | None
    rate_expected: float | None
    low: float | None
    high: float | None
    immature: bool


class FunnelStageOf(FunnelStage):
    """The same with its group."""

    by: Group


class FunnelGroup(Told):
    """The funnel of a group."""

    by: Group
    stages: list[FunnelStage]
    won: int
    undated: int
    notes: Words


class Funnel(InPages):
    """The funnel; what is won, undated and to know stands in it where there is one group alone."""

    stages: list[FunnelStageOf]
    level: float
    period: OfPeriod | None
    as_of: Day | None
    won: int = 0
    undated: int = 0
    notes: Words = Field(default_factory=list)
    groups: list[FunnelGroup]


class Way(Told):
    """The way between two stages; ``entered = reached + lost + undecided``."""

    start: str
    end: str
    entered: int
    reached: int
    lost: int
    undecided: int
    rate: float | None
    rate_expected: float | None
    low: float | None
    high: float | None
    immature: bool
    by: Group


class Conversion(InPages):
    """Ways between two stages."""

    conversions: list[Way]
    period: OfPeriod | None
    as_of: Day | None
    notes: Words


class Stay(Told):
    """How long deals stay in a stage, in days."""

    stage: str
    basis: str
    median_days: float | None
    low: float | None
    high: float | None
    q25_days: float | None
    q75_days: float | None
    p80_days: float | None
    mean_days: float | None
    mean_is_floor: bool
    horizon_days: float | None
    mean_closed_days: float | None
    n: int
    n_open: int
    left_out: int


class StayOf(Stay):
    """The same with its group."""

    by: Group


class Stays(Told):
    """The times of a group."""

    by: Group
    stages: list[Stay]
    total: Stay
    notes: Words


class Dwell(InPages):
    """Times in stage; the total stands in it where there is one group alone."""

    stages: list[StayOf]
    total: Stay | None
    level: float
    period: OfPeriod | None
    as_of: Day | None
    groups: list[Stays]


class ToCall(Told):
    """A deal to call."""

    deal_id: str
    name: str | None
    owner: str | None
    stage: str | None
    amount: float | None
    currency: str | None
    phone: str | None
    days: float | None
    why: str
    next_step: str | None


class Calls(InPages):
    """The deals to call, the first one on top."""

    deals: list[ToCall]


class Standing(Told):
    """Customers of one state."""

    customers: int
    at_stake: float | None


class Customer(Told):
    """How a customer stands."""

    customer: str
    state: str
    owner: str | None
    phone: str | None
    first_day: Day
    last_day: Day
    orders: int
    total: float | None
    usual_days: float | None
    usual_is_own: bool
    silent_days: int
    still_buying: float | None
    worth: float | None
    at_stake: float | None
    why: str
    next_step: str | None
    asked_not: str | None


class CustomerOf(Customer):
    """The same with the currency."""

    unit: str | None


class Remaining(Told):
    """The part of a group that is still there."""

    share: float | None
    low: float | None
    high: float | None
    watched: int
    early: bool
    few: bool


class Cohort(Told):
    """Customers who came together."""

    came: str | None
    n: int
    shares: list[Remaining]


class Cohorts(Told):
    """Who is still there, by when they came."""

    every: str
    by_contract: bool
    idle_days: int | None
    rows: list[Cohort]
    whole: Cohort


class CohortsSaid(Cohorts):
    """The same with what to know about it."""

    notes: Words


class Customers(InPages):
    """The customers, and those of them that are listed."""

    as_of: Day | None
    period: OfPeriod | None
    customers: int
    new: int
    returning: int
    by_contract: bool
    unit: str | None
    margin: float | None
    states: dict[str, Standing]
    stopped_below: float | None
    really_stopped: float | None
    figures: dict[str, Value]
    list: list[CustomerOf]
    list_of: int
    cohorts: Cohorts
    sentences: Words
    notes: Words


class Bought(Told):
    """Something that a customer bought."""

    kind: str
    id: str
    day: Day | None
    until: Day | None
    amount: float | None
    currency: str | None
    owner: str | None


class OneCustomer(Told):
    """One customer with everything bought."""

    as_of: Day | None
    unit: str | None
    margin: float | None
    customer: Customer
    low: float | None
    high: float | None
    bought: list[Bought]


class Finding(Told):
    """Something that was found in the data."""

    id: str
    count: int
    of: int | None
    words: str
    means: str | None


class Gap(Told):
    """What the data cannot tell."""

    column: str | None
    about: str
    words: str
    measures: list[str]


class Tellable(Told):
    """Whether a measure can be told of these data."""

    id: str
    name: str
    can: bool
    why: str | None
    column: str | None
    without_stages: list[str]


class Doctor(Told):
    """How good the data are."""

    findings: list[Finding]
    cannot_tell: list[Gap]
    measures: list[Tellable]
