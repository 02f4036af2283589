"""Serve a home: look at everything first, bring the tables up, then one process until told to stop."""

import datetime as dt
import gc
import os
import socket
import sys
from collections.abc import MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yaad.book.sources.vault import KEY_VARIABLE
from yaad.errors import InputError, YaadError
from yaad.server.checking import Found, check, database
from yaad.server.clock import Clock
from yaad.server.home import Home
from yaad.server.running import Running
from yaad.server.serving import BACKLOG, Prepared
from yaad.server.settings import configure_server
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.state import Desks

CLOSING = 10
"""Seconds that answers under way have to end."""
TURN = 0.001
"""Seconds after which a thread that computes lets another one have its turn: answers are many short ones."""
SWEEPS = (50_000, 20, 50)
"""Objects until those that nobody holds are looked for, and how seldom older ones are: questions make very many."""
LOCK = "serving.lock"


class NotReady(YaadError):
    """Something is not as it must be before the server starts.

    Attributes:
        found: what is wrong.
    """

    def __init__(self, found: Sequence[Found]) -> None:
        self.found = found
        names = ", ".join(one.name for one in found)
        super().__init__(Message("house.not_ready", {"names": names}))


def at_home(folder: Path | None, said: MutableMapping[str, str] | None = None) -> MutableMapping[str, str]:
    """The environment of a home, which the jobs of its server see too.

    Args:
        folder: of the home; as the environment says when absent.
        said: the environment; that of the process when absent.
    """
    found = os.environ if said is None else said
    if folder is not None:
        found["YAAD_HOME"] = str(folder.absolute())
    return found


def prepare_home(folder: Path | None = None) -> Prepared:
    """Look at everything, bring the tables up, open the socket; once a process.

    Args:
        folder: of the home; as the environment says when absent.

    Raises:
        NotReady: something is not as it must be.
        BookError: a newer version was here.
        InputError: another server has this home, or the port is taken.
    """
    import uvicorn

    from yaad.server import logs

    said = at_home(folder)
    logs.to_terminal()
    if wrong := [one for one in check(said, configure=configure_server) if not one.holds]:
        raise NotReady(wrong)
    home, running = Home.from_environment(said), Running.from_environment(said)
    said.setdefault(KEY_VARIABLE, str(home.folder / "vault.key"))  # jobs open the sources' secrets too
    _alone(home)
    open_socket = bind(running.host, running.port)

    from yaad.server import companies, state
    from yaad.server.agents import WithAgents
    from yaad.server.ending import Serving
    from yaad.server.upgrading import upgrade
    from yaad.server.watching import Watched  # reads the settings as it is loaded

    upgrade()
    if wrong := [one for one in database() if not one.holds]:  # tables that were not there when it was looked at
        raise NotReady(wrong)
    desks = state.open_companies(companies.folder_of, running)
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()  # what was made until now stays for ever
    gc.set_threshold(*SWEEPS)
    config = uvicorn.Config(
        WithAgents(Watched(running, desks), home.lang),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=running.proxies,
        timeout_graceful_shutdown=CLOSING,
    )
    clock = Clock(
        [
            partial(_sources, home),
            partial(_asked, home),
            partial(_webhooks, home),
            partial(_mornings, home),
            lambda _now: desks.let_go(),
        ]
    )
    begin = partial(_go_on, desks)
    return Prepared(first_address(home), Serving(config), [open_socket], clock, begin)


def _in_use() -> list[str]:
    """The companies that are not retired."""
    from yaad.server import companies
    from yaad.server.acting import as_server

    with as_server():
        return companies.in_use()


def _go_on(desks: "Desks") -> None:
    """Let the jobs of all companies go on that the server left when it ended."""
    from yaad.server import companies, persons
    from yaad.server.acting import as_server

    with as_server():
        companies.tell_books()
    desks.go_on(_in_use())
    persons.resume(desks, _in_use())


def _sources(home: Home, now: dt.datetime) -> None:
    """Let the recurring sources begin that are due, in every company."""
    from yaad.server import scheduled
    from yaad.server.connected import given_back

    with given_back():
        scheduled.of_companies(_in_use(), home.company, home.lang, now)


def _asked(home: Home, now: dt.datetime) -> None:
    """Let go what was written of persons and nobody fetched, in every company."""
    from yaad.server import asked_persons
    from yaad.server.connected import given_back

    with given_back():
        asked_persons.sweep(_in_use(), home.company, now)


def _webhooks(home: Home, now: dt.datetime) -> None:
    """Tell the webhooks what happened, in every company."""
    from yaad.server.connected import given_back
    from yaad.server.webhooks import rounds

    with given_back():
        rounds.of_companies(_in_use(), home.company, now)


def _mornings(home: Home, now: dt.datetime) -> None:
    """Send the morning mails that are due, in every company."""
    from yaad.server import mornings
    from yaad.server.connected import given_back

    with given_back():
        mornings.of_companies(_in_use(), home.company, now)


def first_address(home: Home) -> str:
    """Where to go: the server's address, with the key of the first run while nobody has an account."""
    from yaad.server import setup
    from yaad.server.acting import as_server

    with as_server():
        return setup.address(home) or home.address


def bind(host: str, port: int) -> socket.socket:
    """A socket on exactly this port.

    Raises:
        InputError: it is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    open_socket = socket.socket(family, socket.SOCK_STREAM)
    open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        open_socket.bind((host, port))
    except OSError as error:
        open_socket.close()
        where = Message("house.port_taken", {"where": f"{host}:{port}", "error": type(error).__name__})
        raise InputError(where) from None
    open_socket.listen(BACKLOG)
    return open_socket


_locks: list[int] = []
"""Held until the process ends."""


def _alone(home: Home) -> None:
    """Let no second server work in the same home: each would think that its jobs are all there are.

    Raises:
        InputError: one does.
    """
    try:
        import fcntl
    except ImportError:  # Windows: the port alone keeps a second one away
        return
    held = os.open(home.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise InputError(Message("house.second_server", {"path": str(home.folder)})) from None
    _locks.append(held)
