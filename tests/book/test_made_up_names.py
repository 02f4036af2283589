"""Names of stages that no file tells: in the language of the file, and where it has none, in that of the company."""

import pytest

from yaad.book import Book
from yaad.book.usual import Usual, say_usual

OF_ENGLISH = "deal,contact,created,won date,amount\n1,Ann,2026-01-02,2026-02-01,100\n2,Bo,2026-01-03,,200\n"
STAGES = "deal,contact,stage,is won,created,amount\n1,Ann,{0},yes,2026-01-02,100\n2,Bo,{0},no,2026-01-03,200\n"
HEBREW, ENGLISH = ["פנייה", "נסגר בהצלחה"], ["Inquiry", "Won"]


@pytest.fixture
def book(tmp_path):
    made = Book.create(tmp_path / "book")
    yield made
    made.close()


def brought(book, text, name="deals.csv"):
    path = book.root.parent / name
    path.write_text(text, "utf-8")
    book.import_files([path], kind="deals")
    return [stage.name for stage in book.pipeline.stages]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("he", OF_ENGLISH, HEBREW),
        ("en", OF_ENGLISH, ENGLISH),
        (None, OF_ENGLISH, ENGLISH),
        ("he", STAGES.format("Quote"), ["Quote", "Won"]),  # English ones stand beside English ones
        ("en", STAGES.format("הצעת מחיר"), ["הצעת מחיר", "נסגר בהצלחה"]),
        (None, STAGES.format("הצעת מחיר"), ["הצעת מחיר", "נסגר בהצלחה"]),
    ],
)
def test_in_the_language_of_the_file_else_of_the_company(book, language, text, names):
    say_usual(book.root, Usual(language=language))
    assert brought(book, text) == names


def test_a_book_keeps_its_names_when_the_company_is_said_to_speak_another_language(book):
    assert brought(book, OF_ENGLISH) == ENGLISH
    say_usual(book.root, Usual(language="he"))
    assert brought(book, OF_ENGLISH + "3,Cy,2026-01-04,2026-02-02,300\n") == ENGLISH
    book.rebuild()
    assert [stage.name for stage in book.pipeline.stages] == ENGLISH


def test_a_list_that_names_no_stage_uses_those_of_the_book(book):
    """Nobody is asked to chain stages that only we made up."""
    assert brought(
        book, "id,stage,created\n7,Meeting,2026-01-02\n8,Quote,2026-01-02\n9,Sold,2026-01-03\n10,Lost,2026-01-03\n"
    )
    ours = [stage.name for stage in book.pipeline.stages]
    later = OF_ENGLISH.replace("\n1,", "\n11,").replace("\n2,", "\n12,")
    assert brought(book, later, "later.csv") == ours
    assert [book.facts.deal(deal)["stage"] for deal in ("11", "12")] == ["Sold", ours[0]]
    book.rebuild()
    assert [stage.name for stage in book.pipeline.stages] == ours
