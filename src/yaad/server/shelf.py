"""The book that is served: one at a time asks it, and an answer is kept until the data change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from yaad.book import Book
from yaad.model import EVERYBODY, Viewer

KEPT = 256

Answer = TypeVar("Answer")


class Shelf:
    """Opens the book of a server on first use and keeps what was asked.

    Args:
        root: the folder of the book.
        viewer: who looks.
    """

    def __init__(self, root: Path, viewer: Viewer = EVERYBODY) -> None:
        self.root = root
        self.viewer = viewer
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
                self._answers[key] = question(book)
                if len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(key)
            return cast("Answer", self._answers[key])

    def once(self, question: Callable[[Book], Answer]) -> Answer:
        """The answer of the book to a question whose answer is too large to be kept."""
        with self._lock:
            return question(self.book)

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
