"""Questions to a person at a terminal, on stderr: stdout stays for the answer of the verb."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.prompt import Confirm, Prompt

from yaad.errors import OpenQuestion, Question
from yaad.faces.cli.screen import console_on, sentence
from yaad.faces.cli.tables import print_code, print_lines

if TYPE_CHECKING:
    from yaad.intake import Understanding


def answers_of(questions: Sequence[Question], lang: str) -> dict[str, str]:
    """Question id → what the person answers.

    Raises:
        OpenQuestion: the person gives no answer.
    """
    console = console_on(sys.stderr)
    answers: dict[str, str] = {}
    for question in questions:
        print_lines((question.text, *question.evidence), lang, console)
        print_lines([_option(answer, question, lang) for answer in question.options], lang, console)
        choices = list(question.options) or None
        try:
            said = Prompt.ask(sentence("cli.your_answer", lang), choices=choices, console=console).strip()
        except EOFError:
            said = ""
        if not said:
            raise OpenQuestion(questions)
        answers[question.id] = said
    return answers


def confirmed(understood: "Understanding", lang: str) -> bool:
    """Whether the person agrees with how the files were understood."""
    console = console_on(sys.stderr)
    print_lines((sentence("cli.understood", lang),), lang, console)
    print_code(understood.mapping.to_yaml(), console)
    if Confirm.ask(sentence("cli.go_on", lang), default=True, console=console):
        return True
    print_lines((sentence("cli.nothing_written", lang),), lang, console)
    return False


def _option(answer: str, question: Question, lang: str) -> str:
    from yaad.text import render

    return f"  {answer}: {render(question.options[answer], lang)}"
