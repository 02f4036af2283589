# ruff: noqa: A005 – the command is `python -m benchmarks.statistics`
"""``python -m benchmarks.statistics [--full]``: all studies in one run; the result is kept as JSON."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.statistics import customer_value, forecast, funnel_bias, leaks, reverse_plan, time_in_stage

RESULT = Path(__file__).parent.parent / "results" / "statistics.json"
STUDIES = {
    "funnel": funnel_bias.run,
    "time_in_stage": time_in_stage.run,
    "reverse_plan": reverse_plan.run,
    "leaks": leaks.run,
    "customer_value": customer_value.run,
    "forecast": forecast.run,
}


def commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="all companies, and keep the result")
    full = parser.parse_args().full
    found = {}
    for name, run in STUDIES.items():
        began = time.perf_counter()
        found[name] = run(full=full)
        print(
            f"{name}: {'accepted' if found[name]['accepted'] else 'NOT accepted'}, {time.perf_counter() - began:.0f} s"
        )
        for check, held in found[name]["checks"].items():
            print(f"  {'ok ' if held else 'NO '} {check}")
    if full:
        text = json.dumps({"commit": commit(), "full": full, **found}, ensure_ascii=False, indent=1)
        RESULT.write_text(text + "\n", encoding="utf-8")
    return 0 if all(each["accepted"] for each in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
