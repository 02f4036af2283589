"""XLSX: the colour that each row is painted with, by the text of the styles and of the rows."""

import re
import zipfile
from collections import Counter

SOLID = "solid"
STYLES = "xl/styles.xml"
CELL_STYLE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bs="(\d{1,6})"')
OFFICE = ("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")
"""The usual theme's colours, by the number that a style gives."""
INDEXED = {2: "FF0000", 3: "00FF00", 4: "0000FF", 5: "FFFF00", 6: "FF00FF", 7: "00FFFF"}
"""The first numbered colours of old workbooks; 8 to 15 repeat them."""
MOST = 100_000
"""Painted rows that are told of; a longer sheet was painted by a program."""


def paints(archive: zipfile.ZipFile) -> list[str]:
    """Number of a cell's style → the colour that fills its cell, as six hexadecimal digits; "" for none."""
    from defusedxml.ElementTree import fromstring

    if STYLES not in archive.namelist():
        return []
    root = fromstring(archive.read(STYLES))
    space = root.tag.partition("}")[0] + "}" if "}" in root.tag else ""
    fills = [_colour(fill, space) for fill in root.iterfind(f"{space}fills/{space}fill")]
    numbers = [int(xf.get("fillId", "0")) for xf in root.iterfind(f"{space}cellXfs/{space}xf")]
    found = [fills[number] if number < len(fills) else "" for number in numbers]
    return found if any(found) else []


def _colour(fill: "object", space: str) -> str:
    pattern = fill.find(f"{space}patternFill")  # type: ignore[attr-defined]  # an element of the tree
    if pattern is None or pattern.get("patternType") != SOLID:
        return ""
    colour = pattern.find(f"{space}fgColor")
    if colour is None:
        return ""
    if (told := colour.get("rgb")) is not None:
        return str(told)[-6:].upper()
    theme, index = (int(colour.get(name, "-1")) for name in ("theme", "indexed"))
    return OFFICE[theme] if 0 <= theme < len(OFFICE) else INDEXED.get(index - 8 if index > 7 else index, "")


def paint_in(block: bytes, styles: list[str]) -> bool:
    """Whether any cell of some rows is painted: one quick look, since mostly the header alone is."""
    numbers = b"|".join(str(number).encode() for number, colour in enumerate(styles) if colour)
    return bool(numbers) and re.search(rb' s="(?:' + numbers + rb')"', block) is not None


def row_paint(row: bytes, styles: list[str]) -> str:
    """The colour that most of a row's painted cells have; "" where none is painted."""
    found = Counter(
        styles[number] for told in CELL_STYLE.findall(row) if (number := int(told)) < len(styles) and styles[number]
    )
    return found.most_common(1)[0][0] if found else ""
