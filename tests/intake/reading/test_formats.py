"""One table in every format: the same records come back, all of them as text."""

import json
import sqlite3
import zipfile

import pytest
import xlwt

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Mapping, load, understand
from yaad.intake.files import keep_pasted
from yaad.intake.reading import Hints, opened, read

ROWS = [
    ["מספר", "שלב", "סכום", "הערה"],
    ["00123", "הצעת מחיר", "1,234.50", 'אמר "כן", אולי'],
    ["1E5", "סגירה", "", "שורה\nשנייה"],
    ["9007199254740993", "נשירה", "12345678901234567890.12", "Null"],
]
EVERY = [".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".sqlite", ".zip"]


def read_one(path, **hints):
    with opened([path], lambda _: hints.get("sheet")) as sources:
        assert len(sources) == 1
        return read(sources[0], Hints(**hints))


@pytest.mark.parametrize("ending", EVERY)
def test_the_same_texts_come_back_from_every_format(made, tmp_path, rows_of, ending):
    found = read_one(made.table(tmp_path / f"deals{ending}", ROWS))
    assert found.headers == tuple(ROWS[0])
    assert [tuple(cell or "" for cell in row) for row in rows_of(found)] == [tuple(row) for row in ROWS[1:]]
    assert (found.tally.rows_in, found.tally.rejects) == (3, [])


@pytest.mark.parametrize("ending", EVERY)
def test_every_format_gives_one_book(made, tmp_path, ending):
    rows = [["id", "stage", "created", "amount"], ["007", "Won", "2024-03-01", "12.50"], ["8", "New", "2024-03-02", ""]]
    batch = load(made.table(tmp_path / f"deals{ending}", rows), Mapping())
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["007", "8"]
    assert str(batch.tables["deals"]["amount"][0].as_py()) == "12.5000"
    assert batch.files[0].rows_in == batch.files[0].loaded == 2


# --- workbooks of other programs -----------------------------------------------------------------------------------


def test_old_excel_numbers_dates_hidden_sheets_and_epoch(tmp_path, rows_of):
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet, hidden = book.add_sheet("עסקאות"), book.add_sheet("old")
    hidden.visibility = 1
    hidden.write(0, 0, "x")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for column, (name, value) in enumerate({"id": "00123", "n": 12.5, "day": 43831, "yes": True}.items()):
        sheet.write(0, column, name)
        sheet.write(1, column, value, day if name == "day" else xlwt.Style.default_style)
    book.save(str(tmp_path / "deals.xls"))
    found = read_one(tmp_path / "deals.xls")
    assert rows_of(found) == [("00123", "12.5", "2024-01-02", "TRUE")]
    assert (found.found.sheet, found.found.date1904) == ("עסקאות", True)
    assert [m.values["sheets"] for m in found.found.evidence if m.key == "intake.how_hidden_sheets"] == ["old"]


def test_macros_of_a_workbook_are_never_looked_at(made, tmp_path, rows_of):
    path = tmp_path / "deals.xlsm"
    made.xlsx(path, ROWS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    assert len(rows_of(read_one(path))) == 3


def test_libreoffice_hidden_sheets_repeated_rows_and_the_pad_of_empty_ones(made, tmp_path, rows_of):
    row = f"<table:table-row>{made.ods_cell('id')}{made.ods_cell('stage')}</table:table-row>"
    twice = (
        f'<table:table-row table:number-rows-repeated="2">{made.ods_cell("7")}{made.ods_cell("New")}</table:table-row>'
    )
    pad = (
        '<table:table-row table:number-rows-repeated="1048573">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    tables = made.ods_table("main", row + twice + pad) + made.ods_table("other", row + twice, "hidden")
    made.ods(tmp_path / "deals.ods", tables=tables)
    found = read_one(tmp_path / "deals.ods")
    assert (found.found.sheet, rows_of(found)) == ("main", [("7", "New"), ("7", "New")])


def ods_style(name, colour="", parent=""):
    """A style of cells that fills them with a colour."""
    filled = f'<style:table-cell-properties fo:background-color="{colour}"/>' if colour else ""
    return f'<style:style style:name="{name}" style:parent-style-name="{parent}">{filled}</style:style>'


def test_painted_rows_of_libreoffice_are_a_column_too(made, tmp_path, rows_of):
    def row(name, style="", told=""):
        cells = "".join(made.ods_cell(cell) for cell in (name, "New"))
        painted = cells.replace("<table:table-cell", f"<table:table-cell {style}")
        return f"<table:table-row {told}>{painted}</table:table-row>"

    def styled(name):
        return f'table:style-name="{name}"'

    pad = f'<table:table-row table:number-rows-repeated="9999"><table:table-cell {styled("g")}/></table:table-row>'
    rows = [
        row("id"),
        row("1", styled("g")),
        row("2", styled("bold")),  # made from a green style
        row("3", styled("good")),  # made from a red style of the document
        row("4", styled("clear"), 'table:default-cell-style-name="g"'),
        row("5"),
        row("6", told='table:number-rows-repeated="2" table:default-cell-style-name="Bad"'),
        pad,
    ]
    path = tmp_path / "deals.ods"
    own = ods_style("g", "#92d050"), ods_style("bold", parent="g"), ods_style("good", parent="Bad")
    made.ods(
        path, tables=made.ods_table("main", "".join(rows)), styles="".join([*own, ods_style("clear", "transparent")])
    )
    usual = '<style:default-style><style:table-cell-properties fo:background-color="#0000ff"/></style:default-style>'
    with zipfile.ZipFile(path, "a") as archive:
        text = f"<office:styles {made.ods_spaces}>{ods_style('Bad', '#ff0000')}{usual}</office:styles>"
        archive.writestr("styles.xml", text)
    found = read_one(path)
    assert found.headers[-1] == "row colour"
    colours = ["green", "green", "red", "no colour", "no colour", "red", "red"]
    assert [(one[0], one[-1]) for one in rows_of(found)] == list(zip("1234566", colours, strict=True))


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('<table:table-row table:number-rows-repeated="900000">{}</table:table-row>'.format("{cell}" * 99), "bomb"),
        (
            '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>{far}',
            "far_cell",
        ),
    ],
)
def test_a_libreoffice_workbook_that_would_fill_all_memory_is_refused(made, tmp_path, table, key):
    cell = made.ods_cell("x")
    far = f'<table:table-row><table:table-cell table:number-columns-repeated="16383"/>{cell}</table:table-row>'
    made.ods(tmp_path / "deals.ods", tables=made.ods_table("main", table.format(cell=cell, far=far)))
    with pytest.raises(InputError) as caught:
        read_one(tmp_path / "deals.ods")
    assert caught.value.message.key == f"intake.workbook_{key}"


def test_a_password_on_a_libreoffice_workbook_is_said(made, tmp_path):
    made.ods(tmp_path / "deals.ods", [["id"]], manifest="<m><manifest:encryption-data/></m>")
    with pytest.raises(InputError) as caught:
        read_one(tmp_path / "deals.ods")
    assert caught.value.message.key == "intake.file_password"


def test_all_sheets_below_each_other_when_that_is_the_answer(made, tmp_path):
    names = ["id", "stage", "created"]
    sheets = {"דנה": [names, ["1", "New", "2024-01-01"]], "יוסי": [names, ["2", "Won", "2024-01-02"]]}
    made.xlsx(tmp_path / "reps.xlsx", [], sheets)
    asked = understand(tmp_path / "reps.xlsx").questions
    assert [question.id for question in asked] == ["sheet:reps.xlsx"]
    found = understand(tmp_path / "reps.xlsx", answers={"sheet:reps.xlsx": "*", "column:owner": "sheet"})
    assert [file.name for file in found.files] == ["reps.xlsx/דנה", "reps.xlsx/יוסי"]
    batch = load(tmp_path / "reps.xlsx", found.mapping)
    assert batch.tables["deals"]["owner"].to_pylist() == ["דנה", "יוסי"]
    assert load(tmp_path / "reps.xlsx", Mapping.from_yaml(found.mapping.to_yaml(), name="m")).tables == batch.tables


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_nested_names_are_joined_and_values_stand_as_they_are_written(write, rows_of):
    text = """{"results": [
      {"id": 12345678901234567890, "properties": {"amount": 1234.50, "owner": {"name": "דנה"}}, "tags": ["a", 1.10]},
      {"id": 1E5, "properties": {"amount": null, "closed": false}, "empty": {}}
    ], "paging": {"next": {"after": "2"}}}"""
    found = read_one(write("deals.json", text))
    assert found.headers == ("id", "properties.amount", "properties.owner.name", "tags", "properties.closed", "empty")
    assert rows_of(found) == [
        ("12345678901234567890", "1234.50", "דנה", '["a", 1.10]', None, None),
        ("1E5", None, None, None, "false", "{}"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "text", ['[{"id": "א\\u05d1 \\\\\\"}"}]', '{"a": 1, "data": [{"id": "אב \\\\\\"}"}], "b": [1, 2]}']
)
def test_lists_bare_or_under_a_name_in_every_encoding_of_json(write, rows_of, encoding, text):
    assert rows_of(read_one(write("deals.json", text, encoding))) == [('אב \\"}',)]


def test_a_record_a_line_and_what_becomes_of_lines_that_are_none(write, rows_of):
    good = '{"id": 1, "a": "x"}\n\n{"id": 2}\n'
    text = good + 'not json\n[1]\n{"id": 3, "id": 4}\n{"id": "z\\u0000"}\n{"id": "\\ud800"}\n{"id": 5'
    found = read_one(write("deals.jsonl", text))
    assert rows_of(found) == [("1", "x"), ("2", None)]
    assert [(r.row, r.reason.removeprefix("intake.rejected_")) for r in found.tally.rejects] == [
        (4, "bad_json"),
        (5, "no_record"),
        (6, "name_twice"),
        (9, "cut"),
        (8, "bad_bytes"),
        (7, "nul"),
    ]
    assert found.tally.rows_in == 9
    assert found.tally.flags["looks_cut"] == 1


def test_several_lists_of_one_document_are_asked(write, rows_of):
    path = write("all.json", '{"deals": [{"id": 1}], "people": [{"id": 2}, {"id": {"x": 3}}], "none": []}')
    with pytest.raises(OpenQuestion) as caught:
        read_one(path)
    assert {key: m.values["n"] for key, m in caught.value.questions[0].options.items()} == {"deals": 1, "people": 2}
    assert rows_of(read_one(path, sheet="people")) == [("2", None), (None, "3")]
    with pytest.raises(InputError, match="no sheet"):
        read_one(path, sheet="x")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[{"id": 1}, {"id": 2', "file_broken_json"),
        ('[{"id": 1} {"id": 2}]', "file_broken_json"),
        ("[" * 100_000, "file_broken_json"),
        ("[]", "file_no_records"),
        ('[{"id": 1}] trailing', "file_broken_json"),
        (b'[{"id": "\xe0\xe1"}]', "file_json_encoding"),
        ("[{" + ", ".join(f'"k{i}": 1' for i in range(2_001)) + "}]", "file_too_wide"),
    ],
)
def test_json_that_holds_no_records_is_refused(write, text, key):
    with pytest.raises(InputError) as caught:
        read_one(write("deals.json", text))
    assert caught.value.message.key == f"intake.{key}"


def test_a_large_document_is_read_in_pieces(write, monkeypatch):
    monkeypatch.setattr("yaad.intake.reading.json_records.BLOCK", 7)
    monkeypatch.setattr("yaad.intake.reading.counting.BLOCK", 5)
    records = [{"id": i, "note": '\\"}{[' * (i % 3), "n": i * 1000} for i in range(200)]
    for text in (json.dumps(records), json.dumps({"x": {"y": [{}]}, "data": records})):
        found = read_one(write("deals.json", text))
        assert found.columns["n"].to_pylist() == [str(i * 1000) for i in range(200)]


# --- SQLite --------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path):
    def make(*statements, name="crm.sqlite"):
        connection = sqlite3.connect(tmp_path / name)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return tmp_path / name

    return make


def test_a_table_comes_exactly_as_it_is_stored(database, rows_of):
    path = database(
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, code, amount REAL, note, raw, twice AS (amount * 2) VIRTUAL)",
        "INSERT INTO deals VALUES (9007199254740993, '00123', 0.1, NULL, x'8950')",
        "INSERT INTO deals VALUES (1, 7, 1e21, 'שלום', x'')",
    )
    found = read_one(path)
    assert found.headers == ("id", "code", "amount", "note", "raw")
    assert rows_of(found) == [
        ("1", "7", "1000000000000000000000", "שלום", "(0 bytes)"),
        ("9007199254740993", "00123", "0.1", "", "(2 bytes)"),
    ]


def test_several_tables_are_several_files_and_nothing_of_the_file_is_run(database):
    path = database(
        "CREATE TABLE deals (id, stage, created)",
        "INSERT INTO deals VALUES ('1', 'New', '2024-01-01')",
        "CREATE TABLE 'odd \"name' (id)",
        "INSERT INTO 'odd \"name' VALUES ('x')",
        "CREATE TABLE empty (id)",
        "CREATE VIEW spy AS SELECT hex(randomblob(1000000000)) AS x",
        "CREATE TRIGGER t AFTER INSERT ON deals BEGIN SELECT 1; END",
    )
    with opened([path], lambda _: None) as sources:
        assert [source.name for source in sources] == ["crm.sqlite/deals", 'crm.sqlite/odd "name']
        assert [len(read(source, Hints()).rows) for source in sources] == [1, 1]
    before = path.read_bytes()
    batch = load(path, Mapping(sheet={"*": "deals"}))
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1"]
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="spy"):
        read_one(path, sheet="spy")


def test_bytes_that_are_no_text_reject_their_row(database, rows_of):
    found = read_one(database("CREATE TABLE d (id)", "INSERT INTO d VALUES (CAST(x'31FF' AS TEXT)), ('2')"))
    assert rows_of(found) == [("2",)]
    assert [(r.row, r.reason, r.raw) for r in found.tally.rejects] == [(1, "intake.rejected_bad_bytes", "1\\xff")]


def test_a_broken_database_is_refused(database):
    path = database("CREATE TABLE d (id)", "INSERT INTO d VALUES (1)")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(InputError) as caught:
        read_one(path)
    assert caught.value.message.key == "intake.file_broken"


def test_a_database_that_a_program_still_has_open_is_refused(database):
    path = database("CREATE TABLE d (id)", "INSERT INTO d VALUES (1)")
    path.with_name(path.name + "-wal").write_bytes(b"rows that are not in the file yet")
    with pytest.raises(InputError) as caught:
        read_one(path)
    assert caught.value.message.key == "intake.database_open"


# --- archives and pasted tables ------------------------------------------------------------------------------------


def test_an_archive_gives_its_files_each_under_its_name(made, tmp_path):
    made.xlsx(tmp_path / "b.xlsx", ROWS)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("export/deals.csv", "id,stage\n1,New\n")
        archive.writestr("old/deals.csv", "id,stage\n2,New\n")
        archive.writestr("__MACOSX/export/._deals.csv", b"\0\5")
        archive.write(tmp_path / "b.xlsx", "export/b.xlsx")
    with opened([tmp_path / "all.zip"], lambda _: None) as sources:
        assert [source.name for source in sources] == ["export/deals.csv", "old/deals.csv", "b.xlsx"]
        places = [source.path for source in sources]
        assert [len(read(source, Hints()).rows) for source in sources] == [1, 1, 3]
    assert not any(place.exists() for place in places)


def test_a_table_pasted_from_a_spreadsheet(tmp_path, rows_of):
    text = 'id\tשלב\tnote\r\n1\tNew\t"two\nlines"\r\n2\tWon\t5" pipe\r\n'
    found = read_one(keep_pasted(text, tmp_path))
    assert rows_of(found) == [("1", "New", "two\nlines"), ("2", "Won", '5" pipe')]


def test_typed_cells_of_libreoffice(made, tmp_path, rows_of):
    def typed(kind, value, shown):
        attribute = {"date": "date-value", "boolean": "boolean-value", "string": "string-value"}.get(kind, "value")
        told = f'office:value-type="{kind}" office:{attribute}="{value}"'
        return f"<table:table-cell {told}><text:p>{shown}</text:p></table:table-cell>"

    cells = [
        typed("float", "1234567.5", "1,234,567.50"),
        typed("date", "2024-03-01", "1.3.24"),
        typed("date", "2024-03-01T10:30:00", "x"),
        typed("percentage", "0.45", "45%"),
        typed("currency", "12.5", "12.50 ₪"),
        typed("boolean", "true", "TRUE"),
        made.ods_cell("00123"),
    ]
    names = "".join(made.ods_cell(f"column {chr(97 + place)}") for place in range(len(cells)))
    rows = "".join(f"<table:table-row>{line}</table:table-row>" for line in (names, "".join(cells)))
    made.ods(tmp_path / "deals.ods", tables=made.ods_table("main", rows))
    found = rows_of(read_one(tmp_path / "deals.ods"))[0]
    assert found == ("1234567.5", "2024-03-01", "2024-03-01 10:30:00", "0.45", "12.5", "TRUE", "00123")
