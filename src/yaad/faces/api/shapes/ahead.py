"""Answers that tell what is to come: chances, forecasts, plans, targets."""

from yaad.faces.api.shapes.common import Day, InPages, OfPeriod, Told, Version, Words, Written


class Chance(Told):
    """The chance of an open deal."""

    deal_id: str
    name: str | None
    owner: str | None
    stage: str | None
    days: float | None
    amount: float | None
    currency: str | None
    chance: float | None
    level: str | None
    reasons: str | list[str] | None
    waiting: str | None
    next_step: str | None
    method: str | None


class StageChance(Told):
    """The part of a stage that is won."""

    stage: str
    rate: float | None
    low: float | None
    high: float | None
    immature: bool
    n: int


class Score(Told):
    """How good a way of telling chances was on past days."""

    method: str
    n: int
    undecided: int
    log_loss: float | None
    brier: float | None
    auc: float | None
    ece: float | None
    ratio: float | None
    gain: float | None
    gain_se: float | None
    told_apart: float | None
    told_apart_se: float | None


class Kept(Told):
    """What was said at a level, and what came."""

    level: str
    n: int
    said: float | None
    won: float | None


class Refused(Told):
    """A column that was not used."""

    field: str
    why: str
    auc: float | None


class Chances(InPages):
    """The chances of the open deals."""

    as_of: Day | None
    method: str | None
    withheld: str | None
    decided: int
    expected: float | None
    deals: list[Chance]
    stages: list[StageChance]
    scores: list[Score]
    kept: list[Kept]
    days: int | None
    correction: float | str | None
    fields: list[str]
    refused: list[Refused]


class MethodScore(Told):
    """How far off a way of forecasting was; horizon 0: three months together."""

    quantity: str
    method: str
    horizon: int
    n: int
    wape: float | None
    bias: float | None
    pinball: float | None
    covered: float | None
    width: float | None


class Predicted(Told):
    """What was forecast of a month and those after it."""

    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]


class Origin(Told):
    """One day on which was forecast."""

    actual: list[float | None]
    predicted: dict[str, Predicted]


class Backtest(Told):
    """How right forecasts have been."""

    days: list[Day]
    best: dict[str, str | None]
    scores: list[MethodScore]
    months: dict[str, list[Origin]]
    unit: str | None
    rule: str


class Outcome(Told):
    """What a period brings, and between what in 8 of 10 cases."""

    period: str
    quantity: str
    so_far: float | None
    mean: float | None
    low: float | None
    high: float | None
    from_open: float | None
    from_new: float | None
    target: float | None
    chance: float | None


class Forecast(Told):
    """What the months to come bring; a part has its name under that of the dimension, and its ``periods``."""

    as_of: Day
    unit: str | None
    level: float
    methods: dict[str, str]
    periods: list[Outcome]
    by: str | None
    parts: list[dict[str, str | list[Outcome] | None]]
    n_open: int
    n_won: int
    tested_months: int
    rule: str
    notes: Words


class Level(Told):
    """The open deals of a day."""

    deals: int
    money: float
    expected: float


class MovedBy(Told):
    """One of the changes that lead from one day to another."""

    heading: str
    deals: int
    count: int
    money: float
    expected: float


class MovedDeal(Told):
    """A deal that moved."""

    deal_id: str
    name: str | None
    owner: str | None
    heading: str
    before: float | None
    after: float | None
    money: float
    expected: float


class Moved(InPages):
    """What moved between two days."""

    since: Day
    until: Day
    unit: str | None
    before: Level
    after: Level
    changes: list[MovedBy]
    deals: list[MovedDeal]
    rule: str
    notes: Words


class Word(Told):
    """What somebody says of a period, beside the forecast."""

    person: str | None
    commit: float | None
    best: float | None
    said: Day | None
    so_far: float | None
    expected: float | None
    low: float | None
    high: float | None


class PastWord(Told):
    """What somebody said of an earlier period, and what came."""

    person: str | None
    period: str
    commit: float | None
    best: float | None
    said: Day
    came: float | None


class Judgements(Told):
    """What people say of a period."""

    period: str
    as_of: Day
    quantity: str
    unit: str | None
    rows: list[Word]
    committed: float | None
    at_best: float | None
    past: list[PastWord]
    missed: float | None
    reached: int
    of: int
    notes: Words


class Needed(Told):
    """How many of a stage are needed, and until when they still help."""

    stage: str
    count: int
    last_useful: Day | None
    working_days_left: int | None
    late: bool


class RatioOf(Told):
    """The part of a stage's inquiries that moves on."""

    stage: str
    of_inquiries: float | None


class StageBy(Told):
    """So many of a stage until a day."""

    stage: str
    count: int
    by: Day | None


class MonthLanding(Told):
    """What a month's inquiries bring within the period."""

    month: str
    part: float | None
    lands: float | None
    past: bool


class PlanPeriod(OfPeriod):
    """A plan of a period, its open deals counted."""

    won: int
    open: int
    from_open: float | None
    from_open_low: int
    from_open_high: int
    missing: float | None
    until: Day | None
    landing: float | None
    new: dict[str, int | None]
    still: list[StageBy]
    chance_without_new: float | None
    pace: float | None
    at_pace: float | None
    at_pace_chance: float | None
    months: list[MonthLanding]
    notes: Words


class RoomOf(Told):
    """What comes to a stage, and how much it takes."""

    stage: str
    comes: float | None
    room: float | None
    enough: bool


class Capacity(Told):
    """What the team can carry."""

    binding: str | None
    customers: float | None
    inquiries_at_most: float | None
    more_inquiries: int | None
    rooms: list[RoomOf]
    notes: Words


class PersonPlan(Told):
    """A person's part of a plan."""

    name: str
    target: int
    rate: float | None
    low: float | None
    high: float | None
    of: int
    on_average: int | None
    eight_of_ten: int | None
    few: bool


class PeoplePlans(Told):
    """The persons' plans."""

    team: int | None
    apart: int | None
    people: list[PersonPlan]
    notes: Words


class SourceCost(Told):
    """What a source brings and costs."""

    name: str | None
    inquiries: int
    a_month: float | None
    rate: float | None
    low: float | None
    high: float | None
    few: bool
    per_inquiry: float | None
    per_customer: float | None
    customer_low: float | None
    customer_high: float | None


class SourcesCosts(Told):
    """What each source brings and costs."""

    unit: str | None
    sure: float | str | None
    sources: list[SourceCost]
    notes: Words


class Worth(Told):
    """From what to what, and what that is worth."""

    stage: str | None
    before: float | None
    after: float | None
    customers: float | None
    money: float | None
    low: float | None
    high: float | None
    within_customers: float | None
    within_money: float | None


class Gain(Worth):
    """What a change brings."""

    what: str


class Changes(Told):
    """What all changes bring."""

    period: OfPeriod
    as_of: Day | None
    inquiries_a_month: float | None
    customers: float | None
    money: float | None
    within_customers: float | None
    within_money: float | None
    unit: str | None
    changes: list[Gain]
    together: Gain | None
    rule: str


class Plan(Told):
    """How many inquiries a target needs; what stands beside it where it can be told."""

    needed: list[Needed]
    chance: dict[str, int]
    target: int
    on_average: float | None
    ratios: list[RatioOf]
    history: int | None
    window_days: float | None
    average: float | None
    value: float | None
    target_value: float | None
    unit: str | None
    rule: str
    notes: Words
    period: PlanPeriod | None = None
    capacity: Capacity | None = None
    people: PeoplePlans | None = None
    sources: SourcesCosts | None = None
    changes: Changes | None


class MonthValue(Told):
    """What comes of it in a month."""

    month: str
    value: float | None


class Lever(Worth):
    """An improvement, and what it is worth."""

    kind: str
    aim: str
    words: str
    once: bool
    who: list[str]
    n: int | None
    months: list[MonthValue]


class Levers(Told):
    """What each improvement is worth, and all of them together."""

    period: OfPeriod
    as_of: Day | None
    inquiries: float | None
    customers: float | None
    money: float | None
    average: float | None
    unit: str | None
    levers: list[Lever]
    together: list[Lever]
    capacity: Capacity | None
    rule: str


class Leak(Told):
    """A place where more is lost than elsewhere."""

    words: str
    stage: str
    next_stage: str | None
    dimension: str | None
    group: str | None
    against: str | None
    rate: float | None
    expected: float | None
    low: float | None
    high: float | None
    n: int
    open: int
    customers_a_month: float | None
    money_a_month: float | None
    money_low: float | None
    money_high: float | None
    unit: str | None
    luck: float | None
    first: str | None
    then: str | None


class Leaks(Told):
    """Where the money leaks."""

    leaks: list[Leak]
    compared: int
    as_of: Day | None
    notes: Words
    rule: str


class PartOf(Told):
    """A part of a target."""

    name: str | None
    target: float | None
    full_target: float | None
    achieved: float | None
    n: int
    share: float | None
    gap: float | None
    plan_today: float | None
    state: str | None


class Milestone(Told):
    """A stage on the way to a target."""

    stage: str
    count: int
    usual: float | None
    last_useful: Day
    working_days_left: int
    late: bool
    state: str | None
    next_period: str | None


class WorkingDays(Told):
    """Days that are over, of so many."""

    over: int
    of: int


class Enough(Told):
    """In how many earlier periods it was enough."""

    periods: int
    of: int


class OpenBring(Told):
    """What the open deals bring."""

    deals: int
    expected: float | None
    low: float | None
    high: float | None


class Ends(Told):
    """Between what it ends in 8 of 10 cases."""

    low: float | None
    high: float | None


class LeftOut(Told):
    """Sales whose amounts are of another currency or tax than the sums, in which they do not stand."""

    n: int
    currency: str | None
    tax: str | None


class Goal(Told):
    """How a target stands."""

    measure: str
    period: OfPeriod
    as_of: Day
    whose: dict[str, str]
    target: float | None
    full_target: float | None
    basis: str | None
    achieved: float | None
    others: float | None
    n: int
    unit: str | None
    tax: str | None
    left_out: list[LeftOut]
    share: float | None
    gap: float | None
    average: float | None
    closings: int | None
    plan_today: float | None
    begun: bool
    state: str | None
    working_days: WorkingDays | None
    own_periods: int | None
    enough: Enough | None
    coverage: float | None
    needed_coverage: float | None
    parts: dict[str, list[PartOf]]
    differences: dict[str, float | None]
    open: OpenBring | None
    missing_after_open: float | None
    too_late_for_inquiries: bool | None
    chance: float | None
    end: Ends | None
    milestones: list[Milestone]
    sentences: Words
    notes: Words


class Target(Version):
    """A target; ``entry``: the number by which it is taken back."""

    period: str
    measure: str
    owner: str | None
    team: str | None
    branch: str | None
    product: str | None
    set: float | None
    value: float | None
    currency: str | None
    tax: str | None
    by: str | None
    entry: int | None


class Targets(InPages):
    """All targets."""

    targets: list[Target]
    notes: Words


class PersonNeed(Told):
    """A person's part of a proposal, and what it needs of each stage."""

    name: str
    value: float | None
    needed: dict[str, int]
    of: int


class Proposal(Told):
    """A target that may be set."""

    level: str
    value: float | None
    closings: int | None
    chance: float | None
    people: list[PersonNeed]


class Proposals(Told):
    """Targets that may be set, the cautious one first."""

    period: OfPeriod
    as_of: Day
    unit: str | None
    average: float | None
    proposals: list[Proposal]
    target: float | None
    basis: str | None
    levers: Words
    notes: Words


class Divided(Told):
    """How a target was divided."""

    seq: int | None
    parts: dict[str, str]


class Undone(Told):
    """The numbers of the entries that count no more."""

    undone: list[int]


__all__ = ["Written"]
