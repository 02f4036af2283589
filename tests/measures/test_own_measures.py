"""Measures that a company defines: counted by hand, and files that say what cannot be."""

from dataclasses import replace

import pytest

from yaad.errors import InputError, UnknownName
from yaad.measures import explain, measure
from yaad.measures.own_yaml import read_own_measures, write_own_measures
from yaad.measures.statistics import wilson
from yaad.model import Period
from yaad.text import LANGUAGES, render

NAME = "measures.yaml"
OWN = """version: 1
first: [web_share, won]
measures:
  - id: web_share
    names: {he: מהאתר, en: From the site}
    unit: rate
    good: up
    ratio: {numerator: {where: {source: [Site, Google]}}, denominator: inquiries}
  - id: web_value
    names: {he: מכירות מהאתר}
    good: up
    minimum: 2
    sum: {column: amount, where: {outcome: won, source: [Site, Google]}, date: closed_day}
  - id: seats_per_win
    names: {en: Seats per closing}
    good: up
    ratio:
      numerator: {column: seats, where: {outcome: won}, date: closed_day}
      denominator: won
  - id: value_per_inquiry
    names: {en: Money an inquiry}
    unit: money
    good: up
    family: value
    ratio: {numerator: won_value, denominator: inquiries}
"""


@pytest.fixture(scope="module")
def scope(written):
    book = written("Meeting")
    for source, outcome, amount, seats in (
        ("Site", "Won", "100.10", "3"),
        ("Google", "Won", "50.20", "5"),
        ("Referral", "Won", "400", "many"),
        ("Site", "Lost", "70", "8"),
        ("Referral", "open", None, None),
    ):
        moves = [("Meeting", "2026-05-03")] + ([(outcome, "2026-05-20")] if outcome != "open" else [])
        custom = {"seats": seats} if seats else {}
        book.deal(*moves, source=source, amount=amount, currency="ILS" if amount else None, custom=custom)
    asked = book.scope("2026-06-30", period=Period.parse("2026-05"))
    return replace(asked, own=read_own_measures(OWN, NAME).made())


def one(scope, name):
    (figure,) = measure([name], scope)
    return figure


def test_a_share_of_deals(scope):
    figure = one(scope, "web_share")
    assert (figure.value, figure.n, figure.unit) == (3 / 5, 5, "rate")
    assert (figure.low, figure.high) == wilson(3, 5)
    assert figure.beside == {"numerator": 3, "denominator": 5}


def test_a_sum_of_chosen_deals(scope):
    figure = one(scope, "web_value")
    assert (figure.value, figure.n, figure.unit) == (150.3, 2, "ILS")


def test_a_column_of_the_companys_own(scope):
    figure = one(scope, "seats_per_win")  # 3 + 5, and one that is no number, over three closings
    assert (figure.value, figure.n, figure.unit) == (pytest.approx(8 / 3), 3, "number")


def test_measures_of_the_catalogue_divided(scope):
    figure = one(scope, "value_per_inquiry")
    assert (figure.value, figure.n, figure.unit) == (pytest.approx(550.3 / 5), 5, "ILS")
    assert figure.low < figure.value < figure.high


def test_by_a_dimension(scope):
    told = measure(["value_per_inquiry", "web_share"], replace(scope, by=("source",)))
    assert {one.by["source"]: one.value for one in told if one.id == "value_per_inquiry"} == pytest.approx(
        {"Google": 50.2, "Referral": 200, "Site": 50.05}
    )
    assert {one.by["source"]: one.value for one in told if one.id == "web_share"} == {
        "Google": 1, "Referral": 0, "Site": 1,
    }  # fmt: skip


def test_too_few_are_not_told(scope):
    figures = measure(["web_value"], replace(scope, by=("source",)))
    assert [one.value for one in figures] == [None, None]
    assert {one.why.key for one in figures} == {"measures.too_few"}


def test_nothing_to_divide_by(scope):
    figure = one(replace(scope, period=Period.parse("2026-01")), "web_share")
    assert (figure.value, figure.why.key) == (None, "kpis.nothing_to_divide_by")


def test_why_this_number(scope):
    told = explain("web_share", scope)
    assert told.rows_total == one(scope, "web_share").n
    assert told.sql.count("SELECT") >= 2
    for lang in LANGUAGES:
        said = render(told.rule, lang)
        assert "source: Site, Google" in said
        assert "{" not in said
    assert explain("seats_per_win", scope).rows_total == 3


def test_it_is_called_as_the_company_calls_it(scope):
    names = {name: [render(each.name, lang) for lang in LANGUAGES] for name, each in scope.own.items()}
    assert names["web_share"] == ["מהאתר", "From the site"]
    assert names["web_value"] == ["מכירות מהאתר"] * 2  # named in one language, called so in both


def test_a_name_is_no_pattern():
    own = read_own_measures(OWN.replace("From the site", "'{n} {0} <b>'"), NAME)
    assert render(own.made()["web_share"].name, "en") == "{n} {0} <b>"


def test_other_books_do_not_know_it(scope):
    with pytest.raises(UnknownName):
        measure(["web_share"], replace(scope, own={}))


def test_what_is_written_is_read_again():
    own = read_own_measures(OWN, NAME)
    again = read_own_measures(write_own_measures(own), NAME)
    assert again.first == own.first
    assert [replace(one, line=0) for one in again.measures] == [replace(one, line=0) for one in own.measures]


FAULTS = [
    ("version: 1", "version: 2", 1, "kpis.other_version"),
    ("version: 1\n", "", 1, "kpis.lacks"),
    ("first: [web_share, won]", "first: [web_share, wonn]", 2, "kpis.unknown_measure"),
    ("measures:", "measure:", 3, "kpis.unknown_key"),
    ("id: web_share", "id: Web share", 4, "kpis.bad_id"),
    ("id: web_share", "id: win_rate", 4, "kpis.id_taken"),
    ("id: web_value", "id: web_share", 9, "kpis.id_taken"),
    ("names: {he: מהאתר, en: From the site}", "names: {fr: Du site}", 5, "kpis.unknown_key"),
    ("names: {he: מהאתר, en: From the site}", "names: {}", 5, "kpis.lacks"),
    ("en: From the site", "en: " + "x" * 61, 5, "kpis.too_long"),
    ("unit: rate", "unit: money", 6, "kpis.unit_misfit"),
    ("unit: rate", "unit: percent", 6, "intake.map_unknown_value"),
    ("good: up\n    ratio: {num", "good: high\n    ratio: {num", 7, "intake.map_unknown_value"),
    ("numerator: {where: {source: [Site, Google]}}", "numerator: win_rate", 8, "kpis.not_divisible"),
    ("Google]}}, denominator: inquiries}", "Google]}}, denominator: inquiry}", 8, "kpis.unknown_measure"),
    ("Google]}}, denominator: inquiries}", "Google]}}, by: inquiries}", 8, "kpis.unknown_key"),
    ("minimum: 2", "minimum: two", 12, "intake.map_unknown_value"),
    ("    sum: {column: amount", "    ratio: {}\n    sum: {column: amount", 13, "kpis.one_way"),
    ("date: closed_day}\n  - id: seats", "date: signed}\n  - id: seats", 13, "intake.map_unknown_value"),
    ("where: {outcome: won, source: [Site, Google]}", "where: outcome", 13, "intake.map_not_keys_under"),
    ("names: {en: Seats per closing}", "names: {en: Seats per closing", 15, "kpis.file_broken"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "key"), FAULTS)
def test_a_fault_is_told_with_its_line(right, wrong, line, key):
    assert OWN.count(right) == 1
    with pytest.raises(InputError) as told:
        read_own_measures(OWN.replace(right, wrong), NAME)
    assert (told.value.message.key, told.value.where["row"]) == (key, line)
    for lang in LANGUAGES:
        assert "{" not in told.value.say(lang).replace("{fr", "")


def test_nothing_is_run_that_stands_in_the_file():
    with pytest.raises(InputError):
        read_own_measures("version: 1\nmeasures: !!python/object/apply:os.system ['true']\n", NAME)
    text = OWN.replace("[Site, Google]}}", '["x\' OR 1=1 --"]}}')
    assert read_own_measures(text, NAME).measures[0].numerator.where == {"source": ("x' OR 1=1 --",)}
