"""The funnel: its JSON object, its two lines, its bars."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from yaad.model import Funnel, FunnelRow, Period
from yaad.show import Funnels, Result, funnel_html, of_ten, say_plain, sum_line
from yaad.text import Message

KEYS = ["stage", "entered", "advanced", "lost", "open", "rate", "rate_expected", "low", "high"]


class Elements(HTMLParser):
    """All elements with their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str, cls: str | None = None) -> list[dict[str, str]]:
        return [a for name, a in self.found if name == tag and (cls is None or cls in a.get("class", "").split())]


def share(text: str) -> float:
    return float(text.removesuffix("%"))


def test_the_whole_as_json(funnel):
    told = Funnels([funnel]).to_dict()
    assert [list(row)[:9] for row in told["stages"]] == [KEYS] * 4
    assert told["stages"][0]["entered"] == 1207
    assert told["as_of"] == "2026-11-23"
    assert told["won"] == 103
    assert all(row["by"] == {} for row in told["stages"])
    for row in told["stages"]:
        assert row["entered"] == row["advanced"] + row["lost"] + row["open"]


def test_groups_as_json(funnel):
    groups = [replace(funnel, by={"source": source}) for source in ("web", None)]
    told = Funnels(groups).to_dict()
    assert [group["by"] for group in told["groups"]] == [{"source": "web"}, {"source": None}]
    assert len(told["stages"]) == 8
    assert told["stages"][4]["by"] == {"source": None}
    assert "won" not in told


def test_a_period_is_told_with_its_ends(funnel):
    told = Funnels([replace(funnel, period=Period.parse("2026-10"))]).to_dict()
    assert told["period"] == {"name": "2026-10", "start": "2026-10-01", "end": "2026-10-31"}


def test_no_group_is_no_stage():
    assert Funnels([]).to_dict()["stages"] == []
    assert Funnels([]).table("he").rows == ()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Of 10 inquiries: 5 meetings, 3 quotes, 2 negotiations, one closing"),
        ("he", "מתוך 10 פניות: 5 פגישות, 3 הצעות, שתיים במו״מ, סגירה אחת"),
    ],
)
def test_of_ten_inquiries(funnel, hebrew_funnel, lang, said):
    for made in (funnel, hebrew_funnel):
        decided = replace(made, stages=tuple(replace(row, immature=False) for row in made.stages))
        assert say_plain(of_ten(decided), lang) == said
        assert "<small>" in funnel_html(decided, lang)


@pytest.mark.parametrize(
    ("lang", "counted", "early"),
    [
        (
            "en",
            "Of 100 inquiries, counted so far: 50 meetings, 30 quotes, 13 negotiations, 9 closings.",
            "110 are still open, so it is too early to tell how it ends.",
        ),
        (
            "he",
            "מתוך 100 פניות, לפי מה שנספר עד היום: 50 פגישות, 30 הצעות, 13 במו״מ, 9 סגירות.",
            "110 עדיין פתוחות, ולכן עוד מוקדם לדעת איך זה ייגמר.",
        ),
    ],
)
def test_too_early_is_counted_so_far(funnel, hebrew_funnel, lang, counted, early):
    for made in (funnel, hebrew_funnel):
        assert say_plain(of_ten(made), lang) == f"{counted} {early}"
        assert "<small>" not in funnel_html(made, lang)


def test_one_stage_too_early_is_enough(funnel):
    """43 % were expected of a stage in which 15 to 80 % are possible, and 3 of 100 are won."""
    young = FunnelRow("Lead", 100, 3, 2, 95, 0.03, 0.43, 0.15, 0.8, immature=True)
    said = say_plain(of_ten(replace(funnel, stages=(young,), won=3)), "en")
    assert said.startswith("Of 100 inquiries, counted so far: 3 closings. 95 are still open")
    nobody = replace(young, entered=0, advanced=0, lost=0, open=0)
    assert of_ten(replace(funnel, stages=(nobody,), won=0)) is None


def row(stage: str, rate: float | None) -> FunnelRow:
    return FunnelRow(stage, 100, 50, 50, 0, 0.5, rate, None, None)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((0.5, 0.4, 0.5), "Of 10 inquiries: 5 meetings, 2 quotes, one closing"),
        ((0.5, 0.3, 0.5), "Of 100 inquiries: 50 meetings, 15 quotes, 8 closings"),
        ((0.2, 0.1, 0.2), "Of 1,000 inquiries: 200 meetings, 20 quotes, 4 closings"),
        ((0.5, 0.4, 0.0), "Of 10 inquiries: 5 meetings, 2 quotes, 0 closings"),
        ((1.0, 1.0, 1.0), "Of 10 inquiries: 10 meetings, 10 quotes, 10 closings"),
    ],
)
def test_of_a_hundred_when_fewer_than_one_of_ten_closes(funnel, rates, said):
    stages = tuple(row(stage, rate) for stage, rate in zip(("Lead", "Meeting", "Quote"), rates, strict=True))
    assert say_plain(of_ten(replace(funnel, stages=stages)), "en") == said


def test_stages_with_names_of_the_company(funnel):
    made = replace(funnel, stages=(row("Prospecting", 0.9), row("Engaging", 0.6)))
    assert say_plain(of_ten(made), "en") == "Of 10 inquiries: 9 reach Engaging, 5 closings"
    assert say_plain(of_ten(made), "he") == "מתוך 10 פניות: 9 מגיעות ל־Engaging, 5 סגירות"


def test_an_unknown_rate_says_nothing(funnel):
    assert of_ten(replace(funnel, stages=(row("Lead", None),))) is None
    assert of_ten(replace(funnel, stages=())) is None
    assert sum_line(replace(funnel, stages=())) is None


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "1,207 = 103 won + 110 open + 994 lost"), ("he", "1,207 = 103 נסגרו + 110 פתוחות + 994 לא נסגרו")],
)
def test_the_sum_line(funnel, lang, said):
    assert say_plain(sum_line(funnel), lang) == said


@pytest.mark.parametrize("lang", ["he", "en"])
def test_bars_fill_the_whole_width(funnel, lang):
    drawn = Elements(funnel_html(funnel, lang))
    parts = {cls: [a for a in drawn.of("rect", cls) if "%" in a["width"]] for cls in ("ad", "op", "lo")}
    for n, stage in enumerate(funnel.stages):
        widths = [share(parts[cls][n]["width"]) for cls in ("ad", "op", "lo")]
        assert sum(widths) == pytest.approx(100, abs=0.01)
        assert widths[0] == pytest.approx(100 * stage.advanced / stage.entered, abs=0.001)
        start = share(parts["ad"][n]["x"])
        assert start == pytest.approx(0 if lang == "en" else 100 - widths[0], abs=0.001)


def test_the_page_part_needs_no_exception_of_a_strict_policy(funnel):
    drawn = Elements(funnel_html(funnel, "he", leak="Quote"))
    for _, attributes in drawn.found:
        assert not {"style", "href", "src"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert len(drawn.of("em")) == 1


def test_ids_are_unique_among_different_funnels(funnel, hebrew_funnel):
    markup = funnel_html(funnel, "en") + funnel_html(hebrew_funnel, "he")
    ids = re.findall(r'id="([^"]+)"', markup)
    assert len(ids) == len(set(ids)) == 2
    assert set(re.findall(r"url\(#([^)]+)\)", markup)) == set(ids)


def test_a_hostile_stage_name_is_text(funnel):
    made = replace(funnel, stages=(replace(funnel.stages[0], stage='<img src=x onerror="a()">'),))
    assert "img" not in {tag for tag, _ in Elements(funnel_html(made, "en")).found}
    assert "<img" not in Funnels([made]).html("he")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Quote: too early to tell – 49 still open."), ("he", "Quote: עוד מוקדם לדעת – 49 עדיין פתוחות.")],
)
def test_a_young_stage_is_marked(funnel, lang, said):
    assert said in [say_plain(note, lang) for note in Funnels([funnel]).table(lang).notes]


def test_undated_stand_beside_the_total(funnel):
    notes = Funnels([replace(funnel, undated=500)]).table("en").notes
    assert "500 of them have no date: they are in the total and in no period." in [say_plain(n, "en") for n in notes]


def test_undated_are_in_no_period(funnel):
    notes = Funnels([replace(funnel, undated=500, period=Period.parse("2026-10"))]).table("en").notes
    assert "500 more have no date and are in no period." in [say_plain(n, "en") for n in notes]


def test_what_the_funnel_knows_stands_below_each_rendering(funnel):
    noted = replace(funnel, notes=(Message("show.undecided_is"),))
    line = "Not decided yet is neither reached nor lost."
    assert line in [say_plain(n, "en") for n in Funnels([noted]).table("en").notes]
    assert line in Funnels([noted]).html("en")
    groups = Funnels([replace(noted, by={"rep": rep}) for rep in ("Dana", "Yoav")])
    assert [say_plain(n, "en") for n in groups.table("en").notes].count(line) == 1
    assert groups.html("en").count(line) == 1


def test_groups_are_shown_as_a_table(funnel):
    made = Funnels([replace(funnel, by={"rep": rep}) for rep in ("Dana", "Yoav")])
    table = made.table("en")
    assert [say_plain(column.head, "en") for column in table.columns[:2]] == ["Salesperson", "Stage"]
    assert len(table.rows) == 8
    assert "<table" in made.html("en")


def test_any_result_finds_its_class(funnel):
    assert isinstance(Result([funnel]), Funnels)
    assert isinstance(Result((funnel,)), Funnels)


def test_a_funnel_where_nobody_entered():
    empty = Funnel((FunnelRow("Lead", 0, 0, 0, 0, None, None, None, None),), 0, 0, None)
    assert "rect" in funnel_html(empty, "en")
    assert Funnels([empty]).to_dict()["as_of"] is None


def test_a_share_that_is_no_more_than_a_hint_is_marked(funnel):
    first, *rest = (replace(row, immature=False) for row in funnel.stages)
    early = replace(funnel, stages=(replace(first, immature=True), *rest), by={"rep": "Dana"})
    few = replace(funnel, stages=(replace(first, few=True, open=0), *rest), by={"rep": "Yoav"})
    table = Funnels([early, few]).table("en")
    marks = [
        say_plain(row[7].said, "en").rpartition(" · ")[2]
        for row in table.rows
        if say_plain(row[1].said, "en") == first.stage
    ]
    assert marks == ["too early", "few deals"]
    assert "Too early to tell, or too few deals: Dana." in [say_plain(note, "en") for note in table.notes]
    alone = [say_plain(note, "en") for note in Funnels([replace(few, by={})]).table("en").notes]
    assert any(note.startswith(f"{first.stage}: only") for note in alone)
