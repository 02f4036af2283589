"""An import that is cancelled while it stores: told how far it was, and nothing of it is left anywhere."""

import tempfile

import pytest

import yaad
from yaad.facts import parts

HEAD = "Deal,Owner,Stage,Created,Closed\n"
MAP = """\
kind: deals
columns: {id: Deal, owner: Owner, stage: Stage, created: Created, closed: Closed}
stages: [Talk, {name: Won, type: won}]
duplicates: last
"""


class Stopped(BaseException):
    """What a job that is told to end raises."""


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Two files of 20 deals, each in another stage in the second; five deals a part."""
    monkeypatch.setattr(parts, "PART_DEALS", 5)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    talk = "".join(f"D{n},Dana,Talk,2026-01-{n + 1:02},\n" for n in range(20))
    won = "".join(f"D{n},Dana,Won,2026-01-{n + 1:02},2026-03-01\n" for n in range(20))
    (tmp_path / "first.csv").write_text(HEAD + talk, "utf-8")
    (tmp_path / "second.csv").write_text(HEAD + won, "utf-8")
    return tmp_path


def bring(book, files, name, on_progress=None):
    return book.import_files([files / name], mapping=files / "map.yaml", on_progress=on_progress)


def stop_in_storing(told, size):
    """Stops at the second word on deals; what is told of files counts their bytes."""

    def stop(done, total):
        told.append((done, total))
        if total != size and done:
            raise Stopped

    return stop


def figures(book):
    return [(row.stage, row.entered, row.advanced) for row in book.funnel().content[0].stages]


def test_storing_is_told_deal_by_deal_after_reading(files):
    told = []
    book = yaad.Book.create(files / "book")
    bring(book, files, "first.csv", lambda done, total: told.append((done, total)))
    size = (files / "first.csv").stat().st_size
    of_deals = [one for one in told if one[1] != size]
    assert told[0][1] == size, "reading comes first"
    assert [done for done, _ in of_deals] == [0, 4, 9, 14, 19, 20], "deals are numbered from 1: four in the first part"
    assert {total for _, total in of_deals} == {20}
    again = []
    bring(book, files, "second.csv", lambda done, total: again.append((done, total)))
    assert again[-1] == (40, 40), "each deal was compared, then written"


def test_a_first_import_that_is_stopped_while_storing_leaves_no_book(files):
    told = []
    book = yaad.Book.create(files / "book")
    with pytest.raises(Stopped):
        bring(book, files, "first.csv", stop_in_storing(told, (files / "first.csv").stat().st_size))
    assert told[-1] == (4, 20)
    assert not list(files.glob("book/lake/**/*.parquet"))
    assert not (files / "book" / "current.json").exists()
    assert not list((files / "temp").iterdir())
    assert bring(book, files, "first.csv").stored.new == 20


def test_a_later_import_that_is_stopped_while_storing_changes_nothing(files):
    book = yaad.Book.create(files / "book")
    bring(book, files, "first.csv")
    before = figures(book)
    with pytest.raises(Stopped):
        bring(book, files, "second.csv", stop_in_storing([], (files / "second.csv").stat().st_size))
    assert figures(book) == before
    assert len(book.imports()) == 1
    assert bring(book, files, "second.csv").stored.changed == 20
    book.close()
    assert not list((files / "temp").iterdir())
