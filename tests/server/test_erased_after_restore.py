"""A backup from before an erasure does not bring anybody back, where the list of those who were erased is given."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.test_backup import environment
from tests.server.test_persons import access_of, bytes_in

from yaad.book.persons import Part
from yaad.book.persons.marks import KEY, Erased, Known, Marks
from yaad.errors import BookError, InputError

RESTORE = "import sys; from yaad.faces.cli import main; sys.exit(main(sys.argv[1:]))"


def test_an_older_backup_is_erased_again(team, home, tmp_path, monkeypatch):
    from yaad.server import erasures, persons
    from yaad.server.backup import back_up

    back_up(home, tmp_path / "before.tar.gz")
    outside = tmp_path / "erased.json"
    monkeypatch.setenv(erasures.VARIABLE, str(outside))
    persons.erase(access_of(team, "owner"), "0501234560", Part.CUSTOMER)
    account = team.here.accounts["rep_south"]
    persons.erase(access_of(team, "owner"), account.email, Part.SELLER)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o600
    assert not [one for one in ("0501234560", "Cyd", "rep_south") if one in outside.read_text("utf-8")]
    for lists in (erasures.read(outside), erasures.read(home.folder)):
        assert [one["asked"] for one in lists[team.here.id]["persons"]] == [1, 1]

    words = ["restore", str(tmp_path / "before.tar.gz"), "--home", str(tmp_path / "home"), "--erased", str(outside)]
    done = subprocess.run(
        [sys.executable, "-c", RESTORE, *words, "--json"],
        env=environment(tmp_path / "home"), cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["erased"], told["left"]) == (2, [])
    here = tmp_path / "home" / "companies" / team.here.id
    assert bytes_in(here, ["0501234560", "markhereann 0", '"Cyd"', ",Cyd,"]) == []
    assert bytes_in(tmp_path / "home", ["rep_south@here.example"]) == []
    assert bytes_in(tmp_path / "home" / "companies" / team.there.id, [",Cyd,"]) != []
    assert not Marks(here).unfinished


def test_without_a_list_it_is_said():
    from yaad.faces.cli.homes import _erased_again
    from yaad.server.erasures import Again

    assert _erased_again(Again()).key == "person.again_no_list"
    assert _erased_again(Again(1, ("Alon",), listed=True)).key == "person.again_left"
    assert _erased_again(Again(1, listed=True)).key == "person.again_done"


def test_something_else_is_no_list(tmp_path):
    from yaad.server import erasures

    (tmp_path / "x.json").write_text('{"a": 1}', "utf-8")
    for source in ("x.json", "absent"):
        with pytest.raises(InputError, match="no list"):
            erasures.read(tmp_path / source)


def test_a_list_that_cannot_be_written_leaves_the_erasing_open(home, tmp_path, monkeypatch):
    from yaad.server import erasures

    monkeypatch.setenv(erasures.VARIABLE, str(tmp_path / "absent" / "erased.json"))
    with pytest.raises(BookError, match="could not be written"):
        erasures.keep(home, "c1")


def test_a_list_of_another_key_is_refused_and_nobody_is_erased_twice(tmp_path):
    import datetime as dt

    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        Marks(folder).add({Known.PHONE: ["1"]}, at)
    theirs = Marks(there)
    with pytest.raises(BookError, match="another key"):
        Marks(here).take_over((there / KEY).read_text("ascii"), theirs.persons)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    marks = Marks(fresh)
    marks.take_over((there / KEY).read_text("ascii"), theirs.persons)
    assert marks.of(Known.PHONE, "1") == theirs.persons[0].mark
    marks.finish(marks.unfinished, at)
    again = Erased(**{**vars(theirs.persons[0]), "done": at.isoformat()})
    marks.take_over((there / KEY).read_text("ascii"), [again])
    assert not marks.unfinished
    more = Erased(**{**vars(again), "asked": 2})
    marks.take_over((there / KEY).read_text("ascii"), [more])
    assert [one.mark for one in marks.unfinished] == [more.mark]
