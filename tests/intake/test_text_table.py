"""Tables of text: every record is accounted for, whatever was done to the file on its way."""

import csv
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.errors import InputError, OpenQuestion
from yaad.intake.files import open_source
from yaad.intake.reading import Hints, read
from yaad.intake.reading.port import Chunk
from yaad.intake.reading.text_plain import Resume, plain_blocks
from yaad.intake.reading.text_table import TextTableReader

HEBREW = "מס' הזדמנות,שלב,סכום\nא1,הצעת מחיר,100\nא2,משא ומתן,200\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1255"])
def test_hebrew_reads_alike_in_every_encoding(grid, encoding, rows_of):
    found = grid(HEBREW, encoding)
    assert found.headers == ("מס' הזדמנות", "שלב", "סכום")
    assert rows_of(found) == [("א1", "הצעת מחיר", "100"), ("א2", "משא ומתן", "200")]
    assert found.tally.rows_in == 2


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf16_with_a_mark_of_either_order(grid, mark):
    found = grid("\ufeff" + HEBREW, mark)
    assert (found.found.encoding, len(found.rows)) == (mark, 2)


def test_utf16_without_a_mark_is_asked(grid):
    with pytest.raises(OpenQuestion) as caught:
        grid(HEBREW, "utf-16-le")
    assert caught.value.questions[0].map_line == "encoding: utf-16-le"
    assert len(grid(HEBREW, "utf-16-le", encoding="utf-16-le").rows) == 2


def test_western_letters_are_not_taken_for_hebrew(grid):
    with pytest.raises(OpenQuestion) as caught:
        grid("id,name\n1,café\n2,naïve\n", "windows-1252")
    assert "windows-1252" in caught.value.questions[0].options


def test_hebrew_written_backwards_is_asked(grid):
    backwards = "\n".join(",".join(cell[::-1] for cell in line.split(",")) for line in HEBREW.splitlines())
    with pytest.raises(OpenQuestion):
        grid(backwards.replace("םוכס", "םכוסמ") + "\nא3,ןושאר ףסכ,ץוח\n", "iso-8859-8")


def test_dos_hebrew_is_asked(grid):
    with pytest.raises(OpenQuestion):
        grid(HEBREW, "cp862")


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters(grid, sign):
    found = grid(f"id{sign}stage{sign}amount\n1{sign}New{sign}1,5\n2{sign}Won{sign}\n".replace("1,5", "15"))
    assert found.headers == ("id", "stage", "amount")
    assert found.found.delimiter == sign


def test_decimal_commas_do_not_part_cells(grid, rows_of):
    found = grid("id;amount\n1;1,5\n2;2,5\n3;3,5\n")
    assert rows_of(found) == [("1", "1,5"), ("2", "2,5"), ("3", "3,5")]


def test_sep_line_is_no_record(grid, rows_of):
    found = grid("sep=;\nid;stage\n1;a,b\n")
    assert rows_of(found) == [("1", "a,b")]
    assert found.found.header_row == 2


def test_header_below_title_lines_is_asked(grid):
    text = "Deals of the north,,\nprinted for the meeting,,\n\nid,stage,amount\n1,New,5\n"
    with pytest.raises(OpenQuestion) as caught:
        grid(text)
    asked = caught.value.questions[0]
    assert (asked.map_line, list(asked.options)) == ("header_row: 4", ["4", "1", "2", "5", "0"])
    found = grid(text, header_row=4)
    assert found.headers == ("id", "stage", "amount")
    assert found.found.header_row == 4
    assert found.rows.tolist() == [5]


def test_a_file_without_a_header_is_asked(grid):
    with pytest.raises(OpenQuestion) as caught:
        grid("17,2024-01-01,500\n18,2024-01-02,600\n")
    assert caught.value.questions[0].id == "header_row:deals.csv"


def test_header_only_gives_no_rows(grid):
    found = grid("id,stage\n")
    assert (found.tally.rows_in, len(found.rows)) == (0, 0)


def test_blank_rows_trailing_commas_and_repeated_headers_are_counted(grid, rows_of):
    found = grid("id,stage\n1,New\n\n,\n  , \nid,stage\n2,Won,\n")
    assert rows_of(found) == [("1", "New"), ("2", "Won")]
    assert found.tally.rows_in == 6
    assert dict(found.tally.skipped_by) == {"blank": 3, "repeated_header": 1}
    assert found.tally.flags["trailing_commas"] == 1
    assert found.rows.tolist() == [2, 7]


def test_short_and_long_rows_are_rejected_with_line_and_text(grid):
    found = grid("id,stage,amount\n1,New,5\n2,Won\n3,New,6,7\n4,New,8\n")
    told = [(r.row, r.reason, r.raw) for r in found.tally.rejects]
    assert told == [(3, "intake.rejected_short_row", "2,Won"), (4, "intake.rejected_long_row", "3,New,6,7")]
    assert found.tally.rows_in == 4 == len(found.rows) + 2


def test_zero_bytes_are_rejected(grid, rows_of):
    found = grid("id,stage\n1,N\0ew\n2,New\n")
    assert [(r.row, r.reason, r.raw) for r in found.tally.rejects] == [(2, "intake.rejected_nul", "1,N\\x00ew")]
    assert rows_of(found) == [("2", "New")]


def test_lines_of_another_encoding_are_rejected_with_their_bytes(grid):
    good = "".join(f"{i},שלום עולם\n" for i in range(50))
    found = grid(f"id,name\n{good}".encode() + "x,שלום\n".encode("windows-1255") + b"y,ok\n")
    assert [(r.row, r.reason) for r in found.tally.rejects] == [(52, "intake.rejected_bad_bytes")]
    assert found.tally.rejects[0].raw == "x,\\xf9\\xec\\xe5\\xed"
    assert found.rows.tolist()[-1] == 53


def test_a_file_cut_in_mid_character_loses_its_last_row_only(grid):
    text = "id,name\n" + "".join(f"{i},שלום עולם\n" for i in range(20)) + "99,שלום"
    found = grid(text.encode()[:-1])
    assert [(r.row, r.reason) for r in found.tally.rejects] == [(22, "intake.rejected_cut")]


@pytest.mark.parametrize("content", ['id,name\n1,ok\n2,"never closed\n3,x\n', 'id,name\n1,"a\nb"\n2,"open'])
def test_unterminated_quote_is_refused_with_its_line(grid, content):
    with pytest.raises(InputError) as caught:
        grid(content)
    assert caught.value.message.key == "intake.file_open_quote"
    assert caught.value.where["row"] == (3 if "never" in content else 4)


def test_a_stray_sign_after_a_quote_rejects_one_row(grid, rows_of):
    found = grid('id,name\n1,"a"\n2,"b"x\n3,c\n')
    assert [(r.row, r.reason, r.raw) for r in found.tally.rejects] == [(3, "intake.rejected_bad_quote", '2,"b"x')]
    assert rows_of(found) == [("1", "a"), ("3", "c")]


def test_gershayim_that_were_not_doubled_end_no_cell(grid, rows_of):
    text = (
        'id,"מס"ד לקוח",הערה\n1,"קיוסק בע"מ, ת"א",חו"ל\n2,"בע""מ","צה""ל"\n3,ת"א,"רגיל"\n'
        '4,"חברה בע"מ","שתי\nשורות"\n5,"סוף בע"ם"x,"x"\n6,"סוף","x"\n'
    )
    found = grid(text)
    assert found.headers == ("id", 'מס"ד לקוח', "הערה")
    assert rows_of(found) == [
        ("1", 'קיוסק בע"מ, ת"א', 'חו"ל'),
        ("2", 'בע"מ', 'צה"ל'),
        ("3", 'ת"א', "רגיל"),
        ("4", 'חברה בע"מ', "שתי\nשורות"),
        ("6", "סוף", "x"),
    ]
    assert found.tally.flags["inner_quote"] == 2
    assert [(reject.row, reject.raw) for reject in found.tally.rejects] == [(7, '5,"סוף בע"ם"x,"x"')]


def test_a_quote_inside_a_bare_cell_is_text(grid, rows_of):
    found = grid('id,name\n1,5" pipe\n2,"6"" pipe"\n3,x\n')
    assert [name for _, name in rows_of(found)] == ['5" pipe', '6" pipe', "x"]


def test_backslash_before_quotes_where_that_is_the_files_way(grid, rows_of):
    found = grid('id,name,stage\n1,"the \\"best\\" one, ever",New\n2,"plain",Won\n')
    assert rows_of(found)[0] == ("1", 'the "best" one, ever', "New")


def test_a_closing_backslash_stays_text(grid, rows_of):
    found = grid('id,folder,stage\n1,"c:\\deals\\",New\n2,"d, e",Won\n')
    assert rows_of(found)[0] == ("1", "c:\\deals\\", "New")


def test_delimiter_that_changes_midway_is_refused_with_its_line(grid):
    with pytest.raises(InputError) as caught:
        grid("id,stage,amount\n1,New,5\n2;Won;6\n3;Won;7\n")
    assert (caught.value.message.key, caught.value.where["row"]) == ("intake.file_delimiter_changes", 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(grid, end, rows_of):
    found = grid(end.join(["id,name", "1,a", '2,"b"', "3,c", ""]))
    assert rows_of(found) == [("1", "a"), ("2", "b"), ("3", "c")]
    assert found.rows.tolist() == [2, 3, 4]


def test_mixed_ends_of_lines(grid, rows_of):
    found = grid("id,name\r\n1,a\n2,b\r\n3,c\r4,d")
    assert [i for i, _ in rows_of(found)] == ["1", "2", "3", "4"]


def test_quoted_newlines_are_one_record_and_lines_stay_right(grid, rows_of):
    found = grid('id,name\n1,"a\nb\r\nc"\n2,d\n3,x,y\n')
    assert rows_of(found) == [("1", "a\nb\r\nc"), ("2", "d")]
    assert found.rows.tolist() == [2, 5]
    assert found.tally.rejects[0].row == 6


def test_too_many_columns_are_refused(grid):
    with pytest.raises(InputError) as caught:
        grid(",".join(f"c{i}" for i in range(10_000)) + "\n" + "," * 9_999 + "\n")
    assert caught.value.message.key == "intake.file_too_wide"


def test_nameless_and_repeated_columns_get_a_name_each(grid):
    found = grid("id,,amount,Amount\n1,x,5,6\n")
    assert found.headers == ("id", "#2", "amount#1", "Amount#2")


def test_ids_stay_text(grid, rows_of):
    found = grid("id,country\n00123,NA\n1E5,null\n9007199254740993,-\n")
    assert rows_of(found) == [("00123", "NA"), ("1E5", "null"), ("9007199254740993", "-")]


def test_the_two_counts_of_a_broken_reader_would_differ(write, monkeypatch):
    path = write("deals.csv", "id,stage\n1,New\n2,Won\n")
    monkeypatch.setattr("yaad.intake.reading.text_table.count_lines", lambda *_, **__: 17)
    monkeypatch.setattr("yaad.intake.reading.text_table.count_records", lambda *_, **__: 17)
    with pytest.raises(InputError) as caught:
        read(open_source(path), Hints())
    assert caught.value.message.key == "intake.count_differs"


def test_progress_ends_at_the_files_size(write):
    path = write("deals.csv", "id,stage\n" + "1,New\n" * 1000 + '2,"x"\n')
    told: list[tuple[int, int | None]] = []
    read(open_source(path), Hints(), lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


CELL = st.text(alphabet=st.sampled_from(list('ab,;"\n\r 1א\u200f|\t')), max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12), end=st.sampled_from(["\n", "\r\n"])
)
def test_any_table_comes_back_as_it_was_written(rows, end, tmp_path, rows_of):
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row) else csv.QUOTE_MINIMAL,
    )
    writer.writerows([["first", "second", "third"], *rows])
    path = tmp_path / "t.csv"
    path.write_bytes(out.getvalue().encode())
    found = read(open_source(path), Hints(delimiter=","))
    expected = [tuple(row) for row in rows if any(cell.strip(" \n\r\t\u200f") for cell in row)]
    assert rows_of(found) == expected
    assert found.tally.rows_in == len(rows)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(st.text(alphabet="abא 1;.", max_size=5), min_size=2, max_size=2), min_size=1, max_size=30),
    encoding=st.sampled_from(["utf-8", "windows-1255"]),
)
def test_plain_blocks_and_the_strict_reader_agree(rows, encoding, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(("first,second\n" + "".join(f"{a},{b}\n" for a, b in rows)).encode(encoding))
    reader = TextTableReader(open_source(path), Hints(encoding=encoding, delimiter=","))
    layout = reader._layout
    plain = [part for part in plain_blocks(layout, None) if isinstance(part, Chunk)]
    strict = list(reader._strict.rest(Resume(0, 0), None))
    kept = [line for line, row in enumerate(rows, start=2) if any(row)] if any(map(any, rows)) else []
    assert np.concatenate([part.rows for part in plain]).tolist() == list(range(2, len(rows) + 2))
    assert set(kept) <= {int(line) for part in strict for line in part.rows}
    joined = [[cell for part in plain for cell in part.columns[i].to_pylist()] for i in (0, 1)]
    other = [[cell for part in strict for cell in part.columns[i].to_pylist()] for i in (0, 1)]
    assert joined == other
