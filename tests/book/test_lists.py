"""The same list week after week: what the book learns of the time between the lists."""

import datetime as dt
import shutil
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.examples import examples

from yaad import measures
from yaad.book import Book
from yaad.errors import OpenQuestion
from yaad.intake import Mapping

STAGES = ("Lead", "Meeting", "Quote")
FIRST = dt.date(2025, 3, 2)
WEEK = dt.timedelta(days=7)
MAP = Mapping.from_yaml(
    """kind: deals
shape: two_dates
columns: {id: id, created: created, closed: closed, stage: stage, amount: amount}
stages: [Lead, Meeting, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
currency: ILS
zone: UTC
""",
    name="list.yaml",
)


def write(folder, day, rows):
    """A list of a day: rows of id, stage, created, closed."""
    folder.mkdir(exist_ok=True)
    path = folder / f"deals {day.isoformat()}.csv"
    lines = [f"{deal},{stage},{created},{closed or ''},100" for deal, stage, created, closed in rows]
    path.write_text("\n".join(["id,stage,created,closed,amount", *lines]) + "\n", "utf-8")
    return path


def moves(book):
    """Deal → its moves in order: stage and day."""
    deals = {row["deal"]: row["deal_id"] for row in book.facts.run(book.facts.deals).to_pylist()}
    rows = book.facts.run(book.facts.moves).sort_by([("sort_at", "ascending"), ("seq", "ascending")]).to_pylist()
    told: dict[str, list[tuple[str, str | None]]] = {}
    for row in rows:
        told.setdefault(deals[row["deal"]], []).append((row["to_stage"], row["day"] and f"{row['day']:%m-%d}"))
    return told


def brought(book, path, **more):
    return book.import_files([path], mapping=MAP, **more)


@pytest.fixture
def book(tmp_path):
    with closing(Book.create(tmp_path / "book")) as made:
        yield made


def test_a_deal_moved_between_two_lists_by_the_day_of_the_later_one(book, tmp_path):
    brought(book, write(tmp_path / "a", FIRST, [("1", "Lead", "2025-02-20", ""), ("2", "Meeting", "2025-02-21", "")]))
    later = [("1", "Quote", "2025-02-20", ""), ("2", "Meeting", "2025-02-21", ""), ("3", "Lead", "2025-03-05", "")]
    report = brought(book, write(tmp_path / "a", FIRST + WEEK, later))
    assert moves(book) == {
        "1": [("Lead", "02-20"), ("Quote", "03-09")],
        "2": [("Lead", "02-21"), ("Meeting", None)],
        "3": [("Lead", "03-05")],
    }
    assert report.stored.dated == 1
    assert "book.dated_by_list" in [note.key for note in report.notes]
    assert book.as_of == FIRST + WEEK, "the day in the name is the day of the list"
    assert book.pipeline.silent == frozenset()


def test_what_the_lists_saw_on_the_way_stays_when_the_deal_ends(book, tmp_path):
    for week, (stage, closed) in enumerate([("Lead", ""), ("Meeting", ""), ("Quote", ""), ("Won", "2025-03-21")]):
        brought(book, write(tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", closed)]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Meeting", "03-09"), ("Quote", "03-16"), ("Won", "03-21")]
    (funnel,) = measures.funnel(book._scope())
    assert [(row.stage, row.entered) for row in funnel.stages] == [("Lead", 1), ("Meeting", 1), ("Quote", 1)]


def test_an_end_without_a_date_has_the_day_of_the_first_list_that_shows_it(book, tmp_path):
    for week, stage in enumerate(["Lead", "Lost", "Lost"]):
        brought(book, write(tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", "")]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Lost", "03-09")]


def test_a_date_of_ending_that_comes_later_stands_and_what_was_seen_after_it_goes(book, tmp_path):
    rows = [("Lead", ""), ("Meeting", ""), ("Quote", ""), ("Lost", "2025-03-12")]
    for week, (stage, closed) in enumerate(rows):
        brought(book, write(tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", closed)]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Meeting", "03-09"), ("Lost", "03-12")]


def test_a_deal_that_goes_back_and_one_that_is_opened_again(book, tmp_path):
    rows = [
        [("1", "Quote", "2025-02-20", ""), ("2", "Won", "2025-02-20", "2025-03-01")],
        [("1", "Meeting", "2025-02-20", ""), ("2", "Quote", "2025-02-20", "")],
        [("1", "Quote", "2025-02-20", ""), ("2", "Won", "2025-02-20", "2025-03-14")],
    ]
    for week, told in enumerate(rows):
        brought(book, write(tmp_path / "a", FIRST + week * WEEK, told))
    assert moves(book) == {
        "1": [("Lead", "02-20"), ("Quote", None), ("Meeting", "03-09"), ("Quote", "03-16")],
        "2": [("Lead", "02-20"), ("Quote", "03-09"), ("Won", "03-14")],
    }


def test_a_list_of_the_same_day_corrects(book, tmp_path):
    brought(book, write(tmp_path / "a", FIRST, [("1", "Meeting", "2025-02-20", "")]))
    report = brought(book, write(tmp_path / "b", FIRST, [("1", "Quote", "2025-02-20", "")]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Quote", None)]
    assert report.stored.dated == 0


def test_a_deal_that_came_between_two_lists_moved_on_by_the_day_of_the_later_one(book, tmp_path):
    old = ("1", "Lead", "2025-02-20", "")
    brought(book, write(tmp_path / "a", FIRST, [old, ("2", "Meeting", "2025-03-01", "")]))
    later = [old, ("3", "Quote", "2025-03-05", ""), ("4", "Quote", FIRST, "")]
    report = brought(book, write(tmp_path / "a", FIRST + WEEK, later))
    assert moves(book) == {
        "1": [("Lead", "02-20")],
        "2": [("Lead", "03-01"), ("Meeting", None)],
        "3": [("Lead", "03-05"), ("Quote", "03-09")],
        "4": [("Lead", "03-02"), ("Quote", None)],
    }
    assert report.stored.dated == 1


def test_silent_stages_stay_silent_while_too_many_were_lost_before_the_first_list(book, tmp_path):
    old = [(f"old {n}", "Lost", "2025-01-05", "2025-02-01") for n in range(20)]
    brought(book, write(tmp_path / "a", FIRST, [*old, ("1", "Lead", "2025-02-20", "")]))
    brought(book, write(tmp_path / "a", FIRST + WEEK, [*old, ("1", "Quote", "2025-02-20", "")]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Quote", "03-09")]
    assert book.pipeline.silent == {"Meeting", "Quote"}


def test_an_older_list_is_asked_about(book, tmp_path):
    brought(book, write(tmp_path / "a", FIRST, [("1", "Lead", "2025-02-20", "")]))
    brought(book, write(tmp_path / "a", FIRST + WEEK, [("1", "Quote", "2025-02-20", "")]))
    older = write(tmp_path / "b", FIRST + dt.timedelta(days=3), [("1", "Meeting", "2025-02-20", "")])
    with pytest.raises(OpenQuestion) as asked:
        brought(book, older)
    (question,) = asked.value.questions
    assert question.id == "list:older"
    assert question.text.values == {"day": FIRST + dt.timedelta(days=3), "known": FIRST + WEEK}
    assert moves(book)["1"] == [("Lead", "02-20"), ("Quote", "03-09")]
    report = brought(book, older, answers={"list:older": "add"})
    assert report.stored.changed == 1
    (told,) = [note for note in report.notes if note.key == "book.older_list_added"]
    assert told.values == question.text.values
    assert moves(book)["1"] == [("Lead", "02-20"), ("Meeting", None)]  # as it stood then


def test_what_is_no_list_makes_no_list_older(book, tmp_path):
    (tmp_path / "orders.csv").write_text("order id,customer,order date,total\n1,Acme,2025-05-01,500\n", "utf-8")
    (tmp_path / "targets 2025.csv").write_text("rep,Jan,Feb,Mar\nDana,1,2,3\n", "utf-8")
    assert book.import_files([tmp_path / "targets 2025.csv"]).as_of is None
    book.import_files([tmp_path / "orders.csv"])
    brought(book, write(tmp_path / "a", FIRST, [("1", "Lead", "2025-02-20", "")]))
    brought(book, write(tmp_path / "a", FIRST + WEEK, [("1", "Quote", "2025-02-20", "")]))
    assert moves(book)["1"] == [("Lead", "02-20"), ("Quote", "03-09")]
    assert book.pipeline.silent == frozenset()


def test_title_lines_above_a_list_are_asked_about_once(book, tmp_path):
    title = "Report of our pipeline\nprinted on Sunday\n\n"
    for week, stage in enumerate(["Lead", "Quote"]):
        path = write(
            tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", ""), ("2", stage, "2025-02-21", "")]
        )
        path.write_text(title + path.read_text("utf-8"), "utf-8")
        found = book.understand([path])
        if week:
            assert [question.id for question in found.questions] == ["stage:Quote"]
        else:
            assert [question.id for question in found.questions] == [f"header_row:{path.name}"]
            book.import_files([path], answers={f"header_row:{path.name}": "4"})


def test_the_lists_of_a_book_and_a_new_one_together(book, tmp_path):
    rows = [("Lead", ""), ("Meeting", ""), ("Quote", "")]
    paths = [
        write(tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", closed)])
        for week, (stage, closed) in enumerate(rows)
    ]
    book.import_files(paths[:2], mapping=MAP)
    report = book.import_files(paths, mapping=MAP)
    assert moves(book)["1"] == [("Lead", "02-20"), ("Meeting", "03-09"), ("Quote", "03-16")]
    assert [(one.rows_in, one.loaded, one.skipped) for one in report.files] == [(1, 0, 1), (1, 0, 1), (1, 1, 0)]
    assert not book.import_files(paths, mapping=MAP).stored.committed
    assert len(book.imports()) == 2


def test_what_an_import_brought_too_stays_when_the_other_is_taken_back(book, tmp_path):
    stays = ("1", "Lead", "2025-02-20", "")
    first = write(tmp_path / "a", FIRST, [stays, ("gone", "Lead", "2025-02-21", "")])
    second = write(tmp_path / "a", FIRST + WEEK, [stays])
    book.import_files([first, second], mapping=MAP)
    brought(book, write(tmp_path / "a", FIRST + 2 * WEEK, [stays, ("2", "Lead", "2025-03-10", "")]))
    book.import_files([first, second, write(tmp_path / "a", FIRST + 3 * WEEK, [stays])], mapping=MAP)
    book.undo_import(book.imports()[0].name)
    assert set(moves(book)) == {"1", "2", "gone"}, "the last import tells of it as well"


def test_what_people_wrote_stays_between_the_lists(book, tmp_path):
    paths = [
        write(tmp_path / "a", FIRST + week * WEEK, [("1", stage, "2025-02-20", "")])
        for week, stage in enumerate(["Lead", "Quote"])
    ]
    brought(book, paths[0])
    book.move("1", "Meeting", at=dt.datetime(2025, 3, 5, 9, tzinfo=dt.UTC), by="Dana")
    book.import_files(paths, mapping=MAP)
    assert moves(book)["1"] == [("Lead", "02-20"), ("Meeting", "03-05"), ("Quote", "03-09")]


# ---- laws -------------------------------------------------------------------------------------------------------


@st.composite
def lives(draw):
    """Deals with the days of their moves: created, perhaps through stages, perhaps ended."""
    found = {}
    for number in range(draw(st.integers(1, 5))):
        day = FIRST - WEEK + dt.timedelta(days=draw(st.integers(0, 30)))
        path = [("Lead", day)]
        for stage in draw(st.lists(st.sampled_from(STAGES), max_size=4)):
            if stage != path[-1][0]:
                day += dt.timedelta(days=draw(st.integers(1, 12)))
                path.append((stage, day))
        end = draw(st.sampled_from(["", "Won", "Lost"]))
        if end:
            path.append((end, day + dt.timedelta(days=draw(st.integers(1, 12)))))
        found[f"D{number}"] = path
    return found


def list_of(found, day):
    """What an export of that day says: each deal that came, where it stands, when it ended."""
    rows = []
    for deal, path in found.items():
        so_far = [(stage, at) for stage, at in path if at <= day]
        if so_far:
            stage, at = so_far[-1]
            rows.append((deal, stage, path[0][1], at if stage in ("Won", "Lost") else ""))
    return rows


@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives(), st.data())
def test_lists_tell_the_same_one_by_one_and_together_and_never_what_was_not(tmp_path, found, data):
    days = sorted(data.draw(st.sets(st.integers(0, 50), min_size=2, max_size=4), "days of lists"))
    lists = [(FIRST + dt.timedelta(days=n), list_of(found, FIRST + dt.timedelta(days=n))) for n in days]
    lists = [(day, rows) for day, rows in lists if rows]
    shutil.rmtree(tmp_path / "lists", ignore_errors=True)
    paths = [write(tmp_path / "lists", day, rows) for day, rows in lists]
    if len(paths) < 2 or len({row[0] for row in lists[0][1]} & {row[0] for row in lists[-1][1]}) == 0:
        return
    told = []
    for name, groups in (("apart", [[path] for path in paths]), ("together", [paths])):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        with closing(Book.create(tmp_path / name)) as book:
            for group in groups:
                book.import_files(group, mapping=MAP)
            told.append(moves(book))
            assert book.as_of == lists[-1][0]
            stands = {row["deal_id"]: row["stage"] for row in book.facts.run(book.facts.deals).to_pylist()}
            assert stands == {row[0]: row[1] for row in lists[-1][1]}
    apart, together = told
    assert apart == together
    for deal, path in apart.items():
        truth = [(stage, f"{at:%m-%d}") for stage, at in found[deal]]
        assert path[0] == truth[0], "the day it came is told by every list"
        for stage, day in path[1:]:
            times = [at for name, at in truth if name == stage]
            assert times, "no list may make a deal be where it never was"
            assert day is None or day >= min(times), "nobody is seen anywhere before being there"
        shown = [day for day, _ in lists]
        for (stage, at), (_, until) in zip(found[deal], found[deal][1:], strict=False):
            if stage != "Lead" and any(at <= day < until for day in shown):
                assert stage in [name for name, _ in path], "a stage that a list shows is not forgotten"
