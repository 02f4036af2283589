# ruff: noqa: A005 – the command is `python -m benchmarks.statistics`
"""``python -m benchmarks.statistics [--full] [study …]``: the studies, all when none is named; full ones are kept."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import commit
from benchmarks.statistics import (
    customer_value,
    decisions,
    forecast,
    funnel_bias,
    leaks,
    reverse_plan,
    time_in_stage,
    win_chance,
)

RESULT = Path(__file__).parent.parent / "results" / "statistics.json"
STUDIES = {
    "funnel": funnel_bias.run,
    "time_in_stage": time_in_stage.run,
    "reverse_plan": reverse_plan.run,
    "leaks": leaks.run,
    "customer_value": customer_value.run,
    "forecast": forecast.run,
    "win_chance": win_chance.run,
    "decisions": decisions.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="study", help=f"of {', '.join(STUDIES)}; all when none is named")
    parser.add_argument("--full", action="store_true", help="all companies, and keep the results")
    asked = parser.parse_args()
    if unknown := set(asked.studies) - set(STUDIES):
        parser.error(f"no study is called {', '.join(sorted(unknown))}; there are {', '.join(STUDIES)}")
    accepted = True
    for name in asked.studies or STUDIES:
        began = time.perf_counter()
        found = STUDIES[name](full=asked.full)
        accepted = accepted and found["accepted"]
        print(f"{name}: {'accepted' if found['accepted'] else 'NOT accepted'}, {time.perf_counter() - began:.0f} s")
        for check, held in found["checks"].items():
            print(f"  {'ok ' if held else 'NO '} {check}", flush=True)
        if asked.full:
            keep(name, found)
    return 0 if accepted else 1


def keep(name: str, found: dict[str, Any]) -> None:
    """Keep the result of one study beside those of the others, each with the state of the code that it was run on."""
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.is_file() else {}
    kept[name] = {"commit": commit(), **found}
    RESULT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
