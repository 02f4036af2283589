"""What is written into a book twice under one key: one entry, though the book stands elsewhere by then."""

import pytest
from tests.book.test_deal import at, book  # noqa: F401 – a fixture

from yaad.facts import KeyTaken, journal_of


def test_the_same_key_twice_is_one_entry_though_the_deal_stands_elsewhere_by_then(book):  # noqa: F811
    """A second click sends the form as it was seen before the first one."""

    def twice(write):
        first, again = write(), write()
        assert first == again
        return first.seq

    moved = twice(lambda: book.move("A", "New", at=at(9), by="Noa", seen="Quote", key="m"))
    assert twice(lambda: book.undo("A", moved, at=at(9), by="Noa", key="u")) > moved
    twice(lambda: book.change("A", {"amount": "950"}, at=at(9), by="Noa", seen={"amount": "900"}, key="c"))
    twice(lambda: book.win("A", at=at(9), by="Noa", seen="Quote", amount="960", key="w"))
    twice(lambda: book.lose("A", at=at(10), by="Noa", seen="Won", key="l"))
    assert book.facts.deal("A")["stage"] == "Lost"
    with pytest.raises(KeyTaken):
        book.change("A", {"amount": "1"}, at=at(9), by="Noa", seen={"amount": "960"}, key="c")
    with pytest.raises(KeyTaken):
        book.move("A", "Quote", at=at(9), by="Noa", seen="Lost", key="m")
    assert len(journal_of(book.root).since(0)) == 5
