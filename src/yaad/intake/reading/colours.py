"""Rows that people painted: a colour that not all rows share is read as a column, since it may be the only status."""

import colorsys
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

COLUMN = {True: "צבע השורה", False: "row colour"}
"""Name of the column that we add; by whether the file is Hebrew."""
NONE = {True: "ללא צבע", False: "no colour"}
HUES = (
    (0.045, "אדום", "red"),
    (0.129, "כתום", "orange"),
    (0.19, "צהוב", "yellow"),
    (0.43, "ירוק", "green"),
    (0.56, "תכלת", "turquoise"),
    (0.71, "כחול", "blue"),
    (0.82, "סגול", "purple"),
    (0.95, "ורוד", "pink"),
    (1.01, "אדום", "red"),
)
"""End of a range of hues, and its name."""
LEAST, SHARE = 3, 0.02
"""Rows, and share of all rows, that must be painted: a few marks are no status."""
WHITE = "FFFFFF"


def word_of(colour: str, *, hebrew: bool) -> str:
    """What people call a colour.

    >>> [word_of(colour, hebrew=False) for colour in ("92D050", "FF0000", "FFFF00", "FFC000", "D9D9D9", "FFC7CE")]
    ['green', 'red', 'yellow', 'orange', 'grey', 'pink']
    """
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, light, strength = colorsys.rgb_to_hls(red, green, blue)
    if light < 0.12:
        return "שחור" if hebrew else "black"
    if strength < 0.12 or max(red, green, blue) - min(red, green, blue) < 0.06:
        return "אפור" if hebrew else "grey"
    _, he, en = next(one for one in HUES if hue < one[0])
    if en == "red" and light > 0.75:
        he, en = "ורוד", "pink"
    return he if hebrew else en


def words_of(paint: Mapping[int, str], rows: Sequence[int], *, hebrew: bool) -> list[str] | None:
    """The colour's word of each row; None where colours tell rows apart by no meaning.

    That is: nothing or nearly nothing is painted, all is painted alike, or every second row is.

    Args:
        paint: row → colour.
        rows: the rows of the table, in their order.
        hebrew: the language of the words.
    """
    colours = [paint.get(row, "") for row in rows]
    colours = ["" if colour == WHITE else colour for colour in colours]
    counts = Counter(colours)
    painted = len(colours) - counts[""]
    striped = len(counts) == 2 and sum(a != b for a, b in pairwise(colours)) >= 0.9 * (len(colours) - 1)
    if painted < max(LEAST, SHARE * len(colours)) or len(counts) < 2 or striped:
        return None
    names: dict[str, str] = {"": NONE[hebrew]}
    taken: Counter[str] = Counter()
    for colour, _ in counts.most_common():
        if colour:
            word = word_of(colour, hebrew=hebrew)
            taken[word] += 1
            names[colour] = word if taken[word] == 1 else f"{word} {taken[word]}"
    return [names[colour] for colour in colours]
