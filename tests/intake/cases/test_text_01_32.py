"""Cases 1–32 of the catalogue of bad inputs: text files. A accept, N normalise and say so, R reject the row, F refuse
the file before anything is written, Q ask. Each test is named by its number and asserts the catalogue's answer."""

import re

import pytest

from yaad.errors import InputError
from yaad.intake import Kind, Mapping, load, understand

ROWS = [
    ["מספר", "שלב", "נוצר בתאריך", "סכום", "לקוח"],
    ["א1", "חדש", "2024-03-01", "100", "חברת שלום עולם בעמ"],
    ["א2", "הצעת מחיר", "2024-03-02", "250", "אחים כהן ובנים"],
    ["א3", "משא ומתן", "2024-03-03", "75", "מכון היופי של רותם"],
]
HEBREW = "\n".join(",".join(row) for row in ROWS) + "\n"
ENGLISH = "id,stage,created,amount\n1,New,2024-03-01,100\n2,Quote,2024-03-02,250\n3,New,2024-03-03,75\n"


def customers(path, mapping=None):
    return load(path, mapping or Mapping()).tables["deals"]["account"].to_pylist()


def asked(path, **more):
    """The questions, by their ids."""
    return {question.id: question for question in understand(path, **more).questions}


def answered(path, **answers):
    """The batch once some questions are answered; the answers are kept in the mapping, so it reads the file alone."""
    given = {name.replace("__", ":", 1).replace("__", "."): value for name, value in answers.items()}
    mapping = understand(path, answers=given).mapping
    return load(path, Mapping.from_yaml(mapping.to_yaml(), name="m"))


def refused(path, mapping=None):
    with pytest.raises(InputError) as caught:
        load(path, mapping or Mapping())
    return caught.value


def rejected(batch):
    table = batch.files[0].rejects
    return [(row["row"], row["reason"].removeprefix("intake.rejected_"), row["raw"]) for row in table.to_pylist()]


EXPECTED = [row[4] for row in ROWS[1:]]


def test_case_01_utf8_mark_is_no_part_of_the_first_header(write):
    path = write("deals.csv", HEBREW, "utf-8-sig")
    assert understand(path).files[0].columns[0].header == "מספר"
    assert customers(path) == EXPECTED


@pytest.mark.parametrize("order", ["le", "be"])
def test_case_02_utf16_with_its_mark_is_read_and_said(write, order):
    path = write("deals.csv", "\ufeff" + HEBREW, f"utf-16-{order}")
    found = understand(path).files[0]
    assert (found.encoding, found.evidence[0].key) == (f"utf-16-{order}", "intake.how_encoding_mark")
    assert customers(path) == EXPECTED


@pytest.mark.parametrize("order", ["le", "be"])
def test_case_03_utf16_without_a_mark_is_asked(write, order):
    path = write("deals.csv", HEBREW, f"utf-16-{order}")
    question = asked(path)["encoding:deals.csv"]
    assert next(iter(question.options)) == f"utf-16-{order}"
    assert question.options[f"utf-16-{order}"].values["sample"].startswith("מספר")
    assert answered(path, encoding__deals__csv=f"utf-16-{order}").files[0].loaded == 3


def test_case_04_windows1255_is_read_said_and_shown_to_confirm(write):
    path = write("deals.csv", HEBREW, "windows-1255")
    found = understand(path).files[0]
    assert (found.encoding, found.evidence[0].key) == ("windows-1255", "intake.how_encoding_hebrew")
    assert found.preview[0][4] == EXPECTED[0]
    assert customers(path) == EXPECTED


def reversed_words(rows):
    """Each cell as a terminal of old shows it: Hebrew from left to right, numbers as they are."""
    return [[cell if cell.isascii() else cell[::-1] for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("codec", "name"), [("iso-8859-8", "iso-8859-8"), ("utf-8", "utf-8-visual"), ("cp862", "cp862-visual")]
)
def test_case_05_visual_hebrew_is_asked_and_turned_round(write, codec, name):
    rows = [["מספר", "שלב", "נוצר בתאריך", "סכום", "לקוח"]]
    rows += [[str(number), *row[1:]] for number, row in enumerate(ROWS[1:], start=1)]
    path = write("deals.csv", "\n".join(",".join(row) for row in reversed_words(rows)) + "\n", codec)
    question = asked(path)["encoding:deals.csv"]
    assert next(iter(question.options)) == name
    assert question.options[name].values["sample"].startswith("מספר שלב")
    if codec != "cp862":
        assert question.evidence[0].key == "intake.evidence_finals"
        assert question.evidence[0].values["n"] > question.evidence[0].values["last"]
    batch = answered(path, encoding__deals__csv=name)
    assert batch.tables["deals"]["account"].to_pylist() == EXPECTED
    assert sorted(stage.name for stage in batch.pipeline.stages) == sorted(row[1] for row in ROWS[1:])


@pytest.mark.parametrize(("good", "bad"), [("utf-8", "windows-1255"), ("windows-1255", "utf-8")])
def test_case_06_lines_of_another_encoding_are_rejected_with_their_bytes(write, good, bad):
    lines = "".join(f"{i},חדש,2024-03-01,5,לקוח מספר\n" for i in range(40))
    odd = "99,חדש,2024-03-01,5,תודה רבה\n"
    path = write("deals.csv", (HEBREW + lines).encode(good) + odd.encode(bad) + "100,חדש,2024-03-02,6,x\n".encode(good))
    batch = load(path, Mapping(encoding={"*": good}, stages=understand(write("g.csv", HEBREW)).mapping.stages))
    ((row, reason, raw),) = rejected(batch)
    assert (row, reason) == (45, "bad_bytes")
    assert b"".join(map(_byte_of, re.findall(r"\\x[0-9a-f]{2}|.", raw))) == odd.strip().encode(bad), "with its bytes"
    assert batch.files[0].loaded == 44


def test_case_07_dos_hebrew_is_asked(write):
    path = write("deals.csv", HEBREW, "cp862")
    question = asked(path)["encoding:deals.csv"]
    assert question.map_line == "encoding: cp862"
    assert question.options["cp862"].values["sample"].startswith("מספר")
    assert answered(path, encoding__deals__csv="cp862").tables["deals"]["account"].to_pylist() == EXPECTED


def test_case_08_a_zero_character_rejects_its_row(write):
    batch = load(write("deals.csv", ENGLISH.replace("Quote", "Qu\0ote")), Mapping())
    assert rejected(batch) == [(3, "nul", "2,Qu\\x00ote,2024-03-02,250")]
    assert batch.files[0].loaded == 2


def test_case_09_a_file_cut_in_mid_character_loses_its_last_row_and_looks_cut(write):
    batch = load(write("deals.csv", (HEBREW + "א4,חדש,2024-03-04,5,שלום").encode()[:-1]), Mapping())
    assert [(row, reason) for row, reason, _ in rejected(batch)] == [(5, "cut")]
    assert any(note.key == "intake.flag_looks_cut" for note in batch.notes)
    assert batch.files[0].loaded == 3


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_case_09_a_bad_byte_in_the_last_row_of_a_whole_file_is_no_cut(write, end):
    rows = "".join(f"{number},דנה,2025-02-13,New\n" for number in range(30))
    path = write("deals.csv", ("id,name,created,stage\n" + rows).encode() + b"99,\xe7\xe3\xf9,2025-02-13,New" + end)
    batch = load(path, Mapping())
    assert [(row, reason) for row, reason, _ in rejected(batch)] == [(32, "bad_bytes")]
    assert batch.files[0].loaded == 30
    assert not any(note.key == "intake.flag_looks_cut" for note in batch.notes)


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda text: text.encode().decode("latin-1"), "utf-8-as-1252"),
        (lambda text: "".join(_shown(byte, "windows-1252") for byte in text.encode()), "utf-8-as-1252"),
        (lambda text: "".join(_shown(byte, "windows-1255") for byte in text.encode()), "utf-8-as-1255"),
        (lambda text: text.encode("windows-1255").decode("windows-1252"), "1255-as-1252"),
    ],
)
def test_case_10_spoiled_hebrew_is_asked_and_its_repair_offered(write, spoil, name):
    path = write("deals.csv", spoil(HEBREW))
    question = asked(path)["encoding:deals.csv"]
    assert list(question.options) == [name, "utf-8"]
    assert question.options[name].values["sample"].startswith("מספר")
    assert question.evidence[0].values["n"] >= 50
    batch = answered(path, encoding__deals__csv=name)
    assert batch.tables["deals"]["account"].to_pylist() == EXPECTED
    assert batch.files[0].rejected == 0


def _byte_of(shown):
    """The bytes that a letter (or ``\\xe9``) of a rejected line stands for."""
    if len(shown) > 1:
        return bytes.fromhex(shown[2:])
    try:
        return shown.encode("windows-1255")
    except UnicodeEncodeError:
        return shown.encode("latin-1")


def _shown(byte, codec):
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


def test_case_10_western_accents_are_no_spoiled_hebrew(write):
    text = ENGLISH.replace("created,amount", "created,amount,account").replace("100\n", "100,Café “Élan” × 3 – déjà\n")
    text = text.replace("250\n", "250,Müller & Söhne\n").replace("75\n", "75,naïve créée\n")
    assert asked(write("deals.csv", text)) == {}


def test_case_11_no_bytes_at_all_are_refused(write):
    assert refused(write("deals.csv", b"")).message.key == "intake.file_empty"


def test_case_12_a_header_alone_is_taken_and_said_to_have_no_rows(write):
    batch = load(write("deals.csv", "id,stage,created,amount\n"), Mapping())
    report = batch.files[0]
    assert (report.rows_in, report.loaded, report.rejected) == (0, 0, 0)


def test_case_13_a_file_without_a_header_is_asked(write):
    path = write("deals.csv", "17,2024-01-01,500\n18,2024-01-02,600\n")
    question = asked(path)["header_row:deals.csv"]
    assert list(question.options) == ["0", "1", "2"]
    found = understand(path, answers={"header_row:deals.csv": "0"})
    assert [column.header for column in found.files[0].columns] == ["#1", "#2", "#3"]
    assert found.files[0].rows_in == 2


def test_case_14_lines_above_the_header_are_asked_with_the_header_shown(write):
    path = write("deals.csv", "Deals of the north,,,\nprinted on Monday,,,\n\n" + ENGLISH)
    question = asked(path)["header_row:deals.csv"]
    assert question.map_line == "header_row: 4"
    assert question.evidence[0].values["cells"] == "id | stage | created | amount"
    batch = answered(path, header_row__deals__csv="4")
    assert (batch.files[0].loaded, batch.files[0].header_row) == (3, 4)


def test_case_15_the_sep_line_tells_the_delimiter_and_is_no_row(write):
    path = write("deals.csv", "sep=;\n" + ENGLISH.replace(",", ";"))
    found = understand(path).files[0]
    assert (found.delimiter, found.header_row, found.rows_in) == (";", 2, 3)
    assert found.evidence[1].key == "intake.how_delimiter_told"
    assert load(path, Mapping()).files[0].loaded == 3


@pytest.mark.parametrize("sign", [";", "|", "\t", ",", "^", "~"])
def test_case_16_any_delimiter_is_found_and_the_decimal_sign_is_the_columns_own(write, sign):
    text = ENGLISH.replace(",", sign).replace("100", "100,50" if sign != "," else '"100,50"')
    found = understand(write("deals.csv", text))
    assert found.files[0].delimiter == sign
    assert found.questions == ()
    amounts = load(write("deals.csv", text), Mapping()).tables["deals"]["amount"].to_pylist()
    assert sorted(map(float, amounts)) == [75, 100.5, 250]


def test_case_17_a_delimiter_that_changes_midway_is_refused_with_its_line(write):
    error = refused(write("deals.csv", ENGLISH + "4;New;2024-03-04;9\n5;New;2024-03-05;9\n"))
    assert (error.message.key, error.where["row"]) == ("intake.file_delimiter_changes", 5)


def test_case_18_quoted_line_ends_are_one_record(write):
    text = ENGLISH.replace("created,amount", "created,amount,note").replace("100\n", '100,"two\nlines"\n')
    text = text.replace("250\n", "250,x\n").replace("75\n", "75,y\n")
    batch = load(write("deals.csv", text), Mapping())
    assert batch.files[0].rows_in == batch.files[0].loaded == 3


def test_case_19_a_quote_that_is_never_closed_is_refused_with_its_line(write):
    error = refused(write("deals.csv", ENGLISH + '4,"New,2024-03-04,9\n5,New,2024-03-05,9\n'))
    assert (error.message.key, error.where["row"]) == ("intake.file_open_quote", 5)


@pytest.mark.parametrize("quote", ['""', '\\"'])
def test_case_20_both_ways_to_write_a_quote_are_read_alike(write, quote):
    text = 'id,stage,created,account\n1,New,2024-03-01,"the qbestq, ever"\n2,New,2024-03-02,"qxq"\n'.replace("q", "Q")
    path = write("deals.csv", text.replace("Q", quote))
    assert customers(path) == ['the "best", ever', '"x"']


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_case_21_lines_that_end_in_a_return_alone(write, end):
    assert load(write("deals.csv", ENGLISH.replace("\n", end)), Mapping()).files[0].loaded == 3


def test_case_22_mixed_ends_of_lines(write):
    lines = ENGLISH.splitlines()
    batch = load(write("deals.csv", f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r{lines[3]}"), Mapping())
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "2", "3"]


def test_case_23_a_short_row_is_rejected_alone(write):
    batch = load(write("deals.csv", ENGLISH.replace("2,Quote,2024-03-02,250", "2,Quote")), Mapping())
    assert rejected(batch) == [(3, "short_row", "2,Quote")]
    assert batch.files[0].loaded == 2


def test_case_24_a_long_row_is_rejected_alone(write):
    batch = load(write("deals.csv", ENGLISH.replace("1,New,2024-03-01,100", "1,New,2024-03-01,100,7")), Mapping())
    assert rejected(batch) == [(2, "long_row", "1,New,2024-03-01,100,7")]
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["2", "3"]


def test_case_25_a_column_named_twice_is_asked(write):
    path = write("deals.csv", "id,stage,created,amount,Amount\n1,New,2024-03-01,5,6\n2,New,2024-03-02,7,8\n")
    question = asked(path)["column:amount"]
    assert {"amount#1", "Amount#2"} <= question.options.keys()
    batch = answered(path, column__amount="Amount#2")
    assert [int(value) for value in batch.tables["deals"]["amount"].to_pylist()] == [6, 8]


def test_case_26_ten_thousand_columns_are_refused_and_nameless_ones_get_their_place(write):
    wide = ",".join(f"c{i}" for i in range(10_000)) + "\n" + "," * 9_999 + "\n"
    assert refused(write("deals.csv", wide)).message.key == "intake.file_too_wide"
    found = understand(write("deals.csv", "id,,created,stage\n1,x,2024-03-01,New\n"))
    assert [column.header for column in found.files[0].columns] == ["id", "#2", "created", "stage"]


@pytest.mark.parametrize("header", ["  STAGE ", "\u200fStage\u200e", "ﬀ", "שָׁלָב"])
def test_case_27_headers_are_matched_without_case_spaces_points_and_marks(write, header):
    plain = {"ﬀ": "FF", "שָׁלָב": "שלב"}.get(header, "stage")
    mapping = Mapping(kind=Kind.DEALS, columns={"id": "id", "stage": plain, "entered": "created"})
    batch = load(write("deals.csv", f"id,{header},created\n1,New,2024-03-01\n"), mapping)
    assert batch.files[0].loaded == 1


def test_case_27_headers_that_differ_by_that_alone_are_asked(write):
    path = write("deals.csv", "id,stage,created,STAGE \n1,New,2024-03-01,Old\n")
    question = asked(path, kind=Kind.DEALS)["column:stage"]
    assert {"stage#1", "STAGE#2"} <= question.options.keys()


@pytest.mark.parametrize("word", ['סה"כ', "Total", "סך הכל:", "Summe", "Zwischensumme:", "Total général", "Итого"])
def test_case_28_a_row_of_totals_is_rejected_by_default_and_named(write, word):
    path = write("deals.csv", f'{ENGLISH}"{word.replace(chr(34), chr(34) * 2)}",,,425\n')
    batch = load(path, Mapping())
    assert [(row, reason) for row, reason, _ in rejected(batch)] == [(5, "total_row")]
    assert batch.files[0].loaded == 3
    (note,) = [note for note in understand(path).notes if note.key == "intake.note_totals"]
    assert (note.values["rows"], note.values["example"]) == ("5", word), "and how it is kept after all"


def test_case_28_the_mapping_may_say_that_it_is_a_deal(write):
    path = write("deals.csv", f"{ENGLISH}Total,New,2024-03-05,425\nTotal,New,2024-03-05,425\n")
    batch = load(path, Mapping(totals="keep"))
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "2", "3", "Total"]
    assert Mapping.from_yaml(batch.mapping.to_yaml(), name="m").totals == "keep"
    assert [note for note in understand(path, mapping=Mapping(totals="keep")).notes if "totals" in note.key] == []


def test_case_29_a_repeated_header_is_skipped_and_counted(write):
    head = ENGLISH.splitlines(keepends=True)[0]
    batch = load(write("deals.csv", ENGLISH + head + "4,New,2024-03-04,9\n"), Mapping())
    assert batch.files[0].skipped_by == {"repeated_header": 1}
    assert batch.files[0].loaded == 4


def test_case_30_columns_in_another_order_are_found_by_name(write):
    mapping = understand(write("deals.csv", ENGLISH)).mapping
    turned = "\n".join(",".join(reversed(line.split(","))) for line in ENGLISH.splitlines()) + "\n"
    again, before = load(write("again.csv", turned), mapping), load(write("deals.csv", ENGLISH), mapping)
    for name, table in before.tables.items():
        told = [column for column in table.column_names if column != "file"]
        assert again.tables[name].select(told) == table.select(told)


def test_case_31_a_column_that_vanished_is_refused_until_the_mapping_lets_it_go(write):
    mapping = understand(write("deals.csv", ENGLISH)).mapping
    less = "\n".join(line.rsplit(",", 1)[0] for line in ENGLISH.splitlines()) + "\n"
    error = refused(write("again.csv", less), mapping)
    assert (error.message.key, error.message.values["column"]) == ("intake.column_absent", "amount")


def test_case_32_blank_rows_and_trailing_commas_are_skipped_and_counted(write):
    batch = load(write("deals.csv", ENGLISH.replace("\n2,", "\n\n,,,\n2,").replace("75\n", "75,,\n")), Mapping())
    report = batch.files[0]
    assert (report.rows_in, report.loaded, report.skipped_by) == (5, 3, {"blank": 2})
    assert report.flags["trailing_commas"] == 1


def test_an_answer_that_is_no_encoding_is_refused_with_those_that_are(write):
    path = write("deals.csv", HEBREW, "cp862")
    with pytest.raises(InputError) as caught:
        understand(path, answers={"encoding:deals.csv": "ebcdic"})
    assert caught.value.message.key == "intake.answer_no_option"
    assert "cp862-visual" in caught.value.message.values["known"]


def test_a_question_on_the_encoding_shows_words_that_tell_and_no_dashes_that_look_alike(tmp_path):
    path = tmp_path / "deals.csv"
    text = "Verkauf – Export – heute;;\nid;Kunde;stage\n1;Kühne;New\n2;Weiß;Won\n3;Björn;Won\n"
    path.write_bytes(text.encode("windows-1252"))
    options = asked(path)["encoding:deals.csv"].options
    assert options["windows-1252"].values["sample"] == "Kühne Weiß Björn"
    others = {option.values["sample"] for name, option in options.items() if name != "windows-1252"}
    assert len(others) >= 3
    assert "Kühne Weiß Björn" not in others
