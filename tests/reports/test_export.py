"""What is taken out reads back equal, and nothing in it runs."""

import csv
import datetime as dt
import io
import math
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from yaad.errors import InputError, UnknownName
from yaad.model import SCHEMAS
from yaad.reports import export, rows_of, write_table
from yaad.reports.exports import RESULTS, heads_of, values_of
from yaad.show import Column, Kind, Shown, Table, bare, sheet_of, write_workbook

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MOMENT = pa.timestamp("us", tz="UTC")
FIRST, LAST = (dt.datetime(year, 1, 1) for year in (1901, 2100))  # noqa: DTZ001 - hypothesis adds the zone
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("n", pa.int64()),
        ("share", pa.float64()),
        ("amount", pa.decimal128(18, 4)),
        ("at", MOMENT),
        ("day", pa.date32()),
        ("yes", pa.bool_()),
        ("custom", pa.map_(pa.string(), pa.string())),
    ]
)
# What a sheet cannot hold is not asked of it: surrogates and the two that are no characters of XML.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff"), min_size=1)
risky = st.builds(str.__add__, st.sampled_from([*DANGEROUS, "'", "'=", "''+", " =", "\n=", "\xa0@"]), texts)
words = st.one_of(
    texts, risky, st.sampled_from(["+972-50-1234567", "0501234567", "=1+1", "http://a.b", "00123", "_x0041_"])
)
moments = st.datetimes(FIRST, LAST, timezones=st.just(dt.UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
rows = st.fixed_dictionaries(
    {
        "id": words,
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "amount": st.none() | st.decimals(-(10**13), 10**13, places=4, allow_nan=False),
        "at": st.none() | moments,
        "day": st.none() | st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)),
        "yes": st.none() | st.booleans(),
        "custom": st.none()
        | st.dictionaries(st.sampled_from(["עיר", "n", "=x", "city"]), words).map(lambda d: list(d.items())),
    }
)
tables = st.lists(rows, min_size=1, max_size=8).map(lambda found: pa.Table.from_pylist(found, SCHEMA))


def plain_rows(table: pa.Table) -> list[list[object]]:
    return [list(row) for row in values_of(table)]


def read_csv(content: bytes, table: pa.Table) -> tuple[list[str], list[list[object]]]:
    """A file of ours as values again: apostrophes taken away, each text by the type of its column."""
    heads, *found = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    kinds = {name: table.schema.field(name).type for name in table.column_names}
    readers = {
        pa.int64(): int,
        pa.int16(): int,
        pa.float64(): float,
        MOMENT: _moment,
        pa.date32(): dt.date.fromisoformat,
    }
    readers |= {pa.decimal128(18, 4): Decimal, pa.bool_(): {"true": True, "false": False}.__getitem__}
    heads = [bare(head) for head in heads]
    reads = [readers.get(kinds.get(head), bare) for head in heads]
    return heads, [[read(cell) if cell else None for read, cell in zip(reads, row, strict=True)] for row in found]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@given(tables)
def test_a_csv_reads_back_equal_and_nothing_in_it_runs(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    assert write_table(table, path, "csv", "en") == table.num_rows
    heads, found = read_csv(path.read_bytes(), table)
    assert heads == heads_of(table)
    assert found == plain_rows(table)
    kinds = [table.schema.field(name).type if name in table.column_names else pa.string() for name in heads]
    for row in list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1:]:
        for cell, kind in zip(row, kinds, strict=True):
            if kind == pa.string():
                assert not cell.startswith(DANGEROUS)
                assert not cell.lstrip(" \n\xa0").startswith(DANGEROUS)


def same(ours, theirs) -> bool:
    """A sheet keeps numbers as doubles; what a double would change stands there as text."""
    if isinstance(ours, dt.datetime):
        return abs(ours.replace(tzinfo=None) - theirs) < dt.timedelta(milliseconds=1)
    if isinstance(ours, dt.date):
        return theirs in (ours, dt.datetime.combine(ours, dt.time()))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | Decimal):
        return Decimal(str(theirs)) == ours
    if isinstance(ours, str):  # control characters stand escaped in the file; a spreadsheet takes the escape away
        return isinstance(theirs, str) and unescape(theirs) == ours
    if isinstance(ours, float):
        return math.isclose(ours, float(theirs), rel_tol=1e-15, abs_tol=5e-324)
    return ours == theirs


@settings(max_examples=25)
@given(tables)
def test_a_sheet_reads_back_equal_and_nothing_in_it_runs(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("xlsx") / "t.xlsx"
    write_table(table, path, "xlsx", "he")
    (sheet,) = openpyxl.load_workbook(path).worksheets
    assert sheet.sheet_view.rightToLeft
    heads, *found = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert heads == heads_of(table)
    expected = plain_rows(table)
    assert len(found) == len(expected)
    for ours, theirs in zip(expected, found, strict=True):
        assert all(same(a, b) for a, b in zip(ours, theirs, strict=True)), (ours, theirs)
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert cell.hyperlink is None
            if isinstance(cell.value, str) and cell.value.startswith(DANGEROUS):
                assert cell.quotePrefix


@given(tables)
def test_a_parquet_is_the_table_itself(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("parquet") / "t.parquet"
    write_table(table, path, "parquet", "en")
    assert pq.read_table(path).equals(table)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_every_table_of_a_book_comes_out(imported, tmp_path, ending):
    book, _ = imported
    written = export(book, [], tmp_path / "out", "en", ending)
    assert {name for one in written for name in one.tables} == {"deals", "stage_moves", "stage_visits"}
    for one in written:
        (name,) = one.tables
        rows = rows_of(book, name)
        assert one.rows == rows.num_rows
        if ending == "parquet":
            assert pq.read_table(one.path).equals(rows)
        elif ending == "csv":
            assert read_csv(one.path.read_bytes(), rows)[1] == plain_rows(rows)
        else:
            sheet = openpyxl.load_workbook(one.path).active
            found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
            assert all(
                same(a, b)
                for ours, theirs in zip(plain_rows(rows), found, strict=True)
                for a, b in zip(ours, theirs, strict=True)
            )


def test_phones_and_names_stay_what_they_are(imported, tmp_path):
    book, _ = imported
    (written,) = export(book, ["deals"], tmp_path / "deals.xlsx", "he")
    sheet = openpyxl.load_workbook(written.path).active
    heads = [cell.value for cell in sheet[1]]
    phones = [row[heads.index("phone")].value for row in sheet.iter_rows(min_row=2)]
    assert phones[0] == "+972501234000"
    assert sheet.cell(2, heads.index("amount") + 1).value == 1000
    assert '=HYPERLINK("x")' in [row[heads.index("city")].value for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_every_result_comes_out(imported, tmp_path, ending):
    book, _ = imported
    written = export(book, list(RESULTS), tmp_path, "he", ending)
    assert [one.tables[0] for one in written] == list(RESULTS)
    for one in written:
        assert one.path.stat().st_size > 0
    if ending == "parquet":
        table = pq.read_table(tmp_path / "funnel.parquet")
        assert table["entered"].to_pylist() == [row.entered for row in book.funnel().content[0].stages]


def test_several_tables_make_one_workbook(imported, tmp_path):
    book, _ = imported
    (written,) = export(book, ["deals", "funnel", "stage_moves"], tmp_path / "all.xlsx", "en")
    assert openpyxl.load_workbook(written.path).sheetnames == ["deals", "funnel", "stage_moves"]
    assert written.rows == rows_of(book, "deals").num_rows + 1 + rows_of(book, "stage_moves").num_rows


def test_no_name_is_a_table_and_a_result_at_once():
    assert not set(RESULTS) & set(SCHEMAS)


def test_what_cannot_be_written_is_said_and_nothing_is_left(imported, tmp_path):
    book, _ = imported
    with pytest.raises(UnknownName) as caught:
        export(book, ["dealz"], tmp_path, "en")
    assert "deals" in caught.value.say("en")
    with pytest.raises(InputError):
        export(book, ["deals", "funnel"], tmp_path / "both.csv", "en")
    with pytest.raises(InputError):
        export(book, ["deals"], tmp_path / "deals.doc", "en")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_write_leaves_the_old_file(imported, tmp_path, monkeypatch):
    book, _ = imported
    old = tmp_path / "deals.csv"
    old.write_text("old")
    monkeypatch.setattr("yaad.reports.exports.values_of", lambda _rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(book, ["deals"], old, "en")
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_texts_too_long_for_a_cell_are_told():
    long = Table("en", "", (Column("a", "a", Kind.NAME),), ((Shown("x" * 40_000, "x" * 40_000),),))
    assert write_workbook(io.BytesIO(), [sheet_of(long, "a")], "en") == 1


def test_more_rows_than_a_sheet_takes_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr("yaad.show.workbooks.MOST_ROWS", 4)
    columns = (Column("a", "a", Kind.COUNT),)
    table = Table("en", "", columns, tuple((Shown(number, str(number)),) for number in range(7)))
    out = io.BytesIO()
    write_workbook(out, [sheet_of(table, "t")], "en")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["t", "t 2", "t 3"]
    numbers = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2) if row[0].value is not None]
    assert numbers == list(range(7))
