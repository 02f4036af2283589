"""What can go wrong, in one family. Every error says what happened, where, and what to do.

YaadError                      anything the user can mend; the command line ends with exit 2
├── InputError                 a file, a row or a value that cannot be used
│   └── OpenQuestion           the data do not decide: carries each question with its evidence and its answer's map line
├── UnknownName                a measure, column, stage or deal that does not exist; says what exists
├── NotAllowed                 the viewer of the book may not say this
│   └── Withheld               … or may not be told this: it would point at single persons
├── BookError                  the folder of a book: absent, busy, damaged
└── CannotTell                 the figure cannot be computed from these data; says which column would unlock it
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from yaad.text import Message, render

DEFAULT_LANG = "en"


class YaadError(Exception):
    """Anything the user can mend.

    Attributes:
        message: what happened and what to do, in words of the catalogue.
        where: place by name – ``file``, ``sheet``, ``row`` (1-based line of the file), ``column``, ``figure``.
    """

    def __init__(self, message: Message, **where: object) -> None:
        super().__init__(message, where)
        self.message = message
        self.where = {name: value for name, value in where.items() if value is not None}

    def say(self, lang: str) -> str:
        """The whole error in one language, place included."""
        what = render(self.message, lang)
        if not self.where:
            return what
        places = (Message(f"errors.place_{name}", {"what": str(value)}) for name, value in self.where.items())
        where = ", ".join(render(place, lang) for place in places)
        return render(Message("errors.where", {"what": what, "where": where}), lang)

    def __str__(self) -> str:
        return self.say(DEFAULT_LANG)


class InputError(YaadError):
    """A file, a row or a value that cannot be used."""


@dataclass(frozen=True)
class Question:
    """Something the data do not decide.

    Attributes:
        id: stable name, e.g. ``dates:close_date``; the same in the page, the command line and Python.
        text: the question in words.
        evidence: sentences with counts that help to answer.
        options: answer → what it means, in words; empty when the answer is free.
        map_line: the line of a mapping file that answers it, e.g. ``dates: day_first``.
    """

    id: str
    text: Message
    evidence: tuple[Message, ...] = ()
    options: dict[str, Message] = field(default_factory=dict)
    map_line: str = ""


class OpenQuestion(InputError):
    """The data leave one or more questions open; nothing was written."""

    def __init__(self, questions: Iterable[Question], **where: object) -> None:
        self.questions = tuple(questions)
        super().__init__(self.questions[0].text, **where)

    def say(self, lang: str) -> str:
        """All questions, each with its evidence, its options and the map line that answers it."""
        lines: list[str] = []
        for question in self.questions:
            lines.append(render(question.text, lang))
            lines += [f"  · {render(fact, lang)}" for fact in question.evidence]
            lines += [f"  – {answer}: {render(meaning, lang)}" for answer, meaning in question.options.items()]
            if question.map_line:
                lines.append(f"  → {question.map_line}")
            answer = next(iter(question.options), "…")
            lines.append(f"  → --answer '{question.id}={answer}'")
        return "\n".join(lines)


class UnknownName(YaadError):
    """A name that does not exist; says the nearest one and all that exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(set(known))
        near = difflib.get_close_matches(name, self.known, n=1, cutoff=0.6)
        values: dict[str, object] = {
            "kind": Message(f"errors.kind_{kind}"),
            "name": name,
            "known": ", ".join(self.known),
        }
        if near:
            super().__init__(Message("errors.unknown_name", values | {"near": near[0]}))
        else:
            super().__init__(Message("errors.unknown_name_plain", values))


class NotAllowed(YaadError):
    """Who looks at the book sees it, but may not say this of it."""


class Withheld(NotAllowed):
    """It is not told to who looks at the book: it would point at single persons."""


class Changed(YaadError):
    """What is written about is not as it was seen; nothing was written."""


class BookError(YaadError):
    """The folder of a book is absent, busy or damaged."""


class CannotTell(YaadError):
    """The figure cannot be computed from these data."""
