"""The catalogue: every measure is declared, said in both languages, explained, and answers an empty book."""

import re
from dataclasses import replace

import pytest

from yaad.errors import UnknownName
from yaad.measures import REGISTRY, Kind, Unit, explain, measure
from yaad.text import LANGUAGES, has_key
from yaad.text.catalogue import LOCALE

IDS = [
    "inquiries",
    "inquiries_undated",
    "deals",
    "won",
    "lost",
    "open",
    "reached",
    "conversion_rate",
    "drop_off",
    "dwell",
    "dwell_mean",
    "dwell_mean_closed",
    "sales_cycle",
    "sales_cycle_mean",
    "days_to_close",
    "days_to_close_mean",
    "win_rate",
    "win_rate_value",
    "deal_value_mean",
    "deal_value_median",
    "won_value",
    "open_value",
    "weighted_pipeline",
    "stalled",
    "stuck",
    "stuck_share",
    "overdue_share",
    "slipped_share",
    "slip_days",
    "closings",
    "cancellations",
    "closings_net",
    "cancellation_rate",
    "lost_reason_top",
    "walk_in_rate",
    "sales_velocity",
    "throughput",
    "first_response",
    "answered_within",
    "unanswered",
    "contact_rate",
    "attempts",
    "attempts_to_contact",
    "activities",
    "touches_to_close",
    "activities_per_win",
    "meetings_per_win",
    "activities_per_day",
    "calls",
    "missed_returned",
    "meetings_set",
    "meetings_held",
    "no_show",
    "visits_planned",
    "visits_made",
    "inquiries_per_person",
    "open_per_person",
    "items_per_basket",
    "attach_rate",
    "discount",
    "quota_attainment",
    "pace",
    "closings_needed",
    "pipeline_coverage",
    "orders",
    "revenue",
    "aov",
    "active_customers",
    "arpu",
    "arppu",
    "top_customers_share",
    "new_customers",
    "customer_value_mean",
    "orders_per_customer",
    "repeat_rate",
    "mean_repeat_value",
    "buying_span",
    "days_since_last",
    "days_between_orders",
    "still_buying",
    "clv",
    "churn_rate",
    "retention_rate",
    "tenure",
    "clv_simple",
]

OF_THE_WHOLE = {"quota_attainment", "pace", "pipeline_coverage", "inquiries_per_person", "open_per_person"}
"""Parts of a sum, not means of so many cases."""

NOT_SAID = {
    "en": r"kaplan|confidence|censor|cohort|posterior|median|significan|wape|\bfdr\b|p-value|percentile",
    "he": r"קפלן|רווח סמך|טווח סמך|אומדן|חציון|בייס|מובהקות|צנזור|קוהורט|אחוזון",
}


@pytest.fixture(scope="module")
def scope(written):
    book = written("Meeting", "Quote")
    book.deal(("Meeting", "2024-01-01"), ("Quote", "2024-01-05"), ("Won", "2024-01-09"), owner="Ann", amount=10)
    book.deal(("Meeting", "2024-01-02"), ("Lost", "2024-01-05"), owner="Ben", amount=20)
    book.deal(("Meeting", "2024-01-03"), owner="Ben", amount=30)
    return book.scope("2024-01-31")


def test_ids():
    assert sorted(REGISTRY) == sorted(IDS)
    assert all(key == each.id for key, each in REGISTRY.items())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", IDS)
def test_name_meaning_and_rule_are_said(name, lang):
    each = REGISTRY[name]
    for message in (each.name, each.words, each.rule):
        assert has_key(message.key, lang)
    assert each.source
    if each.rival is not None:
        assert has_key(each.rival.key, lang)


def test_a_rival_that_is_written_down_is_told():
    said = (LOCALE / "en" / "measures.po").read_text("utf-8")
    assert set(re.findall(r"measures\.(\w+)\.rival", said)) == {each.id for each in REGISTRY.values() if each.has_rival}


def test_a_share_or_a_mean_has_a_least_number_below_which_it_is_a_hint():
    shares = [each for each in REGISTRY.values() if each.unit is Unit.RATE and not each.minimum]
    assert {each.id for each in shares} <= OF_THE_WHOLE
    means = [each for each in REGISTRY.values() if each.kind in (Kind.RATIO, Kind.DURATION) and not each.minimum]
    assert {each.id for each in means} <= OF_THE_WHOLE | {
        "pipeline_coverage",
        "inquiries_per_person",
        "open_per_person",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("domain", ["measures", "insight"])
def test_no_word_of_the_second_floor(lang, domain):
    said = [line for line in (LOCALE / lang / f"{domain}.po").read_text("utf-8").splitlines() if "msgstr" in line]
    assert len(said) > len(LANGUAGES)
    assert [line for line in said if re.search(NOT_SAID[lang], line, re.IGNORECASE)] == []


def by_measure(scope):
    """Measure → its figures, all asked for at once: what they share is asked once."""
    told = {name: [] for name in IDS}
    for figure in measure(IDS, scope):
        assert figure.why is None or not figure.why.key.startswith("errors."), figure
        told[figure.id].append(figure)
    return told


@pytest.fixture(scope="module")
def whole(scope):
    return by_measure(scope)


@pytest.mark.parametrize("name", IDS)
def test_exactly_one_row_without_a_breakdown(scope, whole, name):
    (figure,) = whole[name]
    assert figure.id == name
    assert figure.by == {}
    assert figure.as_of == scope.as_of
    assert (figure.level == 0.95) == (figure.low is not None or figure.high is not None)
    if REGISTRY[name].unit is Unit.COUNT:
        assert (figure.low, figure.high, figure.level) == (None, None, None)


@pytest.mark.parametrize("by", ["owner", "month", "stage", "product"])
def test_each_by_person_and_by_month(scope, by):
    for name, figures in by_measure(replace(scope, by=(by,))).items():
        for figure in figures:
            assert list(figure.by) == [by], name


@pytest.fixture(scope="module")
def no_deals(written):
    return by_measure(written("Meeting", "Quote").scope("2024-01-31"))


@pytest.mark.parametrize("name", IDS)
def test_each_answers_a_book_without_deals(no_deals, name):
    (figure,) = no_deals[name]
    assert figure.n == 0
    assert figure.value in (None, 0)


@pytest.mark.parametrize("name", IDS)
def test_explained_by_rule_query_and_rows(scope, name):
    told = explain(name, scope, limit=2)
    assert told.id == name
    assert told.rule == REGISTRY[name].rule
    assert told.sql.lstrip().upper().startswith(("SELECT", "WITH"))
    assert len(told.rows) == min(2, told.rows_total)
    for row in told.rows:
        assert all(isinstance(value, str | int | float | None) for value in row.values())


def test_the_rows_behind_are_those_counted(scope):
    for name in (
        "inquiries",
        "won",
        "lost",
        "open",
        "win_rate",
        "days_to_close",
        "stuck",
        "stalled",
        "inquiries_undated",
    ):
        assert explain(name, scope).rows_total == measure([name], scope)[0].n
    by_person = explain("won", replace(scope, by=("rep",)))
    assert by_person.rows[0]["rep"] == "Ann"
    assert by_person.rows[0]["closed_day"] == "2024-01-09"
    assert explain("dwell", replace(scope, by=("stage",))).rows_total == 4


def test_figures_come_in_the_order_asked_for(scope):
    assert [figure.id for figure in measure(["won", "win_rate", "lost"], scope)] == ["won", "win_rate", "lost"]


def test_measures_of_the_same_statistics_ask_once(scope):
    asked = []
    counting = replace(scope, run=lambda query: asked.append(query) or scope.run(query))
    measure(["sales_cycle", "sales_cycle_mean", "days_to_close"], counting)
    assert len(asked) == 2  # whether the book is large, and the lengths


def test_an_unknown_measure_says_which_there_are(scope):
    with pytest.raises(UnknownName) as told:
        measure(["win_rat"], scope)
    assert "win_rate" in told.value.say("en")
    with pytest.raises(UnknownName):
        explain("nothing", scope)
