"""Stages that are no steps of a sale: attempts and rests leave a deal where it was, no inquiries are counted apart."""

import datetime as dt

import pytest

import yaad
from yaad import measures
from yaad.errors import OpenQuestion

NAMES = ["inquiries", "won", "lost", "open"]
SHEET = """מס פנייה,לקוח,סטטוס,ת. פנייה,ת. סגירה,סכום,נציג
1,אלף,חדש,01/03/2025,,100,דנה
2,בית,לא ענה 2,02/03/2025,,100,דנה
3,גימל,הקפאה,03/03/2025,,100,דנה
4,דלת,כפול,04/03/2025,05/03/2025,100,דנה
5,הא,נסגר בהצלחה,05/03/2025,25/03/2025,100,דנה
6,וו,לא נסגר,06/03/2025,26/03/2025,100,דנה
7,זין,מספר שגוי,07/03/2025,07/03/2025,,דנה
8,חית,הצעת מחיר,08/03/2025,,100,דנה
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("types") / "sheet.csv"
    path.write_text(SHEET, "utf-8")
    return yaad.read(path)


def test_what_is_no_inquiry_is_left_out_and_counted_beside(book):
    figures = {figure.id: figure.value for figure in measures.measure(NAMES, book._scope())}
    assert figures == {"inquiries": 6, "won": 1, "lost": 1, "open": 4}
    note = next(note for note in measures.funnel(book._scope())[0].notes if note.key == "measures.not_inquiries")
    assert note.values["n"] == 2


def test_an_attempt_and_a_rest_are_open_and_no_steps(book):
    (funnel,) = measures.funnel(book._scope())
    assert funnel.stages[0].stage == "חדש"
    assert "הקפאה" not in [row.stage for row in funnel.stages]
    assert (funnel.stages[0].entered, funnel.stages[0].open, funnel.won) == (6, 4, 1)


def test_a_deal_keeps_its_place_while_it_rests(tmp_path):
    path = tmp_path / "moves.csv"
    path.write_text(
        "deal id,stage,date\n"
        "1,New,2025-01-01\n1,No answer 1,2025-01-02\n1,Quote,2025-01-05\n1,On hold,2025-01-10\n1,Won,2025-01-15\n"
        "2,No answer,2025-01-01\n2,New,2025-01-03\n2,Duplicate,2025-01-04\n"
        "3,No answer,2025-01-01\n3,No answer 2,2025-01-02\n",
        "utf-8",
    )
    book = yaad.read(path)
    assert [stage.name for stage in book.pipeline.measured] == ["New", "Quote"]
    days = {row["stage"]: row["days"] for row in _stays(book, 1)}
    assert days == {"New": 4.0, "Quote": 10.0}, "an attempt and a rest do not cut a stay in two"
    assert book.facts.deal("3")["stage"] == "No answer 2"
    assert book.facts.deal("3")["outcome"] == "open"
    assert book.facts.deal("2")["outcome"] == "not_inquiry"


def test_words_of_two_meanings_are_always_asked(tmp_path):
    for word in ("נסגר", "סגור", "טופל", "לא רלוונטי"):
        path = tmp_path / "sheet.csv"
        path.write_text(SHEET.replace("הצעת מחיר", word), "utf-8")
        with pytest.raises(OpenQuestion) as asked:
            yaad.read(path)
        (question,) = asked.value.questions
        assert question.id == f"stage:{word}"
        assert set(question.options) == {"open", "attempt", "on_hold", "won", "lost", "not_inquiry"}
        book = yaad.read(path, answers={question.id: "not_inquiry"})
        assert _inquiries(book) == 5


def test_a_person_may_say_that_it_was_no_inquiry(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text(SHEET, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([path])
    book.move("1", "כפול", at=dt.datetime(2025, 3, 27, tzinfo=dt.UTC), by="dana")
    assert _inquiries(book) == 5
    book.move("5", "הקפאה", at=dt.datetime(2025, 3, 28, tzinfo=dt.UTC), by="dana")
    assert book.facts.deal("5")["stage"] == "הקפאה"


def _inquiries(book) -> int:
    return measures.measure(["inquiries"], book._scope())[0].value


def _stays(book, deal: int) -> list[dict]:
    visits = book.facts.visits
    return book.facts.run(visits.filter(visits.deal == deal)).to_pylist()
