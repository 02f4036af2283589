"""Sentences on their way to a surface: a page escapes and isolates, a terminal isolates, a pipe gets plain text.

Hebrew and English, names and numbers stand in one line. Without isolation a range turns round (14–23 reads 23–14) and
a name loses its full stop, so each value of a sentence is isolated: numbers from left to right, names by themselves.
"""

import html
import re
from collections.abc import Callable

from yaad.text import Message, render
from yaad.text.numbers import SHORT_WORDS

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
# Places of the private use area stand for the marks until the whole sentence is escaped; values cannot hold them.
_NAME, _NUMBER, _TIED, _END = "\ue000", "\ue001", "\ue002", "\ue003"
_PRIVATE = str.maketrans(dict.fromkeys((_NAME, _NUMBER, _TIED, _END), ""))
_CONTROLS = str.maketrans("", "", "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NUMERIC = re.compile(r"[-+−<>≤≥~±]?[$€£]?\d[\d.,:/%+−–\- $€£]*")
_SIZES = "|".join(word for sizes in SHORT_WORDS.values() for _, word in sizes)
AMOUNT = re.compile(rf"(?P<number>[-+−]?\d[\d.,]*) (?P<unit>(?:{_SIZES})(?: [₪$€£]| [A-Z]{{3}})?|[₪$€£]|[A-Z]{{3}})")
RANGE = re.compile(r"[₪$€£]?\d[\d.,]*%? ?– ?[₪$€£]?\d[\d.,]*%?")
"""A range among other words, such as one with its unit."""

Said = str | Message


def _mark(_kind: str, text: str) -> str:
    """Mark a value by what it looks like: a number or range, a number with its unit, a name."""
    clean = text.translate(_PRIVATE).translate(_CONTROLS)
    if NUMERIC.fullmatch(clean):
        return f"{_NUMBER}{clean}{_END}"
    if amount := AMOUNT.fullmatch(clean):
        return f"{_TIED}{_NUMBER}{amount['number']}{_END} {amount['unit']}{_END}"
    held = RANGE.sub(lambda found: f"{_NUMBER}{found[0]}{_END}", clean)  # among Hebrew words it would turn round
    return f"{_NAME}{held}{_END}"


def _marked(what: Said, lang: str) -> str:
    return render(what, lang, _mark) if isinstance(what, Message) else _mark("name", what)


def _surface(name: str, number: str, tied: str, ends: tuple[str, str, str]) -> Callable[[str], str]:
    """Replace the marks by the signs of one surface; an end closes what was opened last."""
    starts = {_NAME: (name, ends[0]), _NUMBER: (number, ends[1]), _TIED: (tied, ends[2])}

    def replace(marked: str) -> str:
        out: list[str] = []
        open_ends: list[str] = []
        for char in marked:
            if char in starts:
                start, end = starts[char]
                out.append(start)
                open_ends.append(end)
            else:
                out.append(open_ends.pop() if char == _END else char)
        return "".join(out)

    return replace


_HTML = _surface("<bdi>", '<span class="n" dir="ltr">', '<span class="nb">', ("</bdi>", "</span>", "</span>"))
_TERMINAL = _surface(FSI, LRI, "", (PDI, PDI, ""))
_PLAIN = _surface("", "", "", ("", "", ""))


def say_html(what: Said, lang: str) -> str:
    """A sentence or a value as HTML: everything is escaped, each value is isolated.

    >>> say_html("<b>14</b>", "he"), say_html("14–23", "he")
    ('<bdi>&lt;b&gt;14&lt;/b&gt;</bdi>', '<span class="n" dir="ltr">14–23</span>')
    """
    return _HTML(html.escape(_marked(what, lang), quote=True))


def say_terminal(what: Said, lang: str) -> str:
    """A sentence or a value for a terminal that writes in both directions: isolated by U+2066…U+2069."""
    return _TERMINAL(_marked(what, lang))


def say_plain(what: Said, lang: str) -> str:
    """A sentence or a value without any mark: for pipes, files and spreadsheets."""
    return _PLAIN(_marked(what, lang))


def in_chart(what: Said, lang: str) -> str:
    """A text of a chart: Hebrew is wrapped whole, since the paragraphs of a drawing run from left to right.

    >>> in_chart("x", "en")
    'x'
    """
    text = say_plain(what, lang)
    return f"{RLI}{text}{PDI}" if lang == "he" else text
