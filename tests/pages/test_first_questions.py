"""The first day's fourth and fifth question, answered on the pages of the demo company as its files count by hand.

4. Of 10 inquiries, how many came to a meeting, a quote, a closing – by source, and between any two stages?
5. How long is a customer in each stage, and what is stuck?
"""

import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.browser

STAGES = ("פנייה", "פגישה", "הצעת מחיר", "מו״מ")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The demo company's two files that tell its deals: the list, and every move."""
    from yaad.demo import write_company

    return write_company(tmp_path_factory.mktemp("demo-files"), "he")[:2]


@pytest.fixture(scope="module")
def demo(files, serve, tmp_path_factory):
    from yaad.book import Book

    root = tmp_path_factory.mktemp("demo") / "book"
    book = Book.create(root)
    for export in files:
        book.import_files([export.path], mapping=export.mapping, kind=export.kind)
    book.close()
    with serve(root) as served:
        yield served


class Deal:
    """What the files say of one deal."""

    def __init__(self, source):
        self.source, self.moves = source, []

    @property
    def outcome(self):
        return self.moves[-1][1]

    @property
    def is_won(self):
        return self.outcome not in STAGES and not self.is_lost

    @property
    def is_lost(self):
        return self.outcome == LOST

    @property
    def furthest(self):
        """The last stage that it came to; a skipped one counts as passed, won as beyond all."""
        if self.is_won:
            return len(STAGES)
        return max(STAGES.index(stage) for _, stage in self.moves if stage in STAGES)


LOST = "לא נסגר"


@pytest.fixture(scope="module")
def deals(files):
    listed, moved = (list(csv.reader(io.StringIO(export.path.read_text("utf-8-sig")))) for export in files)
    columns = {
        line.split(": ")[0].strip(): line.split(": ", 1)[1].strip()
        for line in files[0].mapping.read_text("utf-8").splitlines()
        if line.startswith("  ") and ": " in line
    }
    key, source = (listed[0].index(columns[name]) for name in ("id", "source"))
    found = {row[key]: Deal(row[source]) for row in listed[1:]}
    for name, stage, at, _ in moved[1:]:
        found[name].moves.append((dt.datetime.fromisoformat(at), stage))
    return found


def of(row, deals):
    return [sum(deal.furthest >= place for deal in deals) for place in range(len(STAGES) + 1)][row]


def data(page, served, address):
    return json.loads(page.context.request.get(served.base + address).text())


def number(text):
    return int(re.sub(r"\D", "", text))


def test_how_many_pass_each_stage_by_source(visit, demo, deals):
    page = visit(demo, "/funnel/?by=source", js=False)
    sources = Counter(deal.source for deal in deals.values())
    table = page.locator("table.groups tbody tr")
    entered = {
        table.nth(place).locator("th").inner_text(): number(table.nth(place).locator("td").first.inner_text())
        for place in range(table.count())
    }
    assert entered == dict(sources)
    told = data(page, demo, "/funnel.json?by=source")
    for group in told["groups"]:
        own = [deal for deal in deals.values() if deal.source == group["by"]["source"]]
        for place, stage in enumerate(group["stages"]):
            assert stage["stage"] == STAGES[place]
            assert stage["entered"] == of(place, own)
            assert stage["advanced"] == of(place + 1, own)
            assert stage["advanced"] + stage["lost"] + stage["open"] == stage["entered"]
        assert group["won"] == of(len(STAGES), own)


def test_of_ten_inquiries(visit, demo, deals):
    """The line rests on all inquiries, the open ones as such moved on before: near what is counted of the decided."""
    page = visit(demo, "/kpis/", js=False)
    said = page.locator(".ten").inner_text()
    decided = [deal for deal in deals.values() if deal.is_won or deal.is_lost]
    meetings, quotes = (round(10 * of(place, decided) / len(decided)) for place in (1, 2))
    numbers = [int(n) for n in re.findall(r"\d+", said.split("\n")[0])]
    assert numbers[0] == 10
    assert abs(numbers[1] - meetings) <= 1
    assert abs(numbers[2] - quotes) <= 1
    all_, won, still_open, lost = (number(text) for text in re.findall(r"[\d,]+", said.split("\n")[1]))
    assert (all_, won, lost) == (
        len(deals),
        sum(d.is_won for d in deals.values()),
        sum(d.is_lost for d in deals.values()),
    )
    assert all_ == won + still_open + lost


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 2), (1, 4), (2, 4)])
def test_between_any_two_stages(visit, demo, deals, start, end):
    won = next(deal.outcome for deal in deals.values() if deal.is_won)
    names = (*STAGES, won)
    page = visit(demo, f"/funnel/?start={names[start]}&end={names[end]}", js=False)
    entered, reached, lost, still_open = (number(text) for text in page.locator(".facts dd").all_inner_texts()[:4])
    own = [deal for deal in deals.values() if deal.furthest >= start]
    assert (entered, reached) == (len(own), sum(deal.furthest >= end for deal in own))
    assert lost == sum(deal.is_lost and deal.furthest < end for deal in own)
    assert still_open == entered - reached - lost


def test_young_months_are_marked(visit, demo):
    page = visit(demo, "/funnel/?by=month", js=False)
    told = data(page, demo, "/funnel.json?by=month")["groups"]
    assert any(stage["immature"] for stage in told[-1]["stages"])
    assert not any(stage["immature"] for stage in told[0]["stages"])
    last = page.locator("table.groups tbody tr").last.inner_text()
    assert "מוקדם לדעת" in last


def test_how_long_until_closing(visit, demo, deals):
    """The average of the finished ones, as a spreadsheet has it, stands on the page as one of four."""
    page = visit(demo, "/time/", js=False)
    zone = ZoneInfo("Asia/Jerusalem")
    days = [
        (
            deal.moves[-1][0].replace(tzinfo=zone).astimezone(dt.UTC)
            - deal.moves[0][0].replace(tzinfo=zone).astimezone(dt.UTC)
        )
        / dt.timedelta(days=1)
        for deal in deals.values()
        if deal.is_won or deal.is_lost
    ]
    told = data(page, demo, "/time.json")
    assert told["total"]["n"] == len(deals)
    assert told["total"]["n_open"] == len(deals) - len(days)
    assert told["total"]["mean_closed_days"] == pytest.approx(sum(days) / len(days), rel=1e-6)
    shown = page.locator(".four dd").nth(2).inner_text()
    assert f"{sum(days) / len(days):.1f}".removesuffix(".0") in shown


def test_the_stuck_list_sums_to_its_badge(visit, demo, deals):
    page = visit(demo, "/time/", js=False)
    badge = number(page.locator("#stuck .chip").inner_text())
    listed = list(csv.reader(io.StringIO(page.context.request.get(demo.base + "/stuck.csv").text().lstrip("\ufeff"))))[
        1:
    ]
    assert badge == len(listed) > 0
    still_open = {name for name, deal in deals.items() if not (deal.is_won or deal.is_lost)}
    assert {cell for row in listed for cell in row if cell in deals} <= still_open
    card = data(page, demo, "/kpis.json")
    assert next(row["value"] for row in card["kpis"] if row["id"] == "stuck") == badge
    behind = data(page, demo, "/kpis/stuck/deals.json")
    assert behind["rows_total"] == badge
