"""Laws of whole imports: however deals are written down, the facts are equal, or a question leads to them."""

import csv
import datetime as dt
import io
import json
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

import yaad
from yaad.intake import Mapping, load, understand

CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
HEBREW = {
    "head": ["מספר עסקה", "שם לקוח", "איש מכירות", "מקור", "שלב", "סכום", "נוצר בתאריך", "תאריך סגירה"],
    "stages": ["חדש", "הצעת מחיר", "זכייה", "הפסד"],
    "names": ["אחים כהן", 'שלום בע"מ', "מכון, היופי", "רותם ובניו"],
    "owners": ["דנה", "יוסי"],
}
ENGLISH = {
    "head": ["deal id", "account", "sales agent", "source", "stage", "amount", "created", "close date"],
    "stages": ["New", "Quote", "Won", "Lost"],
    "names": ["Smith & Sons", 'The "Best"', "Cut, Ltd.", "two\nlines"],
    "owners": ["Dana", "Avi"],
}
MONTHS = ("ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר")
DATES = {
    "iso": lambda day: day.isoformat(),
    "slashes": lambda day: f"{day:%d/%m/%Y}",
    "american": lambda day: f"{day:%m/%d/%Y}",
    "short": lambda day: f"{day.day}.{day.month}.{day:%y}",
    "words": lambda day: f"{day.day} ב{MONTHS[day.month - 1]} {day.year}",
}
ORDER = {"american": "month_first"}
AMOUNTS = {
    "plain": str,
    "grouped": lambda value: f"{value:,}",
    "european": lambda value: f"{value:,}".translate(str.maketrans(",.", ".,")),
    "sign": lambda value: f"₪{value:,}",
    "word": lambda value: f'{value:,} ש"ח',
}
TEXTS = ("csv", "tsv", "txt")
TYPED = ("typed.xlsx", "serial.xlsx", "typed.json", "typed.parquet", "typed.sqlite")
FORMATS = (*TEXTS, "xlsx", "xls", "ods", "json", "jsonl", "parquet", "sqlite", "zip", *TYPED)


@dataclass(frozen=True)
class Deal:
    """One deal as it is; `cells` are its texts in the order of the columns, dates and amounts not written yet."""

    key: str
    account: str
    owner: str
    source: str
    stage: str
    amount: Decimal | None
    created: dt.date
    closed: dt.date | None


def deals(words):
    day = st.dates(dt.date(2024, 1, 1), dt.date(2025, 12, 31))
    amount = st.none() | st.decimals(0, 2_000_000, places=2) | st.integers(0, 999).map(Decimal)

    def one(number):
        def build(account, owner, place, worth, start, days):
            ended = place > 1
            closed = start + dt.timedelta(days=days) if ended else None
            stage = words["stages"][place]
            return Deal(f"D-{number}", f"{account} {number}", owner, "Web", stage, worth, start, closed)

        names, owners = st.sampled_from(words["names"]), st.sampled_from(words["owners"])
        return st.builds(build, names, owners, st.integers(0, 3), amount, day, st.integers(0, 90))

    return st.integers(1, 12).flatmap(lambda count: st.tuples(*map(one, range(1, count + 1))).map(list))


@dataclass(frozen=True)
class Written:
    """How a table is written down."""

    words: dict
    ending: str
    date: str
    date_closed: str
    amount: str
    delimiter: str
    quoting: int
    end: str
    encoding: str


ways = st.builds(
    Written,
    st.sampled_from([HEBREW, ENGLISH]),
    st.sampled_from(FORMATS),
    st.sampled_from(list(DATES)),
    st.sampled_from(list(DATES)),
    st.sampled_from(list(AMOUNTS)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1255"]),
)
NUMERIC = {"slashes": "day_first", "short": "day_first", "american": "month_first"}


def is_of_one_hand(way):
    """One file writes day and month in one order: by that a column in doubt is read as its sure neighbour."""
    return len({NUMERIC.get(date) for date in (way.date, way.date_closed)} - {None}) < 2


tables = ways.filter(is_of_one_hand).flatmap(lambda way: st.tuples(st.just(way), deals(way.words)))


def cells(deal, way):
    """A deal as texts."""
    amount = "" if deal.amount is None else AMOUNTS[way.amount](deal.amount)
    closed = "" if deal.closed is None else DATES[way.date_closed](deal.closed)
    return [deal.key, deal.account, deal.owner, deal.source, deal.stage, amount, DATES[way.date](deal.created), closed]


def typed(deal, way):
    """A deal with numbers and dates as the format's own types, where it has such."""
    days, amount = [deal.created, deal.closed], deal.amount
    if way.ending == "serial.xlsx":
        days = [day and (day - dt.date(1899, 12, 30)).days for day in days]
    elif way.ending in ("typed.json", "typed.sqlite"):
        days, amount = [day and day.isoformat() for day in days], None if amount is None else float(amount)
    return [deal.key, deal.account, deal.owner, deal.source, deal.stage, amount, *days]


def write(folder, table, way, made):
    """The table as a file."""
    head = way.words["head"]
    path = folder / f"deals.{way.ending}"
    path.unlink(missing_ok=True)
    if way.ending in TEXTS:
        out = io.StringIO(newline="")
        rows = [[cell.replace("\n", " ") if way.end == "\r" else cell for cell in row] for row in table]
        csv.writer(out, delimiter=way.delimiter, quoting=way.quoting, lineterminator=way.end).writerows([head, *rows])
        path.write_bytes(out.getvalue().encode(way.encoding))
    elif way.ending in ("typed.xlsx", "serial.xlsx"):
        book = openpyxl.Workbook()
        for row in [head, *table]:
            book.active.append(row)
        book.save(path)
    elif way.ending == "typed.parquet":
        columns = zip(*table, strict=True)
        pq.write_table(pa.table({name: pa.array(values) for name, values in zip(head, columns, strict=True)}), path)
    elif way.ending == "parquet":
        pq.write_table(pa.table(dict(zip(head, zip(*table, strict=True), strict=True))), path)
    elif way.ending == "typed.json":
        path.write_text(json.dumps([dict(zip(head, row, strict=True)) for row in table]), "utf-8")
    elif way.ending == "typed.sqlite":
        with closing(sqlite3.connect(path)) as base:
            names = ", ".join(f'"{name}"' for name in head)
            base.execute(f"CREATE TABLE deals ({names})")
            base.executemany(f"INSERT INTO deals VALUES ({', '.join('?' * len(head))})", table)
            base.commit()
    elif way.ending == "sqlite":
        made.sqlite(path, [head, *table])
    else:
        made.table(path, [head, *table])
    return path


def right_answer(question, way, path):
    """What the company would say."""
    part, _, column = question.id.partition(":")
    head = way.words["head"]
    fields = dict(zip(["id", "account", "owner", "source", "stage", "amount", "created", "closed"], head, strict=True))
    answers = {
        "encoding": way.encoding.removesuffix("-sig"),
        "header_row": "1",
        "dates": ORDER.get(way.date if column == fields["created"] else way.date_closed, "day_first"),
        "decimal": "comma" if way.amount == "european" else "point",
        "kind": "deals",
        "column": fields.get(column, "none"),
        "order": ", ".join(way.words["stages"][:2]),
    }
    assert part in answers, question.id
    return answers[part]


def understood(path, way):
    """The understanding once all is answered, and which questions it took."""
    answers = {}
    for _ in range(6):
        found = understand(path, answers=answers)
        if not found.questions:
            return found, list(answers)
        answers |= {question.id: right_answer(question, way, path) for question in found.questions}
    raise AssertionError([question.id for question in found.questions])


def facts(batch):
    """Deal → what the facts say of it: described, worth, came, ended and when."""
    moves = {}
    for move in batch.tables["moves"].sort_by([("sort_at", "ascending"), ("seq", "ascending")]).to_pylist():
        moves.setdefault(move["deal_id"], []).append(move)
    found = {}
    for deal in batch.tables["deals"].to_pylist():
        own = moves[deal["deal_id"]]
        name = (deal["account"] or "").replace("\n", " ")
        last = own[-1]
        ended = last["day"] if len(own) > 1 else None
        found[deal["deal_id"]] = (
            name,
            deal["owner"],
            deal["source"],
            deal.get("amount"),
            own[0]["day"],
            last["to_stage"],
            ended,
        )
    return found


def truth(table):
    """The same of the deals themselves."""
    return {
        d.key: (d.account.replace("\n", " "), d.owner, d.source, d.amount, d.created, d.stage, d.closed) for d in table
    }


@settings(max_examples=examples(15), deadline=None, suppress_health_check=CALM)
@given(tables)
def test_deals_come_back_equal_however_they_are_written(tmp_path, made, drawn):
    way, table = drawn
    rows = [typed(deal, way) if way.ending in TYPED else cells(deal, way) for deal in table]
    try:
        path = write(tmp_path, rows, way, made)
    except UnicodeEncodeError:
        return  # Windows-1255 has no such letters
    found, _ = understood(path, way)
    batch = load(path, Mapping.from_yaml(found.mapping.to_yaml(), name="m"))
    (file,) = batch.files
    assert (file.rejected, file.skipped) == (0, 0), file.rejects.to_pylist()
    assert facts(batch) == truth(table)


# ---- what stands between the deals --------------------------------------------------------------------------------


def noise(words, width, amount):
    """Rows that people put between deals: nothing, the header again, a total."""
    blank, total = [""] * width, ['סה"כ' if words is HEBREW else "Total", *[""] * (width - 3), amount, ""]
    return [blank, list(words["head"]), total[:width]]


@settings(max_examples=examples(15), deadline=None, suppress_health_check=CALM)
@given(st.data())
def test_what_stands_above_between_and_below_the_deals_changes_none_of_them(tmp_path, made, data):
    words = data.draw(st.sampled_from([HEBREW, ENGLISH]))
    table = data.draw(deals(words).filter(lambda rows: len(rows) > 3))
    way = Written(words, "", "iso", "iso", "plain", ",", csv.QUOTE_MINIMAL, "\n", "utf-8")
    head, rows = words["head"], [cells(deal, way) for deal in table]
    for row in data.draw(st.lists(st.sampled_from(noise(words, len(head), "99999")), max_size=5)):
        rows.insert(data.draw(st.integers(0, len(rows))), row)
    above = [[f"{line}", *[""] * (len(head) - 1)] for line in ("Deals of the north", "by Dana", "")]
    above = above[: data.draw(st.integers(0, 3))]
    path = tmp_path / data.draw(st.sampled_from(["deals.csv", "deals.xlsx", "deals.ods"]))
    path.unlink(missing_ok=True)
    made.table(path, [*above, head, *rows])
    answers = {f"header_row:{path.name}": str(len(above) + 1)} if above else {}
    found = understand(path, answers=answers)
    answers |= {question.id: right_answer(question, way, path) for question in found.questions}
    found = understand(path, answers=answers)
    assert found.questions == ()
    batch = load(path, Mapping.from_yaml(found.mapping.to_yaml(), name="m"))
    (file,) = batch.files
    assert facts(batch) == truth(table)
    assert set(file.rejects["reason"].to_pylist()) <= {"intake.rejected_total_row"}
    assert file.rows_in == file.loaded + file.rejected + file.skipped


# ---- order changes nothing ----------------------------------------------------------------------------------------

STAGES = ("New", "Quote", "Negotiation", "Won", "Lost")


def histories(draw, count):
    """Moves of so many deals, no two at one time: [deal, stage, time, owner]."""
    rows, hour = [], 0
    for number in range(count):
        steps = [*STAGES[: draw.randrange(1, 4)], *draw.choice([[], ["Won"], ["Lost"]])]
        start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=draw.randrange(90))
        for step in steps:
            hour += 1
            start += dt.timedelta(days=draw.randrange(1, 20), minutes=hour)
            rows.append([f"D-{number}", step, f"{start:%Y-%m-%d %H:%M}", draw.choice(["Dana", "Avi"])])
    return rows


def figures(path, answers):
    """The figures that people look at, as the book tells them."""
    book = yaad.read(path, answers=answers)
    try:
        measured = book.measure("inquiries", "won", "lost", "open", "win_rate", "sales_cycle")
        shown = [measured, book.funnel(), book.dwell(), book.measure("win_rate", by="owner")]
        return [json.dumps(one.to_dict(), default=str, sort_keys=True) for one in shown]
    finally:
        book.close()


def shuffled(head, rows, draw):
    """The table with its rows and its columns in another order."""
    places = draw.sample(range(len(head)), len(head))
    mixed = draw.sample(rows, len(rows))
    return [head[place] for place in places], [[row[place] for place in places] for row in mixed]


def as_csv(path, head, rows):
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return path


@settings(max_examples=examples(2), deadline=None, suppress_health_check=CALM)
@given(st.integers(0, 10_000))
def test_rows_and_columns_in_another_order_change_no_figure(tmp_path, seed):
    draw = random.Random(seed)
    head = ["deal id", "stage", "timestamp", "owner"]
    rows = histories(draw, 30)
    plain = figures(as_csv(tmp_path / "a.csv", head, rows), {})
    assert figures(as_csv(tmp_path / "b.csv", *shuffled(head, rows, draw)), {}) == plain


@settings(max_examples=examples(2), deadline=None, suppress_health_check=CALM)
@given(st.lists(st.integers(0, 3), min_size=12, max_size=40), st.integers(0, 10_000))
def test_deals_in_another_order_change_no_figure(tmp_path, places, seed):
    draw = random.Random(seed)
    words = draw.choice([HEBREW, ENGLISH])
    rows = []
    for number, place in enumerate(places):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=draw.randrange(200))
        ended = day + dt.timedelta(days=draw.randrange(60)) if place > 1 else ""
        rows.append([f"D-{number}", "x", draw.choice(words["owners"]), "Web", words["stages"][place], "5", day, ended])
    plain = figures(as_csv(tmp_path / "a.csv", words["head"], rows), {})
    assert figures(as_csv(tmp_path / "b.csv", *shuffled(words["head"], rows, draw)), {}) == plain
