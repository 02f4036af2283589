"""The board as it stands by now, and what its deals are held against."""

from contextlib import closing
from types import SimpleNamespace

import pytest
from tests.book import test_open_deals as told
from tests.book.test_open_deals import BOOK, STAGES, TOLD, brought

from yaad.book import Book
from yaad.facts import Lake
from yaad.insight import Wanted
from yaad.model import Pipeline, Stage, StageType
from yaad.server import shelf as shelf_module
from yaad.server.questions import board_reading
from yaad.server.shelf import Shelf

LONGER = Pipeline((
    *map(Stage, ("First", *STAGES, "Contract")), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)
))  # fmt: skip


@pytest.mark.parametrize("rows", [0, 1_000_000])
def test_an_import_that_brings_stages_brings_what_they_are_held_against(tmp_path, monkeypatch, rows):
    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", rows)
    monkeypatch.setattr(shelf_module, "beside", lambda _work: None)
    lake = Lake.create(tmp_path / "book")
    brought(lake, BOOK, **TOLD)
    shelf = Shelf(lake.root)
    monkeypatch.setattr(board_reading, "opened", lambda: SimpleNamespace(shelf=shelf))
    assert board_reading.seen(Wanted(), 5).board.n == 2
    monkeypatch.setattr(told, "PIPELINE", LONGER)
    brought(lake, {"e": [("Contract", 12)], "f": [("Contract", 3), ("Won", 5)]}, "more", owner=["Noa", "Noa"])
    seen = board_reading.seen(Wanted(), 5)
    with closing(Book.open(lake.root)) as anew:
        assert seen.board == anew.board(seen.today, Wanted(), shown=5)
    assert seen.held_since is None
    shelf.close()


def test_stages_that_come_while_the_board_is_drawn_are_held_against_their_own(tmp_path, monkeypatch):
    lake = Lake.create(tmp_path / "book")
    brought(lake, BOOK, **TOLD)
    shelf = Shelf(lake.root)
    monkeypatch.setattr(board_reading, "opened", lambda: SimpleNamespace(shelf=shelf))
    look = board_reading.look()
    monkeypatch.setattr(board_reading, "look", lambda: look)
    monkeypatch.setattr(told, "PIPELINE", LONGER)
    brought(lake, {"e": [("Contract", 12)]}, "more", owner=["Noa"])
    assert board_reading.seen(Wanted(), 5).board.n == 3
    shelf.close()
