"""Build the fonts of the reports: one TTF a weight, Hebrew and Latin in one file, from the web fonts of the pages.

The web fonts (npm package @fontsource-variable/heebo, OFL-1.1) come as one variable file a script. A PDF of split files
shows wrong letters and no digits; one merged file a weight is right. Needs fonttools with brotli, which WeasyPrint
brings.
"""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).parent.parent / "src" / "yaad"
WEB = ROOT / "faces" / "web" / "static" / "fonts"
REPORTS = ROOT / "reports" / "fonts"
SCRIPTS = ("latin", "hebrew")
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
BUILT = 3_800_000_000  # a fixed time in the head, so that the same sources give the same bytes on any day


def main() -> int:
    REPORTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for weight, style in WEIGHTS.items():
            parts = [instance(script, weight, Path(folder)) for script in SCRIPTS]
            font = Merger().merge([str(part) for part in parts])
            named(font, weight, style)
            font.recalcTimestamp = False
            font["head"].created = font["head"].modified = BUILT
            font.save(REPORTS / f"Heebo-{weight}.ttf")
    (REPORTS / "OFL.txt").write_bytes((WEB / "OFL.txt").read_bytes())
    return 0


def instance(script: str, weight: int, folder: Path) -> Path:
    """One script at one weight, as a plain TTF."""
    font = instantiateVariableFont(TTFont(WEB / f"heebo-{script}-wght-normal.woff2"), {"wght": weight})
    font.flavor = None
    path = folder / f"{script}-{weight}.ttf"
    font.save(path)
    return path


def named(font: TTFont, weight: int, style: str) -> None:
    """One family of four weights: the names that a PDF shows."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14)]
    family = f"Heebo {style}".removesuffix(" Regular")
    told = {1: family, 2: "Regular", 3: f"Heebo-{style}", 4: f"Heebo {style}", 5: "Version 1", 6: f"Heebo-{style}"}
    for place, text in (told | {16: "Heebo", 17: style}).items():
        names.setName(text, place, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight


if __name__ == "__main__":
    sys.exit(main())
