"""What all results share: JSON without NaN, frames, the notebook."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.errors import CannotTell
from yaad.model import ConversionRow, Explanation, Figure, Period
from yaad.show import (
    Catalogue,
    Conversions,
    DwellTimes,
    Explained,
    Figures,
    Findings,
    Funnels,
    Result,
    plain,
    say_plain,
)
from yaad.text import Message

AS_OF = dt.date(2017, 12, 31)
FIGURE = Figure("win_rate", 4238 / 6711, "rate", 6711, AS_OF, 0.6199, 0.643, 0.95)
MONEY = Figure("won_value", 10_005_534, None, 4238, AS_OF, by={"source": "web"})
KEYS = ["id", "value", "unit", "n", "low", "high", "level", "period", "as_of", "by"]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.fractions() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(VALUES)
def test_json_never_holds_nan(value):
    json.dumps(plain(value), allow_nan=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float64("nan"), None),
        (float("inf"), None),
        (Decimal("10.50"), 10.5),
        (Fraction(1, 4), 0.25),
        (AS_OF, "2017-12-31"),
        (Message("show.days", {"n": 2}), "2 days"),
    ],
)
def test_plain_values(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_figures_as_json():
    (row,) = Figures([FIGURE]).to_dict()["measures"]
    assert [key for key in row if key in KEYS] == KEYS
    assert row["value"] == pytest.approx(0.631501, abs=1e-6)
    (money,) = Result([MONEY]).to_dict()["measures"]
    assert (money["unit"], money["low"], money["level"], money["by"]) == (None, None, None, {"source": "web"})


def test_a_figure_of_a_period():
    made = Figures([Figure("won", 3, "count", 3, AS_OF, period=Period.parse("2017-Q1"))])
    assert made.to_dict()["measures"][0]["period"]["start"] == "2017-01-01"
    assert made.records()[0]["period"] == "2017-Q1"


def test_why_there_is_no_value_is_said():
    silent = Figure("open_value", None, None, 2089, AS_OF, why=Message("show.no_name"))
    assert Figures([silent]).to_dict("he")["measures"][0]["why"] == "לא צוין"
    table = Figures([silent]).table("he")
    assert [say_plain(note, "he") for note in table.notes] == ["לא צוין"]
    assert say_plain(table.rows[0][-3].said, "he") == "–"


def test_undated_stand_beside_the_total():
    made = Figures([Figure("inquiries", 8800, "count", 8800, AS_OF, beside={"undated": 500})])
    assert "500 of them have no date" in say_plain(made.table("en").notes[0], "en")


def test_frames():
    made = Figures([FIGURE, MONEY])
    assert made.arrow().num_rows == 2
    assert made.pandas()["source"].tolist()[1] == "web"
    assert made.polars()["value"].to_list() == [pytest.approx(4238 / 6711), 10_005_534.0]


def test_conversions():
    row = ConversionRow("Lead", "won", 8000, 842, 0, 7158, 0.10525, 0.2, 0.1, 0.9, {"source": None})
    made = Result([row])
    assert isinstance(made, Conversions)
    (told,) = made.to_dict()["conversions"]
    assert told["entered"] == told["reached"] + told["lost"] + told["undecided"]
    assert say_plain(made.table("he").rows[0][0].said, "he") == "לא צוין"


def test_explanation():
    made = Result(Explanation("won", Message("show.expected_is"), "SELECT 1", ({"deal_id": "<b>", "days": 3.5},), 90))
    assert isinstance(made, Explained)
    assert list(made.to_dict()) == ["id", "rule", "sql", "rows", "rows_total"]
    assert "<b>" not in made.html("he")
    notes = [say_plain(note, "en") for note in made.table("en").notes]
    assert "1 of the 90 rows behind it are shown." in notes
    assert notes[-1] == "SELECT 1"
    assert made.html("en").count("SELECT 1") == 1


class Declared:
    id, kind, unit, words = "win_rate", "ratio", "rate", Message("show.funnel")
    name = Message("show.measures")


def test_our_own_words_among_values_are_said():
    told = Explanation("won", Message("show.expected_is"), "SELECT 1", ({"outcome": "won", "source": "won"},), 1)
    assert [say_plain(cell.said, "he") for cell in Explained(told).table("he").rows[0]] == ["נסגרה", "won"]


def test_catalogue():
    made = Catalogue([Declared()])
    assert made.to_dict() == {
        "measures": [{"id": "win_rate", "kind": "ratio", "unit": "rate", "words": say_plain(Declared.words, "en")}]
    }
    assert say_plain(made.table("he").rows[0][3].said, "he") == "אחוז"


def test_a_notebook_sees_the_part_with_its_tokens(funnel, monkeypatch):
    monkeypatch.setenv("YAAD_LANG", "he")
    shown = Funnels([funnel])._repr_html_()
    assert shown.startswith('<div class="yaad" lang="he" dir="rtl"><style>')
    monkeypatch.setenv("YAAD_LANG", "xx")
    assert 'dir="ltr"' in Funnels([funnel])._repr_html_()


def test_equal_contents_are_equal_results(funnel):
    assert Funnels([funnel]) == Result([funnel])
    assert Funnels([funnel]) != Figures([FIGURE])
    assert hash(Funnels([funnel])) == hash(Result([funnel]))


@pytest.mark.parametrize(
    ("lang", "title", "head"),
    [
        ("en", "Where deals move on, and where they stop – as of 23 Nov 2026", "Stage        Entered  Moved on  Lost"),
        ("he", "איפה עסקאות מתקדמות ואיפה הן נעצרות – נכון ל־23.11.2026", "שלב          נכנסו  התקדמו  לא נסגרו"),
    ],
)
def test_printed_it_is_a_readable_table(funnel, monkeypatch, lang, title, head):
    monkeypatch.setenv("YAAD_LANG", lang)
    shown = repr(Funnels([funnel]))
    first, _, heads, rule, row, *_ = shown.splitlines()
    assert (first, heads[: len(head)]) == (title, head)
    assert set(rule) == {"-", " "}
    assert row.split() == ["Inquiry", "1,207", "604", "565", "38", "50%", "51.7%", "49%–54.5%"]
    assert "Message(" not in shown
    assert not set(shown) & set("\u2066\u2067\u2068\u2069")


def test_printed_rows_are_aligned(dwells):
    text = repr(DwellTimes([dwells])).split("\n\n")[1].splitlines()
    assert len(text) == 6
    assert text[1] == text[4]
    assert len({len(line) for line in text}) == 1


def test_any_other_content_is_printed_as_it_is():
    assert repr(Result(3)) == "Result(3)"


@pytest.mark.parametrize("kind", [Figures, Funnels, DwellTimes, Conversions])
def test_no_group_at_all(kind):
    made = kind([])
    assert next(iter(made.to_dict().values())) == []
    assert [say_plain(note, "he") for note in made.table("he").notes] == ["אין כאן אף עסקה."]


def test_a_result_without_a_chart_says_so():
    with pytest.raises(CannotTell, match="table"):
        Findings([]).chart()


def test_figures_are_bars_with_their_range():
    values = Figures([FIGURE]).chart("he").to_dict()["data"]["values"]
    assert [(row["value"], row["low"], row["high"]) for row in values] == [(FIGURE.value, FIGURE.low, FIGURE.high)]
