"""An export that comes again with something added: what was there already is skipped, and said so, file by file."""

import datetime as dt
import os

import pytest

import yaad
from yaad.book import ImportRecord
from yaad.show.imports import HERE_ALREADY

LOG = """\
deal,stage,at,amount
A,New,2026-01-01,
A,Call,2026-01-02,
A,Won,2026-01-09,
B,New,2026-01-02,
"""
LOG_MAP = """\
kind: events
shape: events
columns: {id: deal, stage: stage, at: at, amount: amount}
stages: [New, {name: Won, type: won}]
activities: [Call]
dates: iso
zone: UTC
"""
DEALS = "deal,owner,opened\nA,Dana,2026-01-01\nB,Noa,2026-01-02\n"
MOVES = "deal,stage,at\nA,New,2026-01-01\nA,Won,2026-01-09\nB,New,2026-01-02\n"
JOINED_MAP = """\
kind: stage_history
shape: events
files: {deals: deals.csv, moves: moves.csv}
join: {left: moves, right: deals, key: deal}
columns: {id: deal, stage: stage, at: at, owner: owner}
stages: [New, {name: Won, type: won}]
dates: iso
zone: UTC
"""


@pytest.fixture
def bring(tmp_path):
    """Import the same export as it is today: texts by file name."""
    book = yaad.Book.create(tmp_path / "book")

    def bring(mapping, **texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, "utf-8")
            paths.append(path)
        (tmp_path / "map.yaml").write_text(mapping, "utf-8")
        report = book.import_files(paths, mapping=tmp_path / "map.yaml")
        for file in report.files:
            assert file.rows_in == file.loaded + file.rejected + file.skipped
        return {file.name: (file.loaded, file.skipped_by) for file in report.files}

    return bring


def test_a_longer_log_loads_only_what_is_new(bring):
    assert bring(LOG_MAP, log=LOG) == {"log.csv": (4, {})}
    longer = LOG + "B,Call,2026-01-05,\nB,Won,2026-01-07,\n"
    assert bring(LOG_MAP, log=longer) == {"log.csv": (2, {"unchanged": 4})}
    assert bring(LOG_MAP, log=longer) == {"log.csv": (0, {"unchanged": 6})}


def test_a_known_event_that_says_another_amount_of_its_deal_is_loaded(bring):
    first = "deal,stage,at,amount\nA,New,2026-01-01,\nA,Won,2026-01-09,100\nB,New,2026-01-02,50\n"
    assert bring(LOG_MAP, log=first) == {"log.csv": (3, {})}
    assert bring(LOG_MAP, log=first.replace("100", "120")) == {"log.csv": (1, {"unchanged": 2})}


def test_joined_files_are_counted_each_by_its_own_rows(bring):
    files = {"deals": DEALS, "moves": MOVES}
    assert bring(JOINED_MAP, **files) == {"moves.csv": (3, {}), "deals.csv": (2, {})}
    files["moves"] += "B,Won,2026-01-20\n"
    assert bring(JOINED_MAP, **files) == {"moves.csv": (1, {"unchanged": 3}), "deals.csv": (0, {"unchanged": 2})}
    files["deals"] = DEALS.replace("Noa", "Tal")
    assert bring(JOINED_MAP, **files) == {"moves.csv": (0, {"unchanged": 4}), "deals.csv": (1, {"unchanged": 1})}


def test_a_list_of_deals_of_which_one_moved(bring):
    table = "deal,stage,entered,closed\nA,Won,2026-01-01,2026-01-09\nB,New,2026-01-02,\n"
    mapping = """\
kind: deals
shape: two_dates
columns: {id: deal, stage: stage, entered: entered, closed: closed}
entered_opens: New
stages: [New, {name: Won, type: won}]
dates: iso
zone: UTC
"""
    assert bring(mapping, deals=table) == {"deals.csv": (2, {})}
    moved = table.replace("B,New,2026-01-02,", "B,Won,2026-01-02,2026-02-01")
    assert bring(mapping, deals=moved) == {"deals.csv": (1, {"unchanged": 1})}
    assert bring(mapping, deals=moved + "C,New,2026-02-02,\n") == {"deals.csv": (1, {"unchanged": 2})}


def test_a_list_of_products_of_which_one_changed(bring):
    mapping = "kind: products\ncolumns: {id: sku, name: name}\nzone: UTC\n"
    assert bring(mapping, products="sku,name\n1,Tea\n2,Milk\n") == {"products.csv": (2, {})}
    assert bring(mapping, products="sku,name\n1,Tea\n2,Oat milk\n") == {"products.csv": (1, {"unchanged": 1})}


WINS_MAP = """\
kind: deals
shape: two_dates
files: {leads: leads.csv, wins: wins.csv}
join: {left: leads, right: wins, key: lead}
columns: {id: lead, created: came, won: won}
stages: [New, {name: Won, type: won}]
dates: iso
zone: UTC
"""


def test_what_a_joined_pair_tells_anew_is_told_by_the_file_that_changed(bring):
    files = {"leads": "lead,came\nA,2026-01-01\nB,2026-01-02\n", "wins": "lead,won\nA,2026-01-09\n"}
    assert bring(WINS_MAP, **files) == {"leads.csv": (2, {}), "wins.csv": (1, {})}
    files["wins"] += "B,2026-01-12\n"
    assert bring(WINS_MAP, **files) == {"leads.csv": (0, {"unchanged": 2}), "wins.csv": (1, {"unchanged": 1})}
    files["leads"] = files["leads"].replace("A,2026-01-01", "A,2026-01-03")
    assert bring(WINS_MAP, **files) == {"leads.csv": (1, {"unchanged": 1}), "wins.csv": (0, {"unchanged": 2})}
    assert bring(WINS_MAP, **files) == {"leads.csv": (0, {"unchanged": 2}), "wins.csv": (0, {"unchanged": 2})}


def test_the_same_file_is_told_to_be_here_and_since_when(tmp_path):
    book = yaad.Book.create(tmp_path / "book")
    file, other = tmp_path / "products.csv", tmp_path / "same.csv"
    file.write_text("sku,name\n1,Tea\n2,Milk\n", "utf-8")
    mapping = tmp_path / "map.yaml"
    mapping.write_text("kind: products\ncolumns: {id: sku, name: name}\nzone: Asia/Jerusalem\n", "utf-8")

    def here(path):
        return [note.values for note in book.import_files([path], mapping=mapping).notes if note.key == HERE_ALREADY]

    assert here(file) == []
    (made,) = book.imports()
    record = tmp_path / "book" / "imports" / f"{made.name}.yaml"
    moment = dt.datetime(2026, 3, 1, 22, 30, tzinfo=dt.UTC).timestamp()
    os.utime(record, (moment, moment))
    told = {"day": dt.date(2026, 3, 2), "import": made.name}  # past midnight there
    assert here(file) == [told | {"name": "products.csv"}]
    ImportRecord.load(record.parent, made.name).save(record.parent)  # written anew it is no younger
    other.write_bytes(file.read_bytes())
    assert here(other) == [told | {"name": "same.csv"}]
    other.write_text("sku,name\n1,Tea\n", "utf-8")
    assert here(other) == []  # it says nothing new, and is another file
    book.undo_import(made.name)
    assert here(file) == []  # taken back, it is new again
