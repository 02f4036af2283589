"""What took long to compute is taken from beside the book for the same data, and made again for others."""

import os
from pathlib import Path

from yaad.book.computed import FOLDER, KEPT, keep, kept


def test_a_result_comes_back_for_the_same_data_alone(tmp_path: Path) -> None:
    keep(tmp_path, "backtest", "1 a", {"יעד": [1, 2.5, None]})
    assert kept(tmp_path, "backtest", "1 a") == {"יעד": [1, 2.5, None]}
    assert kept(tmp_path, "backtest", "1 b") is None
    assert kept(tmp_path, "chances", "1 a") is None


def test_a_damaged_result_counts_as_none(tmp_path: Path) -> None:
    keep(tmp_path, "backtest", "1 a", {"n": 1})
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(b'{"n": \xff')
    assert kept(tmp_path, "backtest", "1 a") is None


def test_only_the_last_results_of_a_kind_are_kept(tmp_path: Path) -> None:
    keep(tmp_path, "chances", "1", "stays")
    for n in range(KEPT + 2):
        keep(tmp_path, "backtest", str(n), n)
        for age, file in enumerate(sorted((tmp_path / FOLDER).glob("backtest-*"), key=os.path.getmtime)):
            os.utime(file, (1000 + age, 1000 + age))  # apart by a second, on every disk
    assert [kept(tmp_path, "backtest", str(n)) for n in range(KEPT + 2)] == [None, None, *range(2, KEPT + 2)]
    assert kept(tmp_path, "chances", "1") == "stays"
