"""What a stage asks before a deal goes on: ticks go with the move, nothing is held back, what is missing is told."""

import json

import pytest
from tests.book.test_deal import at, book  # noqa: F401 – a fixture

import yaad
from yaad.book.deals import entries_of, lacking_of
from yaad.errors import InputError, UnknownName
from yaad.facts import KeyTaken, journal_of

HOSTILE = "<script>alert(1)</script> {0} %s"


@pytest.fixture
def asking(book):  # noqa: F811
    book.set_setting("exit:New", ["Budget is known", HOSTILE], at=at(9), by="Noa")
    book.set_setting("exit:Quote", ["Quote was read"], at=at(9), by="Noa")
    return book


def test_a_move_says_what_it_went_without_and_the_next_one_may_tick_it(asking):
    back = asking.move("A", "New", at=at(9), by="Noa")
    assert (back.ticked, back.without) == ((), ())
    on = asking.move("A", "Quote", at=at(10), by="Noa", ticked=[HOSTILE, HOSTILE])
    assert (on.ticked, on.without) == ((HOSTILE,), ("Budget is known",))
    assert lacking_of(asking, ["A", "B"]) == {"A": ("Budget is known",)}
    found = asking.deal("A").content
    assert (found.needed, found.lacks) == (("Quote was read",), ("Budget is known",))
    assert (found.happened[0].ticked, found.happened[0].without) == ((HOSTILE,), ("Budget is known",))
    won = asking.win("A", at=at(11), by="Noa", ticked=["Budget is known", "Quote was read"])
    assert won.without == ()
    assert lacking_of(asking, ["A"]) == {}
    asking.undo("A", won.seq, at=at(11), by="Noa")
    before = asking.deal("A").to_dict()
    assert (before["needed"], before["lacks"]) == (["Quote was read"], ["Budget is known"])
    asking.rebuild()
    assert asking.deal("A").to_dict() == before
    assert entries_of(asking, "A")[1]["without"] == ["Budget is known"]


def test_what_no_stage_asks_any_more_is_not_missing(asking):
    asking.move("A", "New", at=at(9), by="Noa")
    asking.move("A", "Quote", at=at(10), by="Noa")
    said = asking.set_setting("exit:New", [HOSTILE], at=at(10), by="Noa")
    assert lacking_of(asking, ["A"]) == {"A": (HOSTILE,)}
    asking.unsay(said.seq, at=at(10), by="Noa")
    assert lacking_of(asking, ["A"]) == {"A": ("Budget is known", HOSTILE)}
    with pytest.raises(InputError, match=str(said.seq)):
        asking.unsay(said.seq, at=at(10), by="Noa")
    with pytest.raises(InputError):
        asking.unsay(journal_of(asking.root).of(["A"])[0].seq, at=at(10), by="Noa")
    asking.set_setting("exit:New", None, at=at(10), by="Noa")
    assert lacking_of(asking, ["A"]) == {}
    assert asking.exits == {"Quote": ("Quote was read",)}


def test_a_lost_deal_is_asked_nothing_and_made_up_ticks_are_refused(asking):
    with pytest.raises(InputError, match="Made up"):
        asking.move("A", "Won", at=at(9), by="Noa", ticked=["Made up"])
    with pytest.raises(UnknownName):
        asking.move("A", "Nowhere", at=at(9), by="Noa", ticked=["Quote was read"])
    lost = asking.move("A", "Lost", at=at(9), by="Noa")
    assert not hasattr(lost, "without")
    assert lacking_of(asking, ["A"]) == {}


def test_the_same_form_sent_twice_is_one_move_whatever_is_asked_by_then(asking):
    asking.move("A", "New", at=at(9), by="Noa", key="back")

    def send():
        return asking.move("A", "Quote", at=at(10), by="Noa", seen="New", ticked=["Budget is known"], key="k")

    first = send()
    asking.set_setting("exit:New", None, at=at(10), by="Noa")
    assert send() == first
    with pytest.raises(KeyTaken):
        asking.move("A", "Quote", at=at(10), by="Noa", seen="New", key="k")


def test_a_deal_that_nothing_was_asked_of_says_the_same_as_ever(book):  # noqa: F811
    entry = book.move("A", "New", at=at(9), by="Noa")
    assert json.loads(entry.to_json())["without"] == []
    assert (book.deal("A").content.needed, book.deal("A").content.lacks) == ((), ())
    assert yaad.open(book.root, as_of=at(6).date()).deal("A").content.lacks == ()
