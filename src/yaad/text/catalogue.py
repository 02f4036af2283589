"""Messages and the compiled catalogues they are looked up in."""

import datetime as dt
import gettext
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from yaad.text.numbers import day, number

LANGUAGES = ("he", "en")
"""The languages of the product; both are complete (a test holds it)."""

LOCALE = Path(__file__).parent / "locale"

Marker = Callable[[str, str], str]
"""``marker(kind, text)`` wraps a value on its way into a sentence; kind is ``name`` or ``number``."""


@dataclass(frozen=True)
class Message:
    """A sentence before it is said: its key in the catalogue and the values it carries.

    An integer value named ``n`` chooses the plural form where the catalogue has several.

    >>> render(Message("errors.file_absent", {"path": "deals.csv"}), "en")
    'There is no file deals.csv.'
    """

    key: str
    values: dict[str, object] = field(default_factory=dict)


def direction(lang: str) -> str:
    """The writing direction of a language, from the locale data: ``rtl`` or ``ltr``."""
    from babel import Locale

    return "rtl" if Locale.parse(lang).character_order == "right-to-left" else "ltr"


@cache
def _domain(lang: str, domain: str) -> gettext.NullTranslations:
    path = LOCALE / lang / f"{domain}.mo"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def _pattern(message: Message, lang: str) -> str | None:
    """The catalogue's text for a key, in the plural form that ``n`` asks for; None when the key is unknown."""
    translations = _domain(lang, message.key.partition(".")[0])
    n = message.values.get("n")
    if isinstance(n, int):
        plural = translations.ngettext(message.key, "", n)
        if plural not in (message.key, ""):
            return plural
    text = translations.gettext(message.key)
    return None if text == message.key else text


def has_key(key: str, lang: str) -> bool:
    """Whether the catalogue of `lang` knows `key` (in any plural form)."""
    return _pattern(Message(key), lang) is not None or _pattern(Message(key, {"n": 1}), lang) is not None


def keys(lang: str, domain: str) -> list[str]:
    """All keys of one catalogue file, sorted."""
    catalogue = getattr(_domain(lang, domain), "_catalog", {})
    return sorted({key[0] if isinstance(key, tuple) else key for key in catalogue} - {""})


def _unmarked(_kind: str, text: str) -> str:
    return text


def render(message: Message, lang: str, mark: Marker = _unmarked) -> str:
    """Say `message` in `lang`.

    Numbers and days are written as the language writes them; a nested `Message` is said first. `mark` wraps each value:
    a page isolates names and numbers with it. An unknown key is shown as the key itself, with its values.

    Raises:
        KeyError: the sentence needs a value that the message does not carry.
    """
    pattern = _pattern(message, lang)
    if pattern is None:
        return message.key if not message.values else f"{message.key} {message.values}"
    said: dict[str, str] = {}
    for name, value in message.values.items():
        if isinstance(value, Message):
            said[name] = render(value, lang, mark)
        elif isinstance(value, dt.date):
            said[name] = mark("number", day(value, lang))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            said[name] = mark("name", str(value))
        else:
            said[name] = mark("number", number(value, lang))
    return pattern.format_map(said)
