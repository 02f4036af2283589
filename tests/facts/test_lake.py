"""The folder of a book: one writer, odd names, and what a killed import leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

from yaad.errors import BookError
from yaad.facts import Lake

BOOK = {"a": [("Lead", 1), ("Won", 3)], "b": [("Lead", 2)]}
ODD = ["plain", "ספר מכירות", "with space", "a#b", "a[b]", "100%25", "star*?", "עסקאות # [2024] 50%"]


def test_a_book_is_created_once(tmp_path):
    assert not Lake.exists(tmp_path / "book")
    Lake.create(tmp_path / "book")
    assert Lake.exists(tmp_path / "book")
    with pytest.raises(BookError, match="already a book"):
        Lake.create(tmp_path / "book")


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(BookError, match="cannot be made"):
        Lake.create(tmp_path / "file" / "book")


def test_an_absent_book_is_not_opened(tmp_path):
    with pytest.raises(BookError, match="There is no book"):
        Lake.open(tmp_path)


@pytest.mark.parametrize("name", ODD)
def test_folders_of_any_name_work(tmp_path, put, rows_of, name):
    lake = Lake.create(tmp_path / name)
    put(lake, BOOK)
    put(lake, BOOK | {"c": [("Quote", 5)]})
    assert [row["deal_id"] for row in rows_of(Lake.open(tmp_path / name))] == ["a", "b", "c"]
    written = {path.relative_to(tmp_path / name).parts[0] for path in (tmp_path / name).rglob("*.parquet")}
    assert written == {"lake"}  # nothing stays in the temporary folder
    with lake.writer("test") as pin:
        lake.vacuum(pin, keep_hours=0)
    assert len(rows_of(lake)) == 3


def test_a_relative_folder_works(tmp_path, put, rows_of, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lake = Lake.create(Path("book"))
    put(lake, BOOK)
    assert len(rows_of(lake)) == 2


def test_one_writer_at_a_time(lake):
    with (
        lake.writer("import of deals.csv"),
        pytest.raises(BookError, match=r"import of deals\.csv"),
        Lake(lake.root).writer("other"),
    ):
        pass
    with lake.writer("again"):
        pass


def test_a_writer_in_another_process_is_waited_for(lake):
    code = "import sys; from pathlib import Path; from yaad.facts import Lake; Lake(Path(sys.argv[1])).pin()\n"
    code += "with Lake(Path(sys.argv[1])).writer('other process'): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(lake.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BookError, match="other process"), lake.writer("mine"):
            pass
        other.stdin.close()
    with lake.writer("mine"):
        pass


def test_a_killed_import_leaves_nothing_visible_and_the_next_commit_is_clean(lake, put, rows_of, monkeypatch):
    put(lake, BOOK)
    before = rows_of(lake)

    def killed(_pin):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lake, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            put(lake, {"a": [("Lead", 1), ("Lost", 9)], "ghost": [("Lead", 4)]})
    assert rows_of(lake) == before
    put(lake, {"c": [("Lead", 5)]})
    assert [(row["deal"], row["deal_id"], row["outcome"]) for row in rows_of(lake)] == [
        (1, "a", "won"),
        (2, "b", "open"),
        (3, "c", "open"),
    ]
    assert len(rows_of(lake, "stage_moves")) == 4


def test_a_kill_in_the_first_import_leaves_an_empty_book(tmp_path, put, rows_of, pipeline):
    code = """
import os, sys, datetime as dt, pyarrow as pa
from pathlib import Path
from yaad.facts import Lake, store
from yaad.model import Pipeline, Stage
lake = Lake.create(Path(sys.argv[1]))
lake.publish = lambda pin: os._exit(9)
moment = pa.array([dt.datetime(2024, 1, 1, tzinfo=dt.UTC)], pa.timestamp("us", tz="UTC"))
moves = pa.table({"deal_id": ["x"], "sort_at": moment, "seq": [0], "to_stage": ["Lead"], "at": moment,
                  "whole_day": [True]})
store(lake, {"deals": pa.table({"deal_id": ["x"]}), "moves": moves}, Pipeline((Stage("Lead"),)), zone="UTC",
      last_event=None, last_day=dt.date(2024, 1, 1), import_name="killed")
"""
    root = tmp_path / "book"
    assert subprocess.run([sys.executable, "-c", code, str(root)], env=os.environ, check=False).returncode == 9
    lake = Lake.open(root)
    assert rows_of(lake) == []
    put(lake, BOOK)
    assert [row["deal_id"] for row in rows_of(lake)] == ["a", "b"]


def test_a_missing_version_says_what_to_do(lake, put, rows_of):
    put(lake, BOOK)
    lake.publish(lake.pin().moved(tables={"deals": 99}))
    with pytest.raises(BookError, match="yaad rebuild"):
        rows_of(lake)


def test_rows_that_another_writer_struck_out_are_not_read_as_present(lake, put, rows_of):
    put(lake, BOOK)
    features = {"readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    protocol = {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, **features}}
    log = lake.folder("deals") / "_delta_log" / f"{2:020}.json"
    log.write_text(json.dumps(protocol), "utf-8")
    lake.publish(lake.pin().moved(tables=lake.pin().tables | {"deals": 2}))
    with pytest.raises(BookError, match="deletionVectors"):
        rows_of(lake)


def test_other_readers_of_delta_see_the_same_rows(lake, put, rows_of):
    put(lake, BOOK, custom=[[("k", "v")], None])
    put(lake, {"a": [("Lead", 1), ("Lost", 4)]}, name="later")
    for table in ("deals", "stage_moves", "stage_visits"):
        uri = str(lake.folder(table))
        other = DeltaTable(uri, version=lake.pin().tables[table]).to_pyarrow_table()
        keys = [(name, "ascending") for name in ("deal", "position", "seq") if name in other.column_names]
        assert other.sort_by(keys).to_pylist() == rows_of(lake, table)


def test_vacuum_keeps_what_the_pin_needs_and_a_week_of_what_it_does_not(lake, put, rows_of):
    put(lake, BOOK)
    put(lake, {"a": [("Lead", 1), ("Won", 3), ("Lead", 6)]})
    files = len(list(lake.root.rglob("*.parquet")))
    with lake.writer("test") as pin:
        assert lake.vacuum(pin) == 0
        assert lake.vacuum(pin, keep_hours=0) == 3  # the first deals, moves and visits
    assert len(list(lake.root.rglob("*.parquet"))) == files - 3
    assert len(rows_of(lake)) == 2


def test_tables_of_a_book_made_anew_take_the_place_of_the_old(tmp_path, lake, put, rows_of):
    put(lake, BOOK)
    fresh = Lake.create(tmp_path / "fresh")
    put(fresh, {"z": [("Talks", 4)]})
    before = lake.pin()
    lake.replace_with(fresh, lake.pin())
    assert [row["deal_id"] for row in rows_of(lake)] == ["z"]
    assert lake.pin().seq == before.seq + 1
    put(lake, BOOK)
    assert [row["deal_id"] for row in rows_of(lake)] == ["z", "a", "b"]
