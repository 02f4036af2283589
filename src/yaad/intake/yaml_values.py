"""Values of a YAML file by their kind; every refusal names the key and its line."""

from typing import NoReturn

from yaad.errors import InputError
from yaad.intake.yaml_lines import Items, Keys, Node, Text
from yaad.text import Message


class YamlReader:
    """What the readers of our YAML files share.

    Args:
        name: of the file, for what is said of it.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, said: str, line: int, /, **values: object) -> NoReturn:
        """Refuse the file.

        Args:
            said: key of the sentence that says why.
            line: of the file, from 1.
            values: of the sentence.

        Raises:
            InputError: always.
        """
        raise InputError(Message(said, values), file=self._name, row=line)

    def _text(self, node: Node, key: str) -> str:
        if not isinstance(node, Text) or not node.value.strip():
            self._refuse("intake.map_not_text", node.line, key=key)
        return node.value

    def _items(self, node: Node, key: str) -> tuple[Node, ...]:
        if not isinstance(node, Items):
            self._refuse("intake.map_not_list", node.line, key=key)
        return node.items

    def _keys(self, node: Node, key: str) -> Keys:
        if not isinstance(node, Keys):
            self._refuse("intake.map_not_keys_under", node.line, key=key)
        return node

    def _texts(self, node: Node, key: str) -> tuple[str, ...]:
        if isinstance(node, Text):
            return (self._text(node, key),)
        return tuple(self._text(item, key) for item in self._items(node, key))

    def _one_of(self, node: Node, key: str, known: list[str]) -> str:
        value = self._text(node, key)
        if value not in known:
            self._refuse("intake.map_unknown_value", node.line, key=key, value=value, known=", ".join(known))
        return value

    def _whole_number(self, node: Node, key: str, most: int) -> int:
        value = self._text(node, key)
        if not value.isdecimal() or int(value) > most:
            self._refuse("intake.map_unknown_value", node.line, key=key, value=value, known=f"0–{most}")
        return int(value)
