"""``python -m benchmarks.intake [--deals N] [--large N]``: all cases, each in its own process; the result is JSON."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from benchmarks.intake.cases import CASES
from benchmarks.speed.__main__ import child, commit

RESULT = Path(__file__).parent.parent / "results" / "intake.json"
KIB = 1024


def measured(name: str, folder: str) -> dict:
    """A case's seconds and the peak of its memory, its own children's included."""
    command = [sys.executable, "-m", "benchmarks.intake.cases", name, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak, ended = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peak, ended))
        watch.start()
        assert process.stdout is not None
        told = process.stdout.read()
        ended.set()
        watch.join()
    if process.returncode:
        raise SystemExit(f"{name}: {process.returncode}")
    return json.loads(told.splitlines()[-1]) | {"peak_mb": round(peak[0] / KIB)}


def _watch(pid: int, peak: list[int], ended: threading.Event) -> None:
    """Every few milliseconds the resident memory of a process and of all that it started, in KiB, at once."""
    while not ended.wait(0.01):
        peak[0] = max(peak[0], sum(_kib(one, "VmRSS") for one in _tree(pid)), _kib(pid, "VmHWM"))


def _kib(pid: int, name: str) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)


def _tree(pid: int) -> list[int]:
    try:
        own = [
            int(one)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for one in (task / "children").read_text("utf-8").split()
        ]
    except OSError:
        return [pid]
    return [pid, *(inner for one in own for inner in _tree(one))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=8_000_000, help="deals of the file that is read in bins")
    parser.add_argument("--cases", nargs="*", default=list(CASES))
    parser.add_argument("--keep", action="store_true", help="write the result")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yaad-bench-") as folder:
        sizes = child("benchmarks.intake.maker", folder, str(told.deals), str(told.large))
        cases = {name: measured(name, folder) for name in told.cases}
    for name, seen in cases.items():
        bare = cases.get(f"bare_{name.rpartition('_')[2]}")
        if bare is not None:
            seen["against_bare"] = round(seen["seconds"] / bare["seconds"], 2)
    result = {
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[1], 1)},
        "deals": told.deals,
        "large": told.large,
        "megabytes": {name: round(size / 1e6, 1) for name, size in sizes.items()},
        "cases": cases,
    }
    if told.keep:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
