"""``python -m benchmarks.board``: the board of a large company, and how long a move takes until it is on it.

A home is made (or taken from ``--home``) with one company, and the server is started as anybody starts it. Measured
over HTTP, each time until the whole answer is there:

- *cold*: the first board after the start, waited for as a browser waits for a page that is being counted;
- *static*: a file of the pages, which asks for nothing: what the way itself takes;
- *board*: the board again, nothing written in between;
- *move*: a deal is moved (the form is sent) and the board is asked for as the answer says: each by itself, and the
  *round trip* of both. One person, then ``--people`` at a time who think ``--think`` seconds after each move.

Kept as JSON under ``benchmarks/results``: half, 95 and 99 of 100 in milliseconds, the same as multiples of the static
file's, how many deals were open, how often somebody was told that the deal had moved meanwhile, and errors.

Options: ``--deals`` 1000000 (several with commas: a company each), ``--moves`` 60 (of one person), ``--people`` 20,
``--seconds`` 60, ``--think`` 10 (as people do; with 2 they ask for more than two cores give), ``--home`` a folder to
keep the homes in, ``--out`` the file of the result.
"""

import argparse
import http.client
import json
import os
import platform
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks import commit
from benchmarks.load import at, free_port, variables, waited

RESULT = Path(__file__).parent / "results" / "board.json"
SEED = 20261130
PATIENCE = 120.0
CARD = re.compile(r'<li class="deal[^>]*data-deal="([^"]*)" data-stage="([^"]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"')
COUNT = re.compile(r'</h2><span class="chip">(?:<[^>]+>)?([\d,]+)')
STATIC = re.compile(r'href="([^"]*yaad\.css)"')
IDLE = 4.0
"""Seconds after which a browser's line is begun anew: the server lets go of one that says nothing for five."""
STAGES = ("Inquiry", "Meeting", "Quote", "Negotiation")


class Line:
    """One person's browser."""

    def __init__(self, address: str, prefix: str, cookie: str) -> None:
        self._host, self._prefix, self._cookie = urlsplit(address), prefix, cookie
        self._line = http.client.HTTPConnection(self._host.hostname or "", self._host.port, timeout=PATIENCE)
        self._last = 0.0

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, dict[str, str], float]:
        """Status, text, headers and milliseconds."""
        address = path if path.startswith("/") else self._prefix + path
        headers = {"Cookie": self._cookie, "Host": self._host.netloc}
        begun = time.perf_counter()
        if begun - self._last > IDLE:
            self._line.close()
        if form is None:
            self._line.request("GET", address, headers=headers)
        else:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self._host.geturl() + address}
            headers["Origin"] = f"{self._host.scheme}://{self._host.netloc}"
            self._line.request("POST", address, urlencode(form), headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        self._last = time.perf_counter()
        return answer.status, text, dict(answer.headers.items()), (time.perf_counter() - begun) * 1000


class Person:
    """Moves deals on the board, one after the other."""

    def __init__(self, number: int, address: str, told: dict) -> None:
        self.line = Line(address, told["prefix"], told["cookies"][number])
        self._draw = random.Random(SEED + number)
        self.took: dict[str, list[float]] = {"move": [], "board_after": [], "round_trip": []}
        self.met = self.errors = 0
        self.page = ""

    def look(self) -> float:
        """Open the board; milliseconds until it is whole."""
        begun = time.perf_counter()
        while True:
            status, self.page, headers, _ = self.line.ask("pipeline/")
            if status == 200:
                return (time.perf_counter() - begun) * 1000
            if "Refresh" not in headers or time.perf_counter() - begun > PATIENCE:
                raise RuntimeError(f"the board answers {status}")
            time.sleep(float(headers["Refresh"]))

    def move(self) -> None:
        """Move a deal that is seen, and look at the board."""
        deal, stage = self._draw.choice([one for one in CARD.findall(self.page) if unescape(one[1]) in STAGES])
        onward = self._draw.choice([one for one in STAGES if one != unescape(stage)])
        form = {"csrfmiddlewaretoken": TOKEN.search(self.page)[1], "deal": unescape(deal), "seen": unescape(stage)}
        status, text, headers, sent = self.line.ask("pipeline/move/", {**form, "stage": onward})
        if status == 409:
            self.met, self.page = self.met + 1, text
            return
        if status != 302:
            self.errors += 1
            self.look()
            return
        status, self.page, _, after = self.line.ask(headers["Location"])
        self.errors += status != 200
        if status != 200:
            self.look()
            return
        for name, took in (("move", sent), ("board_after", after), ("round_trip", sent + after)):
            self.took[name].append(took)


def summed(took: list[float], static: float) -> dict[str, object]:
    found = {"n": len(took)} | {f"p{part}_ms": at(sorted(took), part / 100) for part in (50, 95, 99)}
    return found | {"p95_of_static": round(found["p95_ms"] / static, 1) if took else None}


def together(asked: argparse.Namespace, address: str, told: dict) -> list[Person]:
    """So many people at work at a time, for a while."""
    people = [Person(number, address, told) for number in range(asked.people)]
    stop = threading.Event()

    def work(person: Person) -> None:
        person.look()
        while not stop.wait(person._draw.uniform(0.5, 1.5) * asked.think):  # noqa: SLF001 – of this file
            person.move()

    threads = [threading.Thread(target=work, args=(person,), daemon=True) for person in people]
    for thread in threads:
        thread.start()
    time.sleep(asked.seconds)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    return people


def of_people(people: list[Person], static: float) -> dict[str, object]:
    took = {name: [one for person in people for one in person.took[name]] for name in people[0].took}
    found: dict[str, object] = {name: summed(each, static) for name, each in took.items()}
    return found | {"moved_meanwhile": sum(one.met for one in people), "errors": sum(one.errors for one in people)}


def measured(asked: argparse.Namespace, deals: int, folder: Path) -> dict[str, object]:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(48), "utf-8")
    env = variables(folder / "home", free_port(), kept.read_text("utf-8"))
    words = [sys.executable, "-m", "benchmarks.load", "--child", f"prepare {deals} {asked.people}"]
    said = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
    told = json.loads(said.stdout.splitlines()[-1])
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen([sys.executable, "-m", "yaad", "serve"], env=env, stdout=log, stderr=log)
    try:
        waited(env["YAAD_ADDRESS"])
        first = Person(0, env["YAAD_ADDRESS"], told)  # the owner: sees all deals
        cold = first.look()
        n_open = sum(int(one.replace(",", "")) for one in COUNT.findall(first.page))
        file = STATIC.search(first.page)[1]
        static = sorted(first.line.ask(file)[3] for _ in range(200))
        way = at(static, 0.95)
        board = [first.look() for _ in range(asked.moves)]
        for _ in range(asked.moves):
            first.move()
        found = {
            "deals": deals,
            "open_deals": n_open,
            "bytes_of_board": len(first.page),
            "cold_ms": round(cold, 1),
            "static": {f"p{part}_ms": at(static, part / 100) for part in (50, 95, 99)},
            "board": summed(board, way),
            "one": of_people([first], way),
        }
        if asked.people > 1:
            found["together"] = of_people(together(asked, env["YAAD_ADDRESS"], told), way)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
    return found


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--deals", default="45000,1000000")
    words.add_argument("--moves", type=int, default=60)
    words.add_argument("--people", type=int, default=20)
    words.add_argument("--seconds", type=float, default=60.0)
    words.add_argument("--think", type=float, default=10.0)
    words.add_argument("--home", type=Path)
    words.add_argument("--out", type=Path, default=RESULT)
    asked = words.parse_args()
    found: dict[str, object] = {
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "load_before": round(os.getloadavg()[0], 1),
        "people": asked.people,
        "think_s": asked.think,
        "companies": [],
    }
    with tempfile.TemporaryDirectory(prefix="yaad-board-") as folder:
        for deals in map(int, asked.deals.split(",")):
            home = (asked.home or Path(folder)).absolute() / str(deals)
            found["companies"].append(measured(asked, deals, home))
    found["load_after"] = round(os.getloadavg()[0], 1)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
