"""Words of forms and errors, said in the language of whoever reads them at that moment."""

from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import get_language

from yaad.show.speech import say_plain
from yaad.text import Message

TOLD = "told"
"""In a session: key of what the next page tells once."""


def said(key: str, **values: object) -> str:
    """A sentence of the catalogue that is looked up when it is shown.

    Args:
        key: in the catalogue.
        values: of the sentence.
    """
    return _said(key, values)


def errors(known: Iterable[str], ours: Iterable[str]) -> dict[str, str]:
    """Code → what it says, for every code that a library knows; those that cannot happen here share one sentence."""
    mine = set(ours)
    return {code: said(f"account.e_{code}" if code in mine else "account.e_other") for code in {*known, *mine}}


def _say(key: str, values: dict[str, object]) -> str:
    return say_plain(Message(key, values), get_language() or "en")


_said = lazy(_say, str)
