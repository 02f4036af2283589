"""Files that are read in bins say what they say when they are held at once, row for row."""

import csv
import datetime as dt
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

import yaad
from yaad.errors import InputError, OpenQuestion
from yaad.intake import Batch, LargeBatch, files, load, understand
from yaad.intake.large import bins, portions, sampling
from yaad.intake.large.room import Room
from yaad.intake.reading import Hints, reader_of

CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
HEAD = ["deal id", "account", "sales agent", "stage", "amount", "created", "close date", "note", "region"]
STAGES = ("New", "Quote", "Won", "Lost")


@pytest.fixture
def in_bins(monkeypatch):
    """Files of any size are large, and a bin holds a few hundred bytes."""
    monkeypatch.setattr(files, "LARGE", 0)
    monkeypatch.setattr(bins, "BIN", 300)
    monkeypatch.setattr(bins, "BUFFER", 5)


def written(path, rows, head=HEAD):
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return path


def deals(draw, count):
    """Rows of deals as people export them: some twice, some without an id, dates that are none, names in two ways."""
    rows = []
    for number in range(count):
        start = dt.date(2025, 1, 1) + dt.timedelta(days=draw.randrange(300))
        stage = draw.choice(STAGES)
        ended = f"{start + dt.timedelta(days=draw.randrange(60)):%d/%m/%Y}" if stage in STAGES[2:] else ""
        rows.append(
            [
                f"D-{number}" if draw.random() > 0.05 else "",
                f"Account {draw.randrange(9)}",
                draw.choice(["Dana Cohen", "dana  cohen", "Avi"]),
                stage,
                draw.choice(["1,200.50", "", "80", "about 3000"]),
                f"{start:%d/%m/%Y}" if draw.random() > 0.05 else "soon",
                ended,
                draw.choice(["", "call", "מחר"]),
                "",
            ]
        )
    rows += [list(row) for row in draw.sample(rows, count // 6)]
    rows += [["", *[""] * (len(HEAD) - 1)], list(HEAD), ["Total", *[""] * 3, "99999", *[""] * 4]]
    draw.shuffle(rows)
    return rows


def history(draw, count):
    """Moves of deals; a column that never changes within a deal, and one that does."""
    rows = []
    for number in range(count):
        at = dt.datetime(2025, 1, 1, 8, tzinfo=dt.UTC) + dt.timedelta(days=draw.randrange(60), minutes=number)
        for stage in [*STAGES[: draw.randrange(1, 3)], *draw.choice([[], ["Won"], ["Lost"]])]:
            at += dt.timedelta(days=draw.randrange(1, 9))
            rows.append([f"D-{number}", stage, f"{at:%Y-%m-%d %H:%M}", f"Area {number % 3}", draw.choice("abc")])
    draw.shuffle(rows)
    return rows


def told(batch):
    """All rows of a batch's tables, each as text, in an order of their own."""
    many = batch.portions if isinstance(batch, LargeBatch) else [batch.tables]
    rows = {}
    for tables in many:
        for name, table in tables.items():
            plain = table.drop_columns([one for one in ("seq",) if one in table.column_names]).to_pylist()
            for row in plain:
                kept = {key: value for key, value in row.items() if value not in (None, [])}
                rows.setdefault(name, []).append(repr(sorted(kept.items())))
    return {name: sorted(own) for name, own in rows.items()}


def account(batch):
    """Of each file: the counts, the refused rows, what is odd."""
    return [
        (
            one.rows_in,
            one.loaded,
            {reason: n for reason, n in one.skipped_by.items() if n},
            one.flags,
            one.rejects.to_pylist(),
        )
        for one in batch.files
    ]


def both(path, monkeypatch, answers=None):
    """The file read whole and read in bins, by the same answers."""
    found = understand(path, answers=answers)
    assert found.questions == ()
    whole = load(path, found.mapping, understood=found)
    monkeypatch.setattr(files, "LARGE", 0)
    again = understand(path, answers=answers)
    assert again.mapping == found.mapping
    cut = load(path, again.mapping, understood=again)
    monkeypatch.setattr(files, "LARGE", 1 << 40)
    assert isinstance(whole, Batch)
    assert isinstance(cut, LargeBatch)
    return whole, cut


@settings(max_examples=examples(4), suppress_health_check=CALM)
@given(st.integers(0, 10_000), st.integers(8, 40), st.sampled_from(["csv", "parquet"]))
def test_deals_in_bins_are_the_deals_of_the_whole(tmp_path, monkeypatch, seed, count, ending):
    monkeypatch.setattr(bins, "BIN", 300)
    monkeypatch.setattr(bins, "BUFFER", 5)
    rows = deals(random.Random(seed), count)
    path = written(tmp_path / f"{seed}.csv", rows)
    if ending == "parquet":
        path = tmp_path / f"{seed}.parquet"
        pq.write_table(pa.table(dict(zip(HEAD, map(list, zip(*rows, strict=True)), strict=True))), path)
    whole, cut = both(path, monkeypatch, {"duplicates": "last"})
    assert len(cut.portions) > 1
    assert told(cut) == told(whole)
    assert account(cut) == account(whole)
    assert [one.rows for one in cut.refused()] == [one.rows for one in whole.refused()]
    assert (cut.kind, cut.zone, cut.pipeline, cut.last_day) == (whole.kind, whole.zone, whole.pipeline, whole.last_day)
    said = [sorted(map(repr, batch.notes)) for batch in (whole, cut)]
    assert said[0] == [note for note in said[1] if "intake.note_sampled" not in note]


@settings(max_examples=examples(3), suppress_health_check=CALM)
@given(st.integers(0, 10_000), st.integers(8, 30))
def test_a_history_in_bins_is_the_history_of_the_whole(tmp_path, monkeypatch, seed, count):
    monkeypatch.setattr(bins, "BIN", 300)
    path = written(
        tmp_path / f"{seed}.csv",
        history(random.Random(seed), count),
        ["deal id", "stage", "changed at", "area", "mood"],
    )
    whole, cut = both(path, monkeypatch)
    assert told(cut) == told(whole)
    assert account(cut) == account(whole)
    own = [table["custom"].to_pylist() for tables in cut.portions for table in [tables["deals"]]]
    assert {key for cells in own for row in cells for key, _ in row or []} == {"area"}


def test_several_files_in_bins_are_accounted_for_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(bins, "BIN", 300)
    rows = deals(random.Random(5), 60)
    head = [name.upper() for name in HEAD]
    paths = [written(tmp_path / "north.csv", rows[:40]), written(tmp_path / "south.csv", rows[40:], head)]
    whole, cut = both(paths, monkeypatch, {"duplicates": "first"})
    assert told(cut) == told(whole)
    assert account(cut) == account(whole)
    assert [one.name for one in cut.files] == ["north.csv", "south.csv"]


def test_a_packed_file_is_as_large_as_what_it_holds(tmp_path):
    path = tmp_path / "deals.parquet"
    pq.write_table(pa.table({"deal id": [f"D-{n}" for n in range(9_000)], "stage": ["New"] * 9_000}), path)
    source = files.open_source(path)
    assert files.size_unpacked(source) > source.size


def test_the_book_of_bins_has_the_figures_of_the_whole(tmp_path, in_bins, monkeypatch):
    monkeypatch.setattr(bins, "BIN", 1_000)  # five of them
    path = written(tmp_path / "deals.csv", deals(random.Random(3), 60))
    figures = []
    for large in (0, 1 << 40):
        monkeypatch.setattr(files, "LARGE", large)
        book = yaad.Book.create(tmp_path / f"book{large}")
        report = book.import_files([path], answers={"duplicates": "last"})
        again = book.import_files([path], answers={"duplicates": "last"})
        assert (again.stored.new, again.stored.changed, again.stored.committed) == (0, 0, False)
        assert again.files[0].skipped_by["unchanged"] == report.files[0].loaded
        assert again.files[0].loaded == 0
        book.rebuild()
        funnel, measured = book.funnel().to_dict(), book.measure("won", "lost", "open", "win_rate", by="owner")
        rejects = sorted((tmp_path / f"book{large}" / "rejects").glob("*.csv"))
        figures.append((funnel, measured.to_dict(), report.stored.tables, [one.read_text("utf-8") for one in rejects]))
        book.close()
    assert repr(figures[0]) == repr(figures[1])


def test_a_row_that_the_sample_did_not_show_is_asked_about(tmp_path, in_bins, monkeypatch):
    monkeypatch.setattr(sampling, "HEAD", 20)
    monkeypatch.setattr(sampling, "SPREAD", 1)
    monkeypatch.setattr(sampling, "VALUES", 3)
    monkeypatch.setattr(bins, "BIN", 4_000)  # the row is in one of several
    rows = [[f"D-{n:04}", "A", "Dana", STAGES[n % 4], "5", "01/02/2025", "", "", ""] for n in range(400)]
    rows[333][3] = "Nex"
    path = written(tmp_path / "deals.csv", rows)
    found = understand(path, answers={"dates:created": "day_first"})
    assert found.questions == ()
    with pytest.raises(OpenQuestion) as asked:
        load(path, found.mapping, understood=found)
    assert [question.id for question in asked.value.questions] == ["stage:Nex"]
    answered = understand(path, answers={"dates:created": "day_first", "stage:Nex": "lost"})
    assert answered.questions == ()
    told_lost = [rule.name for rule in answered.mapping.stages if rule.type.value == "lost"]
    assert set(told_lost) == {"Lost", "Nex"}
    batch = load(path, answered.mapping, understood=answered)
    assert batch.files[0].loaded == 400


def test_questions_on_a_large_file_say_that_they_count_a_sample(tmp_path, in_bins):
    rows = [[f"D-{n:04}", "A", "Dana", "New", "5", "01/02/2025", "", "", ""] for n in range(40)]
    found = understand(written(tmp_path / "deals.csv", rows))
    assert [question.id for question in found.questions] == ["dates:created"]
    assert found.questions[0].evidence[-1].key == "intake.evidence_sampled"
    assert found.questions[0].evidence[-1].values == {"n": 40, "of": 40}


FLAT = {
    "accounts": (
        ["id", "name", "phone"],
        lambda n, draw: [f"C{n}", draw.choice(["Alon Ltd", "alon  ltd", "Gefen"]), "03"],
    ),
    "lines": (
        ["order id", "line id", "sku", "quantity", "price", "discount"],
        lambda n, draw: [f"O{n // 3}", f"L{n}", f"P{draw.randrange(5)}", "2", "10.5", draw.choice(["5%", "10%", ""])],
    ),
    "orders": (
        ["order id", "customer", "order date", "amount"],
        lambda n, draw: [f"O{n}", f"C{draw.randrange(9)}", f"2025-0{1 + n % 9}-11", draw.choice(["5", "x", ""])],
    ),
    "calls": (
        ["call id", "phone", "start time", "duration", "direction"],
        lambda n, draw: [f"K{n}", f"05012345{n % 90:02}", f"2025-03-0{1 + n % 9} 10:00", "0:01:30", "in"],
    ),
}


@pytest.mark.parametrize("kind", FLAT)
def test_things_of_their_own_in_bins_are_those_of_the_whole(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(bins, "BIN", 200)
    head, row = FLAT[kind]
    draw = random.Random(9)
    rows = [row(n, draw) for n in range(50)]
    rows += rows[:7]
    path = written(tmp_path / f"{kind}.csv", rows, head)
    whole, cut = both(path, monkeypatch, {"kind": kind, "duplicates": "last"})
    assert len(cut.portions) > 1
    assert told(cut) == told(whole)
    assert account(cut) == account(whole)


def test_a_large_list_has_the_day_of_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(bins, "BIN", 300)
    path = written(tmp_path / "deals 2026-02-03.csv", deals(random.Random(4), 40))
    whole, cut = both(path, monkeypatch, {"duplicates": "last"})
    assert [one.day for one in cut.lists] == [one.day for one in whole.lists] == [dt.date(2026, 2, 3)]


def test_more_refused_rows_than_anybody_mends_stop_the_import(tmp_path, in_bins, monkeypatch):
    monkeypatch.setattr(portions, "MOST_REFUSED", 10)
    rows = [[f"D-{n}", "A", "Dana", "New", "5", "2025-02-01" if n % 3 else "soon", "", "", ""] for n in range(90)]
    path = written(tmp_path / "deals.csv", rows)
    book = yaad.Book.create(tmp_path / "book")
    with pytest.raises(InputError) as refused:
        book.import_files([path])
    assert refused.value.message.key == "intake.too_many_refused"
    assert not (tmp_path / "book" / "imports").exists()


def test_a_file_without_ids_is_read_whole(tmp_path, in_bins):
    rows = [["0501234567", "Dana", "New", "2025-01-01"], ["050-1234567", "Dana", "Quote", "2025-01-05"]]
    path = written(tmp_path / "leads.csv", rows, ["phone", "agent", "status", "created"])
    found = understand(path)
    assert not found.study.readings.sampled
    assert "intake.note_held" in [note.key for note in found.notes]


def test_a_sample_holds_each_value_the_ends_and_every_length(monkeypatch, tmp_path):
    monkeypatch.setattr(sampling, "HEAD", 5)
    monkeypatch.setattr(sampling, "VALUES", 10)
    monkeypatch.setattr(sampling, "SPREAD", 1)
    rows = [[f"{n:05}", ["North", "South"][n % 2], f"{1 + n % 12:02}/01/2025"] for n in range(3_000)]
    rows[1_234][1], rows[2_345][2], rows[2_777][0] = "East", "31/01/2025", "1" * 9
    path = written(tmp_path / "deals.csv", rows, ["id", "area", "day"])
    grid = sampling.sampled(reader_of(files.open_source(path), Hints()), None)
    assert grid.tally.rows_in == 3_000
    assert len(grid.rows) < 100
    assert {"North", "South", "East"} <= set(grid.columns["area"].to_pylist())
    assert "31/01/2025" in grid.columns["day"].to_pylist()
    assert "1" * 9 in grid.columns["id"].to_pylist()


@given(st.lists(st.text(max_size=9)), st.integers(0, 6))
def test_an_id_has_one_bin_and_bins_lie_within_larger_ones(texts, power):
    ids = pa.array([*texts, None], pa.string())
    few, many = bins.bin_of(ids, 1 << power), bins.bin_of(ids, 1 << (power + 2))
    assert (many >> 2).tolist() == few.tolist()
    assert few[-1] == 0
    assert bins.bin_of(pa.array(texts[::-1], pa.string()), 1 << power).tolist() == few[:-1][::-1].tolist()


def test_ids_are_spread_evenly():
    number = bins.bin_of(pa.array([f"D-{n:09}" for n in range(20_000)]), 16)
    counts = [int((number == one).sum()) for one in range(16)]
    assert 1_000 < min(counts) <= max(counts) < 1_500


def test_what_is_stopped_leaves_nothing_behind(tmp_path, in_bins, monkeypatch):
    class Stop(Exception):
        pass

    def stop(done, total):
        if done > total * 0.6:
            raise Stop

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = written(tmp_path / "deals.csv", deals(random.Random(1), 60))
    found = understand(path, answers={"duplicates": "last"})
    with pytest.raises(Stop):
        load(path, found.mapping, understood=found, on_progress=stop)
    assert list(folder.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = Room()
    left = (
        "import os, signal; from yaad.intake.large.room import Room; r = Room(); (r.path / 'x').touch(); print(r.path)"
    )
    kill = "; import sys; sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    told = subprocess.run(
        [sys.executable, "-c", left + kill],
        check=False,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert told.returncode == -signal.SIGKILL
    assert Path(told.stdout.strip()).is_dir()
    fresh = Room()
    assert not Path(told.stdout.strip()).exists()
    assert held.path.is_dir()
    held.close()
    fresh.close()
    assert list(tmp_path.iterdir()) == []
