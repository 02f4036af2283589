"""The book that is served: what was answered is kept until the data change."""

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, cast

from yaad.book import Book
from yaad.book.persons import last_erasing
from yaad.model import EVERYBODY, Viewer
from yaad.server.beside import TooBusy, beside, in_line
from yaad.text import Message

KEPT = 256
LONG = 0.05
"""Seconds from which on the last answer may stand while the next one is computed."""
PATIENCE = 900.0
"""Seconds for which it may."""
RENEWED = 60.0
"""Seconds after which an answer that lasts is computed anew at the soonest, where the book is large."""
SOON = 15.0
"""The same where it is of a middling size; after `RENEWED` whoever asks waits for it there."""
MIDDLING = 20_000
"""Up to so many stays in stages an answer is computed anew with each entry: it is quick."""
LINE = 32
"""Questions that wait for a place at a time."""
CROWD = 8
"""With more pieces of work beside the requests still to begin, nobody's request computes what was told before."""
NEST = threading.local()
"""How deep this thread is in questions; only the outermost one waits for a place."""


class Places:
    """So many questions are answered at once, over all books; the others wait. The engine is no faster with more.

    Args:
        at_once: how many are answered.
        line: how many may wait; more than that are sent away, before all that wait are given up.
    """

    def __init__(self, at_once: int, line: int = LINE) -> None:
        self._at_once = at_once
        self._free = threading.BoundedSemaphore(at_once)
        self._line = threading.BoundedSemaphore(line)
        self.asking = 0

    @property
    def is_full(self) -> bool:
        """Whether who asks now would wait, unless they are in a question already."""
        return self.asking >= self._at_once and not getattr(NEST, "depth", 0)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place, as long as this lasts; a question inside of a question has its place already.

        Raises:
            TooBusy: too many wait for one.
        """
        depth = getattr(NEST, "depth", 0)
        if not depth:
            self._wait()
            self.asking += 1
        NEST.depth = depth + 1
        try:
            yield
        finally:
            NEST.depth = depth
            if not depth:
                self.asking -= 1
                self._free.release()

    def _wait(self) -> None:
        if self._free.acquire(blocking=False):
            return
        if not self._line.acquire(blocking=False):
            raise TooBusy(Message("server.too_busy"))
        try:
            self._free.acquire()
        finally:
            self._line.release()


class NotYet(Exception):
    """An answer of a large book is not there yet, and who asks does not wait for it.

    It is not of the product's family: nobody is told of it but who let the question be asked so.

    Attributes:
        version: of the data.
    """

    def __init__(self, name: str, version: str) -> None:
        super().__init__(name)
        self.version = version


@contextmanager
def without_place() -> Iterator[None]:
    """Ask without a place, as long as this lasts: the few threads beside the requests stand in nobody's way."""
    depth = getattr(NEST, "depth", 0)
    NEST.depth = depth + 1
    try:
        yield
    finally:
        NEST.depth = depth


Answer = TypeVar("Answer")
Key = tuple[object, ...]


@dataclass
class Taking:
    """How somebody takes answers, as long as a request lasts.

    Attributes:
        may_be_old: of a large book the last answer will do, while the one of the data as they are now is computed.
        at_once: an answer of a large book that is not there is not waited for: `NotYet` is raised.
        wrote: when they last wrote something themselves, on the clock of `time.monotonic`: they see what they did.
        old_from: the moment of the oldest answer that was taken so; None while all are of the data as they are.
        versions: of the books that were asked: all that is taken is held against one moment.
        held: answers that nobody else gets, see `Shelf.in_request`.
    """

    may_be_old: bool = False
    at_once: bool = False
    wrote: float = 0.0
    old_from: dt.datetime | None = None
    versions: dict[str, str] = field(default_factory=dict)
    held: dict[Key, object] = field(default_factory=dict)

    @property
    def has_just_written(self) -> bool:
        """Whether what they did is not long ago: the answers of before it would not do for them."""
        return self.wrote > 0 and time.monotonic() - self.wrote <= PATIENCE


_taking: ContextVar[Taking | None] = ContextVar("taking", default=None)


def taking() -> Taking | None:
    """How who is asked for here takes answers; None: of the data as they are."""
    return _taking.get()


@contextmanager
def takes(one: Taking) -> Iterator[Taking]:
    """Take answers so, as long as this lasts."""
    token = _taking.set(one)
    try:
        yield one
    finally:
        _taking.reset(token)


@contextmanager
def _inside() -> Iterator[Taking]:
    """Take what a question asks as who asked it does, and tell them how old that is; gives how old."""
    how = taking()
    inside = Taking() if how is None else replace(how, old_from=None)
    try:
        with takes(inside):
            yield inside
    finally:
        if how is not None and inside.old_from is not None:
            how.old_from = min(how.old_from or inside.old_from, inside.old_from)


def _of_one_moment(book: Book, question: Callable[[Book], Answer]) -> tuple[str, Answer]:
    """An answer whose parts are all of one moment, and the version of the data at it.

    When somebody is erased the files of older versions go at once: what was being asked of them is asked anew.
    """
    before = book.data_version
    try:
        with book.at_one_moment():
            return book.data_version, question(book)
    except Exception:
        if book.data_version == before:
            raise
    with book.at_one_moment():
        return book.data_version, question(book)


@dataclass
class _Kept:
    """An answer.

    Attributes:
        found: it.
        version: of the data.
        at: when it was begun to be computed; `begun` is the same on the clock of `time.monotonic`.
        may_outlive: whether it may stand while the next one is computed: the book is large, and it takes a while.
        old_since: when it was first seen that the data have changed since.
    """

    found: object
    version: str
    at: dt.datetime
    begun: float
    may_outlive: bool
    old_since: float | None = None


class Shelf:
    """Opens the book of a server on first use and keeps what was asked. Several threads may ask at once.

    Args:
        root: the folder of the book.
        viewer: who looks.
        places: where questions wait for each other's end; None: each is asked at once.
        whole: the same book as who sees everything sees it; both share what is built for one of them.
    """

    def __init__(
        self,
        root: Path,
        viewer: Viewer = EVERYBODY,
        places: Places | None = None,
        whole: "Shelf | None" = None,
    ) -> None:
        self.root = root
        self.viewer = viewer
        self._places = places
        self._whole = whole
        self._opening = threading.Lock()
        self._lock = threading.Lock()
        self._book: Book | None = None
        self._answers: OrderedDict[Key, _Kept] = OrderedDict()
        self._asking: dict[Key, threading.RLock] = {}
        self._renewing: set[Key] = set()
        self._erased = 0

    def ask(self, name: str, question: Callable[[Book], Answer], *about: object) -> Answer:
        """The answer of the book; the same question on the same data is asked once, however many ask it at a time.

        The whole answer is of one moment: nothing is to be written by a question. Whoever takes old ones (see `Taking`)
        gets the last one of a large book at once, and the next one is computed for all meanwhile.

        Args:
            name: of the question.
            question: what to ask.
            about: what the question is about; with `name` it tells one question from another.

        Raises:
            NotYet: see `Taking`.
        """
        book, key, how = self.book, (name, *about), taking()
        version = self._version(book, how)
        with self._lock:
            self._let_go_of_erased()
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
            if kept is not None and kept.version == version:
                return cast("Answer", kept.found)
        # what was quick to answer is answered here and now, but of a large book not behind a crowd
        lasts = kept is not None and (kept.may_outlive or self._is_crowded)
        if kept is not None and how is not None and lasts and self._will_do(kept, how):
            how.old_from = min(how.old_from or kept.at, kept.at)
            self._renew(key, question)
            return cast("Answer", kept.found)
        if (kept is None or lasts) and how is not None and how.at_once and self.book.is_large:
            raise NotYet(name, version)
        return self._answered(book, key, version, question)

    def lasting(
        self, name: str, question: Callable[[Book], Answer], state: str, seen: str, *about: object
    ) -> tuple[Answer, dt.datetime | None]:
        """The answer, and from when it is where it is of earlier data: a newer one is computed beside.

        That of a small book never is, that of a middling one for a minute at most (see `MIDDLING`). For what moves
        little with each entry and is asked with each, such as what is usual in a book.

        Args:
            name: of the question; see `ask`.
            question: what to ask.
            state: of the data by now; for another one than it was computed of it is computed anew now and then.
            seen: of what who asks sees of them; another one tells that it is of earlier data.
            about: what the question is about, and all without which an earlier answer would be a wrong one.
        """
        key = (name, *about)

        def told(book: Book) -> tuple[tuple[str, str], Answer]:
            return (state, seen), question(book)

        with self._lock:
            self._let_go_of_erased()
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
        if kept is None or not self._lasts(kept):
            return self.ask(name, told, *about)[1], None
        (of_state, was_seen), found = cast("tuple[tuple[str, str], Answer]", kept.found)
        if (of_state, was_seen) == (state, seen):
            return found, None
        soonest = RENEWED if self.book.is_large else SOON
        if time.monotonic() - kept.begun >= soonest:  # to ask the data's version is to open the book anew
            if kept.version == self.book.data_version:
                kept.found = ((state, seen), found)
                return found, None
            self._renew(key, told)
        return found, None if was_seen == seen else kept.at

    def _lasts(self, kept: _Kept) -> bool:
        """Whether an answer that lasts will do, be it of earlier data."""
        is_fresh = time.monotonic() - kept.begun < RENEWED
        return self.book.is_large or (self.book.stays > MIDDLING and is_fresh)

    def made(self, name: str, is_made: Callable[[Book], bool], make: Callable[[Book], object]) -> None:
        """Have something made of the book that is kept there; of a large book who does not wait is told `NotYet`."""
        how = taking()
        if is_made(self.book):
            return
        if how is not None and how.at_once and self.book.is_large:
            raise NotYet(name, self.book.data_version)
        self.once(make)

    def _let_go_of_erased(self) -> None:
        """Answers from before somebody was erased go, whichever process did it. Call it locked."""
        stamp = last_erasing(self.root)
        if stamp != self._erased:
            self._answers.clear()
            self._erased = stamp

    def _version(self, book: Book, how: Taking | None) -> str:
        """The version of the data; of a page that may be old one for all that it asks."""
        if how is None or not how.may_be_old:
            return book.data_version
        name = f"{self.root} {self.viewer.key}"
        if name not in how.versions:
            how.versions[name] = book.data_version
        return how.versions[name]

    def _answered(self, book: Book, key: Key, version: str, question: Callable[[Book], Answer]) -> Answer:
        """Ask, or wait for who is asking the same."""
        with self._lock:
            turn = self._asking.setdefault(key, threading.RLock())
        # the place first: who has the turn of a question that others wait for must never wait for a place of theirs
        with self._place(), turn:
            with self._lock:
                kept = self._answers.get(key)
            if kept is not None and kept.version == version:
                return cast("Answer", kept.found)
            at, begun, erased = dt.datetime.now(dt.UTC), time.monotonic(), last_erasing(self.root)
            try:
                with _inside() as inside:
                    version, found = _of_one_moment(book, question)
                    may_outlive = time.monotonic() - begun >= LONG and self.book.is_large
                if inside.old_from is None:  # what an old answer went into is not of the data as they are
                    self._keep(key, _Kept(found, version, at, begun, may_outlive), erased)
            finally:
                with self._lock:
                    self._asking.pop(key, None)
        return found

    @staticmethod
    def _will_do(kept: _Kept, how: Taking) -> bool:
        """Whether an answer will do whose data have changed since: not for ever, and not to who has changed them."""
        now = time.monotonic()
        if kept.old_since is None:
            kept.old_since = now
        return how.may_be_old and how.wrote <= kept.begun and now - kept.old_since <= PATIENCE

    @property
    def _is_crowded(self) -> bool:
        """Whether very much is asked of a large book, as where an import made everybody's figures anew."""
        would_wait = self._places is not None and self._places.is_full
        return (would_wait or in_line() > CROWD) and self.book.is_large

    def _renew(self, key: Key, question: Callable[[Book], object]) -> None:
        """Have a question answered anew beside the requests, once."""
        with self._lock:
            if key in self._renewing:
                return
            self._renewing.add(key)

        def renewed() -> None:
            try:
                if self._book is not None:
                    with takes(Taking()), without_place():
                        self._answered(self.book, key, self.book.data_version, question)
            except Exception:
                with self._lock:
                    self._answers.pop(key, None)  # who asks next is told why
                raise
            finally:
                with self._lock:
                    self._renewing.discard(key)

        beside(renewed)

    def _keep(self, key: Key, kept: _Kept, erased: int) -> None:
        """Keep an answer, unless somebody was erased since it was begun."""
        with self._lock:
            if last_erasing(self.root) != erased:
                return
            self._answers[key] = kept
            self._answers.move_to_end(key)
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)

    def once(self, question: Callable[[Book], Answer]) -> Answer:
        """The answer of the book to a question whose answer is too large to be kept."""
        with self._place():
            return question(self.book)

    def in_request(self, name: str, question: Callable[[Book], Answer], *about: object) -> Answer:
        """The answer to a question that is asked for one page alone: kept as long as the request, and no longer.

        Args:
            name: of the question; with `about` it tells one question from another.
            question: what to ask; its answer is too large to be kept for others.
            about: what the question is about.
        """
        how = taking()
        if how is None:
            return self.once(question)
        key = (self.root, self.viewer.key, self.book.data_version, name, *about)
        if key not in how.held:
            how.held[key] = self.once(question)
        return cast("Answer", how.held[key])

    def glance(self, question: Callable[[Book], Answer]) -> Answer:
        """The answer to a question that takes no time, such as whether something is kept: nobody waits for it."""
        return question(self.book)

    def _place(self) -> AbstractContextManager[None]:
        """A place among the questions that are answered at once."""
        return self._places.one() if self._places is not None else nullcontext()

    @property
    def book(self) -> Book:
        """The book itself."""
        with self._opening:
            if self._book is None:
                whole = self._whole.book if self._whole else None
                self._book = whole.seen_by(self.viewer) if whole else self._begun()
            return self._book

    def _begun(self) -> Book:
        return Book.create(self.root, viewer=self.viewer).shared()

    def close(self) -> None:
        """Let go of the book."""
        with self._opening:
            if self._book is not None:
                self._book.close()
                self._book = None
