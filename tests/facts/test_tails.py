"""What people wrote beside the lake: its queries are put together and written once, whatever picture asks."""

import datetime as dt

import pytest
from ibis.expr.operations import UnboundTable

from yaad.facts import Facts, tails
from yaad.facts.engines import DuckEngine
from yaad.model import MoveEntry, Pipeline, Stage, StageType, WinEntry

BOOK = {"a": [("Lead", 1), ("Quote", 3), ("Won", 9)], "b": [("Lead", 2)], "c": [("Lead", 4)]}


@pytest.fixture
def written(monkeypatch):
    """The queries that are written in an engine's words from here on."""
    found, text = [], DuckEngine.text

    def noting(query):
        found.append(query)
        return text(query)

    monkeypatch.setattr(DuckEngine, "text", staticmethod(noting))
    return found


def looked_at(lake) -> list[tuple[object, ...]]:
    facts = Facts.open(lake.root)
    rows = [facts.run(table).num_rows for table in (facts.visits, facts.moves, facts.deals)]
    stages = facts.run(facts.deals.order_by("deal")).to_pydict()["stage"]
    facts.close()
    return [*rows, *stages]


def is_of_tail(query) -> bool:
    return any(node.name.startswith("tail_") for node in query.find(UnboundTable))


def test_a_picture_after_an_entry_is_put_together_from_queries_that_are_written_already(lake, put, write, written):
    tails._text_of.cache_clear()
    put(lake, BOOK)
    write(MoveEntry, "b", 10, to_stage="Quote")
    assert looked_at(lake) == [5, 6, 3, "Won", "Quote", "Lead"]
    assert any(map(is_of_tail, written))
    write(WinEntry, "c", 11, to_stage="Won")
    written.clear()
    assert looked_at(lake) == [5, 7, 3, "Won", "Quote", "Won"]
    assert not any(map(is_of_tail, written))


def test_tables_of_the_lake_that_nobody_asks_for_are_not_opened(lake, put, monkeypatch):
    put(lake, BOOK)
    opened, read = [], DuckEngine.read
    monkeypatch.setattr(DuckEngine, "read", lambda self, name, *rest: opened.append(name) or read(self, name, *rest))
    facts = Facts.open(lake.root, as_of=dt.date(2024, 1, 20))
    facts.run(facts.deals)
    facts.run(facts.deals)
    facts.close()
    assert opened == ["lake_deals"]


def test_the_log_tells_how_many_rows_a_table_has(lake, put):
    put(lake, BOOK)
    facts = Facts.open(lake.root)
    assert lake.rows_of("stage_visits", lake.pin()) == facts.run(facts.visits).num_rows == 4
    facts.close()
    assert lake.rows_of("orders", lake.pin()) == 0


def test_pipelines_do_not_share_queries():
    won, lost = Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)
    short, long = Pipeline((Stage("Lead"), won, lost)), Pipeline((Stage("Lead"), Stage("Quote"), won, lost))
    assert tails.visits(short).op() != tails.visits(long).op()
    assert tails.visits(short).op() == tails.visits(Pipeline(short.stages)).op()
    assert tails.deals(short).op() != tails.deals(short, tails.ANEW).op()
