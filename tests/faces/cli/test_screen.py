"""What is printed: isolated on a terminal, plain in a pipe; questions and progress only where a person sits."""

import io
import sys
from types import SimpleNamespace

import pytest

from yaad.errors import OpenQuestion, Question
from yaad.faces.cli import asking, imports
from yaad.faces.cli.screen import Screen, console_on
from yaad.faces.cli.tables import print_table
from yaad.show import Column, Kind, Shown, Table
from yaad.text import Message

MARKS = set("\u2066\u2067\u2068\u2069")


class Terminal(io.StringIO):
    """A stream at which a person sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def table() -> Table:
    return Table(
        "he",
        Message("show.dwell"),
        (Column("stage", "שלב", Kind.NAME), Column("days", "ימים", Kind.DAYS)),
        ((Shown("Novatek Ltd.", "Novatek Ltd."), Shown(None, "67–70")), (Shown("קצר", "קצר"), Shown(3, "3"))),
        (Shown("", "ביחד"), Shown(9, "9")),
        ("הערה [red]אחת[/red]",),
    )


def test_a_terminal_gets_isolated_values(table):
    stream = Terminal()
    print_table(table, console_on(stream))
    assert "\u206667–70\u2069" in stream.getvalue()
    assert "\u2068Novatek Ltd.\u2069" in stream.getvalue()


def test_a_pipe_gets_plain_text(table):
    stream = io.StringIO()
    print_table(table, console_on(stream))
    assert not MARKS & set(stream.getvalue())
    assert "\x1b" not in stream.getvalue()


def test_numbers_are_aligned_at_their_end(table):
    stream = io.StringIO()
    print_table(table, console_on(stream))
    rows = [line.rstrip() for line in stream.getvalue().splitlines() if "67–70" in line or line.startswith("קצר")]
    assert len({len(row) for row in rows}) == 1


def test_what_looks_like_markup_is_text(table):
    stream = io.StringIO()
    print_table(table, console_on(stream))
    assert "[red]אחת[/red]" in stream.getvalue()


def test_long_lines_do_not_break_in_a_pipe():
    stream = io.StringIO()
    long = "word " * 100
    print_table(Table("en", "", (), (), notes=(long,)), console_on(stream))
    assert len(stream.getvalue().strip().splitlines()) == 1


def test_json_is_one_line_without_nan(capsys):
    Screen("he", as_json=True).told(Message("cli.undone", {"n": 3}), seq=3, name="שלב")
    assert capsys.readouterr().out == '{"seq": 3, "name": "שלב"}\n'
    with pytest.raises(ValueError, match="JSON"):
        Screen("he").json({"value": float("nan")})


def test_progress_is_for_people(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with imports.progress("en") as on_progress:
        assert on_progress is None
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with imports.progress("he") as on_progress:
        on_progress(5, 10)
    assert "קוראים" in terminal.getvalue()


QUESTION = Question(
    "dates:created",
    Message("show.funnel"),
    (Message("show.expected_is"),),
    {"day_first": Message("show.by_day"), "month_first": Message("show.by_month")},
    "dates: day_first",
)


def test_a_person_is_asked_with_evidence_and_options(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdin", io.StringIO("perhaps\nday_first\n"))
    assert asking.answers_of([QUESTION], "en") == {"dates:created": "day_first"}
    assert "Expected in the end" in terminal.getvalue()
    assert "month_first" in terminal.getvalue()


def test_no_answer_leaves_the_question_open(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(OpenQuestion) as raised:
        asking.answers_of([QUESTION], "en")
    assert "dates: day_first" in raised.value.say("he")


@pytest.mark.parametrize(("typed", "agreed"), [("y\n", True), ("\n", True), ("n\n", False)])
def test_a_person_confirms_what_was_understood(monkeypatch, typed, agreed):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    understood = SimpleNamespace(mapping=SimpleNamespace(to_yaml=lambda: "kind: deals\n"))
    assert asking.confirmed(understood, "en") is agreed
    assert "kind: deals" in terminal.getvalue()
    assert ("Nothing was written." in terminal.getvalue()) is not agreed
