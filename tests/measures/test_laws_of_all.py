"""What must hold of every measure of the catalogue, on a simulated company of every kind of rows."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.measures.closeness import close
from tests.measures.company import WORLD, asking, rows_of, scaled, some_of, with_deals

from yaad.facts import Facts, Lake, store
from yaad.measures import REGISTRY, Censoring, Scope, Unit, adds_up, explain, funnel, measure, stage_ratios
from yaad.measures.queries import query_text
from yaad.measures.registry import END_OF_QUERY, as_told
from yaad.model import Calendar, Period
from yaad.model.figures import Figure
from yaad.model.tables import SCHEMAS
from yaad.plan import Ratio, plan_backwards, what_if

WHOLE = Period(WORLD.start, WORLD.as_of + dt.timedelta(days=1), "all")
few = settings(
    max_examples=examples(2), deadline=None, phases=[Phase.generate]
)  # an example takes seconds: none is shrunk


class Company:
    """The rows, the question of all of them, and all its figures; its name is short in an example."""

    def __init__(self, seed):
        self.rows = rows_of(seed)
        self.scope = asking(self.rows)

    @cached_property
    def whole(self):
        return {figure.id: figure for figure in measure(list(REGISTRY), self.scope)}


@pytest.fixture(scope="module")
def company():
    return Company(seed=3)


# ---- parts sum to the whole -----------------------------------------------------------------------------------------


def value(figure):
    """A count or a sum: the value itself adds up."""
    return (figure.value,)


def share(figure):
    """A ratio of what was counted: value × n is its numerator, n its denominator."""
    return (0.0 if not figure.n else None if figure.value is None else figure.value * figure.n, figure.n)


def number(figure):
    """Neither a count nor a ratio (a middle value, a curve, a model): only those behind it add up."""
    return (figure.n,)


def beside(*names):
    """Counts and sums that stand beside the figure."""
    return lambda figure: tuple(figure.beside[name] or 0 for name in names)


DEALS = ("owner", "source", "stage", "month")
WAYS = ("owner", "source", "month")  # by stage they tell of steps, not of deals
ROWS = ("owner", "source", "month")  # activities, calls and orders
STILL = ("owner", "source", "stage")  # what stands open is of no date
CUSTOMERS = ("account",)  # a customer can be of several people, sources and months
FIRSTS = ("account", "month")  # by the month of the first purchase

ADDING = {
    **dict.fromkeys(
        (
            "inquiries", "deals", "won", "lost", "open", "won_value", "open_value",
            "weighted_pipeline", "stalled", "stuck", "closings", "cancellations", "closings_net", "unanswered",
        ),
        (DEALS, value),
    ),
    "inquiries_undated": (STILL, value),
    "reached": (WAYS, value),
    **dict.fromkeys(
        ("activities", "calls", "meetings_set", "meetings_held", "visits_planned", "visits_made", "orders", "revenue"),
        (ROWS, value),
    ),
    "active_customers": (CUSTOMERS, value),
    "new_customers": (FIRSTS, value),
    **dict.fromkeys(
        (
            "win_rate", "deal_value_mean", "sales_cycle_mean", "days_to_close_mean", "stuck_share", "overdue_share",
            "slipped_share", "cancellation_rate", "walk_in_rate", "answered_within", "contact_rate", "attempts",
            "touches_to_close",
        ),
        (DEALS, share),
    ),
    **dict.fromkeys(("conversion_rate", "drop_off", "dwell_mean_closed"), (WAYS, share)),
    **dict.fromkeys(("missed_returned", "no_show", "items_per_basket", "attach_rate", "aov"), (ROWS, share)),
    **dict.fromkeys(("arpu", "arppu"), (CUSTOMERS, share)),
    **dict.fromkeys(
        ("customer_value_mean", "orders_per_customer", "repeat_rate", "mean_repeat_value", "clv", "still_buying"),
        (FIRSTS, share),
    ),
    **dict.fromkeys(("churn_rate", "retention_rate"), (CUSTOMERS, share)),
    "quota_attainment": (("owner",), beside("achieved", "target")),
    "closings_needed": (("owner",), beside("achieved", "target")),
    "pace": (("owner",), beside("achieved", "plan_today")),
    "pipeline_coverage": (("owner",), beside("open_due", "target")),
    **dict.fromkeys(("sales_velocity", "throughput"), (STILL, beside("open", "won", "lost"))),
    **dict.fromkeys(
        ("activities_per_win", "meetings_per_win"), (ROWS, lambda figure: (figure.beside["done"], figure.n))
    ),
    "activities_per_day": (("owner", "month"), lambda figure: (figure.n, figure.beside["days"])),
    **dict.fromkeys(("dwell", "dwell_mean"), (WAYS, number)),
    **dict.fromkeys(
        (
            "sales_cycle", "days_to_close", "win_rate_value", "deal_value_median", "slip_days", "lost_reason_top",
            "first_response", "attempts_to_contact", "inquiries_per_person", "open_per_person",
        ),
        (DEALS, number),
    ),
    "discount": (ROWS, number),
    **dict.fromkeys(("top_customers_share", "days_between_orders"), (CUSTOMERS, number)),
    **dict.fromkeys(("buying_span", "days_since_last"), (FIRSTS, number)),
    "tenure": (CUSTOMERS, number),
}  # fmt: skip
"""Measure → the dimensions by which it adds up, and what of a figure does. A product of two figures is none of them."""


def test_every_measure_is_known_to_the_law():
    assert set(REGISTRY) - set(ADDING) == {"clv_simple"}


@pytest.mark.parametrize("name", sorted({name for names, _ in ADDING.values() for name in names}))
def test_parts_sum_to_the_whole(company, name):
    """Numerators and denominators of the parts are those of the whole; where one is withheld, the others are less."""
    asked = [each for each, (names, _) in ADDING.items() if name in names]
    scope, wholes = company.scope, company.whole
    if name == "month":  # what has no date is in no part of time
        scope = replace(scope, period=WHOLE)
        wholes = {figure.id: figure for figure in measure(asked, scope)}
    parts = {each: [] for each in asked}
    for figure in measure(asked, replace(scope, by=(name,))):
        parts[figure.id].append(figure)
    for each in asked:
        read = ADDING[each][1]
        assert parts[each], each
        for whole, *of_parts in zip(read(wholes[each]), *map(read, parts[each]), strict=True):
            told = [part for part in of_parts if part is not None]
            if whole is not None and len(told) == len(of_parts):
                assert sum(told) == pytest.approx(whole, rel=1e-9, abs=1e-9), each
            elif whole is not None:
                assert sum(told) <= whole * (1 + 1e-9), each


def test_only_what_sums_over_months_and_people_is_summed_in_targets():
    summed = {name for name in REGISTRY if adds_up(name)}
    sums = {name for name, (names, read) in ADDING.items() if read is value and "month" in names}
    assert summed - sums == {"inquiries_undated"}  # what has no day is in no month; over people it sums
    assert {name for name in summed if "owner" not in ADDING[name][0]} == {"new_customers"}  # each is won by one
    assert {"won", "won_value", "revenue", "orders"} <= summed
    assert "active_customers" not in summed  # who buys in two months is one customer


# ---- a deal that came and is open -----------------------------------------------------------------------------------

OF_OPEN = {
    "inquiries", "deals", "open", "reached", "conversion_rate", "drop_off", "dwell", "dwell_mean", "open_value",
    "weighted_pipeline", "pipeline_coverage", "stalled", "stuck", "stuck_share", "overdue_share", "slipped_share",
    "slip_days", "walk_in_rate", "sales_velocity", "throughput", "first_response", "answered_within", "unanswered",
    "contact_rate", "attempts", "attempts_to_contact", "inquiries_per_person", "open_per_person",
}  # fmt: skip
"""Measures that an open deal is in; all others are of what is decided, done or bought."""
DECIDED = [each for each in REGISTRY if each not in OF_OPEN]
opened = st.builds(
    dict,
    came=st.integers(0, WORLD.days - 1),
    stages=st.integers(1, len(WORLD.steps)),
    owner=st.sampled_from(["Ann", "Ben", "Dan", None]),
    source=st.sampled_from(["Web", "Walk-in"]),
    amount=st.sampled_from([None, Decimal(1), Decimal(10**9)]),
    currency=st.just("ILS"),
)


def with_open_deal(rows, came, stages, **columns):
    number, day = rows["deals"].num_rows + 1, WORLD.start + dt.timedelta(days=came)
    at = {"at": dt.datetime.combine(day, dt.time(9), dt.UTC), "day": day, "whole_day": False}
    moves = [
        {"deal": number, "seq": place, "to_stage": step.stage, "sort_at": at["at"], **at}
        for place, step in enumerate(WORLD.steps[:stages])
    ]
    return with_deals(rows, [{"deal": number, "deal_id": "new", "tax": "net", **columns}], moves)


def without_open(figure):
    """A figure without what is told of the open ones beside it."""
    aside = {"n_open", "horizon_days"}
    return replace(figure, beside={name: cell for name, cell in figure.beside.items() if name not in aside})


def test_measures_of_closed_deals_alone_are_of_what_is_decided():
    of_closed = {each.id for each in REGISTRY.values() if each.censoring is Censoring.CLOSED_ONLY}
    assert of_closed & OF_OPEN == set()


@few
@given(deal=opened)
def test_an_open_deal_never_changes_what_is_decided(company, deal):
    scope, more = company.scope, asking(with_open_deal(company.rows, **deal))
    decided = [without_open(company.whole[name]) for name in DECIDED]
    close([without_open(figure) for figure in measure(DECIDED, more)], decided)
    before, after = (measure(["open", "inquiries"], each) for each in (scope, more))
    assert [figure.value for figure in after] == [(figure.value or 0) + 1 for figure in before]
    by_owner = [
        {figure.by["owner"]: figure for figure in measure(["win_rate_value"], replace(each, by=("owner",)))}
        for each in (scope, more)
    ]
    assert by_owner[0] == by_owner[1]


# ---- another unit of money ------------------------------------------------------------------------------------------

FITTED = {"clv": 1e-3}
"""Measures that a search finds, and to what part of themselves."""


@few
@given(factor=st.sampled_from([Decimal("0.5"), Decimal(3), Decimal(1000)]))
def test_money_scales_with_its_unit_and_nothing_else_does(company, factor):
    names, more = list(REGISTRY), asking(scaled(company.rows, factor))
    for before, after in zip(company.whole.values(), measure(names, more), strict=True):
        of_money = REGISTRY[before.id].unit is Unit.MONEY
        times = float(factor) if of_money else 1.0
        assert before.value is not None, before.id
        for name, power in (("value", 1), ("low", 1), ("high", 1), ("variance", 2)):
            one, other = getattr(before, name), getattr(after, name)
            if one is None:
                assert other is None, (before.id, name)
            else:
                assert other == pytest.approx(one * times**power, rel=FITTED.get(before.id, 1e-9)), (before.id, name)
        assert (before.n, before.unit, before.why) == (after.n, after.unit, after.why), before.id


def test_scaling_one_currency_leaves_the_other_as_it_is(company):
    units = pa.array([("ILS", "USD")[number % 2] for number in company.rows["deals"]["deal"].to_pylist()])
    deals = company.rows["deals"]
    two = company.rows | {"deals": deals.set_column(deals.column_names.index("currency"), "currency", units)}
    names = ["won_value", "open_value", "deal_value_mean", "deal_value_median", "weighted_pipeline", "win_rate"]
    one, other = (
        measure(names, asking(each, by=("currency",))) for each in (two, scaled(two, Decimal(4), currency="USD"))
    )
    assert {figure.by["currency"] for figure in one} == {"ILS", "USD"}
    for before, after in zip(one, other, strict=True):
        times = 4 if before.by["currency"] == "USD" and before.id != "win_rate" else 1
        assert after.value == pytest.approx((before.value or 0) * times, rel=1e-9)
        assert after.n == before.n


# ---- the plan of a funnel is the funnel -----------------------------------------------------------------------------


@settings(max_examples=examples(4), deadline=None)
@given(step=st.integers(1, 4), start=st.integers(0, 3))
def test_the_plan_of_a_funnel_gives_back_its_counts(company, step, start):
    """By the ratios of the past, the customers of the past need its inquiries; and those bring its customers."""
    some = asking(some_of(company.rows, step, start))
    (flow,) = funnel(some)
    counts = [*(row.entered for row in flow.stages), flow.won]
    ratios = [Ratio.counted(row.stage, row.reached, row.of) for row in stage_ratios(some, None).rows]
    assert [row.count for row in plan_backwards(flow.won, ratios).needed] == counts
    assert [row.count for row in what_if(counts[0], ratios).expected] == counts


# ---- the query that is shown ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_hand(company, tmp_path_factory):
    """The company in a book, and a plain DuckDB over its files."""
    lake = Lake.create(tmp_path_factory.mktemp("laws") / "book")
    rows = company.rows
    arriving = {
        name: table.drop_columns(list({"deal"} & set(table.column_names)))
        for name, table in rows.items()
        if name not in ("stage_visits", "stage_moves")
    }
    ids = dict(zip(*(rows["deals"][name].to_pylist() for name in ("deal", "deal_id")), strict=True))
    moves = rows["stage_moves"].drop_columns(["deal"])
    arriving["moves"] = moves.append_column(
        "deal_id", pa.array([ids[deal] for deal in rows["stage_moves"]["deal"].to_pylist()])
    )
    store(
        lake,
        arriving,
        WORLD.pipeline,
        zone=WORLD.zone,
        last_event=None,
        last_day=WORLD.as_of,
        import_name="company",
    )
    with closing(Facts.open(lake.root)) as facts, closing(duckdb.connect()) as plain:
        plain.execute("SET TimeZone = 'UTC'")
        for name in SCHEMAS:
            files = lake.files(name, facts.pin)
            if files:
                plain.read_parquet(files).create_view(f"lake_{name}")
            else:
                plain.register(f"lake_{name}", SCHEMAS[name].empty_table())
        asked = Scope(
            deals=facts.deals,
            visits=facts.visits,
            moves=facts.moves,
            table=facts.table,
            run=facts.run,
            sql=facts.sql,
            pipeline=facts.pipeline,
            as_of=facts.as_of,
            as_of_at=facts.as_of_at,
            zone=facts.zone,
            calendar=Calendar.of_zone(facts.zone),
            by=("owner",),
        )
        yield asked, plain


def test_a_figure_is_what_its_query_says(by_hand):
    """Whoever runs the query that is shown by hand has the numbers that a figure is finished from, and no others."""
    scope, plain = by_hand
    told: dict[str, list[Figure]] = {}
    for figure in measure(list(REGISTRY), scope):
        told.setdefault(figure.id, []).append(figure)
    answers: dict[object, pa.Table] = {}  # many measures share their query
    for name, found in REGISTRY.items():
        figures = []
        for leaf in found.parts or (found,):
            query = leaf.statistics(scope)
            if query.op() not in answers:
                answers[query.op()] = plain.sql(query_text(scope, query)).to_arrow_table()
            figures.append(leaf.finish(answers[query.op()], scope))
        finished = found.combine(figures, scope) if found.combine else figures[0]
        assert told[name], name
        close([as_told(found, figure) for figure in finished], told[name])


@pytest.mark.parametrize("name", ["clv_simple", "first_response", "missed_returned"])
def test_every_query_of_an_explanation_runs_by_itself(by_hand, name):
    """Also where a measure is made of two, and where it writes a small table of its own."""
    scope, plain = by_hand
    leaves = REGISTRY[name].parts or (REGISTRY[name],)
    queries = explain(name, scope, limit=1).sql.split(END_OF_QUERY)
    answers = [plain.sql(query).to_arrow_table().num_rows for query in queries]
    assert answers == [scope.run(leaf.statistics(scope)).num_rows for leaf in leaves]
