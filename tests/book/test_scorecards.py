"""The scorecard of a book: the same figures by every door, targets, the past, and the company's own measures."""

import datetime as dt
import json
import shutil
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest

from yaad.book import Book
from yaad.book.scorecards import FILE, definitions
from yaad.errors import InputError, UnknownName
from yaad.measures import REGISTRY
from yaad.measures.comparing import Verdict
from yaad.measures.matching import Against
from yaad.model import TargetEntry
from yaad.show import say_plain

OWN = """version: 1
first: [won, web_share]
measures:
  - id: web_share
    names: {he: מהאתר, en: From the site}
    unit: rate
    good: up
    ratio: {numerator: {where: {source: Site}}, denominator: inquiries}
"""
MAPPING = """kind: deals
shape: wide
columns: {id: id, owner: owner, source: source, amount: amount, closed: closed, stage: outcome}
stages: [{name: Inquiry, entered: came}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
currency: ILS
zone: Asia/Jerusalem
"""
AS_OF = dt.date(2026, 6, 30)


def _rows():
    """Deals of May and June 2026: each day of a month brings some, every third is won after ten days."""
    for month, a_day in ((5, 2), (6, 3)):
        for day in range(1, 31):
            for number in range(a_day):
                came = dt.date(2026, month, day)
                closed = came + dt.timedelta(days=10)
                outcome = ("Won", "Lost", "Inquiry")[(day + number) % 3]
                owner, source = ("Dana", "Yoav")[day % 2], ("Site", "Phone", "")[(day + 2 * number) % 3]
                ended = outcome != "Inquiry" and closed <= AS_OF
                yield [
                    f"{month}-{day}-{number}", owner, source, str(100 * (number + 1)), came.isoformat(),
                    closed.isoformat() if ended else "", outcome if ended else "Inquiry",
                ]  # fmt: skip


HEADER = ["id", "owner", "source", "amount", "came", "closed", "outcome"]


@pytest.fixture(scope="module")
def rows():
    return [dict(zip(HEADER, row, strict=True)) for row in _rows()]


@pytest.fixture(scope="module")
def root(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("scorecards")
    file, mapping = folder / "deals.csv", folder / "map.yaml"
    file.write_text("\n".join(",".join(row.values()) for row in ({name: name for name in HEADER}, *rows)), "utf-8")
    mapping.write_text(MAPPING, "utf-8")
    book = Book.create(folder / "book")
    book.import_files([file], mapping=mapping, as_of=AS_OF)
    book.close()
    return folder / "book"


@pytest.fixture
def book(root):
    opened = Book.open(root)
    yield opened
    opened.close()
    (root / FILE).unlink(missing_ok=True)


def row(card, name, **by):
    return next(one for one in card.content.kpis if one.measure.id == name and one.figure.by == by)


def test_a_row_is_the_measure_itself_and_what_was_counted_by_hand(book, rows):
    card = book.kpis("2026-06")
    won = [one for one in rows if one["outcome"] == "Won" and one["closed"] >= "2026-06"]
    before = [one for one in rows if one["outcome"] == "Won" and one["closed"] < "2026-06"]
    found = row(card, "won")
    assert found.figure.value == len(won)
    assert found.figure == book.measure("won", period="2026-06").content[0]
    previous = found.comparisons[0]
    assert (previous.match.against, previous.value) == (Against.PREVIOUS, len(before))
    # June 2026 has 22 days Sunday to Thursday, May 21; Shavuot is a Friday
    assert (previous.match.now_days, previous.match.then_days) == (22, 21)
    assert previous.change == pytest.approx(len(won) / 22 / (len(before) / 21) - 1)


def test_what_runs_and_has_no_closing_yet_is_too_early_and_no_failure(root):
    """On 5 June 15 inquiries of June are open, as every deal takes ten days; at the end of June 0 would be a result."""
    with closing(Book.open(root, as_of=dt.date(2026, 6, 5))) as early, closing(Book.open(root)) as late:
        card = early.kpis("2026-06")
        found = row(card, "conversion_rate")
        assert (found.figure.value, found.figure.n, found.is_too_early) == (0, 15, True)
        told = {str(cells[0].value): cells[1] for cells in card.table("en").rows}
        assert (told["conversion_rate"].value, say_plain(told["conversion_rate"].said, "en")) == (
            0,
            "too early to tell",
        )
        assert (row(card, "inquiries").figure.value, row(card, "inquiries").is_too_early) == (15, False)
        decided = replace(found, figure=replace(found.figure, why=None))
        over = replace(found, figure=replace(found.figure, as_of=AS_OF))
        assert (decided.is_too_early, over.is_too_early) == (False, False)
        assert not row(late.kpis("2026-06"), "conversion_rate").is_too_early


def test_what_is_withheld_stands_only_among_all(book):
    assert all(one.figure.value is not None for one in book.kpis("2026-06").content.kpis)
    assert any(one.figure.value is None for one in book.kpis("2026-06", whole=True).content.kpis)


def test_how_things_stood_is_what_the_book_of_that_day_says(book, root, rows):
    """Open deals and their money at the end of May: by hand, on the line, and by the book seen from that day."""
    still = [one for one in rows if one["came"] <= "2026-05-31" and not "" < one["closed"] <= "2026-05-31"]
    with closing(Book.open(root, as_of=dt.date(2026, 5, 31))) as then:
        for name, by_hand in (("open", len(still)), ("open_value", sum(int(one["amount"]) for one in still))):
            points = {point.period.name: point.value for point in row(book.kpis("2026-06"), name).series}
            assert points == {"2026-05": by_hand, "2026-06": book.measure(name).content[0].value}
            assert then.measure(name).content[0].value == by_hand


def test_the_last_periods_are_the_months(book):
    series = row(book.kpis("2026-06"), "inquiries").series
    assert [(point.period.name, point.value) for point in series] == [("2026-05", 60), ("2026-06", 90)]


def test_before_the_data_nothing_is_compared(book):
    last_year = row(book.kpis("2026-06"), "inquiries").comparisons[1]
    assert (last_year.verdict, last_year.why.key) == (Verdict.UNTOLD, "kpis.before_data")


def test_what_began_is_compared_at_the_same_age(root, book):
    """Of June's inquiries a third were won by its end; of May's too by its own end, and more by now."""
    compared = row(book.kpis("2026-06"), "conversion_rate").comparisons[0]
    past = Book.open(root, as_of=dt.date(2026, 5, 31))
    then = past.measure("conversion_rate", period="2026-05").content[0]
    past.close()
    assert compared.value == then.value
    assert compared.value < book.measure("conversion_rate", period="2026-05").content[0].value
    assert row(book.kpis("2026-06"), "open").comparisons[0].value == 60 - then.beside["reached"] - then.beside["lost"]


def test_without_looking_back_it_is_said(book):
    compared = row(book.kpis("2026-06", look_back=False), "open").comparisons[0]
    assert (compared.verdict, compared.why.key) == (Verdict.UNTOLD, "kpis.not_looked_back")


@pytest.mark.parametrize("by", ["owner", "source", "month", "stage"])
def test_the_rows_behind_each_group_are_as_many_as_the_figure_rests_on(book, by):
    card = book.kpis("2026-06", by=by, measures=["inquiries", "won", "win_rate", "sales_cycle_mean", "won_value"])
    assert card.content.kpis
    for one in card.content.kpis:
        value = one.figure.by[by]
        behind = book.behind(one.measure.id, {by: "" if value is None else str(value)}, "2026-06", limit=1)
        assert behind.content.total == one.figure.n, (one.measure.id, value)


def test_pages_of_rows_hold_each_row_once(book):
    pages = [book.behind("inquiries", period="2026-06", limit=40, offset=offset).content for offset in (0, 40, 80)]
    ids = [one["deal_id"] for page in pages for one in page.rows]
    assert (len(ids), len(set(ids))) == (90, 90)
    assert [len(page.rows) for page in pages] == [40, 40, 10]


def test_a_target_stands_beside_its_figure(root, rows):
    book = Book.open(root)
    won = sum(one["outcome"] == "Won" and one["closed"] >= "2026-06" for one in rows)
    for number, (value, owner) in enumerate(((won * 2, None), (1, "Dana"))):
        at, key = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), f"scorecard-{number}"
        wanted = {"measure": "won", "period": "2026-06", "value": str(Decimal(value)), "owner": owner}
        book.write(TargetEntry(**wanted, by="T", key=key, at=at))
    goal = row(book.kpis("2026-06"), "won").goal
    assert (goal.target, goal.attained, goal.missing, goal.is_met) == (won * 2, 0.5, won, False)
    by_owner = book.kpis("2026-06", by="owner", measures=["won"])
    assert row(by_owner, "won", owner="Dana").goal.is_met
    assert row(by_owner, "won", owner="Yoav").goal is None
    told = json.loads(json.dumps(by_owner.to_dict()))
    assert [one["goal"] is None for one in told["kpis"]] == [False, True]
    book.close()


def test_own_measures_stand_everywhere(book, root, tmp_path, rows):
    before = book.data_version
    file = tmp_path / "own.yaml"
    file.write_text(OWN, "utf-8")
    book.add_measures(definitions(file), name=file.name)
    assert book.data_version != before
    share = sum(one["source"] == "Site" for one in rows) / len(rows)
    assert book.measure("web_share").content[0].value == pytest.approx(share)
    assert "web_share" in book.catalogue
    assert [one.measure.id for one in book.kpis("2026-06").content.kpis] == ["won", "web_share"]
    assert "From the site" in book.measure("web_share").table("en").to_text()
    assert "מהאתר" in book.explain("web_share").table("he").to_text()
    assert "web_share" in {one["id"] for one in book.doctor().to_dict()["measures"]}
    book.remove_measure("web_share")
    assert "web_share" not in book.catalogue
    assert not (set(book.catalogue) - set(REGISTRY))
    with pytest.raises(UnknownName):
        book.remove_measure("web_share")


def test_a_column_that_the_data_do_not_have_is_told_with_its_line(book, tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(OWN.replace("source: Site", "sourse: Site"), "utf-8")
    with pytest.raises(InputError) as told:
        book.add_measures(definitions(file), name=file.name)
    assert (told.value.message.key, told.value.where["row"]) == ("kpis.unknown_column", 4)
    assert not book.own_measures.measures


def test_a_faulty_file_is_told_wherever_figures_are_asked_for(book, root):
    (root / FILE).write_text(OWN.replace("version: 1", "version: 3"), "utf-8")
    with pytest.raises(InputError) as told:
        book.measure("won")
    assert told.value.message.key == "kpis.other_version"


def test_a_part_of_a_period_has_no_target_to_be_compared_with(root, tmp_path):
    """Until the 17th of June: the days of May beside them are no whole month, and it is said so in plain words."""
    own = shutil.copytree(root, tmp_path / "book")
    with closing(Book.open(own, as_of=dt.date(2026, 6, 17))) as then:
        at = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        wanted = {"measure": "won_value", "period": "2026-06", "value": "9000", "currency": "ILS"}
        then.write(TargetEntry(**wanted, at=at, by="Dana", key="t"))
        needed = row(then.kpis("2026-06"), "closings_needed")
        assert needed.figure.value > 0
        assert {one.why.key for one in needed.comparisons} <= {"kpis.part_of_a_target", "kpis.before_data"}
        assert needed.comparisons[0].verdict is Verdict.UNTOLD
