"""Sentences on a page, in a terminal and in a pipe."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaad.show import in_chart, say_html, say_plain, say_terminal
from yaad.text import Message

LANGS = ("he", "en")


class Reader(HTMLParser):
    """Collects tags and text as a browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


TYPED = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cf")), max_size=40)


@given(TYPED, st.sampled_from(LANGS))
def test_no_value_becomes_markup(value, lang):
    seen = read(say_html(Message("show.no_times", {"stage": value}), lang))
    assert {tag for tag, _ in seen.tags} <= {"bdi", "span"}
    assert value in seen.text


@given(TYPED, st.sampled_from(LANGS))
def test_a_pipe_gets_the_plain_value(value, lang):
    assert say_plain(value, lang) == value


@given(st.text(max_size=30))
def test_isolation_is_always_closed(value):
    said = say_terminal(Message("show.no_times", {"stage": value}), "he")
    assert len(re.findall("[\u2066\u2067\u2068]", said)) == said.count("\u2069")


@pytest.mark.parametrize("value", ["14–23", "−3", "63%", "<0.1", "31.12.2017", "+972-54-555-2218", "8,800"])
def test_numbers_and_ranges_run_from_left_to_right(value):
    (tag, attributes), *rest = read(say_html(value, "he")).tags
    assert (tag, attributes, rest) == ("span", {"class": "n", "dir": "ltr"}, [])
    assert say_terminal(value, "he") == f"\u2066{value}\u2069"


@pytest.mark.parametrize("value", ["842 אלף ₪", "1.35 מיליון ₪", "27,200 ₪", "950 EUR"])
def test_an_amount_keeps_its_unit_beside_it(value):
    number = value.split()[0]
    tags = read(say_html(value, "he")).tags
    assert tags == [("span", {"class": "nb"}), ("span", {"class": "n", "dir": "ltr"})]
    assert say_terminal(value, "he").startswith(f"\u2066{number}\u2069 ")


@pytest.mark.parametrize("value", ["Novatek Ltd.", "3 seats (north)", "דנה לוי", ""])
def test_names_are_isolated_by_themselves(value):
    assert say_html(value, "he") == f"<bdi>{value}</bdi>"


def test_typed_direction_marks_are_dropped():
    assert say_plain("a\u202eb\u2066c", "en") == "abc"


def test_a_hebrew_text_of_a_chart_is_wrapped_whole():
    assert in_chart("שלב (1)", "he") == "\u2067שלב (1)\u2069"
    assert in_chart("Stage (1)", "en") == "Stage (1)"


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        ("3–5 ימים", '<bdi><span class="n" dir="ltr">3–5</span> ימים</bdi>'),
        ("842–900 אלף ₪", '<bdi><span class="n" dir="ltr">842–900</span> אלף ₪</bdi>'),
        ("1,200–3,400 ₪", '<bdi><span class="n" dir="ltr">1,200–3,400</span> ₪</bdi>'),
        ("קו 3–5", '<bdi>קו <span class="n" dir="ltr">3–5</span></bdi>'),
        ("תל אביב–יפו", "<bdi>תל אביב–יפו</bdi>"),
    ],
)
def test_a_range_among_hebrew_words_does_not_turn_round(value, markup):
    assert say_html(value, "he") == markup
    assert say_plain(value, "he") == value
    among = say_terminal(value, "he")
    assert (re.search("\u2066[^\u2069]*\\d–\\d[^\u2069]*\u2069", among) is not None) == ("dir" in markup)
