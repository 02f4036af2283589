"""Serve one book on this machine: a free port, an address with a token that works once, a clean stop."""

import errno
import socket
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yaad.errors import InputError
from yaad.server.clock import Clock
from yaad.server.fork_server import stand_by
from yaad.server.place import Place
from yaad.text import Message

if TYPE_CHECKING:
    import uvicorn

LOOPBACK = ("127.0.0.1", "localhost", "::1")
BACKLOG = 128
TRIES = 50  # ports tried, one after another, when the wanted one is taken


@dataclass
class Prepared:
    """A server that is ready to run; its socket is open, so that its address is known.

    Attributes:
        address: where to go, with the token.
        server: uvicorn's.
        sockets: the open ones.
        clock: goes its rounds while the server serves.
        begin: what the server does of itself as it begins to serve.
    """

    address: str
    server: "uvicorn.Server"
    sockets: list[socket.socket]
    clock: Clock
    begin: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Serve until told to stop; then end the jobs and let go of the book."""
        from yaad.server.state import close

        try:
            self.begin()
            self.clock.start()
            self.server.run(sockets=self.sockets)
        except KeyboardInterrupt:
            pass  # Ctrl-C is how a person stops it
        finally:
            self.clock.stop()
            close()
            for open_socket in self.sockets:
                open_socket.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket on a port of this machine: the wanted one, or the next that is free; 0 takes any.

    Raises:
        InputError: the host is not this machine alone, or no port is free.
    """
    if host not in LOOPBACK:
        raise InputError(Message("server.loopback_only", {"host": host}))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port, port + TRIES) if port else (0,):
        open_socket = socket.socket(family, socket.SOCK_STREAM)
        open_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            open_socket.bind((host, number))
        except OSError as error:
            open_socket.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            open_socket.listen(BACKLOG)  # from now on a visitor waits instead of being refused
            return open_socket
    raise InputError(Message("server.no_port", {"first": str(port), "last": str(port + TRIES - 1)}))


def prepare(book_root: Path | str, *, host: str = "127.0.0.1", port: int = 0, lang: str = "en") -> Prepared:
    """Open (or start) the book, configure the pages and open the socket; once a process.

    Raises:
        BookError: the folder holds something else.
        InputError: the host is not this machine alone, or no port is free.
    """
    import uvicorn

    from yaad.book import Book
    from yaad.server import entrance, settings, state

    root = Path(book_root)
    Book.create(root).close()
    place = Place(root)
    open_socket = listen(host, port)
    settings.configure(place, lang=lang)
    state.open_place(place)
    from yaad.server import scheduled
    from yaad.server.ending import Serving
    from yaad.server.handling import Pages  # reads the settings as it is loaded

    config = uvicorn.Config(Pages(), lifespan="off", log_level="warning", access_log=False, server_header=False)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{open_socket.getsockname()[1]}{entrance.PATH}?token={entrance.token.value}"
    clock = Clock([partial(scheduled.of_one, "", root, lang)])
    return Prepared(address, Serving(config), [open_socket], clock)


def serve(
    book_root: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    lang: str = "en",
    open_browser: bool = False,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the pages of a book on this machine until Ctrl-C.

    Args:
        book_root: the folder of the book; an empty book is started where there is none.
        host: a name of this machine alone.
        port: the wanted port, or the next free one; 0 takes any.
        lang: the language of a first visit.
        open_browser: open the address in the browser.
        announce: called with the address once the server can be reached; it is printed when absent.

    Raises:
        BookError: the folder holds something else.
        InputError: the host is not this machine alone, or no port is free.
    """
    stand_by()
    prepared = prepare(book_root, host=host, port=port, lang=lang)
    (announce or _print)(prepared.address)
    if open_browser:
        webbrowser.open(prepared.address)
    prepared.run()


def _print(address: str) -> None:
    sys.stdout.write(address + "\n")
    sys.stdout.flush()
