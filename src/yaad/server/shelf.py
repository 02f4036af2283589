"""The book that is served: one at a time asks it, and an answer is kept until the data change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


class Shelf:
    """Opens the book of a server on first use and keeps what was asked.

    Args:
        root: the folder of the book.
        viewer: who looks.
        places: where questions wait for each other's end; None: each is asked at once.
    """

    def __init__(self, root: Path, viewer: Viewer = EVERYBODY, places: Places | None = None) -> None:
        self.root = root
        self.viewer = viewer
        self._places = places
        self._lock = threading.RLock()
        self._book: Book | None = None
        self._answers: OrderedDict[tuple[object, ...], object] = OrderedDict()

    def ask(self, name: str, question: Callable[[Book], Answer], *about: object) -> Answer:
        """The answer of the book; the same question on the same data is asked once.

        Args:
            name: of the question.
            question: what to ask.
            about: what the question is about; with `name` it tells one question from another.
        """
        with self._lock:
            book = self.book
            key = (book.data_version, name, *about)
            if key not in self._answers:
                self._answers[key] = self._asked(question, book)
                if len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(key)
            return cast("Answer", self._answers[key])

    def once(self, question: Callable[[Book], Answer]) -> Answer:
        """The answer of the book to a question whose answer is too large to be kept."""
        with self._lock:
            return self._asked(question, self.book)

    def _asked(self, question: Callable[[Book], Answer], book: Book) -> Answer:
        if self._places is None:
            return question(book)
        with self._places.one():
            return question(book)

    @property
    def book(self) -> Book:
        """The book itself."""
        with self._lock:
            if self._book is None:
                self._book = Book.create(self.root, viewer=self.viewer)
            return self._book

    def close(self) -> None:
        """Let go of the book."""
        with self._lock:
            if self._book is not None:
                self._book.close()
                self._book = None
