"""What is written today moves the day of the data; until when the files are is said beside it."""

import datetime as dt
import re
from contextlib import closing

import pytest

from yaad.book import Book


@pytest.fixture
def wrote(team):
    """Somebody moved a deal today."""
    with closing(Book.open(team.here.root)) as book:
        made = book.move("here-Ben-5", "Meeting", at=dt.datetime.now(dt.UTC), by="Ben")
        yield book.facts.pin.files_until
        book.undo("here-Ben-5", made.seq, at=dt.datetime.now(dt.UTC), by="Ben")


def _plain(answer) -> str:
    return re.sub(r"[\u2066-\u2069\u200e\u200f]|<[^>]+>", "", answer.content.decode()).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "files until 15 Oct 2026, what was written here until"),
        ("he", "הקבצים עד 15.10.2026, ומה שנכתב כאן עד"),
    ],
)
def test_a_page_says_until_when_files_and_entries_are(team, wrote, lang, said):
    assert wrote == dt.date(2026, 10, 15)
    assert said in _plain(team.client("owner").get(f"{team.here.prefix}?lang={lang}", follow=True))


def test_where_nothing_was_written_since_no_more_is_said(team):
    told = _plain(team.client("owner", team.there).get(f"{team.there.prefix}?lang=en", follow=True))
    assert "As of 15 Oct 2026" in told
    assert "written here until" not in told
