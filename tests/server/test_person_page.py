"""The page of one person: looked up, taken out, erased once that was typed; nobody but an owner."""

import io
import re
import time
import zipfile

import pytest
from tests.people import PASSWORD


def page(team, name, where="", **said):
    client = team.client(name)
    address = f"{team.here.prefix}people/person/{where}"
    return client.post(address, said) if said else client.get(address)


def test_only_an_owner(team):
    for name in ("manager", "rep", "consultant", "viewer"):
        for where in ("", "export/", "erase/"):
            assert page(team, name, where, who="0501234560", again="0501234560").status_code == 403
    assert page(team, "owner").status_code == 200
    assert page(team, "owner", "erase/").status_code == 405


@pytest.fixture
def in_processes(home, monkeypatch):
    """Jobs run in processes of their own, which read of the environment where the server lives."""
    said = {"HOME": str(home.folder), "SECRET_KEY": home.secret_key, "ADDRESS": home.address}
    said |= {"DATABASE": home.database, "DATABASE_OWNER": home.database_owner}
    for name, value in said.items():
        monkeypatch.setenv(f"YAAD_{name}", value)


def answered(client, address, seconds=120):
    """The page of a job once it has come to its end."""
    until = time.monotonic() + seconds
    while 'id="bar"' in (told := client.get(address)).content.decode() and time.monotonic() < until:
        time.sleep(1)
    return told


def ended(client, address):
    return answered(client, address).content.decode()


@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_is_held_and_all_of_it_as_a_file(team, in_processes, lang):
    client = team.client("owner")
    client.cookies["yaad_lang"] = lang
    begun = client.post(f"{team.here.prefix}people/person/", {"who": "050 123 4561"})
    assert begun.status_code == 302
    told = ended(client, begun.url)
    assert "person." not in re.sub("<[^>]+>", "", told)  # a key that has no words
    assert 'value="050 123 4561"' in told
    assert f'action="{team.here.prefix}people/person/export/"' in told
    begun = client.post(f"{team.here.prefix}people/person/export/", {"who": "0501234561"})
    told = ended(client, begun.url)
    (fetch,) = re.findall('action="([^"]+/people/person/export/[^"]+/)"', told)
    assert client.get(fetch).status_code == 405
    answer = client.post(fetch)
    assert "attachment" in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"deals.csv", "everything.json"} <= set(archive.namelist())
        assert "here-Ann-1" in archive.read("deals.csv").decode()
    assert client.post(fetch).status_code == 404, "it is handed out once"
    again = client.get(begun.url)
    assert (again.status_code, fetch in again.content.decode()) == (200, False)


def test_nobody_is_known_by_it(team, in_processes):
    client = team.client("owner")
    for where in ("", "export/"):
        begun = client.post(f"{team.here.prefix}people/person/{where}", {"who": "0509999999"})
        told = answered(client, begun.url)
        assert (told.status_code, "0509999999" in told.content.decode()) == (400, True)


def test_the_page_asks_a_job_and_nothing_itself_and_what_was_found_waits_for_who_asked(team, monkeypatch):
    """Until the job has come to its end there is no more than how far it is; others do not get to it."""
    from yaad.server import persons
    from yaad.server.jobs import Jobs

    def never(*_):
        raise AssertionError("looked for in a request")

    monkeypatch.setattr(Jobs, "_line_up", lambda *_more: None)  # it waits as long as this test
    for name in ("look", "export", "_found"):
        monkeypatch.setattr(persons, name, never)
    client = team.client("owner")
    begun = client.post(f"{team.here.prefix}people/person/erase/", {"who": "0501234561", "again": "0501234561"})
    assert 'id="bar"' in client.get(begun.url).content.decode()
    for where in ("", "export/"):
        begun = client.post(f"{team.here.prefix}people/person/{where}", {"who": "0501234561"})
        told = client.get(begun.url)
        assert (told.status_code, 'id="bar"' in told.content.decode()) == (200, True)
        part = client.get(begun.url, headers={"HX-Request": "true"}).content.decode()
        assert ('id="progress"' in part, "<html" in part) == (True, False)
        job = begun.url.rstrip("/").rpartition("/")[2]
        assert client.post(f"{team.here.prefix}people/person/export/{job}/").status_code in (404, 409)
        assert team.client("manager").get(begun.url).status_code == 403
        assert team.client("owner", team.there).get(begun.url).status_code == 404
        there = f"{team.there.prefix}people/person/asked/{job}/"
        assert team.client("owner", team.there).get(there).status_code == 404


def test_erased_only_when_typed_again(team, in_processes):
    from yaad.server.models import AuditEvent

    shown = team.client("owner")
    assert "0501234562" in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert page(team, "owner", "erase/", who="0501234562", again="0501234563").status_code == 400
    assert "0501234562" in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    begun = page(team, "owner", "erase/", who="0501234562", again="0501234562")
    assert begun.status_code == 302
    assert "Nothing of the person was found" in ended(shown, begun.url)
    assert "0501234562" not in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    begun_again = page(team, "owner", who="0501234562")
    assert answered(shown, begun_again.url).status_code == 400
    of_nobody = page(team, "owner", "erase/", who="0501234562", again="0501234562")
    why = answered(shown, of_nobody.url)
    assert (why.status_code, "0501234562" in why.content.decode()) == (400, False), (
        "who is erased already is not named again"
    )
    told = AuditEvent.objects.filter(company=team.here.id, action="person.erased").order_by("seq").last()
    assert (told.actor, told.detail["originals"]) == (team.here.accounts["owner"].pk, 1)
    assert b"0501234562" not in (team.here.root / "server" / "jobs.sqlite").read_bytes()
    assert team.client("manager").get(begun.url).status_code == 403
    assert team.client("owner", team.there).get(begun.url).status_code == 404


def test_broken_off_it_is_said_and_can_be_finished(team, monkeypatch):
    """The job ends with a failure; the page says so in words and offers to finish it."""
    from yaad.server.jobs import Job, Jobs, State

    owner = team.client("owner")
    state = {"is_unfinished": lambda _: True}
    monkeypatch.setattr("yaad.server.persons.is_unfinished", state["is_unfinished"])
    for error in ({"en": "Somebody else is writing."}, {}):
        monkeypatch.setattr(Jobs, "progress", lambda _, job, told=error: Job(job, State.FAILED, error=told))
        monkeypatch.setattr(Jobs, "arguments", lambda *_: {})
        told = owner.get(f"{team.here.prefix}people/person/erasing/abc/").content.decode()
        assert error.get("en", "broke off") in told
        assert 'name="go_on"' in told
    monkeypatch.setattr(Jobs, "latest", lambda *_: Job("abc", State.RUNNING))
    told = owner.get(f"{team.here.prefix}people/person/").content.decode()
    assert "people/person/erasing/abc/" in told
    assert 'name="go_on"' not in told


@pytest.mark.parametrize("lang", ["he", "en"])
def test_how_far_it_is(team, lang, monkeypatch):
    from yaad.server.jobs import Job, Jobs, State

    found = Job("abc", State.RUNNING, 30, 60, "erase_rebuild")
    monkeypatch.setattr(Jobs, "progress", lambda *_: found)
    monkeypatch.setattr(Jobs, "arguments", lambda *_: {})
    client = team.client("owner")
    client.cookies["lang"] = client.cookies["yaad_lang"] = lang
    told = client.get(f"{team.here.prefix}people/person/erasing/abc/").content.decode()
    assert "50%" in told
    assert "web.phase" not in told
    assert 'http-equiv="refresh"' in told


def test_a_job_of_another_kind_is_no_erasing(team):
    from yaad.server import tasks
    from yaad.server.jobs import State, connect
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        jobs = opened().jobs
    with jobs._turns.held(), on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        job = jobs.submit(tasks.UNDO, {"name": "0001"})
        with connect(jobs.path) as db:
            db.execute("UPDATE job SET state = ?, result = '{}' WHERE id = ?", (State.DONE, job))
        jobs._turns.withdraw(job)
    client = team.client("owner")
    for one in (job, "0" * 16):
        assert client.get(f"{team.here.prefix}people/person/erasing/{one}/").status_code == 404


def test_the_steps_of_the_job_are_those_of_the_page(team):
    from yaad.faces.web.views.persons import PHASES
    from yaad.server import asked_persons, persons, tasks
    from yaad.server.scoping import Forbidden, on_behalf_of, scope

    owner = scope(team.here.accounts["owner"].pk, team.here.id)
    said = []
    with on_behalf_of(owner):
        folder = asked_persons._asked(asked_persons.WANTED, "0501234563", persons.Part.CUSTOMER)
        done = tasks.erase({"folder": folder}, lambda _done, _total=None, phase="": said.append(phase))
    assert done["originals"] > 0
    assert [one for one in dict.fromkeys(said) if one in PHASES] == list(PHASES)
    manager = scope(team.here.accounts["manager"].pk, team.here.id)
    with on_behalf_of(manager), pytest.raises(Forbidden):
        tasks.erase({}, lambda *_: None)


def test_ones_own_account(team, home):
    from django.test import Client

    from yaad.server.models import Account, Membership

    account = Account.objects.create_user("looks@here.example", PASSWORD, name="Looks")
    Membership.objects.create(company_id=team.here.id, account=account, role="viewer")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(account)
    told = client.get("/account/data.json")
    assert told.json()["server.Account"][0]["email"] == account.email
    assert "attachment" in told.headers["Content-Disposition"]
    assert client.get("/account/erase/").status_code == 302, "asked who they are again"
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302
    assert client.get("/account/erase/").status_code == 200
    assert client.post("/account/erase/", {"typed": "x@here.example"}).status_code == 400
    assert client.post("/account/erase/", {"typed": account.email}).status_code == 302
    assert not Account.objects.get(pk=account.pk).is_active
    assert client.get("/account/").status_code == 302


def test_what_was_broken_off_goes_on_when_the_server_starts(team, monkeypatch):
    from types import SimpleNamespace

    from yaad.book.persons import Marks
    from yaad.server import persons, state
    from yaad.server.jobs import Job, Jobs, State
    from yaad.server.scoping import scope

    owner = scope(team.here.accounts["owner"].pk, team.here.id)
    desks, begun = SimpleNamespace(of=lambda _access: state.opened()), []
    monkeypatch.setattr(Jobs, "submit", lambda _jobs, *told: begun.append(told))
    monkeypatch.setattr(Jobs, "latest", lambda *_: None)
    persons.resume(desks, [team.here.id, team.there.id])
    assert begun == []
    persons.begin_erasing(owner, "0511234564", persons.Part.CUSTOMER)
    persons.resume(desks, [team.here.id, team.there.id])
    assert begun == [("erase", {})]
    monkeypatch.setattr(Jobs, "latest", lambda *_: Job("abc", State.WAITING))
    persons.resume(desks, [team.here.id])
    assert len(begun) == 1
    persons.go_on(team.here.id, owner.account)
    assert not Marks(team.here.root).unfinished


def test_answers_from_before_an_erasing_are_let_go(team):
    from yaad.server.shelf import Shelf

    shelf = Shelf(team.there.root)
    asked = []
    for _ in range(2):
        shelf.ask("n", lambda _book: asked.append(1))
    (team.there.root / "erased.json").write_text("[]", "utf-8")
    shelf.ask("n", lambda _book: asked.append(1))
    shelf.ask("n", lambda _book: asked.append(1))
    assert len(asked) == 2
    (team.there.root / "erased.json").unlink()
    shelf.close()
