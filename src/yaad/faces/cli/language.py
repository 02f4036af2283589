"""Which language to speak: ``--lang``, else ``YAAD_LANG``, else the machine's locale, else English."""

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import StrEnum

CURRENT = ContextVar("CURRENT", default="en")
"""The language of this run, set once at the way in."""


class Lang(StrEnum):
    """The languages of the product."""

    HE = "he"
    EN = "en"


_HEBREW = ("he", "iw")  # iw is the old code, still met in locales


def chosen(words: Sequence[str] = (), environ: Mapping[str, str] = os.environ) -> str:
    """The language of a command line, known before it is parsed: its help and its errors need it too.

    >>> chosen(["funnel", "--lang", "he"], {}), chosen(["--lang=he"], {}), chosen([], {"LANG": "he_IL.UTF-8"})
    ('he', 'he', 'he')
    >>> chosen([], {"YAAD_LANG": "en", "LANG": "he_IL.UTF-8"}), chosen([], {})
    ('en', 'en')
    """
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name == "--lang":
            asked = value if sign else next(iter(words[place + 1 :]), "")
            if asked in list(Lang):
                return asked
    own = environ.get("YAAD_LANG", "")
    if own in list(Lang):
        return own
    spoken = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return Lang.HE.value if spoken.lower().startswith(_HEBREW) else Lang.EN.value
