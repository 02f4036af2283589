"""Messages are said in both languages, plural forms and hostile values included."""

from yaad.text import Message, direction, number, percent, render


def test_direction_comes_from_the_locale_data():
    assert (direction("he"), direction("en"), direction("ar")) == ("rtl", "ltr", "rtl")


def test_a_value_is_never_read_as_a_pattern():
    said = render(Message("errors.file_absent", {"path": "{0.__class__} %s ${x}"}), "en")
    assert said == "There is no file {0.__class__} %s ${x}."


def test_values_are_marked_by_kind():
    said = render(Message("errors.file_absent", {"path": "x"}), "en", lambda kind, text: f"<{kind}>{text}")
    assert said == "There is no file <name>x."


def test_an_unknown_key_shows_itself():
    assert render(Message("errors.no_such_key"), "he") == "errors.no_such_key"


def test_rates_and_numbers():
    assert percent(0.5, "he") == "50%"
    assert percent(1.0, "he") == "100%"
    assert number(1234567, "en") == "1,234,567"
