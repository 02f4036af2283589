"""What a book was exported to, imported into a new book, gives the same tables again."""

import csv
import datetime as dt
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

from yaad.book import Book
from yaad.intake import Kind, understand
from yaad.intake.presets import recognise
from yaad.model import SCHEMAS
from yaad.reports import export, rows_of

STAGES = ("Inquiry", "Quote", "Won", "Lost")
GONE = {"recorded_seq", "file", "row", "seq"}
BEGINNINGS = ("", "=", "+", "-", "@", "'", "'=", "''@", "\t=", " =", "＝")
texts = st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text("aב1 ,\"'", min_size=1, max_size=6)).map(
    lambda text: f"x{text}" if text.strip().strip("'") in ("", "1") else text
)
days = st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 1))
deals = st.lists(
    st.tuples(texts, texts, st.sampled_from(STAGES), st.none() | st.integers(1, 10**6), days, st.integers(1, 90)),
    min_size=1,
    max_size=6,
)
moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2025, 12, 1)).map(  # noqa: DTZ001 - local times
    lambda at: at.replace(microsecond=0)
)
moves = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(STAGES[:3]), moments), min_size=1, max_size=12)
DEALS_MAP = """kind: deals
shape: two_dates
zone: {zone}
columns: {{id: key, name: title, owner: rep, stage: stage, amount: worth, created: came, closed: ended}}
currency: ILS
tax: net
stages: [{{name: Inquiry}}, {{name: Quote}}, {{name: Won, type: won}}, {{name: Lost, type: lost}}]
"""
MOVES_MAP = """kind: stage_history
zone: {zone}
columns: {{id: key, stage: stage, at: changed}}
stages: [{{name: Inquiry}}, {{name: Quote}}, {{name: Won, type: won}}, {{name: Lost, type: lost}}]
"""


def write(path, heads, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def plain(book, name):
    """A table without what tells only of the import, and without a book's stages that no deal was in.

    A currency, or VAT, of no amount says nothing: a column of amounts that is empty does not bring them back.
    """
    rows = rows_of(book, name)
    kept = rows.select([column for column in rows.column_names if column not in GONE | {"furthest"}]).to_pylist()
    unpriced = [row for row in kept if "amount" in row and row["amount"] is None]
    for row in unpriced:
        row |= {name: None for name in ("currency", "tax") if name in row}
    return kept


def there_and_back(folder, file, mapping, ending, answers=()):
    """The tables of a book, and those of a new one that took in what the first was exported to."""
    first, second = Book.create(folder / "first"), Book.create(folder / "second")
    with closing(first), closing(second):
        first.import_files([file], mapping=mapping)
        written = export(first, ["deals", "stage_moves"], folder / "out", "en", ending)
        second.import_files([one.path for one in written], answers=dict(answers))
        return [[plain(book, name) for name in ("deals", "stage_moves")] for book in (first, second)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jerusalem"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
@settings(max_examples=examples(2), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deals)
def test_deals_and_their_moves_come_back_equal(tmp_path_factory, ending, zone, found):
    folder = tmp_path_factory.mktemp("back")
    rows = [
        (f"D{number}", name, "Dana", stage, worth, came, came + dt.timedelta(days) if stage in STAGES[2:] else "", note)
        for number, (name, note, stage, worth, came, days) in enumerate(found)
    ]
    heads = ("key", "title", "rep", "stage", "worth", "came", "ended", "created by")
    mapping = folder / "map.yaml"
    mapping.write_text(DEALS_MAP.format(zone=zone), "utf-8")
    first, second = there_and_back(folder, write(folder / "given.csv", heads, rows), mapping, ending)
    assert first == second


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jerusalem"])
@settings(max_examples=examples(2), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_every_move_comes_back_at_its_time(tmp_path_factory, zone, found):
    folder = tmp_path_factory.mktemp("back")
    rows = [(f"D{deal}", stage, at.isoformat(" ")) for deal, stage, at in found]
    mapping = folder / "map.yaml"
    mapping.write_text(MOVES_MAP.format(zone=zone), "utf-8")
    (_, first), (_, second) = there_and_back(
        folder, write(folder / "given.csv", ("key", "stage", "changed"), rows), mapping, "csv"
    )
    kept = ("deal_id", "to_stage", "at")
    assert [[row[name] for name in kept] for row in first] == [[row[name] for name in kept] for row in second]


FLAT = {
    "orders": "order id,deal id,account,owner,order date,amount,note\n"
    "O1,D1,=x,Dana,2025-01-02,100,@a\nO2,D2,y,Avi,2025-01-03,5,'q\n",
    "lines": "line id,order id,product,quantity,price,discount\nL1,O1,-A,2,30,0.1\nL2,O1,B,1,40,0.15\n",
    "accounts": "account id,name,sector,city,phone,email\nA1,=Nova,IT,Haifa,0501234567,a@b.co\n",
    "products": "product id,name,category,price\nP1,-Box,c,12.5\n",
    "activities": "activity id,deal id,kind,at,by,text\nX1,D1,call,2025-01-02 10:00,Dana,+text\n",
    "calls": "call id,deal id,by,phone,direction,call time,seconds,answered\n"
    "C1,D1,Dana,0501234567,out,2025-01-02 10:00,65,yes\n",
    "contracts": "contract id,deal id,account,owner,start,end,amount\nK1,D1,=a,Dana,2025-01-01,2025-12-31,1000\n",
    "targets": "owner,month,target\nDana,2025-01,1000\nAvi,2025-02,2000\n",
}


@pytest.mark.parametrize("name", FLAT)
def test_every_other_table_comes_back_equal(tmp_path, name):
    (tmp_path / "given.csv").write_text(FLAT[name], "utf-8")
    first, second = Book.create(tmp_path / "first"), Book.create(tmp_path / "second")
    with closing(first), closing(second):
        first.import_files([tmp_path / "given.csv"], kind=Kind(name))
        (written,) = export(first, [name], tmp_path / "out", "en", "csv")
        second.import_files([written.path])
        assert plain(first, name) == plain(second, name) != []


def test_each_table_is_known_for_what_it_is():
    for name, schema in SCHEMAS.items():
        more = ["deal_id"] if name in ("stage_moves", "stage_visits") else []
        found = recognise([column for column in [*schema.names, *more] if column != "custom"])
        assert found is not None
        assert found.export.id == f"yaad_{name}"
        assert found.known == found.of


def test_what_a_book_counts_is_no_data(imported, tmp_path):
    book, _ = imported
    (written,) = export(book, ["deals"], tmp_path / "deals.csv", "en")
    columns = {one.header: one.field for one in understand([written.path]).files[0].columns}
    assert columns["deal_id"] == "id"
    assert columns["name"] == "name"
    assert [columns[name] for name in ("deal", "furthest", "episodes", "cycle_days", "file")] == [None] * 5
