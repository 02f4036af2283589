"""A person is taken out and erased: nothing of them is left, nobody else is touched, and they do not come back."""

import csv
import datetime as dt
import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from yaad.book import Book
from yaad.book.persons import Part, find
from yaad.book.persons.erasing import begin, finish, is_unfinished
from yaad.book.persons.taking_out import papers_of_person, take_out, write_archive
from yaad.book.quote_links import QuoteLinks, link_id
from yaad.book.quotes import Offer
from yaad.errors import InputError, UnknownName

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
MAPPING = """kind: deals
columns: {id: מזהה, contact: לקוח, phone: טלפון, email: מייל, owner: נציג, stage: שלב, created: נוצר, amount: סכום,
  source: מקור, next_step: המשך}
stages: [פגישה, {name: נסגר, type: won}, {name: אבד, type: lost}]
zone: UTC
dates: iso
"""
HEAD = "מזהה,לקוח,טלפון,מייל,נציג,שלב,נוצר,סכום,מקור,המשך,הערות"
ROWS = [
    "D1,דנה כהן,050-123-4567,dana@example.co.il,יוסי לוי,נסגר,2026-01-05,1000,אתר,לחזור לדנה,רוצה מטבח לבן",
    "D2,דנה כהן,+972 50 1234567,,יוסי לוי,פגישה,2026-02-05,2000,המלצה,,לדנה יש כלב",
    "D3,דנה כהן-לוי,052-7654321,other@example.co.il,מיכל בר,נסגר,2026-03-05,3000,אתר,,עם דנה כהן 0501234567 על זה",
    "D4,רון דנה כהן,053-7654321,,מיכל בר,אבד,2026-03-06,4000,אתר,,",
    "D5,יוסי לוי,054-1112223,,דנה מור,נסגר,2026-03-07,5000,אתר,,לקוח בשם של נציג",
    "D6,אבי גל,055-1112223,,יוסי לוי,נסגר,2026-03-08,6000,אתר,,לא של דנהכהן",
    "D7,אבי גל,055-9998887,,דנה מור,פגישה,2026-03-09,7000,אתר,,אבי אחר",
]
GONE = [
    "0501234567",
    "050-123-4567",
    "+972 50 1234567",
    "+972501234567",
    "dana@example.co.il",
    "לחזור לדנה",
    "לדנה יש כלב",
]


def exported(rows=ROWS):
    return "\n".join([HEAD, *rows]) + "\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A book and its files, as nobody has touched them."""
    folder = tmp_path_factory.mktemp("persons")
    begun(folder).close()
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A book of one file alone, as nobody has touched it."""
    folder = tmp_path_factory.mktemp("small")
    begun(folder, again=False).close()
    return folder


@pytest.fixture
def small_book(small, tmp_path):
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    return Book.open(tmp_path / "book")


@pytest.fixture
def book(template, tmp_path):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return Book.open(tmp_path / "book")


@pytest.fixture(scope="module")
def erased(template, tmp_path_factory):
    """The same book without her, only to be read: figures and entries before, and what stands in her place."""
    folder = tmp_path_factory.mktemp("erased")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    made = Book.open(folder / "book")
    before, entries = figures(made), [(one.seq, one.key, one.kind) for one in book_entries(made)]
    assert {value for _, value in hits(made.root, GONE)} == set(GONE) - {"0501234567", "+972501234567"} | {"0501234567"}
    return made, before, entries, erase(made, "050 1234567")


def begun(folder, *, again=True):
    (folder / "deals.csv").write_text(exported(), "utf-8")
    (folder / "map.yaml").write_text(MAPPING, "utf-8")
    made = Book.create(folder / "book")
    made.import_files([folder / "deals.csv"], mapping=folder / "map.yaml", lang="he")
    made.note("D2", "דנה כהן ביקשה הנחה", by="יוסי לוי", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    made.note("D3", "דנה כהן המליצה עליה", by="יוסי לוי", at=dt.datetime(2026, 4, 2, tzinfo=dt.UTC))
    made.note("D6", "מרוצה", by="יוסי לוי", at=dt.datetime(2026, 4, 3, tzinfo=dt.UTC))
    if not again:
        return made
    later = [*ROWS[1:], "D8,דנה כהן,9725 01234567,,מיכל בר,פגישה,לא תאריך,80,אתר,,"]
    changed = [row.replace("פגישה,2026-02-05,2000", "נסגר,2026-02-05,2500") for row in later]
    (folder / "later.csv").write_text(exported(changed), "utf-8")
    made.import_files([folder / "later.csv"], mapping=folder / "map.yaml", lang="he")
    return made


def erase(book, who, part=Part.CUSTOMER, **more):
    found = find(book.facts, who, part, country=book.dials_in)
    mark = begin(book.root, found, NOW)
    finish(book.root, NOW, **more)
    book.close()
    return mark


def everything(root):
    """All that lies in a book, as texts: Parquet read, SQLite as its bytes, archives unpacked."""
    told = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(root))
            if path.suffix == ".parquet":
                told[name] = json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str)
            elif path.read_bytes()[:2] == b"PK":
                with zipfile.ZipFile(path) as archive:
                    told[name] = "".join(archive.read(one).decode("utf-8", "replace") for one in archive.namelist())
            else:
                data = path.read_bytes()
                told[name] = data.decode("utf-8", "replace") + data.decode("windows-1255", "replace")
    return told


def hits(root, values):
    return [(name, value) for name, text in everything(root).items() for value in values if value in text]


def rows_of(book, table="deals"):
    return {row["deal_id"]: row for row in book.facts.run(book.facts.table(table)).to_pylist()}


def figures(book):
    return [
        book.measure("inquiries", "won", "won_value").to_dict("en"),
        book.measure("won", "won_value", by="source").to_dict("en"),
        book.funnel().to_dict("en"),
    ]


def test_nothing_of_them_is_left_and_figures_stay(erased):
    book, before, entries, mark = erased
    assert hits(book.root, GONE) == []
    assert figures(book) == before
    deals = rows_of(book)
    for deal, amount in (("D1", 1000), ("D2", 2500)):
        assert (deals[deal]["contact"], deals[deal]["phone"], deals[deal]["owner"]) == (mark, mark, "יוסי לוי")
        assert deals[deal]["amount"] == Decimal(amount)
    assert not is_unfinished(book.root)
    assert [(one.seq, one.key, one.kind) for one in book_entries(book)] == entries
    with closing(sqlite3.connect(book.root / "journal.sqlite")) as file, pytest.raises(sqlite3.IntegrityError):
        file.execute("UPDATE entries SET body = ''")


def test_who_has_the_name_in_theirs_is_not_touched(erased):
    book, _, _, mark = erased
    deals = rows_of(book)
    assert deals["D3"]["contact"] == "דנה כהן-לוי"
    assert (deals["D3"]["phone"], deals["D3"]["email"]) == ("052-7654321", "other@example.co.il")
    assert deals["D4"]["contact"] == "רון דנה כהן"
    own = dict(deals["D3"]["custom"])
    assert own["הערות"] == f"עם {mark} {mark} על זה"
    assert dict(deals["D6"]["custom"])["הערות"] == "לא של דנהכהן"
    notes = {row["deal_id"]: row["text"] for row in book.facts.run(book.facts.table("activities")).to_pylist()}
    assert notes == {"D2": mark, "D3": f"{mark} המליצה עליה", "D6": "מרוצה"}


def test_they_stay_erased_when_made_anew_and_when_files_come_again(erased, tmp_path):
    shutil.copytree(erased[0].root.parent, tmp_path, dirs_exist_ok=True)
    book, before, mark = Book.open(tmp_path / "book"), erased[1], erased[3]
    book.rebuild()
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    again = book.import_files([tmp_path / "later.csv"], mapping=tmp_path / "map.yaml")
    assert again.stored.new == 0
    assert hits(book.root, GONE) == []
    assert rows_of(book)["D1"]["contact"] == mark
    assert figures(book) == before
    row = "D9,דנה ש. כהן,972501234567,,יוסי לוי,פגישה,2026-05-01,90,אתר,,חדש"
    (tmp_path / "new.csv").write_text(exported([row]), "utf-8")
    understood = book.understand([tmp_path / "new.csv"], mapping=tmp_path / "map.yaml")
    assert mark in understood.files[0].preview[0]
    book.import_files([tmp_path / "new.csv"], mapping=tmp_path / "map.yaml")
    assert rows_of(book)["D9"]["contact"] == mark
    assert hits(book.root, ["972501234567", "דנה ש. כהן"]) == []


@pytest.fixture(scope="module")
def others(small, tmp_path_factory):
    """The book without a customer who is called like a seller, and without one of two of one name, erased at once."""
    folder = tmp_path_factory.mktemp("others")
    shutil.copytree(small, folder, dirs_exist_ok=True)
    made = Book.open(folder / "book")
    marks = [begin(made.root, find(made.facts, who, Part.CUSTOMER), NOW) for who in ("יוסי לוי", "0551112223")]
    finish(made.root, NOW)
    made.close()
    return made, *marks


def test_a_customer_who_is_called_like_a_seller(others):
    book, mark, _ = others
    deals = rows_of(book)
    assert (deals["D5"]["contact"], deals["D5"]["phone"]) == (mark, mark)
    assert {deals[deal]["owner"] for deal in ("D1", "D2", "D6")} == {"יוסי לוי"}


def test_a_seller_who_is_called_like_a_customer(small_book):
    book = small_book
    before = book.measure("won", "won_value", by="owner").to_dict("en")
    mark = erase(book, "יוסי לוי", Part.SELLER)
    deals = rows_of(book)
    assert {deals[deal]["owner"] for deal in ("D1", "D2", "D6")} == {mark}
    assert deals["D5"]["contact"] == "יוסי לוי"
    assert {entry.by for entry in book_entries(book)} == {mark}
    told = json.dumps(before, ensure_ascii=False).replace("יוסי לוי", mark)
    now = book.measure("won", "won_value", by="owner").to_dict("en")
    assert _by_owner(now) == _by_owner(json.loads(told))


def _by_owner(told):
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in _rows(told))


def _rows(told):
    for value in told.values():
        if isinstance(value, list):
            yield from value


def book_entries(book):
    from yaad.facts import journal_of

    return journal_of(book.root).since(0)


def test_two_persons_of_one_name_are_told_apart(small_book, others):
    with pytest.raises(InputError, match="More than one"):
        find(small_book.facts, "אבי גל", Part.CUSTOMER)
    made, _, mark = others
    deals = rows_of(made)
    assert (deals["D6"]["contact"], deals["D7"]["contact"]) == (mark, "אבי גל")


def test_of_a_file_that_waits_only_their_own_words_are_handed_out(book):
    folder = book.root / "server" / "uploads"
    folder.mkdir(parents=True)
    rows = [["Ruth Stone", "052-1973060"], ["Lea Fox", "050-1234567"], ["Nora Bell", "asked for 050-1234567"]]
    (folder / "draft.json").write_text(json.dumps({"samples": rows}), "utf-8")
    (folder / "leads.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    found = find(book.facts, "+972-50-1234567", Part.CUSTOMER)
    told = [row["line"] for row in take_out(book.root, book.facts, found, {})["files"] if "uploads" in row["file"]]
    assert told == ["050-1234567", "asked for 050-1234567", "Lea Fox,050-1234567", "asked for 050-1234567"]


def test_nobody_of_that_name(small_book):
    book = small_book
    with pytest.raises(InputError, match="Nobody here"):
        find(book.facts, "דנה", Part.CUSTOMER)


def test_all_that_is_held_is_taken_out(book):
    found = find(book.facts, "+972-50-1234567", Part.CUSTOMER)
    told = take_out(book.root, book.facts, found, {})
    assert {row["deal_id"] for row in told["deals"]} == {"D1", "D2"}
    assert {row["text"] for row in told["named"]} >= {"עם דנה כהן 0501234567 על זה", "דנה כהן המליצה עליה"}
    assert {row["deal_id"] for row in told["entries"]} == {"D2", "D3"}
    assert "רוצה מטבח לבן" in json.dumps(told, ensure_ascii=False)
    text = json.dumps(told, ensure_ascii=False)
    assert not [one for one in ("052-7654321", "other@example", "רון", "אבי גל") if one in text]
    assert any("D8" in row["line"] for row in told["files"])


def test_who_sells_is_told_nothing_of_customers(small_book):
    book = small_book
    told = take_out(book.root, book.facts, find(book.facts, "יוסי לוי", Part.SELLER), {})
    assert {row["deal_id"] for row in told["deals"]} == {"D1", "D2", "D6"}
    assert {entry["by"] for entry in told["entries"]} == {"יוסי לוי"}
    text = json.dumps(told, ensure_ascii=False)
    assert not [one for one in ("דנה", "050-", "0501234567", "אבי גל", "מטבח") if one in text]


STEPS = ["originals", "original:0", "record:0", "original:0", "files", "journal", "rebuild", "vacuum", "done"]


def test_broken_off_anywhere_it_goes_on_to_its_end(small_book):
    book = small_book

    class Killed(BaseException):
        pass

    before = figures(book)
    begin(book.root, find(book.facts, "0501234567", Part.CUSTOMER), NOW)
    book.close()
    for step in STEPS:

        def kill(reached, at=step):
            if reached == at:
                raise Killed

        with pytest.raises(Killed):
            finish(book.root, NOW, on_step=kill)
        assert is_unfinished(book.root), step
        if step in ("record:0", "vacuum", "done"):  # a file was made anew, and the tables
            assert figures(book) == before, step
            book.close()
    finish(book.root, NOW)
    assert not is_unfinished(book.root)
    book.close()
    assert hits(book.root, GONE) == []
    assert figures(book) == before


def test_another_writing_of_a_file_a_workbook_and_json(tmp_path):
    import openpyxl

    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    rows = list(csv.reader(io.StringIO(exported())))
    sheet = openpyxl.Workbook()
    for row in rows:
        sheet.active.append([int(cell) if cell.isdecimal() else cell for cell in row])
    sheet.properties.creator = "דנה כהן"
    sheet.save(tmp_path / "deals.xlsx")
    told = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    (tmp_path / "deals.json").write_text(json.dumps(told), "utf-8")
    (tmp_path / "deals.csv").write_text(exported(), "windows-1255")
    made = Book.create(tmp_path / "book")
    for name in ("deals.xlsx", "deals.json", "deals.csv"):
        made.import_files([tmp_path / name], mapping=tmp_path / "map.yaml")
    before = figures(made)
    mark = erase(made, "0501234567")
    assert hits(made.root, [*GONE, '\\u05d3\\u05e0\\u05d4 \\u05db\\u05d4\\u05df"']) == []
    assert figures(made) == before
    kept = everything(made.root / "originals").values()
    assert len(kept) == 3
    assert all("דנה כהן-לוי" in text or "\\u05d3\\u05e0\\u05d4 \\u05db\\u05d4\\u05df-" in text for text in kept)
    deals = rows_of(made)
    assert (deals["D1"]["contact"], deals["D3"]["contact"]) == (mark, "דנה כהן-לוי")
    assert deals["D4"]["contact"] == "רון דנה כהן"


def test_a_sheet_without_ids(tmp_path):
    """Its inquiries are called by phone and day; what was written about them follows the new name."""
    rows = [
        "לקוח,טלפון,נציג,שלב,נוצר,סכום",
        "דנה כהן,050-123-4567,יוסי,פגישה,2026-01-05,1000",
        "דנה כהן,0501234567,יוסי,נסגר,2026-01-15,1200",
        "רון לב,0521234567,יוסי,נסגר,2026-01-06,700",
        ",0541112222,יוסי,נסגר,2026-01-07,800",
        "גיל,0541112222,יוסי,נסגר,2026-01-09,850",
    ]
    columns = (
        MAPPING.replace("id: מזהה, ", "").replace("email: מייל, ", "").replace("  source: מקור, next_step: המשך", " ")
    )
    (tmp_path / "sheet.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "map.yaml").write_text(columns.replace("סכום,\n }", "סכום}") + "touch_days: 30\n", "utf-8")
    made = Book.create(tmp_path / "book")
    made.import_files([tmp_path / "sheet.csv"], mapping=tmp_path / "map.yaml")
    made.note("+972501234567|2026-01-05", "שיחה טובה", by="יוסי", at=NOW)
    before = figures(made)
    asked = {"0501234567": "2026-01-05", "0541112222": "2026-01-07"}
    marks = {begin(made.root, find(made.facts, who, Part.CUSTOMER), NOW): day for who, day in asked.items()}
    finish(made.root, NOW)
    made.close()
    ids = {f"{mark}|{day}" for mark, day in marks.items()} | {"+972521234567|2026-01-06"}
    assert set(rows_of(made)) == ids
    assert [entry.subject for entry in book_entries(made)] == [f"{next(iter(marks))}|2026-01-05"]
    assert figures(made) == before
    made.import_files([tmp_path / "sheet.csv"], mapping=tmp_path / "map.yaml")
    assert set(rows_of(made)) == ids
    assert hits(made.root, ["501234567", "050-123-4567", "541112222", "דנה"]) == []


def test_a_follow_up_workbook_that_came_back(small_book, tmp_path):
    book = small_book
    import openpyxl

    path = tmp_path / "follow.xlsx"
    book.follow_up(path, lang="he")
    sheet = openpyxl.load_workbook(path)
    row = next(row for row in sheet.worksheets[0].iter_rows() if row[0].value == "D7")
    row[7].value = 7777
    sheet.save(path)
    book.import_files([path], as_of=dt.date(2026, 6, 1))
    before = figures(book)
    erase(book, "0559998887")
    assert rows_of(book)["D7"]["amount"] == 7777
    assert figures(book) == before
    assert hits(book.root, ["055-9998887", "0559998887"]) == []
    assert book.import_files([path], as_of=dt.date(2026, 6, 1)).stored.changed == 0
    assert hits(book.root, ["055-9998887", "0559998887"]) == []


def test_quotes_of_theirs_are_emptied_and_their_public_pages_gone(small_book):
    book = small_book
    links = QuoteLinks(book.root)
    for deal, title in (("D2", "מטבח לכלב"), ("D6", "מטבח של אבי")):
        link = links.make(deal, link_id(deal, "k"))
        offer = Offer(title=title, text="מידות של הסלון", url="https://example.com/dana")
        book.quote(deal, offer, link=link.id, at=NOW, by="יוסי לוי")
    told = take_out(book.root, book.facts, find(book.facts, "0501234567", Part.CUSTOMER), {})
    assert "מטבח לכלב" in json.dumps(told["entries"], ensure_ascii=False)
    mark = erase(book, "0501234567")
    with closing(Book.open(book.root)) as after:
        theirs, others = after.quotes("D2")[0].entry, after.quotes("D6")[0].entry
    assert (theirs.title, theirs.text, theirs.url) == (mark, mark, mark)
    assert (others.title, others.text) == ("מטבח של אבי", "מידות של הסלון")
    assert links.of(link_id("D2", "k")) is None
    assert links.of(link_id("D6", "k")) is not None
    assert hits(book.root, ["מטבח לכלב"]) == []


def test_files_of_theirs_are_taken_out_and_gone_and_those_of_others_stay(small_book, tmp_path):
    book = small_book
    papers = {
        deal: book.attach(deal, f"תכנית {name}.pdf", [b"%PDF \xff\x00"], at=NOW, by="יוסי לוי")
        for deal, name in (("D2", "המטבח"), ("D6", "אבי"))
    }
    offer = Offer(title="מטבח", document=b"%PDF-1.7 quote", file_name="הצעה.pdf")
    quote = book.quote("D1", offer, at=NOW, by="יוסי לוי")
    book.undo("D1", quote.seq, at=NOW, by="יוסי לוי")  # what was taken back is held all the same
    found = find(book.facts, "0501234567", Part.CUSTOMER)
    told = take_out(book.root, book.facts, found, {})
    assert "תכנית המטבח.pdf" in {row.get("file_name") for row in told["entries"]}
    write_archive(told, tmp_path / "theirs.zip", papers_of_person(book.root, found))
    with zipfile.ZipFile(tmp_path / "theirs.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name.startswith("papers/")}
    assert held == {f"papers/{papers['D2'].paper}": b"%PDF \xff\x00", f"papers/{quote.paper}": b"%PDF-1.7 quote"}
    assert papers_of_person(book.root, find(book.facts, "יוסי לוי", Part.SELLER)) == []
    mark = erase(book, "0501234567")
    with closing(Book.open(book.root)) as after:
        assert [one.file_name for one in after.files_of_deal("D2")] == [mark]
        with pytest.raises(UnknownName):
            after.file_of_deal("D2", papers["D2"].seq)
        assert after.file_of_deal("D6", papers["D6"].seq)[1].read_bytes() == b"%PDF \xff\x00"
