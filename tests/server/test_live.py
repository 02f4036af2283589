"""Streams of open boards: what they say and to whom, how many there are, and when each of them ends."""

import asyncio
import contextlib
import datetime as dt
from functools import partial

import pytest
from tests import loops

PATIENCE = 60.0
LONG = 600.0


@pytest.fixture
def live(home, monkeypatch):
    from yaad.server import live

    monkeypatch.setattr(live, "EVERY", 0.02)
    monkeypatch.setattr(live, "BEAT", LONG)
    yield live
    assert not live._streams
    assert not live._open


@pytest.fixture
def access_of(team):
    from yaad.server.scoping import scope

    return lambda name: scope(team.here.accounts[name].pk, team.here.id)


@pytest.fixture
def write(team):
    """Gives a deal of somebody a next step, as another process would; all of it is taken back at the end."""
    from yaad.book import Book

    written = []

    def change(person: str) -> None:
        deal, values = f"here-{person}-5", {"next_step": f"call again {len(written)}"}
        with contextlib.closing(Book.open(team.here.root)) as book:
            written.append((deal, book.change(deal, values, at=dt.datetime.now(dt.UTC), by="owner").seq))

    yield change
    with contextlib.closing(Book.open(team.here.root)) as book:
        for deal, seq in reversed(written):
            book.undo(deal, seq, at=dt.datetime.now(dt.UTC), by="owner")


def version_of(live, access) -> str:
    """What the page of somebody says that it shows."""
    return live._versions([access], waits=True)[access.viewer.key]


async def next_of(told) -> str:
    """The next thing that a stream says."""
    return (await asyncio.wait_for(anext(told), PATIENCE)).decode()


async def nothing_of(told, seconds: float = 0.5) -> bool:
    """Whether a stream says nothing for a while; it cannot be asked further."""
    try:
        await asyncio.wait_for(anext(told), seconds)
    except TimeoutError:
        return True
    return False


def opened(live, access, may_still=lambda: True, **more):
    return live.stream(access, version_of(live, access), may_still, once=False, **more)


def test_who_sees_the_deal_is_told_with_the_version_that_the_page_then_has(live, access_of, write):
    access = access_of("rep")
    told = opened(live, access)
    before = version_of(live, access)

    async def play():
        assert (await next_of(told)).startswith("retry: ")
        await asyncio.to_thread(write, "Ben")
        said = await next_of(told)
        await told.aclose()
        return said

    said = loops.run(play())
    now = version_of(live, access)
    assert now != before
    assert said == f"event: changed\ndata: {now}\n\n"


def test_what_is_written_of_deals_of_others_says_nothing_not_even_that_something_was(live, access_of, write):
    access = access_of("rep")
    told = opened(live, access)

    async def play():
        await next_of(told)
        waiting = asyncio.create_task(nothing_of(told))
        await asyncio.to_thread(write, "Cyd")
        return await waiting

    assert loops.run(play())


def test_what_changed_before_the_stream_began_is_said_at_once(live, access_of, write):
    access = access_of("rep")
    told = opened(live, access)
    write("Ben")

    async def play():
        found = [await next_of(told), await next_of(told)]
        await told.aclose()
        return found

    assert loops.run(play())[1].startswith("event: changed\n")


@pytest.mark.parametrize("is_heard_by_change", [True, False])
def test_it_ends_with_the_first_word_after_who_looks_may_not_any_more(
    live, access_of, write, monkeypatch, is_heard_by_change
):
    """A session that is over, a role that was taken: what changed since then is not told."""
    may = [True]
    told = opened(live, access_of("rep"), lambda: may[0])
    monkeypatch.setattr(live, "BEAT", LONG if is_heard_by_change else 0.05)

    async def play():
        await next_of(told)
        may[0] = False
        if is_heard_by_change:
            asking = asyncio.create_task(next_of(told))
            await asyncio.to_thread(write, "Ben")
            said = await asking
        else:
            said = await next_of(told)
        with pytest.raises(StopAsyncIteration):
            await next_of(told)
        return said

    assert loops.run(play()) == "event: ended\ndata: \n\n"


def test_while_nothing_changes_it_says_that_it_is_there(live, access_of, monkeypatch):
    monkeypatch.setattr(live, "BEAT", 0.05)
    told = opened(live, access_of("rep"))

    async def play():
        await next_of(told)
        found = [await next_of(told), await next_of(told)]
        await told.aclose()
        return found

    assert loops.run(play()) == [": \n\n"] * 2


def test_all_end_when_the_server_stops(live, access_of):
    streams = [opened(live, access_of(name)) for name in ("rep", "owner", "manager")]

    async def play():
        for told in streams:
            await next_of(told)
        ends = [asyncio.create_task(anext(told, None)) for told in streams]
        await asyncio.sleep(0.1)
        live.end_all()
        return await asyncio.wait_for(asyncio.gather(*ends), PATIENCE)

    assert loops.run(play()) == [None] * 3


def test_it_ends_after_a_while_and_is_asked_for_anew(live, access_of, monkeypatch):
    monkeypatch.setattr(live, "BEAT", 0.05)
    monkeypatch.setattr(live, "LONGEST", 0.3)
    told = opened(live, access_of("rep"))

    async def play():
        return [one async for one in told]

    assert len(loops.run(play())) >= 2


def test_an_account_has_so_many_and_who_asks_for_more_is_told_to_come_later(live, access_of):
    rep, owner = access_of("rep"), access_of("owner")
    streams = [opened(live, rep) for _ in range(live.EACH)]

    async def play():
        for told in streams:
            await next_of(told)
        refused = [one async for one in opened_now(rep)]
        other = opened_now(owner)
        first = await next_of(other)
        await other.aclose()
        await streams.pop().aclose()
        again = opened_now(rep)
        last = await next_of(again)
        for told in (again, *streams):
            await told.aclose()
        return refused, first, last

    opened_now = partial(live.stream, version="", may_still=lambda: True, once=False)
    refused, first, last = loops.run(play())
    assert refused == [f"retry: {live.LATE}\n\n".encode()]
    assert first == last == f"retry: {live.SOON}\n\n"


def test_the_server_has_so_many(live, access_of, monkeypatch):
    monkeypatch.setattr(live, "MOST", 1)
    told = opened(live, access_of("rep"))

    async def play():
        await next_of(told)
        refused = [one async for one in live.stream(access_of_owner, "", lambda: True, once=False)]
        await told.aclose()
        return refused

    access_of_owner = access_of("owner")
    assert loops.run(play()) == [f"retry: {live.LATE}\n\n".encode()]


def test_whether_one_may_still_look_follows_the_session_and_the_role(team, live):
    from types import SimpleNamespace

    from yaad.faces.web.views.board_live import _may_still
    from yaad.server.models import Membership
    from yaad.server.scoping import scope
    from yaad.server.sign_in.sessions import of_key

    account = team.here.accounts["rep"]
    request = SimpleNamespace(session=team.client("rep").session)
    may = _may_still(request, scope(account.pk, team.here.id))
    part = Membership.objects.filter(company=team.here.id, account=account)
    assert may()
    try:
        part.update(role="manager")
        assert not may()
        part.update(role="rep", person="Dan")
        assert not may()
    finally:
        part.update(role="rep", person="Ben")
    assert may()
    of_key(request.session.session_key).delete()
    assert not may()


@pytest.mark.parametrize(
    ("address", "keeps"), [("pipeline/live/", False), ("pipeline/lanes/", False), ("pipeline/", True)]
)
def test_a_board_that_is_left_open_does_not_keep_the_session_in_use(team, monkeypatch, address, keeps):
    import time

    from yaad.server.sign_in import sessions

    client = team.client("rep")
    rows = sessions.of_key(client.session.session_key)
    client.get(team.here.prefix + "pipeline/")
    before, now = rows.get().expire_date, time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.EVERY + 1)
    assert client.get(team.here.prefix + address).status_code == 200
    assert (rows.get().expire_date > before) is keeps
