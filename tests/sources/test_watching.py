"""A watched folder: whole files are imported, and each is laid aside with a text that says how it went."""

import pytest

import yaad
from yaad.book.sources.watching import State, WatchedFolder
from yaad.errors import BookError, InputError
from yaad.facts import Lake

HEAD = "מספר;סטטוס;תאריך פנייה;תאריך סגירה;סכום\n"
ROWS = "1;זכייה;2026-02-01;2026-04-03;100\n2;בתהליך;2026-06-05;;200\n3;אבוד;2026-08-07;2026-09-09;300\n"


@pytest.fixture
def watched(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    book = yaad.Book.create(tmp_path / "book")
    made = WatchedFolder(folder, lambda path, mapping: book.import_files([path], mapping=mapping, lang="he"), "he")
    made.book = book
    yield made
    book.close()


def look(watched):
    """Two looks, as whole files need them."""
    return [*watched.sweep(), *watched.sweep()]


MAP = """\
kind: deals
shape: two_dates
columns: {id: מספר, stage: סטטוס, entered: תאריך פנייה, closed: תאריך סגירה, amount: סכום}
entered_opens: בתהליך
stages: [{name: בתהליך}, {name: זכייה, type: won}, {name: אבוד, type: lost}]
currency: ILS
tax: net
dates: iso
zone: UTC
"""


def test_a_file_is_imported_once_it_has_stopped_growing(watched):
    path = watched.folder / "deals.csv"
    (watched.folder / "deals.csv.yaml").write_text(MAP, "utf-8")
    path.write_text(HEAD, "utf-8")
    assert list(watched.sweep()) == []
    path.write_text(HEAD + ROWS, "utf-8")
    assert list(watched.sweep()) == []
    (done,) = watched.sweep()
    assert (done.name, done.state, done.path) == ("deals.csv", State.DONE, watched.folder / "done" / "deals.csv")
    assert watched.book.measure("deals").content[0].value == 3
    assert "3" in (done.path.parent / "deals.csv.txt").read_text("utf-8")
    assert sorted(path.name for path in watched.folder.iterdir()) == ["done"]
    assert sorted(path.name for path in done.path.parent.iterdir()) == ["deals.csv", "deals.csv.txt", "deals.csv.yaml"]


def test_the_same_file_again_is_no_change_and_a_like_one_needs_no_mapping(watched):
    (watched.folder / "deals.csv.yaml").write_text(MAP, "utf-8")
    (watched.folder / "deals.csv").write_text(HEAD + ROWS, "utf-8")
    look(watched)
    version = watched.book.data_version
    (watched.folder / "deals.csv").write_text(HEAD + ROWS, "utf-8")
    (again,) = look(watched)
    assert (again.state, again.path.name) == (State.DONE, "deals-2.csv")
    assert "שום דבר בספר לא השתנה" in again.said
    assert watched.book.data_version == version
    (watched.folder / "july.csv").write_text(HEAD + ROWS + "4;בתהליך;2026-09-01;;10\n", "utf-8")
    assert look(watched)[0].state is State.DONE
    assert watched.book.measure("deals").content[0].value == 4


def test_a_file_that_leaves_something_open_waits_with_its_questions(watched):
    odd = "1;זכייה;01/02/2026;03/04/2026;100\n2;בתהליך;05/06/2026;;200\n3;אבוד;07/08/2026;09/09/2026;300\n"
    (watched.folder / "deals.csv").write_text(HEAD + odd, "utf-8")
    (asked,) = look(watched)
    assert asked.state is State.ASKED
    text = (watched.folder / "asked" / "deals.csv.txt").read_text("utf-8")
    assert "→ dates:" in text
    assert "deals.csv.yaml" in text
    assert not Lake.exists(watched.book.root)
    (watched.folder / "asked" / "deals.csv").rename(watched.folder / "deals.csv")
    (watched.folder / "deals.csv.yaml").write_text(text.rpartition("\n\n")[2], "utf-8")
    answered = look(watched)[0]
    assert answered.state is State.DONE, answered.said


def test_a_file_that_cannot_be_used_says_why(watched):
    (watched.folder / "empty.csv").write_text("", "utf-8")
    (watched.folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    failed = look(watched)
    assert [one.state for one in failed] == [State.FAILED, State.FAILED]
    assert all(one.path.with_name(one.path.name + ".txt").read_text("utf-8").strip() for one in failed)


def test_one_fault_of_ours_keeps_no_other_file_waiting(tmp_path):
    def fails(path, mapping):
        raise ZeroDivisionError(path.name)

    (tmp_path / "a.csv").write_text("x", "utf-8")
    (tmp_path / "b.csv").write_text("x", "utf-8")
    watched = WatchedFolder(tmp_path, fails, "en")
    assert [(one.name, one.state) for one in look(watched)] == [("a.csv", State.FAILED), ("b.csv", State.FAILED)]


def test_while_somebody_else_writes_the_files_stay(watched):
    (watched.folder / "deals.csv.yaml").write_text(MAP, "utf-8")
    (watched.folder / "deals.csv").write_text(HEAD + ROWS, "utf-8")
    look(watched)
    (watched.folder / "deals.csv").write_text(HEAD + ROWS.replace("200", "250"), "utf-8")
    list(watched.sweep())
    with Lake.open(watched.book.root).writer("test"), pytest.raises(BookError):
        list(watched.sweep())
    assert watched.waiting == 1
    assert [one.state for one in watched.sweep()] == [State.DONE]


def test_hidden_linked_and_unfinished_files_and_folders_are_left(watched, tmp_path):
    (tmp_path / "secret.csv").write_text(HEAD + ROWS, "utf-8")
    (watched.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    for name in (".hidden.csv", "~$open.xlsx", "deals.csv.part", "big.csv.crdownload"):
        (watched.folder / name).write_text("x", "utf-8")
    (watched.folder / "older").mkdir()
    assert look(watched) == []
    assert watched.waiting == 0


def test_the_follow_up_workbook_may_come_that_way(watched):
    (watched.folder / "deals.csv.yaml").write_text(MAP, "utf-8")
    (watched.folder / "deals.csv").write_text(HEAD + ROWS, "utf-8")
    look(watched)
    watched.book.follow_up(watched.folder / "f.xlsx", lang="he")
    (done,) = look(watched)
    assert (done.state, watched.book.measure("deals").content[0].value) == (State.DONE, 3)


def test_there_must_be_a_folder(tmp_path):
    with pytest.raises(InputError):
        WatchedFolder(tmp_path / "none", lambda path, mapping: None, "en")
