"""The plan backwards and the what-if: the figures of the worked example, in JSON and in words."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from yaad.plan import plan_backwards, typed_ratios, what_if
from yaad.plan.whatif import landing
from yaad.show import PlanResult, Result, WhatIfResult, plan_html, say_plain

RATIOS = typed_ratios({"quote": "0.5", "negotiation": "0.2", "close": "0.1"})


@pytest.fixture(scope="module")
def plan():
    return plan_backwards(50, RATIOS, average="27000", unit="ILS")


def said(result, lang):
    return [say_plain(note, lang) for note in result.table(lang).notes]


def test_plan_as_json(plan):
    told = json.loads(json.dumps(Result(plan).to_dict(), allow_nan=False))
    assert [(row["stage"], row["count"]) for row in told["needed"]] == [
        ("inquiries", 500),
        ("quote", 250),
        ("negotiation", 100),
        ("close", 50),
    ]
    assert told["chance"] == {"0.5": 497, "0.8": 555, "0.9": 588}
    assert (told["value"], told["unit"]) == (1_350_000, "ILS")


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "Inquiries for each chance – 500: one in two · 560: 8 of 10 · 590: 9 of 10",
                "“8 of 10”: with 560 inquiries, in 8 of 10 cases there will be 50 customers or more.",
                "50 customers at ₪27K on average bring ₪1.35M.",
                "The inquiries for each chance are rounded up; JSON has the exact ones.",
            ],
        ),
        (
            "he",
            [
                "כמה פניות לכל סיכוי – 500: אחד לשניים · 560: 8 מתוך 10 · 590: 9 מתוך 10",
                "״8 מתוך 10״: עם 560 פניות, ב־8 מתוך 10 מקרים יהיו 50 לקוחות או יותר.",
                "50 לקוחות, 27 אלף ₪ לכל אחד בממוצע, מביאים 1.35 מיליון ₪.",
                "מספר הפניות לכל סיכוי מעוגל כלפי מעלה; המספרים המדויקים ב־JSON.",
            ],
        ),
    ],
)
def test_plan_in_words(plan, lang, lines):
    assert said(PlanResult(plan), lang)[:4] == lines


@pytest.mark.parametrize(("lang", "quotes", "customers"), [("en", "quotes", "customer"), ("he", "הצעות", "לקוח")])
def test_quotes_are_no_customers(lang, quotes, customers):
    ratios = typed_ratios({"quote": "0.5"})
    for result in (PlanResult(plan_backwards(50, ratios, average="27000")), WhatIfResult(what_if(100, ratios))):
        lines = " ".join(said(result, lang))
        assert quotes in lines
        assert customers not in lines


def test_plan_as_table(plan):
    table = PlanResult(plan).table("he")
    assert [[say_plain(cell.said, "he") for cell in row] for row in table.rows] == [
        ["פניות", "500"],
        ["הצעות מחיר", "250"],
        ["במו״מ", "100"],
        ["סגירות", "50"],
    ]


def test_dates_make_a_column_and_late_ones_are_said(plan):
    first = replace(plan.needed[0], last_useful=dt.date(2025, 12, 22), late=True)
    second = replace(plan.needed[1], last_useful=dt.date(2025, 12, 30), late=True)
    third = replace(plan.needed[2], last_useful=dt.date(2026, 1, 20), working_days_left=1)
    dated = replace(plan, needed=(first, second, third, *plan.needed[3:]))
    assert len(PlanResult(dated).table("en").columns) == 3
    assert "Quotes: the last useful day has passed; what comes now counts for the next period." in said(
        PlanResult(dated), "en"
    )
    markup = plan_html(dated, "en")
    assert 'class="late"' in markup
    assert "one working day left" in markup.replace('<span class="n" dir="ltr">1</span>', "1")


def test_the_window_is_printed(plan):
    lines = said(PlanResult(plan, window_days=90.4), "en")
    assert "Ratios of inquiries that are at least 90 days old: what closed within 90 days of coming in." in lines
    assert PlanResult(plan, window_days=90.4).to_dict()["window_days"] == 90.4


def test_plan_on_a_page(plan):
    markup = plan_html(plan, "he")
    assert markup.count("<li") >= 4
    assert 'class="on"' in markup
    assert "style=" not in markup


@pytest.mark.parametrize(("inquiries", "customers"), [(100, 10), (120, 12)])
def test_what_if_as_json(inquiries, customers):
    told = json.loads(json.dumps(Result(what_if(inquiries, RATIOS)).to_dict(), allow_nan=False))
    assert told["needed"][0]["count"] == inquiries
    assert told["needed"][-1] == told["needed"][-1] | {"stage": "close", "count": customers}
    assert set(told["chance"]) == {"0.5", "0.8", "0.9"}


def test_what_if_in_words():
    made = WhatIfResult(what_if(120, RATIOS, "27000", unit="ILS"))
    assert "On average they bring ₪324K." in said(made, "en")
    assert any(line.startswith("8 of 10: ") and line.endswith(" customers or more.") for line in said(made, "en"))
    assert [say_plain(cell.said, "en") for cell in made.table("en").rows[-1]][:2] == ["Closings", "12"]
    assert made.arrow().column_names == ["stage", "count", "low", "high"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Another 3 close after February 2026: they take longer than any deal was followed so far."),
        ("he", "עוד 3 ייסגרו אחרי פברואר 2026: הן לוקחות יותר זמן ממה שהנתונים הראו עד כה."),
    ],
)
def test_customers_who_come_later_than_was_ever_seen_are_said_so(lang, words):
    made = WhatIfResult(landing(what_if(120, RATIOS, "1000"), [0] * 30 + [0.75], dt.date(2026, 1, 1), 28))
    told = made.to_dict()
    assert told["later_customers"] == pytest.approx(3)
    assert sum(row["customers"] for row in told["months"]) + told["later_customers"] == pytest.approx(12)
    assert words in [line.replace("\xa0", " ") for line in said(made, lang)]
    rows = made.months_table(lang).rows
    assert sum(row[1].value for row in rows) == pytest.approx(12)
    assert (rows[-1][1].value, rows[-1][2].value) == (pytest.approx(3), pytest.approx(3000))


def test_nothing_is_said_of_later_where_all_comes_within_the_months():
    made = WhatIfResult(landing(what_if(120, RATIOS), [0] * 30 + [1], dt.date(2026, 1, 1), 28))
    assert made.to_dict()["later_customers"] == 0
    assert not any("Another" in line for line in said(made, "en"))


def test_a_stage_of_the_company_keeps_its_name():
    table = PlanResult(plan_backwards(5, typed_ratios({"Engaging": "0.5"}))).table("he")
    assert say_plain(table.rows[1][0].said, "he") == "Engaging"
