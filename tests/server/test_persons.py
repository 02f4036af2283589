"""A person of a company on the server is taken out and erased: the book, the journal, the audit log, the account."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.people import ADDRESS, KEY

from yaad.book import Book
from yaad.book.persons import Part
from yaad.errors import InputError
from yaad.server.scoping import Forbidden, scope

AT = dt.datetime(2026, 10, 25, tzinfo=dt.UTC)


def access_of(team, name):
    return scope(team.here.accounts[name].pk, team.here.id)


def bytes_in(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Files below a folder in which a word stands; tables of the lake are read."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        data = _bytes_of(path)
        if path.suffix == ".parquet":
            data = json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str).encode()
        found += [(str(path.relative_to(folder)), word) for word in words if word.encode() in data]
    return found


def _bytes_of(path: Path) -> bytes:
    """Of a database another process reads them: closing a file lets go of all locks that this process has on it."""
    if ".sqlite" in path.name:
        return subprocess.run(["cat", path], capture_output=True, check=True).stdout
    return path.read_bytes()


def figures(company):
    with closing(Book.open(company.root)) as book:
        return [book.measure("inquiries", "won", "won_value").to_dict("en"), book.funnel().to_dict("en")]


def test_who_may_not_may_not(team, tmp_path):
    from yaad.server import persons

    marks = team.here.root / "erased.json"
    before = marks.read_bytes() if marks.exists() else b""
    for name in ("manager", "rep", "consultant", "viewer"):
        with pytest.raises(Forbidden):
            persons.erase(access_of(team, name), "0501234560", Part.CUSTOMER)
        with pytest.raises(Forbidden):
            persons.export(access_of(team, name), "0501234560", Part.CUSTOMER, tmp_path / "x.zip")
    assert (marks.read_bytes() if marks.exists() else b"") == before
    assert not (tmp_path / "x.zip").exists()


def test_a_customer(team, home, tmp_path):
    from yaad.server import audit, persons
    from yaad.server.models import Answered, AuditEvent, JournalEntry

    owner = access_of(team, "owner")
    more = {"company_id": team.here.id, "account_id": owner.account, "digest": "d"}
    Answered.objects.create(**more, key="done", status=200, body='{"phone": "050-123-4560", "n": 7}')
    Answered.objects.create(**more, key="for 0501234560", status=200, body="{}")
    Answered.objects.create(**more, key="at work")
    with closing(Book.open(team.here.root)) as book:
        book.note("here-Ann-0", "she said 050-123-4560 after six", by="Ann", at=AT)
        book.note("here-Ben-0", "friend of 0501234560", by="Ben", at=AT)
    audit.record(team.here.id, 1, "export.made", "file:0501234560.csv", {"bytes": 3})
    keys = list(JournalEntry.objects.filter(company=team.here.id).values_list("seq", "key"))
    there = bytes_in(team.there.root, ["0501234560"])
    persons.export(owner, "050-1234560", Part.CUSTOMER, tmp_path / "person.zip")
    with zipfile.ZipFile(tmp_path / "person.zip") as archive:
        told = json.loads(archive.read("everything.json"))
    assert {row["deal_id"] for row in told["deals"]} == {"here-Ann-0"}
    assert {row["deal_id"] for row in told["entries"]} == {"here-Ann-0", "here-Ben-0"}
    assert [row["subject"] for row in told["audit"]] == ["file:0501234560.csv"]
    before, lines = figures(team.here), AuditEvent.objects.filter(company=team.here.id).count()
    assert bytes_in(home.folder, ["0501234560"])

    persons.erase(owner, "+972 50 123 4560", Part.CUSTOMER)
    for who in ("0501234560", "+972-50-123-4560"):
        with pytest.raises(InputError) as again:  # pressed twice
            persons.begin_erasing(owner, who, Part.CUSTOMER)
        assert again.value.message.key == "person.erased_already"
        assert not again.value.message.values, "what is kept of it would name them"

    values = ["0501234560", "050-123-4560", "markhereann 0"]
    held = bytes_in(home.folder, values)
    assert [one for one in held if not one[0].startswith("companies/") or team.here.id in one[0]] == []
    assert bytes_in(team.there.root, ["0501234560"]) == there
    assert figures(team.here) == before
    assert list(JournalEntry.objects.filter(company=team.here.id).values_list("seq", "key")) == keys
    kept = {row.key: row for row in Answered.objects.filter(company=team.here.id)}
    assert set(kept) == {"done", "at work"}
    assert json.loads(kept["done"].body)["n"] == 7
    assert kept["at work"].status is None
    assert audit.verify(team.here.id) is None
    last = AuditEvent.objects.filter(company=team.here.id).order_by("seq").last()
    assert (last.action, last.seq, last.actor) == ("person.erased", lines + 2, owner.account)
    assert last.detail["sealed_from"] > 0


def test_a_seller_with_an_account(team, home):
    from yaad.server import audit, persons
    from yaad.server.models import Account, Membership

    owner, account = access_of(team, "owner"), team.here.accounts["rep_south"]
    audit.record(team.here.id, account.pk, "token.made", "account:9", {"n": 1})
    before = figures(team.here)
    persons.erase(owner, account.email, Part.SELLER)
    part = Membership.objects.get(account=account)
    gone = Account.objects.get(pk=account.pk)
    assert part.person.startswith("erased")
    assert part.ended_at is not None
    assert (gone.email, gone.is_active, gone.has_usable_password()) == (f"{part.person}@erased.invalid", False, False)
    assert figures(team.here) == before
    with closing(Book.open(team.here.root)) as book:
        assert part.person in book.settings.people
        owners = {row["owner"] for row in book.facts.run(book.facts.table("deals")).to_pylist()}
    assert {"Ann", "Ben", "Dan", part.person} <= owners
    assert "Cyd" not in owners
    assert bytes_in(home.folder, ["rep_south@here.example"]) == []
    assert audit.verify(team.here.id) is None


def test_all_else_that_the_server_holds_on_who_sells(team, home):
    """What they wrote under their account's name, who was invited as them, tokens, what a browser remembers."""

    from yaad.server import persons
    from yaad.server.models import Account, Invitation, JournalEntry, Membership, Token
    from yaad.server.sign_in.sessions import SessionStore, of_key

    owner, later = access_of(team, "owner"), AT + dt.timedelta(days=900)
    account = Account.objects.create_user("eli@here.example", "a long enough word", name="Eli at home")
    Membership.objects.create(company_id=team.here.id, account=account, role="rep", person="Eli")
    Membership.objects.create(company_id=team.there.id, account=account, role="rep", person="Dan")
    with closing(Book.open(team.here.root)) as book:
        book.note("here-Eli-1", "called back", by="Eli at home", at=AT)
        book.set_setting("judgement:2026-11/Eli", {"amount": "1", "currency": "ILS"}, at=AT, by="Eli at home")
    for company, digest in ((team.here.id, "a" * 64), (team.there.id, "b" * 64)):
        one = {"company_id": company, "digest": digest, "expires_at": later}
        Token.objects.create(**one, account=account, name="Eli's phone", prefix="p")
        Invitation.objects.create(**one, role="rep", email="eli.home@example.com", person="Eli")
    remembered = SessionStore(None)
    done = {"before": {"person": "Eli"}, "mail": account.email}
    remembered["people_done"] = {"company": team.here.id, **done}
    remembered["of_another"] = {"company": team.there.id, **done}
    remembered.create()
    persons.erase(owner, account.email, Part.SELLER)
    told = list(JournalEntry.objects.filter(company=team.here.id).values_list("body", flat=True))
    assert not [body for body in told if '"Eli' in body or "/Eli" in body or "Eli at home" in body]
    assert list(Token.objects.filter(account=account).values_list("company", flat=True)) == [team.there.id]
    assert list(Invitation.objects.filter(person="Eli").values_list("company", flat=True)) == [team.there.id]
    kept = of_key(remembered.session_key).get().get_decoded()
    assert "Eli" not in str(kept["people_done"])
    assert kept["of_another"] == {"company": team.there.id, **done}
    assert account.email not in str(kept["people_done"])
    account.refresh_from_db()
    assert account.is_active, "in the other company they go on"
    assert Membership.objects.get(account=account, company=team.there.id).ended_at is None
    with closing(Book.open(team.there.root)) as book:
        assert "Eli" in {row["owner"] for row in book.facts.run(book.facts.table("deals")).to_pylist()}


def test_an_account_that_is_nobody_in_the_data(team, home):
    from yaad.server import persons
    from yaad.server.models import Account, Membership

    account = Account.objects.create_user("looks@here.example", "a long enough word", name="Looks at figures")
    Membership.objects.create(company_id=team.here.id, account=account, role="viewer")
    persons.erase(access_of(team, "owner"), account.email, Part.SELLER)
    gone = Account.objects.get(pk=account.pk)
    assert gone.email.endswith("@erased.invalid")
    assert bytes_in(home.folder, ["looks@here.example", "Looks at figures"]) == []


def test_nobody_erases_themselves(team):
    from yaad.server import persons
    from yaad.server.models import Membership

    owner = access_of(team, "owner")
    Membership.objects.filter(account=owner.account).update(person="Dan")
    with pytest.raises(InputError, match="yourself"):
        persons.erase(owner, "Dan", Part.SELLER)
    Membership.objects.filter(account=owner.account).update(person="")


def test_broken_off_on_the_database_it_goes_on(team, monkeypatch):
    from yaad.server import audit, persons

    owner = access_of(team, "owner")

    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(persons, "_audit", broken)
    with pytest.raises(KeyboardInterrupt):
        persons.erase(owner, "0511234561", Part.CUSTOMER)
    monkeypatch.undo()
    assert persons.go_on(team.here.id, owner.account).entries == 0
    assert bytes_in(team.here.root, ["0511234561"]) == []
    assert audit.verify(team.here.id) is None
    assert persons.go_on(team.here.id) == persons.Erasure()


def test_who_has_seen_them_before_is_told_nothing_of_them_by_the_running_server(team, home):
    from yaad.server import persons
    from yaad.server.scoping import on_behalf_of
    from yaad.server.state import opened

    def names(book):
        return str(book.facts.run(book.facts.table("deals")).to_pylist())

    def told():
        found = {}
        for name in ("owner", "manager", "consultant"):
            with on_behalf_of(access_of(team, name)):
                found[name] = opened().shelf.ask("names", names)
        return found

    assert all("0521234563" in seen for seen in told().values())
    persons.erase(access_of(team, "owner"), "0521234563", Part.CUSTOMER)
    assert not any("0521234563" in seen for seen in told().values())


EXPORT = """
import os
from yaad.faces.cli import main
words = ["person", "export", "0511234562", os.environ["YAAD_HOME"] + ".zip", "--company", "Company here", "--json"]
assert main(words) == 0
"""
ERASE = """
from yaad.faces.cli import main
words = ["person", "erase", "0511234562", "--company", "Company here", "--json"]
assert main(words) == 2  # not without a yes
assert main([*words, "--yes"]) == 0
"""


def test_by_the_command_line(team, home, tmp_path):
    from yaad.server.backup import copy_sqlite

    if home.database:
        pytest.skip("the copy is of a SQLite file")
    (tmp_path / "home" / "companies").mkdir(parents=True)
    copy_sqlite(home.folder / "yaad.sqlite", tmp_path / "home" / "yaad.sqlite")
    shutil.copytree(team.here.root, tmp_path / "home" / "companies" / team.here.id)
    env = {name: value for name, value in os.environ.items() if not name.startswith("YAAD_")}
    env |= {"YAAD_HOME": str(tmp_path / "home"), "YAAD_SECRET_KEY": KEY, "YAAD_ADDRESS": ADDRESS, "YAAD_LANG": "en"}
    told = []
    for script in (EXPORT, ERASE):
        words, root = [sys.executable, "-c", script], Path(__file__).parents[2]
        done = subprocess.run(words, env=env, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout))
    exported, erased = told
    assert exported["rows"] > 1
    assert erased["originals"] == 1
    assert (tmp_path / "home.zip").is_file()
    assert bytes_in(tmp_path / "home", ["0511234562", "markhereben 2"]) == []
