"""One case a name: what is timed, in a process of its own, so that its peak memory is its own.

``python -m benchmarks.speed.cases NAME FOLDER`` prints ``{"seconds", "peak_mb", "check"}``; `seconds` is the least of
three, without imports and opening.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed import company

COLUMNS = ["deal", "owner", "position", "first", "first_days", "first_ended", "entered", "furthest", "outcome"]


def bare_read(folder: Path) -> Callable[[], object]:
    import duckdb

    path = str(folder / "events.csv")
    return lambda: (
        duckdb.read_csv(path, all_varchar=True).aggregate('count(*), max(deal), max(stage), max("at")').fetchall()
    )


def bare_scan(folder: Path) -> Callable[[], object]:
    import duckdb

    connection = duckdb.connect()
    rows = connection.read_parquet(company.visits_files(folder))
    sums = "sum(first_days), sum(position), sum(furthest), count(first_ended), count(outcome), max(entered)"
    return lambda: rows.aggregate(sums).fetchall()


def scan_by_rep(folder: Path) -> Callable[[], object]:
    import duckdb

    connection = duckdb.connect()
    rows = connection.read_parquet(company.visits_files(folder))
    return lambda: rows.aggregate("owner, sum(first_days), sum(position), count(first_ended)", "owner").fetchall()


def _book(folder: Path):
    from yaad.book import Book

    book = Book.open(folder / "book")
    assert book.as_of
    return book


def yaad_funnel(folder: Path) -> Callable[[], object]:
    book = _book(folder)
    return lambda: [(row.entered, row.advanced, row.lost, row.open) for row in book.funnel().content[0].stages]


def yaad_dwell(folder: Path) -> Callable[[], object]:
    book = _book(folder)
    return lambda: [row.median_days for row in book.dwell().content[0].stages]


def yaad_dwell_by_rep(folder: Path) -> Callable[[], object]:
    book = _book(folder)
    return lambda: min(
        (group.by["rep"], [row.median_days for row in group.stages]) for group in book.dwell(by="rep").content
    )


def yaad_snapshots(folder: Path) -> Callable[[], object]:
    book = _book(folder)
    return lambda: book.snapshots(24).content[-1].counts


def yaad_kpis(folder: Path) -> Callable[[], object]:
    """The scorecard of the running month: all leading measures, two periods beside it, and twelve months each."""
    book = _book(folder)
    return lambda: [(row.measure.id, row.figure.value) for row in book.kpis().content.kpis]


# ---- peers: the same figures, from the same files ------------------------------------------------------------------


def _typical(days: np.ndarray, done: np.ndarray) -> float:
    """The Kaplan–Meier median of one group."""
    order = np.argsort(days, kind="stable")
    times, events = days[order], done[order]
    at_risk = len(times) - np.arange(len(times))
    distinct, first = np.unique(times, return_index=True)
    left = np.add.reduceat(events, first)
    curve = np.cumprod(1 - left / at_risk[first])
    below = np.flatnonzero(curve <= 0.5)
    return float(distinct[below[0]]) if len(below) else float("nan")


def pandas_rows(folder: Path):
    import pandas as pd

    frame = pd.concat([pd.read_parquet(path, columns=COLUMNS) for path in company.visits_files(folder)])
    return frame[frame["first"]]


def pandas_funnel(folder: Path) -> Callable[[], object]:
    def run() -> object:
        deals = pandas_rows(folder).drop_duplicates("deal")[["furthest", "outcome"]]
        counts = deals.groupby(["furthest", "outcome"]).size()
        return [int(counts[counts.index.get_level_values(0) >= place].sum()) for place in range(4)]

    return run


def _pandas_days(frame):
    end = np.datetime64("2027-01-01T00:00:00")
    still = frame["first_ended"] == "open"
    age = (end - frame["entered"].dt.tz_localize(None)).dt.total_seconds() / 86400
    return frame["first_days"].where(~still, age).to_numpy(), (~still).to_numpy()


def pandas_dwell(folder: Path) -> Callable[[], object]:
    def run() -> object:
        frame = pandas_rows(folder)
        return [_typical(*_pandas_days(part)) for _, part in frame.groupby("position")]

    return run


def pandas_dwell_by_rep(folder: Path) -> Callable[[], object]:
    def run() -> object:
        frame = pandas_rows(folder)
        return [_typical(*_pandas_days(part)) for _, part in frame.groupby(["owner", "position"])][:4]

    return run


def polars_rows(folder: Path):
    import polars as pl

    return pl.scan_parquet(company.visits_files(folder)).select(COLUMNS).filter(pl.col("first"))


def polars_funnel(folder: Path) -> Callable[[], object]:
    import polars as pl

    def run() -> object:
        deals = polars_rows(folder).unique("deal").group_by("furthest").len().collect()
        return [int(deals.filter(pl.col("furthest") >= place)["len"].sum()) for place in range(4)]

    return run


def _polars_typical(folder: Path, keys: list[str]):
    import datetime as dt

    import polars as pl

    end = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    still = pl.col("first_ended") == "open"
    age = (pl.lit(end) - pl.col("entered")).dt.total_seconds() / 86400
    rows = polars_rows(folder).select(*keys, days=pl.when(still).then(age).otherwise(pl.col("first_days")), done=~still)
    curve = (
        rows.group_by(*keys, "days")
        .agg(left=pl.col("done").sum(), n=pl.len())
        .sort(*keys, "days")
        .with_columns(at_risk=pl.col("n").sum().over(keys) - pl.col("n").cum_sum().over(keys) + pl.col("n"))
        .with_columns(curve=(1 - pl.col("left") / pl.col("at_risk")).cum_prod().over(keys))
    )
    return curve.filter(pl.col("curve") <= 0.5).group_by(keys).agg(pl.col("days").min()).sort(keys).collect()


def polars_dwell(folder: Path) -> Callable[[], object]:
    return partial(_polars_days, folder, ["position"])


def polars_dwell_by_rep(folder: Path) -> Callable[[], object]:
    return partial(_polars_days, folder, ["owner", "position"])


def _polars_days(folder: Path, keys: list[str]) -> list[float]:
    return _polars_typical(folder, keys)["days"].to_list()[:4]


STAYS = ["position", "entered_day", "left_day"]


def pandas_snapshots(folder: Path) -> Callable[[], object]:
    import pandas as pd

    def month(day):
        return day.dt.year * 12 + day.dt.month

    def run() -> object:
        files = company.visits_files(folder)
        frame = pd.concat([pd.read_parquet(path, columns=STAYS, dtype_backend="pyarrow") for path in files])
        came = frame.groupby(["position", month(frame["entered_day"])]).size()
        left = frame[frame["left_day"].notna()]
        gone = left.groupby(["position", month(left["left_day"])]).size()
        levels = came.sub(gone, fill_value=0).groupby(level=0).cumsum()
        return [int(level) for level in levels.groupby(level=0).last()]

    return run


def polars_snapshots(folder: Path) -> Callable[[], object]:
    import polars as pl

    def changes(rows, day: str, sign: int):
        month = pl.col(day).dt.year() * 12 + pl.col(day).dt.month()
        return (
            rows.filter(pl.col(day).is_not_null())
            .group_by("position", month=month)
            .agg(change=pl.len().cast(pl.Int64) * sign)
        )

    def run() -> object:
        rows = pl.scan_parquet(company.visits_files(folder)).select(STAYS)
        both = pl.concat([changes(rows, "entered_day", 1), changes(rows, "left_day", -1)])
        levels = both.sort("position", "month").with_columns(level=pl.col("change").cum_sum().over("position"))
        return levels.group_by("position", maintain_order=True).last().collect()["level"].to_list()

    return run


CASES = {
    name: case
    for name, case in globals().items()
    if callable(case) and name.split("_")[0] in {"bare", "scan", "yaad", "pandas", "polars"} and "rows" not in name
}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    run = CASES[name](folder)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        answer = run()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(seconds), "peak_mb": round(peak), "check": repr(answer)[:200]}))


if __name__ == "__main__":
    main()
