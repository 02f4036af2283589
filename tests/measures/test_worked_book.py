"""A book of eight deals worked out by hand: skipped, re-entered, reopened, undated and impossible ones among them."""

from dataclasses import replace

import pytest

from yaad.errors import CannotTell, InputError, UnknownName
from yaad.measures import (
    conversion,
    default_window,
    dwell,
    funnel,
    measure,
    stage_ratios,
    stalled_deals,
    stuck_deals,
)
from yaad.measures.statistics import wilson
from yaad.model import Period


@pytest.fixture(scope="module")
def scope(written):
    book = written("Meeting", "Quote", "Talks")
    book.deal(
        ("Meeting", "2024-01-01"), ("Quote", "2024-01-11"), ("Talks", "2024-01-21"), ("Won", "2024-01-31"),
        owner="Ann", amount=100,
    )  # fmt: skip
    book.deal(("Meeting", "2024-01-05"), ("Quote", "2024-01-10"), ("Lost", "2024-01-30"), owner="Ann", amount=200)
    # skipped Quote
    book.deal(("Meeting", "2024-01-10"), ("Talks", "2024-01-20"), ("Won", "2024-02-09"), owner="Ben", amount=300)
    # went back, and forth again
    book.deal(
        ("Meeting", "2024-02-01"), ("Quote", "2024-02-11"), ("Meeting", "2024-02-16"), ("Quote", "2024-02-21"),
        owner="Ben", amount=400,
    )  # fmt: skip
    # lost, then reopened
    book.deal(
        ("Meeting", "2024-02-01"), ("Lost", "2024-02-21"), ("Meeting", "2024-03-01"), ("Quote", "2024-03-11"),
        owner="Ben", amount=500,
    )  # fmt: skip
    # undated
    book.deal(("Meeting", None), owner="Ann", amount=600)
    # came to Quote first: its Meeting is impossible
    book.deal(("Quote", "2024-03-01"), ("Meeting", "2024-03-06"), ("Lost", "2024-03-16"), source="Web", amount=100)
    book.deal(("Meeting", "2024-03-01"), source="Web")
    return book.scope("2024-03-31")


def test_funnel(scope):
    (flow,) = funnel(scope)
    rows = {row.stage: (row.entered, row.advanced, row.lost, row.open) for row in flow.stages}
    assert rows == {"Meeting": (8, 6, 0, 2), "Quote": (6, 2, 2, 2), "Talks": (2, 2, 0, 0)}
    assert (flow.won, flow.undated, flow.by) == (2, 1, {})
    # what came further without a stay of its own counts as passed, and it is said
    assert {note.values["stage"]: note.values["n"] for note in flow.notes} == {"Meeting": 1, "Quote": 1}
    assert [row.rate for row in flow.stages] == [6 / 8, 2 / 6, 1]


def test_expected_shares(scope):
    meeting, quote, talks = funnel(scope)[0].stages
    # nobody is lost in Meeting, and the last of those seen has gone on; but after 39 days it is the only one watched,
    # and would have to speak for 2/7 of the eight
    assert (meeting.rate_expected, meeting.immature) == (1, True)
    # Quote: the one that skipped advances in no time, one after 10; lost after 15 and 20; open for 20 and 49 days:
    # F1 = 1/6 + 1/6, F2 = 2/3·1/4 + 1/2·1/3 = 1/3, a third is undecided
    assert quote.rate_expected == pytest.approx(0.5)
    assert quote.immature
    assert quote.low <= 1 / 3
    assert quote.high >= 2 / 3
    assert talks.rate_expected == 1
    assert (talks.low, talks.high) == (pytest.approx(wilson(2, 2)[0]), 1)


def test_dwell_by_first_entry(scope):
    (times,) = dwell(scope)
    meeting, quote, talks = times.stages
    # Meeting: 5, 10, 10, 10, 39 ended, 30 open; the undated and the impossible are left out
    assert (meeting.n, meeting.n_open, meeting.left_out) == (6, 1, 2)
    assert (meeting.median_days, meeting.q25_days, meeting.q75_days, meeting.p80_days) == (10, 10, 39, 39)
    assert meeting.mean_days == pytest.approx(5 + 5 * 5 / 6 + 29 / 3)
    assert meeting.mean_closed_days == pytest.approx((5 + 10 + 10 + 10 + 39) / 5)
    assert meeting.horizon_days == 39
    # Quote: 10, 15, 20 ended, 20 and 49 open
    assert (quote.n, quote.n_open, quote.median_days, quote.p80_days) == (5, 2, 20, None)
    assert (talks.n, talks.median_days, talks.mean_closed_days) == (2, 10, 15)
    assert [row.stage for row in times.stages] == ["Meeting", "Quote", "Talks"]


def test_dwell_by_stay(scope):
    (times,) = dwell(scope, "visit")
    meeting, quote, _ = times.stages
    # Quote: 5, 5, 10, 20 ended, 20 and 39 open: after 10 days 4/6 · 3/4, one half, are left
    assert (quote.n, quote.n_open, quote.median_days) == (6, 2, 10)
    # Meeting: 10, 5, 10, 10, 5, 20, 10, 10 ended, 30 open
    assert (meeting.n, meeting.n_open, meeting.left_out, meeting.median_days) == (9, 1, 1, 10)


def test_total(scope):
    total = dwell(scope)[0].total
    # 30 won, 25 lost, 30 won, 15 lost; open for 59, 59 and 30 days; the undated one left out
    assert (total.n, total.n_open, total.left_out) == (7, 3, 1)
    assert total.median_days == 30
    assert total.mean_closed_days == 25


def test_unknown_basis(scope):
    with pytest.raises(UnknownName):
        dwell(scope, "last")


def test_counts(scope):
    names = ["inquiries", "inquiries_undated", "deals", "won", "lost", "open", "reached"]
    assert {figure.id: figure.value for figure in measure(names, scope)} == {
        "inquiries": 8, "inquiries_undated": 1, "deals": 8, "won": 2, "lost": 2, "open": 4, "reached": 8,
    }  # fmt: skip
    deals = measure(["deals"], scope)[0]
    assert deals.beside == {"undated": 1, "reopened": 1}


def test_win_rate(scope):
    (rate,) = measure(["win_rate"], scope)
    assert (rate.value, rate.n, rate.beside) == (0.5, 4, {"won": 2, "lost": 2, "reopened": 0})
    assert (rate.low, rate.high) == pytest.approx(wilson(2, 4))


def test_money(scope):
    figures = {figure.id: figure.value for figure in measure(["won_value", "open_value", "win_rate_value"], scope)}
    assert figures == {"won_value": 400, "open_value": 1500, "win_rate_value": pytest.approx(4 / 7)}
    (figure,) = measure(["open_value"], scope)
    assert figure.beside == {"without_amount": 1}


def test_cycles(scope):
    names = ["sales_cycle", "sales_cycle_mean", "days_to_close", "days_to_close_mean"]
    assert [figure.value for figure in measure(names, scope)] == [30, 30, 27.5, 25]


def test_conversion_between_any_two(scope):
    (row,) = conversion(scope, "Meeting", "Talks")
    assert (row.start, row.end) == ("Meeting", "Talks")
    assert (row.entered, row.reached, row.lost, row.undecided) == (8, 2, 2, 4)
    assert row.rate_expected == pytest.approx(0.5)
    (whole,) = conversion(scope)
    assert (whole.start, whole.end, whole.reached) == ("Meeting", "Won", 2)
    assert conversion(scope, "Quote", "Won")[0].entered == 6
    assert conversion(scope, end="Quote")[0].reached == 6


def test_conversion_within_a_window(scope):
    # from Quote, or from what came after it: won after 20 and 20; lost after 20 and 15; open for 49 and 20
    (row,) = conversion(scope, "Quote", "Won", window_days=20)
    assert (row.entered, row.reached, row.lost, row.undecided) == (6, 2, 4, 0)
    (longer,) = conversion(scope, "Quote", "Won", window_days=25)
    assert (longer.entered, longer.reached, longer.lost, longer.undecided) == (6, 2, 3, 1)


@pytest.mark.parametrize(("start", "end"), [("Talks", "Quote"), ("Quote", "Quote"), ("Lost", "Won"), ("Quote", "Lost")])
def test_the_end_must_come_later(scope, start, end):
    with pytest.raises(InputError):
        conversion(scope, start, end)


def test_unknown_stage_and_impossible_window(scope):
    with pytest.raises(UnknownName):
        conversion(scope, "Nowhere")
    with pytest.raises(InputError):
        conversion(scope, window_days=0)
    with pytest.raises(InputError):
        stage_ratios(scope, -1)


def test_stage_ratios(scope):
    everything = stage_ratios(scope, None)
    assert [(row.stage, row.reached, row.of) for row in everything.rows] == [
        ("Quote", 6, 8), ("Talks", 2, 8), ("Won", 2, 8),
    ]  # fmt: skip
    # within 30 days of coming: the reopened one came to Quote after 39; the undated one is not counted
    mature = stage_ratios(scope, 30)
    assert [(row.stage, row.reached, row.of) for row in mature.rows] == [
        ("Quote", 5, 7), ("Talks", 2, 7), ("Won", 2, 7),
    ]  # fmt: skip
    assert (mature.window_days, mature.young) == (30, 1)
    assert stage_ratios(scope, 45).young == 3
    assert default_window(scope) == 30


def test_no_window_without_a_win(written):
    book = written("Meeting").deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-03"))
    with pytest.raises(CannotTell):
        default_window(book.scope("2024-02-01"))


def test_stalled(scope):
    # older than the 30 days of the longest closed deal: the two of 59 days; 30 is not older
    (figure,) = measure(["stalled"], scope)
    assert (figure.value, figure.beside) == (2, {"open": 4, "unknown_age": 1, "limit_days": 30})
    rows = scope.run(stalled_deals(scope)).to_pylist()
    assert sorted((row["deal_id"], row["days"], row["limit_days"]) for row in rows) == [("D4", 59, 30), ("D5", 59, 30)]


def test_stuck_is_measured_against_the_whole_book(scope, written):
    book = written("Quote")
    for days in range(1, 11):
        book.deal(("Quote", "2024-01-01"), ("Lost", f"2024-01-{1 + days:02}"), owner="Ann")
    book.deal(("Quote", "2024-01-20"), owner="Ben")  # open for 11 days, alone after day 10
    book.deal(("Quote", "2024-01-23"), owner="Ann")  # open for 8 days
    seen = book.scope("2024-01-31")
    # 12 stays: after 8 days 4/12 are left, of the 3 still watched one leaves at 9: 4/12·2/3 = .222; at 10: .111
    (figure,) = measure(["stuck"], seen)
    assert (figure.value, figure.beside["limit_days"]) == (1, 10)
    by_person = measure(["stuck"], replace(seen, by=("owner",)))
    assert {each.by["owner"]: each.value for each in by_person} == {"Ann": 0, "Ben": 1}
    rows = seen.run(stuck_deals(seen)).to_pylist()
    assert [(row["owner"], row["days"], row["limit_days"]) for row in rows] == [("Ben", 11, 10)]


def test_by_stage(scope):
    asked = replace(scope, by=("stage",))
    assert [(f.by["stage"], f.value) for f in measure(["reached"], asked)] == [
        ("Meeting", 8),
        ("Quote", 6),
        ("Talks", 2),
    ]
    steps = measure(["conversion_rate", "drop_off"], asked)
    assert [figure.value for figure in steps] == [6 / 8, 2 / 6, 1, 0, 2 / 6, 0]
    assert steps[1].beside["undecided"] == 2
    assert steps[1].why.key == "measures.still_open"
    assert [figure.value for figure in measure(["dwell"], asked)] == [10, 20, 10]
    # Meeting as in `test_dwell_by_first_entry`; of those that ended 5, 10, 10, 10 and 39; 10, 15 and 20; 10 and 20
    assert measure(["dwell_mean"], asked)[0].value == pytest.approx(5 + 5 * 5 / 6 + 29 / 3)
    assert [figure.value for figure in measure(["dwell_mean_closed"], asked)] == pytest.approx([14.8, 15, 15])
    # of deals, the stage is where they stand now
    assert {f.by["stage"]: f.value for f in measure(["open"], asked)} == {"Meeting": 2, "Quote": 2}


def test_by_stage_and_person_in_the_order_asked_for(scope):
    figures = measure(["reached"], replace(scope, by=("owner", "stage")))
    assert [list(figure.by) for figure in figures] == [["owner", "stage"]] * len(figures)
    assert {(f.by["owner"], f.by["stage"]): f.value for f in figures}["Ben", "Quote"] == 3


def test_a_period_is_of_the_measures_own_date(scope):
    january = replace(scope, period=Period.parse("2024-01"))
    assert {f.id: f.value for f in measure(["inquiries", "won", "lost", "open"], january)} == {
        "inquiries": 3, "won": 1, "lost": 1, "open": 0,
    }  # fmt: skip
    (flow,) = funnel(january)
    assert [row.entered for row in flow.stages] == [3, 3, 2]
    assert flow.undated == 0
    assert flow.period.name == "2024-01"
    march = replace(scope, period=Period.parse("2024-03"))
    # stays that began in March: the reopened deal's second time in Meeting is no first entry
    assert [row.n for row in dwell(march)[0].stages] == [1, 2, 0]
    assert measure(["inquiries"], march)[0].beside["undated"] == 1


def test_an_empty_period(scope):
    nothing = replace(scope, period=Period.parse("2020"))
    (flow,) = funnel(nothing)
    assert [(row.entered, row.rate, row.rate_expected, row.low) for row in flow.stages] == [(0, None, None, None)] * 3
    for figure in measure(["win_rate", "sales_cycle", "dwell", "conversion_rate", "deal_value_mean"], nothing):
        assert figure.value is None
        assert figure.why is not None
        assert figure.n == 0
    assert measure(["won_value"], nothing)[0].value == 0
    assert measure(["win_rate"], replace(nothing, by=("owner",))) == []


def test_a_stage_without_history_is_said(written):
    book = written("Meeting", "Quote", silent=["Quote"])
    book.deal(("Meeting", "2024-01-01"), ("Won", "2024-01-05"))
    (flow,) = funnel(book.scope("2024-01-31"))
    assert [row.stage for row in flow.stages] == ["Meeting"]
    assert flow.notes[0].key == "measures.silent_stages"
    assert flow.notes[0].values == {"stages": "Quote", "n": 1}


def test_a_closing_is_asked_for_by_the_word_won(scope):
    assert conversion(scope, None, "won") == conversion(scope, None, "Won") == conversion(scope)


def test_stuck_cannot_be_told_where_no_stage_has_let_go_of_four_of_five(written):
    book = written("Meeting", "Quote")
    for _ in range(5):
        book.deal(("Meeting", "2024-01-01"))
    book.deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-11"))
    young = book.scope("2024-03-31")
    stuck, stalled = measure(["stuck", "stalled"], young)
    assert (stuck.value, stuck.why.key) == (None, "measures.no_limit_stuck")
    assert (stuck.beside["open"], stuck.beside["no_limit"]) == (5, 5)
    assert stalled.value == 5
    untold = written("Meeting")
    untold.deal(("Meeting", "2024-01-01"))
    assert measure(["stalled"], untold.scope("2024-03-31"))[0].value is None


def test_none_is_stuck_where_none_is_open(written):
    book = written("Meeting")
    book.deal(("Meeting", "2024-01-01"), ("Won", "2024-01-11"))
    assert [figure.value for figure in measure(["stuck", "stalled"], book.scope("2024-03-31"))] == [0, 0]
