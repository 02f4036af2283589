"""Time in stage: its JSON object, its words, its rows."""

from dataclasses import replace

import pytest

from yaad.show import DwellTimes, dwell_html, say_plain
from yaad.show.dwells import mean_said, typical_said

KEYS = {"stage", "basis", "median_days", "low", "high", "mean_days", "mean_is_floor", "mean_closed_days", "n", "n_open"}


def test_as_json(dwells):
    told = DwellTimes([dwells]).to_dict()
    assert set(told["stages"][0]) >= KEYS
    assert set(told["total"]) >= KEYS
    assert told["stages"][0]["median_days"] is None
    assert (told["stages"][1]["median_days"], told["stages"][1]["q25_days"]) == (69.0, 10.0)
    assert told["total"]["high"] is None


def test_groups_as_json(dwells):
    told = DwellTimes([replace(dwells, by={"rep": "Dana"}), replace(dwells, by={"rep": "Yoav"})]).to_dict()
    assert told["total"] is None
    assert [group["total"]["median_days"] for group in told["groups"]] == [69.0, 69.0]
    assert told["stages"][3]["by"] == {"rep": "Yoav"}


@pytest.mark.parametrize(
    ("lang", "rows"),
    [
        ("en", [["Prospecting", "–", ""], ["Engaging", "69", "67–70"]]),
        ("he", [["Prospecting", "–", ""], ["Engaging", "69", "67–70"]]),
    ],
)
def test_as_table(dwells, lang, rows):
    table = DwellTimes([dwells]).table(lang)
    assert [[say_plain(cell.said, lang) for cell in row[:3]] for row in table.rows] == rows
    assert table.total is not None


def test_the_total_is_named_and_its_open_end_said(dwells):
    said = [say_plain(cell.said, "he") for cell in DwellTimes([dwells]).table("he").total]
    assert said == ["עד הסגירה", "69", "67 ומעלה", "71.2", "48", "8,300", "1,589"]


def test_a_time_that_is_not_reached(dwells):
    row = replace(dwells.total, median_days=None)
    assert say_plain(typical_said(row, "en"), "en") == "more than 140 days"
    assert say_plain(typical_said(row, "he"), "he") == "יותר מ־140 ימים"
    assert typical_said(replace(row, n=0), "en") == "–"


@pytest.mark.parametrize(
    ("lang", "said", "cell", "note"),
    [
        ("en", "at least 71.2 days", "at least 71.2", "“At least”: many are still open"),
        ("he", "לפחות 71.2 ימים", "לפחות 71.2", "״לפחות״: רבות עדיין פתוחות"),
    ],
)
@pytest.mark.parametrize("changed", [{"mean_is_floor": True}, {"median_days": None}])
def test_an_average_that_is_cut_off_is_said_as_at_least(dwells, lang, said, cell, note, changed):
    total = replace(dwells.total, **changed)
    made = DwellTimes([replace(dwells, total=total)])
    assert say_plain(mean_said(total, lang), lang) == said
    table = made.table(lang)
    assert say_plain(table.total[3].said, lang) == cell
    assert any(say_plain(line, lang).startswith(note) for line in table.notes)
    assert made.to_dict()["total"]["mean_is_floor"]
    assert not made.to_dict()["stages"][1]["mean_is_floor"]


def test_an_average_of_decided_deals_is_a_plain_figure(dwells):
    assert say_plain(mean_said(dwells.total, "en"), "en") == "71.2 days"
    assert mean_said(dwells.stages[0], "en") == "–"
    notes = [say_plain(line, "en") for line in DwellTimes([dwells]).table("en").notes]
    assert not any("At least" in line for line in notes)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            [
                "Typical: half of the deals pass in this time or faster, open ones included.",
                "Prospecting: the data do not say when deals came in here.",
                "3 stays have no usable time and are left out.",
            ],
        ),
        (
            "he",
            [
                "טיפוסי: חצי מהעסקאות עוברות בזמן הזה או מהר יותר, כולל הפתוחות.",
                "Prospecting: הנתונים לא אומרים מתי עסקאות נכנסו לכאן.",
                "3 שהיות בלי זמן שאפשר להשתמש בו לא נכללו.",
            ],
        ),
    ],
)
def test_what_to_know(dwells, lang, expected):
    said = [say_plain(note, lang) for note in DwellTimes([dwells]).table(lang).notes]
    assert [line for line in said if line in expected] == expected


@pytest.mark.parametrize(("lang", "dot"), [("en", "98.571%"), ("he", "1.429%")])
def test_the_dot_stands_on_the_axis_from_the_reading_side(dwells, lang, dot):
    markup = dwell_html(dwells, lang)
    assert f'cx="{dot}"' in markup
    assert "style=" not in markup


def test_rows_for_frames(dwells):
    frame = DwellTimes([replace(dwells, by={"stage": "x"})]).records()
    assert list(frame[0])[:2] == ["by_stage", "stage"]
    assert [row["stage"] for row in frame] == ["Prospecting", "Engaging", "total"]
