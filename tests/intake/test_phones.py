"""Telephone numbers: what stands in the file is kept, and all ways to write one number meet."""

import pyarrow as pa
import pytest

from yaad.intake.deciding.phones import fold_phone, fold_phones


@pytest.mark.parametrize(
    "text",
    ["0501234567", "050-1234567", "501234567", "+972501234567", "972-50-123-4567", "00972501234567", "050 123 4567"],
)
def test_all_ways_to_write_an_israeli_number_meet(text):
    assert fold_phone(text) == "+972501234567"


@pytest.mark.parametrize("text", ["\u202a050-1234567\u202c", "٠٥٠١٢٣٤٥٦٧", "501234567.0", "(050) 123.4567"])
def test_marks_other_digits_and_a_spreadsheets_decimal(text):
    assert fold_phone(text) == "+972501234567"


@pytest.mark.parametrize("text", ["", "12", "אין", "*2421", "050", "123456789012345678"])
def test_what_is_no_number_is_none(text):
    assert fold_phone(text) is None


def test_numbers_of_other_countries_keep_their_code():
    assert [fold_phone(text) for text in ("+44 20 7946 0018", "001 212 555 0199")] == ["+442079460018", "+12125550199"]
    assert fold_phone("020 7946 0018", "GB") == "+442079460018"


def test_a_column_keeps_its_rows():
    column = pa.chunked_array([["0501234567", None], ["501234567", "none"]])
    assert fold_phones(column).to_pylist() == ["+972501234567", None, "+972501234567", None]
