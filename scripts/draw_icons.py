"""Draw the icons of the installed application from the mark, with Debian's chromium; they are kept with the sources."""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).parent.parent / "src" / "yaad" / "faces" / "web" / "static"
GROUND = "#10211f"
PICTURES = {"192": (192, 0.72, 42), "512": (512, 0.72, 112), "maskable-512": (512, 0.56, 0)}
"""Name → size, the part that the mark takes, and how round the corners are; a maskable one is cut by the device."""


def page(size: int, part: float, round_by: int) -> str:
    """An icon as a page: the mark on the ground of the rail."""
    mark = re.sub(
        r"<svg ", f'<svg width="{size * part:.0f}" height="{size * part:.0f}" ', (STATIC / "mark.svg").read_text()
    )
    ground = f"background:{GROUND};border-radius:{round_by}px;width:{size}px;height:{size}px"
    return f'<body style="margin:0;background:transparent"><div style="{ground};display:grid;place-items:center">{mark}</div>'


def main() -> int:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, (size, part, round_by) in PICTURES.items():
            drawn = browser.new_page(viewport={"width": size, "height": size})
            drawn.set_content(page(size, part, round_by))
            drawn.screenshot(path=STATIC / "icons" / f"{name}.png", omit_background=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
