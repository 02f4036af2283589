"""Queries that were put together for one question and run for all who ask the same.

To put an expression together and to write it in the engine's words takes far longer than to run it. Who looks at the
same page as somebody else asks the same of other rows: the tables of a scope stand for those of whoever asks (see
`facts.standing_in`), so what is written for one can be run for another.

A query depends on the question, and on what is found out of the rows while it is put together: whether a column is
filled, which words the activities say. This is noted, as a digest of what was found. Who comes next finds the same out
of rows of their own first; the query is theirs only if they find the same, else their own is put together. Nothing that
was found is kept, and no query in which rows stand.
"""

import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.opening import NEXT, SCHEMA
from yaad.model.written import Written

if TYPE_CHECKING:
    from yaad.measures.scope import Query, Scope, Told

MOST = 24 << 20
"""Bytes that the queries of a book are taken to hold; those that nobody asked for longest go first."""
OF_STEP = 2 << 10
"""Bytes that a step to a query is taken to hold, beside texts."""
WAYS = 64
"""So many different findings are followed at one step; with more nearly everybody finds something else."""
OF_DAYS = (tuple(NEXT.names), tuple(SCHEMA.names))
"""Columns of the small tables that tell of days alone, and of no rows of the company."""
OF_PERSONS = ("people", "teams", "judgements")
"""What a company said of its persons: each viewer knows another part of it."""

Build = Callable[..., ir.Table]
Digest = bytes


class Asks(Protocol):
    """Something that is found out of the rows while a query is put together."""

    def found(self, scope: "Scope") -> object:
        """What whoever asks finds."""
        ...


@dataclass(frozen=True)
class _Rows:
    """The rows of a query."""

    query: Written

    def found(self, scope: "Scope") -> object:
        return scope.run(self.query)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and self.query.text == other.query.text

    def __hash__(self) -> int:
        return hash(self.query.text)


@dataclass(frozen=True)
class _Said:
    """What the rows of a query say."""

    rows: _Rows
    how: Callable[[pa.Table], object]

    def found(self, scope: "Scope") -> object:
        return self.how(scope.run(self.rows.query))


@dataclass(frozen=True)
class _Picture:
    """What is found out once for a picture."""

    find: Callable[["Scope"], object]

    def found(self, scope: "Scope") -> object:
        return self.find(scope)


@dataclass(frozen=True)
class _OfPersons:
    """What the company said of its persons, so far as the viewer knows it."""

    name: str

    def found(self, scope: "Scope") -> object:
        return repr(getattr(scope.settings, self.name))


class _Noted(Mapping[str, Any]):
    """What a company said of its persons; whoever looks at it is noted."""

    def __init__(self, name: str, scope: "Scope", watch: "Watch") -> None:
        self._name, self._scope, self._watch = name, scope, watch

    def _looked(self) -> Mapping[str, Any]:
        asks = _OfPersons(self._name)
        self._watch.note(asks, asks.found(self._scope))
        said: Mapping[str, Any] = getattr(self._scope.settings, self._name)
        return said

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 – as the mapping has it
        return self._looked()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._looked())

    def __len__(self) -> int:
        return len(self._looked())


Seen = list[tuple[Asks, Digest]]
"""What was found out on the way to a query, in order."""


class Watch:
    """Notes what is found out of the rows while a query is put together.

    Args:
        scope: the question, of whoever asks it.
    """

    def __init__(self, scope: "Scope") -> None:
        self._scope = scope
        self.seen: Seen = []
        self.is_for_all = True

    def watched(self) -> "Scope":
        """The question; what is found out by it is noted."""
        scope = self._scope
        people, teams, judgements = (_Noted(name, scope, self) for name in OF_PERSONS)
        said = replace(scope.settings, people=people, teams=teams, judgements=judgements)
        whole = None if scope.whole is None else self._whole
        return replace(scope, run=self.run, watch=self, settings=said, whole=whole)

    def _whole(self, name: str) -> ir.Table:
        """A table with all its rows, as it is at this moment: a query over it is for this moment alone."""
        self.is_for_all = False
        if self._scope.whole is None:
            raise TypeError(name)
        return self._scope.whole(name)

    def run(self, query: "Query") -> pa.Table:
        """The rows of a query that is run while another one is put together."""
        written = self._written(query)
        found = self._scope.run(written)
        self.note(_Rows(written), found)
        return found

    def plain(self, asked: "Scope") -> "Scope":
        """A watched question as it is when nobody watches."""
        return replace(asked, run=self._scope.run, watch=None, settings=self._scope.settings, whole=self._scope.whole)

    def tell(self, asked: "Scope", how: Callable[[pa.Table], "Told"], build: Build, args: tuple[object, ...]) -> "Told":
        """What the rows of a query say."""
        written = self._written(asked.query(build, *args))
        found = how(self._scope.run(written))
        self.note(_Said(_Rows(written), how), found)
        return found

    def picture(self, asked: "Scope", find: Callable[["Scope"], "Told"]) -> "Told":
        """What is found out once for a picture, of its tables and its day alone."""
        found = find(self.plain(asked))
        self.note(_Picture(find), found)
        return found

    def note(self, asks: Asks, found: object) -> None:
        """Note what was found."""
        self.seen.append((asks, _digest(found)))

    def _written(self, query: "Query") -> Written:
        write = self._scope.write
        if write is None:
            raise TypeError(write)
        written = query if isinstance(query, Written) else write(query)
        self.is_for_all &= not holds_rows(written)
        return written


@dataclass
class _Step:
    """One step to a query: what is found out next and where each finding leads, or the query."""

    asks: Asks | None = None
    after: "dict[Digest, _Step]" = field(default_factory=dict)
    query: Written | None = None


@dataclass
class _Shape:
    """The steps of one question."""

    first: _Step = field(default_factory=_Step)
    size: int = OF_STEP


class Shapes:
    """The queries of one book, for all who look at it. Several threads may ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shapes: OrderedDict[Hashable, _Shape] = OrderedDict()
        self._size = 0
        self._stamp: object = None

    def query(self, scope: "Scope", build: Build, args: tuple[object, ...]) -> Written:
        """The query of a question; see `Scope.query`."""
        if scope.watch is None:
            return self._found(scope, build, args)[0]
        query, seen, is_for_all = self._found(scope.watch.plain(scope), build, args)
        scope.watch.seen += seen  # what this one leans on, the one that is put together of it leans on
        scope.watch.is_for_all &= is_for_all
        return query

    def _found(self, scope: "Scope", build: Build, args: tuple[object, ...]) -> tuple[Written, Seen, bool]:
        key, seen = (build, tuple(_plain(one) for one in args), scope.shape), Seen()
        with self._lock:
            shape = self._shapes.get(key)
            if shape is not None:
                self._shapes.move_to_end(key)
        step = None if shape is None else shape.first
        while step is not None:
            if step.query is not None:
                return step.query, seen, True
            if step.asks is None:
                break
            seen.append((step.asks, _digest(step.asks.found(scope))))
            step = step.after.get(seen[-1][1])
        return self._built(key, scope, build, args)

    def hold(self, stamp: object) -> None:
        """Let go of all of them where the stamp is another one than before: words of the company stand in them.

        Args:
            stamp: of who was erased from the book.
        """
        with self._lock:
            if stamp != self._stamp:
                self._shapes.clear()
                self._size, self._stamp = 0, stamp

    def _built(
        self, key: Hashable, scope: "Scope", build: Build, args: tuple[object, ...]
    ) -> tuple[Written, Seen, bool]:
        if scope.write is None:
            raise TypeError(scope.write)
        watch = Watch(scope)
        query = scope.write(build(watch.watched(), *args))
        is_for_all = watch.is_for_all and not holds_rows(query)
        if is_for_all:
            with self._lock:
                if scope.stamp == self._stamp:  # else it is of a picture from before an erasing
                    self._keep(key, watch.seen, query)
        return query, watch.seen, is_for_all

    def _keep(self, key: Hashable, seen: Seen, query: Written) -> None:
        shape = self._shapes.setdefault(key, _Shape())
        step, size = shape.first, len(query.text) + OF_STEP
        for asks, digest in seen:
            if step.query is not None or step.asks not in (None, asks):
                self._let_go(key)  # the same findings led elsewhere: it looks at something that nobody noted
                return
            if digest not in step.after and len(step.after) >= WAYS:
                return
            step.asks = asks
            step = step.after.setdefault(digest, _Step())
            size += OF_STEP
        if step.query is not None:  # somebody else was faster
            return
        step.query = query
        shape.size += size
        self._size += size
        while self._size > MOST and len(self._shapes) > 1:
            self._let_go(next(iter(self._shapes)))

    def _let_go(self, key: Hashable) -> None:
        shape = self._shapes.pop(key)
        self._size -= shape.size - OF_STEP


def holds_rows(query: Written) -> bool:
    """Whether rows of the company stand in a query."""
    return any(tuple(table.column_names) not in OF_DAYS for _, table in query.tables)


def _plain(one: Any) -> Hashable:  # noqa: ANN401 – whatever a query is about
    """What a query is about, so that it can be told from another."""
    if isinstance(one, ir.Expr):
        query: Hashable = one.op()
        return query
    if not isinstance(one, Hashable):
        raise TypeError(one)
    return one


def _digest(found: Any) -> Digest:  # noqa: ANN401 – whatever was found
    if isinstance(found, pa.Table):
        found = (repr(found.schema), found.to_pydict())
    return hashlib.sha256(pickle.dumps(found)).digest()[:16]
