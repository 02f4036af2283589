"""The first day's questions 1 to 7, answered on the pages of the demo company as its files count by hand.

1. What is missing for this month's target before tax, and how many closings is that?
2. Which inquiries of yesterday were not answered yet?
3. Whom to call today, and why?
4. Of 10 inquiries, how many came to a meeting, a quote, a closing – by source, and between any two stages?
5. How long is a customer in each stage, and what is stuck?
6. What if there are 120 inquiries instead of 100?
7. How many inquiries does it take, and until when, for 50 customers in January?
"""

import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from contextlib import closing
from math import ceil
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from tests.book.test_inquiries_of_demo import by_hand
from tests.pages.steps import press

pytestmark = pytest.mark.browser

STAGES = ("פנייה", "פגישה", "הצעת מחיר", "מו״מ")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The demo company's two files that tell its deals – the list, and every move – and its targets."""
    from yaad.demo import write_company

    written = write_company(tmp_path_factory.mktemp("demo-files"), "he")
    return [*written[:2], *(one for one in written if one.kind == "targets")]


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

    def __init__(self, source, amount):
        self.source, self.amount, self.moves = source, amount, []

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
    listed, moved = (list(csv.reader(io.StringIO(export.path.read_text("utf-8-sig")))) for export in files[:2])
    columns = {
        line.split(": ")[0].strip(): line.split(": ", 1)[1].strip()
        for line in files[0].mapping.read_text("utf-8").splitlines()
        if line.startswith("  ") and ": " in line
    }
    key, source, amount = (listed[0].index(columns[name]) for name in ("id", "source", "amount"))
    found = {row[key]: Deal(row[source], float(row[amount] or 0)) for row in listed[1:]}
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


JUNK = {"web": 3, "fair": 2}
"""Of each source: rows that are no inquiries."""
REACHED = {"web": (6, 4, 2, 1), "fair": (4, 1, 1, 1)}
"""Of each source: inquiries, meetings, quotes, closings."""


@pytest.fixture(scope="module")
def with_junk(serve, tmp_path_factory):
    """A list of moves in which some rows are wrong numbers and doubles."""
    from yaad.book import Book

    folder, lines = tmp_path_factory.mktemp("junk"), ["deal id,stage,date,source"]
    ways = ("New", "Meeting", "Quote", "Won")
    for source, reached in REACHED.items():
        for number_of in range(reached[0]):
            gone = sum(number_of < n for n in reached)
            steps = [*ways[:gone], *(["Lost"] if gone < len(ways) else [])]
            lines += [f"{source}-{number_of},{step},2026-03-{2 + 3 * at:02},{source}" for at, step in enumerate(steps)]
        for place in range(JUNK[source]):
            end = ("Wrong number", "Duplicate")[place % 2]
            lines += [f"{source}-j{place},New,2026-03-02,{source}", f"{source}-j{place},{end},2026-03-03,{source}"]
    (folder / "moves.csv").write_text("\n".join(lines), "utf-8")
    with closing(Book.create(folder / "book")) as book:
        book.import_files([folder / "moves.csv"])
    with serve(folder / "book") as served:
        yield served


@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_was_no_inquiry_is_left_out_of_ten_and_counted(visit, with_junk, lang):
    page = visit(with_junk, "/funnel/?by=source", lang=lang, js=False)
    told = data(page, with_junk, "/funnel.json?by=source")
    found = {
        group["by"]["source"]: (*(stage["entered"] for stage in group["stages"]), group["won"])
        for group in told["groups"]
    }
    assert found == REACHED
    words = {
        "he": "5 שורות לא נכללות, כי לא היו פניות: ",
        "en": "5 rows are left out, since they were no inquiries: ",
    }[lang]
    page.goto(with_junk.base + "/funnel/")
    said = re.sub(r"[\u2066-\u2069]", "", page.inner_text("main"))
    assert words in said
    assert "Duplicate" in said.partition(words)[2].partition("\n")[0]


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


def test_how_long_in_each_stage(visit, demo, deals):
    """From the first entry to that of a later stage, or to the end: how many, how many are still there, the average."""
    zone = ZoneInfo("Asia/Jerusalem")
    page = visit(demo, "/time/", js=False)
    for place, row in enumerate(data(page, demo, "/time.json")["stages"]):
        came, days = 0, []
        for deal in deals.values():
            at = [(when.replace(tzinfo=zone).astimezone(dt.UTC), stage) for when, stage in deal.moves]
            entered = [when for when, stage in at if stage == STAGES[place]]
            left = [when for when, stage in at if stage in STAGES[place + 1 :]]
            left = left or [at[-1][0]] * (deal.is_won or deal.is_lost)
            came += bool(entered)
            if entered and left:
                days.append((min(left) - entered[0]) / dt.timedelta(days=1))
        assert (row["stage"], row["n"], row["n_open"]) == (STAGES[place], came, came - len(days))
        assert row["mean_closed_days"] == pytest.approx(sum(days) / len(days), rel=1e-6)
        finished = sorted(days)[len(days) // 2]
        assert row["median_days"] >= finished - 0.01, "those still there only make it longer"
        assert row["mean_days"] >= row["mean_closed_days"]


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


def won_in(deals, year=None, month=None):
    """The won deals, of one month where one is said."""
    every = [deal for deal in deals.values() if deal.is_won]
    return [deal for deal in every if not year or (deal.moves[-1][0].year, deal.moves[-1][0].month) == (year, month)]


def mean_sale(deals):
    priced = [deal.amount for deal in won_in(deals) if deal.amount]
    return sum(priced) / len(priced)


@pytest.fixture
def wanted(files):
    """The targets of the month, as the sheet has them."""
    from yaad.demo import PACKS

    head = PACKS["he"].heads["targets"]
    with files[2].path.open(encoding="utf-8-sig", newline="") as file:
        return sum(int(row[head["amount"]]) for row in csv.DictReader(file) if row[head["month"]] == "2026-11")


def test_the_first_page_says_where_the_month_stands_and_leads_to_its_target(visit, demo, deals, wanted):
    from yaad.text import money

    reached = sum(deal.amount for deal in won_in(deals, 2026, 11))
    page = visit(demo, "/", js=False)
    said = page.locator("#month").inner_text()
    for amount in (reached, wanted):
        assert money(round(amount), "ILS", "he").split()[0] in said
    assert "לפני מע״מ" in said
    told = data(page, demo, "/goals.json")
    assert f"הסיכוי להגיע אליו: {round(told['chance'] * 10)} מתוך 10" in "".join(
        one for one in said if one not in MARKS
    )
    assert page.locator("#month a").get_attribute("href") == "/goals/"
    page = visit(demo, "/forecast/", js=False)
    press(page, ".acts a")
    assert page.url.endswith("/#calls")
    assert page.locator("#calls .calls li").count() > 0


MARKS = "\u200e\u200f\u2066\u2067\u2068\u2069"
"""Of direction: they are not read."""


def test_what_is_missing_and_how_many_closings_that_is(visit, demo, deals, wanted):
    """Question 1."""
    from yaad.text import money

    missing = wanted - sum(deal.amount for deal in won_in(deals, 2026, 11))
    closings = ceil(missing / mean_sale(deals))
    page = visit(demo, "/goals/", js=False)
    said = page.locator("main").inner_text()
    assert money(round(missing), "ILS", "he").split()[0] in said
    assert f"{closings} סגירות" in said
    assert "לפני מע״מ" in said
    card = data(page, demo, "/kpis.json")
    assert next(row["value"] for row in card["kpis"] if row["id"] == "closings_needed") == closings


def test_a_hundred_and_twenty_instead_of_a_hundred(visit, demo, deals):
    """Question 6, by the ratios as counted: customers, money, and in which month they land."""
    from yaad.text import money

    rate = len(won_in(deals)) / len(deals)
    page = visit(demo, "/plan/?inquiries=120&instead=100&mode=all", js=False)
    part = page.locator("section[aria-labelledby=h-whatif]")
    shown = part.locator("table").first.locator("tbody tr").last.locator("td").first.inner_text()
    assert float(shown) == round(120 * rate, 1)
    assert money(round(120 * rate * mean_sale(deals)), "ILS", "he").split()[0] in part.inner_text()
    assert f"{round(20 * rate, 1):g}" in part.inner_text(), "more than with a hundred"
    rows = part.locator("table").last.locator("tbody tr")
    land = {rows.nth(at).locator("th").inner_text(): float(rows.nth(at).locator("td").first.inner_text())
        for at in range(rows.count())}  # fmt: skip
    assert sum(land.values()) == pytest.approx(120 * rate, abs=0.05 * len(land) + 0.05)
    took = [(deal.moves[-1][0].date() - deal.moves[0][0].date()).days for deal in won_in(deals)]
    december = [dt.date(2026, 12, day) for day in range(1, 32)]
    by_hand = Counter((day + dt.timedelta(days=length)).month for day in december for length in took)
    names = {12: "דצמבר", 1: "ינואר", 2: "פברואר", 3: "מרץ"}
    assert names[by_hand.most_common(1)[0][0]] in max(land, key=land.get)


def test_how_many_inquiries_and_until_when_for_fifty_in_january(visit, demo, deals):
    """Question 7: the open deals credited, the number by the ratios as counted, the last days by what sales took."""
    page = visit(demo, "/plan/?target=50&period=2027-01&mode=all", js=False)
    assert number(page.locator("#answer .huge").inner_text()) == ceil(50 * len(deals) / len(won_in(deals)))
    still_open = sum(not (deal.is_won or deal.is_lost) for deal in deals.values())
    assert f"{still_open} העסקאות הפתוחות" in page.locator(".credit").inner_text()
    told = data(page, demo, "/plan.json?target=50&period=2027-01&mode=all")
    assert told["period"]["open"] == still_open
    assert page.locator(".mile li .by").count() == len(told["needed"]) == len(STAGES) + 1
    end = dt.date(2027, 1, 31)
    for place, row in enumerate(told["needed"][:-1]):
        left = (end - dt.date.fromisoformat(row["last_useful"])).days
        came = [
            (deal.moves[-1][0], min(at for at, stage in deal.moves if stage == STAGES[place]))
            for deal in won_in(deals)
            if any(stage == STAGES[place] for _, stage in deal.moves)
        ]
        in_time = [(won.date() - entered.date()).days <= left for won, entered in came]
        assert sum(in_time) / len(in_time) == pytest.approx(0.5, abs=0.08), row["stage"]


@pytest.fixture(scope="module")
def whole(serve, tmp_path_factory):
    """The demo company with all its files: calls and meetings too."""
    from yaad.book import Book
    from yaad.demo import write_company

    folder = tmp_path_factory.mktemp("whole")
    with closing(Book.create(folder / "book")) as book:
        for export in write_company(folder / "files", "he"):
            book.import_files([export.path], mapping=export.mapping, kind=export.kind)
    with serve(folder / "book") as served:
        yield served


def linked(cards):
    """Deals whose pages cards lead to."""
    addresses = cards.locator("a[href*='/deal/?id=']").evaluate_all("all => all.map(one => one.href)")
    return [parse_qs(urlsplit(one).query)["id"][0] for one in addresses]


def test_which_inquiries_of_yesterday_were_not_answered(visit, whole):
    """Question 2: those of the last thirty days too; where all were answered, that is said."""
    from yaad.book import Book

    today = dt.datetime.now(ZoneInfo("Asia/Jerusalem")).date()
    with closing(Book.open(whole.root)) as book:
        waits = {day: by_hand(book, day) for day in (today - dt.timedelta(days=back) for back in range(31))}
    yesterday, month = waits[today - dt.timedelta(days=1)], set().union(*waits.values())
    page = visit(whole, "/inquiries/?when=yesterday", js=False)
    assert sorted(set(linked(page.locator(".waiting").first))) == sorted(yesterday)
    lead = page.locator("h1 + .lead").inner_text()
    assert ("כל הפניות שנכנסו אז נענו." in lead) == (not yesterday)
    page = visit(whole, "/inquiries/", js=False)
    assert set(linked(page.locator(".waiting").first)) <= month
    lead = page.locator("h1 + .lead").inner_text()
    assert ("כולן נענו." in lead) == (not month)
    assert len(month) < 3 or number(lead.partition(".")[0]) == len(month)


def test_whom_to_call_today_and_why(visit, whole):
    """Question 3: at most ten, none that has ended, each with a reason, and a tap to call and to write."""
    from yaad.book import Book

    with closing(Book.open(whole.root)) as book:
        rows = {row["deal_id"]: row for row in book.facts.run(book.facts.deals).to_pylist()}
    page = visit(whole, "/", js=False)
    cards = page.locator("#calls .calls li")
    assert 0 < cards.count() <= 10
    for at in range(cards.count()):
        card = cards.nth(at)
        (deal,) = set(linked(card))
        assert rows[deal]["outcome"] == "open"
        assert rows[deal]["stage"] in card.inner_text()
        dialled = "+972" + re.sub(r"\D", "", rows[deal]["phone"]).removeprefix("972").removeprefix("0")
        assert card.locator(f"a[href='tel:{dialled}']").count() == 1
        assert card.locator(f"a[href^='https://wa.me/{dialled[1:]}']").count() == 1
