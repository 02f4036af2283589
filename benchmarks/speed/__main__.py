"""``python -m benchmarks.speed [--deals N]``: all cases in one run; the result is kept as JSON."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import commit

RESULT = Path(__file__).parent.parent / "results" / "speed.json"
QUERIES = {
    "funnel": ("bare_scan", ("yaad_funnel", "pandas_funnel", "polars_funnel")),
    "dwell": ("bare_scan", ("yaad_dwell", "pandas_dwell", "polars_dwell")),
    "dwell_by_rep": ("bare_scan", ("yaad_dwell_by_rep", "pandas_dwell_by_rep", "polars_dwell_by_rep")),
    "snapshots": ("bare_scan", ("yaad_snapshots", "pandas_snapshots", "polars_snapshots")),
    "scorecard": ("bare_scan", ("yaad_kpis",)),
}


def child(module: str, *words: str) -> dict:
    done = subprocess.run([sys.executable, "-m", module, *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=1_000_000)
    deals = parser.parse_args().deals
    with tempfile.TemporaryDirectory(prefix="yaad-bench-") as place:
        rows = child("benchmarks.speed.prepare", place, str(deals))["rows"]
        bare = child("benchmarks.speed.cases", "bare_read", place)
        imported = child("benchmarks.speed.imports", place)
        result = {
            "commit": commit(),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
            "deals": deals,
            "moves": rows,
            "import": {
                "bare_read_csv": bare,
                "yaad": imported | {"rows_per_second": round(rows / imported["seconds"])},
                "ratio": round(imported["seconds"] / bare["seconds"], 1),
            },
        }
        timed: dict[str, dict] = {}
        for name, (base, cases) in QUERIES.items():
            for case in (base, *cases):
                if case not in timed:
                    timed[case] = child("benchmarks.speed.cases", case, place)
            scan = timed[base]["seconds"]
            result[name] = {
                case: timed[case] | {"against_scan": round(timed[case]["seconds"] / scan, 2)} for case in (base, *cases)
            }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
