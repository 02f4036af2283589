"""What is found out once for a picture of the facts, however many figures ask for it."""

from collections.abc import Callable
from functools import wraps
from types import MethodType
from typing import TypeVar
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from yaad.measures.scope import Scope

Found = TypeVar("Found")


def once_a_picture(find: Callable[[Scope], Found]) -> Callable[[Scope], Found]:
    """Keep what `find` found as long as the picture lives whose tables it was found in.

    Each viewer has a picture of their own, and so has each state of the data and each day that is looked back to.

    Args:
        find: looks at `scope.table` and at the as-of day alone, never at the period or the breakdown: the answer is the
            same for all of them.
    """
    kept: WeakKeyDictionary[object, Found] = WeakKeyDictionary()

    @wraps(find)
    def found(scope: Scope) -> Found:
        if scope.watch is not None:
            return scope.watch.picture(scope, found)
        picture = _picture_of(scope.table)
        if picture not in kept:
            kept[picture] = find(scope)
        return kept[picture]

    return found


def _picture_of(table: Callable[[str], ir.Table]) -> object:
    """Whose tables these are: a method is made anew each time it is named, and would be let go of with the question."""
    return table.__self__ if isinstance(table, MethodType) else table


def has_any(scope: Scope, table: str) -> bool:
    """Whether a table of the book has a row."""
    return bool(scope.rows(_one_of, table)["n"][0].as_py())


def _one_of(scope: Scope, table: str) -> ir.Table:
    one = scope.table(table).limit(1)
    return one.aggregate(n=one.count())
