"""What the doctor finds and what it says the data cannot tell: a book made by hand, and one in which all is well."""

import datetime as dt
import json

import pytest

import yaad
from yaad.faces.cli import main
from yaad.measures import REGISTRY
from yaad.text import LANGUAGES

EVENTS = """\
deal,stage,at,name,phone,rep
W1,New,2026-01-01,Won One,,Dana
W1,Won,2026-01-05,,,
W2,New,2026-01-01,Won Two,,Dana
W2,Won,2026-01-11,,,
W3,New,2026-02-27,Won Three,,Dana
W3,Won,2026-03-01,,,
L1,New,2026-01-02,Lost One,,Dana
L1,Lost,2026-02-01,,,
P1,New,2026-02-25,Dan Levi,050-1234567,Noa
P2,New,2026-02-26,D. Levi,+972-50-123-4567,Noa
N1,New,2026-02-25,Acme Ltd,,Noa
N2,New,2026-02-27,ACME  LTD.,03-6123456,Noa
N3,New,2026-02-27,Same Name,054-1111111,Noa
N4,New,2026-02-28,Same Name,054-2222222,Noa
Q1,New,2026-01-10,Quiet One,052-3333333,Noa
Q2,New,2026-01-10,Called Since,052-4444444,Noa
"""
BESIDE = {
    "activities": "id,deal,kind,at\nA1,Q2,call,2026-02-24\nA2,X9,call,2026-02-24\nA3,,call,2026-02-24\n",
    "orders": "id,deal,at\nO1,W1,2026-02-01\nO2,X9,2026-02-01\nO3,,2026-02-01\n",
    "calls": "id,deal,at\nC1,W1,2026-02-01\nC2,X9,2026-02-01\n",
}
MAPS = {
    "events": """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at, name: name, phone: phone, rep: rep}
stages: [{name: New}, {name: Offer}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
""",
    "activities": "kind: activities\ncolumns: {id: id, deal: deal, kind: kind, at: at}\ndates: iso\nzone: UTC\n",
    "orders": "kind: orders\ncolumns: {id: id, deal: deal, at: at}\ndates: iso\nzone: UTC\n",
    "calls": "kind: calls\ncolumns: {id: id, deal: deal, at: at}\ndates: iso\nzone: UTC\n",
}
WELL = """\
deal,name,phone,rep,source,product,stage,value,currency,entered,closed,why,due,next
D1,One,050-1111111,Dana,Web,Chair,Won,100,ILS,2026-01-01,2026-01-11,,2026-01-15,
D2,Two,050-2222222,Noa,Web,Chair,Lost,50,ILS,2026-01-01,2026-01-21,price,2026-01-15,
D3,Three,050-3333333,Noa,Web,Table,Won,70,ILS,2026-01-02,2026-01-14,,2026-01-20,
D4,Four,050-4444444,Dana,Web,Table,Talk,90,ILS,2026-01-20,,,2026-02-15,call
"""
WELL_MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, name: name, phone: phone, rep: rep, source: source, product: product, stage: stage, amount: value,
  currency: currency, entered: entered, closed: closed, lost_reason: why, expected_close: due, next_step: next}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""


def imported(folder, name, rows, mapping):
    (folder / f"{name}.csv").write_text(rows, "utf-8")
    (folder / f"{name}.yaml").write_text(mapping, "utf-8")
    book = yaad.Book.create(folder / "book")
    book.import_files([folder / f"{name}.csv"], mapping=folder / f"{name}.yaml")
    book.close()


@pytest.fixture(scope="module")
def ill(tmp_path_factory):
    """The root of the book with faults."""
    folder = tmp_path_factory.mktemp("ill")
    for name, rows in {"events": EVENTS, **BESIDE}.items():
        imported(folder, name, rows, MAPS[name])
    return folder / "book"


@pytest.fixture(scope="module")
def well(tmp_path_factory):
    """The root of the book in which all is well."""
    folder = tmp_path_factory.mktemp("well")
    imported(folder, "deals", WELL, WELL_MAP)
    return folder / "book"


@pytest.fixture(scope="module")
def told(ill):
    return yaad.Book.open(ill).doctor().to_dict("en")


MONEY = [
    "won_value",
    "open_value",
    "win_rate_value",
    "deal_value_mean",
    "deal_value_median",
    "weighted_pipeline",
    "sales_velocity",
    "throughput",
]
"""What stands on the amounts of deals."""


@pytest.mark.parametrize(
    ("finding", "count", "of"),
    [
        ("duplicates", 4, 8),  # P1 and P2 by their number, N1 and N2 by their name; N3 and N4 have two numbers
        ("quiet", 1, 8),  # Q1: 50 days, the slowest of the won took 10; Q2 was called five days ago
        ("orphans_activities", 1, 3),  # A2; A3 names no deal
        ("orphans_orders", 1, 3),  # O2
        ("orphans_calls", 1, 2),  # C2
        ("unused:Offer", 1, 1),
        ("no_amount", 12, 12),
        ("no_phone", 1, 8),  # N1
        ("no_lost_reason", 1, 1),  # L1
    ],
)
def test_each_finding_is_a_count_by_hand(told, finding, count, of):
    found = {one["id"]: (one["count"], one["of"]) for one in told["findings"]}
    assert found[finding] == (count, of)


def test_nothing_is_found_that_is_not_there(told):
    found = {one["id"] for one in told["findings"]}
    assert not found & {"undated", "impossible", "reopened", "no_owner", "no_currency", "unused:New"}


def test_every_measure_says_whether_it_can_be_told_and_what_would_unlock_it(told):
    measures = {one["id"]: one for one in told["measures"]}
    assert list(measures) == list(REGISTRY)
    assert [name for name, one in measures.items() if one["column"] == "amount"] == MONEY
    assert not any(measures[name]["can"] for name in MONEY)
    unlocked = {name: one["column"] for name, one in measures.items()}
    assert unlocked["items_per_basket"] == "lines"
    assert unlocked["visits_made"] == "visits"
    assert unlocked["overdue_share"] == "expected_close_day"
    assert unlocked["lost_reason_top"] == "lost_reason"
    assert all(measures[name]["can"] for name in ("inquiries", "won", "win_rate", "sales_cycle", "reached"))


def test_what_cannot_be_told_names_the_column_and_the_measures_that_it_unlocks(told):
    gaps = {one["column"]: one["measures"] for one in told["cannot_tell"]}
    assert set(gaps) == {"amount", "lost_reason", "source", "expected_close_day", "next_step"}
    assert gaps["amount"] == MONEY
    assert gaps["source"] == []


def test_the_pages_and_the_command_line_have_one_definition(ill):
    book = yaad.Book.open(ill)
    assert book.doctor().gaps == book.cannot_tell()


def test_a_stage_without_history_says_which_measures_leave_it_out(tmp_path):
    mapping = WELL_MAP.replace("[{name: Talk}", "[{name: Talk}, {name: Offer}")
    imported(tmp_path, "deals", WELL.replace("Table,Talk", "Table,Offer"), mapping)
    told = yaad.Book.open(tmp_path / "book").doctor().to_dict()
    (gap,) = told["cannot_tell"]
    assert (gap["column"], gap["about"]) == (None, "Offer")
    assert {"conversion_rate", "dwell"} <= set(gap["measures"])
    assert "win_rate" not in gap["measures"]


def test_a_book_without_any_date_says_so(tmp_path):
    rows = "deal,stage\nD1,Talk\nD2,Won\n"
    mapping = "kind: deals\nshape: snapshot\ncolumns: {id: deal, stage: stage}\nzone: UTC\n"
    mapping += "stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]\n"
    (tmp_path / "deals.csv").write_text(rows, "utf-8")
    (tmp_path / "map.yaml").write_text(mapping, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml", as_of=dt.date(2026, 3, 1))
    told = book.doctor().to_dict()
    (gap,) = [one for one in told["cannot_tell"] if one["column"] == "created_day"]
    assert {"sales_cycle", "days_to_close", "dwell"} <= set(gap["measures"])


def test_names_that_may_be_of_several_are_asked_until_somebody_answers(tmp_path, capsys):
    rows = [("Noa Gal", "052-1112221"), ("Noa Gal", "052-1112222"), ("Noa Gal", ""), ("Uri Gal", "052-1112223")]
    told = [f"{place},{name},{phone},Won,2026-01-02,2026-02-01,100" for place, (name, phone) in enumerate(rows)]
    head = "id,contact,phone,stage,created,closed,amount"
    (tmp_path / "deals.csv").write_text("\n".join([head, *told]) + "\n", "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"])

    def asked():
        return [one for one in book.doctor().to_dict()["findings"] if one["id"] == "namesakes"]

    (one,) = asked()
    assert (one["count"], one["of"]) == (3, 4)
    assert "Noa Gal" in one["means"]
    assert main(["doctor", "--book", str(tmp_path / "book"), "--lang", "en"]) == 0
    assert "Deals under a name that comes with several" in capsys.readouterr().out
    book.set_setting("customer:Noa Gal", "apart", at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC), by="owner")
    assert asked() == []


def test_a_book_in_which_all_is_well_says_nothing(well):
    told = yaad.Book.open(well).doctor().to_dict()
    assert told["findings"] == []
    assert told["cannot_tell"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_line_says_it_in_both_languages(ill, capsys, lang):
    assert main(["doctor", "--book", str(ill), "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert "quality." not in shown
    assert ("Cannot be computed" in shown) == (lang == "en")
    assert main(["doctor", "--book", str(ill), "--lang", lang, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"findings", "cannot_tell", "measures"}
