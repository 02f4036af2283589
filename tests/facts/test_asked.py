"""A picture computes the same query once, whoever asks and however many ask at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import ibis
import pyarrow as pa
import pytest

from yaad.facts import asked
from yaad.facts.asked import Asked

ROWS = ibis.table({"n": "int64"}, name="rows")


class Engine:
    """Says how many queries it has computed."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.free = threading.Event()
        self.free.set()

    def run(self, expr) -> pa.Table:
        self.queries.append(str(ibis.to_sql(expr)))
        self.free.wait(10)
        return pa.table({"n": list(range(len(self.queries)))})


@pytest.fixture
def engine() -> Engine:
    return Engine()


def ask(known: Asked, run, expr, whose: str = "") -> pa.Table:
    return known.run((whose, str(ibis.to_sql(expr))), lambda: run(expr))


def test_the_same_query_is_computed_once_and_another_one_too(engine):
    known = Asked()
    first = ask(known, engine.run, ROWS.filter(ROWS.n > 1))
    assert ask(known, engine.run, ROWS.filter(ROWS.n > 1)) is first
    assert ask(known, engine.run, ROWS.filter(ROWS.n > 2)) is not first
    assert len(engine.queries) == 2


def test_the_same_query_of_the_rows_of_others_is_another_one(engine):
    known = Asked()
    mine = ask(known, engine.run, ROWS, "me")
    assert ask(known, engine.run, ROWS, "you") is not mine
    assert ask(known, engine.run, ROWS, "me") is mine
    assert len(engine.queries) == 2


def test_who_asks_meanwhile_waits_for_the_one_that_computes(engine):
    known = Asked()
    engine.free.clear()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, known, engine.run, ROWS.limit(3)) for _ in range(4)]
        engine.free.set()
        assert len({id(answer.result()) for answer in answers}) == 1
    assert len(engine.queries) == 1


def test_what_fails_is_asked_again(engine):
    def run(expr):
        if not engine.queries:
            engine.run(expr)
            raise MemoryError
        return engine.run(expr)

    known = Asked()
    with pytest.raises(MemoryError):
        ask(known, run, ROWS)
    assert ask(known, run, ROWS) is ask(known, run, ROWS)
    assert len(engine.queries) == 2


def test_only_so_much_is_kept_and_nothing_too_large(engine, monkeypatch):
    monkeypatch.setattr(asked, "MOST", 2 * asked.OF_QUERY + 100)
    known = Asked()
    for at in (1, 2, 3, 1):
        ask(known, engine.run, ROWS.limit(at))
    assert len(engine.queries) == 4  # the first one had to go
    ask(known, engine.run, ROWS.limit(1))
    assert len(engine.queries) == 4
    monkeypatch.setattr(asked, "LARGEST", 0)
    ask(known, engine.run, ROWS.limit(9))
    ask(known, engine.run, ROWS.limit(9))
    assert len(engine.queries) == 6


def test_a_book_that_was_written_to_is_asked_anew(lake, rows_of):
    """See `Facts`: another moment is another picture, with answers of its own."""
    from yaad.facts import Facts

    one, other = Facts.open(lake.root), Facts.open(lake.root)
    assert one.run(one.deals) is one.run(one.deals)
    assert one.run(one.deals) is not other.run(other.deals)
    one.close()
    other.close()
