"""A process that stands by with the program loaded, and begins the process of each job by a fork.

Loading the program takes seconds, which each job would take anew. So a server forks once as it begins,
before it has opened anything; what is loaded is shared by all of them, so that a job takes less memory too. This is
the fork server of `multiprocessing`, but for two things: nothing is loaded a second time for it, and a job still is a
process like any other, with a session, variables and temporary files of its own.

It is there on Linux only, which has handles of processes (``pidfd_open``). Elsewhere, and where nobody called
`stand_by`, a job begins as a new interpreter.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

LOADED = ("yaad.server.worker", "yaad.server.tasks")
"""What jobs need; whatever it loads is loaded with it."""
EVERY = 1.0
"""Seconds after which children that have ended are looked for, at the latest."""
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
"""Variables by which a process is told where its temporary files lie."""
PATIENCE = 10.0
"""Seconds after which what stands by is taken for gone."""
NONE = b"0"
"""The number that is told where no process was begun."""
MOST = 1 << 16
"""Bytes that are read at once."""


class Forked:
    """The process of a job, which is no child of this one; it is known by a handle, so that its number cannot mislead.

    Attributes:
        pid: its number, which is that of its session and its group too.
    """

    def __init__(self, pid: int, handle: int) -> None:
        self.pid = pid
        self._handle = handle

    def __del__(self) -> None:
        os.close(self._handle)

    def poll(self) -> int | None:
        """Zero when it has ended, however; None while it works."""
        return 0 if self._ends(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Zero, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not within so many seconds.
        """
        if not self._ends(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def terminate(self) -> None:
        """Tell it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it by force."""
        self._send(signal.SIGKILL)

    def _ends(self, timeout: float | None) -> bool:
        return _readable(self._handle, timeout)

    def _send(self, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, sent)


class ForkServer:
    """What stands by, as the server sees it."""

    def __init__(self, ours: socket.socket) -> None:
        self._ours = ours
        self._ours.settimeout(PATIENCE)
        self._lock = threading.Lock()

    def begin(self, database: Path, job: str, variables: Mapping[str, str]) -> Forked | None:
        """The process of a job, just begun; None where none was: what stood by is gone, or the system gives no more.

        Args:
            database: of jobs.
            job: its id.
            variables: of its environment.
        """
        told = json.dumps([str(database), job, dict(variables)]).encode() + b"\n"
        with self._lock:
            try:
                self._ours.sendall(told)
                number, handles, _flags, _address = socket.recv_fds(self._ours, MOST, 1)
            except OSError:
                self._ours.close()  # an answer that comes late would be taken for that of the next job
                return None
        return _held(int(number or NONE), handles)


def _held(number: int, handles: list[int]) -> Forked | None:
    """The process of a number, by the handle that came with it, where one did; none runs when None is said."""
    for handle in handles:
        os.set_inheritable(handle, False)  # noqa: FBT003 – the library takes it so
        return Forked(number, handle)
    if number:
        try:
            return Forked(number, os.pidfd_open(number))
        except OSError:  # this process has no file left: the job must not run beside another that takes its place
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    return None


_standing: list[ForkServer] = []
"""What stands by for this process: one, or none."""


def stand_by() -> None:
    """Have a process stand by, where the system can; to be called before anything is opened or a thread begun.

    A second call, and one where a thread has begun, does nothing.
    """
    if _standing or threading.active_count() > 1 or not _has_handles():
        return
    for name in LOADED:
        importlib.import_module(name)
    ours, theirs = socket.socketpair()
    if _fork():
        theirs.close()
        _standing.append(ForkServer(ours))
        return
    ours.close()
    _serve(theirs)


def _has_handles() -> bool:
    """Whether the system has handles of processes; the library may know of them where an old kernel does not."""
    if not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def begin(database: Path, job: str, variables: Mapping[str, str]) -> Forked | None:
    """The process of a job, begun by what stands by; None where nothing does."""
    return _standing[0].begin(database, job, variables) if _standing else None


def _readable(number: int, timeout: float | None) -> bool:
    """Whether there is something to read within so many seconds; a handle of a process tells of its end in that way."""
    asked = select.poll()
    asked.register(number, select.POLLIN)
    return bool(asked.poll(None if timeout is None else timeout * 1000))


def _fork() -> int:
    """As `os.fork`: the number of the child, or zero in the child."""
    _flush()
    with warnings.catch_warnings():
        # libraries that were loaded, and did nothing yet, keep threads for their memory; they take a fork into account
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a server may be begun without
            stream.flush()


def _serve(theirs: socket.socket) -> NoReturn:
    """Stand by until the server is gone."""
    try:
        os.setsid()  # Ctrl-C is for the server, which then lets go of this
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        gc.collect()
        gc.freeze()  # what is loaded is shared as long as nobody looks through it for what can go
        _answer(theirs)
    except OSError:  # the server is gone in the middle of an answer
        os._exit(0)
    except BaseException:  # noqa: BLE001 – nothing may go on as the server
        traceback.print_exc()
    finally:
        os._exit(1)


def _answer(theirs: socket.socket) -> NoReturn:
    before = b""
    while True:
        came = _readable(theirs.fileno(), EVERY)
        while _reap():
            pass
        if not came:
            continue
        read = theirs.recv(MOST)
        if not read:
            os._exit(0)
        *told, before = (before + read).split(b"\n")
        for line in told:
            _begin(theirs, *json.loads(line))


def _reap() -> bool:
    """Ask after a child that has ended, so that nothing is left of it; whether there was one."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _begin(theirs: socket.socket, database: str, job: str, variables: dict[str, str]) -> None:
    try:
        child = _fork()
    except OSError:
        theirs.sendall(NONE)
        return
    if child:
        _tell(theirs, child)
        return
    code = 1
    try:
        os.setsid()
        theirs.close()
        os.environ.clear()
        os.environ.update(variables)
        tempfile.tempdir = None  # it is looked up anew
        code = _run(Path(database), job)
    except BaseException:  # noqa: BLE001 – nothing may go on as what stands by
        traceback.print_exc()
    finally:
        try:
            _flush()
        finally:
            os._exit(code)


def _tell(theirs: socket.socket, child: int) -> None:
    """Hand over a process that was begun; where it cannot be, it must not run beside another that takes its place."""
    try:
        handle = os.pidfd_open(child)
    except OSError:
        os.kill(child, signal.SIGKILL)
        theirs.sendall(NONE)
        return
    try:
        socket.send_fds(theirs, [str(child).encode()], [handle])
    except OSError:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(handle)


def _run(database: Path, job: str) -> int:
    from yaad.server.worker import main

    return main(database, job)
