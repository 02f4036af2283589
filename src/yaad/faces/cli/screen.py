"""What the command line prints: tables and sentences for people, one JSON object for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from yaad.text import Message, render

if TYPE_CHECKING:
    from rich.console import Console

    from yaad.show import Result, Table

    # `Said` is a name of the room `show`; loading it is for results alone
    from yaad.show.speech import Said

PIPE_WIDTH = 10_000  # a pipe has no edge at which lines would break


@dataclass(frozen=True)
class Screen:
    """Where a verb shows what it found, in one language; JSON when it was asked for."""

    lang: str
    as_json: bool = False

    def show(self, result: "Result") -> None:
        """A result: its object, or its table."""
        if self.as_json:
            self.json(result.to_dict(self.lang))
        else:
            self.table(result.table(self.lang))

    def json(self, value: Mapping[str, object]) -> None:
        """Exactly one object on stdout."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")

    def table(self, table: "Table") -> None:
        """A table with its title above and its notes below."""
        from yaad.faces.cli.tables import print_table

        print_table(table, console_on(sys.stdout))

    def csv(self, table: "Table") -> None:
        """A table as CSV."""
        sys.stdout.write(table.to_csv())

    def say(self, what: "Said") -> None:
        """One sentence on stdout."""
        from yaad.faces.cli.tables import print_lines

        print_lines((what,), self.lang, console_on(sys.stdout))

    def told(self, message: Message, **values: object) -> None:
        """What was done: its values as an object, or the sentence."""
        if self.as_json:
            self.json(values)
        else:
            self.say(message)


def console_on(stream: IO[str]) -> "Console":
    """A console that breaks lines at the edge of a terminal, and nowhere in a pipe."""
    from rich.console import Console

    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, emoji=False, markup=False)


def complain(text: str) -> None:
    """A text on stderr; plain, so that it needs nothing that could fail in its turn."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def sentence(key: str, lang: str, values: Mapping[str, object] | None = None) -> str:
    """A sentence of the catalogue as plain text."""
    return render(Message(key, dict(values or {})), lang)


def is_terminal(*streams: IO[str]) -> bool:
    """Whether a person sits at all of these."""
    return all(stream.isatty() for stream in streams)


def pairs(words: Sequence[str] | None, option: str) -> dict[str, str]:
    """``NAME=VALUE`` words as a dict.

    Raises:
        InputError: a word without a sign of equality, or a name given twice.
    """
    from yaad.errors import InputError

    found: dict[str, str] = {}
    for word in words or ():
        name, sign, value = word.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise InputError(Message("cli.bad_pair", {"option": option, "text": word}))
        if name.strip() in found:
            raise InputError(Message("cli.named_twice", {"option": option, "name": name.strip()}))
        found[name.strip()] = value.strip()
    return found
