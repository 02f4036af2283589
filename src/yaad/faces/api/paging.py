"""Long lists, page by page: a cursor says after which row the next page goes on."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from yaad.server import cursors
from yaad.server.scoping import current

Row = TypeVar("Row")
Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A list that is told in pages: ``{name: […], "next": a cursor or null}``.

    Attributes:
        name: of the list.
        key: of a row; rows stand in its order, and those that come or go meanwhile neither skip nor double another one.
        tell: a row as an object; asked of the rows of a page alone.
        latest_first: from the greatest key on.
        about: what the list is narrowed to.
    """

    name: str
    key: Callable[[Row], cursors.Row]
    tell: Callable[[Row], Json]
    latest_first: bool = False
    about: Mapping[str, object] | None = None

    def page(self, rows: Iterable[Row], cursor: str, limit: int) -> Json:
        """One page of a list that is known as a whole.

        Args:
            rows: all of them, in any order.
            cursor: where it goes on; empty: at its beginning.
            limit: how many.

        Raises:
            InputError: the cursor is of another list.
        """
        ordered = sorted(rows, key=self.key, reverse=self.latest_first)
        if cursor:
            last = after(self.name, cursor, self.about)
            ordered = [one for one in ordered if self._is_behind(self.key(one), last)]
        shown = ordered[:limit]
        goes_on = next_of(self.name, self.key(shown[-1]), self.about) if len(ordered) > limit else None
        return {self.name: [self.tell(one) for one in shown], "next": goes_on}

    def _is_behind(self, key: cursors.Row, last: cursors.Row) -> bool:
        if isinstance(key, str) and isinstance(last, str):
            return key < last if self.latest_first else key > last
        return int(key) < int(last) if self.latest_first else int(key) > int(last)


def page_of(told: Json, name: str, cursor: str, limit: int, about: Mapping[str, object]) -> Json:
    """An answer with one page of a list in it that stands in an order of its own.

    Args:
        told: the answer with the whole list.
        name: of the list.
        cursor: where it goes on; empty: at its beginning.
        limit: how many.
        about: what it is narrowed to, and the version of what it was made of: of other data a cursor is of no use.

    Raises:
        InputError: the cursor is of another list, or of other data.
    """
    first = offset(name, cursor, about)
    rows = told[name][first:]
    goes_on = next_of(name, first + limit, about) if len(rows) > limit else None
    return {**told, name: rows[:limit], "next": goes_on}


def offset(name: str, cursor: str, about: Mapping[str, object]) -> int:
    """How many rows of a list in an order of its own were told already.

    Raises:
        InputError: the cursor is of another list, or of other data.
    """
    return int(after(name, cursor, about)) if cursor else 0


def after(name: str, cursor: str, about: Mapping[str, object] | None = None) -> cursors.Row:
    """The row after which a list goes on.

    Raises:
        InputError: the cursor is of another list.
    """
    return cursors.after(current(), _of(name, about), cursor)


def next_of(name: str, last: cursors.Row, about: Mapping[str, object] | None = None) -> str:
    """The cursor behind a row.

    Args:
        name: of the list.
        last: the key of the last row that was told.
        about: what the list is narrowed to.
    """
    return cursors.cursor(current(), _of(name, about), last)


def _of(name: str, about: Mapping[str, object] | None) -> str:
    return json.dumps([name, about or {}], sort_keys=True, default=str)
