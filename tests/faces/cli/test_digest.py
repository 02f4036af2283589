"""One person's day in a shell: the same text as the page shares, and the same values as programs read."""

import json
import re

import pytest
from tests.people import EVENTS, rows

from yaad.book import Book


@pytest.fixture
def root(tmp_path):
    (tmp_path / "events.csv").write_text("\n".join(rows("here")), "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    book = Book.create(tmp_path / "book")
    book.import_files([tmp_path / "events.csv"], mapping=tmp_path / "events.yaml")
    book.close()
    return tmp_path / "book"


def test_one_s_day_is_told_in_both_languages_and_as_values(yaad, root):
    said = yaad("my-day", "--owner", "Ben", "--book", str(root), "--lang", "en").out
    assert said.startswith("Good morning, Ben · ")
    assert "markhereben" in said
    assert "markhereann" not in said
    assert "בוקר טוב, Ben" in yaad("my-day", "--owner", "Ben", "--book", str(root), "--lang", "he").out
    told = json.loads(yaad("my-day", "--owner", "Ben", "--book", str(root), "--json").out)
    assert told["person"] == "Ben"
    assert {one["owner"] for one in told["calls"]} == {"Ben"}
    assert len(told["calls"]) == len(re.findall(r"(?m)^\d+\. ", said)) > 0


@pytest.mark.parametrize("named", [(), ("--owner", "Nobody")])
def test_whose_day_is_not_guessed(yaad, root, named):
    refused = yaad("my-day", *named, "--book", str(root), "--lang", "en")
    assert refused.code == 2
    assert "Ben" in refused.err
