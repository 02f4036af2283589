"""Telephone numbers: what stands in the file is kept, and all ways to write one number meet."""

import pytest

from yaad.intake.deciding.phones import fold_phone, is_made_up, phones_in


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


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("03-7654321 / 052-7654322", ("+97237654321", "+972527654322")),
        ("050-1234567, 0501234567", ("+972501234567",)),
        ("050/1234567", ("+972501234567",)),
        ("אין", ()),
    ],
)
def test_all_numbers_of_a_cell_are_known_each_once(text, numbers):
    assert phones_in(text) == numbers


@pytest.mark.parametrize(("text", "made_up"), [("0500000000", True), ("03-1111111", True), ("050-1111112", False)])
def test_one_digit_repeated_after_the_area_is_made_up(text, made_up):
    assert is_made_up(fold_phone(text)) is made_up
