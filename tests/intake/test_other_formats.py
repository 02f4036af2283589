"""Workbooks, Parquet and event logs: the same records, and nothing hostile gets through."""

import datetime as dt
import gzip
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Mapping, load
from yaad.intake.files import open_source
from yaad.intake.reading import Hints, read
from yaad.intake.reading.workbook import Limits, WorkbookReader

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="x"/></global>
  <float key="about" value="1"><float key="nested" value="2"/></float>
  <trace>
    <string key="concept:name" value="c1"><string key="inner" value="no"/></string>
    <int key="AMOUNT" value="500"/>
    <event><string key="concept:name" value="New"/><date key="time:timestamp" value="2024-01-01T10:00+02:00"/></event>
    <event>
      <string key="concept:name" value="Won"/><string key="org:resource" value="Dana"/>
    </event>
  </trace>
  <trace><string key="concept:name" value="c2"/></trace>
</log>
"""


@pytest.fixture
def workbook(tmp_path):
    def make(fill, name="deals.xlsx"):
        book = openpyxl.Workbook()
        fill(book.active, book)
        book.save(tmp_path / name)
        return tmp_path / name

    return make


def test_cells_come_as_text(workbook, rows_of):
    def fill(sheet, _):
        sheet.sheet_view.rightToLeft = True
        sheet.append(["id", "שלב", "date", "amount", "yes"])
        sheet.append(["00123", "הצעת מחיר", dt.date(2024, 3, 1), 1234.5, True])
        sheet.append([7, "x", dt.datetime(2024, 3, 1, 9, 30), 0.1 + 0.2, False])  # noqa: DTZ001 - a sheet's times have no zone

    found = read(open_source(workbook(fill)), Hints())
    assert rows_of(found) == [
        ("00123", "הצעת מחיר", "2024-03-01", "1234.5", "TRUE"),
        ("7", "x", "2024-03-01 09:30:00", "0.3", "FALSE"),
    ]
    assert found.rows.tolist() == [2, 3]


def test_title_rows_blank_rows_and_the_sheets_own_row_numbers(workbook):
    def fill(sheet, _):
        sheet["B2"] = "Deals of the north"
        for column, name in zip("BCD", ("id", "stage", "amount"), strict=True):
            sheet[f"{column}5"] = name
        sheet["B6"], sheet["C6"], sheet["D6"] = "1", "New", 5
        sheet["B9"], sheet["C9"], sheet["D9"] = "2", "Won", 6

    path = workbook(fill)
    with pytest.raises(OpenQuestion) as caught:
        read(open_source(path), Hints())
    assert (caught.value.questions[0].id, caught.value.questions[0].map_line) == (
        "header_row:deals.xlsx",
        "header_row: 5",
    )
    found = read(open_source(path), Hints(header_row=5))
    assert found.headers == ("id", "stage", "amount")
    assert (found.rows.tolist(), found.found.header_row) == ([6, 9], 5)
    assert found.tally.skipped_by["blank"] == 2
    assert found.tally.rows_in == 4


def test_day_numbers_are_read_by_the_workbooks_own_epoch(workbook):
    def fill(sheet, book):
        book.epoch = CALENDAR_MAC_1904
        sheet.append(["id", "stage", "created"])
        sheet.append(["1", "New", 43830])
        sheet.append(["2", "New", 43831])

    batch = load(workbook(fill), Mapping())
    assert batch.tables["moves"]["day"].to_pylist() == [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]


def test_error_cells_have_no_value_and_text_cells_of_errors_neither(workbook, rows_of):
    def fill(sheet, _):
        sheet.append(["id", "amount"])
        sheet.append(["1", "#N/A"])

    assert rows_of(read(open_source(workbook(fill)), Hints())) == [("1", "")]


def test_hidden_sheets_are_left_out_and_several_visible_ones_are_asked(workbook):
    def fill(sheet, book):
        sheet.append(["id", "stage"])
        sheet.append(["1", "New"])
        other = book.create_sheet("other")
        other.append(["id", "stage"])
        other.sheet_state = "hidden"

    path = workbook(fill)
    assert read(open_source(path), Hints()).found.sheet == "Sheet"

    def two(sheet, book):
        sheet.append(["id", "stage"])
        book.create_sheet("second").append(["id", "name"])

    path = workbook(two, "two.xlsx")
    with pytest.raises(OpenQuestion) as caught:
        read(open_source(path), Hints())
    assert set(caught.value.questions[0].options) == {"Sheet", "second", "*"}
    assert read(open_source(path), Hints(sheet="second")).headers == ("id", "name")
    with pytest.raises(InputError, match="third"):
        read(open_source(path), Hints(sheet="third"))


def test_one_far_cell_is_refused_and_this_process_lives(workbook):
    def fill(sheet, _):
        sheet["A1"] = "id"
        sheet["XFD1048576"] = "x"

    with pytest.raises(InputError) as caught:
        read(open_source(workbook(fill)), Hints())
    assert caught.value.message.key == "intake.workbook_far_cell"
    assert caught.value.message.values["row"] == 1_048_576


def test_a_parser_that_asks_for_too_much_memory_dies_alone(workbook):
    def fill(sheet, _):
        sheet.append(["id", "stage", "name", "amount"])
        sheet["D1048576"] = "just near enough to be tried"

    with pytest.raises(InputError) as caught:
        WorkbookReader(open_source(workbook(fill)), Hints(), Limits(memory=64 << 20))
    assert caught.value.message.key == "intake.workbook_too_big"


def test_zip_bomb_is_refused(tmp_path, workbook):
    path = workbook(lambda sheet, _: sheet.append(["id"]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * (8 << 20))
    with pytest.raises(InputError) as caught:
        read(open_source(path), Hints())
    assert caught.value.message.key == "intake.workbook_bomb"


def test_entities_in_a_workbook_are_refused(tmp_path, workbook):
    good = workbook(lambda sheet, _: sheet.append(["id"]), "good.xlsx")
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for member in old.namelist():
            text = old.read(member)
            if member.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + text
            new.writestr(member, text)
    with pytest.raises(InputError) as caught:
        read(open_source(bad), Hints())
    assert caught.value.message.key == "intake.workbook_entities"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("deals.xlsx", b"id,stage\n1,New\n", "intake.file_renamed"),
        ("deals.csv", None, "intake.file_renamed"),
        ("deals.xlsx", b"PK\x03\x04 broken", "intake.file_broken"),
        ("deals.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "intake.file_other_document"),
        (
            "deals.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "intake.file_password",
        ),
        ("deals.csv", b"\x89PNG\r\n\x1a\n\0\0\0", "intake.file_binary"),
        ("deals.csv", bytes(range(256)) * 20, "intake.file_binary"),
        ("deals.csv", b"", "intake.file_empty"),
        ("deals.csv", b"\n\n  \n", "intake.file_no_rows"),
        ("deals.parquet", b"PAR1 broken", "intake.file_broken"),
        ("deals.csv", b"<html><table><tr><td>id</td></tr></table>", "intake.file_html"),
        ("log.xes", b"<?xml version='1.0'?><log><trace><event>", "intake.file_broken_xml"),
        ("log.xes.gz", gzip.compress(b"<log><trace></trace></log>", mtime=0)[:-12], "intake.file_broken"),
        ("deals.csv.gz", gzip.compress(b"id,stage\n1,New\n", mtime=0), "intake.file_gzip"),
    ],
)
def test_bad_files_are_refused_by_a_plain_reason(write, workbook, name, content, key):
    if content is None:
        content = workbook(lambda sheet, _: sheet.append(["id"])).read_bytes()
    path = write(name, content)
    with pytest.raises(InputError) as caught:
        read(open_source(path), Hints())
    assert caught.value.message.key == key


def test_absent_paths_and_folders(tmp_path):
    with pytest.raises(InputError, match="no file"):
        open_source(tmp_path / "none.csv")
    with pytest.raises(InputError) as caught:
        open_source(tmp_path)
    assert caught.value.message.key == "intake.file_is_folder"


def test_parquet_keeps_its_types(tmp_path):
    at = pa.array([dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC), None], pa.timestamp("ns", "UTC"))
    table = pa.table({"id": ["1", "2"], "at": at, "n": [1, 2], "kind": pa.array(["a", "b"]).dictionary_encode()})
    pq.write_table(table, tmp_path / "t.parquet")
    found = read(open_source(tmp_path / "t.parquet"), Hints())
    assert [str(column.type) for column in found.columns.values()] == [
        "string",
        "timestamp[us, tz=UTC]",
        "int64",
        "string",
    ]
    assert found.rows.tolist() == [1, 2]


@pytest.mark.parametrize("gzipped", [False, True])
def test_event_log_is_flat_as_process_miners_write_it(write, rows_of, gzipped):
    text = LOG.encode()
    path = write("log.xes.gz" if gzipped else "log.xes", gzip.compress(text) if gzipped else text)
    found = read(open_source(path), Hints())
    assert found.headers == ("case:concept:name", "case:AMOUNT", "concept:name", "time:timestamp", "org:resource")
    assert rows_of(found) == [
        ("c1", "500", "New", "2024-01-01T10:00+02:00", None),
        ("c1", "500", "Won", None, "Dana"),
    ]
    assert found.rows.tolist() == [8, 9]


def test_event_log_with_entities_is_refused(write):
    path = write("log.xes", '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log><trace/></log>')
    with pytest.raises(InputError) as caught:
        read(open_source(path), Hints())
    assert caught.value.message.key == "intake.workbook_entities"


@pytest.mark.shared
def test_public_files_are_read_whole(shared):
    counts = {
        "maven_crm/sales_pipeline.csv": 8_800,
        "maven_crm_hebrew/hizdamnuyot_windows1255.csv": 8_800,
        "maven_crm_hebrew/hizdamnuyot_rtl.xlsx": 8_800,
        "olist_funnel/olist_marketing_qualified_leads_dataset.csv": 8_000,
        "olist_funnel/olist_closed_deals_dataset.csv": 842,
        "small_event_logs/running-example.csv": 42,
        "small_event_logs/running-example.xes": 42,
        "small_event_logs/receipt.parquet": 8_577,
        "bpi2012_loans/bpic2012_status_events.parquet": 92_093,
        "bpi2012_loans/bpic2012.xes.gz": 262_200,
    }
    found = {name: read(open_source(shared / name), Hints()).tally.rows_in for name in counts}
    assert found == counts
