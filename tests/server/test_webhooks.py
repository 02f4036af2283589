"""Webhooks: told in order, signed, at least once; no address inside is reached, no slow one stands in anybody's way."""

import datetime as dt
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module

import pytest
from tests.people import Company

from yaad.book.sources.outgoing import Outgoing
from yaad.errors import InputError, UnknownName
from yaad.server.webhooks import sending
from yaad.server.webhooks.keeping import Webhooks


class Later:
    """A module that reads Django's settings: it is loaded once they stand."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str):
        return getattr(import_module(f"yaad.server.webhooks.{self._name}"), name)


managing, rounds = Later("managing"), Later("rounds")
SOON = 20.0
INSIDE = ("https://127.1/x", "https://[::1]/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/x",
          "https://2130706433/x", "https://0x7f000001/x", "https://10.1.2.3/x", "https://0/x", "https://[fd00::1]/x",
          "https://localhost/x", "http://example.com/x", "https://u:p@example.com/x",
          "ftp://example.com/x")  # fmt: skip


class Receiver:
    """Takes what is sent and answers as it is told, one answer after the other; then with 200."""

    def __init__(self) -> None:
        self.got, self.answers, self.others = [], [], []
        self.may_go = threading.Event()
        self.may_go.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                receiver.may_go.wait(SOON)
                status = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{receiver.address}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):
                receiver.others.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_told):
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def texts(self):
        """The notes that came, in their order."""
        return [json.loads(body)["what"]["text"] for _path, _headers, body in self.got]


@pytest.fixture
def receiver(monkeypatch):
    """On this machine, which is asked in these tests alone."""
    monkeypatch.setattr(sending, "way", lambda: Outgoing(own_machine=True))
    one = Receiver()
    yield one
    one.may_go.set()
    one.server.shutdown()
    one.server.server_close()


@contextmanager
def as_account(company: Company, name: str):
    from yaad.server.scoping import on_behalf_of, scope

    access = scope(company.accounts[name].pk, company.id)
    with on_behalf_of(access):
        yield access


@pytest.fixture
def hook(team, receiver, monkeypatch, tmp_path):
    """Makes a webhook of an account; it goes afterwards."""
    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "vault.key"))
    made = []

    def make(name="owner", kinds=("deal.note",), address=None):
        with as_account(team.here, name) as access:
            one, secret = managing.make(access, "Warehouse", address or receiver.address, list(kinds))
        made.append(one.id)
        return one, secret

    yield make
    kept = Webhooks(team.here.root)
    for one in kept.all():
        kept.remove(one.id)


def note(team, text, deal="here-Ben-4"):
    from yaad.server.writing import stamp, write_once

    with as_account(team.here, "owner"):
        write_once(lambda book: book.note(deal, text, **stamp()))


def tell(team, one):
    from yaad.server.acting import Acting, act

    with act(Acting()):
        rounds.tell(team.here.id, team.here.root, one.id)
    return Webhooks(team.here.root).state(one.id)


def let_time_pass(team, one):
    """The next try is due."""
    Webhooks(team.here.root).change(one.id, lambda state: replace(state, next_at=""))


def test_what_happens_is_sent_in_order_signed_and_once(team, hook, receiver):
    note(team, "before it was set up")
    one, secret = hook()
    for text in ("first", "שני", "third\r\nX-Evil: 1"):
        note(team, text)
    state = tell(team, one)
    assert receiver.texts == ["first", "שני", "third\r\nX-Evil: 1"]
    assert (state.tries, state.letters) == (0, ())
    assert state.taken is not None
    for _path, headers, body in receiver.got:
        moment, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Yaad-Signature"]).groups()
        by_hand = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        assert signature == by_hand
        assert abs(time.time() - int(moment)) < 300
        told = json.loads(body)
        assert headers["Yaad-Event"] == told["id"]
        assert (told["company"], told["kind"], told["deal_id"]) == (team.here.id, "deal.note", "here-Ben-4")
    assert tell(team, one).place == state.place
    assert len(receiver.got) == 3, "and no more"


def test_it_is_told_what_its_setter_sees_and_the_kinds_that_were_chosen(team, hook, receiver):
    one, _secret = hook("manager")
    note(team, "of the south", "here-Cyd-4")
    note(team, "of the north", "here-Ann-4")
    from yaad.server.writing import stamp, write_once

    with as_account(team.here, "owner"):
        write_once(lambda book: book.change("here-Ann-4", {"next_step": "x"}, **stamp()))
    tell(team, one)
    assert receiver.texts == ["of the north"]


@pytest.mark.parametrize("answer", [500, 404, 429, 301, 307, 100 + 299])
def test_what_is_not_taken_waits_longer_and_longer_and_holds_back_what_is_behind(team, hook, receiver, answer):
    one, _secret = hook()
    note(team, "first")
    note(team, "second")
    receiver.answers = [answer, answer]
    waits = []
    for tries in (1, 2):
        state, now = tell(team, one), dt.datetime.now(dt.UTC)
        assert (state.tries, bool(state.said)) == (tries, True)
        waits.append((state.again - now).total_seconds())
        let_time_pass(team, one)
    assert 50 < waits[0] < 70 < 290 < waits[1] < 340
    state = tell(team, one)
    assert receiver.texts == ["first", "first", "first", "second"]
    assert len({headers["Yaad-Event"] for _path, headers, _body in receiver.got[:3]}) == 1
    assert (state.tries, state.why, state.letters) == (0, {}, ())
    assert receiver.others == [], "no redirect is followed"
    assert {path for path, _headers, _body in receiver.got} == {"/"}


def test_after_so_many_tries_it_is_put_aside_and_can_be_sent_again_or_dropped(team, hook, receiver):
    one, _secret = hook()
    note(team, "lost")
    receiver.answers = [500] * rounds.TRIES
    for _ in range(rounds.TRIES):
        state = tell(team, one)
        let_time_pass(team, one)
    assert [(letter.kind, letter.tries) for letter in state.letters] == [("deal.note", rounds.TRIES)]
    assert state.letters[0].said.values["status"] == "500"
    note(team, "behind it")
    assert [letter.kind for letter in tell(team, one).letters] == ["deal.note"]
    assert receiver.texts[-1] == "behind it"
    with as_account(team.here, "owner") as access:
        managing.letter_again(access, one.id, state.letters[0].id)
    receiver.answers = [503]
    again = tell(team, one).letters
    assert [(letter.tries, letter.is_due) for letter in again] == [(rounds.TRIES + 1, False)]
    with as_account(team.here, "owner") as access:
        managing.letter_again(access, one.id, state.letters[0].id)
    assert tell(team, one).letters == ()
    assert receiver.texts[-1] == "lost"
    with as_account(team.here, "owner") as access, pytest.raises(UnknownName):
        managing.drop_letter(access, one.id, state.letters[0].id)


def test_an_address_that_takes_nothing_for_days_stops_and_goes_on_where_it_was(team, hook, receiver):
    one, _secret = hook()
    for text in ("a", "b", "c"):
        note(team, text)
    receiver.answers = [500] * rounds.TRIES * rounds.LOST
    for _ in range(rounds.TRIES * rounds.LOST):
        tell(team, one)
        let_time_pass(team, one)
    stopped = Webhooks(team.here.root).of(one.id)
    assert (stopped.is_active, stopped.stopped) == (False, "outgoing.stopped_silent")
    tell(team, one)
    assert "c" not in receiver.texts
    with as_account(team.here, "owner") as access:
        managing.switch(access, one.id, is_active=True)
    tell(team, one)
    assert receiver.texts[-1] == "c"


def test_a_kill_between_sending_and_marking_sends_again_under_the_same_id(team, hook, receiver, monkeypatch):
    one, _secret = hook()
    note(team, "once at least")
    change = Webhooks.change

    def killed(*_given):
        raise SystemExit

    monkeypatch.setattr(Webhooks, "change", killed)
    with pytest.raises(SystemExit):
        tell(team, one)
    monkeypatch.setattr(Webhooks, "change", change)
    tell(team, one)
    assert receiver.texts == ["once at least"] * 2
    assert len({headers["Yaad-Event"] for _path, headers, _body in receiver.got}) == 1


def test_who_may_no_more_has_nothing_sent_and_the_page_says_so(team, hook, receiver):
    from yaad.server.models import Membership

    one, _secret = hook("manager")
    note(team, "after", "here-Ann-4")
    part = Membership.objects.filter(company=team.here.id, account=team.here.accounts["manager"])
    part.update(role="rep")
    try:
        tell(team, one)
        stopped = Webhooks(team.here.root).of(one.id)
        assert (stopped.is_active, stopped.stopped, receiver.got) == (False, "outgoing.stopped_right", [])
        assert (
            "Stopped: who set it up"
            in team.client("owner")
            .get(team.here.prefix + "webhooks/", headers={"Accept-Language": "en"})
            .content.decode()
            or "נעצר" in team.client("owner").get(team.here.prefix + "webhooks/").content.decode()
        )
    finally:
        part.update(role="manager")


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_set_up(team, address, monkeypatch, tmp_path):
    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "vault.key"))
    with as_account(team.here, "owner") as access, pytest.raises(InputError):
        managing.make(access, "x", address, ["deal.note"])
    assert Webhooks(team.here.root).all() == ()


def test_a_name_that_leads_inside_by_then_is_not_reached(team, hook, receiver, monkeypatch):
    one, _secret = hook()
    note(team, "rebound")
    monkeypatch.setattr(sending, "way", lambda: Outgoing(lambda _host, _port: ["127.0.0.1"]))
    stored = Webhooks(team.here.root)
    planted = replace(stored.of(one.id), address="https://hooks.example/x")
    monkeypatch.setattr(Webhooks, "of", lambda _self, _id: planted)
    monkeypatch.setattr(Webhooks, "secret", lambda _self, _one: "s")
    state = tell(team, one)
    assert (state.tries, receiver.got) == (1, [])
    assert state.said.key == "sources.out_inside"


def test_a_slow_address_stands_in_nobodys_way_and_is_hung_up_on(team, hook, receiver, monkeypatch):
    slow, _secret = hook()
    quick = Receiver()
    try:
        other, _secret = hook(address=quick.address)
        receiver.may_go.clear()
        monkeypatch.setattr(sending, "LONGEST", 2.0)
        note(team, "to both")
        threads = rounds.of_one(team.here.id, team.here.root, dt.datetime.now(dt.UTC))
        assert len(threads) == 2
        assert rounds.of_one(team.here.id, team.here.root, dt.datetime.now(dt.UTC)) == [], "one at a time each"
        for thread in threads:
            thread.join(SOON)
            assert not thread.is_alive()
        kept = Webhooks(team.here.root)
        assert (quick.texts, kept.state(other.id).tries) == (["to both"], 0)
        assert (kept.state(slow.id).tries, kept.state(slow.id).said.key) == (1, "outgoing.why_late")
    finally:
        quick.server.shutdown()
        quick.server.server_close()


def test_each_manages_their_own_and_the_owner_everybodys(team, hook, receiver):
    of_owner, _secret = hook()
    of_manager, _secret = hook("manager")
    with as_account(team.here, "manager") as access:
        assert [one.id for one, _state in managing.webhooks_of(access)] == [of_manager.id]
        with pytest.raises(UnknownName):
            managing.rotate(access, of_owner.id)
    with as_account(team.here, "owner") as access:
        assert [one.id for one, _state in managing.webhooks_of(access)] == [of_owner.id, of_manager.id]


def test_the_page_shows_a_secret_once_and_hostile_names_as_text(team, hook, receiver, monkeypatch):
    hook()
    client = team.client("owner")
    page = team.here.prefix + "webhooks/"
    made = client.post(page, {"name": "<script>x", "address": receiver.address, "kind": ["deal.won"]})
    secret = re.search(r"yaadwh_[\w-]+", made.content.decode())
    assert secret
    assert made["Cache-Control"] == "no-store"
    again = client.get(page).content.decode()
    assert secret[0] not in again
    assert "<script>x" not in again
    assert "&lt;script&gt;x" in again
    one = Webhooks(team.here.root).all()[-1]
    turned = client.post(f"{page}{one.id}/", {"what": "rotate"}).content.decode()
    assert re.search(r"yaadwh_[\w-]+", turned)[0] != secret[0]
    assert client.post(page, {"name": "x", "address": "https://10.0.0.1/", "kind": ["deal.won"]}).status_code == 400
    assert client.post(f"{page}{one.id}/", {"what": "remove"}).status_code == 302
    assert [each.name for each in Webhooks(team.here.root).all()] == ["Warehouse"]
