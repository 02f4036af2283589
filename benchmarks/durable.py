"""``python -m benchmarks.durable [--moments N] [--faults N]``: sixteen writers killed, and their writes made to fail.

A server with one company; sixteen threads write entries into its journal, several of them under the same keys, and
every few entries the lake is folded. An entry counts as acknowledged once the call that wrote it has returned. The
process gets SIGKILL at moments drawn from a fixed seed, or a call that writes fails (strace makes the n-th one of each
thread fail). On PostgreSQL the database itself is stopped too, as by a power cut, and started again.

After each: every acknowledged entry is there once, under its number, as it was said; the numbers have no gap. From time
to time, and in the end, the lake tells the same notes as the journal, and every measure equals that of a book that was
rebuilt.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.killed import MAP

RESULT = Path(__file__).parent / "results" / "durable.json"
SEED = 20261129
WRITERS = 16
FOLD_EVERY = 20
LONGEST = 0.6
"""Seconds after which a process is killed at the latest."""
DEALS = 30
FAULTS = (("pwrite64", 1), ("pwrite64", 6), ("fdatasync", 1), ("fdatasync", 3))
"""A handful of failing calls: which, and the how many-th of each thread."""


class Server:
    """A process with the program loaded, which forks one for each thing to do; it holds no connection and no thread.

    Args:
        folder: of everything that is kept.
        variables: how the server is set, beside its home.
    """

    def __init__(self, folder: Path, variables: dict[str, str] | None = None) -> None:
        said = {
            "YAAD_HOME": str(folder / "home"),
            "YAAD_ADDRESS": "http://127.0.0.1:8000",
            "YAAD_SECRET_KEY": "a key for trials alone, with letters enough: 0123456789 ABCDEFGHIJ",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.durable", "--serve", str(folder)],
            env=os.environ | said | (variables or {}),
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun = self.ask("begin")
        assert begun.get("company"), begun

    def ask(self, what: str, **more: object) -> dict[str, Any]:
        """Have it do something to its end; what it tells."""
        self.start(what, **more)
        return self.told()

    def start(self, what: str, **more: object) -> int:
        """Have it begin something; the number of the process that does it."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"what": what} | more) + "\n")
        self._process.stdin.flush()
        return int(self.told()["pid"])

    def told(self) -> dict[str, Any]:
        """The next line that it tells."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the server of the trials has ended"
        return json.loads(line)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


@contextmanager
def server(folder: Path, variables: dict[str, str] | None = None) -> Iterator[Server]:
    one = Server(folder, variables)
    try:
        yield one
    finally:
        one.close()


# ---- what is asked from outside -----------------------------------------------------------------------------------


def killed(one: Server, moments: int, *, look_every: int = 10) -> Iterator[dict[str, Any]]:
    """Kill so many processes while they write."""
    draw = random.Random(SEED)
    for number in range(moments):
        seconds = draw.uniform(0, LONGEST)
        pid = one.start("write", trial=f"k{number}")
        time.sleep(seconds)
        os.kill(pid, 9)
        ended = one.told()
        assert ended["killed"] == 9, ended
        look = number % look_every == look_every - 1
        if look:  # the next process goes on where this one was killed, the fold as well
            one.ask("write", trial=f"after{number}", each=2)
        yield {"seconds": round(seconds, 4)} | one.ask("check", lake=look)


def power_cut(one: Server, database: Any, times: int) -> Iterator[dict[str, Any]]:
    """Stop a database of PostgreSQL at once while they write, and start it again."""
    for number in range(times):
        one.start("write", trial=f"power{number}")
        time.sleep(LONGEST)
        database.control("stop", "-m", "immediate")
        one.told()
        database.start()
        yield one.ask("check", lake=True)


def on_postgresql(folder: Path, moments: int, cuts: int) -> list[dict[str, Any]]:
    """Kills and power cuts over a database of one's own."""
    from tests.postgres import cluster

    with cluster() as database:
        variables = {"YAAD_DATABASE": database.address("serves"), "YAAD_DATABASE_OWNER": database.address("owns")}
        with server(folder, variables) as one:
            return [*killed(one, moments, look_every=moments), *power_cut(one, database, cuts)]


def faults_allowed() -> str:
    """Why calls cannot be made to fail here; empty: they can."""
    if shutil.which("strace") is None:
        return "strace is absent (Debian's package strace)"
    command = ["strace", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "-o", "/dev/null", "true"]
    return (
        "" if subprocess.run(command, capture_output=True, check=False).returncode == 0 else "no process may be traced"
    )


def faulty(one: Server, faults: Iterator[tuple[str, int]] | tuple[tuple[str, int], ...]) -> Iterator[dict[str, Any]]:
    """Let the n-th such call of each thread fail, and every 29th after it, while all of them write."""
    for call, n in faults:
        pid = one.start("wait", trial=f"{call}{n}")
        with tempfile.NamedTemporaryFile("r", suffix=".strace") as seen:
            inject = f"inject={call}:error=EIO:when={n}+29"
            command = ["strace", "-f", "-p", str(pid), "-e", f"trace={call}", "-e", inject, "-o", seen.name]
            tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            assert tracer.stderr
            while "attached" not in (line := tracer.stderr.readline()):
                assert line, "strace has ended"
            os.kill(pid, 10)  # SIGUSR1: begin
            wrote = one.told()
            tracer.wait(timeout=60)
            tracer.stderr.close()
            failed = seen.read().count("(INJECTED)")
        yield {"call": call, "n": n, "failed_calls": failed} | wrote | one.ask("check", lake=False)


# ---- what is done inside ------------------------------------------------------------------------------------------


def serve(folder: Path) -> int:
    """Do what is asked, line after line, each in a process of its own."""
    import deltalake  # noqa: F401 – loaded once for all that are forked
    import duckdb  # noqa: F401 – as above

    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    configure_server(Home.from_environment(os.environ))
    import yaad.book.written
    import yaad.faces.web.urls  # noqa: F401 – as above

    work = {"begin": _begin, "write": _write, "wait": _wait, "check": _check, "same": _same}
    for line in sys.stdin:
        asked = json.loads(line)
        from_child, to_parent = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(from_child)
            with suppress(BaseException):
                try:
                    os.write(to_parent, json.dumps(work[asked.pop("what")](folder, **asked)).encode())
                except BaseException:
                    traceback.print_exc()
                    raise
            os._exit(0)
        os.close(to_parent)
        print(json.dumps({"pid": pid}), flush=True)
        with os.fdopen(from_child) as pipe:
            told = pipe.read()
        _, status = os.waitpid(pid, 0)
        print(told or json.dumps({"killed": os.WTERMSIG(status), "ended": os.WEXITSTATUS(status)}), flush=True)
    return 0


def _begin(folder: Path) -> dict[str, Any]:
    from yaad.book import Book
    from yaad.server import acting, companies, upgrading
    from yaad.server.models import Account

    upgrading.upgrade()
    stages = (("New", 3), ("Quote", 5), ("Won", 9))
    rows = [f"D{n},{stage},2026-01-0{day}" for n in range(DEALS) for stage, day in stages[: 1 + n % 3]]
    (folder / "deals.csv").write_text("deal,stage,at\n" + "\n".join(rows), "utf-8")
    (folder / "map.yaml").write_text(MAP, "utf-8")
    owner = Account.objects.create_user("owner@yaad.example")
    with acting.as_account(owner.pk):
        company = companies.begin(owner, "Written by many")
    book = Book.create(companies.folder_of(company.id))
    book.import_files([folder / "deals.csv"], mapping=folder / "map.yaml")
    book.close()
    (folder / "company").write_text(company.id, "utf-8")
    (folder / "acknowledged").touch()
    return {"company": company.id}


def _journal(folder: Path) -> Any:
    from yaad.server.journal import DatabaseJournal

    return DatabaseJournal((folder / "company").read_text("utf-8"))


def _book(folder: Path) -> Any:
    from yaad.book import Book
    from yaad.server.companies import folder_of

    return Book.open(folder_of((folder / "company").read_text("utf-8")))


def _wait(folder: Path, trial: str) -> dict[str, Any]:
    """Write a few each, once SIGUSR1 says so."""
    import signal

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    signal.sigwait({signal.SIGUSR1})
    return _write(folder, trial, each=6)


def _write(folder: Path, trial: str, each: int = 10**9) -> dict[str, Any]:
    """Sixteen threads write; what has returned is noted in a file, as the last thing before the next entry."""
    import datetime as dt
    import logging
    import threading
    from functools import partial

    from django.db import connection

    from yaad.book import written
    from yaad.model import NoteEntry

    logging.disable(logging.CRITICAL)
    written.settle = partial(written.settle, every=FOLD_EVERY)
    book, at = _book(folder), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    noted = os.open(folder / "acknowledged", os.O_WRONLY | os.O_APPEND)
    failed = []

    def write(writer: int) -> None:
        for n in range(each):
            key = f"{trial}-{n}-{writer // 2 if n % 3 == 0 else writer + 100}"  # every third one is written by two
            entry = NoteEntry(deal_id=f"D{n % DEALS}", at=at, by="one", key=key, text=f"said {key}")
            try:
                kept = book.write(entry)
            except Exception as error:  # noqa: BLE001 – whatever a failed call becomes: it was not acknowledged
                failed.append(repr(error))
                with suppress(Exception):
                    connection.close()
                if len(failed) > 1000:
                    return
                continue
            os.write(noted, f"{key} {kept.seq}\n".encode())
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,), daemon=True) for writer in range(WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return {"refused": len(failed), "as": sorted(set(failed))[:3]}


def _check(folder: Path, lake: bool) -> dict[str, Any]:
    """What the journal says to what was acknowledged, and the lake to the journal."""
    kept = _journal(folder).since(0)
    notes = {entry.key: entry for entry in kept if hasattr(entry, "text")}
    acknowledged = dict(line.split() for line in (folder / "acknowledged").read_text("utf-8").splitlines())
    lost = [key for key, seq in acknowledged.items() if key not in notes or notes[key].seq != int(seq)]
    other = [key for key, entry in notes.items() if entry.text != f"said {key}"]
    told: dict[str, Any] = {
        "acknowledged": len(acknowledged),
        "kept": len(notes),
        "lost": lost,
        "other": other,
        "doubled": len(kept) - len({entry.key for entry in kept}),
        "gaps": [entry.seq for entry in kept] != list(range(1, len(kept) + 1)),
    }
    if lake:
        book = _book(folder)
        table = book.facts.table("activities")
        texts = sorted(book.facts.run(table.select("text"))["text"].to_pylist())
        told["lake_differs"] = texts != sorted(entry.text for entry in notes.values())
        told["folded"] = book.facts.pin.journal_seq
        book.close()
    told["clean"] = not (lost or other or told["doubled"] or told["gaps"] or told.get("lake_differs"))
    return told


def _same(folder: Path) -> dict[str, Any]:
    """Whether every measure is the same in a book that was rebuilt."""
    book = _book(folder)

    def figures() -> dict[str, list[object]]:
        found: dict[str, list[object]] = {}
        for row in book.measure(*book.catalogue).to_dict("en")["measures"]:
            found.setdefault(str(row["id"]), []).append(row)
        return found

    before = figures()
    book.rebuild()
    after = figures()
    return {"measures": len(before), "differ": [name for name in before if before[name] != after.get(name)]}


def is_clean(one: dict[str, Any]) -> bool:
    """Whether what was written is all there; what could not be looked at is not."""
    return bool(one.get("clean"))


def accepted(found: list[dict[str, Any]], same: dict[str, Any]) -> bool:
    """Whether nothing was lost or doubled, something was written, and a rebuild changed nothing."""
    return all(map(is_clean, found)) and found[-1]["acknowledged"] > len(found) and not same["differ"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=120)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.serve:
        return serve(said.serve)
    from tests.postgres import absent

    result: dict[str, Any] = {"seed": SEED, "writers": WRITERS, "moments": said.moments}
    with tempfile.TemporaryDirectory(prefix="yaad-durable-") as folder, server(Path(folder)) as one:
        found = list(killed(one, said.moments, look_every=50))
        why = faults_allowed()
        faults = [(call, n) for n in range(1, said.faults + 1) for call in ("pwrite64", "fdatasync") if not why]
        found += list(faulty(one, tuple(faults)))
        same = one.ask("same")
        there = absent() or on_postgresql(Path(folder) / "postgresql", max(1, said.moments // 10), 10)
    last = found[-1]
    result |= {"on_postgresql": there if isinstance(there, str) else there[-1]}
    found = [*([] if isinstance(there, str) else there), *found]
    result |= {name: last[name] for name in ("acknowledged", "kept", "doubled", "gaps")}
    result |= {
        "faults": why or len(faults),
        "failed_calls": sum(each.get("failed_calls", 0) for each in found),
        "bad": [each for each in found if not is_clean(each)],
        "measures": same["measures"],
        "measures_that_differ_after_a_rebuild": same["differ"],
        "accepted": accepted(found, same),
    }
    print(json.dumps(result, ensure_ascii=False, indent=1))
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if result["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
