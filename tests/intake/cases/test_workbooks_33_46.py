"""Cases 33–46 of the catalogue of bad inputs: workbooks and archives.

A accept, N normalise and say so, R reject the row, F refuse the file before anything is written, Q ask: each test
asserts the catalogue's answer.
"""

import datetime as dt
import re
import socket
import stat
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Mapping, load, understand
from yaad.intake.deciding.phones import fold_phone
from yaad.intake.reading import Hints, opened, read

HEAD = ["id", "stage", "created", "amount"]


@pytest.fixture
def book(tmp_path):
    """``book(rows, fill)``: a workbook with these rows; `fill(sheet, book)` does the rest."""

    def make(rows, fill=None, name="deals.xlsx", epoch=None):
        made = openpyxl.Workbook()
        if epoch is not None:
            made.epoch = epoch
        for row in rows:
            made.active.append(row)
        if fill is not None:
            fill(made.active, made)
        made.save(tmp_path / name)
        return tmp_path / name

    return make


def asked(path, **more):
    return {question.id: question for question in understand(path, **more).questions}


def refused(path):
    with pytest.raises(InputError) as caught:
        understand(path)
    assert not isinstance(caught.value, OpenQuestion)
    return caught.value.message


def rejected(batch):
    table = batch.files[0].rejects
    return [(row["row"], row["column"], row["reason"].removeprefix("intake.rejected_")) for row in table.to_pylist()]


def with_members(path, target, change=None, **more):
    """A copy of an archive with some members changed or added."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            text = old.read(member)
            new.writestr(member, change(member, text) if change is not None else text)
        for name, text in more.items():
            new.writestr(name, text)
    return target


# --- 33–40: what stands in the cells -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_case_33_cells_merged_downwards_are_asked_and_filled_or_left(book, made, tmp_path, ending):
    rows = [[*HEAD, "rep"]] + [[str(i), "New", f"2024-03-0{i}", i, "דנה" if i == 1 else None] for i in range(1, 5)]
    rows[4][4] = "יוסי"
    if ending == "xlsx":
        path = book(rows, lambda sheet, _: sheet.merge_cells("E2:E4"))
    else:
        cell = made.ods_cell("דנה").replace("<table:table-cell ", '<table:table-cell table:number-rows-spanned="3" ')
        texts = [[str(cell or "") for cell in row] for row in rows]
        lines = [[made.ods_cell(text) for text in row] for row in texts]
        lines[1][4] = cell
        lines[2][4] = lines[3][4] = "<table:covered-table-cell/>"
        inner = "".join(f"<table:table-row>{''.join(line)}</table:table-row>" for line in lines)
        path = tmp_path / "deals.ods"
        made.ods(path, tables=made.ods_table("Sheet", inner))
    question = asked(path)[f"merged:deals.{ending}"]
    assert question.evidence[0].values == {"rows": "2–4", "example": "דנה"}
    assert list(asked(path, answers={f"merged:deals.{ending}": "maybe"})) == [f"merged:deals.{ending}"]
    for answer, reps in (("fill", ["דנה", "דנה", "דנה", "יוסי"]), ("leave", ["דנה", None, None, "יוסי"])):
        mapping = understand(path, answers={f"merged:deals.{ending}": answer}).mapping
        batch = load(path, Mapping.from_yaml(mapping.to_yaml(), name="m"))
        assert batch.tables["deals"]["owner"].to_pylist() == reps


def test_case_33_a_title_merged_across_is_its_first_cell_only(book):
    rows = [["Deals of March", None, None, None], HEAD, ["1", "New", "2024-03-01", 5]]
    path = book(rows, lambda sheet, _: sheet.merge_cells("A1:D1"))
    assert set(asked(path)) == {"header_row:deals.xlsx"}


def test_case_34_several_sheets_are_asked_and_hidden_ones_stay_out(book):
    def fill(_, made):
        for name, state in (("second", "visible"), ("secret", "hidden"), ("deeper", "veryHidden")):
            sheet = made.create_sheet(name)
            sheet.append(HEAD)
            sheet.append(["9", "New", "2024-03-09", 9])
            sheet.sheet_state = state

    path = book([HEAD, ["1", "New", "2024-03-01", 5]], fill)
    question = asked(path)["sheet:deals.xlsx"]
    assert list(question.options) == ["Sheet", "second", "*"]
    assert question.evidence[0].values["sheets"] == "secret, deeper"
    found = understand(path, answers={"sheet:deals.xlsx": "Sheet"})
    assert "intake.how_hidden_sheets" in [message.key for message in found.files[0].evidence]
    assert load(path, found.mapping).files[0].loaded == 1
    hidden = understand(path, answers={"sheet:deals.xlsx": "secret"})
    assert load(path, hidden.mapping).tables["deals"]["deal_id"].to_pylist() == ["9"]


def test_case_35_a_formula_that_was_never_computed_rejects_its_row(book):
    path = book([HEAD, ["1", "New", "2024-03-01", "=2+3"], ["2", "New", "2024-03-02", 7]])
    batch = load(path, Mapping())
    assert rejected(batch) == [(2, "amount", "unsaved")]
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["2"]


def test_case_35_a_formula_that_no_field_needs_leaves_its_cell_empty_and_is_counted(book):
    head = [*HEAD, "days open", "link"]
    rows = [
        ["1", "New", "2024-03-01", 5, "=TODAY()-C2", '=HYPERLINK("x")'],
        ["2", "New", "2024-03-02", "=2+3", "=TODAY()-C3", "y"],
        [None, None, None, None, "=TODAY()-C4", None],
        ["3", "New", "2024-03-03", 7, 4, "z"],
    ]
    batch = load(book([head, *rows]), Mapping())
    report = batch.files[0]
    assert rejected(batch) == [(3, "amount", "unsaved")]
    assert (report.rows_in, report.loaded, report.skipped_by) == (4, 2, {"blank": 1})
    assert report.flags == {"unsaved_unused": 1}
    assert "intake.flag_unsaved_unused" in [note.key for note in batch.notes]
    custom = batch.tables["deals"]["custom"].to_pylist()
    assert [dict(one) for one in custom] == [{}, {"days open": "4", "link": "z"}]


def test_case_35_a_row_of_totals_is_rejected_as_one_whatever_its_formula_lacks(book):
    path = book(
        [HEAD, ["1", "New", "2024-03-01", 5], ["2", "New", "2024-03-02", 7], ["Total", None, None, "=SUM(D2:D3)"]]
    )
    batch = load(path, Mapping())
    assert rejected(batch) == [(4, "id", "total_row")]
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "2"]


def test_case_35_the_same_in_a_workbook_of_libreoffice(made, tmp_path):
    bare = '<table:table-cell table:formula="of:=1+1"/>'

    def row(*cells):
        written = (made.ods_cell(cell) if cell is not None else bare for cell in cells)
        return f"<table:table-row>{''.join(written)}</table:table-row>"

    inner = row(*HEAD, "sum") + row("1", "New", "2024-03-01", None, "4") + row("2", "New", "2024-03-02", "7", None)
    made.ods(tmp_path / "deals.ods", tables=made.ods_table("Sheet", inner))
    batch = load(tmp_path / "deals.ods", Mapping())
    assert rejected(batch) == [(2, "amount", "unsaved")]
    assert batch.files[0].flags == {"unsaved_unused": 1}


def test_case_35_a_formula_with_its_value_is_that_value(book, tmp_path):
    path = book([HEAD, ["1", "New", "2024-03-01", "=2+3"], ["2", "New", "2024-03-02", '=""']])

    def computed(member, text):
        return text.replace(b"<f>2+3</f><v />", b"<f>2+3</f><v>5</v>").replace(
            b'<c r="D3"><f>""</f><v />', b'<c r="D3" t="str"><f>""</f><v></v>'
        )

    batch = load(with_members(path, tmp_path / "saved.xlsx", computed), Mapping())
    assert [value and int(value) for value in batch.tables["deals"]["amount"].to_pylist()] == [5, None]


def test_case_36_failed_formulas_have_no_value_and_reject_where_one_is_needed(book):
    def fill(sheet, _):
        for place, text in (("D2", "#REF!"), ("A3", "#N/A")):
            sheet[place] = text
            sheet[place].data_type = "e"

    path = book(
        [HEAD, ["1", "New", "2024-03-01", 0], ["x", "New", "2024-03-02", 7], ["3", "New", "2024-03-03", 8]], fill
    )
    batch = load(path, Mapping())
    assert rejected(batch) == [(3, "id", "no_id")]
    assert [value and int(value) for value in batch.tables["deals"]["amount"].to_pylist()] == [None, 8]


def test_case_36_the_same_in_a_text_file(write):
    path = write(
        "deals.csv", "id,stage,created,amount\n1,New,2024-03-01,#REF!\n#N/A,New,2024-03-02,7\n3,New,2024-03-03,8\n"
    )
    batch = load(path, Mapping())
    assert rejected(batch) == [(3, "id", "no_id")]
    assert [value and int(value) for value in batch.tables["deals"]["amount"].to_pylist()] == [None, 8]


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(("epoch", "serial"), [(None, 45352), (CALENDAR_MAC_1904, 43890)])
def test_case_37_day_numbers_count_from_the_workbooks_own_year(book, typed, epoch, serial):
    def fill(sheet, _):
        for row in (2, 3):
            sheet[f"C{row}"].number_format = "dd/mm/yyyy" if typed else "General"

    path = book([HEAD, ["1", "New", serial, 5], ["2", "New", serial + 1, 6]], fill, epoch=epoch)
    batch = load(path, Mapping())
    assert batch.tables["moves"]["day"].to_pylist() == [dt.date(2024, 3, 1), dt.date(2024, 3, 2)]


def test_case_38_the_day_that_never_was_and_text_among_dates_are_rejected(book):
    def fill(sheet, _):
        for row in (2, 3, 5):
            sheet[f"C{row}"].number_format = "dd/mm/yyyy"

    rows = [HEAD, ["1", "New", 45352, 5], ["2", "New", 60, 6], ["3", "New", "soon", 7], ["4", "New", 45353, 8]]
    batch = load(book(rows, fill), Mapping())
    assert [(row, column) for row, column, _ in rejected(batch)] == [(3, "created"), (4, "created")]
    assert batch.files[0].loaded == 2


@pytest.mark.parametrize("name", ["deals.csv", "deals.xlsx"])
def test_case_39_ids_whose_digits_are_gone_refuse_the_file(book, write, name):
    rows = [HEAD, ["1.23457E+11", "New", "2024-03-01", "5"], ["1.23457E+11", "Old", "2024-03-02", "6"]]
    path = write(name, "\n".join(map(",".join, rows))) if name.endswith("csv") else book(rows)
    message = refused(path)
    assert (message.key, message.values["column"]) == ("intake.ids_lost", "id")


# --- 41–46: what the archive is ------------------------------------------------------------------------------------


def test_case_41_a_workbook_that_swells_is_refused(book, tmp_path):
    path = book([HEAD])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * (8 << 20))
    assert refused(path).key == "intake.workbook_bomb"


@pytest.mark.parametrize("lies", [False, True])
def test_case_41_an_archive_that_swells_is_refused_whatever_its_directory_says(tmp_path, lies):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deals.csv", b"id,stage\n" + b"1,New\n" * (2 << 20))
    if lies:  # the directory promises 100 bytes
        raw = bytearray(path.read_bytes())
        size = (9 + 6 * (2 << 20)).to_bytes(4, "little")
        for _ in range(raw.count(size)):
            place = raw.index(size)
            raw[place : place + 4] = (100).to_bytes(4, "little")
        path.write_bytes(raw)
    assert refused(path).key in ("intake.workbook_bomb", "intake.file_broken")


def test_case_42_one_far_cell_is_refused_and_this_process_lives(book):
    def far(sheet, _):
        sheet["XFD1048576"] = "x"

    message = refused(book([HEAD], far))
    assert (message.key, message.values["row"]) == ("intake.workbook_far_cell", 1_048_576)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("inner.zip", "zip", "zip_in_zip"),
        ("inner.csv", "zip", "zip_in_zip"),
        ("../deals.csv", "csv", "zip_way_out"),
        ("a/../../deals.csv", "csv", "zip_way_out"),
        ("/etc/deals.csv", "csv", "zip_way_out"),
        ("..\\deals.csv", "csv", "zip_way_out"),
        ("C:\\deals.csv", "csv", "zip_way_out"),
        ("link.csv", "link", "zip_link"),
    ],
)
def test_case_43_archives_within_ways_out_and_links_are_refused(tmp_path, name, content, key):
    with zipfile.ZipFile(tmp_path / "inner", "w") as archive:
        archive.writestr("deals.csv", "id\n1\n")
    member = zipfile.ZipInfo(name)
    text = (tmp_path / "inner").read_bytes() if content == "zip" else b"id,stage\n1,New\n"
    if content == "link":
        member.create_system, member.external_attr, text = 3, (stat.S_IFLNK | 0o777) << 16, b"/etc/passwd"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(member, text)
    assert refused(tmp_path / "all.zip").key == f"intake.{key}"
    assert not list(tmp_path.parent.glob("deals.csv"))


def test_case_43_an_empty_archive_is_refused(tmp_path):
    zipfile.ZipFile(tmp_path / "all.zip", "w").close()
    assert refused(tmp_path / "all.zip").key == "intake.zip_empty"


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
FILLED = b"<!-- " + b"x" * 5_000
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "declared", [BOMB, XXE, b"<!-- " + b"x" * 5000 + b" -->" + BOMB, b"<!-- " + b"x" * 70_000 + b"-->"]
)
def test_case_44_entities_in_a_workbook_are_refused(book, tmp_path, member, declared):
    def hostile(name, text):
        if name != member:
            return text
        declaration, mark, rest = text.partition(b"?>") if text.startswith(b"<?xml") else (b"", b"", text)
        return declaration + mark + declared + rest

    path = with_members(book([HEAD, ["1", "New", "2024-03-01", 5]]), tmp_path / "bad.xlsx", hostile)
    assert refused(path).key == "intake.workbook_entities"


def test_case_44_entities_elsewhere(made, tmp_path, write):
    made.ods(tmp_path / "good.ods", [["id"], ["1"]])
    change = {"content.xml": lambda text: text.replace(b"?>", b"?>" + XXE, 1)}
    path = with_members(tmp_path / "good.ods", tmp_path / "bad.ods", lambda n, t: change.get(n, bytes)(t))
    assert refused(path).key == "intake.workbook_entities"
    log = b'<?xml version="1.0"?>' + BOMB + b"<log><trace><event/></trace></log>"
    assert refused(write("log.xes", log)).key == "intake.workbook_entities"


def test_case_45_files_that_are_not_what_their_name_says_are_refused_with_the_reason(book, made, tmp_path, write):
    text, workbook = b"id,stage\n1,New\n", book([HEAD]).read_bytes()
    made.xls(tmp_path / "true.xls", [["id"], ["1"]])
    old = (tmp_path / "true.xls").read_bytes()
    pairs = [
        ("a.xlsx", text),
        ("a.xlsx", old),
        ("a.xls", text),
        ("a.xls", workbook),
        ("a.csv", workbook),
        ("a.ods", text),
    ]
    for name, content in pairs:
        assert refused(write(name, content)).key == "intake.file_renamed", name
    assert understand(tmp_path / "true.xls").files[0].rows_in == 1


def test_case_45_a_password_is_said_to_be_one(made, tmp_path, write):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refused(write("a.xlsx", ole)).key == "intake.file_password"
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.writestr("deals.csv", "id\n1\n")
    raw = bytearray((tmp_path / "locked.zip").read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[6] |= 1
    assert refused(write("locked.zip", bytes(raw))).key == "intake.file_password"


def test_case_46_what_a_workbook_links_to_is_never_fetched(book, tmp_path):
    """A workbook with an outside link and a picture from a server: nobody calls there."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        links = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
            f'Target="{address}" TargetMode="External"/></Relationships>'
        )
        more = {
            "xl/drawings/_rels/drawing1.xml.rels": links,
            "xl/worksheets/_rels/sheet1.xml.rels": links,
            "xl/externalLinks/_rels/externalLink1.xml.rels": links,
        }
        path = with_members(book([HEAD, ["1", "New", "2024-03-01", 5]]), tmp_path / "linked.xlsx", **more)
        assert load(path, Mapping()).files[0].loaded == 1
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_row_of_errors_alone_counts_for_nothing_in_both_counts(book):
    def fill(sheet, _):
        sheet["A3"] = "#REF!"
        sheet["A3"].data_type = "e"

    path = book([HEAD, ["1", "New", "2024-03-01", 5], [None], ["2", "New", "2024-03-01", 5]], fill)
    with opened([path], lambda _: None) as sources:
        grid = read(sources[0], Hints())
    assert (len(grid.rows), grid.tally.skipped_by["blank"]) == (2, 1)


def test_a_sheet_whose_elements_carry_a_prefix_is_read_alike(book, tmp_path):
    rows = [HEAD, ["1", "New", "2024-03-01", 5], ["2", "New", "2024-03-01", "=1+1"], ["3", "New", "2024-03-02", 7]]

    def prefix(member, text):
        if "worksheets/" not in member:
            return text
        return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", text).replace(b" xmlns=", b" xmlns:x=")

    batch = load(with_members(book(rows), tmp_path / "prefixed.xlsx", prefix), Mapping())
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "3"]
    assert rejected(batch) == [(3, "amount", "unsaved")]


def test_case_40_a_phone_without_its_zero_meets_the_others_and_is_kept_as_it_stood(book):
    head = ["id", "stage", "created", "phone"]
    path = book([head, ["1", "New", "2024-03-01", 501234567], ["2", "New", "2024-03-02", "050-1234567"]])
    phones = load(path, Mapping()).tables["deals"]["phone"]
    assert phones.to_pylist() == ["501234567", "050-1234567"]
    assert {fold_phone(text, "IL") for text in phones.to_pylist()} == {"+972501234567"}
