"""Nothing slips by an erasing: files of other kinds, imports under way, lists of several, what is said of who sells."""

import datetime as dt
import json
import shutil
import zipfile

import pytest
from tests.book.test_persons import MAPPING, NOW, erase, exported, hits, rows_of

from yaad.book import Book
from yaad.book.importing import Imports
from yaad.book.persons import Part, find
from yaad.book.persons.cleaning import Cleaner
from yaad.book.persons.erasing import begin, clean_entry, finish, is_unfinished
from yaad.book.persons.marks import Known, Marks
from yaad.errors import InputError
from yaad.facts import journal_of
from yaad.model import QuoteEntry

PHONE = "0541112223"
ROWS = [
    "D1,יוסי,054-1112223,,דוד,נסגר,2026-01-05,1000,אתר,,",
    "D2,רון בר,055-1112223,,דוד,נסגר,2026-01-06,1000,אתר,,",
]


def begun(folder, names):
    """A book of files of which a later one says the same otherwise."""
    (folder / "map.yaml").write_text(MAPPING, "utf-8")
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        archive.writestr("old.csv", exported(ROWS))
    (folder / "new.csv").write_text(exported([row.replace(",1000,", ",2000,") for row in ROWS]), "utf-8")
    book = Book.create(folder / "book")
    for name in names:
        book.import_files([folder / name], mapping=folder / "map.yaml")
    return book


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A book of one file, as nobody has touched it."""
    folder = tmp_path_factory.mktemp("whole")
    begun(folder, ["new.csv"]).close()
    return folder


@pytest.fixture
def book(template, tmp_path):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    made = Book.open(tmp_path / "book")
    yield made
    made.close()


def test_a_file_in_which_cells_cannot_be_replaced_and_that_was_overtaken(tmp_path):
    book = begun(tmp_path, ["old.zip", "new.csv"])
    found = find(book.facts, PHONE, Part.CUSTOMER)
    with pytest.raises(InputError, match=r"old\.zip"):
        begin(book.root, found, NOW)
    assert not Marks(book.root)
    first = book.imports()[0]
    book.undo_import(first.name)
    erase(book, PHONE)
    assert not (book.root / "originals" / first.files[0].sha256).exists()
    assert hits(book.root, ["054-1112223", PHONE]) == []


def test_an_import_that_overlaps_does_not_bring_them_back(book, tmp_path, monkeypatch):
    again = exported([row.replace(",1000,", ",3000,") for row in ROWS])
    (tmp_path / "later.csv").write_text(again, "utf-8")
    keep = Imports._keep

    def late(self, *args, **more):
        monkeypatch.undo()
        erase(Book.open(tmp_path / "book"), PHONE)
        return keep(self, *args, **more)

    monkeypatch.setattr(Imports, "_keep", late)
    book.import_files([tmp_path / "later.csv"], mapping=tmp_path / "map.yaml")
    assert is_unfinished(book.root)
    finish(book.root, NOW)
    book.close()
    assert hits(book.root, ["054-1112223", PHONE, "יוסי"]) == []
    assert not is_unfinished(book.root)
    assert rows_of(Book.open(book.root))["D2"]["contact"] == "רון בר"


def test_what_is_said_of_who_sells(book, tmp_path):
    book.set_setting("person:דוד", {"team": "צפון"}, at=NOW, by="דוד")
    book.set_setting("team:צפון", {"under": "דוד"}, at=NOW, by="דוד")
    own = "won_of_one:\n  name: {en: x}\n  unit: count\n  good: up\n  sum: {column: deals, where: {owner: [דוד]}}\n"
    (book.root / "measures.yaml").write_text(own, "utf-8")
    mark = erase(book, "דוד", Part.SELLER)
    assert hits(book.root, ["דוד"]) == []
    assert f"where: {{owner: [{mark}]}}" in (book.root / "measures.yaml").read_text("utf-8")


def test_what_was_answered_of_a_customer_of_one_word(book):
    for name in ("יוסי", "רון"):
        book.set_setting(f"customer:{name}", "one", at=NOW, by="דוד")
    mark = erase(book, PHONE)
    assert hits(book.root, ["יוסי"]) == []
    said = {one.name for one in journal_of(book.root).since(0) if one.kind == "setting"}
    assert {f"customer:{mark}", "customer:רון"} <= said


@pytest.mark.parametrize(
    ("by", "mail", "left"),
    [
        ("Dana", "", ("erased", "", "")),  # as the data call her
        ("Dana Cohen", "", ("erased", "", "")),  # as her account is called
        ("Sales", "dana@x.example", ("Sales", "", "")),  # an account that others have too
        ("Sales", "ron@x.example", ("Sales", "03-6123456", "ron@x.example")),
        ("Ron", "", ("Ron", "03-6123456", "")),
    ],
)
def test_how_who_gave_a_quote_is_reached_goes_with_them(tmp_path, by, mail, left):
    known = {Known.SELLER: ["dana", "dana cohen"], Known.MAIL: ["dana@x.example"]}
    mark = Marks(tmp_path).add(known, NOW, "IL").mark
    quote = QuoteEntry(deal_id="D1", at=NOW, by=by, key="k", title="Kitchen", phone="03-6123456", mail=mail)
    _, _, body = clean_entry(1, "k", "D1", quote.to_json(), Cleaner(Marks(tmp_path)))
    told = json.loads(body)
    assert (told["by"].replace(mark, "erased"), told["phone"], told["mail"]) == left
    assert told["title"] == "Kitchen"


def of(phone):
    return {Known.PHONE: [phone]}


def test_only_who_was_seen_to_be_gone_is_done(tmp_path):
    marks = Marks(tmp_path)
    first = marks.add(of("1"), NOW)
    seen = marks.unfinished
    other = Marks(tmp_path)
    other.add(of("2"), NOW)
    other.add({**of("1"), Known.NAME: ["more of the first"]}, NOW)
    marks.finish(seen, NOW)
    assert len(marks.unfinished) == 2  # one came meanwhile, of the other more became known
    marks.finish(marks.unfinished, NOW)
    assert not Marks(tmp_path).unfinished
    known = frozenset({(first.mark, 2)})
    marks.reopen(known)
    assert [one.mark for one in marks.unfinished] == [one.mark for one in marks.persons if one.mark != first.mark]


def test_the_last_step_is_done_again_until_it_was_done(book):
    begin(book.root, find(book.facts, PHONE, Part.CUSTOMER), NOW)
    book.close()
    told = []

    def broken(done):
        told.append(done.originals)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finish(book.root, NOW, last=broken)
    assert is_unfinished(book.root)
    finish(book.root, NOW + dt.timedelta(days=1), last=lambda done: told.append(done.originals))
    assert not is_unfinished(book.root)
    assert told[0] > 0
    assert len(told) == 2
