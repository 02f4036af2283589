"""Sources that are due run by themselves, in the name of who set them up, and stop when that person may no more."""

import datetime as dt
import json
import shutil
import time
from contextlib import closing

import pytest
from tests.people import ADDRESS, KEY

from yaad.book.sources.named import WATCHED, Source
from yaad.book.sources.schedule import AGAIN
from yaad.server import recurring, scheduled
from yaad.server.clock import Clock
from yaad.server.jobs import connect
from yaad.server.scoping import on_behalf_of, scope
from yaad.server.state import opened

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
MORE = "deal,stage,at,who,title,source,amount,phone\nx-9,Meeting,2026-10-19,Ann,One,web,900,0501234567\n"


@pytest.fixture
def owner(team):
    return scope(team.here.accounts["owner"].pk, team.here.id)


@pytest.fixture
def standing(team, owner, tmp_path):
    """A company whose jobs stand in line as long as the test lasts; its sources are gone afterwards."""
    with on_behalf_of(owner):
        jobs = opened().jobs
        with connect(jobs.path) as db:
            jobs.before = db.execute("SELECT coalesce(max(rowid), 0) FROM job").fetchone()[0]
        with jobs._turns.held():
            yield jobs
            with connect(jobs.path) as db:
                mine = db.execute("SELECT id FROM job WHERE rowid > ?", (jobs.before,)).fetchall()
            for (job,) in mine:  # out of the line, whatever the test has made of it
                jobs.cancel(job)
    with connect(jobs.path) as db:
        db.execute("DELETE FROM job WHERE rowid > ?", (jobs.before,))
    shutil.rmtree(team.here.root / "sources", ignore_errors=True)
    (team.here.root / "server" / recurring.FILE).unlink(missing_ok=True)


def added(team, tmp_path, name, by, schedule="every 1h"):
    folder = tmp_path / name
    folder.mkdir()
    recurring.sources_in(team.here.root).add(Source(name, WATCHED, path=str(folder), schedule=schedule, by=by))


def look(team, now=NOW):
    with on_nobodys_behalf():
        scheduled.of_companies([team.there.id, team.here.id], lambda company: root_of(team, company), "en", now)


def on_nobodys_behalf():
    from yaad.server.acting import NOBODY, act

    return act(NOBODY)


def root_of(team, company):
    return next(one.root for one in (team.here, team.there) if one.id == company)


def begun(jobs):
    """Name of the source and account of each run that was begun, in order."""
    with connect(jobs.path) as db:
        rows = db.execute("SELECT arguments, account FROM job WHERE rowid > ? ORDER BY rowid", (jobs.before,))
        found = rows.fetchall()
    return [(json.loads(arguments)["name"], account) for arguments, account in found]


def ended(jobs, state):
    """As if the last run had ended so."""
    with connect(jobs.path) as db:
        db.execute("UPDATE job SET state = ?, error = '{}' WHERE state = 'waiting'", (state,))


def lines(owner):
    from yaad.server.models import AuditEvent

    rows = AuditEvent.objects.filter(company=owner.company, action__startswith="source.").order_by("seq")
    return list(rows.values_list("action", "actor", "subject"))


def test_what_is_due_begins_in_the_name_of_who_set_it_up_one_after_the_other(team, owner, standing, tmp_path):
    mine = f"account:{owner.account}"
    added(team, tmp_path, "first", mine)
    added(team, tmp_path, "second", mine)
    added(team, tmp_path, "by_hand", mine, schedule="")
    look(team)
    look(team, NOW + MINUTE)
    assert begun(standing) == [("first", owner.account)], "the second one waits for the end of the first"
    ended(standing, "done")
    state = recurring.sources_in(team.here.root)._files
    state.write_state("first", {"last": NOW.isoformat(), "outcome": "done"})
    look(team, NOW + MINUTE)
    assert begun(standing) == [("first", owner.account), ("second", owner.account)]


@pytest.mark.parametrize(("state", "later"), [("failed", AGAIN), ("cancelled", dt.timedelta(days=1))])
def test_a_run_that_broke_off_is_not_begun_each_minute(team, owner, standing, tmp_path, state, later):
    added(team, tmp_path, "first", f"account:{owner.account}", schedule="daily 09:00")
    look(team)
    ended(standing, state)
    look(team, NOW + MINUTE)
    look(team, NOW + AGAIN - MINUTE)
    assert len(begun(standing)) == 1
    look(team, NOW + later)
    assert len(begun(standing)) == 2


def test_a_source_stops_when_who_set_it_up_may_not_any_more_and_an_owner_takes_it_over(team, owner, standing, tmp_path):
    from yaad.server.models import Membership

    leaving = team.here.accounts["manager"]
    part = Membership.objects.filter(account=leaving, company=team.here.id)
    part.update(role="owner", team="", person="")
    added(team, tmp_path, "crm", f"account:{leaving.pk}")
    began = len(lines(owner))
    part.update(role="manager", team="north", person="Ann")
    look(team)
    look(team, NOW + 40 * MINUTE)
    assert begun(standing) == []
    assert lines(owner)[began:] == [("source.stopped", None, "source:crm")]
    client = team.client("owner")
    for page in ("sources/", "source/crm/"):
        told = client.get(f"{team.here.prefix}{page}").content.decode()
        assert "may no longer bring files in here" in told
        assert "source/crm/take-over/" in told
    assert team.client("manager").post(f"{team.here.prefix}source/crm/take-over/").status_code == 403
    assert client.post(f"{team.here.prefix}source/crm/take-over/").status_code == 302
    assert lines(owner)[-1] == ("source.taken_over", owner.account, "source:crm")
    assert "take-over" not in client.get(f"{team.here.prefix}source/crm/").content.decode()
    look(team, NOW + 41 * MINUTE)
    assert begun(standing) == [("crm", owner.account)]


@pytest.mark.parametrize("by", ["", "account:", "account:0", "account:99999", "somebody", "account:1x"])
def test_a_source_of_nobody_does_not_run(team, owner, standing, tmp_path, by):
    added(team, tmp_path, "old", by)
    look(team)
    assert begun(standing) == []
    with on_behalf_of(owner):
        assert recurring.load("old", NOW).is_halted


def test_an_account_of_another_company_runs_nothing_here(team, owner, standing, tmp_path):
    added(team, tmp_path, "foreign", f"account:{team.there.accounts['owner'].pk}")
    look(team)
    assert begun(standing) == []


def test_what_is_damaged_in_one_company_keeps_no_other_one(team, owner, standing, tmp_path, caplog):
    added(team, tmp_path, "first", f"account:{owner.account}")
    (team.here.root / "sources" / "a_broken_one.yaml").write_text("kind: [", "utf-8")
    (team.there.root / "sources").mkdir()
    (team.there.root / "sources" / "x.yaml").mkdir()  # no file at all
    try:
        look(team)
        assert begun(standing) == [("first", owner.account)]
    finally:
        shutil.rmtree(team.there.root / "sources")


def test_who_adds_a_source_on_a_page_has_it_run(team, owner, standing, monkeypatch, tmp_path):
    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "vault.key"))
    form = {"name": "web", "url": "https://example.com/deals.csv", "when": "every 1h", "secret": "", "mapping": ""}
    assert team.client("owner").post(f"{team.here.prefix}sources/add/http/", form).status_code == 302
    assert recurring.sources_in(team.here.root).standing("web", NOW).source.by == f"account:{owner.account}"


def test_the_keepers_folder_runs_from_the_clock_to_the_audit_log(home, team, owner, tmp_path, monkeypatch):
    """The whole way, with a process of its own."""
    from yaad.book import Book
    from yaad.server.models import AuditEvent

    for name, value in (
        ("HOME", str(home.folder)), ("ADDRESS", ADDRESS), ("SECRET_KEY", KEY), ("TWO_FACTOR", "optional"),
        ("DATABASE", home.database), ("DATABASE_OWNER", home.database_owner),
        ("VAULT_KEY_FILE", str(tmp_path / "vault.key")),
    ):  # fmt: skip
        monkeypatch.setenv(f"YAAD_{name}", value)
    added(team, tmp_path, "exchange", "keeper")
    (tmp_path / "exchange" / "deals.csv").write_text(MORE, "utf-8")
    clock = Clock([lambda now: look(team, now)])
    clock.look(dt.datetime.now(dt.UTC))
    kept = recurring.sources_in(team.here.root)
    for _ in range(2400):
        if (found := kept.standing("exchange", NOW)).outcome:
            break
        time.sleep(0.05)
    assert (found.outcome, found.counts.loaded) == ("done", 1), found.told
    last = AuditEvent.objects.filter(company=owner.company).order_by("seq").last()
    assert (last.action, last.actor, last.detail["source"]) == ("import.made", None, "exchange")
    with closing(Book.open(team.here.root)) as book:
        book.undo_import(last.subject.removeprefix("import:"))
    shutil.rmtree(team.here.root / "sources")
    assert list((tmp_path / "exchange" / "done").iterdir())


def test_a_round_that_breaks_off_keeps_no_other_one_and_the_clock_can_be_stopped(caplog):
    seen = []

    def broken(_now):
        raise OSError("gone")

    clock = Clock([broken, seen.append], every=0.01)
    clock.start()
    for _ in range(3000):
        if len(seen) > 1:
            break
        time.sleep(0.01)
    clock.stop()
    told = len(seen)
    assert told > 1
    time.sleep(0.05)
    assert len(seen) == told
    assert "a round was broken off" in caplog.text
