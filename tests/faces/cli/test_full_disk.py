"""A disk without room, at every verb that writes: a sentence, exit 2, no half of a file; with room it comes through."""

import datetime as dt
import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.small_disk import on_small_disk

import yaad as product
from yaad.facts import journal_of
from yaad.text import Message, render

DEALS = """\
deal,name,stage,entered,closed,amount
A,Ann,Talk,2026-01-01,,100
B,רשת שקד,Talk,2026-01-02,,200
C,Old,Won,2025-11-02,2025-12-01,300
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, name: name, stage: stage, entered: entered, closed: closed, amount: amount}
entered_opens: Talk
stages: [{name: Talk}, {name: Offer}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
"""
WRITING = {
    "note": ("note", "A", "to call on Sunday"),
    "inquiry": ("inquiry", "--name", "Oak Kitchens"),
    "opt-out": ("opt-out", "050-1234567"),
    "new": ("new", "Talk", "account=Oak Kitchens"),
    "change": ("change", "A", "owner=Dana"),
    "did": ("did", "A", "call"),
    "move": ("move", "A", "Offer"),
    "undo": ("undo", "A", "1"),
    "win": ("win", "A"),
    "lose": ("lose", "B", "--reason", "price"),
}
HANDING = {
    "workbook": ("workbook", "--out", "disk/follow-up.xlsx"),
    "export": ("export", "--out", "disk/tables"),
    "export xlsx": ("export", "--out", "disk/all.xlsx"),
    "export parquet": ("export", "deals", "--out", "disk/deals.parquet"),
    "xray": ("xray", "--out", "disk/xray.xlsx"),
    "xray pdf": ("xray", "--out", "disk/xray.pdf"),
}
EACH = """\
import contextlib, io, json, sys
from yaad.faces.cli import main
told = {}
for lang, verb, words in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
        told[verb] = [main([*words, "--lang", lang]), err.getvalue().strip()]
json.dump(told, open(sys.argv[2], "w"))
"""
ON_FULL_DISK = """\
mkdir disk/tables && cp -r written plain disk
cat /dev/zero > disk/filler 2> /dev/null
find disk -type f | sort > before
"$1" -c "$2" "$3" full
find disk -type f | sort > after
rm disk/filler
"$1" -c "$2" "$3" room
cp -r disk/written seen
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The folder in which every verb was said on a disk without room, and once more with room again."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "map.yaml").write_text(MAP, "utf-8")
    with closing(product.Book.create(folder / "plain")) as book:
        book.import_files([folder / "deals.csv"], mapping=folder / "map.yaml")
    shutil.copytree(folder / "plain", folder / "written")
    with closing(product.Book.open(folder / "written")) as book:
        book.note("A", "first", at=dt.datetime(2026, 1, 3, tzinfo=dt.UTC), by="dana")
    said = [("he", verb, (*words, "--book", "disk/written")) for verb, words in WRITING.items()]
    said += [("en", verb, (*words, "--book", "disk/plain")) for verb, words in HANDING.items()]
    ran = on_small_disk("8m", ON_FULL_DISK, sys.executable, EACH, json.dumps(said), folder=folder)
    assert (folder / "seen").exists(), ran.stderr
    return folder


def read(told, name):
    return json.loads((told / name).read_text("utf-8"))


@pytest.mark.parametrize("verb", WRITING)
def test_what_is_written_by_hand(told, verb):
    sentence = render(Message("book.disk_full", {"path": "disk/written"}), "he")
    assert read(told, "full")[verb] == [2, sentence]
    assert read(told, "room")[verb] == [0, ""]


def test_each_entry_is_written_once_with_room_and_not_before(told):
    journal = journal_of(told / "seen")
    kinds = [type(entry).__name__ for entry in journal.since(0)]
    written = ["CreateEntry", "ChangeEntry", "ActEntry", "MoveEntry", "UndoEntry", "WinEntry", "LoseEntry"]
    inquiry = ["CreateEntry", "ActEntry", "OptOutEntry"]
    assert kinds == ["NoteEntry", "NoteEntry", *inquiry, *written]


@pytest.mark.parametrize("verb", HANDING)
def test_what_is_handed_over(told, verb):
    folder = "disk/tables" if verb == "export" else "disk"
    assert read(told, "full")[verb] == [2, render(Message("book.disk_full_file", {"path": folder}), "en")]
    assert read(told, "room")[verb] == [0, ""]


def test_no_half_of_a_file_is_left(told):
    before, after = ((told / name).read_text("utf-8").splitlines() for name in ("before", "after"))
    assert [path for path in after if "journal.sqlite-" not in path] == before  # those are the journal's own


def test_what_is_printed(tmp_path):
    with closing(product.Book.create(tmp_path / "book")) as book:
        (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
        (tmp_path / "map.yaml").write_text(MAP, "utf-8")
        book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "yaad", "funnel", "--book", str(tmp_path / "book"), "--lang", "en"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.startswith("There is no more room")
    assert len(ran.stderr.splitlines()) == 1
