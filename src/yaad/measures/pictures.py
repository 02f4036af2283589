"""What is found out once for a picture of the facts, however many figures ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from yaad.measures.scope import Scope

Found = TypeVar("Found")


def once_a_picture(find: Callable[[Scope], Found]) -> Callable[[Scope], Found]:
    """Keep what `find` found as long as the tables live that it was found in.

    Args:
        find: looks at `scope.table` and at the as-of day alone, never at the period or the breakdown: the answer is the
            same for all of them.
    """
    kept: WeakKeyDictionary[Callable[[str], ir.Table], Found] = WeakKeyDictionary()

    @wraps(find)
    def found(scope: Scope) -> Found:
        if scope.watch is not None:
            return scope.watch.picture(scope, found)
        if scope.table not in kept:
            kept[scope.table] = find(scope)
        return kept[scope.table]

    return found


def has_any(scope: Scope, table: str) -> bool:
    """Whether a table of the book has a row."""
    return bool(scope.rows(_one_of, table)["n"][0].as_py())


def _one_of(scope: Scope, table: str) -> ir.Table:
    one = scope.table(table).limit(1)
    return one.aggregate(n=one.count())
