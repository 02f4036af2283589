"""A file is brought in by a process of its own while people write: nothing is lost, nothing counts twice."""

import datetime as dt
import threading
import time
from collections import Counter

import pytest
from tests.people import EVENTS

AT = dt.datetime(2026, 10, 25, 9, tzinfo=dt.UTC)
WRITES = 50
NEW = 1500
TABLES = {
    "deals": ("deal_id", "stage", "outcome", "owner", "source", "amount", "next_step", "closed_day", "cycle_days"),
    "stage_moves": ("deal", "to_stage", "day", "by"),
    "stage_visits": ("deal", "stage", "entered_day", "left_day"),
    "activities": ("deal_id", "kind", "day", "by", "text"),
}
"""Tables of the lake, and columns of them that do not depend on the order in which things were told."""


@pytest.fixture
def in_processes(home, monkeypatch):
    """Jobs run in processes of their own, which read of the environment where the server lives."""
    said = {"HOME": str(home.folder), "SECRET_KEY": home.secret_key, "ADDRESS": home.address}
    said |= {"DATABASE": home.database, "DATABASE_OWNER": home.database_owner}
    for name, value in said.items():
        monkeypatch.setenv(f"YAAD_{name}", value)


def events(folder, company):
    """A file of many new deals, and of those of the company that people write of: later steps of the same deals."""
    head = "deal,stage,at,who,title,source,amount,phone"
    rows = [f"new-{n},Meeting,2026-10-{1 + n % 20:02},Ann,new {n},web,{n},0541{n:06}" for n in range(NEW)]
    rows += [f"{company}-Ann-{n},Quote,2026-10-21,Ann,told anew {n},referral,77{n},0501234560" for n in (4, 5)]
    (folder / "more.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    (folder / "more.yaml").write_text(EVENTS, "utf-8")
    return folder / "more.csv", folder / "more.yaml"


def told(book):
    """What the book says, row by row."""
    facts = book.facts
    known = dict(facts.run(facts.deals.select("deal", "deal_id")).to_pandas().itertuples(index=False))
    found = {}
    for table, columns in TABLES.items():
        rows = facts.table(table)
        rows = facts.run(rows.select(*columns)).to_pylist()
        named = [{**row, "deal": known.get(row["deal"])} if "deal" in row else row for row in rows]
        found[table] = Counter(str(sorted(row.items(), key=str)) for row in named)
    return found


def test_fifty_writes_beside_an_import_are_kept_once_each(team, in_processes, tmp_path):
    from yaad.server import tasks
    from yaad.server.jobs import State
    from yaad.server.journal import DatabaseJournal
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened
    from yaad.server.writing import stamp, write_once

    access = scope(team.here.accounts["owner"].pk, team.here.id)
    path, mapping = events(tmp_path, "here")
    written: dict[int, tuple[str, str]] = {}
    beside, lock = [], threading.Lock()
    with on_behalf_of(access):
        before = {one.seq for one in DatabaseJournal(team.here.id).since(0)}
        job = opened().jobs.submit(tasks.IMPORT, {
            "book": str(team.here.root), "paths": [str(path)], "mapping": str(mapping), "kind": "", "answers": {},
            "as_of": "", "lang": "en", "source": "", "waits": [],
        })  # fmt: skip

    def write(place: int) -> None:
        """Write until the import is done, and no fewer times than one's part."""
        from django.db import connection

        with on_behalf_of(access):
            n = 0
            while n < WRITES // 5 or not opened().jobs.progress(job).state.final:
                deal, text = f"here-Ann-{4 + n % 2}", f"{place} {n}"
                state = opened().jobs.progress(job)
                with lock:
                    beside.append(not state.state.final and state.phase == tasks.Phase.STORING)
                if n % 3:
                    one = write_once(lambda book, d=deal, t=text: book.note(d, t, key=f"beside {t}", **stamp()))
                else:
                    said = {"next_step": text}
                    one = write_once(
                        lambda book, d=deal, t=text, s=said: book.change(d, s, key=f"beside {t}", **stamp())
                    )
                with lock:
                    written[one.seq] = (deal, text)
                n += 1
                time.sleep(0.1)
        connection.close()

    writers = [threading.Thread(target=write, args=(place,)) for place in range(5)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    with on_behalf_of(access):
        assert opened().jobs.progress(job).state is State.DONE
        kept = {one.seq: one for one in DatabaseJournal(team.here.id).since(0) if one.seq not in before}
        assert len(written) >= WRITES
        assert sum(beside) > 0, "none of them was written while the import stored its rows"
        assert sorted(kept) == sorted(written) == list(range(min(written), max(written) + 1))
        assert len({one.key for one in kept.values()}) == len(written)
        book = opened().shelf.book
        now = told(book)
        assert sum(now["deals"].values()) == 30 + NEW
        notes = book.facts.run(book.facts.activities.filter(book.facts.activities.deal_id.like("here-Ann-%")))
        said = Counter(text for text in notes["text"].to_pylist() if text)
        assert {text: said[text] for _deal, text in written.values() if said[text] != 0} == {
            text: 1 for seq, (_deal, text) in written.items() if kept[seq].kind == "note"
        }
        for deal in ("here-Ann-4", "here-Ann-5"):
            last = max(seq for seq, (one, _text) in written.items() if one == deal and kept[seq].kind == "change")
            row = book.facts.deal(deal)
            assert (row["next_step"], row["source"]) == (written[last][1], "referral")
        book.rebuild()
        assert told(book) == now
