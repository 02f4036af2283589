"""A company's journal on the database: it only grows, counts without gaps, and is one with what it does."""

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, connections, transaction

from yaad.book import Book
from yaad.errors import InputError
from yaad.facts import KeyTaken, Lake
from yaad.model import NoteEntry

AT = dt.datetime(2026, 10, 21, 9, tzinfo=dt.UTC)
DEAL = "here-Ann-0"


def note(key: str, text: str = "called", deal: str = DEAL) -> NoteEntry:
    return NoteEntry(deal_id=deal, at=AT, by="Ann", key=key, text=text)


def in_threads(work, arguments):
    """Each in a thread of its own, which leaves no connection behind."""

    def alone(argument):
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(alone, arguments))


@pytest.fixture
def journal(team):
    """That of a company; what a test appends stays, as it does everywhere."""
    from yaad.server.journal import DatabaseJournal

    return DatabaseJournal(team.here.id)


def test_entries_read_back_in_order_and_by_deal(journal):
    before = journal.last_seq
    kept = [journal.append(note(f"order-{n}", deal=f"here-Ann-{n % 2}")) for n in range(4)]
    assert [entry.seq for entry in kept] == [before + n for n in (1, 2, 3, 4)]
    assert journal.since(before) == kept
    assert [entry for entry in journal.of([DEAL]) if entry.seq > before] == [kept[0], kept[2]]
    assert journal.last_seq == before + 4


def test_the_same_key_is_one_entry_and_nothing_else(journal):
    first = journal.append(note("once"))
    assert journal.append(replace(note("once"), at=AT + dt.timedelta(seconds=3))) == first
    with pytest.raises(KeyTaken, match="already sent with something else"):
        journal.append(note("once", "something else"))
    with pytest.raises(InputError, match="1 to 200"):
        journal.append(note("k" * 201))
    assert journal.last_seq == first.seq


def test_fifty_at_once_with_one_key_are_one_entry_and_one_effect(team, journal):
    before, book = journal.last_seq, Book.open(team.here.root)
    kept = in_threads(lambda _n: book.write(note("fifty", "fifty")), range(50))
    assert {entry.seq for entry in kept} == {before + 1}
    assert [entry.key for entry in journal.since(before)] == ["fifty"]
    told = book.facts.table("activities")
    rows = book.facts.run(told.filter(told.text == "fifty"))
    book.close()
    assert rows.num_rows == 1


def test_numbers_have_no_gaps_under_many_writers_of_two_companies(team):
    from yaad.server.journal import DatabaseJournal

    both = [DatabaseJournal(team.here.id), DatabaseJournal(team.there.id)]
    before = [one.last_seq for one in both]

    def write(n):
        if n % 7 == 0:  # what is taken back takes no number with it
            with transaction.atomic():
                both[n % 2].append(note(f"gap-{n}"))
                transaction.set_rollback(True)
            return None
        return n % 2, both[n % 2].append(note(f"gap-{n}"))

    kept = [one for one in in_threads(write, range(120)) if one]
    for place, one in enumerate(both):
        told = one.since(before[place])
        assert [entry.seq for entry in told] == list(range(before[place] + 1, one.last_seq + 1))
        assert {entry.key: entry.seq for entry in told} == {entry.key: entry.seq for of, entry in kept if of == place}
    assert {entry.key for one, last in zip(both, before, strict=True) for entry in one.since(last)} == {
        f"gap-{n}" for n in range(120) if n % 7
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE server_journalentry SET body = '{}'",
        "UPDATE server_journalentry SET company_id = 'c000000000000'",
        "DELETE FROM server_journalentry",
        "UPDATE server_auditevent SET actor = 8",
        "DELETE FROM server_auditevent WHERE seq = 1",
    ],
)
def test_the_database_itself_keeps_what_was_written(team, journal, statement):
    from yaad.server import audit
    from yaad.server.models import AuditEvent, JournalEntry

    journal.append(note("stays"))
    audit.record(team.here.id, None, "test.made")
    before = list(JournalEntry.objects.values()), list(AuditEvent.objects.values())
    with pytest.raises(DatabaseError, match=r"append only|permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(JournalEntry.objects.values()), list(AuditEvent.objects.values())) == before


@pytest.mark.parametrize("columns", ["id, seq, key", "NULL, seq, key", "NULL, seq + 1000, key", "id, seq + 1, 'new'"])
def test_a_row_is_not_replaced_by_another_one(journal, columns):
    from yaad.server.models import JournalEntry

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows no such statement")
    journal.append(note("stays"))
    before = list(JournalEntry.objects.values())
    with pytest.raises(DatabaseError, match="append only"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO server_journalentry (id, seq, key, company_id, subject, body, recorded_at)"
            f" SELECT {columns}, company_id, '', '{{}}', recorded_at FROM server_journalentry ORDER BY seq DESC LIMIT 1"
        )
    assert list(JournalEntry.objects.values()) == before


@pytest.mark.parametrize("step", [0, 2, -1])
def test_the_database_takes_the_next_number_alone(team, journal, step):
    from yaad.server.models import JournalEntry

    last = journal.append(note(f"before {step}")).seq
    with pytest.raises(DatabaseError, match="append only"):
        JournalEntry.objects.create(company_id=team.here.id, seq=last + step, key=f"step {step}", body="{}")
    assert journal.last_seq == last


def test_guards_are_put_up_again_and_what_is_missing_is_named(home):
    from yaad.server import guards
    from yaad.server.upgrading import owner

    using, before = connections[owner()], guards.missing(owner())
    assert "server_journalentry" not in before
    with transaction.atomic(using=owner()):
        with using.cursor() as cursor:
            of = " ON server_journalentry" if using.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER server_journalentry_stays{of}")
        assert "server_journalentry" in guards.missing(owner())
        guards.put(owner())
        assert guards.missing(owner()) == before


def test_an_entry_and_its_effect_are_one(team, journal, monkeypatch):
    """Neither is there without the other, and nothing is folded into the lake before both are."""
    from yaad.book import written
    from yaad.server.models import Company

    folds, before = [], journal.last_seq
    monkeypatch.setattr(written, "settle", lambda _lake, journal: folds.append(journal.last_seq))
    book = Book.open(team.here.root)
    with transaction.atomic():
        book.note(DEAL, "taken back", at=AT, by="Ann", key="effect")
        Company.objects.filter(pk=team.here.id).update(name="changed")
        transaction.set_rollback(True)
    assert (journal.last_seq, Company.objects.get(pk=team.here.id).name, folds) == (before, team.here.name, [])
    with transaction.atomic():
        book.note(DEAL, "kept", at=AT, by="Ann", key="effect")
        assert folds == []
    assert folds == [before + 1]
    book.close()


def test_what_is_written_is_not_told_as_failed_because_the_fold_failed(team, journal, monkeypatch, caplog):
    from yaad.book import written

    def broken(_lake, _journal):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(written, "settle", broken)
    book = Book.open(team.here.root)
    with caplog.at_level(logging.ERROR, "yaad.book"):
        kept = book.note(DEAL, "written", at=AT, by="Ann")
    book.close()
    assert journal.since(kept.seq - 1) == [kept]
    assert "fold" in caplog.text


def test_the_lake_follows_and_a_rebuild_changes_nothing(team, journal, monkeypatch):
    from functools import partial

    from yaad.book import written

    monkeypatch.setattr(written, "settle", partial(written.settle, every=5))
    book = Book.open(team.there.root)
    began = Lake.open(team.there.root).pin().journal_seq
    for n in range(6):
        book.note("there-Ann-4", f"note {n}", at=AT, by="Ann", key=f"follow-{n}")
    book.win("there-Ann-4", at=AT, by="Ann", amount="700")
    assert Lake.open(team.there.root).pin().journal_seq >= began + 5
    told = figures(book)
    book.rebuild()
    assert figures(book) == told
    book.close()


def figures(book: Book) -> object:
    ids = ("won", "lost", "open", "sales_cycle", "dwell", "win_rate", "inquiries", "won_value")
    return book.measure(*ids, by="rep").to_dict(), book.measure(*ids).to_dict(), book.funnel().to_dict()


def test_who_works_for_another_company_does_not_get_at_the_journal(team, journal):
    from yaad.server.scoping import NoSuchCompany, on_behalf_of, scope

    foreign = scope(team.there.accounts["owner"].pk, team.there.id)
    before = journal.last_seq
    verbs = [
        lambda: journal.append(note("foreign")), lambda: journal.last_seq, lambda: journal.since(0),
        lambda: journal.of([DEAL]), journal.of_company,
    ]  # fmt: skip
    for verb in verbs:
        with on_behalf_of(foreign), pytest.raises(NoSuchCompany):
            verb()
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        assert journal.append(note("own")).seq == before + 1
