"""The board as it stands by now: what people write is on it at once, what it is held against is renewed beside."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from yaad.book import Book
from yaad.book.open_deals import Look
from yaad.insight import Board, Standing, Wanted, Yardsticks, board_of
from yaad.insight.grid import Grid, Line, grid_of, line_of
from yaad.model import Pipeline
from yaad.server.state import opened


@dataclass(frozen=True)
class Seen:
    """The board, with what it is made of.

    Attributes:
        board: what is wanted of it.
        standing: the open deals that are seen.
        today: the day by the company's clock.
        held_since: from when the yardsticks are, where something was written since.
        look: what it was made of.
    """

    board: Board
    standing: Standing
    today: dt.date
    held_since: dt.datetime | None
    look: Look


def look() -> Look:
    """The open deals that who asks sees, as they stand by now.

    Raises:
        NotYet: a large book's are to be put together first, and who asks does not wait.
    """
    shelf = opened().shelf
    shelf.book.need_persons()
    shelf.made("open deals", lambda book: book.open_deals.is_begun, lambda book: book.open_deals.look(book.viewer))
    return shelf.book.open_deals.look(shelf.viewer)


def seen(wanted: Wanted, shown: int, more: str | None = None) -> Seen:
    """The board.

    Args:
        wanted: which deals.
        shown: cards of a column.
        more: name of a stage of which all cards are shown.
    """
    ground = _ground()
    board = board_of(ground.standing, ground.yard, wanted, ground.today, shown=shown, more=more)
    return Seen(board, ground.standing, ground.today, ground.held_since, ground.look)


def grid(wanted: Wanted, order: str, page: int, *, is_falling: bool) -> tuple[Grid, "Ground"]:
    """A page of the grid, and what it is made of; see `yaad.insight.grid`."""
    ground = _ground()
    found = grid_of(ground.standing, ground.yard, wanted, ground.today, order=order, is_falling=is_falling, page=page)
    return found, ground


def lines(deal_ids: Iterable[str]) -> list[Line]:
    """Rows of the grid: those of the deals that are open and seen."""
    ground = _ground()
    found = (line_of(ground.standing, ground.yard, ground.today, one) for one in deal_ids)
    return [one for one in found if one is not None]


@dataclass(frozen=True)
class Ground:
    """What board and grid are made of.

    Attributes:
        standing: the open deals that are seen.
        yard: what they are held against.
        today: the day by the company's clock.
        held_since: from when the yardsticks are, where something was written since.
        look: the moment.
    """

    standing: Standing
    yard: Yardsticks
    today: dt.date
    held_since: dt.datetime | None
    look: Look


def _ground() -> Ground:
    shelf, now = opened().shelf, look()
    standing = now.standing or shelf.once(lambda book: book.standing())
    standing = replace(standing, opt_outs=shelf.once(lambda book: book.opt_outs))
    (pipeline, yard), since = shelf.lasting("yardsticks", _yardsticks, now.moment, now.version, standing.pipeline)
    if pipeline != standing.pipeline:  # yardsticks know stages by their places, and an import came meanwhile
        (standing, yard), since = shelf.once(_of_one_moment), None
    today = dt.datetime.now(ZoneInfo(standing.zone)).date()
    return Ground(standing, yard, today, since, now)


def _yardsticks(book: Book) -> tuple[Pipeline, Yardsticks]:
    return book.facts.pipeline, book.yardsticks()


def _of_one_moment(book: Book) -> tuple[Standing, Yardsticks]:
    with book.at_one_moment():
        return book.standing(), book.yardsticks()
