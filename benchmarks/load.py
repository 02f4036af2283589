"""``python -m benchmarks.load``: people at work on a company of a million deals, while a file is brought in.

A home is made (or taken from ``--home``) with one company, its teams and an account for each person who works; the
server is started as anybody starts it. Each person opens a page of the mix, reads for the time to think (drawn, so that
they do not march in step) and opens the next. The server has just started: what is asked in the first while is told
apart. After a third of the time that follows another file of moves is brought in beside them. The sign-in itself is
left out: a password is slow to check on purpose.

A page whose figures are not there yet says that they are being counted and comes anew by itself; as a browser does, a
person waits for it. So two lengths are told: until the browser has an answer, and until it has the figures.

Kept as JSON under ``benchmarks/results``: answers, errors and milliseconds (half, 95 and 99 of 100) of pages and of
requests of programs, right after the start, before, during and after the import, and how many of the answers were of
pages that wait; the seconds until the figures; the server's memory at its end; the machine's load, which is more than
people, server and import make where others work on it. It stops by itself.

Options: ``--deals`` 1000000, ``--users`` 200, ``--think`` 10 (seconds), ``--settle`` 60 (seconds told apart),
``--seconds`` 180, ``--rows`` 200000 (rows of the file that is brought in; 0: none), ``--home`` a folder to keep the
home in, ``--out`` the file of the result.
"""

import argparse
import http.client
import json
import os
import platform
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import commit
from benchmarks.speed import company

RESULT = Path(__file__).parent / "results" / "load.json"
SEED = 20261129
LONGEST = 300.0
"""Seconds after which a person goes without the figures of a page."""
PATIENCE = 60.0
"""Seconds after which an answer is an error."""
PAGES = {
    "": 20, "funnel/": 12, "funnel/?by=owner": 5, "time/": 10, "kpis/": 12, "kpis/win_rate/": 5, "goals/": 8,
    "measures/": 4, "chances/": 5, "customers/": 3, "plan/": 6, "doctor/": 2,
}  # fmt: skip
"""Page → how often it is opened, of a hundred or so."""
PROGRAMS = {"funnel.json": 5, "kpis.json": 3, "calls.json": 2}
"""The same for what programs ask."""
ROLES = ("owner", "manager", "manager", *("rep",) * 7)
"""Parts of people, in turn."""
FIRST, BEFORE, DURING, AFTER = "first", "before", "during", "after"
MEASURED = (BEFORE, DURING, AFTER)


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        kind: ``page`` or ``program``.
        path: what was asked.
        when: ``first`` after the start, ``before``, ``during`` or ``after`` the import.
        ms: until it was whole.
        status: 0 where there was none.
        again_s: after so many seconds the page comes anew; None where it is whole.
    """

    kind: str
    path: str
    when: str
    ms: float
    status: int
    again_s: float | None = None


@dataclass(frozen=True)
class Opened:
    """A page from the click until its figures were there.

    Attributes:
        path: what was asked.
        when: see `Answer`.
        seconds: until the figures were there; None where the person had to go without them.
    """

    path: str
    when: str
    seconds: float | None


def variables(home: Path, port: int, key: str) -> dict[str, str]:
    own = {
        "YAAD_HOME": str(home),
        "YAAD_ADDRESS": f"http://127.0.0.1:{port}",
        "YAAD_SECRET_KEY": key,
        "YAAD_TWO_FACTOR": "optional",
        "YAAD_LANG": "en",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("YAAD_")} | own


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def in_home(env: dict[str, str]) -> None:
    from yaad.server.home import Home
    from yaad.server.settings import configure_server

    os.environ.update(env)
    Path(env["YAAD_HOME"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    configure_server(Home.from_environment(os.environ))


def prepare(env: dict[str, str], deals: int, users: int) -> dict[str, object]:
    """The company and its people, where they are not there yet; a cookie for each person."""
    in_home(env)
    import datetime as dt

    from django.conf import settings
    from django.test import Client

    from yaad.book import Book
    from yaad.server import companies
    from yaad.server.acting import as_server
    from yaad.server.models import Account, Company, Membership
    from yaad.server.upgrading import upgrade

    upgrade()
    with as_server():
        made = Company.objects.first()
        if made is None:
            owner = Account.objects.create_user("owner@load.example", None, name="Owner")
            made = companies.begin(owner, "Load", zone="UTC")
            with tempfile.TemporaryDirectory(prefix="yaad-load-") as folder:
                path, mapping = company.write_file(Path(folder), deals)
                with closing(Book.create(companies.folder_of(made.pk))) as book:
                    book.import_files([path], mapping=mapping)
                    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
                    for number in range(40):
                        team = {"team": f"Team {number // 10}"}
                        book.set_setting(f"person:Rep {number:02d}", team, at=at, by="Owner")
        cookies = []
        for number in range(users):
            role = ROLES[number % len(ROLES)]
            account, _ = Account.objects.get_or_create(
                email=f"user{number}@load.example", defaults={"name": f"U{number}"}
            )
            part = {"role": role, "person": f"Rep {number % 40:02d}" if role != "owner" else ""}
            part["team"] = f"Team {number % 4}" if role == "manager" else ""
            Membership.objects.update_or_create(company=made, account=account, defaults=part)
            client = Client(HTTP_HOST="127.0.0.1")
            client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
            cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return {"prefix": f"/c/{made.pk}/", "company": made.pk, "cookies": cookies}


def bring_in(env: dict[str, str], named: str, rows: int) -> float:
    """Bring further moves into the company's book; seconds that it takes."""
    in_home(env)
    from yaad.book import Book
    from yaad.server import companies
    from yaad.server.acting import as_server
    from yaad.server.worker import BEHIND_PAGES

    os.nice(BEHIND_PAGES)  # as the server's own jobs
    with tempfile.TemporaryDirectory(prefix="yaad-load-") as folder, as_server():
        path, mapping = company.write_file(Path(folder), max(1, rows // 4))
        text = path.read_text("utf-8").splitlines()
        further = "".join(f"N{secrets.token_hex(2)}-{line}\n" for line in text[1 : rows + 1])
        path.write_text(text[0] + "\n" + further, "utf-8")
        begun = time.perf_counter()
        with closing(Book.open(companies.folder_of(named))) as book:
            book.import_files([path], mapping=mapping)
    return time.perf_counter() - begun


class Person(threading.Thread):
    """Somebody at work until told to stop."""

    def __init__(
        self, number: int, address: str, told: dict[str, object], think: float, stage: list[str], stop: threading.Event
    ):
        super().__init__(daemon=True)
        self.answers: list[Answer] = []
        self.opened: list[Opened] = []
        self._draw = random.Random(SEED + number)
        self._host = urlsplit(address)
        self._prefix = str(told["prefix"])
        self._cookie = told["cookies"][number]  # type: ignore[index] # a list
        self._think, self._stage, self._stop_asked = think, stage, stop

    def run(self) -> None:
        mix = [("page", path, weight) for path, weight in PAGES.items()]
        mix += [("program", path, weight) for path, weight in PROGRAMS.items()]
        self._stop_asked.wait(self._draw.uniform(0, self._think))
        while not self._stop_asked.is_set():
            kind, path, _ = self._draw.choices(mix, weights=[weight for *_, weight in mix])[0]
            self._open(kind, path)
            self._stop_asked.wait(self._draw.uniform(0.5, 1.5) * self._think)

    def _open(self, kind: str, path: str) -> None:
        """Ask, and ask again as a browser does, until the page is whole."""
        begun, when = time.perf_counter(), self._stage[0]
        while not self._stop_asked.is_set():
            answer = self._ask(kind, path)
            self.answers.append(answer)
            if answer.again_s is None:
                is_whole = answer.status == 200
                self.opened.append(Opened(path, when, time.perf_counter() - begun if is_whole else None))
                return
            if time.perf_counter() - begun > LONGEST:
                break
            self._stop_asked.wait(answer.again_s)
        self.opened.append(Opened(path, when, None))

    def _ask(self, kind: str, path: str) -> Answer:
        when, begun, status, again = self._stage[0], time.perf_counter(), 0, None
        line = http.client.HTTPConnection(self._host.hostname or "", self._host.port, timeout=PATIENCE)
        try:
            line.request("GET", self._prefix + path, headers={"Cookie": self._cookie, "Host": self._host.netloc})
            answer = line.getresponse()
            answer.read()
            status = answer.status
            again = answer.headers["Refresh"]
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            line.close()
        took = (time.perf_counter() - begun) * 1000
        return Answer(kind, path, when, took, status, None if again is None else float(again))


def at(took: list[float], part: float) -> float | None:
    """The length within which a part of all came; `took` is sorted."""
    return round(took[min(len(took) - 1, int(part * len(took)))], 1) if took else None


def summed(answers: list[Answer]) -> dict[str, object]:
    """Half, 95 and 99 of 100, and what went wrong: no answer, or a status that nobody should see."""
    took = sorted(one.ms for one in answers)
    bad: dict[str, int] = {}
    for one in answers:
        if one.status == 0 or one.status >= 500 or one.status in (400, 404, 429):
            bad[f"{one.status} {one.path}"] = bad.get(f"{one.status} {one.path}", 0) + 1
    return {
        "n": len(took),
        "p50_ms": at(took, 0.5),
        "p95_ms": at(took, 0.95),
        "p99_ms": at(took, 0.99),
        "waiting": sum(one.again_s is not None for one in answers),
        "errors": sum(bad.values()),
        "which": bad,
    }


def until_figures(opened: list[Opened]) -> dict[str, object]:
    """Seconds from the click to the figures, half, 95 and 99 of 100; how many had to go without them."""
    took = sorted(one.seconds for one in opened if one.seconds is not None)
    without = len(opened) - len(took)
    return {
        "n": len(opened),
        "p50_s": at(took, 0.5),
        "p95_s": at(took, 0.95),
        "p99_s": at(took, 0.99),
        "without": without,
    }


def memory(pid: int) -> int | None:
    """Bytes that the process holds, where the system tells."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)


def waited(address: str) -> None:
    """Until the server is ready.

    Raises:
        TimeoutError: it is not, for too long.
    """
    host = urlsplit(address)
    for _ in range(int(PATIENCE * 5)):
        try:
            line = http.client.HTTPConnection(host.hostname or "", host.port, timeout=5)
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError(address)


def measured(asked: argparse.Namespace, folder: Path) -> dict[str, object]:
    home, key, port = folder / "home", secrets.token_urlsafe(48), free_port()
    kept_key = folder / "key"
    if kept_key.exists():
        key = kept_key.read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    kept_key.write_text(key, "utf-8")
    env = variables(home, port, key)
    child = [sys.executable, "-m", "benchmarks.load", "--child"]
    said = subprocess.run(
        [*child, f"prepare {asked.deals} {asked.users}"], env=env, capture_output=True, text=True, check=True
    )
    told = json.loads(said.stdout.splitlines()[-1])
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen([sys.executable, "-m", "yaad", "serve"], env=env, stdout=log, stderr=log)
    try:
        waited(env["YAAD_ADDRESS"])
        stop, stage = threading.Event(), [FIRST]
        people = [Person(n, env["YAAD_ADDRESS"], told, asked.think, stage, stop) for n in range(asked.users)]
        load_before = os.getloadavg()[0]
        for person in people:
            person.start()
        time.sleep(asked.settle)
        stage[0], begun = BEFORE, time.monotonic()
        took = None
        time.sleep(asked.seconds / 3)
        if asked.rows:
            stage[0] = DURING
            words = [*child, f"bring_in {told['company']} {asked.rows}"]
            done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=1800)
            took = float(done.stdout.splitlines()[-1]) if done.returncode == 0 else done.stderr[-500:]
            stage[0] = AFTER
        time.sleep(max(asked.seconds / 3, asked.seconds - (time.monotonic() - begun)))
        stop.set()
        for person in people:
            person.join(PATIENCE)
        seconds, load_after = time.monotonic() - begun, os.getloadavg()[0]
        holds = memory(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
    answers = [answer for person in people for answer in list(person.answers)]
    measured_ones = [answer for answer in answers if answer.when in MEASURED]
    found: dict[str, object] = {
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "load": {"before": round(load_before, 1), "after": round(load_after, 1)},
        "deals": asked.deals, "users": asked.users, "think_s": asked.think, "seconds": round(seconds, 1),
        "import_rows": asked.rows, "import_s": took, "settle_s": asked.settle, "longest_s": LONGEST,
        "answers_a_second": round(len(measured_ones) / seconds, 2),
        "server_bytes": holds,
    }  # fmt: skip
    for kind in ("page", "program"):
        found[kind] = {"all": summed([one for one in measured_ones if one.kind == kind])}
        for when in (FIRST, *MEASURED):
            found[kind][when] = summed([one for one in answers if (one.kind, one.when) == (kind, when)])  # type: ignore[index] # a dict
    opened = [one for person in people for one in list(person.opened)]
    found["until_figures"] = {
        when: until_figures([one for one in opened if one.when == when]) for when in (FIRST, *MEASURED)
    }
    found["by_path"] = {
        path or "overview": summed([one for one in measured_ones if one.path == path]) for path in (*PAGES, *PROGRAMS)
    }
    return found


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--deals", type=int, default=1_000_000)
    words.add_argument("--users", type=int, default=200)
    words.add_argument("--think", type=float, default=10.0)
    words.add_argument("--settle", type=float, default=60.0)
    words.add_argument("--seconds", type=float, default=180.0)
    words.add_argument("--rows", type=int, default=200_000)
    words.add_argument("--home", type=Path)
    words.add_argument("--out", type=Path, default=RESULT)
    words.add_argument("--child", default="")
    asked = words.parse_args()
    if asked.child:
        name, *more = asked.child.split()
        env = dict(os.environ)
        if name == "prepare":
            print(json.dumps(prepare(env, int(more[0]), int(more[1]))))
        else:
            print(bring_in(env, more[0], int(more[1])))
        return 0
    if asked.home:
        found = measured(asked, asked.home.absolute())
    else:
        with tempfile.TemporaryDirectory(prefix="yaad-load-") as folder:
            found = measured(asked, Path(folder))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({name: found[name] for name in ("page", "program", "until_figures")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
