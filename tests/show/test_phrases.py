"""What things are called in a line."""

import pytest

from yaad.show.phrases import team_said
from yaad.show.speech import say_plain


@pytest.mark.parametrize(
    ("name", "lang", "words"),
    [
        ("צפון", "he", "צוות צפון"),
        ("צוות צפון", "he", "צוות צפון"),
        ("North", "en", "team North"),
        ("Team North", "en", "Team North"),
        ("Northern team", "en", "Northern team"),
        ("Steam", "en", "team Steam"),
    ],
)
def test_the_word_for_a_team_is_said_once(name, lang, words):
    said = say_plain(team_said("people.of_team", name, lang), lang)
    assert "".join(letter for letter in said if letter.isprintable()) == words
