"""The Hebrew calendar by its arithmetic, held against the holidays of a century that a library lists."""

import datetime as dt

import holidays
import pytest

from yaad.intake.deciding.hebrew_dates import is_leap, is_twofold, new_year, ordinal_of, read_hebrew

FIRST, LAST = 1970, 2099
SPRING = {"Pesach": (15, 7), "Shavuot": (6, 9)}
AUTUMN = {"Rosh Hashanah": (1, 0), "Yom Kippur": (10, 0), "Sukkot": (15, 0)}


@pytest.mark.parametrize("name", [*SPRING, *AUTUMN])
def test_holidays_of_a_century_stand_on_their_days(name):
    day, month = (SPRING | AUTUMN)[name]
    ahead = 3760 if name in SPRING else 3761
    table = holidays.country_holidays("IL", years=range(FIRST, LAST + 1), observed=False)
    firsts: dict[int, dt.date] = {}
    for date in sorted(table):
        if name in table[date].split("; ") or table[date] == name:
            firsts.setdefault(date.year, date)
    assert len(firsts) == LAST - FIRST + 1
    ours = {year: dt.date.fromordinal(ordinal_of(day, month, year + ahead)) for year in firsts}
    assert ours == firsts


@pytest.mark.parametrize(
    ("text", "civil"),
    [
        ("ג' באדר תשפ\"ה", "2025-03-03"),
        ("ט״ו בשבט ה'תשפ״ה", "2025-02-13"),
        ('כ"ה אדר א\' תשפ"ד', "2024-03-05"),
        ('י"ד באדר ב\' תשפ"ד', "2024-03-24"),
        ("1 בניסן 5785", "2025-03-30"),
        ("כ״ט אלול תשפ״ד", "2024-10-02"),
    ],
)
def test_written_dates(text, civil):
    assert dt.date.fromordinal(ordinal_of(*read_hebrew(text))).isoformat() == civil


@pytest.mark.parametrize("text", ["3 במרץ 2025", "03/04/2025", "אדר", "שרה כהן לוי", "א ב ג", "דנה", ""])
def test_other_texts_are_none(text):
    assert read_hebrew(text) is None


def test_days_that_a_year_does_not_have():
    assert ordinal_of(30, 1, 5784) is None, "a short Cheshvan"
    assert ordinal_of(30, 5, 5785) is None, "Adar of a common year"
    assert ordinal_of(1, 6, 5785) is None, "no second Adar"
    assert is_leap(5784)
    assert is_twofold(5, 5784, "ג באדר תשפד")
    assert not is_twofold(5, 5784, "ג באדר א תשפד")
    assert {new_year(year + 1) - new_year(year) for year in range(5700, 5900)} == {353, 354, 355, 383, 384, 385}
