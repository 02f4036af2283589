import errno
import io
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.book.file_names import clean_name
from yaad.errors import BookError, InputError
from yaad.server.uploads import KEPT_DAYS, Uploads


class Sent:
    def __init__(self, name, content=b"a,b\n"):
        self.name = name
        self.content = content

    def chunks(self):
        stream = io.BytesIO(self.content)
        return iter(lambda: stream.read(2), b"")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("deals.csv", "deals.csv"),
        ("עסקאות 2026.xlsx", "עסקאות 2026.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\deals.csv", "deals.csv"),
        (".htaccess", "htaccess"),
        ("gpj.\u202evsc.exe", "gpj.vsc.exe"),
        ("a[1].csv", "a1.csv"),
        ("\x00\n", "file"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_names_are_made_safe(sent, kept):
    assert clean_name(sent) == kept


@given(st.text(max_size=300))
def test_a_clean_name_is_a_plain_short_name(text):
    name = clean_name(text)
    assert name
    assert not name.startswith(".")
    assert "/" not in name
    assert "\\" not in name
    assert len(name.encode()) <= 200
    assert name.isprintable()
    assert clean_name(name) == name


def test_files_are_kept_whole_under_a_random_folder(tmp_path):
    uploads = Uploads(tmp_path)
    first, second = uploads.keep([Sent("b.csv", b"12345"), Sent("a.csv")]), uploads.keep([Sent("b.csv")])
    assert first != second
    assert [path.name for path in uploads.files(first)] == ["a.csv", "b.csv"]
    assert uploads.files(first)[1].read_bytes() == b"12345"
    uploads.forget_files(first)
    assert uploads.files(first) == []
    assert uploads.path(first) is not None


def test_what_cannot_be_meant_leaves_nothing(tmp_path):
    uploads = Uploads(tmp_path)
    for sent in ([], [Sent("a.csv"), Sent("x/a.csv")]):
        with pytest.raises(InputError):
            uploads.keep(sent)
    assert list(tmp_path.iterdir()) == []


def test_a_pasted_table_is_kept_beside_the_files(tmp_path):
    uploads = Uploads(tmp_path)
    kept = uploads.keep([Sent("map.yaml")], "a\tb\r\n1\t2\r\n", "טבלה")
    assert [path.name for path in uploads.files(kept)] == ["map.yaml", "טבלה"]
    assert uploads.files(kept)[1].read_text("utf-8") == "a\tb\n1\t2\n"
    with pytest.raises(InputError):
        uploads.keep([Sent("טבלה")], "a\tb\n", "טבלה")
    with pytest.raises(InputError):
        uploads.keep([], " \n")
    assert [path.name for path in tmp_path.iterdir()] == [kept]


class Endless:
    """An upload that finds the disk full after its first part."""

    name = "deals.csv"

    def chunks(self):
        yield b"id,stage\n"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_up_during_an_upload_keeps_no_half_of_it(tmp_path):
    with pytest.raises(BookError) as told:
        Uploads(tmp_path).keep([Endless()])
    assert str(tmp_path) in told.value.say("en")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", ".", "", "../server", "0" * 15, "0" * 16, "G" * 16])
def test_no_other_folder_is_reached_by_a_name(tmp_path, name):
    assert Uploads(tmp_path).path(name) is None


def test_old_files_that_nobody_imported_go(tmp_path):
    uploads = Uploads(tmp_path)
    old, young = uploads.keep([Sent("a.csv")]), uploads.keep([Sent("a.csv")])
    then = time.time() - (KEPT_DAYS + 1) * 86400
    os.utime(tmp_path / old, (then, then))
    uploads.sweep()
    assert (uploads.files(old), len(uploads.files(young))) == ([], 1)
