"""Targets of a book: set, divided, taken back; what is missing, counted by hand; the same on every face."""

import datetime as dt
import json
import re
from contextlib import closing
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book import steady_deals

from yaad.book import Book
from yaad.book.usual import Usual, say_usual
from yaad.errors import CannotTell, InputError, UnknownName
from yaad.faces.cli import main
from yaad.model import Whose
from yaad.plan.targets import Expected, divide, for_full_position, proposals
from yaad.show.goals import goal_said, pace_said, partly_said, standing_said
from yaad.text import render

AT = dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC)
SAID = {"at": AT, "by": "Noa"}
HEAD = "deal,rep,branch,product,stage,value,entered,closed\n"
ROWS = """\
A,Dana,North,Pro,Won,100,2026-01-01,2026-02-09
B,Dana,North,Pro,Won,300,2026-01-01,2026-02-10
C,Avi,South,Lite,Won,200,2026-01-02,2026-03-02
D,Dana,North,Lite,Won,150,2026-01-02,2026-03-10
E,Avi,South,Lite,Talk,70,2026-03-03,
F,Gil,South,Lite,Lost,70,2026-01-03,2026-03-16
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, branch: branch, product: product, stage: stage, amount: value,
  entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
currency: ILS
tax: net
dates: iso
zone: UTC
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "deals.csv").write_text(HEAD + ROWS, "utf-8")
    (tmp_path / "deals.yaml").write_text(MAP, "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.yaml")
        yield made


MORE = "".join(f"W{month},Dana,North,Pro,Won,100,2025-{month:02}-01,2025-{month:02}-20\n" for month in range(4, 10))
"""Six further wins: ten in all."""


@pytest.fixture
def ten(book, tmp_path):
    """The book with ten deals won, from which on targets are proposed."""
    (tmp_path / "more.csv").write_text(HEAD + MORE, "utf-8")
    book.import_files([tmp_path / "more.csv"], mapping=tmp_path / "deals.yaml")
    return book


def parts(goal, kind="owner"):
    return {one.name: (one.wanted and one.wanted.value, one.achieved) for one in goal.parts[kind]}


# ---- dividing -----------------------------------------------------------------------------------------------------

weights = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 10**6), min_size=1, max_size=9)


@given(st.integers(0, 10**9), weights.filter(lambda found: any(found.values())))
def test_parts_sum_to_the_whole_exactly(cents, found):
    whole = Decimal(cents) / 100
    made = divide(whole, found)
    assert sum(made.values()) == whole
    exact = {name: whole * weight / sum(found.values()) for name, weight in found.items()}
    assert all(abs(made[name] - exact[name]) <= Decimal("0.01") for name in found)


@given(st.integers(0, 10**9), st.integers(1, 22))
def test_a_target_for_a_full_position_gives_the_part_back_to_the_cent(cents, days):
    part, working = Decimal(cents) / 100, days / 22
    assert (for_full_position(part, working) * Decimal(repr(working))).quantize(Decimal("0.01")) == part


def test_nothing_is_divided_by_nothing():
    for found in ({"a": 0}, {"a": -1, "b": 2}):
        with pytest.raises(InputError):
            divide(Decimal(1), found)


# ---- how it stands ------------------------------------------------------------------------------------------------


def test_what_is_missing_and_how_many_closings_that_is(book):
    book.goals.set("1000", "2026-03", **SAID)
    goal = book.goals.status("2026-03").content
    # March: C 200 + D 150; the average of the four won deals is 187.50; 650 ÷ 187.50 = 3.47
    assert (goal.achieved, goal.gap, goal.average, goal.closings) == (350, 650, Decimal("187.5"), 4)
    assert (goal.unit, goal.tax, goal.n) == ("ILS", "net", 2)
    # 11 of 22 working days are over, and there are no six months behind: a straight line
    assert (goal.plan_today, goal.state.value, goal.curve.is_own) == (500, "behind", False)
    assert parts(goal) == {"Avi": (None, 200), "Dana": (None, 150)}


def test_before_the_period_begins_there_is_no_pace_and_money_keeps_its_sign(book, capsys):
    book.goals.set("1000", "2026-04", **SAID)
    goal = book.goals.status("2026-04").content
    assert (goal.has_begun, goal.state, goal.plan_today, goal.enough) == (False, None, None, None)
    assert (goal.unit, goal.gap, goal.closings) == ("ILS", 1000, 6)
    told = book.goals.status("2026-04").to_dict("en")
    assert (told["begun"], told["state"], told["plan_today"], told["unit"]) == (False, None, None, "ILS")
    assert told["sentences"][:2] == [
        "₪1K before VAT are missing for the target of April\xa02026: 6 closings of average size.",
        "The period has not begun.",
    ]
    assert main(["target", "status", "--period", "2026-04", "--book", str(book.root), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "The period has not begun." in said
    assert "pace:" not in said
    book.goals.set(200, "2026-04", whose=Whose(owner="Avi"), **SAID)
    (avi,) = book.goals.status("2026-04").content.parts["owner"]
    assert (avi.wanted.value, avi.state, avi.plan_today) == (200, None, None)


def test_a_target_of_a_sheet_without_a_currency_is_in_the_currency_of_the_deals(book, tmp_path):
    (tmp_path / "targets 2026.csv").write_text("rep,Apr\nDana,10\nAvi,20\n", "utf-8")
    book.import_files([tmp_path / "targets 2026.csv"], kind="targets")
    told = book.goals.status("2026-04").to_dict("he")
    assert (told["target"], told["unit"], told["n"]) == (30, "ILS", 0)
    assert "30 ₪ לפני מע״מ" in told["sentences"][0]


def test_a_target_without_a_currency_is_in_the_companys_where_the_deals_say_none(tmp_path):
    (tmp_path / "deals.csv").write_text(
        "deal,created,stage,amount\n1,2026-03-01,Won,120\n2,2026-03-02,Lost,80\n", "utf-8"
    )
    with closing(Book.create(tmp_path / "unsaid")) as book:
        book.import_files([tmp_path / "deals.csv"], answers={"stage:Won": "won", "stage:Lost": "lost"})
        assert book.goals.set("900", "2026-03", **SAID).currency is None, "nobody says one"
        say_usual(book.root, Usual(currency="EUR"))
        assert book.goals.set("1000", "2026-04", **SAID).currency == "EUR"
        assert book.goals.set("$5000", "2026-05", **SAID).currency == "USD", "another one that is said is kept"
        assert book.goals.set("6000", "2026-06", currency="GBP", **SAID).currency == "GBP"
        assert book.goals.set("7", "2026-06", measure="won", **SAID).currency is None, "customers have none"
        told = {row["period"]: row["currency"] for row in book.goals.targets().to_dict("en")["targets"]}
        assert (told["2026-04"], told["2026-05"]) == ("EUR", "USD")
        assert book.goals.status("2026-05").to_dict("en")["unit"] == "USD"


def test_a_target_without_a_currency_is_in_that_of_the_deals_before_the_companys(book):
    say_usual(book.root, Usual(currency="EUR"))
    assert book.goals.set("1000", "2026-04", **SAID).currency == "ILS"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("5000", {"currency": "USD"}, {"en": "Set the target in ILS.", "he": "יש לקבוע את היעד ב־ILS."}),
        ("$5000", {}, {"en": "The target is in USD and the deals are in ILS", "he": "היעד נקבע ב־USD"}),
        ("5000", {"tax": "gross"}, {"en": "Set the target before VAT.", "he": "יש לקבוע את היעד לפני מע״מ."}),
    ],
)
def test_a_target_of_another_currency_or_tax_is_refused_and_told_which_to_take(book, capsys, value, unit, said):
    with pytest.raises(InputError) as refused:
        book.goals.set(value, "2026-04", **unit, **SAID)
    for lang, words in said.items():
        assert words in refused.value.say(lang).replace("\u2068", "").replace("\u2069", "")
        asked = ["target", "set", value, "--period", "2026-04", "--book", str(book.root), "--lang", lang]
        assert main([*asked, *(part for name, one in unit.items() for part in (f"--{name}", one))]) == 2
        assert words in re.sub("[\u2066-\u2069]", "", " ".join(capsys.readouterr().err.split()))
    assert book.goals.targets().content.rows == []


def test_the_customers_that_a_plan_begins_with_are_those_of_the_target_or_of_the_pace(book):
    assert book.goals.customers("2027-03") == (1, False)  # what comes of one open deal and two inquiries a quarter
    book.goals.set("1000", "2026-04", **SAID)
    assert book.goals.customers("2026-04") == (6, True)  # 1000 ÷ 187.50 = 5.33
    book.goals.set("3", "2026-04", measure="won", **SAID)
    assert book.goals.customers("2026-04") == (3, True)


@pytest.fixture
def mixed(tmp_path):
    """The same deals, D of 150 in dollars."""
    head, rows = HEAD.replace("\n", ",currency\n"), ROWS.replace("\n", ",ILS\n").replace("03-10,ILS", "03-10,USD")
    (tmp_path / "deals.csv").write_text(head + rows, "utf-8")
    (tmp_path / "deals.yaml").write_text(MAP.replace("amount: value", "amount: value, currency: currency"), "utf-8")
    with closing(Book.create(tmp_path / "book")) as made:
        made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.yaml")
        yield made


def test_deals_of_two_currencies_are_planned_in_customers(mixed):
    assert mixed.goals.customers("2027-03") == (1, False)
    mixed.goals.set("4", "2026-04", measure="won", **SAID)
    assert mixed.goals.customers("2026-04") == (4, True)
    mixed.goals.set("1000", "2026-05", currency="ILS", **SAID)
    (needed,) = mixed.measure("closings_needed", period="2026-05").content
    assert (needed.value, needed.beside["average"]) == (5, 200)  # the mean of 100, 300 and 200 ₪


def told(goal):
    return [(one.key, one.values.get("n"), one.values.get("currency")) for one in goal.notes if "left_out" in one.key]


def test_of_two_currencies_one_is_summed_and_the_other_said_to_be_left_out(mixed, capsys):
    goal = mixed.goals.status("2026-03").content
    assert (goal.achieved, goal.unit, goal.n) == (200, "ILS", 1)
    assert told(goal) == [("goals.left_out", 1, "USD")]
    assert {one.name: one.achieved for one in goal.parts["owner"]} == {"Avi": 200, "Dana": 0}
    mixed.goals.set("1000", "2026-03", currency="ILS", **SAID)
    goal = mixed.goals.status("2026-03").content
    assert (goal.gap, goal.average, goal.closings) == (800, 200, 4)
    assert (goal.ahead.chance, goal.ahead.end) == (None, None)
    assert [one.key for one in goal.ahead.notes][-1] == "goals.no_ahead_of_mixed"
    (figure,) = mixed.measure("quota_attainment", period="2026-03").content
    assert (figure.value, figure.why) == (goal.share, goal.notes[0])
    for lang, words in (("en", "One deal in USD is not in the sums, which are in ILS."), ("he", "עסקה אחת ב־USD")):
        assert main(["target", "status", "--period", "2026-03", "--book", str(mixed.root), "--lang", lang]) == 0
        assert words in re.sub("[\u2066-\u2069]", "", " ".join(capsys.readouterr().out.split()))


def test_a_scorecard_of_two_currencies_tells_what_it_can(mixed):
    (alone,) = mixed.kpis("2026-03", measures=["won_value"]).content.kpis
    assert (alone.figure.value, alone.figure.why.key) == (None, "errors.mixed_money")
    found = {one.figure.id: one.figure.value for one in mixed.kpis("2026-03", whole=True).content.kpis}
    assert (found["won_value"], found["won"]) == (None, 2)


def test_a_target_in_the_other_currency_is_held_against_that_one(mixed):
    mixed.goals.set("300", "2026-03", currency="USD", **SAID)
    goal = mixed.goals.status("2026-03").content
    assert (goal.achieved, goal.unit, goal.gap, goal.closings) == (150, "USD", 150, 1)
    assert told(goal) == [("goals.left_out", 1, "ILS")]


def test_the_companys_currency_goes_before_that_of_most_deals(mixed):
    say_usual(mixed.root, Usual(currency="USD"))
    goal = mixed.goals.of_people("2026-03")
    assert (goal.unit, {one.name: one.achieved for one in goal.parts["owner"]}) == ("USD", {"Dana": 150, "Avi": 0})
    assert told(goal) == [("goals.left_out", 1, "ILS")]


def test_targets_of_two_currencies_have_no_sum_and_each_person_stands(mixed):
    mixed.goals.set("500", "2026-03", currency="ILS", whose=Whose(owner="Avi"), **SAID)
    mixed.goals.set("500", "2026-03", currency="USD", whose=Whose(owner="Dana"), **SAID)
    goal = mixed.goals.status("2026-03").content
    assert (goal.wanted, goal.notes[0].key) == (None, "goals.targets_differ")
    assert parts(goal) == {"Avi": (500, 200), "Dana": (None, 0)}
    own = mixed.goals.status("2026-03", whose=Whose(owner="Dana")).content
    assert (own.achieved, own.unit, own.gap) == (150, "USD", 350)


def test_proposals_of_two_currencies_are_in_closings(mixed, tmp_path):
    more = HEAD.replace("\n", ",currency\n") + MORE.replace("\n", ",USD\n")
    (tmp_path / "more.csv").write_text(more, "utf-8")
    mixed.import_files([tmp_path / "more.csv"], mapping=tmp_path / "deals.yaml")
    made = mixed.goals.propose("2026-04").content
    assert (made.average, made.unit) == (None, None)


def test_an_odd_deal_that_tells_nothing_of_what_comes_takes_no_chance_away(ten, tmp_path):
    """A deal lost in dollars, and one won so long ago: what comes is told of what is open and was won lately."""
    odd = "L,Gil,South,Lite,Lost,9,2026-01-03,2026-02-16,USD\nO,Gil,South,Lite,Won,9,2024-01-03,2024-02-16,USD\n"
    (tmp_path / "odd.csv").write_text(HEAD.replace("\n", ",currency\n") + odd, "utf-8")
    (tmp_path / "odd.yaml").write_text(MAP.replace("amount: value", "amount: value, currency: currency"), "utf-8")
    ten.goals.set("1000", "2026-03", currency="ILS", **SAID)
    ten.import_files([tmp_path / "odd.csv"], mapping=tmp_path / "odd.yaml")
    ahead = ten.goals.status("2026-03").content.ahead
    assert ahead.chance is not None
    assert "goals.no_ahead_of_mixed" not in [one.key for one in ahead.notes]
    assert [row.stage for row in ahead.milestones]
    made = ten.goals.propose("2026-04").content
    assert (made.average, made.unit) == (135, "ILS")  # 750 and six times 100, of ten deals won


@pytest.mark.parametrize(
    "odd", ["O,Gil,South,Lite,Talk,9,2026-03-03,,", "W,Gil,South,Lite,Won,9,2026-01-03,2026-02-03,"]
)
def test_an_odd_deal_that_tells_of_what_comes_leaves_it_told_in_closings(ten, tmp_path, odd):
    (tmp_path / "odd.csv").write_text(HEAD.replace("\n", ",currency\n") + odd + "USD\n", "utf-8")
    (tmp_path / "odd.yaml").write_text(MAP.replace("amount: value", "amount: value, currency: currency"), "utf-8")
    ten.goals.set("1000", "2026-03", currency="ILS", **SAID)
    ten.import_files([tmp_path / "odd.csv"], mapping=tmp_path / "odd.yaml")
    ahead = ten.goals.status("2026-03").content.ahead
    assert (ahead.chance, ahead.notes[-1].key) == (None, "goals.no_ahead_of_mixed")
    assert ahead.milestones
    assert ten.goals.propose("2026-04").content.average is None


def test_a_team_says_what_is_left_out_of_its_sum(mixed):
    for person in ("Avi", "Dana"):
        mixed.set_setting(f"person:{person}", {"team": "All"}, **SAID)
    goal = mixed.goals.status("2026-03", whose=Whose(team="All")).content
    assert (goal.achieved, goal.n, told(goal)) == (200, 1, [("goals.left_out", 1, "USD")])
    assert [(one.n, one.currency) for one in goal.left_out] == [(1, "USD")]


def test_a_team_whose_people_have_targets_of_two_currencies_has_none_and_the_rest_is_told(mixed):
    for person in ("Avi", "Dana"):
        mixed.set_setting(f"person:{person}", {"team": "All"}, **SAID)
    mixed.goals.set("100", "2026-02", currency="ILS", whose=Whose(team="All"), **SAID)
    mixed.goals.set("500", "2026-03", currency="ILS", whose=Whose(owner="Avi"), **SAID)
    mixed.goals.set("500", "2026-03", currency="USD", whose=Whose(owner="Dana"), **SAID)
    mixed.goals.set("900", "2026-03", currency="ILS", **SAID)
    goal = mixed.goals.status("2026-03").content
    assert (goal.wanted.value, parts(goal)) == (900, {"Avi": (500, 200), "Dana": (None, 0)})
    assert "goals.targets_differ" in [one.key for one in goal.notes]
    people = mixed.goals.of_people("2026-03")
    assert (parts(people)["Avi"], people.wanted.value) == ((500, 200), 900)
    assert "goals.targets_differ" not in [one.key for one in people.notes], "of teams nothing is told there"


def test_months_of_two_currencies_of_one_person_have_no_sum_in_the_quarter(mixed):
    for month, unit in (("2026-01", "ILS"), ("2026-02", "USD"), ("2026-03", "ILS")):
        mixed.goals.set("500", month, currency=unit, whose=Whose(owner="Avi"), **SAID)
    for goal in (mixed.goals.status("2026-Q1").content, mixed.goals.of_people("2026-Q1")):
        assert parts(goal)["Avi"] == (None, 200)
        assert [one.key for one in goal.notes].count("goals.targets_differ") == 1


@pytest.fixture
def ordering(mixed, tmp_path):
    """Orders in ₪ count: A 500 and C 250 in March; of the deals D was won in dollars."""
    (tmp_path / "orders.csv").write_text(
        "order,customer,sku,date,amount,rep\n1,A,X,2026-03-05,500,Dana\n2,C,X,2026-03-06,250,Avi\n", "utf-8"
    )
    (tmp_path / "orders.yaml").write_text(
        "kind: orders\ncolumns: {id: order, account: customer, at: date, amount: amount, rep: rep}\n"
        "currency: ILS\ntax: net\ndates: iso\nzone: UTC\n",
        "utf-8",
    )
    mixed.import_files([tmp_path / "orders.csv"], mapping=tmp_path / "orders.yaml")
    mixed.set_setting("achieved", {"by": "ordered"}, **SAID)
    return mixed


def test_where_orders_count_deals_of_two_currencies_stop_nothing(ordering):
    people = ordering.goals.of_people("2026-03")
    assert (people.unit, parts(people)) == ("ILS", {"Dana": (None, 500), "Avi": (None, 250)})
    ordering.goals.set("1000", "2026-03", currency="ILS", **SAID)
    goal = ordering.goals.status("2026-03").content
    assert (goal.achieved, goal.n, goal.left_out) == (750, 2, ())
    assert (goal.average, goal.closings) == (200, 2)  # the mean of 100, 300 and 200 ₪
    (needed,) = ordering.measure("closings_needed", period="2026-03").content
    assert (needed.value, needed.beside["average"]) == (2, 200)


def test_of_another_measure_in_two_currencies_nothing_is_told_and_it_is_said_why(mixed, tmp_path):
    mixed.goals.set("100", "2026-03", measure="open_value", currency="ILS", **SAID)
    goal = mixed.goals.status("2026-03", measure="open_value").content
    assert (goal.achieved, goal.gap, goal.unit) == (70, 30, "ILS")
    assert goal.curve is not None
    (tmp_path / "more.csv").write_text(HEAD.replace("\n", ",currency\n") + "G,Avi,South,Lite,Talk,50,2026-03-04,,USD\n")
    mixed.import_files([tmp_path / "more.csv"], mapping=tmp_path / "deals.yaml")
    for whose in (None, Whose(owner="Avi")):
        told = mixed.goals.status("2026-03", measure="open_value", whose=whose)
        goal = told.content
        assert (goal.wanted, goal.achieved, goal.parts, goal.curve) == (None, 0, {}, None)
        assert [one.key for one in goal.notes] == ["errors.mixed_money"]
        assert "ILS" in told.table("he").to_text()


def test_deals_of_one_currency_leave_nothing_out(book):
    book.goals.set("1000", "2026-03", **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.left_out, told(goal), goal.achieved) == ((), [], 350)


def test_the_page_the_command_line_and_python_tell_the_same(book, capsys):
    book.goals.set("1000", "2026-03", **SAID)
    told = book.goals.status("2026-03").to_dict("en")
    (share, pace) = book.measure("quota_attainment", "pace", period="2026-03").content
    assert told["share"] == pytest.approx(share.value)
    assert told["achieved"] / told["plan_today"] == pytest.approx(pace.value)
    assert main(["target", "status", "--period", "2026-03", "--book", str(book.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told


def test_the_last_month_is_asked_when_none_is_named(book):
    assert book.goals.status().content.period.name == "2026-03"
    assert book.goals.status().content.wanted is None
    assert [note.key for note in book.goals.status().content.notes] == ["goals.no_target"]


def test_customers_and_any_other_measure(book):
    book.goals.set(5, "2026-03", measure="customers", **SAID)
    goal = book.goals.status("2026-03", measure="won").content
    assert (goal.measure, goal.achieved, goal.gap, goal.closings) == ("won", 2, 3, 3)
    book.goals.set(4, "2026-03", measure="inquiries", whose=Whose(owner="Avi"), **SAID)
    goal = book.goals.status("2026-03", measure="inquiries", whose=Whose(owner="Avi")).content
    assert (goal.achieved, goal.gap, goal.closings) == (1, 3, None)


def test_milestones_by_hand_of_a_target_in_money_and_in_customers(tmp_path):
    """One inquiry a day, every second one is won after 20 days; nothing that is open today is left for October.

    Half of what comes until 20 days before the end of October is won in it. Until then there are 21 working days, and
    the last 91 days, with 65 of them, brought 91 inquiries: 29.4 are usual.
    """
    file, mapping = steady_deals.write(tmp_path)
    with closing(Book.create(tmp_path / "steady")) as steady:
        steady.import_files([file], mapping=mapping)
        for measure, customers, inquiries, state in (
            ("won", 10, 20, "ahead"),
            ("won", 14, 28, "on_pace"),
            ("won", 30, 60, "behind"),
            ("won_value", 14, 28, "on_pace"),
        ):
            worth = 1 if measure == "won" else 1000
            steady.goals.set(customers * worth, "2026-10", measure=measure, **SAID)
            goal = steady.goals.status("2026-10", measure=measure).content
            assert (goal.ahead.expected, goal.ahead.missing) == (0, customers)
            came, won = goal.ahead.milestones
            assert (came.stage, came.count, came.usual) == ("inquiries", inquiries, pytest.approx(29.4))
            assert (came.last_useful, came.working_days_left, came.late) == (dt.date(2026, 10, 11), 21, False)
            assert came.state.value == state
            assert (won.stage, won.count, won.last_useful) == ("Won", customers, dt.date(2026, 10, 31))
            low, high = goal.ahead.end
            assert low <= 15.5 * worth <= high, "of October's 31 days every second one brings a customer"
            assert (goal.ahead.chance < 0.1) == (customers == 30)


def test_a_persons_target_has_milestones_of_that_persons_own_way(tmp_path):
    """Every second day an inquiry comes to Dana, and each is won after 20 days; Avi has won nothing.

    So she needs as many inquiries as customers. The last 91 days, with 65 working days, brought her 45; 21 are left.
    """
    file, mapping = steady_deals.write(tmp_path)
    with closing(Book.create(tmp_path / "steady")) as steady:
        steady.import_files([file], mapping=mapping)
        for name in ("Dana", "Avi"):
            steady.set_setting(f"person:{name}", {"team": "Field"}, **SAID)
        for who in (Whose(owner="Dana"), Whose(owner="Avi"), Whose(team="Field"), Whose(product="Pro"), Whose()):
            steady.goals.set(14, "2026-10", measure="won", whose=who, **SAID)

        def ahead(**whose):
            return steady.goals.status("2026-10", measure="won", whose=Whose(**whose)).content.ahead

        came, won = ahead(owner="Dana").milestones
        assert (came.stage, came.count, came.usual) == ("inquiries", 14, pytest.approx(45 / 65 * 21))
        assert (came.last_useful, came.state.value, won.count) == (dt.date(2026, 10, 11), "on_pace", 14)
        low, high = ahead(owner="Dana").end
        assert low <= 15.5 <= high
        avis = steady.goals.status("2026-10", measure="won", whose=Whose(owner="Avi")).content
        assert avis.ahead is None
        assert [(one.key, one.values["n"]) for one in avis.notes] == [("goals.no_chance_few", 0)]
        whole = ahead()
        for of_all in (ahead(team="Field"), ahead(product="Pro")):
            assert (of_all.milestones, of_all.open, of_all.missing) == (whole.milestones, whole.open, whole.missing)
            assert of_all.chance == pytest.approx(whole.chance, abs=0.02)
        # a target of hers alone is the company's, and is held against what is hers
        steady.goals.remove("2026-10", measure="won", at=AT, by="Noa")
        for who in (Whose(owner="Avi"), Whose(team="Field"), Whose(product="Pro")):
            steady.goals.remove("2026-10", measure="won", whose=who, at=AT, by="Noa")
        assert ahead().milestones == ahead(owner="Dana").milestones
        assert steady.forecast().content.won[1].target is None, "what all bring is not held against her target"
        assert steady.forecast(by="owner").content.parts[1].won[1].target == 14


def test_what_usually_comes_until_a_day_follows_the_companys_own_month(tmp_path):
    """Ten inquiries come on the second of each month and half of them are won on the fifth: in its rest none come."""
    lines = [
        f"{month}-{one},Dana,North,Pro,{'Won' if one % 2 else 'Lost'},100,{month}-02,{month}-05\n"
        for month in [*(f"2025-{each:02}" for each in range(1, 13)), "2026-01", "2026-02", "2026-03"]
        for one in range(10)
    ]
    last = "NEW,Dana,North,Pro,Talk,100,2026-03-10,\n"
    (tmp_path / "deals.csv").write_text(HEAD + "".join(lines) + last, "utf-8")
    (tmp_path / "deals.yaml").write_text(MAP, "utf-8")
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.yaml")
        book.goals.set(8, "2026-03", measure="won", **SAID)
        came, _ = book.goals.status("2026-03", measure="won").content.ahead.milestones
        assert (came.usual, came.state.value) == (0, "behind"), "21 came in 91 days, and none of them after the second"
        book.goals.set(8, "2026-04", measure="won", **SAID)
        came, _ = book.goals.status("2026-04", measure="won").content.ahead.milestones
        assert came.usual > 10, "until the end of the next month one second of a month lies ahead"


def test_whose_targets(book):
    book.goals.set(400, "2026-03", whose=Whose(branch="South"), **SAID)
    goal = book.goals.status("2026-03", whose=Whose(branch="South")).content
    assert (goal.achieved, goal.gap) == (200, 200)
    book.goals.set(500, "2026-03", whose=Whose(product="Lite"), **SAID)
    goal = book.goals.status("2026-03", whose=Whose(product="Lite")).content
    assert (goal.achieved, goal.gap) == (350, 150)
    book.set_setting("person:Dana", {"team": "Stars"}, **SAID)
    book.set_setting("person:Avi", {"team": "Stars"}, **SAID)
    book.goals.set(10, "2026-03", whose=Whose(owner="Dana"), **SAID)
    book.goals.set(20, "2026-03", whose=Whose(owner="Avi"), **SAID)
    team = book.goals.status("2026-03", whose=Whose(team="Stars")).content
    assert (team.wanted.value, team.achieved) == (30, 350), "the sum of its people"
    book.goals.set(500, "2026-03", whose=Whose(team="Stars"), **SAID)
    assert book.goals.status("2026-03", whose=Whose(team="Stars")).content.gap == 150
    for whose in (Whose(owner="Nobody"), Whose(branch="West"), Whose(product="Max")):
        with pytest.raises(UnknownName):
            book.goals.set(1, "2026-03", whose=whose, **SAID)
    with pytest.raises(InputError):
        book.goals.set(1, "2026-03", whose=Whose(owner="Dana", team="Stars"), **SAID)


@pytest.mark.parametrize(
    "typed", ["240,000 ₪", "₪240,000", "240000", "240 אלף ש״ח", "240,000", "240K", "240,000 לפני מע״מ"]
)
def test_an_amount_is_read_as_in_a_file(book, typed):
    entry = book.goals.set(typed, "2026-04", **SAID)
    assert (entry.value, entry.currency, entry.tax) == ("240000", "ILS", "net")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "The target of the company for April\xa02026 is ₪240,000. To take it back: yaad target undo 1"),
        ("he", "היעד של החברה לאפריל\xa02026 הוא 240,000 ₪. לביטול: yaad target undo 1"),
    ],
)
def test_the_command_line_says_what_was_set_as_people_say_it(book, capsys, lang, said):
    words = ["target", "set", "240000", "--period", "2026-04", "--book", str(book.root), "--lang", lang]
    assert main(words) == 0
    assert bare(capsys.readouterr().out) == bare(said)


def test_the_command_line_says_whose_target_and_of_what(book, capsys):
    words = ["--period", "2026-04", "--measure", "customers", "--rep", "Dana", "--book", str(book.root), "--lang", "en"]
    assert main(["target", "set", "12", *words]) == 0
    assert "The target of Dana for April 2026 is 12 (" in bare(capsys.readouterr().out)
    assert main(["target", "remove", *words]) == 0
    assert "The target of Dana for April 2026 is taken away." in bare(capsys.readouterr().out)


def bare(text):
    """Without the marks of direction and the spaces that do not break."""
    return " ".join(
        text.replace("\xa0", " ")
        .translate({ord(mark): None for mark in "\u200e\u200f\u2066\u2067\u2068\u2069"})
        .split()
    )


def test_what_cannot_be_a_target_is_refused(book):
    for value, period in (
        ("-1", "2026-03"),
        ("much", "2026-03"),
        ("-5 ₪", "2026-03"),
        ("5%", "2026-03"),
        ("1", "2026-03-05"),
        ("1", "soon"),
    ):
        with pytest.raises(InputError):
            book.goals.set(value, period, **SAID)
    with pytest.raises(InputError):
        book.goals.set(1, "2026-03", currency="USD", **SAID)
    with pytest.raises(InputError):
        book.goals.set("$5", "2026-03", **SAID)
    with pytest.raises(InputError):
        book.goals.set("5 ₪", "2026-03", measure="won", **SAID)
    with pytest.raises(InputError):
        book.goals.set(1, "2026-03", tax="gross", **SAID)
    with pytest.raises(UnknownName):
        book.goals.set(1, "2026-03", measure="happiness", **SAID)


# ---- dividing a target of a book ----------------------------------------------------------------------------------


def test_split_by_history_by_hand_and_equally(book):
    book.goals.set(1000, "2026-03", **SAID)
    # in twelve months Dana brought 550, Avi 200, Gil nothing
    assert book.goals.split("rep", "2026-03", **SAID) == {"Avi": Decimal("266.67"), "Dana": Decimal("733.33")}
    goal = book.goals.status("2026-03").content
    assert parts(goal) == {"Avi": (Decimal("266.67"), 200), "Dana": (Decimal("733.33"), 150)}
    assert goal.differences == {}
    assert book.goals.split("rep", "2026-03", weights={"Gil": "1", "Dana": 3}, **SAID) == {"Gil": 250, "Dana": 750}
    assert book.goals.status("2026-03").content.differences == {"owner": Decimal("266.67")}, "Avi's stays"
    assert book.goals.split("product", "2026-03", weights="equal", **SAID) == {"Lite": 500, "Pro": 500}
    with pytest.raises(UnknownName):
        book.goals.split("rep", "2026-03", weights={"Nobody": 1}, **SAID)
    with pytest.raises(InputError):
        book.goals.split("rep", "2026-04", **SAID)


def test_who_works_less_has_less_and_the_parts_still_sum_to_the_whole(book):
    book.set_setting("person:Dana", {"share": 0.5}, **SAID)
    book.set_setting("person:Gil", {"end": "2026-01-31"}, **SAID)
    book.goals.set(1000, "2026-03", **SAID)
    made = book.goals.split("rep", "2026-03", weights="equal", **SAID)
    assert made == {"Avi": 500, "Dana": 500}
    goal = book.goals.status("2026-03").content
    assert {name: wanted for name, (wanted, _) in parts(goal).items()} == made
    assert {one.name: one.wanted.full for one in goal.parts["owner"]} == {"Avi": 500, "Dana": 1000}
    book.set_setting("person:Dana", {"share": 0.5, "away": [{"start": "2026-03-01", "end": "2026-03-16"}]}, **SAID)
    goal = book.goals.status("2026-03").content
    assert parts(goal)["Dana"][0] == 250, "11 of 22 working days are left to her"
    assert goal.differences == {"owner": Decimal(-250)}


def test_a_quarter_over_its_months_and_the_month_of_a_quarter(book):
    book.goals.set(1000, "2026-Q1", **SAID)
    assert book.goals.status("2026-03").content.wanted.basis.value == "longer"
    made = book.goals.split("month", "2026-Q1", **SAID)
    # no year behind: by working days, 22 + 20 + 22 of 64
    assert made == {"2026-01": Decimal("343.75"), "2026-02": Decimal("312.50"), "2026-03": Decimal("343.75")}
    assert book.goals.status("2026-03").content.wanted.value == Decimal("343.75")
    counts = {"2026-01": 1, "2026-02": 1, "2026-03": 1}
    book.goals.set(10, "2026-Q1", measure="won", **SAID)
    assert sorted(book.goals.split("month", "2026-Q1", measure="won", weights=counts, **SAID).values()) == [3, 3, 4]
    with pytest.raises(InputError):
        book.goals.split("month", "2026-03", **SAID)


# ---- taking back --------------------------------------------------------------------------------------------------


def rows(book):
    return [(one["period"], one["owner"], one["value"]) for one in book.goals.targets().records()]


def test_undo_is_as_before_and_a_division_is_taken_back_whole(book):
    first = book.goals.set(1000, "2026-03", **SAID)
    before = rows(book)
    book.goals.split("rep", "2026-03", **SAID)
    assert len(rows(book)) == 3
    assert len(book.goals.undo(**SAID)) == 2
    assert rows(book) == before
    book.goals.set(900, "2026-03", **SAID)
    book.goals.undo(**SAID)
    assert rows(book) == before
    book.goals.remove("2026-03", **SAID)
    assert rows(book) == []
    book.goals.undo(**SAID)
    assert rows(book) == before
    book.goals.undo(first.seq, **SAID)
    assert rows(book) == []
    for seq in (first.seq, 999, None):
        with pytest.raises(InputError):
            book.goals.undo(seq, **SAID)
    with pytest.raises(InputError):
        book.goals.remove("2026-03", **SAID)


def test_what_was_done_is_told_until_it_is_taken_back(book):
    assert book.goals.act() is None
    first = book.goals.set(1000, "2026-03", **SAID)
    done = book.goals.act()
    assert (done.act, done.entry.value, done.n, done.seq) == ("set", "1000", 1, first.seq)
    book.goals.split("rep", "2026-03", **SAID)
    division = book.goals.act()
    assert (division.act, division.n) == ("divided", 2)
    assert sorted(row.together for row in book.goals.targets().content.rows) == [1, 2, 2]
    book.goals.undo(division.seq, **SAID)
    assert book.goals.act(division.seq) is None, "what is taken back is offered no more"
    back = book.goals.act()
    assert (back.act, back.n, back.entry.owner) == ("taken_back", 2, "Dana")
    book.goals.remove("2026-03", **SAID)
    assert (book.goals.act().act, book.goals.act().entry.value) == ("removed", None)
    assert book.goals.act(999) is None


def test_a_setting_that_is_taken_back_is_no_act_about_targets(book):
    book.goals.set(1000, "2026-03", **SAID)
    book.set_setting("person:Dana", {"share": 0.5}, **SAID)
    assert book.goals.act().act == "set"


def test_of_few_closings_no_target_is_proposed_and_no_chance_told(book, tmp_path):
    with pytest.raises(CannotTell) as untold:
        book.goals.propose("2026-04")
    assert (untold.value.message.key, untold.value.message.values) == ("goals.few_wins", {"n": 4, "least": 10})
    book.goals.set(1000, "2026-03", **SAID)
    ahead = book.goals.status("2026-03").content.ahead
    assert (ahead.chance, ahead.end) == (None, None)
    assert [one.values for one in ahead.notes if one.key == "goals.no_chance_few"] == [{"n": 4, "least": 10}]
    nine = HEAD + "".join(MORE.splitlines(keepends=True)[:5])
    for n, rows in ((9, nine), (10, HEAD + MORE)):
        (tmp_path / f"more{n}.csv").write_text(rows, "utf-8")
        book.import_files([tmp_path / f"more{n}.csv"], mapping=tmp_path / "deals.yaml")
        ahead = book.goals.status("2026-03").content.ahead
        assert (ahead.chance is None) == (n < 10)
    made = book.goals.propose("2026-04")
    assert [row.level for row in made.content.rows] == ["likely", "stretch"]
    assert all(row.value > 0 for row in made.content.rows)
    assert "No cautious target: in at least 2 of 10 such periods nothing is closed." in made.table("en").to_text()


@pytest.mark.parametrize(
    ("closings", "levels"),
    [
        ([0, 0, 0, 1, 1, 1, 1, 2, 2, 2], ["likely", "stretch"]),
        ([0, 0, 0, 0, 0, 0, 1, 1, 2, 2], ["stretch"]),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 2], []),
        ([0, 1, 1, 1, 1, 2, 2, 2, 2, 3], ["cautious", "likely", "stretch"]),
    ],
)
def test_a_target_of_nothing_is_not_proposed(closings, levels):
    assert [row.level for row in proposals(Expected(np.array(closings, float), None), None)] == levels


def test_proposals_say_the_target_that_the_period_has(ten):
    book = ten
    assert book.goals.propose("2027-03").to_dict("en")["target"] is None
    book.goals.set(200, "2027-03", whose=Whose(owner="Avi"), **SAID)
    book.goals.set(100, "2027-03", whose=Whose(owner="Dana"), **SAID)
    made = book.goals.propose("2027-03")
    assert (made.to_dict("en")["target"], made.to_dict("en")["basis"]) == (300, "parts")
    said = bare(made.table("en").to_text())
    assert "The targets of the people for March 2027 sum to ₪300 already" in said
    book.goals.set(2000, "2027-03", **SAID)
    made = book.goals.propose("2027-03")
    assert (made.to_dict("en")["target"], made.to_dict("en")["basis"]) == (2000, "set")
    assert "A target of ₪2K is set for March 2027 already" in bare(made.table("en").to_text())


def test_a_sheet_of_people_and_months_sets_targets(book, tmp_path):
    (tmp_path / "targets 2026.csv").write_text("rep,Jan,Feb,Mar\nDana,10,20,400\nAvi,10,20,300\n", "utf-8")
    book.import_files([tmp_path / "targets 2026.csv"], kind="targets")
    goal = book.goals.status("2026-03").content
    assert (goal.wanted.value, goal.wanted.basis.value, goal.gap) == (700, "parts", 350)
    book.goals.set(1000, "2026-03", **SAID)
    assert book.goals.status("2026-03").content.differences == {"owner": Decimal(-300)}
    assert {one["owner"]: one["by"] for one in book.goals.targets("2026-03").records()} == {
        None: "Noa",
        "Dana": None,
        "Avi": None,
    }


def test_a_target_that_sums_those_of_some_is_held_against_what_these_brought(book):
    """In March Avi brought 200 and Dana 150."""
    book.goals.set("300", "2026-03", whose=Whose(owner="Avi"), **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.wanted.value, goal.achieved, goal.gap, goal.others) == (300, 200, 100, 150)
    assert book.goals.of_people("2026-03").others == 150
    assert render(partly_said(goal, "en")[0], "en") == (
        "This target is that of one person alone, and only what that person brought counts; others brought ₪150 more."
    )
    assert render(partly_said(goal, "he")[0], "he").startswith("היעד הזה הוא של אדם אחד בלבד")
    assert goal_said(goal, "en")[-1].key == standing_said(goal, "en")[-1].key == "goals.partly_owner"
    assert attained(book) == {"quota_attainment": 2 / 3, "closings_needed": 1}, "100 at a mean of 187.5"
    book.goals.set("100", "2026-03", whose=Whose(owner="Dana"), **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.achieved, goal.others, partly_said(goal, "en")) == (350, 0, ())
    assert attained(book)["quota_attainment"] == 350 / 400
    book.goals.set("900", "2026-03", **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.achieved, goal.others, partly_said(goal, "en")) == (350, None, ()), "it was set for all together"
    assert attained(book)["quota_attainment"] == 350 / 900


def attained(book):
    found = book.measure("quota_attainment", "closings_needed", period="2026-03").content
    return {one.id: one.value for one in found}


def test_a_team_whose_target_is_that_of_one_of_its_people_counts_what_that_one_brought(book):
    """Avi and Dana are one team; Avi's target alone is known."""
    for name in ("Avi", "Dana"):
        book.set_setting(f"person:{name}", {"team": "Field"}, **SAID)
    book.goals.set("300", "2026-03", whose=Whose(owner="Avi"), **SAID)
    goal = book.goals.status("2026-03", whose=Whose(team="Field")).content
    assert (goal.wanted.value, goal.achieved, goal.others) == (300, 200, 150)
    book.goals.set("400", "2026-03", whose=Whose(team="Field"), **SAID)
    goal = book.goals.status("2026-03", whose=Whose(team="Field")).content
    assert (goal.wanted.value, goal.achieved, goal.others) == (400, 350, None)
    assert parts(goal) == {"Avi": (300, 200), "Dana": (None, 150)}, "a team's people stand below it, and nobody else"
    assert goal.differences == {"owner": Decimal(-100)}


def test_targets_of_teams_sum_to_the_companys_and_are_held_against_these_teams(book):
    book.goals.set("500", "2026-03", whose=Whose(team="South"), **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.wanted.parts, goal.wanted.names, goal.achieved, goal.others) == ("team", ("South",), 200, 150)
    assert attained(book)["quota_attainment"] == 200 / 500, "people are in the team that their branch is"


def test_a_team_is_its_people_and_those_of_the_teams_below_it(book):
    """Avi sells in Port, which is part of Coast; Dana, of whom nobody said a team, in that of her branch, North."""
    book.set_setting("team:Coast", {"under": None}, **SAID)
    book.set_setting("team:Port", {"under": "Coast"}, **SAID)
    book.set_setting("person:Avi", {"team": "Port"}, **SAID)
    for team, value in (("Coast", 300), ("Port", 200), ("North", 100)):
        book.goals.set(value, "2026-03", whose=Whose(team=team), **SAID)
    for team, reached in (("Coast", 200), ("Port", 200), ("North", 150)):
        assert book.goals.status("2026-03", whose=Whose(team=team)).content.achieved == reached
    goal = book.goals.status("2026-03").content
    assert (goal.wanted.value, goal.wanted.names, goal.achieved) == (400, ("Coast", "North"), 350), (
        "Port's is in Coast's"
    )
    assert attained(book)["quota_attainment"] == 350 / 400


def test_targets_of_products_sum_to_the_companys_and_are_held_against_these_products(book):
    """In March 350 of Lite were sold, and nothing of Pro."""
    book.goals.set("70", "2026-03", whose=Whose(product="Pro"), **SAID)
    goal = book.goals.status("2026-03").content
    assert (goal.achieved, goal.others) == (0, 350)
    assert attained(book)["quota_attainment"] == 0
    found = book.measure("quota_attainment", by="month").content
    assert {one.by["month"]: one.value for one in found if one.value is not None} == {"2026-03": 0}


def test_a_target_of_customers_who_count_once_tells_of_its_own_period_alone(book):
    book.goals.set("1200", "2026", measure="active_customers", **SAID)
    assert book.goals.status("2026", measure="active_customers").content.wanted.value == 1200
    for shorter in ("2026-03", "2026-Q1"):
        assert book.goals.status(shorter, measure="active_customers").content.wanted is None
    for month in ("2026-01", "2026-02", "2026-03"):
        book.goals.set("100", month, measure="active_customers", **SAID)
    assert book.goals.status("2026-Q1", measure="active_customers").content.wanted is None, "who buys twice is one"
    with pytest.raises(InputError) as refused:
        book.goals.split("month", "2026", measure="active_customers", **SAID)
    assert refused.value.message.key == "goals.not_divided"
    book.set_setting("person:Dana", {"share": 0.5}, **SAID)
    book.goals.set("40", "2026-03", measure="active_customers", whose=Whose(owner="Dana"), **SAID)
    wanted = book.goals.status("2026-03", measure="active_customers", whose=Whose(owner="Dana")).content.wanted
    assert (wanted.value, wanted.full) == (20, 40), "half a position"


def test_rates_are_not_summed_nor_divided_and_hold_for_each_part_of_a_period(book):
    for name, value in (("Avi", "0.3"), ("Dana", "0.4")):
        book.goals.set(value, "2026", measure="win_rate", whose=Whose(owner=name), **SAID)
    assert book.goals.status("2026-03", measure="win_rate").content.wanted is None, "0.7 is nobody's win rate"
    goal = book.goals.status("2026-03", measure="win_rate", whose=Whose(owner="Avi")).content
    assert goal.wanted.value == Decimal("0.3")
    with pytest.raises(InputError) as refused:
        book.goals.split("month", "2026", measure="win_rate", whose=Whose(owner="Avi"), **SAID)
    assert refused.value.message.key == "goals.not_divided"


def test_a_rest_that_never_was_enough_is_told_in_words(ten):
    ten.goals.set("99999", "2026-03", **SAID)
    goal = ten.goals.status("2026-03").content
    assert goal.enough[0] == 0
    (said,) = [one for one in pace_said(goal, "he") if one.key.startswith("goals.enough")]
    assert (said.key, said.values) == ("goals.enough_never", {"n": goal.enough[1]})
    assert "0" not in render(said, "he").replace(f"{goal.enough[1]}", "")
