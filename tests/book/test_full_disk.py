"""A disk without room, and two imports at once: a clear sentence, a whole book, and a clean second time."""

import fcntl
import subprocess
import sys

import pytest
from benchmarks import killed
from tests.small_disk import on_small_disk

import yaad
from yaad.text import Message, render

IMPORT = [sys.executable, "-m", "yaad", "import", "more.csv", "--map", "map.yaml", "--yes", "--book"]


@pytest.fixture
def room(tmp_path):
    return killed.Room(tmp_path)


def seen(root):
    book = yaad.Book.open(root)
    try:
        return killed.figures(book)
    finally:
        book.close()


def limited(blocks):
    """No file of more than so many blocks of 512 bytes: how a write fails where nobody may mount a small disk."""
    return ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh"]


@pytest.mark.parametrize(("blocks", "lang"), [(8, "he"), (30, "en"), (200, "he")])
def test_a_write_that_fails_leaves_the_book_as_it_was(room, blocks, lang):
    place = room.folder / "before"
    ran = subprocess.run(
        [*limited(blocks), *IMPORT, "before", "--lang", lang],
        cwd=room.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.strip() == render(Message("book.disk_full", {"path": "before"}), lang)
    assert seen(place) == killed.BEFORE
    assert not list((place / "originals").glob("*.part"))
    assert subprocess.run([*IMPORT, "before"], cwd=room.folder, capture_output=True, check=False).returncode == 0
    assert seen(place) == room.after


def test_no_book_is_begun_on_a_full_disk(room):
    ran = subprocess.run([*limited(8), *IMPORT, "fresh"], cwd=room.folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 2, ran.stderr
    assert not (room.folder / "fresh").exists()


ON_SMALL_DISK = """\
cp -r before disk/book
"$@" disk/book
echo "first $?" >&2
mkdir seen && cp -r disk/book seen/book
mount -o remount,size=64m disk
"$@" disk/book
echo "again $?" >&2
mkdir after && cp -r disk/book after/book
"""


@pytest.mark.parametrize("size", ["160k", "300k"])
def test_a_disk_that_fills_up(room, size):
    ran = on_small_disk(size, ON_SMALL_DISK, *IMPORT, folder=room.folder)
    assert "first 2" in ran.stderr
    assert render(Message("book.disk_full", {"path": "disk/book"}), "en") in ran.stderr
    assert seen(room.folder / "seen" / "book") == killed.BEFORE
    assert "again 0" in ran.stderr
    assert seen(room.folder / "after" / "book") == room.after


# ---- two at once ------------------------------------------------------------------------------------------------


def held(root):
    """The right to write, as another process would hold it."""
    file = (root / "write.lock").open("w+", encoding="utf-8")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.write('{"process": 4711, "purpose": "0002-other"}')
    file.flush()
    return file


@pytest.mark.parametrize("lang", ["he", "en"])
def test_the_second_of_two_imports_is_told_to_wait(room, lang):
    with held(room.folder / "before"):
        ran = subprocess.run(
            [*IMPORT, "before", "--lang", lang], cwd=room.folder, capture_output=True, text=True, check=False
        )
    values = {"process": "4711", "purpose": "0002-other"}
    assert (ran.returncode, ran.stderr.strip()) == (2, render(Message("facts.busy", values), lang))
    assert seen(room.folder / "before") == killed.BEFORE


def test_of_two_imports_at_once_each_comes_in_whole_or_is_told(room):
    both = [
        subprocess.Popen(
            [*IMPORT, "before"], cwd=room.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [child.communicate()[1] for child in both]
    codes = sorted(child.returncode for child in both)
    assert codes in ([0, 0], [0, 2]), told
    assert all("Somebody is writing" in text for child, text in zip(both, told, strict=True) if child.returncode)
    assert seen(room.folder / "before") == room.after


def test_a_first_import_that_fails_does_not_take_away_what_another_writes(room):
    fresh = yaad.Book.create(room.folder / "fresh")
    made = []

    def meanwhile(*_):
        """Another import begins the book and still writes when this one comes to its end."""
        if not made:
            yaad.Book.create(room.folder / "fresh").import_files(
                [room.folder / "first.csv"], mapping=room.folder / "map.yaml"
            )
            made.append(held(room.folder / "fresh"))

    with pytest.raises(yaad.errors.BookError):
        fresh.import_files([room.folder / "more.csv"], mapping=room.folder / "map.yaml", on_progress=meanwhile)
    made[0].close()
    assert len(yaad.Book.open(room.folder / "fresh").imports()) == 1
