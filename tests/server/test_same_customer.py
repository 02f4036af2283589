"""“The same customer?” on the page of the data: yes, no and taken back, kept in the journal and obeyed by a rebuild."""

import re
from contextlib import closing

import pytest

from yaad.book import Book
from yaad.measures.namesakes import Namesake
from yaad.model.settings import Same
from yaad.server.questions import reading

DEALS = """\
id,contact,phone,stage,created,closed,amount
1,משה כהן,050-1234567,Won,2026-01-02,2026-02-01,100
2,משה כהן,052-7654321,Won,2026-01-05,2026-02-03,200
3,Noa,03-6123456,Won,2026-01-09,2026-02-05,300
4,משה כהן,,Won,2026-01-12,2026-02-06,400
"""
APART = ["Noa", "משה כהן", "משה כהן · 1", "משה כהן · 2"]
ONE = ["Noa", "משה כהן"]


@pytest.fixture
def page(served, inside, tmp_path):
    """Says something of a name; gives the status and the customers as they are told then."""
    file, root = tmp_path / "deals.csv", served.place.book
    file.write_text(DEALS, "utf-8")
    with closing(Book.create(root)) as book:
        book.import_files([file])

    def names():
        with closing(Book.open(root)) as book:
            return sorted(book.customers(states=["once"]).content.standing.rows["customer"].to_pylist())

    def say(name, said):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', inside.get("/doctor/").content.decode())[1]
        form = {"name": name, "said": said, "csrfmiddlewaretoken": token}
        return inside.post("/customers/same/", form).status_code, names()

    return say, names, inside, root


def test_no_and_yes_are_said_taken_back_and_obeyed_by_a_rebuild(page):
    say, names, client, root = page
    client.cookies["yaad_lang"] = "en"
    told = re.sub("<[^>]+>|[\u2066-\u2069]", "", client.get("/doctor/").content.decode())
    assert "Yes, the same" in told
    assert "counted as 3 customers" in told
    assert names() == APART
    assert say("משה כהן", "one") == (302, ONE)
    assert "Take the answer back" in client.get("/doctor/").content.decode()
    with closing(Book.open(root)) as book:
        book.rebuild()
    assert names() == ONE
    assert say("משה כהן", "apart") == (302, APART)
    assert say("משה כהן", "") == (302, APART)
    assert say("Noa", "apart") == (404, APART)  # there is nothing to ask of that name
    assert say("משה כהן", "perhaps") == (404, APART)


def test_however_many_there_are_each_answer_can_be_taken_back(page, monkeypatch):
    *_, client, _root = page
    of = (("050-1234567", 1), ("052-7654321", 1))
    names = [Namesake(f"said {n}", is_person=True, deals=2, of=of, said=Same.ONE) for n in range(15)]
    names += [Namesake(f"asked {n}", is_person=True, deals=2, of=of, said=None) for n in range(15)]
    monkeypatch.setattr(reading, "namesakes", lambda: names)
    client.cookies["yaad_lang"] = "en"
    told = client.get("/doctor/").content.decode()
    assert all(f'value="said {n}"' in told for n in range(15))
    assert [f'value="asked {n}"' in told for n in range(15)] == [True] * 12 + [False] * 3
    assert "3 more such names" in re.sub("<[^>]+>|[\u2066-\u2069]", "", told)
