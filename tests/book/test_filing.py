"""Files on a deal: kept once, told, taken back, refused in words, and gone with who is erased."""

import datetime as dt

import pytest

from yaad.book.papers import FOLDER, MOST, MOST_OF_DEAL, keep_paper, paper_id
from yaad.errors import BookError, InputError, UnknownName
from yaad.facts import KeyTaken

AT = dt.datetime(2026, 10, 20, 9, tzinfo=dt.UTC)
DEAL = "here-Ben-4"


def attach(book, name="drawing.pdf", chunks=(b"%PDF", b"-1.7"), **more):
    return book.attach(DEAL, name, chunks, **{"at": AT, "by": "Ben", **more})


def kept(book):
    folder = book.root / FOLDER
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_a_file_is_kept_once_told_and_taken_back(book):
    one = attach(book, "../../a\u202egpj.exe", key="form")
    assert (one.file_name, one.size) == ("agpj.exe", 8)
    assert attach(book, "../../a\u202egpj.exe", key="form").seq == one.seq
    assert len(kept(book)) == 2
    found, path = book.file_of_deal(DEAL, one.seq)
    assert (found.seq, path.read_bytes()) == (one.seq, b"%PDF-1.7")
    line = next(line for line in book.deal(DEAL).content.happened if line.kind.value == "file")
    assert (line.text, line.number) == ("agpj.exe", one.seq)
    back = book.undo(DEAL, one.seq, at=AT, by="Ben")
    with pytest.raises(UnknownName):
        book.file_of_deal(DEAL, one.seq)
    book.undo(DEAL, back.seq, at=AT, by="Ben")
    assert book.file_of_deal(DEAL, one.seq)[1].read_bytes() == b"%PDF-1.7"


@pytest.mark.parametrize("other", [{"name": "b.txt"}, {"chunks": [b"%PDF-1.8"]}, {"chunks": [b"%PDF"]}])
def test_another_file_from_the_same_form_is_refused_and_the_first_stays(book, other):
    first = attach(book, key="form")
    with pytest.raises(KeyTaken, match="not attached"):
        attach(book, **other, key="form")
    assert [one.seq for one in book.files_of_deal(DEAL)] == [first.seq]
    assert book.file_of_deal(DEAL, first.seq)[1].read_bytes() == b"%PDF-1.7"


def test_a_file_that_was_taken_back_does_not_come_again_unsaid(book):
    first = attach(book, key="form")
    book.undo(DEAL, first.seq, at=AT, by="Ben")
    with pytest.raises(KeyTaken, match="not attached"):
        attach(book, key="form")
    assert book.files_of_deal(DEAL) == []


def test_bytes_of_an_attempt_that_broke_off_are_nobodys_file(book):
    keep_paper(book.root, DEAL, paper_id(DEAL, "form"), [b"half"])
    one = attach(book, key="form")
    assert (one.size, book.file_of_deal(DEAL, one.seq)[1].read_bytes()) == (8, b"%PDF-1.7")


def test_files_that_were_taken_back_count_too_as_their_bytes_stay(book, monkeypatch):
    monkeypatch.setattr("yaad.book.filing.MOST_OF_DEAL", 2)
    for number in range(2):
        book.undo(DEAL, attach(book, f"{number}.txt").seq, at=AT, by="Ben")
    with pytest.raises(InputError, match="2 files already"):
        attach(book)
    assert len(kept(book)) == 4


def test_what_is_empty_too_large_or_too_much_is_refused_and_leaves_nothing(book, monkeypatch):
    with pytest.raises(InputError, match="empty"):
        attach(book, chunks=())
    with pytest.raises(InputError, match="larger than 20 megabytes"):
        attach(book, chunks=[b"x" * (MOST // 2), b"x" * (MOST // 2), b"x"])
    with pytest.raises(UnknownName):
        book.attach("nobody", "a", [b"x"], at=AT, by="Ben")
    assert kept(book) == []
    for number in range(3):
        attach(book, f"{number}.txt", [b"x"])
    monkeypatch.setattr("yaad.book.filing.MOST_OF_DEAL", 3)
    with pytest.raises(InputError, match="3 files already"):
        attach(book)
    assert len(kept(book)) == 6
    assert MOST_OF_DEAL == 100


def test_a_full_disk_is_said_and_leaves_nothing(book):
    def full():
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(BookError):
        attach(book, chunks=full())
    assert kept(book) == []
    assert book.files_of_deal(DEAL) == []
