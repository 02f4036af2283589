"""The book that is served: what was answered is kept until the data change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar, cast

from yaad.book import Book
from yaad.model import EVERYBODY, Viewer

KEPT = 256
NEST = threading.local()
"""How deep this thread is in questions; only the outermost one waits for a place."""


class Places:
    """So many questions are answered at once, over all books; the others wait. The engine is no faster with more."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self.asking = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place, as long as this lasts; a question inside of a question has its place already."""
        depth = getattr(NEST, "depth", 0)
        if not depth:
            self._free.acquire()
            self.asking += 1
        NEST.depth = depth + 1
        try:
            yield
        finally:
            NEST.depth = depth
            if not depth:
                self.asking -= 1
                self._free.release()


Answer = TypeVar("Answer")
Key = tuple[object, ...]


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
        self._answers: OrderedDict[Key, object] = OrderedDict()
        self._asking: dict[Key, threading.RLock] = {}

    def ask(self, name: str, question: Callable[[Book], Answer], *about: object) -> Answer:
        """The answer of the book; the same question on the same data is asked once, however many ask it at a time.

        The whole answer is of one moment: nothing is to be written by a question.

        Args:
            name: of the question.
            question: what to ask.
            about: what the question is about; with `name` it tells one question from another.
        """
        book = self.book
        key = (book.data_version, name, *about)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return cast("Answer", self._answers[key])
            turn = self._asking.setdefault(key, threading.RLock())
        # the place first: who has the turn of a question that others wait for must never wait for a place of theirs
        with self._place(), turn:
            with self._lock:
                if key in self._answers:
                    return cast("Answer", self._answers[key])
            try:
                with book.at_one_moment():
                    found = question(book)
                self._keep(key, found)
            finally:
                with self._lock:
                    self._asking.pop(key, None)
        return found

    def _keep(self, key: Key, found: object) -> None:
        with self._lock:
            self._answers[key] = found
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)

    def once(self, question: Callable[[Book], Answer]) -> Answer:
        """The answer of the book to a question whose answer is too large to be kept."""
        with self._place():
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

    def forget(self) -> None:
        """Let go of the book and of all that was answered."""
        with self._lock:
            self._answers.clear()
        self.close()

    def close(self) -> None:
        """Let go of the book."""
        with self._opening:
            if self._book is not None:
                self._book.close()
                self._book = None
