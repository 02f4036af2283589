"""Write ``docs/explanation/measured.md`` from the kept results, so that no figure in it is typed by hand."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DOCUMENT = ROOT / "docs" / "explanation" / "measured.md"


def table(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def funnel(found: dict) -> str:
    spans = [name for name, value in found.items() if isinstance(value, dict) and "funnel" in value]
    estimators = list(found[spans[0]]["funnel"])
    rows = [[name, *(f"{found[span]['funnel'][name]['bias']:+.2f}" for span in spans)] for name in estimators]
    rows.append(["range held the truth", *(f"{found[span]['range held the truth']:.0%}" for span in spans)])
    return table(["bias in points", *spans], rows)


def time_in_stage(found: dict) -> str:
    spans = [name for name, value in found.items() if isinstance(value, dict) and "estimates" in value]
    rows = [[name, *(found[span]["estimates"][name] for span in spans)] for name in found[spans[0]]["estimates"]]
    rows.append(["share flagged as stuck", *(f"{found[span]['stuck share']:.1%}" for span in spans)])
    return table(["days", *spans], rows)


def reverse_plan(found: dict) -> str:
    rows = [["known exactly", f"{found['known']['hit']:.1%}", ""]]
    for past, seen in found["from_history"].items():
        rows.append([f"from {past} past inquiries", f"{seen['hit']:.1%}", f"{seen['hit_of_target_by_rate']:.1%}"])
    return table(["ratios", "the 8-of-10 plan reached the target in", "target ÷ rate reached it in"], rows)


def leaks(found: dict) -> str:
    rows = [
        ["a company where nothing leaks: a leak is named", f"{found['false_alarms']:.1%}"],
        ["a planted leak is found", f"{found['found']:.0%}"],
        ["something else is named beside it", f"{found['something_else_named_too']:.0%}"],
        ["its range holds what it is worth", f"{found['range_holds']:.0%}"],
    ]
    return table(["", f"of {found['companies']} companies"], rows)


def customer_value(found: dict) -> str:
    rows = [
        [name, true, found["buying, mean"][at], f"{found['covered'][at]:.0%}"]
        for at, (name, true) in enumerate(zip(("r", "α", "a", "b"), found["buying, truth"], strict=False))
    ]
    rows.append(["share that has left", found["left, truth"], found["left, mean"], ""])
    return table(["", "truth", "found, mean", "the range held the truth"], rows)


WAYS = {
    "pipeline": "the pipeline, drawn",
    "weighted": "weighted pipeline",
    "run_rate": "run rate",
    "smoothing": "exponential smoothing (ETS)",
    "frequency": "frequency score",
    "quarterly": "the last months by how a quarter goes",
    "arima": "ARIMA",
}
AHEAD = {"1": "next month", "2": "the month after", "3": "the third", "sum": "three months"}


def forecast(found: dict) -> str:
    rows = [
        [WAYS.get(way, way), *(f"{seen[at]['wape']:.1%}" for at in AHEAD), f"{seen['1']['bias']:+.1%}", _covered(seen)]
        for way, seen in found.items()
        if isinstance(seen, dict)
    ]
    return table(["off by", *AHEAD.values(), "leans by, next month", "8 of 10 held"], rows)


def _covered(seen: dict) -> str:
    held = [seen[at].get("covered") for at in AHEAD]
    told = [share for share in held if share is not None]
    return f"{min(told):.0%}–{max(told):.0%}" if told else ""


def customers(found: dict) -> str:
    rows = [
        [who, found[who]["seconds"], found[who]["processor_seconds"], found[who]["peak_mb"], found[who]["mean"]]
        for who in ("yaad", "lifetimes")
    ]
    return table(["", "seconds", "of the processor", "peak MB", "mean value"], rows)


def win_chance(found: dict) -> str:
    rows = [
        [span.removeprefix("signal, "), name, seen["open deals"], seen["auc"], seen["ece"], seen["expected ÷ won"]]
        for span, ways in found.items()
        if span.startswith("signal")
        for name, seen in ways.items()
        if isinstance(seen, dict) and "auc" in seen
    ]
    return table(["history", "told by", "open deals", "AUC", "ECE", "expected ÷ won"], rows)


def draws(found: dict) -> str:
    rows = [
        [name, f"{found[kind]['seconds']:.2f}", found[kind]["peak_mb"]]
        for name, kind in (("drawn by groups of like deals", "groups"), ("deal by deal", "plain"))
    ]
    return table(["", "seconds", "peak MB"], rows)


def held(studies: dict) -> str:
    """Every bound that a study is held to, and whether it holds."""
    rows = [
        [name.replace("_", " "), check, "yes" if holds else "**no**", study["commit"]]
        for name, study in studies.items()
        if isinstance(study, dict)
        for check, holds in study["checks"].items()
    ]
    return table(["study", "held to", "holds", "at commit"], rows)


def speed(found: dict) -> str:
    rows = []
    for name in ("funnel", "dwell", "dwell_by_rep", "snapshots"):
        for case, seen in found[name].items():
            figures = [f"{seen['seconds']:.3f}", f"{seen['against_scan']:.1f}", seen["peak_mb"]]
            rows.append([name.replace("_", " "), case.replace("_", " "), *figures])
    return table(["question", "who", "seconds", "against the bare scan", "peak MB"], rows)


def imports(found: dict) -> str:
    bare, ours = found["import"]["bare_read_csv"], found["import"]["yaad"]
    return table(
        ["", "seconds", "peak MB"],
        [
            ["bare read_csv, nothing checked", f"{bare['seconds']:.2f}", bare["peak_mb"]],
            ["Yaad: every row decided, checked, kept and indexed", f"{ours['seconds']:.1f}", ours["peak_mb"]],
        ],
    )


CASES = {
    "bare": "the bare read ({reader}), nothing checked",
    "understand": "understood and loaded, every row checked",
    "import": "the same and stored in an empty book",
    "again": "the same file again: nothing is new",
    "changed": "a file with 1 % of the deals changed",
}
READERS = {"csv": "DuckDB `read_csv`", "xlsx": "calamine", "large": "DuckDB `read_csv`"}
KINDS = {"csv": "CSV", "xlsx": "XLSX", "large": "large CSV"}


def intake(found: dict) -> str:
    rows = []
    for name, seen in found["cases"].items():
        what, _, kind = name.rpartition("_")
        figures = [f"{seen['seconds']:.1f}", seen["against_bare"], seen["peak_mb"]]
        rows.append([KINDS[kind], CASES[what].format(reader=READERS[kind]), *figures])
    return table(["file", "what is done", "seconds", "against the bare read", "peak MB"], rows)


def large(found: dict) -> str:
    """The file that is read in bins, where it was measured."""
    if "large" not in found:
        return ""
    return f"; the large CSV has {found['large']:,} ({found['megabytes']['large.csv']:.0f} MB) and is read in bins"


WHEN = {
    "first": "in the first {settle_s:.0f} seconds after the start",
    "before": "before the import",
    "during": "while a file is brought in",
    "after": "after the import",
    "all": "all but the first",
}
ASKED = {"page": "pages", "program": "programs"}


def load(found: dict) -> str:
    rows = [
        [
            ASKED[kind],
            WHEN[when].format(**found),
            seen["n"],
            seen["p50_ms"],
            seen["p95_ms"],
            seen["p99_ms"],
            seen["waiting"],
            seen["errors"],
        ]
        for kind in ASKED
        for when in WHEN
        if (seen := found[kind][when])["n"]
    ]
    words = ["who asks", "when", "answers", "half within ms", "95 of 100", "99 of 100", "still counting", "errors"]
    return table(words, rows)


def until_figures(found: dict) -> str:
    rows = [
        [WHEN[when].format(**found), seen["n"], seen["p50_s"], seen["p95_s"], seen["p99_s"], seen["without"]]
        for when in WHEN
        if (seen := found["until_figures"].get(when, {"n": 0}))["n"]
    ]
    return table(["when", "pages", "half within s", "95 of 100", "99 of 100", "went without"], rows)


def made_anew() -> str:
    """The rebuild, where it was measured."""
    if not (RESULTS / "rebuild.json").exists():
        return ""
    anew = json.loads((RESULTS / "rebuild.json").read_text("utf-8"))
    return f"""
## A book made anew

{anew["deals"]:,} deals and {anew["entries"]:,} entries of the journal, from the originals, in {anew["rebuild_seconds"]:.0f} seconds
({anew["rebuild_processor_seconds"]:.0f} of the processors) with {anew["peak_mb"]:,} MB, at commit {anew["commit"]}; the import had taken {anew["import_seconds"]:.0f}. {len(anew["differ"])} figures differ. The load was {anew["machine"]["load"]}
on {anew["machine"]["cores"]} cores.
"""


def many_at_work() -> str:
    """The load, where it was measured."""
    if not (RESULTS / "load.json").exists():
        return ""
    people = json.loads((RESULTS / "load.json").read_text("utf-8"))
    return f"""
## Many at work

{people["users"]} people on {people["deals"]:,} deals, {people["think_s"]:.0f} seconds to read between two pages; a file of
{people["import_rows"]:,} rows is brought in beside them. People, server and import share {people["machine"]["cores"]} cores, at commit {people["commit"]};
the machine's load was {people["load"]["before"]} before and {people["load"]["after"]} at the end: above what these make, other work shared the cores, and
times are longer than they would be alone.

{load(people)}

An answer is what the browser shows: the page, or the word that its figures are still being counted, after which it
comes anew by itself. From the click until the figures were there:

{until_figures(people)}

Who went without them left after {people["longest_s"]:.0f} seconds, or the measurement ended before.
"""


def board() -> str:
    """The board of large companies, where it was measured."""
    if not (RESULTS / "board.json").exists():
        return ""
    found = json.loads((RESULTS / "board.json").read_text("utf-8"))
    rows = [
        [
            f"{one['deals']:,}",
            f"{one['open_deals']:,}",
            what,
            seen["n"],
            seen["p50_ms"],
            seen["p95_ms"],
            seen["p95_of_static"],
        ]
        for one in found["companies"]
        for what, seen in _of_board(one, found["people"])
    ]
    words = ["deals", "of them open", "what", "n", "half within ms", "95 of 100", "times a file"]
    return f"""
## The board

The first board after the start of the server, the board again, and a move until the board with it is there; over HTTP
on {found["machine"]["cores"]} cores, each of the {found["people"]} people {found["think_s"]:g} seconds after their last move, at commit {found["commit"]}, with a load of {found["load_before"]} before. The last column: as a multiple of what a file of the
pages takes, of which nothing is asked.

{table(words, rows)}

{sum(one["together"]["errors"] + one["one"]["errors"] for one in found["companies"])} errors; {sum(one["together"]["moved_meanwhile"] for one in found["companies"])} times somebody was told that the deal had been moved meanwhile. The first board of all
took {" and ".join(f"{one['cold_ms'] / 1000:.1f}" for one in found["companies"])} seconds.
"""


def _of_board(one: dict, people: int) -> list[tuple[str, dict]]:
    """What was measured of a company's board, in words."""
    told = [("the board", one["board"])]
    for name, found in (("one person", one["one"]), (f"{people} people", one["together"])):
        told += [(f"a move, {name}", found["move"]), (f"the board with it, {name}", found["board_after"])]
        told += [(f"both, {name}", found["round_trip"])]
    return told


def killed() -> str:
    """The imports that were killed, where they were."""
    if not (RESULTS / "killed.json").exists():
        return ""
    told = json.loads((RESULTS / "killed.json").read_text("utf-8"))
    return f"""
An import of {told["deals"]:,} deals was killed at {told["moments"]:,} moments: {told["as_before"]:,} times the book was as before, {told["as_after"]:,} times as after, {len(told["bad"])}
times anything else; the same import then came through each time it was tried.
"""


def nothing_lost() -> str:
    """What was killed and made to fail, where it was."""
    if not (RESULTS / "durable.json").exists():
        return ""
    told = json.loads((RESULTS / "durable.json").read_text("utf-8"))
    if told["bad"]:
        kept = f"{len(told['bad'])} times something was not as it had been acknowledged."
    else:
        kept = "Each acknowledged entry was there once, under its number, as it was said; the numbers have no gap."
    return f"""
## Nothing is lost

{told["writers"]} threads write into one company's journal, several under the same keys; the server was killed {told["moments"]:,} times, and
{told["failed_calls"]:,} calls that write were made to fail. {told["acknowledged"]:,} entries were acknowledged. {kept} Of {told["measures"]}
measures {len(told["measures_that_differ_after_a_rebuild"])} differ in a book that was made anew.
{killed()}"""


def document() -> str:
    statistics = json.loads((RESULTS / "statistics.json").read_text("utf-8"))
    quick = json.loads((RESULTS / "speed.json").read_text("utf-8"))
    brought = json.loads((RESULTS / "intake.json").read_text("utf-8"))
    buyers = json.loads((RESULTS / "customers.json").read_text("utf-8"))
    drawn = json.loads((RESULTS / "draws.json").read_text("utf-8"))
    return f"""# Measured

Made by `scripts/write_measured.py` from the results under `benchmarks/results`. Statistics: `make check-long`, simulated
companies whose truth is known ({statistics["funnel"]["companies"]} for the funnel). Speed: `make bench`
on {quick["machine"]["cores"]} cores, at commit {quick["commit"]}.

## Of 100 inquiries, how many become customers

The truth is {statistics["funnel"]["truth"]:.2%}. What spreadsheets do errs in both directions; counting open deals as
undecided (competing risks) comes near the truth once the history is longer than the slow losses. Bias by length of the history:

{funnel(statistics["funnel"])}

## How long a quote lies

The truth: average {statistics["time_in_stage"]["truth"]["mean"]}, typical {statistics["time_in_stage"]["truth"]["median"]} days.

{time_in_stage(statistics["time_in_stage"])}

## Planning backwards

{reverse_plan(statistics["reverse_plan"])}

## Where the money leaks

{leaks(statistics["leaks"])}

## Customers without a contract

{statistics["customer_value"]["companies"]} companies whose customers buy and stop by the model's own law (BG/NBD):

{customer_value(statistics["customer_value"])}

What each of {buyers["customers"]:,} customers is still worth, fitted and told by both, {buyers["times_faster"]} times faster by the
processor's time, at commit {buyers["commit"]} (the last release of `lifetimes` is of 2020; it counts a month as 30 days):

{customers(buyers)}

## The forecast

{statistics["forecast"]["companies"]} companies, each forecast at twelve month's ends. Stable:

{forecast(statistics["forecast"]["stable"])}

Where ratios and inquiries drift:

{forecast(statistics["forecast"]["drift"])}

Where half of all deals never get an end:

{forecast(statistics["forecast"]["silent"])}

{drawn["draws"]:,} draws of {drawn["deals"]:,} open deals, {drawn["plain_against_groups"]} times faster than deal by deal, at commit
{drawn["commit"]}:

{draws(drawn)}

## The chance of an open deal

{statistics["win_chance"]["signal, 182 days"]["companies"]} companies a history, against how their open deals really ended:

{win_chance(statistics["win_chance"])}

## What the studies are held to

{held(statistics)}

## Speed

{quick["deals"]:,} deals, {quick["moves"]:,} moves. Every figure is the least of three runs in a process of its own; the scan reads
the columns that the questions need and adds them up.

{speed(quick)}

Import of the moves as CSV ({quick["import"]["yaad"]["rows_per_second"]:,} rows a second, {quick["import"]["ratio"]} times the bare read):

{imports(quick)}

## Bringing in a file of deals

{brought["deals"]:,} deals in 13 columns, as CSV ({brought["megabytes"]["deals.csv"]:.0f} MB) and as XLSX ({brought["megabytes"]["deals.xlsx"]:.0f} MB){large(brought)}.
On {brought["machine"]["cores"]} cores, at commit {brought["commit"]}. Each case is one run in a process of its own; the peak is that of all its
memory, the processes that it starts included. The machine's load was {brought["machine"]["load"]}: above {brought["machine"]["cores"]}, other work
shared the cores, and times are longer than they would be alone.

{intake(brought)}
{made_anew()}{nothing_lost()}{many_at_work()}{board()}"""


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(document(), "utf-8")
    sys.exit(0)
