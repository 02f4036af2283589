"""The journal only grows, gives each key one entry, and takes writers from everywhere."""

import datetime as dt
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from yaad.errors import InputError
from yaad.facts import KeyTaken, SqliteJournal
from yaad.model import MoveEntry, NoteEntry, SettingEntry, TargetEntry, WinEntry

AT = dt.datetime(2024, 3, 1, 9, 30, tzinfo=dt.UTC)


def note(key: str, deal_id: str = "a", text: str = "שיחה") -> NoteEntry:
    return NoteEntry(deal_id=deal_id, at=AT, by="דנה", key=key, text=text)


@pytest.fixture
def journal(tmp_path) -> SqliteJournal:
    return SqliteJournal(tmp_path / "journal.sqlite")


def test_an_absent_journal_is_empty_and_is_not_made_by_reading(journal):
    assert (journal.last_seq, journal.since(0), journal.of(["a"])) == (0, [], [])
    assert not journal.path.exists()


def test_entries_read_back_in_order(journal):
    zone = dt.timezone(dt.timedelta(hours=2))
    move = MoveEntry(deal_id="b", at=dt.datetime(2024, 3, 1, 9, tzinfo=zone), by="Avi", key="k1", to_stage="Quote")
    win = WinEntry(deal_id="a", at=AT, by="דנה", key="k2", to_stage="Won", amount="12.50")
    kept = [journal.append(move), journal.append(win), journal.append(note("k3"))]
    assert [entry.seq for entry in kept] == [1, 2, 3]
    assert journal.since(0) == kept
    assert kept[0].at == move.at
    assert journal.since(1) == kept[1:]
    assert journal.of(["a"]) == kept[1:]
    assert journal.of(["b", "a", "zz"]) == kept
    assert journal.last_seq == 3


def test_of_many_deals_it_is_asked_a_few_times(tmp_path):
    asked = []

    class Told(SqliteJournal):
        @contextmanager
        def _open(self):
            with super()._open() as file:
                file.set_trace_callback(asked.append)
                yield file

    journal = Told(tmp_path / "journal.sqlite")
    names = (1, '7"', "ש,3", "\0")
    kept = [journal.append(note(f"k{place}", f"deal {n}")) for place, n in enumerate(names)]
    asked.clear()
    assert journal.of(f"deal {n}" for n in (*range(999), *names)) == kept
    assert len([one for one in asked if "FROM entries" in one]) == 3


def test_the_same_key_twice_is_one_entry(journal):
    first = journal.append(note("k", text="first"))
    again = replace(note("k", text="first"), at=AT + dt.timedelta(seconds=3))
    assert journal.append(again) == first  # sent again, stamped anew
    assert journal.last_seq == 1


@pytest.mark.parametrize("other", [note("k", text="second"), note("k", deal_id="b"), replace(note("k"), by="Avi")])
def test_a_key_is_not_taken_for_something_else(journal, other):
    first = journal.append(note("k"))
    with pytest.raises(KeyTaken, match="already sent with something else"):
        journal.append(other)
    assert journal.since(0) == [first]


@pytest.mark.parametrize("key", ["", "k" * 201, "a\0b"])
def test_a_key_that_no_journal_holds_is_refused(journal, key):
    with pytest.raises(InputError, match="1 to 200"):
        journal.append(note(key))
    assert journal.last_seq == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = ''",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT seq, key, deal_id, '' FROM entries",
        "REPLACE INTO entries (key, deal_id, body) VALUES ('k', 'a', '')",
    ],
)
def test_what_is_written_stays(journal, statement):
    journal.append(note("k"))
    with sqlite3.connect(journal.path) as file, pytest.raises(sqlite3.IntegrityError, match="append only"):
        file.execute(statement)
    file.close()
    assert journal.last_seq == 1


def test_many_threads_write_at_once(journal):
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: journal.append(note(f"k{n % 40}")), range(80)))
    assert {entry.key: entry.seq for entry in kept} == {entry.key: entry.seq for entry in journal.since(0)}
    assert journal.last_seq == 40


def test_an_entry_survives_the_death_of_its_process(journal):
    code = (
        "import os, sys, datetime as dt; from pathlib import Path; from yaad.facts import SqliteJournal\n"
        "from yaad.model import NoteEntry\n"
        "at = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)\n"
        "SqliteJournal(Path(sys.argv[1])).append(NoteEntry(deal_id='a', at=at, by='x', key='k', text='t'))\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(journal.path)], check=False).returncode == 9
    assert [entry.key for entry in journal.since(0)] == ["k"]


def test_entries_of_the_company_stand_apart_from_those_of_deals(journal):
    target = TargetEntry(at=AT, by="דנה", key="t", measure="won_value", period="2024-03", value="120000")
    setting = SettingEntry(at=AT, by="דנה", key="s", name="achieved", value='"invoiced"')
    kept = [journal.append(entry) for entry in (target, note("n"), setting)]
    assert journal.since(0) == kept
    assert journal.of_company() == [kept[0], kept[2]]
    assert journal.of(["a", ""]) == [kept[1]]
