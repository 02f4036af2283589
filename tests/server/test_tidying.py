"""What was kept long enough goes, and nothing that the book is made of."""

import datetime as dt
import os
import tarfile

import pytest
from tests.book.test_persons import begun

from yaad.book import Book
from yaad.errors import InputError

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def aged(path, days):
    at = (NOW - dt.timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


@pytest.fixture
def company(home, tmp_path):
    """A company whose second import refused a row and was taken back."""
    import shutil

    from django.core.management import call_command

    from yaad.server import companies
    from yaad.server.models import Account

    made = companies.begin(Account.objects.create_user("tidy@here.example", "a long enough word"), "Tidy", zone="UTC")
    root = companies.folder_of(made.id)
    begun(tmp_path).close()
    for name in ("originals", "imports", "rejects", "differences", "lake", "current.json"):
        one = tmp_path / "book" / name
        shutil.copytree(one, root / name) if one.is_dir() else shutil.copy(one, root / name)
    yield root
    shutil.rmtree(root)
    call_command("flush", verbosity=0, interactive=False)


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_only_what_is_old_and_not_needed(company, home, tmp_path):
    from yaad.server.models import AuditEvent
    from yaad.server.tidying import tidy

    book = Book.open(company)
    first, second = book.imports()
    before = book.measure("inquiries", by="source").to_dict("en")
    book.undo_import(second.name)
    once = book.measure("inquiries", by="source").to_dict("en")
    assert once == before  # the second file changed, and refused, but added nothing
    for path in company.rglob("*"):
        if path.is_file():
            aged(path, 800)
    (company / "rejects" / "0009-new-1.csv").write_text("new", "utf-8")
    done = tidy(home, NOW, days=730)
    assert done.files >= 4
    assert names(company / "originals") == {first.files[0].sha256}
    assert names(company / "imports") == {f"{first.name}.yaml"}
    assert names(company / "rejects") == {"0009-new-1.csv"}
    assert names(company / "differences") == set()
    book.rebuild()
    assert book.measure("inquiries", by="source").to_dict("en") == once
    book.close()
    last = AuditEvent.objects.filter(company=None).order_by("seq").last()
    assert (last.action, last.detail["files"]) == ("home.tidied", done.files)
    assert tidy(home, NOW, days=730).files == 0


def test_backups_and_nothing_else_of_their_folder(home, tmp_path):
    from yaad.server.backup import back_up
    from yaad.server.tidying import tidy

    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("old.tar.gz", "new.tar.gz"):
        back_up(home, folder / name)
    with tarfile.open(folder / "photos.tar.gz", "w:gz") as other:
        other.add(__file__, "photo")
    (folder / "notes.txt").write_text("keep", "utf-8")
    for name in ("old.tar.gz", "photos.tar.gz", "notes.txt"):
        aged(folder / name, 36)
    aged(folder / "new.tar.gz", 34)
    assert tidy(home, NOW, backups=folder).backups == 1
    assert names(folder) == {"new.tar.gz", "photos.tar.gz", "notes.txt"}


def test_a_time_too_short_is_refused(home):
    from yaad.server.tidying import tidy

    with pytest.raises(InputError, match="30 days"):
        tidy(home, NOW, days=3)
