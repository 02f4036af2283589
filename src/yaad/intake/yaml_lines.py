"""YAML read as text only, each value with its line: a stage named ``On``, ``No`` or ``Yes`` stays what it says."""

from dataclasses import dataclass

import yaml

from yaad.errors import InputError
from yaad.text import Message

LONGEST = 1 << 20
MOST_NODES = 20_000
DEEPEST = 20

FAULTS = {
    "\\t": "tab",
    "quoted scalar": "quote",
    "flow sequence": "bracket",
    "flow mapping": "bracket",
    "mapping values are not allowed": "colon",
    "could not find expected ':'": "colon",
    "single document": "documents",
    "undefined alias": "alias",
    "duplicate anchor": "alias",
    "block end": "indent",
    "cannot start any token": "character",
}
"""Part of what the parser says → the end of the key of our words for it; the first that fits counts."""


@dataclass(frozen=True)
class Text:
    """A scalar."""

    value: str
    line: int


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True)
class Keys:
    """A mapping, in the order of the file; `lines` has the line of each key."""

    values: dict[str, "Node"]
    lines: dict[str, int]
    line: int


Node = Text | Items | Keys


def read_yaml(text: str, name: str) -> Keys:
    """The one document of a mapping file.

    Raises:
        InputError: no YAML, no mapping at its top, several documents, a repeated key, or out of all proportion.
    """
    if len(text) > LONGEST:
        raise InputError(Message("intake.map_too_large", {"name": name}), file=name)
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        why = _why(str(error.context), str(error.problem))
        opened = error.context_mark if why in ("bracket", "quote") else None  # where it begins says more than its end
        mark = opened or error.problem_mark or error.context_mark
        raise _broken(name, mark.line + 1 if mark else 1, why) from None
    except yaml.reader.ReaderError as error:
        raise _broken(name, text[: error.position].count("\n") + 1, "character") from None
    except yaml.YAMLError:
        raise _broken(name, 1, "other") from None
    if root is None:
        return Keys({}, {}, 1)
    found = _Walk(name).node(root)
    if not isinstance(found, Keys):
        raise InputError(Message("intake.map_not_keys", {"name": name}), file=name, row=found.line)
    return found


def _broken(name: str, row: int, why: str) -> InputError:
    values: dict[str, object] = {"name": name, "row": row, "why": Message(f"intake.yaml_{why}")}
    return InputError(Message("intake.map_broken", values), file=name, row=row)


def _why(context: str, problem: str) -> str:
    """Which of our words say what is wrong, by what the parser says."""
    said = f"{context} {problem}"
    return next((why for sign, why in FAULTS.items() if sign in said), "other")


class _Walk:
    """Turns composed nodes into our own, with a ceiling: aliases of aliases would grow without end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def node(self, node: yaml.Node, depth: int = 0) -> Node:
        self._count += 1
        line = node.start_mark.line + 1
        if self._count > MOST_NODES or depth > DEEPEST:
            raise InputError(Message("intake.map_too_large", {"name": self._name}), file=self._name, row=line)
        if isinstance(node, yaml.ScalarNode):
            return Text(str(node.value), line)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self.node(item, depth + 1) for item in node.value), line)
        values: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in values:
                row = key_node.start_mark.line + 1
                raise InputError(Message("intake.map_repeated_key", {"key": key}), file=self._name, row=row)
            values[key] = self.node(value_node, depth + 1)
            lines[key] = key_node.start_mark.line + 1
        return Keys(values, lines, line)
