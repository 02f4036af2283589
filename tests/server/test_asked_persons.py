"""What was asked about a person goes after a day, fetched or not; a job that was interrupted finds it again."""

import datetime as dt
import json
import os
import shutil
from types import SimpleNamespace

import pytest

from yaad.errors import InputError, UnknownName
from yaad.text import Message

NAME = "0123456789abcdef"


@pytest.fixture
def asked(team):
    """A folder in which it stands whom an owner asks about."""
    from yaad.server.place import Place
    from yaad.server.scoping import on_behalf_of, scope

    base = Place(team.here.root).persons
    folder = base / NAME
    folder.mkdir(parents=True)
    (folder / "asked.json").write_text(json.dumps({"who": "Dan", "part": "seller"}), "utf-8")
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        yield folder
    shutil.rmtree(base, ignore_errors=True)


def grow_old(folder, days=2):
    then = folder.stat().st_mtime - days * 86_400
    os.utime(folder, (then, then))


def test_a_job_that_is_stopped_can_begin_anew(asked, monkeypatch):
    from yaad.server import asked_persons, persons

    def stopped(*_):
        raise SystemExit

    with monkeypatch.context() as at_work:
        at_work.setattr(persons, "look", stopped)
        with pytest.raises(SystemExit):
            asked_persons.done(asked_persons.LOOK, NAME)
    assert asked_persons.done(asked_persons.LOOK, NAME)["counts"]["deals"] == 6
    assert not (asked / "asked.json").exists()


def test_what_was_refused_is_not_asked_again(asked, monkeypatch):
    from yaad.server import asked_persons, persons

    def refused(*_):
        raise InputError(Message("person.broke_off"))

    monkeypatch.setattr(persons, "look", refused)
    assert asked_persons.done(asked_persons.LOOK, NAME) == {"refused": True}
    assert [path.name for path in asked.iterdir()] == ["refused.json"]


def told(*_):
    """Nobody follows it."""


@pytest.fixture
def wanted(asked):
    """A folder in which it stands who is to be erased."""
    (asked / "asked.json").rename(asked / "erase.json")
    return asked


def test_an_erasing_that_is_stopped_begins_anew_until_they_are_on_the_list_and_then_goes_on(wanted, monkeypatch):
    from yaad.server import asked_persons, persons

    begun, gone_on = [], []

    def stopped(*_):
        raise SystemExit

    monkeypatch.setattr(persons, "begin_erasing", stopped)
    with pytest.raises(SystemExit):
        asked_persons.erase(NAME, told)
    monkeypatch.setattr(persons, "begin_erasing", lambda _access, who, part: begun.append((who, part)) or "erased1")
    monkeypatch.setattr(persons, "go_on", stopped)
    with pytest.raises(SystemExit):
        asked_persons.erase(NAME, told)
    monkeypatch.setattr(persons, "go_on", lambda *more: gone_on.append(more[0]))
    asked_persons.erase(NAME, told)
    assert (begun, len(gone_on)) == ([("Dan", "seller")], 1)
    assert json.loads((wanted / "erase.json").read_text("utf-8")) == {"mark": "erased1"}


def test_an_erasing_of_whom_nobody_knows_any_more_does_not_say_that_it_was_done(wanted):
    from yaad.errors import BookError
    from yaad.server import asked_persons

    (wanted / "erase.json").unlink()
    with pytest.raises(BookError, match="broke off"):
        asked_persons.erase(NAME, told)


def test_who_waits_to_be_erased_is_not_forgotten_when_somebody_else_is(team, wanted):
    from yaad.server import persons

    other = wanted.with_name("other")
    other.mkdir()
    (other / "asked.json").write_text("{}", "utf-8")
    persons._forget_asked(team.here.root)
    assert [path.name for path in wanted.parent.iterdir()] == [NAME]


def test_after_a_day_it_goes_by_the_clock(team, asked):
    from yaad.server import asked_persons, companies

    other = asked.with_name("other")
    other.mkdir()
    grow_old(other)
    root_of = companies.home().company
    asked_persons.sweep([team.here.id, team.there.id, "nothing-of-this-name"], root_of, dt.datetime.now(dt.UTC))
    assert [path.name for path in asked.parent.iterdir()] == [NAME]
    assert not root_of("nothing-of-this-name").exists()


def test_the_server_has_it_on_its_round(asked, home):
    from yaad.server import serving_home

    grow_old(asked)
    serving_home._asked(home, dt.datetime.now(dt.UTC))
    assert not asked.exists()


def test_an_archive_of_yesterday_is_refused_before_anybody_has_swept(asked, monkeypatch):
    from yaad.server import asked_persons

    monkeypatch.setattr(asked_persons, "_of", lambda *_: (asked, {}))
    (asked / "person.zip").write_bytes(b"PK")
    assert asked_persons.archive("job") == b"PK"
    asked.mkdir()
    (asked / "person.zip").write_bytes(b"PK")
    grow_old(asked)
    with pytest.raises(UnknownName):
        asked_persons.archive("job")
    assert not asked.exists()


def test_what_somebody_else_removed_meanwhile_keeps_no_question(asked):
    from yaad.server import asked_persons

    gone = SimpleNamespace(iterdir=lambda: iter([asked.with_name("gone"), asked]))
    grow_old(asked)
    asked_persons._sweep(gone, dt.datetime.now(dt.UTC).timestamp() - 86_400)
    assert not asked.exists()
