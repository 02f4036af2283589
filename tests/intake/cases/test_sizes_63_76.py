"""Cases 63, 64, 75 and 76 of the catalogue of bad inputs: numbers, cells and files that are too large or cut short."""

from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yaad.errors import InputError, OpenQuestion
from yaad.intake import Mapping, load, understand

MEGABYTE = 1 << 20
HEAD = "id,stage,created,amount\n"


def rejected(batch):
    return [(row["row"], row["reason"].removeprefix("intake.rejected_")) for row in batch.files[0].rejects.to_pylist()]


@pytest.mark.parametrize("ending", [".csv", ".json", ".sqlite", ".ods", ".xls"])
def test_case_63_large_numbers_stay_exact_or_are_rejected(made, tmp_path, ending):
    rows = [
        ["id", "stage", "created", "amount"],
        ["9007199254740993", "New", "2024-03-01", "12345678901234.5678"],
        ["9007199254740992", "New", "2024-03-02", "12345678901234567890"],
    ]
    batch = load(made.table(tmp_path / f"deals{ending}", rows), Mapping())
    deals = batch.tables["deals"]
    assert deals["deal_id"].to_pylist() == ["9007199254740993"]
    assert deals["amount"].to_pylist() == [Decimal("12345678901234.5678")]
    assert [reason for _, reason in rejected(batch)] == ["too_large"]


def test_case_63_a_number_that_a_workbook_cannot_hold_exactly_is_no_amount_and_no_id(tmp_path):
    def book(name, rows):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        made.save(tmp_path / name)
        return tmp_path / name

    head = ["id", "stage", "created", "amount"]
    amounts = book("a.xlsx", [head, ["1", "New", "2024-03-01", 2**53 + 2], ["2", "New", "2024-03-02", 2**53 - 1]])
    batch = load(amounts, Mapping())
    assert {row for row, _ in rejected(batch)} == {2, 3}
    with pytest.raises(InputError) as caught:
        load(book("b.xlsx", [head, [2**53 + 2, "New", "2024-03-01", 5]]), Mapping())
    assert caught.value.message.key == "intake.ids_lost"


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("size", [MEGABYTE + 1, 5 * MEGABYTE])
def test_case_64_a_cell_of_a_megabyte_rejects_its_row(write, quoted, size):
    cell = f'"{"x" * size}"' if quoted else "x" * size
    path = write(
        "deals.csv", f"id,note,created,stage\n1,a,2024-03-01,New\n2,{cell},2024-03-02,New\n3,b,2024-03-03,New\n"
    )
    batch = load(path, Mapping())
    assert rejected(batch) == [(3, "long_cell")]
    assert len(batch.files[0].rejects["raw"][0].as_py()) < 2_000
    assert batch.tables["deals"]["deal_id"].to_pylist() == ["1", "3"]


@pytest.mark.parametrize("ending", [".jsonl", ".sqlite", ".ods"])
def test_case_64_in_other_formats(made, tmp_path, ending):
    rows = [["id", "note", "created", "stage"], ["1", "a", "2024-03-01", "New"], ["2", "x" * (MEGABYTE + 1), "", "New"]]
    batch = load(made.table(tmp_path / f"deals{ending}", rows), Mapping())
    assert [reason for _, reason in rejected(batch)] == ["long_cell"]


class Stopped(Exception):
    """A person has pressed cancel."""


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_case_75_reading_can_be_stopped_midway_and_leaves_nothing_behind(made, tmp_path, ending):
    count = 300_000 if ending == ".csv" else 3_000
    rows = [["id", "stage", "created"]] + [[str(i), "New", "2024-03-01"] for i in range(count)]
    path = made.table(tmp_path / f"deals{ending}", rows)
    told = []

    def stop(done, total):
        told.append((done, total))
        raise Stopped

    with pytest.raises(Stopped):
        load(path, Mapping(), on_progress=stop)
    assert len(told) == 1


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods", ".json", ".sqlite", ".zip", ".parquet"])
def test_case_76_a_file_cut_short_is_refused(made, tmp_path, ending, part):
    rows = [["id", "stage", "created"]] + [[str(i), f"New {i % 7}", "2024-03-01"] for i in range(2_000)]
    path = tmp_path / f"deals{ending}"
    if ending == ".parquet":
        pq.write_table(pa.table(dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))), path)
    else:
        made.table(path, rows)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(InputError) as caught:
        understand(path)
    assert not isinstance(caught.value, OpenQuestion)


@pytest.mark.parametrize("cut", [5, 12, 17])
def test_case_76_a_text_cut_in_its_last_row_loses_that_row_and_says_so(write, cut):
    text = HEAD + "1,New,2024-03-01,100\n2,New,2024-03-02,250\n3,New,2024-03-03,75\n"
    batch = load(write("deals.csv", text[:-cut]), Mapping())
    assert [reason for _, reason in rejected(batch)] == ["cut"]
    assert any(note.key == "intake.flag_looks_cut" for note in batch.notes)
