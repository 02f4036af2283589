"""The book that is served: asked by many at once, shared by its viewers, never closed under a question."""

import datetime as dt
import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from tests.people import SEEN

from yaad.book import Book
from yaad.model import EVERYBODY, Viewer
from yaad.server import shelf as shelf_module
from yaad.server.beside import beside, in_line
from yaad.server.shelf import NotYet, Places, Shelf, Taking, takes


def viewer(name):
    return Viewer(frozenset(SEEN[name]))


@pytest.fixture
def whole(team):
    shelf = Shelf(team.here.root)
    yield shelf
    shelf.close()


def deals(book):
    return book.facts.run(book.facts.deals).num_rows


def test_a_question_is_asked_once_however_many_ask_it_at_a_time(whole):
    asked, together = [], threading.Barrier(8)

    def question(book):
        asked.append(deals(book))
        return asked[-1]

    def ask(_n):
        together.wait()
        return whole.ask("deals", question)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {30}
    assert asked == [30]


def test_a_question_that_failed_is_asked_again(whole):
    with pytest.raises(ZeroDivisionError):
        whole.ask("broken", lambda _book: 1 / 0)
    assert whole.ask("broken", lambda _book: 1) == 1


def test_questions_within_questions_never_wait_for_each_other(team):
    """As many askers as places, each with a question inside of its own: the inner one is the same for all."""
    shelf = Shelf(team.here.root, places=Places(2))
    together = threading.Barrier(2)

    def outer(number):
        def asked(_book):
            together.wait(timeout=60)
            return shelf.ask("inner", deals)

        return shelf.ask("outer", asked, number)

    try:
        with ThreadPoolExecutor(4) as threads:
            asking = [threads.submit(outer, number) for number in range(4)]
            assert [one.result(timeout=60) for one in asking] == [30] * 4
    finally:
        shelf.close()


def test_viewers_share_the_engine_and_not_the_rows(whole):
    views = {name: Shelf(whole.root, viewer(name), whole=whole) for name in ("rep", "manager")}
    assert [whole.once(deals), views["rep"].once(deals), views["manager"].once(deals)] == [30, 6, 18]
    kept = [view.book.facts.is_of(whole.book.facts) for view in views.values()]
    assert kept == [True, True]
    alone = Book.open(whole.root, viewer=viewer("rep"))
    assert views["rep"].book.funnel().to_dict() == alone.funnel().to_dict()
    alone.close()


def test_the_past_of_a_view_is_the_past_of_its_rows(whole):
    view = whole.book.seen_by(viewer("rep"))
    told = view.kpis(period="2026-10").to_dict()
    alone = Book.open(whole.root, viewer=viewer("rep"))
    assert told == alone.kpis(period="2026-10").to_dict()
    alone.close()


def test_many_viewers_ask_while_people_write(whole, team):
    """Every answer is one of a moment: what stood before an entry, or what stands after it."""
    people = ("Ann", "Ben", "Eli", "Cyd", "Dan")
    views = [Shelf(whole.root, Viewer(frozenset({person})), whole=whole) for person in people]
    deal, at = "here-Ann-5", dt.datetime(2026, 10, 19, tzinfo=dt.UTC)
    ended = threading.Event()
    before = whole.ask("notes", notes)

    def ask(view):
        seen = []
        while not ended.is_set() or not seen:
            seen.append(view.ask("deals", deals))
        return set(seen)

    with ThreadPoolExecutor(len(views)) as threads:
        asking = [threads.submit(ask, view) for view in views]
        book = Book.open(team.here.root)
        written = [book.note(deal, f"note {n}", at=at, by="Ann").seq for n in range(8)]
        book.close()
        ended.set()
        assert [one.result() for one in asking] == [{6}] * len(views)
    assert sorted(written) == written
    assert whole.ask("notes", notes) == before + 8


def test_who_sees_everything_sees_the_same_as_the_book(whole):
    assert whole.book.seen_by(EVERYBODY).funnel().to_dict() == whole.book.funnel().to_dict()


# ---- the last answers, while newer ones are computed ----------------------------------------------------------------


@pytest.fixture
def large(team, monkeypatch):
    """A book that counts as large, and in which every question takes long."""
    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", 0)
    monkeypatch.setattr(shelf_module, "LONG", 0.0)
    one = Shelf(team.there.root)
    yield one
    one.close()


@pytest.fixture
def write(team):
    """Writes a note, so that the data are others."""

    def written(text: str) -> None:
        book = Book.open(team.there.root)
        book.note("there-Ann-5", text, at=dt.datetime(2026, 10, 19, tzinfo=dt.UTC), by="Ann")
        book.close()

    return written


def notes(book):
    return book.facts.run(book.facts.activities).num_rows


def until(happens) -> None:
    for _ in range(2400):
        if happens():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within two minutes")


def test_a_page_takes_the_last_answer_and_says_of_when_it_is_while_the_next_is_computed(large, write):
    first = large.ask("notes", notes)
    write("one more")
    with takes(Taking(may_be_old=True)) as how:
        assert large.ask("notes", notes) == first
    assert how.old_from is not None

    def is_new() -> bool:
        with takes(Taking(may_be_old=True)) as how:
            return large.ask("notes", notes) == first + 1 and how.old_from is None

    until(is_new)


def test_behind_a_crowd_a_page_takes_the_last_answer_also_of_what_is_quick(team, write, monkeypatch):
    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", 0)
    monkeypatch.setattr(shelf_module, "LONG", 900.0)
    until(lambda: in_line() == 0)
    places, shown = Places(1), []
    one = Shelf(team.there.root, places=places)
    first = one.ask("notes", notes)
    write("while nobody asks")
    with takes(Taking(may_be_old=True)) as how:
        assert (one.ask("notes", notes), how.old_from) == (first + 1, None)
    write("while somebody asks")
    with places.one():

        def page() -> None:
            with takes(Taking(may_be_old=True, at_once=True, wrote=time.monotonic())), pytest.raises(NotYet):
                one.ask("notes", notes)  # who has written is shown no earlier figures, and does not wait either
            with takes(Taking(may_be_old=True, at_once=True)) as how:
                shown.append((one.ask("notes", notes), how.old_from is not None))

        somebody = threading.Thread(target=page)
        somebody.start()
        somebody.join(30)
    assert shown == [(first + 1, True)]
    until(lambda: one.ask("notes", notes) == first + 2)
    one.close()


def test_while_much_is_computed_beside_a_page_computes_nothing_that_was_told_before(team, write, monkeypatch):
    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", 0)
    monkeypatch.setattr(shelf_module, "LONG", 900.0)
    one, go_on, under_way = Shelf(team.there.root), threading.Event(), threading.Event()
    first = one.ask("notes", notes)
    write("while much is computed")
    try:
        beside(lambda: (under_way.set(), go_on.wait(30))[0])
        for _ in range(shelf_module.CROWD + 2):
            beside(lambda: go_on.wait(30) and None)
        assert under_way.wait(30)
        with takes(Taking(may_be_old=True, at_once=True)) as how:
            assert (one.ask("notes", notes), how.old_from is not None) == (first, True)
    finally:
        go_on.set()

    def is_new() -> bool:
        with takes(Taking(may_be_old=True, at_once=True)) as how:
            return one.ask("notes", notes) == first + 1 and how.old_from is None

    until(is_new)
    one.close()


def test_programs_files_and_who_has_just_written_are_told_how_things_are_now(large, write):
    first = large.ask("notes", notes)
    write("for a program")
    assert large.ask("notes", notes) == first + 1
    write("for a file")
    with takes(Taking()) as how:
        assert large.ask("notes", notes) == first + 2
    write("by oneself")
    with takes(Taking(may_be_old=True, wrote=time.monotonic())) as how:
        assert large.ask("notes", notes) == first + 3
    assert how.old_from is None


def test_an_old_answer_stands_for_a_while_only_and_never_in_a_small_book(large, write, monkeypatch, team):
    first = large.ask("notes", notes)
    write("a while ago")
    monkeypatch.setattr(shelf_module, "PATIENCE", -1.0)
    with takes(Taking(may_be_old=True)):
        assert large.ask("notes", notes) == first + 1
    monkeypatch.undo()
    small = Shelf(team.there.root)
    first = small.ask("notes", notes)
    write("in a small one")
    with takes(Taking(may_be_old=True)) as how:
        assert small.ask("notes", notes) == first + 1
    assert how.old_from is None
    small.close()


def test_what_cannot_be_computed_anew_is_told_to_who_asks_next(large, write):
    fails = threading.Event()

    def question(book):
        if fails.is_set():
            raise ZeroDivisionError
        return notes(book)

    first = large.ask("often", question)
    fails.set()
    write("before it fails")
    with takes(Taking(may_be_old=True)):
        assert large.ask("often", question) == first

    def is_told() -> bool:
        try:
            with takes(Taking(may_be_old=True)):
                return large.ask("often", question) != first
        except ZeroDivisionError:
            return True

    until(is_told)


def test_what_an_old_answer_went_into_is_old_too_and_is_not_kept_as_new(large, write, monkeypatch):
    def both(book):
        return large.ask("inside", notes), notes(book)

    first = large.ask("both", both)[1]
    write("while nothing is done beside")
    monkeypatch.setattr(shelf_module, "beside", lambda _work: None)
    with takes(Taking(may_be_old=True)) as how:
        assert large.ask("another", lambda book: (*both(book), "another")) == (first, first + 1, "another")
    assert how.old_from is not None
    assert large.ask("another", lambda book: (*both(book), "another")) == (first + 1, first + 1, "another")


def test_an_answer_from_before_somebody_was_erased_is_not_kept(large):
    asked = []

    def question(book):
        asked.append(1)
        if len(asked) == 1:
            (large.root / "erased.json").touch()
        return notes(book)

    large.ask("erased meanwhile", question)
    large.ask("erased meanwhile", question)
    large.ask("erased meanwhile", question)
    (large.root / "erased.json").unlink()
    assert len(asked) == 2


def test_what_lasts_is_of_now_in_a_small_book(team, write):
    small = Shelf(team.there.root)
    first, _ = small.lasting("lasts", notes, "1", "1")
    write("of a small book")
    assert small.lasting("lasts", notes, "2", "2") == (first + 1, None)
    small.close()


def test_what_lasts_lasts_for_a_minute_at_most_in_a_middling_book(team, write, monkeypatch):
    monkeypatch.setattr(shelf_module, "MIDDLING", 0)
    monkeypatch.setattr(shelf_module, "beside", lambda _work: None)
    with closing(Shelf(team.there.root)) as middling:
        first, _ = middling.lasting("lasts", notes, "1", "1")
        write("in a middling book")
        found, since = middling.lasting("lasts", notes, "2", "2")
        assert (found, since is None) == (first, False)
        monkeypatch.setattr(shelf_module, "RENEWED", 0.0)
        assert middling.lasting("lasts", notes, "2", "2") == (first + 1, None)


def test_an_answer_of_the_same_data_is_told_as_of_now_when_its_state_is_known_by_another_name(large, monkeypatch):
    monkeypatch.setattr(shelf_module, "RENEWED", 0.0)
    first, _ = large.lasting("lasts", notes, "1", "1")
    assert large.lasting("lasts", notes, "2", "2") == (first, None)
    monkeypatch.setattr(shelf_module, "RENEWED", 60.0)
    assert large.lasting("lasts", notes, "2", "2") == (first, None)


def test_what_lasts_is_late_until_it_was_computed_of_what_is_now(large, write, monkeypatch):
    asked = []
    monkeypatch.setattr(shelf_module, "beside", asked.append)
    first, since = large.lasting("lasts", notes, "1", "1")
    assert since is None
    write("the first of two")
    assert large.lasting("lasts", notes, "2", "1") == (first, None), "nothing of it is to be seen by who asks"
    assert large.lasting("lasts", notes, "2", "2")[1] is not None
    assert asked == [], "it was computed a moment ago"
    monkeypatch.setattr(shelf_module, "RENEWED", 0.0)
    for _ in range(2):  # asked for, and not computed yet
        found, since = large.lasting("lasts", notes, "2", "2")
        assert (found, since is None, len(asked)) == (first, False, 1)
    write("the second, while it is computed")
    assert large.lasting("lasts", notes, "3", "3")[1] is not None
    asked.pop()()
    large.lasting("lasts", notes, "4", "4")
    write("a third")
    assert large.lasting("lasts", notes, "5", "5")[0] == first + 2
    asked.pop()()
    assert large.lasting("lasts", notes, "5", "5") == (first + 3, None)


def test_who_asks_for_nothing_holds_no_earlier_picture(team):
    whole = Shelf(team.here.root)
    view = Shelf(team.here.root, viewer("rep"), whole=whole)
    assert view.ask("deals", deals) == 6
    held = weakref.ref(view.book.facts)
    with closing(Book.open(team.here.root)) as book:
        book.note("here-Ben-5", "called", at=dt.datetime(2026, 10, 19, tzinfo=dt.UTC), by="Ben")
    assert whole.ask("deals", deals) == 30
    gc.collect()
    assert held() is None
    assert view.ask("deals", deals) == 6
    whole.close()
