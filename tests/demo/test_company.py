"""The demo companies: their files agree with each other, with their day and with their truth."""

import csv
import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pytest
import yaml

from yaad.demo import AS_OF, PACKS, draw_company, write_company, write_stranger
from yaad.demo.customers import phone_number
from yaad.demo.stranger import HEADS, STATUSES, TOTAL

HEBREW = re.compile(r"[\u0590-\u05FF]")


@pytest.fixture(scope="module", params=["he", "en"])
def written(request, tmp_path_factory):
    """Language, company, and every file's rows as dictionaries of our fields."""
    lang = request.param
    folder = tmp_path_factory.mktemp(lang)
    exports = write_company(folder, lang)
    company = draw_company(lang)
    rows = {}
    for export in exports:
        with export.path.open(encoding="utf-8-sig", newline="") as file:
            head, *lines = csv.reader(file)
        columns = PACKS[lang].heads[export.kind]
        assert head == list(columns.values())
        rows[export.kind] = [dict(zip(columns, line, strict=True)) for line in lines]
    return lang, company, rows, exports


def test_the_size_of_a_small_firm(written):
    _, company, rows, _ = written
    assert 1_800 <= len(rows["deals"]) <= 2_800
    paths, cut = company.history.paths, company.history.cut()
    won, lost = paths.entered[:, -1] < cut, paths.lost < cut
    assert 200 <= won.sum() <= 400
    assert 150 <= (~won & ~lost).sum() <= 400


def test_the_order_of_import(written):
    assert [export.kind for export in written[3]] == [
        "deals", "stage_history", "products", "accounts", "orders", "lines", "activities", "calls", "targets",
    ]  # fmt: skip
    assert all(export.path.stem == export.mapping.stem == export.kind for export in written[3])


def test_the_same_seed_writes_the_same_bytes(written, tmp_path):
    lang, _, _, exports = written
    for export, again in zip(exports, write_company(tmp_path, lang), strict=True):
        assert export.path.read_bytes() == again.path.read_bytes()
    other = write_company(tmp_path / "other", lang, seed=2)[0]
    assert other.path.read_bytes() != exports[0].path.read_bytes()


def test_nothing_is_later_than_the_last_day(written):
    end = (AS_OF + dt.timedelta(days=1)).isoformat()
    for kind, fields in {
        "deals": ("created", "closed"), "stage_history": ("at",), "orders": ("at",), "activities": ("at",),
        "calls": ("at",),
    }.items():  # fmt: skip
        for row in written[2][kind]:
            assert all(row[field] < end for field in fields)
    assert max(row["at"] for row in written[2]["stage_history"]) >= AS_OF.isoformat()


def test_deals_and_their_history_agree(written):
    _, company, rows, _ = written
    ways = defaultdict(list)
    for row in rows["stage_history"]:
        ways[row["id"]].append(row)
    names = company.history.stage_names
    for deal in rows["deals"]:
        way = ways[deal["id"]]
        assert way[0]["stage"] == names[0]
        assert way[0]["at"] == deal["created"]
        assert way[-1]["stage"] == deal["stage"]
        assert (way[-1]["at"] if deal["stage"] in names[-2:] else "") == deal["closed"]
        assert {row["by"] for row in way} == {deal["owner"]}
        assert (deal["lost_reason"] == "") or deal["stage"] == names[-1]
    lost = [deal for deal in rows["deals"] if deal["stage"] == names[-1]]
    assert sum(deal["lost_reason"] == "" for deal in lost) <= 0.02 * len(lost)


def test_orders_lines_and_deals_add_up(written):
    _, _, rows, _ = written
    sums = defaultdict(Decimal)
    for line in rows["lines"]:
        sums[line["order"]] += int(line["quantity"]) * Decimal(line["price"]) * (1 - Decimal(line["discount"]))
    amounts = {deal["id"]: deal["amount"] for deal in rows["deals"]}
    accounts = {deal["id"]: deal["account"] for deal in rows["deals"]}
    for order in rows["orders"]:
        assert abs(sums[order["id"]] - Decimal(order["amount"])) <= Decimal("0.005")
        if order["deal"]:
            assert abs(Decimal(amounts[order["deal"]]) - Decimal(order["amount"])) <= Decimal("0.01")
            assert accounts[order["deal"]] == order["account"]
    won = {deal["id"] for deal in rows["deals"] if deal["stage"] == written[1].history.world.won}
    assert {order["deal"] for order in rows["orders"] if order["deal"]} == won
    assert len(rows["orders"]) > 1.5 * len(won)  # some come back
    prices = {item["name"]: item["price"] for item in rows["products"]}
    assert all(prices[line["product"]] == line["price"] for line in rows["lines"])


def test_calls_and_activities_happen_while_the_deal_is_open(written):
    _, _, rows, _ = written
    open_time = {deal["id"]: (deal["created"], deal["closed"] or "9999") for deal in rows["deals"]}
    # a closing that does not last is followed by more talk
    for kind in ("calls", "activities"):
        outside = sum(not open_time[row["deal"]][0] <= row["at"] <= open_time[row["deal"]][1] for row in rows[kind])
        assert outside <= 0.005 * len(rows[kind])
    assert {row["direction"] for row in rows["calls"]} == set(PACKS[written[0]].calls)
    missed = sum(row["seconds"] == "0" for row in rows["calls"]) / len(rows["calls"])
    assert 0.1 < missed < 0.3


def test_work_is_done_in_office_hours(written):
    lang, _, rows, _ = written
    moments = [dt.datetime.fromisoformat(row["at"]) for row in rows["calls"] + rows["stage_history"]]
    assert all(9 <= moment.hour < 18 for moment in moments)
    days = {moment.date() for moment in moments}
    assert days <= set(PACKS[lang].hours.working_days(min(days), 600))


def test_names_are_in_the_language_and_belong_to_nobody(written):
    lang, _, rows, _ = written
    for deal in rows["deals"]:
        assert bool(HEBREW.search(deal["account"] + deal["contact"])) is (lang == "he")
        assert deal["email"].endswith(".example")
        assert re.fullmatch(r"05\d-0\d{6}" if lang == "he" else r"\(\d{3}\) 555-01\d\d", deal["phone"])
    accounts = rows["accounts"]
    for field in ("id", "name", "phone"):
        assert len({row[field] for row in accounts}) == len(accounts)
    assert len({deal["contact"] for deal in rows["deals"]}) > 0.6 * len(accounts)


def test_a_phone_is_given_once():
    for pack in PACKS.values():
        assert len({phone_number(pack, number) for number in range(3_500)}) == 3_500


def test_both_companies_have_the_same_words():
    he, en = PACKS["he"], PACKS["en"]
    assert {kind: list(heads) for kind, heads in he.heads.items()} == {
        kind: list(heads) for kind, heads in en.heads.items()
    }
    for field in (
        "sources",
        "campaigns",
        "reps",
        "lost_reasons",
        "items",
        "solutions",
        "kinds",
        "next_steps",
        "touches",
    ):
        assert len(getattr(he, field)) == len(getattr(en, field)), field
    for pack in (he, en):
        items = {item.name for item in pack.items}
        assert all(set(solution.parts) <= items for solution in pack.solutions)
        for field in ("first_names", "last_names", "brands", "places", "cities"):
            values = getattr(pack, field)
            assert len(set(values)) == len(values), field


def test_planted_differences_are_there(written):
    lang, company, _, _ = written
    truth = company.history.truth
    by_rep = [truth.by_rep[rep.name].won for rep in PACKS[lang].reps]
    assert by_rep[0] == max(by_rep)  # the closer
    quotes = [truth.by_rep[rep.name].steps[2] for rep in PACKS[lang].reps]
    assert quotes[3] == min(quotes)  # whose quotes do not become negotiations
    by_source = [truth.by_source[source.name].won for source in PACKS[lang].sources]
    assert by_source[3] == max(by_source)
    assert by_source[2] == min(by_source)
    joined = company.history.paths.born[company.history.paths.rep == 8].min()
    assert joined >= PACKS[lang].reps[8].joined


def test_each_mapping_names_every_column_or_leaves_it_to_the_company(written):
    lang, _, _, exports = written
    for export in exports:
        mapping = yaml.safe_load(export.mapping.read_text("utf-8"))
        heads = PACKS[lang].heads[export.kind]
        assert mapping["kind"] == export.kind
        assert set(heads) - set(mapping["columns"]) == (
            {"sector", "city", "employees"} if export.kind == "deals" else set()
        )


def test_another_day_is_another_company_up_to_it():
    early = draw_company("en", as_of=dt.date(2024, 6, 30))
    assert early.history.as_of == dt.date(2024, 6, 30)
    assert early.moment(0).date() == dt.date(2024, 6, 30) - dt.timedelta(days=547)


def test_an_unknown_language_is_no_company():
    with pytest.raises(KeyError):
        draw_company("fr")


def test_a_strangers_spreadsheet(tmp_path):
    path = write_stranger(tmp_path / "export.xlsx")
    assert path.read_bytes() == write_stranger(tmp_path / "again.xlsx").read_bytes()
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.sheet_view.rightToLeft
    assert [other.sheet_state for other in book.worksheets] == ["visible", "hidden"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    heads = [place for place, row in enumerate(rows) if tuple(row) == HEADS]
    assert heads[0] == 3  # two lines of title and an empty one above
    assert len(heads) == 9  # repeated on every page
    deals = [row for row in rows if isinstance(row[0], int)]
    assert len(deals) == 400
    assert {row[6] for row in deals} == set(STATUSES)
    assert rows[-1][0] == TOTAL
    amounts = [row[7] for row in deals]
    assert any(isinstance(amount, str) and amount.startswith("₪") for amount in amounts)
    numbers = [float(str(amount or 0).replace("₪", "").replace(",", "")) for amount in amounts]
    assert sum(numbers) == pytest.approx(rows[-1][7], abs=0.5)
    assert any(isinstance(row[8], dt.datetime) for row in deals)
    assert any(isinstance(row[8], str) for row in deals)
